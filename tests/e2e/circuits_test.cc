// Circuits, budgets and holds that callers share, over gRPC.

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/recovery_runner.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"
#include "tests/e2e/server_fixture.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;

class CircuitsTest : public ServerTest {
 protected:
  using CircuitsStub = v1::CircuitBreakers::Stub;
  using PoliciesStub = v1::TargetPolicies::Stub;

  void SetUp() override { Serve(Config()); }

  void Serve(const config::v1::ServerConfig& config) {
    Start(config);
    circuits_ = v1::CircuitBreakers::NewStub(channel_);
    policies_ = v1::TargetPolicies::NewStub(channel_);
  }

  v1::ReportCallsResponse Report(const std::string& service, int calls,
                                 int failures,
                                 const std::string& target = "db") {
    v1::ReportCallsRequest request;
    request.mutable_caller()->set_service(service);
    request.mutable_caller()->set_instance(service + "-1");
    v1::TargetCalls& sums = *request.add_targets();
    sums.set_target(target);
    sums.mutable_counts()->set_calls(calls);
    sums.mutable_counts()->set_failures(failures);
    return Call(*circuits_, &CircuitsStub::ReportCalls, request);
  }

  v1::GetCircuitResponse Circuit(const std::string& target = "db") {
    v1::GetCircuitRequest request;
    request.set_target(target);
    return Call(*circuits_, &CircuitsStub::GetCircuit, request);
  }

  v1::RecoveryResult Fail(const std::string& service,
                          const std::string& more = "") {
    return Handle(absl::StrCat(
        "{target: db, caller: {service: ", service, ", instance: ", service,
        "-1}, error: {message: connection refused}", more, "}"));
  }

  void SetPolicy(const std::string& yaml) {
    v1::SetTargetPolicyRequest request;
    *request.mutable_policy() = Parse<v1::TargetPolicy>(yaml);
    Call(*policies_, &PoliciesStub::SetTargetPolicy, request);
  }

  void Force(v1::CircuitState state, const std::string& target = "db") {
    v1::OverrideCircuitRequest request;
    request.set_target(target);
    request.mutable_override()->set_state(state);
    request.mutable_override()->set_owner("ann");
    request.mutable_override()->set_reason("migration");
    Call(*circuits_, &CircuitsStub::OverrideCircuit, request);
  }

  // Ten services see the target fail.
  void OpenForAll() {
    for (int i = 0; i < 10; ++i) Report(absl::StrCat("s", i), 10, 6);
    ASSERT_NE(Circuit().shared().state(), v1::CIRCUIT_STATE_CLOSED);
  }

  // An operation that has not begun since the circuit is open asks for a place.
  v1::RecoveryResult AskForPlace(const std::string& service) {
    return Handle(absl::StrCat(
        "{target: db, circuit_open: true, caller: {service: ", service,
        ", instance: ", service,
        "-1}, time_remaining: 60s, expected_call_time: 1s}"));
  }

  void ReportOutcome(const v1::RecoveryResult& result, v1::Outcome outcome) {
    v1::RecoveryOutcome report;
    report.set_recovery_token(result.recovery_token());
    report.set_outcome(outcome);
    Call(*stub_, &OrchestratorStub::ReportOutcome, report);
  }

  // Fills wave after wave with trials that succeed, up to one of `last`; their
  // sizes. Ends when the circuit closes.
  std::vector<int> FillWaves(int last) {
    std::vector<int> waves;
    while (waves.empty() || waves.back() < last) {
      const v1::Circuit circuit = Circuit().shared();
      if (circuit.state() == v1::CIRCUIT_STATE_CLOSED) break;
      const int size = circuit.wave_size();
      if (!waves.empty() && size == waves.back()) continue;
      std::vector<v1::RecoveryResult> trials;
      for (int i = 0; i < size + 8; ++i) {
        v1::RecoveryResult result = AskForPlace(absl::StrCat("s", i % 10));
        if (result.trial()) trials.push_back(std::move(result));
      }
      EXPECT_LE(trials.size(), static_cast<size_t>(size));
      for (const v1::RecoveryResult& trial : trials) {
        ReportOutcome(trial, v1::OUTCOME_SUCCESS);
      }
      waves.push_back(size);
    }
    return waves;
  }

  static auto HasReason(v1::TraceReason reason) {
    return Property(&v1::RecoveryResult::trace,
                    Contains(Property(&v1::StepTrace::reason, reason)));
  }

