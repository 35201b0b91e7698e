// Waiting, stores that fail, and other servers.
#include <map>
#include <thread>

#include "server/incident/retention.h"
#include "tests/incident/desk_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// --- Waiting.

TEST_F(DeskTest, AwaitEndsAtItsDeadline) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  Awaited late(server_.desk.get(), id, "r", absl::Now() + absl::Hours(1));
  EXPECT_EQ(Awaited(server_.desk.get(), id, "r", absl::Now()).Action(),
            v1::RESOLUTION_ACTION_UNSPECIFIED);
  EXPECT_EQ(
      Awaited(server_.desk.get(), id, "r", absl::Now() + absl::Milliseconds(20))
          .Action(),
      v1::RESOLUTION_ACTION_UNSPECIFIED);
  EXPECT_EQ(late.calls(), 0);
}

TEST_F(DeskTest, AwaitOfTheUnknownIsNotFound) {
  for (const char* id : {"inc_0000000000000000", "nonsense", ""}) {
    Awaited awaited(server_.desk.get(), id, "r");
    EXPECT_TRUE(absl::IsNotFound(awaited.Wait().status())) << id;
  }
  const std::string id = server_.Escalate(Escalation()).incident_id;
  Awaited awaited(server_.desk.get(), id, "a/b");
  EXPECT_TRUE(absl::IsNotFound(awaited.Wait().status()));
}

TEST_F(DeskTest, ADroppedWaitIsNotAnswered) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  Awaited dropped(server_.desk.get(), id, "r");
  Awaited kept(server_.desk.get(), id, "r");
  dropped.Drop();
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP));
  EXPECT_EQ(kept.Action(), v1::RESOLUTION_ACTION_SKIP);
  EXPECT_EQ(dropped.calls(), 0);
}

TEST_F(DeskTest, DroppingWaitsForARunningAnswer) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  Signal running;
  Signal go_on;
  bool ended = false;
  auto wait = server_.desk->Await(id, "r", absl::InfiniteFuture(), [&](auto) {
    running.Notify();
    go_on.Wait();
    ended = true;
  });
  std::thread resolver(
      [&] { server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP)); });
  running.Wait();
  std::thread release([&] { go_on.Notify(); });
  wait.reset();
  EXPECT_TRUE(ended);
  release.join();
  resolver.join();
}

TEST_F(DeskTest, AwaitRegistersAWaiterThatWasLost) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  Awaited lost(server_.desk.get(), id, "lost");
  WaitForEntry(WaiterKey(id, "lost"), [](const auto&) { return true; });
  EXPECT_EQ(lost.calls(), 0);
  // Whether it may run again is not known any more.
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY));
  EXPECT_EQ(lost.Action(), v1::RESOLUTION_ACTION_ABORT);
  EXPECT_EQ((*lost.Wait())->refused(), v1::TRACE_REASON_NOT_IDEMPOTENT);
}

TEST_F(DeskTest, AwaitOfAnIncidentThatIsOverIsAnswered) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP));
  EXPECT_EQ(Awaited(server_.desk.get(), id, "whoever").Action(),
            v1::RESOLUTION_ACTION_SKIP);
}

TEST_F(DeskTest, ClosingAnswersWhoStillWaits) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  Awaited awaited(server_.desk.get(), id, "r");
  server_.Stop();
  EXPECT_TRUE(absl::IsUnavailable(awaited.Wait().status()));
  EXPECT_EQ(ReasonOf(awaited.Wait().status()), "DRAINING");
}

// --- The store fails.

