// The rules of the table that no store shows: limits, late news, ids, waits.
#include "server/incident/incident_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/incident/fingerprint.h"
#include "server/incident/incident_desk.h"
#include "server/incident/waits.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

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

IncidentTable::Arrival Arrive(const std::string& fingerprint,
                              const std::string& waiter_id = "",
                              const std::string& caller = "a",
                              const std::string& ns = "default") {
  return {.fingerprint = fingerprint,
          .owner = {.ns = ns, .caller = caller},
          .waiter_id = waiter_id,
          .now = absl::UnixEpoch()};
}

// `count` open incidents, named "<prefix><number>"; caller null: not known.
void Fill(IncidentTable* table, const std::string& prefix, size_t count,
          const char* caller, const std::string& ns = "default") {
  for (size_t i = 0; i < count; ++i) {
    StoredIncident stored =
        MakeIncident(absl::StrCat(prefix, i), 1, v1::INCIDENT_STATE_OPEN);
    stored.record.mutable_incident()->set_namespace_(ns);
    if (caller != nullptr) stored.record.set_caller_service(caller);
    table->Apply(stored);
  }
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
  const auto entrance = table.Enter(Arrive("fb"));
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
  Fill(&table, "i", IncidentDesk::kMaxOpenIncidents / 2, nullptr, "one");
  Fill(&table, "j", IncidentDesk::kMaxOpenIncidents / 2, nullptr, "two");
  // Who has none is still heard, in one that collects.
  for (size_t i = 0; i < IncidentDesk::kMaxCollectingIncidents; ++i) {
    const auto third =
        table.Enter(Arrive("new", "", "a", absl::StrCat("ns", i)));
    ASSERT_TRUE(third.ok()) << third.status();
    ASSERT_EQ(third->collects, Collects::kNamespace);
  }
  const auto full = table.Enter(Arrive("new"));
  EXPECT_TRUE(absl::IsResourceExhausted(full.status())) << full.status();
  EXPECT_EQ(ReasonOf(full.status()), "OVERLOADED");
  EXPECT_TRUE(IncidentDesk::IsLimit(full.status()));
  EXPECT_TRUE(table.Enter(Arrive("fi7"))->joined);
  // One less that collects, and one less of the others.
  table.Leave(CollectingFingerprint("ns0", std::nullopt));
  EXPECT_EQ(table.Enter(Arrive("new"))->collects, Collects::kNamespace);
  table.Apply(MakeIncident("i7", 2, v1::INCIDENT_STATE_RESOLVED));
  EXPECT_EQ(table.Enter(Arrive("newer"))->collects, Collects::kNothing);
}

TEST(IncidentTableTest, BeyondACallersShareItsFailuresAreCollected) {
  IncidentTable table;
  Fill(&table, "i", IncidentDesk::kMaxOpenPerCaller - 1, "a");
  Fill(&table, "old", 10, nullptr);  // Counts in the namespace alone.
  const auto last = table.Enter(Arrive("last"));
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->collects, Collects::kNothing);
  // What is being opened counts, too.
  const auto more = table.Enter(Arrive("more"));
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_EQ(more->collects, Collects::kCaller);
  EXPECT_FALSE(more->joined);
  EXPECT_EQ(more->fingerprint,
            CollectingFingerprint("default", std::string("a")));
  table.Leave(more->fingerprint);

  EXPECT_TRUE(table.Enter(Arrive("fi7"))->joined);
  for (const auto& other :
       {Arrive("more", "", "b"), Arrive("more", "", "a", "elsewhere")}) {
    const auto entrance = table.Enter(other);
    ASSERT_TRUE(entrance.ok()) << entrance.status();
    EXPECT_EQ(entrance->collects, Collects::kNothing);
    table.Leave(entrance->fingerprint);
  }
  // It was not opened after all.
  table.Leave("last");
  EXPECT_EQ(table.Enter(Arrive("more"))->collects, Collects::kNothing);
}

TEST(IncidentTableTest, BeyondANamespacesShareItsFailuresAreCollected) {
  IncidentTable table;
  constexpr size_t kCallers =
      IncidentDesk::kMaxOpenPerNamespace / IncidentDesk::kMaxOpenPerCaller;
  for (size_t i = 0; i < kCallers; ++i) {
    const std::string caller = absl::StrCat("caller", i);
    Fill(&table, absl::StrCat(caller, "_"), IncidentDesk::kMaxOpenPerCaller,
         caller.c_str());
  }
  const auto newcomer = table.Enter(Arrive("new", "", "newcomer"));
  ASSERT_TRUE(newcomer.ok()) << newcomer.status();
  EXPECT_EQ(newcomer->collects, Collects::kNamespace);
  EXPECT_EQ(newcomer->fingerprint,
            CollectingFingerprint("default", std::nullopt));
  EXPECT_EQ(table.Enter(Arrive("new", "", "caller0"))->collects,
            Collects::kCaller);
  EXPECT_EQ(table.Enter(Arrive("new", "", "a", "elsewhere"))->collects,
            Collects::kNothing);
}