  std::unique_ptr<CircuitsStub> circuits_;
  std::unique_ptr<PoliciesStub> policies_;
};

TEST_F(CircuitsTest, OneBadCallerOpensItsOwnCircuitAlone) {
  for (int i = 0; i < 9; ++i) Report(absl::StrCat("s", i), 20, 0);
  const v1::ReportCallsResponse told = Report("bad", 20, 20);
  ASSERT_EQ(told.circuits_size(), 1);
  EXPECT_EQ(told.circuits(0).scope(), v1::CIRCUIT_SCOPE_CALLER);
  EXPECT_EQ(told.circuits(0).state(), v1::CIRCUIT_STATE_OPEN);

  const v1::GetCircuitResponse circuit = Circuit();
  EXPECT_EQ(circuit.shared().state(), v1::CIRCUIT_STATE_CLOSED);
  EXPECT_EQ(circuit.shared().active_callers(), 10);
  EXPECT_EQ(circuit.shared().failing_callers(), 1);
  ASSERT_EQ(circuit.callers_size(), 1);
  EXPECT_EQ(circuit.callers(0).caller().service(), "bad");

  EXPECT_THAT(Report("s0", 1, 0).circuits(), IsEmpty());
  EXPECT_EQ(Fail("s0").strategy_used(), v1::RECOVERY_STRATEGY_RETRY);
  EXPECT_THAT(Fail("bad", ", time_remaining: 1s"),
              HasReason(v1::TRACE_REASON_BREAKER_OPEN));
}

TEST_F(CircuitsTest, QuorumOpensForAllAndWatchersAreTold) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::WatchCircuitsRequest watch;
  watch.add_targets("d*");
  const auto stream = circuits_->WatchCircuits(&context, watch);
  v1::WatchCircuitsResponse told;
  ASSERT_TRUE(stream->Read(&told));
  EXPECT_TRUE(told.synced());

  OpenForAll();
  while (told.circuit().state() != v1::CIRCUIT_STATE_OPEN ||
         told.circuit().scope() != v1::CIRCUIT_SCOPE_SHARED) {
    ASSERT_TRUE(stream->Read(&told));
  }
  EXPECT_GT(told.circuit().epoch(), 0);
  context.TryCancel();

  const v1::RecoveryResult refused = Fail("newcomer", ", time_remaining: 1s");
  EXPECT_EQ(refused.disposition(), v1::DISPOSITION_GIVE_UP);
  EXPECT_THAT(refused, HasReason(v1::TRACE_REASON_BREAKER_OPEN));
}

TEST_F(CircuitsTest, TheFirstPartOfAWatchIsBounded) {
  constexpr int kTargets = 1200;
  for (int i = 0; i < 10; ++i) {
    for (int first = 0; first < kTargets; first += 600) {
      v1::ReportCallsRequest request;
      request.mutable_caller()->set_service(absl::StrCat("s", i));
      request.mutable_caller()->set_instance(absl::StrCat("s", i, "-1"));
      for (int target = first; target < first + 600; ++target) {
        v1::TargetCalls& sums = *request.add_targets();
        sums.set_target(absl::StrCat("t", target));
        sums.mutable_counts()->set_calls(10);
        sums.mutable_counts()->set_failures(6);
      }
      Call(*circuits_, &CircuitsStub::ReportCalls, request);
    }
  }
  ASSERT_NE(Circuit("t0").shared().state(), v1::CIRCUIT_STATE_CLOSED);
  struct Row {
    std::string targets;
    int told;
    int missed;
  };
  for (const Row& row : {Row{"t*", 1000, 200}, Row{"t77", 1, 0}}) {
    SCOPED_TRACE(row.targets);
    grpc::ClientContext context;
    SetDeadline(context);
    v1::WatchCircuitsRequest watch;
    watch.add_targets(row.targets);
    const auto stream = circuits_->WatchCircuits(&context, watch);
    v1::WatchCircuitsResponse told;
    int circuits = 0;
    while (stream->Read(&told) && !told.synced()) ++circuits;
    EXPECT_EQ(circuits, row.told);
    EXPECT_TRUE(told.synced());
    EXPECT_EQ(told.missed(), row.missed);
    context.TryCancel();
  }
}