TEST_F(DeskTest, WithoutTheStoreIncidentsAreSpooled) {
  server_.store.Set(FlakyStore::Mode::kAway);
  const EscalationReceipt receipt = server_.Escalate(Escalation().Pause("r"));
  const std::string& id = receipt.incident_id;
  EXPECT_TRUE(receipt.pending);
  EXPECT_FALSE(receipt.joined);
  const EscalationReceipt joined = server_.Escalate(Escalation().Pause("s"));
  EXPECT_TRUE(joined.pending);
  EXPECT_TRUE(joined.joined);
  EXPECT_EQ(joined.incident_id, id);
  EXPECT_THAT(server_.changes(), SizeIs(1));
  Awaited awaited(server_.desk.get(), id, "r");
  const v1::Incident pending = server_.Get(id);
  EXPECT_TRUE(pending.pending());
  EXPECT_EQ(pending.occurrence_count(), 2);
  EXPECT_EQ(pending.waiting_count(), 2);
  EXPECT_THAT(pending.waiters(), SizeIs(2));
  v1::ListIncidentsRequest list;
  ASSERT_TRUE(server_.desk->List(list).ok());
  EXPECT_THAT(server_.desk->List(list)->incidents(), SizeIs(1));
  const auto request = ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP);
  const absl::Status refused =
      server_.desk->Resolve(request, absl::Now()).status();
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_EQ(ReasonOf(refused), "STORE_UNAVAILABLE");

  server_.store.Set(FlakyStore::Mode::kWorks);
  WaitForCount(id, 2);
  WaitForEntry(WaiterKey(id, "s"), [](const auto&) { return true; });
  WaitForEntry(WaiterKey(id, "r"), [](const auto&) { return true; });
  EXPECT_THAT(Keys("outbox/log/n/"), SizeIs(1));
  // From a server that only knows the store.
  Server other(engine_.get());
  EXPECT_EQ(other.Resolve(request).resolved_waiters(), 2);
  EXPECT_EQ(awaited.Action(), v1::RESOLUTION_ACTION_SKIP);
}

TEST_F(DeskTest, AWaiterThatJoinsWithoutTheStoreIsSpooled) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  server_.store.Set(FlakyStore::Mode::kReadOnly);
  const EscalationReceipt joined = server_.Escalate(Escalation().Pause("r"));
  EXPECT_TRUE(joined.pending);
  Awaited awaited(server_.desk.get(), id, "r");
  server_.store.Set(FlakyStore::Mode::kWorks);
  WaitForEntry(WaiterKey(id, "r"), [](const auto&) { return true; });
  Server other(engine_.get());
  other.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY, "r"));
  EXPECT_EQ(awaited.Action(), v1::RESOLUTION_ACTION_RETRY);
}

TEST_F(DeskTest, ARepeatOfWhatIsSpooledSaysSo) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  const std::string key = WaiterKey(id, "r");
  server_.RefuseWritesOf(key);
  EXPECT_TRUE(server_.Escalate(Escalation().Pause("r")).pending);
  EXPECT_TRUE(server_.Escalate(Escalation().Pause("r")).pending);
  server_.store.RefuseCommits(nullptr);
  WaitForEntry(key, [](const auto&) { return true; });
}

TEST_F(DeskTest, AWaiterThatIsSpooledAsItsIncidentEndsMayStillRunAgain) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  const std::string key = WaiterKey(id, "r");
  server_.RefuseWritesOf(key);
  ASSERT_TRUE(server_.Escalate(Escalation().Pause("r")).pending);
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY));
  EXPECT_EQ(Awaited(server_.desk.get(), id, "r").Action(),
            v1::RESOLUTION_ACTION_RETRY);
  server_.store.RefuseCommits(nullptr);
  WaitForEntry(key, [](const auto&) { return true; });
  server_.Stop();
  server_.Start();
  EXPECT_EQ(Awaited(server_.desk.get(), id, "r").Action(),
            v1::RESOLUTION_ACTION_RETRY);
}

TEST_F(DeskTest, ARepeatThatIsSpooledKeepsTheResolution) {
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  Server other(engine_.get());
  other.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP, "r"));
  // The third has not heard of it, and cannot ask.
  Server third(engine_.get());
  third.store.BreakWatches();
  const std::string late =
      third.Escalate(Escalation().Pause("late")).incident_id;
  other.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT, "late"));
  third.store.Set(FlakyStore::Mode::kAway);
  EXPECT_EQ(late, id);
  for (const char* waiter : {"r", "late"}) {
    EXPECT_TRUE(third.Escalate(Escalation().Pause(waiter)).joined);
  }
  third.store.Set(FlakyStore::Mode::kWorks);
  Awaited skipped(third.desk.get(), id, "r");
  Awaited aborted(third.desk.get(), id, "late");
  EXPECT_EQ(skipped.Action(), v1::RESOLUTION_ACTION_SKIP);
  EXPECT_EQ(aborted.Action(), v1::RESOLUTION_ACTION_ABORT);
}

