// One server: incidents open, join, are taken and resolved.
#include <atomic>
#include <set>
#include <thread>

#include "server/incident/new_incident.h"
#include "server/incident/resolution.h"
#include "server/wire/times.h"
#include "tests/incident/desk_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(DeskTest, OpensWithOneDurableWrite) {
  std::atomic<int> commits = 0;
  server_.store.BeforeCommit([&](const auto&) { ++commits; });
  Escalation escalation;
  escalation.Pause("r1");
  escalation.action.include_context = true;
  escalation.failure.labels["team"] = "x";
  escalation.state_context["model"] = "\"gpt\"";
  const EscalationReceipt receipt = server_.Escalate(escalation);
  EXPECT_EQ(commits, 1);
  EXPECT_TRUE(IsIncidentId(receipt.incident_id));
  EXPECT_FALSE(receipt.joined);
  EXPECT_FALSE(receipt.pending);
  const std::string& id = receipt.incident_id;
  EXPECT_THAT(Keys("incidents/"), ElementsAre("incidents/" + id));
  EXPECT_THAT(Keys("incident_open/"), SizeIs(1));
  EXPECT_THAT(Keys("incident_waiters/"),
              ElementsAre("incident_waiters/" + id + "/r1"));
  EXPECT_THAT(Keys("outbox/log/n/"), SizeIs(1));
  EXPECT_THAT(server_.changes(),
              ElementsAre(Pair(IncidentChange::kOpened, id)));
  EXPECT_EQ(server_.desk->open_count(), 1);

  const v1::Incident incident = server_.Get(id);
  EXPECT_EQ(incident.state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(incident.title(), "OperationalError: connection refused");
  EXPECT_EQ(incident.priority(), v1::SEVERITY_HIGH);
  EXPECT_EQ(incident.category(), v1::FAILURE_CATEGORY_CONNECTION);
  EXPECT_EQ(incident.error().message(), "connection refused");
  EXPECT_EQ(incident.occurrence_count(), 1);
  EXPECT_EQ(incident.waiting_count(), 1);
  EXPECT_GT(incident.revision(), 0);
  EXPECT_THAT(incident.channels(), ElementsAre("log"));
  EXPECT_THAT(incident.context(),
              UnorderedElementsAre(
                  Pair("workflow_id", "wf-7"), Pair("node_name", "load"),
                  Pair("label.team", "x"), Pair("state.model", "\"gpt\"")));
  ASSERT_THAT(incident.waiters(), SizeIs(1));
  EXPECT_EQ(incident.waiters(0).waiter_id(), "r1");
  EXPECT_EQ(incident.waiters(0).workflow_id(), "wf-7");
  EXPECT_FALSE(incident.waiters(0).has_resolution());
  ASSERT_THAT(incident.deliveries(), SizeIs(1));
  EXPECT_EQ(incident.deliveries(0).event(), "opened");
}