TEST_F(CircuitsTest, WhoHasTimeIsGivenATrialOrAsksAgain) {
  OpenForAll();
  const v1::RecoveryResult first = Handle(
      "{target: db, circuit_open: true, caller: {service: a, instance: a-1}, "
      "time_remaining: 60s}");
  EXPECT_EQ(first.strategy_used(), v1::RECOVERY_STRATEGY_RETRY);
  EXPECT_TRUE(first.trial() || first.recheck());
  EXPECT_GT(first.retry().delay().seconds(), 0);
  EXPECT_THAT(first, HasReason(v1::TRACE_REASON_HELD_BACK));
  EXPECT_TRUE(first.classification().not_executed());
}

// CB15 (c): the one who was given the trial is never heard of again.
TEST_F(CircuitsTest, ATrialOfACallerThatDiedIsGivenToAnother) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {open_duration: 100ms, "
      "success_threshold: 1}}");
  OpenForAll();
  ASSERT_TRUE(AskForPlace("dead").trial());
  const v1::RecoveryResult second = AskForPlace("second");
  EXPECT_FALSE(second.trial());
  EXPECT_TRUE(second.recheck());

  ClientOptions options;
  options.caller = "alive";
  options.caller_instance = "alive-1";
  options.ask_timeout = kCallTimeout;
  const auto client = Client::Create(server_->address(), options);
  ASSERT_EQ(client.status(), absl::OkStatus());
  ASSERT_TRUE((*client)->Connect(kCallTimeout));
  int runs = 0;
  const absl::StatusOr<std::string> answer =
      recourse::Run(**client, {.target = "db", .time_budget = absl::Minutes(1)},
                    [&](const Attempt&) -> absl::StatusOr<std::string> {
                      ++runs;
                      return "fine";
                    });
  EXPECT_EQ(answer.status(), absl::OkStatus());
  EXPECT_EQ(runs, 1);
}

// The news that it closed came out of order, or were missed.
TEST_F(CircuitsTest, WhoTakesAClosedCircuitForOpenAsksOnceAndRuns) {
  ClientOptions options;
  options.caller = "late";
  options.caller_instance = "late-1";
  options.ask_timeout = kCallTimeout;
  const auto client = Client::Create(server_->address(), options);
  ASSERT_EQ(client.status(), absl::OkStatus());
  ASSERT_TRUE((*client)->Connect(kCallTimeout));
  Report("s", 1, 0);
  ASSERT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_CLOSED);
  (*client)->site("db");
  v1::Circuit half_open;
  half_open.set_target("db");
  half_open.set_state(v1::CIRCUIT_STATE_HALF_OPEN);
  (*client)->shared().sites.Tell(half_open, absl::Now());
  std::vector<v1::RecoveryResult> answers;
  const absl::StatusOr<int> answer = recourse::Run(
      **client,
      {.target = "db",
       .on_decision = [&](const auto& a) { answers.push_back(a); }},
      [](const Attempt&) -> absl::StatusOr<int> { return 42; });
  EXPECT_EQ(answer.status(), absl::OkStatus());
  EXPECT_EQ(answers.size(), 1u);
}

// CB15 (d): a retry that was granted before the circuit opened.
TEST_F(CircuitsTest, AnOutcomeOfAnOldEpochIsLateAndChangesNothing) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {window: 600s, open_duration: 600s, "
      "max_open_duration: 600s}}");
  const v1::RecoveryResult old[] = {Fail("a"), Fail("b"), Fail("c")};
  OpenForAll();
  const v1::Circuit before = Circuit().shared();
  EXPECT_EQ(before.late_outcomes(), 0);
  const v1::Outcome outcomes[] = {v1::OUTCOME_SUCCESS, v1::OUTCOME_FAILURE,
                                  v1::OUTCOME_SUCCESS};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(old[i].strategy_used(), v1::RECOVERY_STRATEGY_RETRY);
    ReportOutcome(old[i], outcomes[i]);
    const v1::Circuit after = Circuit().shared();
    EXPECT_EQ(after.late_outcomes(), i + 1);
    EXPECT_EQ(after.state(), v1::CIRCUIT_STATE_OPEN);
    EXPECT_EQ(after.epoch(), before.epoch());
    EXPECT_EQ(after.calls(), before.calls());
    EXPECT_EQ(after.failures(), before.failures());
  }
}

