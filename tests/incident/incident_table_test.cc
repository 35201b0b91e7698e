// The rules of the table that no store shows: limits, late news, ids, waits.
#include "server/incident/incident_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/incident/incident_desk.h"
#include "server/incident/waits.h"
#include "server/wire/errors.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Standing = IncidentTable::Standing;

StoredIncident MakeIncident(const std::string& id, int64_t revision,
                            v1::IncidentState state) {
  StoredIncident stored{
      .incident_id = id, .create_revision = 1, .mod_revision = revision};
  stored.record.mutable_incident()->set_incident_id(id);
  stored.record.mutable_incident()->set_fingerprint("f" + id);
  stored.record.mutable_incident()->set_state(state);
  return stored;
}

StoredWaiter MakeWaiter(const std::string& id, const std::string& waiter_id,
                        int64_t revision, bool resolved) {
  StoredWaiter stored{
      .incident_id = id, .waiter_id = waiter_id, .mod_revision = revision};
  if (resolved) stored.record.mutable_waiter()->mutable_resolution();
  return stored;
}

TEST(IncidentTableTest, LateNewsChangeNothing) {
  IncidentTable table;
  table.Apply(MakeIncident("a", 1, v1::INCIDENT_STATE_OPEN));
  table.Apply(MakeIncident("a", 5, v1::INCIDENT_STATE_ACKNOWLEDGED));
  table.Apply(MakeIncident("a", 3, v1::INCIDENT_STATE_OPEN));
  EXPECT_EQ(table.Find("a")->record.incident().state(),
            v1::INCIDENT_STATE_ACKNOWLEDGED);

  EXPECT_TRUE(table.Apply(MakeWaiter("a", "w", 6, false)));
  EXPECT_TRUE(table.Apply(MakeWaiter("a", "w", 8, true)));
  EXPECT_FALSE(table.Apply(MakeWaiter("a", "w", 6, false)));
  EXPECT_EQ(table.StandingOf("a", "w"), Standing::kResolved);
  EXPECT_EQ(table.StandingOf("a", "x"), Standing::kUnknownWaiter);

  const auto ended =
      table.Apply(MakeIncident("a", 9, v1::INCIDENT_STATE_RESOLVED));
  ASSERT_TRUE(ended.has_value());
  EXPECT_THAT(ended->waiters, SizeIs(1));
  table.Apply(MakeIncident("a", 5, v1::INCIDENT_STATE_ACKNOWLEDGED));
  EXPECT_EQ(table.StandingOf("a", "w"), Standing::kUnknownIncident);
  EXPECT_EQ(table.size(), 0);
  EXPECT_FALSE(table.Apply(MakeIncident("a", 9, v1::INCIDENT_STATE_RESOLVED))
                   .has_value());
}

TEST(IncidentTableTest, ANewIncidentKeepsTheFingerprintOfAnOldOne) {
  IncidentTable table;
  StoredIncident old = MakeIncident("b", 1, v1::INCIDENT_STATE_OPEN);
  StoredIncident fresh = MakeIncident("a", 3, v1::INCIDENT_STATE_OPEN);
  fresh.record.mutable_incident()->set_fingerprint("fb");
  table.Apply(old);
  table.Apply(fresh);  // Before the end of the old one is known.
  table.Apply(MakeIncident("b", 2, v1::INCIDENT_STATE_RESOLVED));
  const auto entrance = table.Enter("fb", "", 1, absl::UnixEpoch());
  ASSERT_TRUE(entrance.ok());
  EXPECT_TRUE(entrance->joined);
  EXPECT_EQ(entrance->incident_id, "a");
}

TEST(IncidentTableTest, AMergerThatWasNotHeardOfEndsThePendingOne) {
  for (const bool target_is_open : {true, false}) {
    IncidentTable table;
    StoredIncident pending = MakeIncident("p", 0, v1::INCIDENT_STATE_OPEN);
    pending.create_revision = 0;
    ASSERT_TRUE(table.Spool(pending).ok());
    if (target_is_open) {
      table.Apply(MakeIncident("t", 1, v1::INCIDENT_STATE_OPEN));
    }
    StoredIncident alias = MakeIncident("p", 2, v1::INCIDENT_STATE_UNSPECIFIED);
    alias.record.set_merged_into("t");
    table.Apply(alias);
    EXPECT_EQ(table.Final("p"), "t");
    // While the target is open, repeats and waiters are yet to be handed over.
    EXPECT_THAT(table.Pending(), SizeIs(target_is_open ? 1 : 0));
    EXPECT_EQ(table.HasUnwritten(), target_is_open);
  }
}

TEST(IncidentTableTest, OpenIncidentsAreBounded) {
  IncidentTable table;
  for (size_t i = 0; i < IncidentDesk::kMaxOpenIncidents; ++i) {
    table.Apply(MakeIncident(absl::StrCat("i", i), 1, v1::INCIDENT_STATE_OPEN));
  }
  const auto full = table.Enter("new", "", 1, absl::UnixEpoch());
  EXPECT_TRUE(absl::IsResourceExhausted(full.status())) << full.status();
  EXPECT_EQ(ReasonOf(full.status()), "OVERLOADED");
  EXPECT_TRUE(table.Enter("fi7", "", 1, absl::UnixEpoch())->joined);
}