TEST_F(DeskTest, TheSpoolIsBounded) {
  server_.store.Set(FlakyStore::Mode::kAway);
  for (size_t i = 0; i < IncidentDesk::kMaxSpooled; ++i) {
    Escalation escalation;
    escalation.failure.target = absl::StrCat("t", i);
    ASSERT_TRUE(server_.Escalate(escalation).pending);
  }
  Escalation one_more;
  one_more.failure.target = "more";
  const absl::Status full = server_.desk->Escalate(one_more.Request()).status();
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  // What is open is still joined.
  one_more.failure.target = "t0";
  EXPECT_TRUE(server_.Escalate(one_more).joined);
}

// The newest comes first in the spool, the oldest last: wherever those stand
// that the store does not take, the others are written.
TEST_F(DeskTest, WhatTheStoreDoesNotTakeHoldsUpNothing) {
  server_.store.Set(FlakyStore::Mode::kAway);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    Escalation escalation;
    escalation.Pause("r").failure.target = absl::StrCat(i);
    escalation.now += absl::Milliseconds(i);
    ids.push_back(server_.Escalate(escalation).incident_id);
    EXPECT_EQ(server_.Get(ids.back()).pending_reason(), "");
  }
  const std::map<std::string, absl::Status> bad = {
      {ids[0], absl::InvalidArgumentError("too large")},
      {ids[2], absl::UnavailableError("not this one")},
      {ids[4], absl::DataLossError("damaged")}};
  std::map<std::string, int> tries;  // The writer's thread alone.
  Signal all_tried_twice;
  server_.store.RefuseCommits([&](const StoreTransaction& transaction) {
    for (const auto& [id, error] : bad) {
      if (transaction.compares.back().key != IncidentKey(id)) continue;
      ++tries[id];
      if (tries[ids[0]] > 1 && tries[ids[2]] > 1 && tries[ids[4]] > 1) {
        all_tried_twice.Notify();
      }
      return error;
    }
    return absl::OkStatus();
  });
  server_.store.Set(FlakyStore::Mode::kWorks);
  for (const std::string& id : {ids[1], ids[3]}) {
    WaitForIncident(id);
    WaitForEntry(WaiterKey(id, "r"), [](const auto&) { return true; });
  }
  all_tried_twice.Wait();
  for (const auto& [id, error] : bad) {
    EXPECT_TRUE(server_.Get(id).pending());
    EXPECT_EQ(server_.Get(id).pending_reason(), error.message());
  }
  server_.store.RefuseCommits(nullptr);
  for (const auto& [id, error] : bad) {
    WaitForIncident(id, [](const auto& record) {
      EXPECT_EQ(record.incident().pending_reason(), "");
      return true;
    });
    WaitForEntry(WaiterKey(id, "r"), [](const auto&) { return true; });
  }
}

TEST_F(DeskTest, AWaiterOrCountThatIsNotTakenHoldsUpNothing) {
  const std::string good = server_.Escalate(Escalation("a")).incident_id;
  const std::string bad = server_.Escalate(Escalation("b")).incident_id;
  server_.store.RefuseCommits([&](const StoreTransaction& transaction) {
    for (const StoreOp& op : transaction.ops) {
      if (absl::StrContains(op.key, bad)) {
        return absl::UnavailableError("not this one");
      }
    }
    return absl::OkStatus();
  });
  for (const char* message : {"b", "a"}) {
    server_.Escalate(Escalation(message));
    server_.Escalate(Escalation(message).Pause("r"));
  }
  WaitForCount(good, 3);
  WaitForEntry(WaiterKey(good, "r"), [](const auto&) { return true; });
  server_.store.RefuseCommits(nullptr);
  WaitForCount(bad, 3);
  WaitForEntry(WaiterKey(bad, "r"), [](const auto&) { return true; });
}

