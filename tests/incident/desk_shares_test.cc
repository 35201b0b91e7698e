// One caller's share of the desk, and the end of what is quiet.
#include <set>

#include "server/incident/fingerprint.h"
#include "server/incident/quiet_incidents.h"
#include "server/wire/times.h"
#include "tests/incident/desk_fixture.h"

namespace recourse {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAreArray;

Escalation FailureOf(const std::string& caller, const std::string& target) {
  Escalation escalation;
  escalation.failure.caller_service = caller;
  escalation.failure.target = target;
  return escalation;
}

class DeskSharesTest : public DeskTest {
 protected:
  // Returns when there is an entry below `prefix`, now or later: of so many
  // changes the store has forgotten the first.
  void WaitForKey(const std::string& prefix) {
    const auto page = engine_->List({.prefix = prefix});
    ASSERT_TRUE(page.ok()) << page.status();
    if (!page->entries.empty()) return;
    Signal seen;
    const auto watch = engine_->Watch(prefix, page->revision + 1,
                                      [&seen](auto) { seen.Notify(); });
    ASSERT_TRUE(watch.ok()) << watch.status();
    seen.Wait();
  }

  // As many incidents as "noisy" may have.
  void FillShare(Server* server) {
    for (size_t i = 0; i < IncidentDesk::kMaxOpenPerCaller; ++i) {
      const EscalationReceipt receipt =
          server->Escalate(FailureOf("noisy", absl::StrCat("t", i)));
      ASSERT_FALSE(receipt.joined) << i;
    }
  }
};

TEST_F(DeskSharesTest, BeyondItsShareACallersFailuresAreOneIncident) {
  FillShare(&server_);
  const EscalationReceipt first =
      server_.Escalate(FailureOf("noisy", "one").Pause("r1"));
  const EscalationReceipt second =
      server_.Escalate(FailureOf("noisy", "two").Pause("r2"));
  EXPECT_FALSE(first.joined);
  EXPECT_TRUE(second.joined);
  EXPECT_EQ(second.incident_id, first.incident_id);
  // Another caller, and what is open.
  EXPECT_FALSE(server_.Escalate(FailureOf("calm", "calm one")).joined);
  EXPECT_NE(server_.Escalate(FailureOf("noisy", "t7")).incident_id,
            first.incident_id);
  // One message for the share, one for each incident before.
  EXPECT_THAT(Keys("outbox/log/n/"),
              SizeIs(IncidentDesk::kMaxOpenPerCaller + 2));

  const v1::Incident incident = server_.Get(first.incident_id);
  EXPECT_EQ(incident.title(),
            "More than 1,000 different failures of noisy are open");
  EXPECT_THAT(incident.suggested_action(), HasSubstr("Resolve the incidents"));
  EXPECT_THAT(incident.fingerprint(), StartsWith("collects:"));
  EXPECT_EQ(incident.target(), "");
  EXPECT_EQ(incident.occurrence_count(), 2);
  EXPECT_EQ(incident.waiting_count(), 2);

  // As after a restart, and on another server.
  server_.Stop();
  server_.Start();
  Server other(engine_.get());
  for (Server* server : {&server_, &other}) {
    const EscalationReceipt again =
        server->Escalate(FailureOf("noisy", "three"));
    EXPECT_TRUE(again.joined);
    EXPECT_EQ(again.incident_id, first.incident_id);
    EXPECT_NE(server->Escalate(FailureOf("calm", "calm three")).incident_id,
              first.incident_id);
  }
  Awaited one(server_.desk.get(), first.incident_id, "r1");
  const auto resolved = server_.Resolve(
      ResolveRequest(first.incident_id, v1::RESOLUTION_ACTION_RETRY));
  EXPECT_EQ(resolved.resolved_waiters(), 2);
  EXPECT_EQ(one.Action(), v1::RESOLUTION_ACTION_RETRY);
  // Its repeat is told the resolution.
  EXPECT_EQ(server_.Escalate(FailureOf("noisy", "one").Pause("r1")).incident_id,
            first.incident_id);
}

TEST_F(DeskSharesTest, WithoutTheStoreWhatCollectsIsSpooled) {
  FillShare(&server_);
  server_.store.Set(FlakyStore::Mode::kAway);
  const EscalationReceipt first =
      server_.Escalate(FailureOf("noisy", "one").Pause("r1"));
  const EscalationReceipt second =
      server_.Escalate(FailureOf("noisy", "two").Pause("r2"));
  EXPECT_TRUE(first.pending);
  EXPECT_TRUE(second.pending);
  EXPECT_EQ(second.incident_id, first.incident_id);
  EXPECT_TRUE(server_.Escalate(FailureOf("calm", "calm one")).pending);
  server_.store.Set(FlakyStore::Mode::kWorks);
  WaitForKey(WaiterKey(first.incident_id, "r1"));
  WaitForKey(WaiterKey(first.incident_id, "r2"));
  const auto written = ReadIncident(*engine_, first.incident_id);
  ASSERT_TRUE(written.ok() && written->has_value());
  EXPECT_TRUE((*written)->record.collects());
  EXPECT_EQ((*written)->record.caller_service(), "noisy");
}

config::v1::Channel LogNamed(const std::string& name) {
  config::v1::Channel channel;
  channel.set_name(name);
  channel.mutable_log();
  return channel;
}

// The first was the log's alone; who another would have paged is paged.
TEST_F(DeskSharesTest, WhatCollectsIsToldToWhomeverAFailureNames) {
  Server server(engine_.get(), {LogNamed("pager"), LogNamed("chat")});
  FillShare(&server);
  Escalation mild = FailureOf("noisy", "mild");
  mild.from_default_plan = true;
  const std::string id = server.Escalate(mild).incident_id;
  EXPECT_THAT(server.Get(id).channels(), ElementsAre("log"));
  Escalation grave = FailureOf("noisy", "grave");
  grave.action.channels = {"pager"};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(server.Escalate(grave).incident_id, id);
    EXPECT_THAT(server.Get(id).channels(), ElementsAre("log", "pager"));
    EXPECT_THAT(Keys("outbox/pager/n/"), SizeIs(1)) << i;
  }
  EXPECT_EQ(server.Escalate(mild).incident_id, id);
  EXPECT_THAT(Keys("outbox/chat/n/"), IsEmpty());
  // Both hear of its end.
  server.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_ABORT));
  EXPECT_THAT(Keys("outbox/pager/n/"), SizeIs(2));
}