TEST_F(DeskTest, ContextOnlyWhereAskedForAndBounded) {
  Escalation plain;
  EXPECT_THAT(server_.Get(server_.Escalate(plain).incident_id).context(),
              IsEmpty());
  Escalation large("another");
  for (int i = 0; i < 20; ++i) {
    large.state_context[absl::StrCat("k", i)] = std::string(100'000, 'x');
  }
  size_t bytes = 0;
  const v1::Incident incident =
      server_.Get(server_.Escalate(large).incident_id);
  for (const auto& [name, value] : incident.context()) {
    EXPECT_LE(value.size(), kMaxContextValueBytes);
    bytes += name.size() + value.size();
  }
  EXPECT_LE(bytes, kMaxContextBytes);
  EXPECT_GT(bytes, kMaxContextBytes / 2);
}

TEST_F(DeskTest, TitlesAreOneLine) {
  struct {
    const char* type;
    std::string message;
    const char* code;
    std::string expected;
  } const kRows[] = {
      {"E", "first\nsecond", "", "E: first"},
      {"E", "E: said already", "", "E: said already"},
      {"", " spaced ", "", "spaced"},
      {"E", "", "c", "E"},
      {"", "", "42P01", "42P01"},
      {"", "", "", "HTTP status 503"},
      {"", std::string(300, 'x'), "", std::string(kMaxTitleBytes, 'x')},
  };
  for (const auto& row : kRows) {
    Escalation escalation(row.message);
    escalation.failure.exception_type = row.type;
    escalation.failure.code = row.code;
    escalation.failure.http_status = 503;
    EXPECT_EQ(ToIncident(escalation.Request(), "f").record.incident().title(),
              row.expected);
  }
}

TEST_F(DeskTest, RepeatsJoinAndAreCounted) {
  const std::string id = server_.Escalate(Escalation("took 3 s")).incident_id;
  Escalation repeat("took 4 s");
  repeat.now += absl::Minutes(1);
  const EscalationReceipt joined = server_.Escalate(repeat);
  EXPECT_TRUE(joined.joined);
  EXPECT_EQ(joined.incident_id, id);
  server_.Escalate(Escalation("took 5 s"));
  EXPECT_EQ(server_.Get(id).occurrence_count(), 3);
  EXPECT_EQ(FromMessage(server_.Get(id).last_seen_time()), repeat.now);
  WaitForCount(id, 3);
  EXPECT_NE(server_.Escalate(Escalation("something else")).incident_id, id);
  EXPECT_THAT(Keys("incident_open/"), SizeIs(2));
  // Joining told nobody.
  EXPECT_THAT(Keys("outbox/log/n/"), SizeIs(2));
  EXPECT_THAT(server_.changes(), SizeIs(2));
}

TEST_F(DeskTest, TheLastCountsAreWrittenWhenItCloses) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  for (int i = 0; i < 4; ++i) server_.Escalate(Escalation());
  server_.Stop();
  server_.Start();
  EXPECT_EQ(server_.Get(id).occurrence_count(), 5);
}

TEST_F(DeskTest, ManyThreadsOpenOneIncident) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::mutex mutex;
  std::set<std::string> ids;
  int opened = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Escalation escalation;
        if (i % 5 == 0) escalation.Pause(absl::StrCat("r", t, "_", i));
        const EscalationReceipt receipt = server_.Escalate(escalation);
        std::lock_guard<std::mutex> lock(mutex);
        ids.insert(receipt.incident_id);
        opened += receipt.joined ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(ids, SizeIs(1));
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(server_.Get(*ids.begin()).occurrence_count(), kThreads * kEach);
  EXPECT_EQ(server_.Get(*ids.begin()).waiting_count(), kThreads * kEach / 5);
  EXPECT_THAT(Keys("incidents/"), SizeIs(1));
}