TEST_F(DeskTest, ALostAnswerDoesNotOpenTwice) {
  server_.store.Set(FlakyStore::Mode::kAnswerLost);
  const EscalationReceipt receipt = server_.Escalate(Escalation().Pause("r"));
  EXPECT_TRUE(receipt.pending);
  server_.Escalate(Escalation());
  server_.store.Set(FlakyStore::Mode::kWorks);
  WaitForCount(receipt.incident_id, 2);
  EXPECT_THAT(Keys("incidents/"), SizeIs(1));
  EXPECT_THAT(Keys("outbox/log/n/"), SizeIs(1));
}

TEST_F(DeskTest, WithoutTheStoreAnUnknownWaitIsUnavailable) {
  const std::string id = server_.Escalate(Escalation()).incident_id;
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP));
  server_.store.Set(FlakyStore::Mode::kAway);
  Awaited awaited(server_.desk.get(), id, "r");
  EXPECT_TRUE(absl::IsUnavailable(awaited.Wait().status()));
  server_.store.Set(FlakyStore::Mode::kWorks);
}

// --- Other servers.

TEST_F(DeskTest, OtherServersResolutionsArrive) {
  Server other(engine_.get());
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  EXPECT_TRUE(other.Escalate(Escalation().Pause("s")).joined);
  Awaited here(server_.desk.get(), id, "s");
  Awaited there(other.desk.get(), id, "r");
  other.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY, "s"));
  EXPECT_EQ(here.Action(), v1::RESOLUTION_ACTION_RETRY);
  server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY));
  EXPECT_EQ(there.Action(), v1::RESOLUTION_ACTION_RETRY);
}

TEST_F(DeskTest, TwoServersOpenOneIncident) {
  Server other(engine_.get());
  std::mutex mutex;
  std::set<std::string> ids;
  const auto escalate = [&](Server* server) {
    for (int i = 0; i < 50; ++i) {
      const std::string id = server->Escalate(Escalation()).incident_id;
      std::lock_guard<std::mutex> lock(mutex);
      ids.insert(id);
    }
  };
  std::thread first(escalate, &server_);
  std::thread second(escalate, &other);
  first.join();
  second.join();
  ASSERT_THAT(ids, SizeIs(1));
  WaitForCount(*ids.begin(), 100);
  EXPECT_THAT(Keys("incidents/"), SizeIs(1));
}

TEST_F(DeskTest, TwoServersWithoutTheStoreBecomeOneIncident) {
  Server other(engine_.get());
  other.store.Set(FlakyStore::Mode::kAway);
  const std::string alias =
      other.Escalate(Escalation().Pause("theirs")).incident_id;
  other.Escalate(Escalation());
  Awaited before(other.desk.get(), alias, "theirs");
  const std::string id =
      server_.Escalate(Escalation().Pause("ours")).incident_id;
  ASSERT_NE(alias, id);
  other.store.Set(FlakyStore::Mode::kWorks);
  WaitForCount(id, 3);
  WaitForEntry(WaiterKey(id, "theirs"), [](const auto&) { return true; });

  // The old id answers everywhere.
  EXPECT_EQ(other.Get(alias).incident_id(), id);
  EXPECT_EQ(server_.Get(alias).incident_id(), id);
  Awaited after(server_.desk.get(), alias, "theirs");
  v1::ListIncidentsRequest all;
  all.add_states(v1::INCIDENT_STATE_OPEN);
  all.add_states(v1::INCIDENT_STATE_RESOLVED);
  EXPECT_THAT(server_.desk->List(all)->incidents(), SizeIs(1));
  EXPECT_THAT(Keys("outbox/log/n/"), SizeIs(1));
  EXPECT_EQ(server_.Resolve(ResolveRequest(alias, v1::RESOLUTION_ACTION_RETRY))
                .resolved_waiters(),
            2);
  EXPECT_EQ(before.Action(), v1::RESOLUTION_ACTION_RETRY);
  EXPECT_EQ(after.Action(), v1::RESOLUTION_ACTION_RETRY);
}

