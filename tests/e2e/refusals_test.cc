// Refusals by their reason, each as a caller meets it.

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"
#include "server/plan/token.h"
#include "server/store/store.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/server_fixture.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class RefusalsTest : public ServerTest {
 protected:
  template <typename Request, typename Response, typename Stub>
  static grpc::Status Try(Stub& stub,
                          grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                       const Request&,
                                                       Response*),
                          const std::string& yaml) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    return (stub.*method)(&context, Parse<Request>(yaml), &response);
  }

  grpc::Status TryToken(const std::string& token) {
    return Try(
        *stub_, &OrchestratorStub::HandleError,
        absl::StrCat("{error: {message: x}, recovery_token: '", token, "'}"));
  }

  std::unique_ptr<v1::CircuitBreakers::Stub> Circuits() {
    return v1::CircuitBreakers::NewStub(channel_);
  }
  std::unique_ptr<v1::TargetPolicies::Stub> Policies() {
    return v1::TargetPolicies::NewStub(channel_);
  }
};

TEST_F(RefusalsTest, WhatIsNotThereOrNotYet) {
  Start();
  const std::string retried =
      Handle("error: {message: 'TimeoutError: Read timeout'}").recovery_token();
  using grpc::StatusCode;
  const struct {
    grpc::Status status;
    Refused refused;
  } kRows[] = {
      {Try(*Circuits(), &v1::CircuitBreakers::Stub::GetCircuit,
           "{target: unheard-of}"),
       {StatusCode::NOT_FOUND, "CIRCUIT_NOT_FOUND"}},
      {Try(*Circuits(), &v1::CircuitBreakers::Stub::ResetCircuit,
           "{target: unheard-of}"),
       {StatusCode::NOT_FOUND, "CIRCUIT_NOT_FOUND"}},
      {Try(*Policies(), &v1::TargetPolicies::Stub::GetTargetPolicy,
           "{policy_id: none}"),
       {StatusCode::NOT_FOUND, "POLICY_NOT_FOUND"}},
      {Try(*Policies(), &v1::TargetPolicies::Stub::DeleteTargetPolicy,
           "{policy_id: none}"),
       {StatusCode::NOT_FOUND, "POLICY_NOT_FOUND"}},
      {Try(*stub_, &OrchestratorStub::UpdateErrorPattern,
           "{pattern: {pattern_id: none, error_type: CUSTOM, regex_pattern: "
           "x, recovery_strategy: RETRY}}"),
       {StatusCode::NOT_FOUND, "PATTERN_NOT_FOUND"}},
      {Try(*stub_, &OrchestratorStub::RemoveErrorPattern, "{pattern_id: none}"),
       {StatusCode::NOT_FOUND, "PATTERN_NOT_FOUND"}},
      {Try(*incidents_, &v1::Incidents::Stub::AwaitIncident,
           absl::StrCat("{incident_id: i1, recovery_token: ", retried, "}")),
       {StatusCode::FAILED_PRECONDITION, "NOT_WAITING"}},
      {Try(*stub_, &OrchestratorStub::HandleError,
           "{error: {message: x}, min_registry_revision: 1000000}"),
       {StatusCode::UNAVAILABLE, "REGISTRY_BEHIND"}},
  };
  for (size_t i = 0; i < std::size(kRows); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(ReadRefusal(kRows[i].status), kRows[i].refused)
        << kRows[i].status.error_message();
  }
}

TEST_F(RefusalsTest, AChangeOfWhatWasChangedMeanwhile) {
  Start();
  const int64_t old =
      Add("{pattern_id: p, error_type: CUSTOM, regex_pattern: x, "
          "recovery_strategy: RETRY}")
          .pattern()
          .revision();
  const std::string update = absl::StrCat(
      "{pattern: {pattern_id: p, error_type: CUSTOM, regex_pattern: y, "
      "recovery_strategy: RETRY, revision: ",
      old, "}}");
  ASSERT_TRUE(Try(*stub_, &OrchestratorStub::UpdateErrorPattern, update).ok());
  for (const grpc::Status& status :
       {Try(*stub_, &OrchestratorStub::UpdateErrorPattern, update),
        Try(*stub_, &OrchestratorStub::RemoveErrorPattern,
            absl::StrCat("{pattern_id: p, revision: ", old, "}"))}) {
    const Refused refused = ReadRefusal(status);
    EXPECT_EQ(refused.code, grpc::StatusCode::ABORTED);
    EXPECT_EQ(refused.reason, "STALE_REVISION");
  }
}

