// Circuits, budgets and holds that callers share, over gRPC.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"
#include "tests/e2e/server_fixture.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using ::testing::Contains;
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

TEST_F(CircuitsTest, ARestartKeepsPoliciesAndOverrides) {
  const TempDirectory directory;
  const auto config = Config(
      absl::StrCat("store: 'sqlite:", directory.path(), "/recourse.db'"));
  server_.reset();
  Serve(config);
  SetPolicy("{policy_id: p, target: db}");
  Force(v1::CIRCUIT_STATE_FORCED_OPEN);
  server_.reset();

  Serve(config);
  EXPECT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_FORCED_OPEN);
  EXPECT_EQ(Circuit().shared().override().owner(), "ann");
  const auto kept = Call(*policies_, &PoliciesStub::ListTargetPolicies,
                         v1::ListTargetPoliciesRequest());
  ASSERT_EQ(kept.policies_size(), 1);
  EXPECT_EQ(kept.policies(0).policy_id(), "p");
}

}  // namespace
}  // namespace recourse