TEST_F(DeskSharesTest, WhatCollectsWithoutTheStoreIsToldToAll) {
  Server server(engine_.get(), {LogNamed("pager")});
  FillShare(&server);
  server.store.Set(FlakyStore::Mode::kAway);
  Escalation mild = FailureOf("noisy", "mild");
  mild.from_default_plan = true;
  const std::string id = server.Escalate(mild).incident_id;
  Escalation grave = FailureOf("noisy", "grave");
  grave.action.channels = {"pager"};
  EXPECT_EQ(server.Escalate(grave).incident_id, id);
  server.store.Set(FlakyStore::Mode::kWorks);
  WaitForKey("outbox/pager/n/");
}

TEST(CollectingFingerprintTest, CallersAndNamespacesDiffer) {
  const std::set<std::string> all = {
      CollectingFingerprint("a", std::nullopt),
      CollectingFingerprint("a", std::string()),
      CollectingFingerprint("a", std::string("b")),
      CollectingFingerprint("b", std::string("a")),
      CollectingFingerprint("ab", std::string()),
  };
  EXPECT_THAT(all, SizeIs(5));
}

class QuietTest : public DeskSharesTest {
 protected:
  QuietTest()
      : quiet_server_(engine_.get(), {}, [this] { return clock_.Now(); }) {}

  std::string Open(const std::string& target, const std::string& waiter = "") {
    Escalation escalation = FailureOf("calm", target);
    escalation.now = clock_.Now();
    if (!waiter.empty()) escalation.Pause(waiter);
    return quiet_server_.Escalate(escalation).incident_id;
  }
  void WaitForEnd(const std::string& incident_id) {
    WaitForIncident(incident_id, [](const auto& record) {
      return record.incident().state() == v1::INCIDENT_STATE_RESOLVED;
    });
  }

  FakeClock clock_;
  Server quiet_server_;  // The fixture's own has the world's clock.
};