// Tokens that this server sealed a day ago, or never.
TEST_F(RefusalsTest, TokensOfAnotherDayOrServer) {
  Start();
  const std::string strange =
      Handle("error: {message: 'TimeoutError: Read timeout'}").recovery_token();
  server_.reset();
  const TempDirectory directory;
  const std::string store =
      absl::StrCat("sqlite:", directory.path(), "/recourse.db");
  const auto config = Config(absl::StrCat("store: '", store, "'"));
  Start(config);
  EXPECT_EQ(ReadRefusal(TryToken(strange)),
            (Refused{grpc::StatusCode::INVALID_ARGUMENT, "TOKEN_FORGED",
                     "recovery_token"}));

  server_.reset();
  std::string key;
  {
    const auto opened = OpenStore(store);
    ASSERT_EQ(opened.status(), absl::OkStatus());
    const auto entry = (*opened)->Get("token_key");
    ASSERT_TRUE(entry.ok() && entry->has_value());
    key = (*entry)->value;
  }
  Start(config);
  const TokenSealer sealer(key);
  Progress progress;
  progress.recovery_id = progress.decision_id = std::string(32, 'a');
  progress.ns = "default";
  const auto try_issued = [&](absl::Time time) {
    progress.issue_time = progress.decision_time = progress.start_time = time;
    return TryToken(sealer.Seal(progress));
  };
  const grpc::Status fresh = try_issued(absl::Now() - absl::Hours(1));
  EXPECT_TRUE(fresh.ok()) << fresh.error_message();
  EXPECT_EQ(ReadRefusal(try_issued(absl::Now() - absl::Hours(25))),
            (Refused{grpc::StatusCode::INVALID_ARGUMENT, "TOKEN_EXPIRED",
                     "recovery_token"}));
}

TEST_F(RefusalsTest, OneWatcherMoreThanThereMayBe) {
  Start(Config("limits: {max_watchers: 1}"));
  grpc::ClientContext first;
  SetDeadline(first);
  const auto watch = stub_->WatchRecoveries(&first, {});
  v1::RecoveryEvent event;
  ASSERT_TRUE(watch->Read(&event));
  grpc::ClientContext second;
  SetDeadline(second);
  const auto refused = stub_->WatchRecoveries(&second, {});
  EXPECT_FALSE(refused->Read(&event));
  EXPECT_EQ(
      ReadRefusal(refused->Finish()),
      (Refused{grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_WATCHERS"}));
  first.TryCancel();
}

TEST_F(RefusalsTest, OnePolicyMoreThanThereMayBe) {
  Start();
  const auto policies = Policies();
  const auto set = [&](int number) {
    return Try(*policies, &v1::TargetPolicies::Stub::SetTargetPolicy,
               absl::StrCat("{policy: {policy_id: p", number, ", target: t",
                            number, "}}"));
  };
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(set(i).ok()) << i;
  EXPECT_EQ(
      ReadRefusal(set(1000)),
      (Refused{grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_POLICIES"}));
  EXPECT_TRUE(set(999).ok());  // One that is there.
}

TEST_F(RefusalsTest, ASpentBudgetSaysWhoseHowMuchAndUntilWhen) {
  Start();
  ASSERT_TRUE(Try(*Policies(), &v1::TargetPolicies::Stub::SetTargetPolicy,
                  "{policy: {policy_id: p, target: db, breaker: "
                  "{consecutive_failures: 0, min_calls: 1000000}, "
                  "retry_budget: {retry_ratio: 0.1, min_retries_per_second: 0, "
                  "ttl: 60s}}}")
                  .ok());
  const char kFailed[] =
      "{target: db, caller: {service: a, instance: a-1}, calls: {calls: 20, "
      "failures: 1}, error: {message: connection refused}}";
  EXPECT_TRUE(Handle(kFailed).has_retry());
  // 40 calls allow 4.
  const char kAgain[] =
      "{target: db, caller: {service: a, instance: a-1}, calls: {calls: 5, "
      "failures: 1}, error: {message: connection refused}}";
  v1::RecoveryResult result;
  int retries = 1;
  for (int i = 0; i < 4; ++i) {
    result = Handle(kAgain);
    retries += result.has_retry();
  }
  EXPECT_EQ(retries, 4);
  const v1::RecoveryResult refused = Handle(
      "{target: db, caller: {service: a, instance: a-1}, error: {message: "
      "connection refused}}");
  bool found = false;
  for (const v1::StepTrace& step : refused.trace()) {
    if (step.reason() != v1::TRACE_REASON_BUDGET_EXHAUSTED) continue;
    found = true;
    EXPECT_THAT(
        step.text(),
        ContainsRegex("^all callers together used 4 of the 4\\.0 retries to db "
                      "that 40 calls in 60\\.0 s allow; more in [0-9.]+ s$"));
  }
  EXPECT_TRUE(found) << refused.ShortDebugString();
  EXPECT_THAT(refused.error_message(), HasSubstr("4 of the 4.0 retries to db"));
}

// Beside refusals: who watches recoveries sees circuits change, too.
TEST_F(RefusalsTest, AWatcherSeesACircuitChange) {
  Start();
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->WatchRecoveries(
      &context, Parse<v1::WatchRecoveriesRequest>(
                    "{kinds: [WATCHING, CIRCUIT_CHANGED]}"));
  v1::RecoveryEvent event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::RecoveryEvent::KIND_WATCHING);
  ASSERT_TRUE(Try(*Circuits(), &v1::CircuitBreakers::Stub::OverrideCircuit,
                  "{target: db, override: {state: FORCED_OPEN, owner: ann, "
                  "reason: migration}}")
                  .ok());
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.kind(), v1::RecoveryEvent::KIND_CIRCUIT_CHANGED);
  EXPECT_EQ(event.circuit().target(), "db");
  EXPECT_EQ(event.circuit().state(), v1::CIRCUIT_STATE_FORCED_OPEN);
  EXPECT_EQ(event.circuit().override().owner(), "ann");
  context.TryCancel();
}

}  // namespace
}  // namespace recourse