TEST_F(DeskTest, ResolvingForAllAnswersEveryWaiter) {
  const std::string id =
      server_.Escalate(Escalation().Pause("safe")).incident_id;
  Escalation unsafe;
  unsafe.Pause("unsafe").rerun_allowed = false;
  server_.Escalate(unsafe);
  Awaited safe(server_.desk.get(), id, "safe");
  Awaited refused(server_.desk.get(), id, "unsafe");
  auto request = ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY);
  request.set_note("fixed");
  request.set_resolved_by("kim");
  const v1::ResolveIncidentResponse response = server_.Resolve(request);
  EXPECT_EQ(response.resolved_waiters(), 2);
  EXPECT_EQ(response.refused_waiters(), 1);
  EXPECT_EQ(response.incident().state(), v1::INCIDENT_STATE_RESOLVED);
  EXPECT_EQ(response.incident().waiting_count(), 0);
  EXPECT_EQ(safe.Action(), v1::RESOLUTION_ACTION_RETRY);
  EXPECT_EQ((*safe.Wait())->note(), "fixed");
  EXPECT_EQ((*safe.Wait())->resolved_by(), "kim");
  EXPECT_EQ(refused.Action(), v1::RESOLUTION_ACTION_ABORT);
  EXPECT_EQ((*refused.Wait())->refused(), v1::TRACE_REASON_NOT_IDEMPOTENT);

  // The same for those who ask later, and in what people see.
  EXPECT_EQ(Awaited(server_.desk.get(), id, "safe").Action(),
            v1::RESOLUTION_ACTION_RETRY);
  EXPECT_EQ(Awaited(server_.desk.get(), id, "unsafe", absl::Now()).Action(),
            v1::RESOLUTION_ACTION_ABORT);
  const v1::Incident incident = server_.Get(id);
  ASSERT_THAT(incident.waiters(), SizeIs(2));
  EXPECT_EQ(incident.waiters(0).resolution().action(),
            v1::RESOLUTION_ACTION_RETRY);
  EXPECT_EQ(incident.waiters(1).resolution().action(),
            v1::RESOLUTION_ACTION_ABORT);
  EXPECT_THAT(Keys("incident_open/"), IsEmpty());
  EXPECT_THAT(server_.changes(),
              ElementsAre(Pair(IncidentChange::kOpened, id),
                          Pair(IncidentChange::kResolved, id)));
  EXPECT_EQ(server_.desk->open_count(), 0);
}

TEST_F(DeskTest, ResolvingForOneLeavesTheOthers) {
  const std::string id =
      server_.Escalate(Escalation().Pause("one")).incident_id;
  server_.Escalate(Escalation().Pause("two"));
  Awaited one(server_.desk.get(), id, "one");
  Awaited two(server_.desk.get(), id, "two");
  auto resume = ResolveRequest(id, v1::RESOLUTION_ACTION_RESUME, "one");
  (*resume.mutable_state()->mutable_fields())["k"].set_string_value("v");
  const v1::ResolveIncidentResponse response = server_.Resolve(resume);
  EXPECT_EQ(response.resolved_waiters(), 1);
  EXPECT_EQ(response.refused_waiters(), 0);
  EXPECT_EQ(response.incident().state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(response.incident().waiting_count(), 1);
  EXPECT_EQ(one.Action(), v1::RESOLUTION_ACTION_RESUME);
  EXPECT_EQ((*one.Wait())->state().fields().at("k").string_value(), "v");
  EXPECT_EQ(two.calls(), 0);
  EXPECT_EQ(Awaited(server_.desk.get(), id, "one").Action(),
            v1::RESOLUTION_ACTION_RESUME);

  // For all: only who is left.
  EXPECT_EQ(server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP))
                .resolved_waiters(),
            1);
  EXPECT_EQ(two.Action(), v1::RESOLUTION_ACTION_SKIP);
  EXPECT_EQ(Awaited(server_.desk.get(), id, "one").Action(),
            v1::RESOLUTION_ACTION_RESUME);
}

TEST_F(DeskTest, ARetryForOneIsRefusedToo) {
  Escalation unsafe;
  unsafe.Pause("r").rerun_allowed = false;
  const std::string id = server_.Escalate(unsafe).incident_id;
  const auto request = ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY, "r");
  EXPECT_EQ(server_.Resolve(request).refused_waiters(), 1);
  EXPECT_EQ(Awaited(server_.desk.get(), id, "r").Action(),
            v1::RESOLUTION_ACTION_ABORT);
  // Saying it again is no error, although ABORT is what came of it.
  EXPECT_EQ(server_.Resolve(request).resolved_waiters(), 0);
}

TEST_F(DeskTest, AWaiterThatComesBackWaitsAnew) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY, "r"));
  EXPECT_EQ(Awaited(server_.desk.get(), id, "r").Action(),
            v1::RESOLUTION_ACTION_RETRY);
  // Its retry has failed the same way.
  EXPECT_TRUE(server_.Escalate(Escalation().Pause("r", 2)).joined);
  EXPECT_EQ(Awaited(server_.desk.get(), id, "r", absl::Now()).Action(),
            v1::RESOLUTION_ACTION_UNSPECIFIED);
  Awaited again(server_.desk.get(), id, "r");
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT, "r"));
  EXPECT_EQ(again.Action(), v1::RESOLUTION_ACTION_ABORT);
}