// Its share counts with it: the collecting one is in nobody's.
StoredIncident MakeCollecting(const std::string& id, int64_t revision,
                              v1::IncidentState state) {
  StoredIncident stored = MakeIncident(id, revision, state);
  stored.record.set_caller_service("a");
  stored.record.set_collects(true);
  v1::Incident& incident = *stored.record.mutable_incident();
  incident.set_namespace_("default");
  incident.set_fingerprint(CollectingFingerprint("default", std::string("a")));
  incident.add_channels("pager");
  return stored;
}

TEST(IncidentTableTest, AWaiterStaysInTheIncidentThatCollects) {
  IncidentTable table;
  Fill(&table, "i", IncidentDesk::kMaxOpenPerCaller, "a");
  table.Apply(MakeCollecting("c", 1, v1::INCIDENT_STATE_OPEN));
  const auto joined = table.Enter(Arrive("new", "w"));
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_TRUE(joined->joined);
  EXPECT_EQ(joined->incident_id, "c");
  EXPECT_THAT(joined->channels, ElementsAre("pager"));
  StoredWaiter waiter = MakeWaiter("c", "w", 2, false);
  waiter.record.set_error_count(1);
  table.Apply(waiter);

  // There is room again, for others and for its next failure.
  table.Apply(MakeIncident("i0", 3, v1::INCIDENT_STATE_RESOLVED));
  EXPECT_EQ(table.Enter(Arrive("new", "w"))->incident_id, "c");
  IncidentTable::Arrival next = Arrive("new", "w");
  next.error_count = 2;
  for (const auto& fresh : {Arrive("new", "x"), next}) {
    EXPECT_EQ(table.Enter(fresh)->collects, Collects::kNothing);
    table.Leave("new");
  }
  // Over, it has answered.
  table.Apply(MakeCollecting("c", 4, v1::INCIDENT_STATE_RESOLVED));
  const auto answered = table.Enter(Arrive("new", "w"));
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_TRUE(answered->answered);
  EXPECT_EQ(answered->incident_id, "c");
  EXPECT_FALSE(table.Enter(next)->answered);
}

TEST(IncidentTableTest, PendingIncidentsCountInTheirShareOnce) {
  IncidentTable table;
  Fill(&table, "i", IncidentDesk::kMaxOpenPerCaller - 1, "a");
  StoredIncident pending = MakeIncident("p", 0, v1::INCIDENT_STATE_OPEN);
  pending.create_revision = 0;
  pending.record.set_caller_service("a");
  pending.record.mutable_incident()->set_namespace_("default");
  ASSERT_TRUE(table.Spool(pending).ok());
  EXPECT_EQ(table.Enter(Arrive("new"))->collects, Collects::kCaller);
  table.Leave(CollectingFingerprint("default", std::string("a")));
  // Written, and changed after that.
  for (const int64_t revision : {5, 6}) {
    pending.create_revision = 5;
    pending.mod_revision = revision;
    table.Apply(pending);
  }
  table.Apply(MakeIncident("i0", 7, v1::INCIDENT_STATE_RESOLVED));
  EXPECT_EQ(table.Enter(Arrive("new"))->collects, Collects::kNothing);
}

TEST(IncidentTableTest, QuietIsWhatNobodyWaitsForAndDoesNotFail) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  IncidentTable table;
  const auto add = [&](const std::string& id, absl::Time last_seen) {
    StoredIncident stored = MakeIncident(id, 1, v1::INCIDENT_STATE_OPEN);
    *stored.record.mutable_incident()->mutable_last_seen_time() =
        ToMessage(last_seen);
    table.Apply(stored);
  };
  const auto quiet = [&](size_t limit = 10, bool now_and_then = false) {
    std::vector<std::string> ids;
    const QuietRule rule{
        .no_failure_since = now,
        .not_asked_since = now_and_then ? now : absl::InfinitePast()};
    for (const auto& incident : table.HoldQuiet(rule, limit)) {
      ids.push_back(incident.incident_id);
      table.Release({incident.record.incident().fingerprint()});
    }
    return ids;
  };
  add("failed later", now + absl::Seconds(1));
  add("quiet", now);
  add("repeated", now);
  add("waited for", now);
  add("was waited for", now);
  table.Apply(MakeWaiter("waited for", "w", 2, false));
  table.Apply(MakeWaiter("was waited for", "w", 2, true));
  IncidentTable::Arrival repeat = Arrive("frepeated");
  repeat.now = now + absl::Seconds(1);
  ASSERT_TRUE(table.Enter(repeat)->joined);
  EXPECT_THAT(quiet(), ElementsAre("quiet", "was waited for"));
  EXPECT_THAT(quiet(1), ElementsAre("quiet"));

  // Who waited for it does not ask any more.
  EXPECT_THAT(quiet(10, true),
              ElementsAre("quiet", "waited for", "was waited for"));
  table.NoteAsked("waited for", "w", now + absl::Seconds(1));
  // News of a waiter do not take back that it asks.
  EXPECT_TRUE(table.Apply(MakeWaiter("waited for", "w", 3, false)));
  EXPECT_THAT(quiet(10, true), ElementsAre("quiet", "was waited for"));
}

