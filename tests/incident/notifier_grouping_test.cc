// When people are told: grouping, repeats, the cap and its digest.
#include "server/incident/notice.h"
#include "tests/incident/notifier_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(NotifierTest, FirstNewsOfAGroupWaitsForMore) {
  Open();
  const v1::Incident first = OpenIncident("a");
  EXPECT_THAT(Fates(first), ElementsAre("opened:PENDING:0"));
  EXPECT_THAT(After(absl::ZeroDuration()), IsEmpty());
  EXPECT_EQ(next_, clock_.Now() + absl::Seconds(30));
  EXPECT_THAT(After(absl::Seconds(10)), IsEmpty());
  const v1::Incident second = OpenIncident("a");
  EXPECT_THAT(After(absl::Seconds(19)), IsEmpty());

  const auto bodies = After(absl::Seconds(1));
  ASSERT_THAT(bodies, SizeIs(1));
  EXPECT_EQ(bodies[0]["type"], "incident.opened");
  EXPECT_EQ(bodies[0]["data"]["total"], 2);
  EXPECT_THAT(Ids(bodies[0]),
              UnorderedElementsAre(first.incident_id(), second.incident_id()));
  EXPECT_THAT(Fates(first), ElementsAre("opened:DELIVERED:1"));
  EXPECT_THAT(Fates(second), ElementsAre("opened:DELIVERED:1"));
}

TEST_F(NotifierTest, LaterNewsOfAGroupWaitsForTheInterval) {
  Open();
  OpenIncident("a");
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  const v1::Incident later = OpenIncident("a");
  EXPECT_THAT(After(absl::Seconds(30)), IsEmpty());
  EXPECT_EQ(next_, clock_.Now() - absl::Seconds(30) + absl::Minutes(5));
  const v1::Incident other = OpenIncident("b");  // Another group.
  const auto others = After(absl::Seconds(30));
  ASSERT_THAT(others, SizeIs(1));
  EXPECT_THAT(Ids(others[0]), ElementsAre(other.incident_id()));
  EXPECT_THAT(After(absl::Seconds(239)), IsEmpty());
  const auto bodies = After(absl::Seconds(1));
  ASSERT_THAT(bodies, SizeIs(1));
  EXPECT_THAT(Ids(bodies[0]), ElementsAre(later.incident_id()));
}

TEST_F(NotifierTest, NamespacesAreGroupsOfTheirOwn) {
  Open();
  OpenIncident("a");
  v1::Incident other = MakeIncident("a");
  other.set_namespace_("other");
  Put(other, NoticeKind::kOpened);
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(2));
}

TEST_F(NotifierTest, UnresolvedIncidentsAreToldAgain) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  EXPECT_EQ(next_, clock_.Now() + absl::Minutes(5));
  EXPECT_THAT(After(absl::Hours(4) - absl::Seconds(1)), IsEmpty());
  EXPECT_EQ(next_, clock_.Now() + absl::Seconds(1));
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto bodies = After(repeat == 0 ? absl::Seconds(1) : absl::Hours(4));
    ASSERT_THAT(bodies, SizeIs(1)) << repeat;
    EXPECT_EQ(bodies[0]["type"], "incident.repeated");
    EXPECT_THAT(Ids(bodies[0]), ElementsAre(incident.incident_id()));
  }
  EXPECT_THAT(Fates(incident),
              ElementsAre("opened:DELIVERED:1", "repeated:DELIVERED:1"));
}

TEST_F(NotifierTest, AResolutionIsToldAndEndsTheRepeats) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  EXPECT_THAT(After(absl::Seconds(30)), SizeIs(1));
  ResolveIncident(incident);
  const auto bodies = After(absl::Minutes(5));
  ASSERT_THAT(bodies, SizeIs(1));
  EXPECT_EQ(bodies[0]["type"], "incident.resolved");
  EXPECT_EQ(bodies[0]["data"]["incidents"][0]["resolution"]["action"], "ABORT");
  EXPECT_THAT(After(absl::Hours(5)), IsEmpty());
  EXPECT_THAT(Fates(incident),
              ElementsAre("opened:DELIVERED:1", "resolved:DELIVERED:1"));
}

