// Whether what is told arrives: tries, giving up, restarts, failing stores.
#include "tests/incident/notifier_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(NotifierTest, FailedTriesAreRepeatedWithTheSameId) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  http_.Script({Answer(503), absl::UnavailableError("refused"), Answer(429)});
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  const std::string id = posts_[0].headers.at("webhook-id");
  EXPECT_EQ(posts_[0].url, kHookUrl);
  EXPECT_EQ(posts_[0].timeout, absl::Seconds(10));
  EXPECT_THAT(Fates(incident), ElementsAre("opened:PENDING:1"));
  for (const int seconds : {1, 2, 4}) {
    EXPECT_EQ(next_, clock_.Now() + absl::Seconds(seconds));
    EXPECT_THAT(After(absl::Milliseconds(1000 * seconds - 1)), IsEmpty());
    ASSERT_THAT(After(absl::Milliseconds(1)), SizeIs(1));
    EXPECT_EQ(posts_[0].headers.at("webhook-id"), id);
    EXPECT_EQ(posts_[0].headers.at("webhook-timestamp"),
              absl::StrCat(absl::ToUnixSeconds(clock_.Now())));
  }
  EXPECT_THAT(Fates(incident), ElementsAre("opened:DELIVERED:4"));
}

TEST_F(NotifierTest, RetryAfterIsHonoured) {
  Open();
  OpenIncident("a");
  http_.Script({Answer(429, {{"retry-after", "120"}})});
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  EXPECT_EQ(next_, clock_.Now() + absl::Seconds(120));
  EXPECT_THAT(After(absl::Seconds(119)), IsEmpty());
  EXPECT_THAT(After(absl::Seconds(1)), SizeIs(1));
}

TEST_F(NotifierTest, GivesUpVisibly) {
  options_.settings.set_max_attempts(3);
  Open();
  const v1::Incident incident = OpenIncident("a");
  http_.Script({Answer(500), Answer(500), Answer(500)});
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  EXPECT_THAT(After(absl::Seconds(1)), SizeIs(1));
  EXPECT_THAT(After(absl::Seconds(2)), SizeIs(1));
  EXPECT_THAT(Fates(incident), ElementsAre("opened:FAILED:3"));
  const auto deliveries = notifier_->Deliveries(incident.incident_id());
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].last_error(), "the endpoint answered 500");
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
  // Unresolved, it gets its chance again.
  EXPECT_THAT(After(absl::Hours(3)), SizeIs(1));
  EXPECT_THAT(Fates(incident),
              ElementsAre("opened:FAILED:3", "repeated:DELIVERED:1"));
}

TEST_F(NotifierTest, WhatIsRefusedIsNotTriedAgain) {
  for (const int status : {400, 401, 403, 404, 413, 422}) {
    Open();
    const v1::Incident incident = OpenIncident(absl::StrCat("t", status));
    http_.Script({Answer(status)});
    EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1)) << status;
    EXPECT_THAT(Fates(incident), ElementsAre("opened:FAILED:1")) << status;
    EXPECT_THAT(After(absl::Minutes(30)), IsEmpty()) << status;
  }
}

TEST_F(NotifierTest, GoneStopsTheChannel) {
  Open();
  const v1::Incident first = OpenIncident("a");
  http_.Script({Answer(410)});
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  const v1::Incident second = OpenIncident("b");
  EXPECT_THAT(After(absl::Seconds(30)), IsEmpty());
  EXPECT_THAT(Fates(first), ElementsAre("opened:FAILED:1"));
  EXPECT_THAT(Fates(second), ElementsAre("opened:FAILED:1"));
  Open();
  const v1::Incident third = OpenIncident("c");
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  EXPECT_THAT(Fates(third), ElementsAre("opened:DELIVERED:1"));
}

TEST_F(NotifierTest, ARestartLosesNothing) {
  Open();
  const v1::Incident tried = OpenIncident("a");
  http_.Script({Answer(500)});
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  const std::string id = posts_[0].headers.at("webhook-id");
  const v1::Incident waiting = OpenIncident("b");
  Open();
  EXPECT_THAT(Fates(tried), ElementsAre("opened:PENDING:1"));
  http_.Script({});
  ASSERT_THAT(After(absl::Seconds(1)), SizeIs(1));
  EXPECT_EQ(posts_[0].headers.at("webhook-id"), id);
  EXPECT_THAT(Fates(tried), ElementsAre("opened:DELIVERED:2"));
  EXPECT_THAT(After(absl::Seconds(29)), SizeIs(1));
  EXPECT_THAT(Fates(waiting), ElementsAre("opened:DELIVERED:1"));
}