// Its caller asks again with the token it had before: the answer was lost, or
// it starts over from what it had saved.
TEST_F(DeskTest, ARepeatedEscalationKeepsTheWaitersResolution) {
  for (const bool other_server : {false, true}) {
    for (const int failures : {1, 2}) {  // Of a wait for the second.
      const std::string waiter = absl::StrCat("r", other_server, failures);
      const std::string id =
          server_.Escalate(Escalation().Pause(waiter, 2)).incident_id;
      auto resume = ResolveRequest(id, v1::RESOLUTION_ACTION_RESUME, waiter);
      (*resume.mutable_state()->mutable_fields())["k"].set_string_value("v");
      server_.Resolve(resume);
      Server other(engine_.get());
      Server& asked = other_server ? other : server_;
      const EscalationReceipt again =
          asked.Escalate(Escalation().Pause(waiter, failures));
      EXPECT_TRUE(again.joined);
      EXPECT_FALSE(again.pending);
      EXPECT_EQ(again.incident_id, id);
      Awaited awaited(asked.desk.get(), id, waiter, absl::Now());
      EXPECT_EQ(awaited.Action(), v1::RESOLUTION_ACTION_RESUME);
      EXPECT_EQ((*awaited.Wait())->state().fields().at("k").string_value(),
                "v");
      EXPECT_EQ(server_.Get(id).waiting_count(), 0);
    }
  }
}

TEST_F(DeskTest, ARepeatedEscalationFindsTheResolutionForAll) {
  const std::string id =
      server_.Escalate(Escalation().Pause("r", 2)).incident_id;
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP));
  for (const int failures : {1, 2}) {
    const EscalationReceipt again =
        server_.Escalate(Escalation().Pause("r", failures));
    EXPECT_TRUE(again.joined) << failures;
    EXPECT_EQ(again.incident_id, id) << failures;
    EXPECT_EQ(Awaited(server_.desk.get(), id, "r", absl::Now()).Action(),
              v1::RESOLUTION_ACTION_SKIP);
  }
  EXPECT_EQ(server_.desk->open_count(), 0);

  // Others, another failure and a later one are not answered by it.
  Escalation elsewhere("disk full");
  EXPECT_FALSE(server_.Escalate(elsewhere.Pause("r", 2)).joined);
  const EscalationReceipt later = server_.Escalate(Escalation().Pause("r", 3));
  EXPECT_FALSE(later.joined);
  EXPECT_EQ(server_.Escalate(Escalation().Pause("s", 2)).incident_id,
            later.incident_id);
  // Not even when a new incident is open.
  EXPECT_EQ(server_.Escalate(Escalation().Pause("r", 2)).incident_id, id);
}

TEST_F(DeskTest, ARepeatedEscalationOfAWaiterThatWaitsIsTheSameWait) {
  Escalation first;
  first.Pause("r", 3).failure.node_name = "first";
  const std::string id = server_.Escalate(first).incident_id;
  for (const int failures : {3, 2}) {
    Escalation again;
    again.Pause("r", failures).failure.node_name = "again";
    EXPECT_TRUE(server_.Escalate(again).joined);
    EXPECT_EQ(server_.Get(id).waiters(0).node_name(), "first") << failures;
  }
  Escalation later;
  later.Pause("r", 4).failure.node_name = "later";
  server_.Escalate(later);
  EXPECT_EQ(server_.Get(id).waiters(0).node_name(), "later");
  EXPECT_EQ(server_.Get(id).waiting_count(), 1);
}

