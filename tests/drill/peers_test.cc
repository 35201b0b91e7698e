// Peers do what their defaults say: when an operation that always fails is
// tried.
#include <string>
#include <vector>

#include "bench/drill/policy.h"
#include "gtest/gtest.h"

namespace recourse::drill {
namespace {

PolicyKind Find(const std::string& name) {
  for (PolicyKind& kind : AllPolicies()) {
    if (kind.name == name) return std::move(kind);
  }
  ADD_FAILURE() << "no policy " << name;
  return {};
}

Scenario TwoCallers() {
  Scenario scenario;
  scenario.callers = 2;
  return scenario;
}

// The times of the attempts of an operation that begins at `now`, each of which
// fails at once; at most 10.
std::vector<double> Attempts(Policy& policy, Nanos now) {
  Operation operation;
  operation.number = static_cast<uint64_t>(now) + 1;
  std::vector<double> times;
  Next next = policy.Begin(operation, now);
  while (next.what != Next::Do::kEnd && times.size() < 10) {
    if (next.what == Next::Do::kWait) {
      now = next.at;
      next = policy.Woke(operation, now);
    } else {
      times.push_back(ToSeconds(now));
      ++operation.attempts;
      operation.ending = Ending::kRefused;
      next = policy.Failed(operation, now);
    }
  }
  return times;
}

std::vector<double> Attempts(const std::string& name) {
  return Attempts(*Find(name).make(TwoCallers(), 1), 0);
}

TEST(PeersTest, WithoutJitter) {
  const struct {
    const char* name;
    std::vector<double> times;
  } rows[] = {
      {"no retry", {0}},
      {"fixed", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
      {"exponential", {0, 1, 3, 7, 15, 31, 51, 71, 91, 111}},
      {"tenacity", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {"Polly", {0, 2, 4, 6}},
      {"resilience4j", {0, 0.5, 1}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Attempts(row.name), row.times) << row.name;
  }
}

TEST(PeersTest, WithJitter) {
  const struct {
    const char* name;
    std::vector<double> most;  // Of the waits, in order.
  } rows[] = {
      {"full jitter", {1, 2, 4, 8, 16, 20, 20, 20, 20}},
      {"decorrelated", {3, 9, 20, 20, 20, 20, 20, 20, 20}},
      {"tenacity wre", {1, 2, 4, 8, 16, 32, 60, 60, 60}},
      {"gRPC", {0.12, 0.24, 0.48}},
      {"Finagle", {2, 4, 8, 16, 32, 32, 32, 32, 32}},
  };
  for (const auto& row : rows) {
    const std::vector<double> times = Attempts(row.name);
    ASSERT_EQ(times.size(), row.most.size() + 1) << row.name;
    for (size_t i = 0; i < row.most.size(); ++i) {
      const double wait = times[i + 1] - times[i];
      EXPECT_GE(wait, 0) << row.name << " " << i;
      EXPECT_LE(wait, row.most[i] + 1e-6) << row.name << " " << i;
    }
  }
}

// gRPC's throttle, 10 tokens: the fifth failure leaves 5, and that is too few.
TEST(PeersTest, GrpcThrottlesEachClientForItself) {
  const auto policy = Find("gRPC").make(TwoCallers(), 1);
  EXPECT_EQ(Attempts(*policy, 0).size(), 4u);
  EXPECT_EQ(Attempts(*policy, kSecond).size(), 1u);
  Operation success;
  for (int i = 0; i < 60; ++i) policy->Succeeded(success, 2 * kSecond);
  EXPECT_EQ(Attempts(*policy, 3 * kSecond).size(), 4u);
  Operation other;
  other.caller = 1;
  EXPECT_EQ(policy->Failed(other, 4 * kSecond).what, Next::Do::kWait);
}

// 100 + 0.2 for each of its calls, in 10 s.
TEST(PeersTest, FinagleStopsWhenItsBudgetIsSpent) {
  const auto policy = Find("Finagle").make(TwoCallers(), 1);
  Operation operation;
  policy->Begin(operation, 0);
  int retries = 0;
  while (policy->Failed(operation, 0).what == Next::Do::kWait) ++retries;
  EXPECT_EQ(retries, 100);
  EXPECT_EQ(policy->Failed(operation, 11 * kSecond).what, Next::Do::kWait);
}

TEST(PeersTest, Resilience4jOpensAfterAHundredCalls) {
  const auto policy = Find("resilience4j").make(TwoCallers(), 1);
  Nanos now = 0;
  for (int i = 0; i < 33; ++i) {
    now += kSecond;
    EXPECT_EQ(Attempts(*policy, now).size(), 3u) << i;
  }
  EXPECT_EQ(Attempts(*policy, now).size(), 1u) << "the hundredth call opens it";
  EXPECT_EQ(Attempts(*policy, now + 58 * kSecond).size(), 0u);
  EXPECT_EQ(Attempts(*policy, now + 61 * kSecond).size(), 3u) << "trials";
}

TEST(PeersTest, PollyOpensAtATenthOfAHundredCalls) {
  const auto policy = Find("Polly").make(TwoCallers(), 1);
  Operation operation;
  for (int i = 0; i < 90; ++i) policy->Succeeded(operation, kSecond);
  for (int i = 0; i < 9; ++i) policy->Failed(operation, kSecond);
  EXPECT_EQ(policy->Begin(operation, kSecond).what, Next::Do::kCall)
      << "99 calls are too few";
  policy->Failed(operation, kSecond);
  Operation refused;
  EXPECT_EQ(policy->Begin(refused, 2 * kSecond).what, Next::Do::kWait);
  EXPECT_EQ(policy->Woke(refused, 7 * kSecond).what, Next::Do::kCall);
}

// Who honours a Retry-After waits at least so long.
TEST(PeersTest, RetryAfter) {
  for (const PolicyKind& kind : AllPolicies()) {
    if (kind.is_ours || kind.is_baseline) continue;
    const bool honours = kind.name == "fixed" || kind.name == "exponential" ||
                         kind.name == "full jitter" ||
                         kind.name == "decorrelated" || kind.name == "gRPC";
    const auto policy = kind.make(TwoCallers(), 1);
    Operation operation;
    operation.attempts = 1;
    operation.ending = Ending::kRateLimited;
    operation.retry_after = 30 * kSecond;
    policy->Begin(operation, 0);
    const Next next = policy->Failed(operation, 0);
    ASSERT_EQ(next.what, Next::Do::kWait) << kind.name;
    EXPECT_EQ(next.at >= 30 * kSecond, honours) << kind.name;
  }
}

}  // namespace
}  // namespace recourse::drill