TEST_F(QuietTest, WhatIsQuietIsResolvedByTheServer) {
  const std::string quiet = Open("quiet");
  const std::string taken = Open("taken");
  const std::string waited_for = Open("waited for", "r");
  const std::string repeated = Open("repeated");
  v1::AcknowledgeIncidentRequest take;
  take.set_incident_id(taken);
  ASSERT_TRUE(quiet_server_.desk->Acknowledge(take, clock_.Now()).ok());
  clock_.Advance(IncidentDesk::kQuietAfter - absl::Minutes(30));
  EXPECT_EQ(Open("repeated"), repeated);
  clock_.Advance(absl::Minutes(90));  // Once an hour they are looked for.
  WaitForEnd(quiet);
  WaitForEnd(taken);
  const v1::Resolution resolution = quiet_server_.Get(quiet).resolution();
  EXPECT_EQ(resolution.resolved_by(), kQuietResolver);
  EXPECT_EQ(resolution.action(), v1::RESOLUTION_ACTION_ABORT);
  EXPECT_THAT(resolution.note(), HasSubstr("14 days"));
  EXPECT_EQ(FromMessage(resolution.resolve_time()), clock_.Now());
  EXPECT_EQ(quiet_server_.Get(waited_for).state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(quiet_server_.Get(repeated).state(), v1::INCIDENT_STATE_OPEN);

  // Its next failure is a new incident.
  EXPECT_NE(Open("quiet"), quiet);
  quiet_server_.Stop();  // The writer has told all it had.
  EXPECT_THAT(quiet_server_.changes(),
              IsSupersetOf({Pair(IncidentChange::kResolved, quiet),
                            Pair(IncidentChange::kResolved, taken)}));
}

TEST_F(QuietTest, NobodyIsLeftWaitingForWhatIsQuiet) {
  const std::string id = Open("waited for", "r");
  clock_.Advance(IncidentDesk::kQuietAfter);
  const std::string later = Open("later");
  quiet_server_.Resolve(ResolveRequest(id, v1::RESOLUTION_ACTION_SKIP, "r"));
  clock_.Advance(absl::Hours(1));
  WaitForEnd(id);
  EXPECT_EQ(Awaited(quiet_server_.desk.get(), id, "r").Action(),
            v1::RESOLUTION_ACTION_SKIP);
  EXPECT_EQ(quiet_server_.Get(later).state(), v1::INCIDENT_STATE_OPEN);
}

TEST_F(QuietTest, WhoDoesNotAskForLongWaitsNoMore) {
  const std::string abandoned = Open("abandoned", "gone");
  const std::string awaited = Open("awaited", "r");
  clock_.Advance(IncidentDesk::kAbandonedAfter - absl::Minutes(1));
  Awaited(quiet_server_.desk.get(), awaited, "r").Drop();
  clock_.Advance(absl::Hours(2));
  WaitForEnd(abandoned);
  EXPECT_EQ(quiet_server_.Get(awaited).state(), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(Awaited(quiet_server_.desk.get(), abandoned, "gone").Action(),
            v1::RESOLUTION_ACTION_ABORT);
  // A server that was just started does not know yet who asks.
  const std::string old = Open("old", "late");
  quiet_server_.Stop();
  clock_.Advance(IncidentDesk::kAbandonedAfter + absl::Minutes(1));
  quiet_server_.Start();
  clock_.Advance(IncidentDesk::kTimeToAskAgain - absl::Minutes(1));
  quiet_server_.Stop();  // After a last round.
  quiet_server_.Start();
  EXPECT_EQ(quiet_server_.Get(old).state(), v1::INCIDENT_STATE_OPEN);
  clock_.Advance(IncidentDesk::kTimeToAskAgain);
  WaitForEnd(old);
}

// More than one transaction holds, and one that changes meanwhile.
TEST_F(QuietTest, ManyAreResolvedInBatches) {
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(Open(absl::StrCat("t", i)));
  IncidentTable table;
  WaitTable waits;
  IncidentSync sync(&quiet_server_.store, &table, &waits,
                    [](const auto&, const auto&) {});
  ASSERT_TRUE(sync.Load().ok());
  std::vector<std::string> resolved;
  FlakyStore store(engine_.get());
  const auto resolve = [&](absl::Time quiet_since) -> bool {
    const auto more = ResolveQuietIncidents(
        &store, quiet_server_.notifier.get(), &table, &sync,
        {.no_failure_since = quiet_since}, clock_.Now(),
        [&](const std::string& id) { resolved.push_back(id); });
    EXPECT_TRUE(more.ok()) << more.status();
    return more.ok() && *more;
  };
  EXPECT_FALSE(resolve(clock_.Now() - absl::Seconds(1)));
  EXPECT_THAT(resolved, IsEmpty());

  std::string taken;
  store.BeforeCommit([&](const StoreTransaction& transaction) {
    if (!taken.empty()) return;
    taken = transaction.compares[0].key.substr(kIncidentPrefix.size());
    v1::AcknowledgeIncidentRequest take;
    take.set_incident_id(taken);
    ASSERT_TRUE(quiet_server_.desk->Acknowledge(take, clock_.Now()).ok());
  });
  EXPECT_TRUE(resolve(clock_.Now()));
  EXPECT_THAT(resolved, Not(AnyOf(IsEmpty(), Contains(taken))));
  EXPECT_FALSE(resolve(clock_.Now()));
  EXPECT_THAT(resolved, UnorderedElementsAreArray(ids));
  EXPECT_EQ(table.size(), 0);
  EXPECT_THAT(Keys("incident_open/"), IsEmpty());
}

TEST_F(QuietTest, WithoutTheStoreNothingIsResolved) {
  const std::string id = Open("quiet");
  IncidentTable table;
  WaitTable waits;
  IncidentSync sync(&quiet_server_.store, &table, &waits,
                    [](const auto&, const auto&) {});
  ASSERT_TRUE(sync.Load().ok());
  quiet_server_.store.Set(FlakyStore::Mode::kReadOnly);
  const auto more = ResolveQuietIncidents(
      &quiet_server_.store, quiet_server_.notifier.get(), &table, &sync,
      {.no_failure_since = clock_.Now()}, clock_.Now(),
      [](const std::string& id) { ADD_FAILURE() << id; });
  EXPECT_EQ(ReasonOf(more.status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(table.size(), 1);
  EXPECT_EQ(quiet_server_.Get(id).state(), v1::INCIDENT_STATE_OPEN);
  quiet_server_.store.Set(FlakyStore::Mode::kWorks);
}

}  // namespace
}  // namespace recourse
