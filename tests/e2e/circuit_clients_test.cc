// Circuits and budgets as whole clients share them.

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"
#include "tests/e2e/server_fixture.h"

namespace recourse {
namespace {

using ::testing::Contains;
using ::testing::Property;

// What may have been done: NOT_IDEMPOTENT ones end with it, and are told.
const absl::Status kTimedOut = absl::DeadlineExceededError("read timed out");
const absl::Status kRefused = absl::UnavailableError("connection refused");

class CircuitClientsTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  void SetPolicy(const std::string& yaml) {
    v1::SetTargetPolicyRequest request;
    *request.mutable_policy() = Parse<v1::TargetPolicy>(yaml);
    Call(*v1::TargetPolicies::NewStub(channel_),
         &v1::TargetPolicies::Stub::SetTargetPolicy, request);
  }

  v1::GetCircuitResponse Circuit() {
    return Call(*v1::CircuitBreakers::NewStub(channel_),
                &v1::CircuitBreakers::Stub::GetCircuit,
                Parse<v1::GetCircuitRequest>("{target: db}"));
  }

  // A program of its own, whose waits take no time.
  std::unique_ptr<Client> Program(const std::string& service) {
    ClientOptions options;
    options.caller = service;
    options.caller_instance = service + "-1";
    options.ask_timeout = kCallTimeout;
    options.clock = std::make_shared<test_mode::FakeClock>();
    auto client = Client::Create(server_->address(), options);
    EXPECT_EQ(client.status(), absl::OkStatus());
    return *std::move(client);
  }

  // One call that fails if it says so, and is not to be repeated; whether it
  // ran.
  static bool RunOnce(Client& client, bool fails) {
    int runs = 0;
    const absl::Status status =
        recourse::Run(client,
                      {.target = "db",
                       .idempotency = v1::IDEMPOTENCY_NOT_IDEMPOTENT,
                       .time_budget = absl::Seconds(1)},
                      [&](const Attempt&) -> absl::StatusOr<bool> {
                        ++runs;
                        if (fails) return kTimedOut;
                        return true;
                      })
            .status();
    EXPECT_EQ(IsCircuitOpen(status), runs == 0) << status;
    if (runs > 0) {
      EXPECT_EQ(status.code(),
                fails ? kTimedOut.code() : absl::StatusCode::kOk);
    }
    EXPECT_LE(runs, 1);
    return runs == 1;
  }

  // Whether a call that has little time is let through.
  static bool LetsThrough(Client& client) {
    int runs = 0;
    const absl::Status status =
        recourse::Run(client, {.target = "db", .time_budget = absl::Seconds(1)},
                      [&](const Attempt&) -> absl::StatusOr<bool> {
                        ++runs;
                        return true;
                      })
            .status();
    EXPECT_EQ(runs, status.ok() ? 1 : 0);
    EXPECT_EQ(IsCircuitOpen(status), !status.ok()) << status;
    return status.ok();
  }
};

// CB15 (a): nine see a healthy target, one sees nothing else but failures.
TEST_F(CircuitClientsTest, WhoAloneFailsIsAloneKeptBack) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {caller_open_duration: 600s}}");
  std::vector<std::unique_ptr<Client>> healthy;
  for (int i = 0; i < 9; ++i) {
    healthy.push_back(Program(absl::StrCat("s", i)));
    for (int call = 0; call < 19; ++call) {
      EXPECT_TRUE(RunOnce(*healthy.back(), false));
    }
    // The one failure in twenty brings the others' number along.
    EXPECT_TRUE(RunOnce(*healthy.back(), true));
  }
  const auto bad = Program("bad");
  ASSERT_TRUE(bad->Connect(kCallTimeout));
  int ran = 0;
  for (int call = 0; call < 20; ++call) {
    ran += RunOnce(*bad, true);
  }
  EXPECT_GE(ran, 5);

  const v1::GetCircuitResponse circuit = Circuit();
  EXPECT_EQ(circuit.shared().state(), v1::CIRCUIT_STATE_CLOSED);
  EXPECT_EQ(circuit.shared().active_callers(), 10);
  EXPECT_EQ(circuit.shared().failing_callers(), 1);
  ASSERT_EQ(circuit.callers_size(), 1);
  EXPECT_EQ(circuit.callers(0).caller().service(), "bad");
  EXPECT_EQ(circuit.callers(0).state(), v1::CIRCUIT_STATE_OPEN);
  EXPECT_EQ(circuit.callers(0).scope(), v1::CIRCUIT_SCOPE_CALLER);

  for (const auto& client : healthy) EXPECT_TRUE(LetsThrough(*client));
  const auto again = Program("bad");
  ASSERT_TRUE(again->Connect(kCallTimeout));
  EXPECT_FALSE(LetsThrough(*again));
}

// CB15 (b): six of ten calls of each fail.
TEST_F(CircuitClientsTest, WhatAQuorumSeesHoldsForAll) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {open_duration: 600s, "
      "max_open_duration: 600s}}");
  const auto early = Program("early");
  ASSERT_TRUE(early->Connect(kCallTimeout));
  EXPECT_TRUE(LetsThrough(*early));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(Program(absl::StrCat("s", i)));
  for (int call = 0; call < 10; ++call) {
    const bool fails = call % 5 != 0 && call % 5 != 2;
    for (const auto& client : clients) RunOnce(*client, fails);
  }
  EXPECT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_OPEN);
  // Told by the watch, or in answer to its next report.
  while (LetsThrough(*early)) ASSERT_TRUE(early->Flush(kCallTimeout));
  const auto newcomer = Program("newcomer");
  ASSERT_TRUE(newcomer->Connect(kCallTimeout));
  EXPECT_FALSE(LetsThrough(*newcomer));
}

// BU10: 100 programs whose calls all fail, within the time that a budget
// counts.
TEST_F(CircuitClientsTest, RetriesOfAllStayWithinOneBudget) {
  SetPolicy(
      "{policy_id: p, target: db, breaker: {consecutive_failures: 0, "
      "min_calls: 1000000}, retry_budget: {retry_ratio: 0.2, "
      "min_retries_per_second: 0.05, ttl: 60s}}");
  constexpr int kCalls = 300;  // Few enough for one window.
  int runs = 0;
  int refused = 0;
  RunOptions options;
  options.target = "db";
  options.on_decision = [&](const v1::RecoveryResult& decision) {
    if (decision.disposition() != v1::DISPOSITION_GIVE_UP) return;
    ++refused;
    EXPECT_THAT(decision.trace(),
                Contains(Property(
                    &v1::StepTrace::reason,
                    testing::AnyOf(v1::TRACE_REASON_BUDGET_EXHAUSTED,
                                   v1::TRACE_REASON_ATTEMPTS_EXHAUSTED))));
    EXPECT_NE(decision.error_message(), "");
  };
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 100; ++i)
    clients.push_back(Program(absl::StrCat("s", i)));
  for (int call = 0; call < kCalls; ++call) {
    EXPECT_EQ(recourse::Run(*clients[call % 100], options,
                            [&](const Attempt&) -> absl::StatusOr<bool> {
                              ++runs;
                              return kRefused;
                            })
                  .status()
                  .code(),
              kRefused.code());
  }
  EXPECT_LE(runs - kCalls, 60 + 3);
  EXPECT_GE(runs - kCalls, 40);  // A loaded machine may let some calls expire.
  EXPECT_EQ(refused, kCalls);
}

}  // namespace
}  // namespace recourse