// CB15 (e): whatever the demand, each wave is at most twice the one before.
TEST_F(CircuitsTest, CallsComeBackInWavesAndNeverAllAtOnce) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {open_duration: 100ms, "
      "success_threshold: 1}}");
  std::vector<int> waves;
  // A wave that a stalled machine does not fill in a second ends the recovery.
  for (int tries = 0; tries < 20 && (waves.empty() || waves.back() < 8);
       ++tries) {
    Report("s0", 1, 0);
    Call(*circuits_, &CircuitsStub::ResetCircuit,
         Parse<v1::ResetCircuitRequest>("{target: db}"));
    OpenForAll();
    waves = FillWaves(8);
  }
  EXPECT_THAT(waves, ElementsAre(1, 2, 4, 8));
}

TEST_F(CircuitsTest, AlternativesGoAroundOpenCircuits) {
  Force(v1::CIRCUIT_STATE_FORCED_OPEN, "db-eu");
  const v1::RecoveryResult result =
      Fail("a",
           ", caller_steps: [{alternative_path: {alternatives: [{name: eu, "
           "target: db-eu}, {name: us, target: db-us}]}}]");
  EXPECT_EQ(result.alternative_path().alternative().name(), "us");
}

TEST_F(CircuitsTest, WhatAPersonSetsHoldsUntilReset) {
  Report("a", 1, 0);
  Force(v1::CIRCUIT_STATE_FORCED_OPEN);
  const v1::Circuit forced = Circuit().shared();
  EXPECT_EQ(forced.state(), v1::CIRCUIT_STATE_FORCED_OPEN);
  EXPECT_EQ(forced.override().owner(), "ann");
  EXPECT_THAT(Fail("a"), HasReason(v1::TRACE_REASON_BREAKER_OPEN));

  Force(v1::CIRCUIT_STATE_FORCED_CLOSED);
  for (int i = 0; i < 10; ++i) Report(absl::StrCat("s", i), 10, 10);
  EXPECT_EQ(Fail("a").strategy_used(), v1::RECOVERY_STRATEGY_RETRY);

  v1::ResetCircuitRequest reset;
  reset.set_target("db");
  const auto response = Call(*circuits_, &CircuitsStub::ResetCircuit, reset);
  EXPECT_EQ(response.circuit().state(), v1::CIRCUIT_STATE_CLOSED);
  EXPECT_FALSE(response.circuit().has_override());
}

TEST_F(CircuitsTest, RetriesStayWithinTheBudget) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {consecutive_failures: 0, "
      "min_calls: "
      "1000000}, retry_budget: {retry_ratio: 0.2, min_retries_per_second: "
      "0.3}}");
  for (int i = 0; i < 100; ++i) Report(absl::StrCat("s", i), 10, 0);
  int granted = 0;
  for (int i = 0; i < 400; ++i) {
    const v1::RecoveryResult result = Fail(absl::StrCat("s", i % 100));
    if (result.strategy_used() == v1::RECOVERY_STRATEGY_RETRY) {
      ++granted;
      continue;
    }
    ASSERT_THAT(result, HasReason(v1::TRACE_REASON_BUDGET_EXHAUSTED));
    ASSERT_THAT(result.error_message(), HasSubstr("db"));
  }
  EXPECT_LE(granted, 203);
  EXPECT_GE(granted, 190);  // A loaded machine may let some calls expire.
  EXPECT_GT(Circuit().shared().retry_budget().used(), 0);
}

// One caller's 429 and how long it was told to wait.
constexpr char kToldToWait[] =
    "{target: db, quota_scope: key, caller: {instance: a}, error: "
    "{http_status: "
    "429, message: slow down, retry_after: ";

TEST_F(CircuitsTest, RetryAfterToldToOneHoldsAll) {
  Handle(absl::StrCat(kToldToWait, "30s}}"));
  const v1::RecoveryResult other = Fail("b", ", quota_scope: key");
  EXPECT_GE(other.retry().delay().seconds(), 20);
  EXPECT_THAT(other, HasReason(v1::TRACE_REASON_HELD_BACK));
  EXPECT_LE(Fail("c", ", quota_scope: other").retry().delay().seconds(), 2);
}

TEST_F(CircuitsTest, AHostileRetryAfterHoldsNobody) {
  Handle(absl::StrCat(kToldToWait, "315360000s}}"));
  EXPECT_LE(Fail("b", ", quota_scope: key").retry().delay().seconds(), 2);
}