TEST_F(DeskTest, ABrokenWatchIsTakenUpAgain) {
  Server other(engine_.get());
  const std::string id = server_.Escalate(Escalation().Pause("r")).incident_id;
  const std::string second =
      server_.Escalate(Escalation("else").Pause("s")).incident_id;
  Awaited awaited(server_.desk.get(), id, "r");
  Awaited one(server_.desk.get(), second, "s");
  server_.store.BreakWatches();
  other.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP));
  other.Resolve(ResolveRequest(second, v1::RESOLUTION_ACTION_ABORT, "s"));
  EXPECT_EQ(awaited.Action(), v1::RESOLUTION_ACTION_SKIP);
  EXPECT_EQ(one.Action(), v1::RESOLUTION_ACTION_ABORT);
  EXPECT_FALSE(server_.Escalate(Escalation()).joined);
}

TEST(DeskFileTest, IncidentsOutliveTheServer) {
  const std::string path = testing::TempDir() + "/desk_file_test.db";
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::remove((path + suffix).c_str());
  }
  std::string id;
  {
    const auto store = *OpenStore("sqlite:" + path);
    Server server(store.get());
    id = server.Escalate(Escalation().Pause("r")).incident_id;
    Escalation unsafe;
    unsafe.Pause("u").rerun_allowed = false;
    server.Escalate(unsafe);
  }
  const auto store = *OpenStore("sqlite:" + path);
  Server server(store.get());
  EXPECT_EQ(server.desk->open_count(), 1);
  EXPECT_EQ(server.Get(id).occurrence_count(), 2);
  EXPECT_EQ(server.Get(id).waiting_count(), 2);
  EXPECT_TRUE(server.Escalate(Escalation()).joined);
  Awaited safe(server.desk.get(), id, "r");
  Awaited unsafe(server.desk.get(), id, "u");
  const auto response =
      server.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_RETRY));
  EXPECT_EQ(response.resolved_waiters(), 2);
  EXPECT_EQ(response.refused_waiters(), 1);
  EXPECT_EQ(safe.Action(), v1::RESOLUTION_ACTION_RETRY);
  EXPECT_EQ(unsafe.Action(), v1::RESOLUTION_ACTION_ABORT);
}

// --- Retention.

TEST_F(DeskTest, OldIncidentsAreDeletedWithAllThatIsTheirs) {
  const absl::Time now = absl::Now();
  const auto escalate = [&](const char* target, absl::Duration age) {
    Escalation escalation;
    escalation.failure.target = target;
    escalation.now = now - age;
    return server_.Escalate(escalation.Pause("r")).incident_id;
  };
  const absl::Duration month = kIncidentRetention;
  const std::string old = escalate("old", month + absl::Hours(2));
  const std::string open = escalate("open", month + absl::Hours(2));
  const std::string fresh = escalate("fresh", month + absl::Hours(2));
  const auto resolve = [&](const std::string& id, absl::Duration age) {
    ASSERT_TRUE(
        server_.desk
            ->Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP), now - age)
            .ok());
  };
  resolve(old, month + absl::Hours(1));
  resolve(fresh, month - absl::Hours(1));
  ASSERT_TRUE(DeleteOldIncidents(*engine_, now).ok());
  EXPECT_TRUE(absl::IsNotFound(server_.desk->Get(old).status()));
  EXPECT_THAT(Keys(WaitersOf(old)), IsEmpty());
  EXPECT_THAT(Keys(DeliveriesOf(old)), IsEmpty());
  EXPECT_EQ(server_.Get(open).state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(server_.Get(fresh).state(), v1::INCIDENT_STATE_RESOLVED);
  EXPECT_THAT(Keys(WaitersOf(fresh)), SizeIs(1));
}

}  // namespace
}  // namespace recourse
