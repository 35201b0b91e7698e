// A run that was granted is settled once, however often its token comes.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/orchestrator/orchestrator_fixture.h"

namespace recourse {
namespace {

class SettlementTest : public OrchestratorTest {
 protected:
  void SetUp() override {
    OrchestratorTest::SetUp();
    Build(&statistics_, &guard_);
  }

  // A failure of `db`, as a caller without counts of its own tells it.
  Decision Fail(const std::string& token = "",
                const std::string& caller = "s") {
    const Decision decision = Handle(
        absl::StrCat("{error: {message: 'connection refused'}, target: db, "
                     "caller: {service: ",
                     caller, ", instance: i}}"),
        token);
    EXPECT_EQ(decision.strategy, Strategy::kRetry);
    return decision;
  }

  // Calls, failures, failures in a row and late outcomes, of each circuit.
  std::vector<std::vector<int64_t>> Counts() const {
    std::vector<std::vector<int64_t>> counts;
    for (const CircuitView& circuit : guard_.Circuits("default", "db", now_)) {
      EXPECT_EQ(circuit.state, CircuitState::kClosed);
      counts.push_back({circuit.calls, circuit.failures,
                        circuit.consecutive_failures, circuit.late_outcomes});
    }
    return counts;
  }

  bool Report(const Decision& decision, Outcome outcome) {
    return *orchestrator_->Report(decision.recovery_token, outcome,
                                  std::nullopt);
  }

  Guard guard_{[](absl::string_view, absl::string_view) {
                 return std::make_shared<const TargetPolicy>();
               },
               [](const CircuitView&) {}};
};

TEST_F(SettlementTest, ARunThatFailedIsCounted) {
  const Decision first = Fail();
  const auto before = Counts();
  Fail(first.recovery_token);
  EXPECT_NE(Counts(), before);
}

TEST_F(SettlementTest, ARequestThatIsRefusedAndComesAgainIsCountedOnce) {
  const std::string context =
      "{error: {message: 'connection refused'}, target: db, request_id: r1, "
      "caller: {service: s, instance: i}}";
  for (int i = 0; i < 20; ++i) {
    // As without a worker for it.
    ASSERT_EQ(Begin(Request(context)).status(), absl::OkStatus());
  }
  const auto counts = Counts();
  Handle(context);
  EXPECT_EQ(Counts(), counts);
  Fail();
  EXPECT_NE(Counts(), counts) << "another request";
}

TEST_F(SettlementTest, ATokenThatComesAgainIsOneFailureInStatistics) {
  const auto failed_retries = [this] {
    const auto report = statistics_.Report(v1::STATISTICS_WINDOW_ALL, now_);
    for (const auto& strategy : report.strategies()) {
      if (strategy.strategy() == v1::RECOVERY_STRATEGY_RETRY)
        return strategy.failed();
    }
    return int64_t{-1};
  };
  const Decision first = Fail();
  EXPECT_EQ(failed_retries(), 0);
  Decision last;
  for (int i = 0; i < 5; ++i) last = Fail(first.recovery_token);
  EXPECT_EQ(failed_retries(), 1);
  Fail(last.recovery_token);
  EXPECT_EQ(failed_retries(), 2);
}

TEST_F(SettlementTest, ATokenThatComesAgainChangesNoCircuit) {
  const Decision first = Fail();
  const Decision second = Fail(first.recovery_token);
  const auto before = Counts();
  for (int i = 0; i < 20; ++i) {
    const Decision again = Fail(first.recovery_token);
    EXPECT_EQ(again.recovery_id, second.recovery_id);
    EXPECT_EQ(std::get<RetryAction>(*again.action).attempt, 2)
        << "the answer is as before";
  }
  EXPECT_EQ(Counts(), before);
}

TEST_F(SettlementTest, OneThatIsReportedAfterItFailedIsNotCountedAgain) {
  for (const Outcome outcome :
       {Outcome::kSuccess, Outcome::kFailure, Outcome::kAbandoned}) {
    const std::string caller(Name(outcome));
    const Decision first = Fail("", caller);
    Fail(first.recovery_token, caller);
    const auto before = Counts();
    EXPECT_TRUE(Report(first, outcome)) << "it is still a report";
    EXPECT_EQ(Counts(), before);
  }
}

TEST_F(SettlementTest, OneThatFailsAfterItsReportIsNotCountedAgain) {
  const Decision first = Fail();
  ASSERT_TRUE(Report(first, Outcome::kSuccess));
  const auto before = Counts();
  Fail(first.recovery_token);
  EXPECT_EQ(Counts(), before);
}

TEST_F(SettlementTest, EveryDecisionOfARecoveryIsSettledForItself) {
  const Decision first = Fail();
  const Decision second = Fail(first.recovery_token);
  const auto before = Counts();
  ASSERT_TRUE(Report(second, Outcome::kSuccess));
  EXPECT_NE(Counts(), before);
}

}  // namespace
}  // namespace recourse