TEST_F(CircuitsTest, ReportsThatComeTwiceCountOnce) {
  v1::ReportCallsRequest request;
  request.mutable_caller()->set_instance("a-1");
  request.set_sequence(7);
  v1::TargetCalls& sums = *request.add_targets();
  sums.set_target("db");
  sums.mutable_counts()->set_calls(5);
  EXPECT_TRUE(Call(*circuits_, &CircuitsStub::ReportCalls, request).recorded());
  EXPECT_FALSE(
      Call(*circuits_, &CircuitsStub::ReportCalls, request).recorded());
  EXPECT_EQ(Circuit().shared().calls(), 5);
}

TEST_F(CircuitsTest, BadInputIsRefusedByField) {
  struct Row {
    const char* yaml;
    const char* message;
  };
  const Row rows[] = {
      {"{caller: {instance: a}}", "targets: is required"},
      {"{targets: [{target: db, counts: {calls: 1}}]}",
       "caller.instance: is required"},
      {"{caller: {instance: a}, targets: [{counts: {calls: 1}}]}",
       "targets[0].target: is required"},
      {"{caller: {instance: a}, targets: [{target: db, counts: {calls: 1, "
       "failures: 2}}]}",
       "targets[0].counts.failures"},
      {"{namespace: A, caller: {instance: a}, targets: [{target: db}]}",
       "namespace"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.yaml);
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ReportCallsResponse response;
    const grpc::Status status = circuits_->ReportCalls(
        &context, Parse<v1::ReportCallsRequest>(row.yaml), &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr(row.message));
  }
}

TEST_F(CircuitsTest, PoliciesAreCheckedListedAndRemoved) {
  SetPolicy("{policy_id: all, target: '*', pacing: {max_retry_rate: 5}}");
  SetPolicy("{policy_id: db, target: 'd*', idempotency: NOT_IDEMPOTENT}");
  v1::ResolveTargetPolicyRequest resolve;
  resolve.set_target("db");
  EXPECT_EQ(Call(*policies_, &PoliciesStub::ResolveTargetPolicy, resolve)
                .policy()
                .policy_id(),
            "db");
  EXPECT_THAT(
      Handle("{target: db, error: {message: 'TimeoutError: Read timeout'}}"),
      HasReason(v1::TRACE_REASON_NOT_IDEMPOTENT));

  v1::SetTargetPolicyRequest stale;
  *stale.mutable_policy() =
      Parse<v1::TargetPolicy>("{policy_id: db, target: db, revision: 1}");
  grpc::ClientContext context;
  SetDeadline(context);
  v1::SetTargetPolicyResponse ignored;
  EXPECT_EQ(policies_->SetTargetPolicy(&context, stale, &ignored).error_code(),
            grpc::StatusCode::ABORTED);

  v1::DeleteTargetPolicyRequest remove;
  remove.set_policy_id("db");
  Call(*policies_, &PoliciesStub::DeleteTargetPolicy, remove);
  const auto left = Call(*policies_, &PoliciesStub::ListTargetPolicies,
                         v1::ListTargetPoliciesRequest());
  ASSERT_EQ(left.policies_size(), 1);
  EXPECT_EQ(left.policies(0).policy_id(), "all");
}

TEST_F(CircuitsTest, ARestartKeepsPoliciesOverridesAndOpenCircuits) {
  const TempDirectory directory;
  const auto config = Config(
      absl::StrCat("store: 'sqlite:", directory.path(), "/recourse.db'"));
  server_.reset();
  Serve(config);
  SetPolicy(
      "{policy_id: p, target: db, breaker: {open_duration: 600s, "
      "max_open_duration: 600s}}");
  OpenForAll();
  Force(v1::CIRCUIT_STATE_FORCED_OPEN, "cache");
  const int64_t epoch = Circuit().shared().epoch();
  server_.reset();

  Serve(config);
  const v1::Circuit kept = Circuit().shared();
  EXPECT_EQ(kept.state(), v1::CIRCUIT_STATE_OPEN);
  EXPECT_GE(kept.epoch(), epoch);
  EXPECT_GT(kept.open_remaining().seconds(), 300);
  EXPECT_EQ(Circuit("cache").shared().state(), v1::CIRCUIT_STATE_FORCED_OPEN);
}

}  // namespace
}  // namespace recourse