TEST(IncidentTableTest, WaitersAreBounded) {
  IncidentTable table;
  table.Apply(MakeIncident("a", 1, v1::INCIDENT_STATE_OPEN));
  for (size_t i = 0; i < IncidentDesk::kMaxWaitersPerIncident; ++i) {
    table.Apply(MakeWaiter("a", absl::StrCat("w", i), 2, false));
  }
  EXPECT_TRUE(absl::IsResourceExhausted(
      table.Enter("fa", "more", 1, absl::UnixEpoch()).status()));
  EXPECT_TRUE(table.Enter("fa", "w7", 1, absl::UnixEpoch()).ok());
  EXPECT_TRUE(table.Enter("fa", "", 1, absl::UnixEpoch()).ok());
}

TEST(IncidentTableTest, RepeatsAreCountedOnceWhateverComesFirst) {
  IncidentTable table;
  StoredIncident incident = MakeIncident("a", 1, v1::INCIDENT_STATE_OPEN);
  incident.record.mutable_incident()->set_occurrence_count(1);
  table.Apply(incident);
  ASSERT_TRUE(table.Enter("fa", "", 1, absl::UnixEpoch()).ok());
  ASSERT_TRUE(table.Enter("fa", "", 1, absl::UnixEpoch()).ok());
  const auto count = [&] {
    return table.Find("a")->record.incident().occurrence_count();
  };
  EXPECT_EQ(count(), 3);
  ASSERT_THAT(table.Uncounted(), SizeIs(1));
  UnwrittenIncident written = table.Uncounted()[0];
  EXPECT_EQ(written.repeats, 2);
  // One more while it is being written.
  ASSERT_TRUE(table.Enter("fa", "", 1, absl::UnixEpoch()).ok());
  written.stored.mod_revision = 2;
  table.Apply(written.stored);  // The watch is faster.
  table.Written(written);
  table.Apply(written.stored);
  EXPECT_EQ(count(), 4);
  EXPECT_EQ(table.Uncounted()[0].repeats, 1);
}

TEST(IncidentIdTest, NewestFirstAndWellFormed) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const std::string older = NewIncidentId(now);
  const std::string newer = NewIncidentId(now + absl::Milliseconds(1));
  EXPECT_LT(newer, older);
  EXPECT_LE(FirstIncidentIdOf(now), older);
  EXPECT_GT(FirstIncidentIdOf(now), newer);
  for (const absl::Time time :
       {now, absl::UnixEpoch(), absl::InfinitePast(), absl::InfiniteFuture()}) {
    EXPECT_TRUE(IsIncidentId(NewIncidentId(time))) << NewIncidentId(time);
  }
  for (const char* bad : {"", "inc_", "inc_e5ce7a3afff18c6",
                          "inc_e5ce7a3afff18c666", "inc_E5ce7a3afff18c66",
                          "inx_e5ce7a3afff18c66", "inc_e5ce7a3afff1/c66"}) {
    EXPECT_FALSE(IsIncidentId(bad)) << bad;
  }
}

TEST(WaitTableTest, WaitsAreBounded) {
  WaitTable waits;
  std::vector<std::unique_ptr<IncidentDesk::Wait>> handles;
  for (size_t i = 0; i < WaitTable::kMaxWaits; ++i) {
    handles.push_back(waits.Add("i", absl::StrCat("w", i),
                                absl::InfiniteFuture(), true, [](auto) {}));
  }
  absl::Status refused;
  const auto one_more =
      waits.Add("i", "w", absl::InfiniteFuture(), true,
                [&](const auto& answer) { refused = answer.status(); });
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  handles.clear();
  EXPECT_THAT(waits.WaitersOf("i"), IsEmpty());
}

TEST(WaitTableTest, MovedWaitsAreAnsweredUnderTheirNewName) {
  WaitTable waits;
  int calls = 0;
  const auto wait = waits.Add("from", "w", absl::InfiniteFuture(), true,
                              [&](const auto&) { ++calls; });
  const auto other = waits.Add("to", "w", absl::InfiniteFuture(), true,
                               [&](const auto&) { ++calls; });
  waits.Move("from", "to");
  EXPECT_THAT(waits.WaitersOf("from"), IsEmpty());
  EXPECT_THAT(waits.WaitersOf("to"), ElementsAre("w"));
  waits.Complete("from", "w", std::nullopt);
  EXPECT_EQ(calls, 0);
  waits.Complete("to", "w", std::nullopt);
  EXPECT_EQ(calls, 2);
}

TEST(WaitTableTest, HandlesMayOutliveTheTable) {
  int calls = 0;
  std::unique_ptr<IncidentDesk::Wait> wait;
  {
    WaitTable waits;
    wait = waits.Add("i", "w", absl::InfiniteFuture(), false,
                     [&](const auto&) { ++calls; });
  }
  EXPECT_EQ(calls, 1);
  wait.reset();
}

}  // namespace
}  // namespace recourse