TEST_F(DeskTest, WhatIsResolvedOpensAnew) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT));
  const EscalationReceipt again = server_.Escalate(Escalation());
  EXPECT_FALSE(again.joined);
  EXPECT_NE(again.incident_id, id);
}

TEST_F(DeskTest, RefusesWhatCannotBeResolved) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  google::protobuf::Struct large;
  (*large.mutable_fields())["k"].set_string_value(
      std::string(kMaxResumeStateBytes, 'x'));
  google::protobuf::Struct small;
  const std::string unknown = "inc_0000000000000000";
  const auto retry = v1::RESOLUTION_ACTION_RETRY;
  const auto resume = v1::RESOLUTION_ACTION_RESUME;
  struct {
    v1::ResolveIncidentRequest request;
    const google::protobuf::Struct* state;
    absl::StatusCode code;
    std::string reason_or_field;
  } const kRows[] = {
      {ResolveRequest(unknown, retry), nullptr, absl::StatusCode::kNotFound,
       "INCIDENT_NOT_FOUND"},
      {ResolveRequest("nonsense/../x", retry), nullptr,
       absl::StatusCode::kNotFound, "INCIDENT_NOT_FOUND"},
      {ResolveRequest(id, retry, "nobody"), nullptr,
       absl::StatusCode::kNotFound, "WAITER_NOT_FOUND"},
      {ResolveRequest(id, retry, "a/b"), nullptr, absl::StatusCode::kNotFound,
       "WAITER_NOT_FOUND"},
      {ResolveRequest(id, v1::RESOLUTION_ACTION_UNSPECIFIED), nullptr,
       absl::StatusCode::kInvalidArgument, "action"},
      {ResolveRequest(id, static_cast<v1::ResolutionAction>(9)), nullptr,
       absl::StatusCode::kInvalidArgument, "action"},
      {ResolveRequest(id, resume), &small, absl::StatusCode::kInvalidArgument,
       "waiter_id"},
      {ResolveRequest(id, resume, "r"), nullptr,
       absl::StatusCode::kInvalidArgument, "state"},
      {ResolveRequest(id, resume, "r"), &large,
       absl::StatusCode::kInvalidArgument, "state"},
      {ResolveRequest(id, retry, "r"), &small,
       absl::StatusCode::kInvalidArgument, "state"},
  };
  for (const auto& row : kRows) {
    v1::ResolveIncidentRequest request = row.request;
    if (row.state != nullptr) *request.mutable_state() = *row.state;
    const absl::Status status =
        server_.desk->Resolve(request, absl::Now()).status();
    EXPECT_EQ(status.code(), row.code) << request.DebugString();
    EXPECT_EQ(row.code == absl::StatusCode::kInvalidArgument ? FieldOf(status)
                                                             : ReasonOf(status),
              row.reason_or_field);
  }
  EXPECT_EQ(server_.Get(id).state(), v1::INCIDENT_STATE_OPEN);
}

TEST_F(DeskTest, RepeatingAResolutionIsNoErrorAnotherIs) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  auto request = ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY);
  request.set_note("n");
  EXPECT_EQ(server_.Resolve(request).resolved_waiters(), 1);
  EXPECT_EQ(server_.Resolve(request).resolved_waiters(), 0);
  for (auto other : {ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY),
                     ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT),
                     ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT, "r")}) {
    const absl::Status status =
        server_.desk->Resolve(other, absl::Now()).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(ReasonOf(status), "INCIDENT_RESOLVED");
  }
  EXPECT_THAT(server_.changes(), SizeIs(2));
}