TEST_F(NotifierTest, WhatIsOverBeforeItIsToldIsNotTold) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  clock_.Advance(absl::Seconds(20));
  ResolveIncident(incident);
  EXPECT_THAT(After(absl::Seconds(30)), IsEmpty());
  EXPECT_THAT(After(absl::Hours(5)), IsEmpty());
  EXPECT_THAT(Fates(incident),
              ElementsAre("opened:SUPPRESSED:0", "resolved:SUPPRESSED:0"));
}

TEST_F(NotifierTest, BeyondTheCapTheRestIsOneDigest) {
  options_.settings.set_max_per_minute(3);
  Open();
  std::vector<v1::Incident> incidents;
  for (const char* target : {"a", "b", "c", "d", "e"}) {
    incidents.push_back(OpenIncident(target));
  }
  const auto bodies = After(absl::Seconds(30));
  ASSERT_THAT(bodies, SizeIs(3));
  EXPECT_EQ(bodies[0]["type"], "incident.opened");
  EXPECT_EQ(bodies[1]["type"], "incident.opened");
  EXPECT_EQ(bodies[2]["type"], "incident.digest");
  EXPECT_EQ(bodies[2]["data"]["total"], 3);
  EXPECT_THAT(Ids(bodies[2]), UnorderedElementsAre(incidents[2].incident_id(),
                                                   incidents[3].incident_id(),
                                                   incidents[4].incident_id()));
  EXPECT_THAT(Fates(incidents[0]), ElementsAre("opened:DELIVERED:1"));
  EXPECT_THAT(Fates(incidents[4]), ElementsAre("opened:SUPPRESSED:1"));

  // The minute is used up: what comes now waits for its end.
  const v1::Incident more = OpenIncident("f");
  EXPECT_THAT(After(absl::Seconds(59)), IsEmpty());
  EXPECT_EQ(next_, clock_.Now() + absl::Seconds(1));
  EXPECT_THAT(After(absl::Seconds(1)), SizeIs(1));
  EXPECT_THAT(Fates(more), ElementsAre("opened:DELIVERED:1"));

  // A resolution of what only the digest told is told.
  ResolveIncident(incidents[4]);
  const auto resolved = After(absl::Minutes(5));
  ASSERT_THAT(resolved, SizeIs(1));
  EXPECT_EQ(resolved[0]["type"], "incident.resolved");
}

TEST_F(NotifierTest, ADigestShowsTheMostPressingAndCountsTheRest) {
  options_.settings.set_max_per_minute(1);
  Open();
  for (int i = 0; i < 150; ++i) {
    v1::Incident incident = MakeIncident(absl::StrCat("t", i % 30));
    // Ids of one millisecond have only 20 bits of chance.
    clock_.Advance(absl::Milliseconds(1));
    incident.set_priority(i == 77 ? v1::SEVERITY_CRITICAL : v1::SEVERITY_LOW);
    Put(incident, NoticeKind::kOpened);
  }
  const auto bodies = After(absl::Seconds(31));
  ASSERT_THAT(bodies, SizeIs(1));
  EXPECT_EQ(bodies[0]["data"]["total"], 150);
  EXPECT_EQ(bodies[0]["data"]["incidents"].size(), kMaxListedIncidents);
  EXPECT_EQ(bodies[0]["data"]["incidents"][0]["priority"], "CRITICAL");
  EXPECT_THAT(After(absl::Minutes(10)), IsEmpty());
}

TEST_F(NotifierTest, GoneIncidentsAreForgotten) {
  Open();
  const v1::Incident incident = OpenIncident("a");
  ASSERT_TRUE(
      memory_->Commit({{}, {DeleteKey(IncidentKey(incident.incident_id()))}})
          .ok());
  EXPECT_THAT(After(absl::Seconds(30)), IsEmpty());
  EXPECT_EQ(next_, absl::InfiniteFuture());
}

}  // namespace
}  // namespace recourse