TEST(IncidentTableTest, NobodyJoinsWhatEndsAsQuiet) {
  IncidentTable table;
  table.Apply(MakeIncident("a", 1, v1::INCIDENT_STATE_OPEN));
  const auto held =
      table.HoldQuiet({.no_failure_since = absl::InfiniteFuture()}, 10);
  ASSERT_THAT(held, SizeIs(1));
  absl::Notification arrives;
  std::thread late([&] {
    arrives.Notify();
    const auto entrance = table.Enter(Arrive("fa", "w"));
    ASSERT_TRUE(entrance.ok()) << entrance.status();
    EXPECT_FALSE(entrance->joined);  // It opens one of its own.
  });
  arrives.WaitForNotification();
  for (int i = 0; i < 1'000; ++i) std::this_thread::yield();
  table.Apply(MakeIncident("a", 2, v1::INCIDENT_STATE_RESOLVED));
  table.Release({"fa"});
  late.join();
}

TEST(IncidentTableTest, WaitersAreBounded) {
  IncidentTable table;
  table.Apply(MakeIncident("a", 1, v1::INCIDENT_STATE_OPEN));
  for (size_t i = 0; i < IncidentDesk::kMaxWaitersPerIncident; ++i) {
    table.Apply(MakeWaiter("a", absl::StrCat("w", i), 2, false));
  }
  EXPECT_TRUE(
      absl::IsResourceExhausted(table.Enter(Arrive("fa", "more")).status()));
  EXPECT_TRUE(table.Enter(Arrive("fa", "w7")).ok());
  EXPECT_TRUE(table.Enter(Arrive("fa")).ok());
}

TEST(IncidentTableTest, ANamespaceHasItsShareOfWaiters) {
  IncidentTable table;
  constexpr size_t kIncidents = IncidentDesk::kMaxWaitersPerNamespace /
                                IncidentDesk::kMaxWaitersPerIncident;
  Fill(&table, "i", kIncidents + 1, "a");
  for (size_t i = 0; i < IncidentDesk::kMaxWaitersPerNamespace; ++i) {
    const std::string id = absl::StrCat("i", i % kIncidents + 1);
    table.Apply(MakeWaiter(id, absl::StrCat("w", i), 2, false));
  }
  const absl::Status full = table.Enter(Arrive("fi0", "more")).status();
  EXPECT_TRUE(IncidentDesk::IsLimit(full)) << full;
  Fill(&table, "j", 1, "a", "elsewhere");
  EXPECT_TRUE(table.Enter(Arrive("fj0", "more", "a", "elsewhere")).ok());
  // Its waiters leave with an incident.
  StoredIncident over = MakeIncident("i1", 3, v1::INCIDENT_STATE_RESOLVED);
  over.record.mutable_incident()->set_namespace_("default");
  table.Apply(over);
  EXPECT_TRUE(table.Enter(Arrive("fi0", "more")).ok());
}

TEST(IncidentTableTest, RepeatsAreCountedOnceWhateverComesFirst) {
  IncidentTable table;
  StoredIncident incident = MakeIncident("a", 1, v1::INCIDENT_STATE_OPEN);
  incident.record.mutable_incident()->set_occurrence_count(1);
  table.Apply(incident);
  ASSERT_TRUE(table.Enter(Arrive("fa")).ok());
  ASSERT_TRUE(table.Enter(Arrive("fa")).ok());
  const auto count = [&] {
    return table.Find("a")->record.incident().occurrence_count();
  };
  EXPECT_EQ(count(), 3);
  ASSERT_THAT(table.Uncounted(), SizeIs(1));
  UnwrittenIncident written = table.Uncounted()[0];
  EXPECT_EQ(written.repeats, 2);
  // One more while it is being written.
  ASSERT_TRUE(table.Enter(Arrive("fa")).ok());
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