TEST_F(NotifierTest, ACrashBetweenAnswerAndRecordSendsTheSameIdAgain) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  http_.OnPost([this] { store_.Set(FlakyStore::Mode::kReadOnly); });
  ASSERT_THAT(After(absl::Seconds(30)), SizeIs(1));
  const std::string id = posts_[0].headers.at("webhook-id");
  // The same process remembers that it was accepted.
  EXPECT_THAT(After(absl::Seconds(5)), IsEmpty());
  http_.OnPost(nullptr);
  store_.Set(FlakyStore::Mode::kWorks);
  Open();
  ASSERT_THAT(After(absl::Seconds(5)), SizeIs(1));
  EXPECT_EQ(posts_[0].headers.at("webhook-id"), id);
  EXPECT_THAT(Fates(incident), ElementsAre("opened:DELIVERED:1"));
}

TEST_F(NotifierTest, AFailingStoreSendsNothingTwice) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  http_.OnPost([this] { store_.Set(FlakyStore::Mode::kReadOnly); });
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  EXPECT_EQ(next_, clock_.Now() + absl::Seconds(5));
  http_.OnPost(nullptr);
  EXPECT_THAT(After(absl::Seconds(5)), IsEmpty());
  store_.Set(FlakyStore::Mode::kWorks);
  EXPECT_THAT(After(absl::Seconds(5)), IsEmpty());
  EXPECT_THAT(Fates(incident), ElementsAre("opened:DELIVERED:1"));
}

TEST_F(NotifierTest, WithoutTheStoreItWaits) {
  Open();
  OpenIncident("a");
  store_.Set(FlakyStore::Mode::kAway);
  EXPECT_THAT(After(absl::Seconds(30)), IsEmpty());
  EXPECT_EQ(next_, clock_.Now() + absl::Seconds(5));
  store_.Set(FlakyStore::Mode::kWorks);
  EXPECT_THAT(After(absl::Seconds(5)), SizeIs(1));
}

TEST_F(NotifierTest, ALongFailureDoesNotHeapUpMessages) {
  options_.settings.set_max_per_minute(1000);
  Open();
  std::vector<absl::StatusOr<HttpResponse>> failures(500, Answer(500));
  http_.Script(failures);
  for (int i = 0; i < 30; ++i) OpenIncident(absl::StrCat("t", i));
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(10));
  EXPECT_THAT(After(absl::Seconds(1)), SizeIs(10));
  http_.Script({});
  EXPECT_THAT(After(absl::Seconds(2)), SizeIs(30));
}

TEST_F(NotifierTest, OneServerServesAChannel) {
  Open();
  auto other = Notifier::Open(&store_, options_);
  ASSERT_TRUE(other.ok());
  OpenIncident("a");
  EXPECT_THAT(After(absl::ZeroDuration()), IsEmpty());  // Claims it.
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ((*other)->DeliverDue(), clock_.Now() + absl::Seconds(5));
  EXPECT_THAT(http_.Take(), IsEmpty());
  EXPECT_THAT(After(absl::ZeroDuration()), SizeIs(1));
  // Gone in good order, it leaves the channel to the other at once.
  OpenIncident("b");
  FakeHttp fresh;
  options_.http = &fresh;
  notifier_.reset();
  auto third = Notifier::Open(&store_, options_);
  ASSERT_TRUE(third.ok());
  clock_.Advance(absl::Seconds(30));
  (*third)->DeliverDue();
  EXPECT_THAT(fresh.Take(), SizeIs(1));
}

TEST_F(NotifierTest, AChannelThatWasRemovedFailsItsMessages) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  options_.channels.clear();
  Open();
  EXPECT_THAT(Fates(incident), ElementsAre("opened:FAILED:0"));
  EXPECT_THAT(After(absl::Hours(1)), IsEmpty());
}

TEST_F(NotifierTest, AHangingEndpointDelaysNoOther) {
  constexpr char kSlowUrl[] = "https://slow.example.com/";
  options_.channels.push_back(Webhook("slow", kSlowUrl));
  options_.settings.mutable_group_wait()->set_seconds(0);
  options_.start_workers = true;
  http_.Hang(kSlowUrl);
  Open();
  v1::Incident incident = MakeIncident("a");
  incident.clear_channels();
  incident.add_channels("slow");
  Put(incident, NoticeKind::kOpened);
  notifier_->Wake();
  http_.WaitForPostTo(kSlowUrl);
  OpenIncident("b");
  notifier_->Wake();
  http_.WaitForPostTo(kHookUrl);
  // The destructor interrupts the hanging post, which does not count as a try.
  notifier_.reset();
  options_.start_workers = false;
  Open();
  const auto deliveries = notifier_->Deliveries(incident.incident_id());
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].state(), v1::IncidentDelivery::STATE_PENDING);
  EXPECT_EQ(deliveries[0].attempts(), 0);
}

}  // namespace
}  // namespace recourse