TEST_F(DeskTest, AcknowledgeTakesItOnce) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  server_.Escalate(Escalation());
  v1::AcknowledgeIncidentRequest request;
  request.set_incident_id(id);
  request.set_acknowledged_by("kim");
  const auto taken = server_.desk->Acknowledge(request, absl::Now());
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->state(), v1::INCIDENT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(taken->occurrence_count(), 2);
  request.set_acknowledged_by("sam");
  const auto again = server_.desk->Acknowledge(request, absl::Now());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->acknowledged_by(), "kim");
  WaitForIncident(id, [](const auto& record) {
    return record.incident().occurrence_count() == 2 &&
           record.incident().state() == v1::INCIDENT_STATE_ACKNOWLEDGED;
  });
  EXPECT_TRUE(server_.Escalate(Escalation()).joined);

  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT));
  EXPECT_EQ(ReasonOf(server_.desk->Acknowledge(request, absl::Now()).status()),
            "INCIDENT_RESOLVED");
  request.set_incident_id("inc_0000000000000000");
  EXPECT_TRUE(absl::IsNotFound(
      server_.desk->Acknowledge(request, absl::Now()).status()));
}

class ListTest : public DeskTest {
 protected:
  // Ids of all pages, each of `size`.
  std::vector<std::string> ListAll(v1::ListIncidentsRequest request, int size) {
    std::vector<std::string> ids;
    request.set_page_size(size);
    do {
      const auto page = server_.desk->List(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->incidents_size(), size);
      for (const v1::Incident& incident : page->incidents()) {
        ids.push_back(incident.incident_id());
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
};

TEST_F(ListTest, NewestFirstInPagesByStateAndPlace) {
  std::vector<std::string> ids;
  const absl::Time start = absl::Now() - absl::Hours(1);
  for (int i = 0; i < 7; ++i) {
    Escalation escalation;
    escalation.failure.target = i % 2 == 0 ? "even" : "odd";
    escalation.failure.ns = absl::StrCat("n", i);
    escalation.now = start + absl::Minutes(i);
    ids.insert(ids.begin(), server_.Escalate(escalation).incident_id);
  }
  // ids[0] is the newest.
  server_.Resolve(ResolveRequest(ids[2], v1::RESOLUTION_ACTION_ABORT));
  server_.Resolve(ResolveRequest(ids[5], v1::RESOLUTION_ACTION_ABORT));
  v1::AcknowledgeIncidentRequest ack;
  ack.set_incident_id(ids[1]);
  ASSERT_TRUE(server_.desk->Acknowledge(ack, absl::Now()).ok());

  v1::ListIncidentsRequest by_default;
  v1::ListIncidentsRequest all;
  all.add_states(v1::INCIDENT_STATE_OPEN);
  all.add_states(v1::INCIDENT_STATE_ACKNOWLEDGED);
  all.add_states(v1::INCIDENT_STATE_RESOLVED);
  v1::ListIncidentsRequest resolved;
  resolved.add_states(v1::INCIDENT_STATE_RESOLVED);
  v1::ListIncidentsRequest taken;
  taken.add_states(v1::INCIDENT_STATE_ACKNOWLEDGED);
  v1::ListIncidentsRequest even = all;
  even.set_target("even");
  v1::ListIncidentsRequest n3;
  n3.set_namespace_("n3");
  for (const int size : {1, 2, 3, 7, 1000}) {
    EXPECT_THAT(ListAll(by_default, size),
                ElementsAre(ids[0], ids[1], ids[3], ids[4], ids[6]));
    EXPECT_EQ(ListAll(all, size), ids);
    EXPECT_THAT(ListAll(resolved, size), ElementsAre(ids[2], ids[5]));
    EXPECT_THAT(ListAll(taken, size), ElementsAre(ids[1]));
    EXPECT_THAT(ListAll(even, size),
                ElementsAre(ids[0], ids[2], ids[4], ids[6]));
    EXPECT_THAT(ListAll(n3, size), ElementsAre(ids[3]));
  }
}

TEST_F(ListTest, RefusesWhatIsNoPage) {
  v1::ListIncidentsRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(FieldOf(server_.desk->List(request).status()), "page_size");
  request.set_page_size(0);
  request.set_page_token("nonsense");
  EXPECT_EQ(FieldOf(server_.desk->List(request).status()), "page_token");
}

}  // namespace
}  // namespace recourse
