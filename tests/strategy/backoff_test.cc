#include "server/strategy/backoff.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace recourse {
namespace {

using absl::InfiniteDuration;
using absl::Milliseconds;
using absl::Seconds;
using absl::ZeroDuration;

RetryStep MakeStep(Backoff backoff, absl::Duration base, absl::Duration cap,
                   double factor = 2) {
  RetryStep step;
  step.backoff = backoff;
  step.base_delay = base;
  step.max_delay = cap;
  step.factor = factor;
  return step;
}

struct Series {
  const char* name;
  RetryStep step;
  std::vector<absl::Duration> delays;  // For k = 0, 1, 2, ...
};

// Sources of the numbers are test suites of others that follow the same rule.
std::vector<Series> AllSeries() {
  const auto s = [](double n) { return Seconds(n); };
  const auto ms = [](int64_t n) { return Milliseconds(n); };
  return {
      {"documented default",
       MakeStep(Backoff::kExponential, s(1), s(60)),
       {s(1), s(2), s(4), s(8), s(16), s(32), s(60), s(60)}},
      {"unspecified is exponential",
       MakeStep(Backoff::kUnspecified, s(1), s(60)),
       {s(1), s(2), s(4)}},
      {"Polly linear",
       MakeStep(Backoff::kLinear, s(1), s(60)),
       {s(1), s(2), s(3), s(4)}},
      {"Polly constant",
       MakeStep(Backoff::kFixed, s(1), s(60)),
       {s(1), s(1), s(1)}},
      {"Polly base above cap",
       MakeStep(Backoff::kExponential, s(10), s(1)),
       {s(1), s(1), s(1)}},
      {"fixed above cap", MakeStep(Backoff::kFixed, s(10), s(1)), {s(1), s(1)}},
      {"linear above cap", MakeStep(Backoff::kLinear, s(10), s(1)), {s(1)}},
      {"Polly base 0",
       MakeStep(Backoff::kExponential, s(0), s(60)),
       {s(0), s(0), s(0)}},
      {"none", MakeStep(Backoff::kNone, s(1), s(60)), {s(0), s(0)}},
      {"cap 0", MakeStep(Backoff::kFixed, s(1), s(0)), {s(0), s(0)}},
      {"Finagle exponential",
       MakeStep(Backoff::kExponential, ms(2), s(60)),
       {ms(2), ms(4), ms(8), ms(16), ms(32)}},
      {"Finagle capped",
       MakeStep(Backoff::kExponential, ms(2), ms(15)),
       {ms(2), ms(4), ms(8), ms(15), ms(15)}},
      {"Temporal SDK",
       MakeStep(Backoff::kExponential, ms(50), s(10)),
       {ms(50), ms(100), ms(200), ms(400), ms(800), ms(1600), ms(3200),
        ms(6400), s(10), s(10)}},
      {"Temporal coefficient 1",
       MakeStep(Backoff::kExponential, s(2), s(60), 1),
       {s(2), s(2), s(2)}},
      {"Temporal server",
       MakeStep(Backoff::kExponential, ms(1), ms(10)),
       {ms(1), ms(2), ms(4), ms(8), ms(10)}},
      {"tenacity max 40",
       MakeStep(Backoff::kExponential, s(1), s(40)),
       {s(1), s(2), s(4), s(8), s(16), s(32), s(40), s(40)}},
      {"tenacity random_exponential's means",
       MakeStep(Backoff::kExponential, s(0.25), s(30)),
       {s(0.25), s(0.5), s(1), s(2), s(4), s(8), s(16), s(30), s(30)}},
  };
}

TEST(BackoffDelayTest, Series) {
  for (const Series& row : AllSeries()) {
    for (size_t k = 0; k < row.delays.size(); ++k) {
      EXPECT_EQ(BackoffDelay(row.step, static_cast<int>(k)), row.delays[k])
          << row.name << ", k = " << k;
    }
  }
}

// resilience4j: 100 ms x 2, cap 100 s rises strictly for ten steps, then stays.
TEST(BackoffDelayTest, RisesStrictlyToTheCap) {
  const RetryStep step =
      MakeStep(Backoff::kExponential, Milliseconds(100), Seconds(100));
  for (int k = 1; k <= 10; ++k) {
    EXPECT_GT(BackoffDelay(step, k), BackoffDelay(step, k - 1)) << k;
  }
  for (int k = 10; k <= 20; ++k) {
    EXPECT_EQ(BackoffDelay(step, k), Seconds(100)) << k;
  }
}

TEST(BackoffDelayTest, HugeRetryNumbersSaturateAtTheCap) {
  for (const Backoff backoff : {Backoff::kExponential, Backoff::kLinear}) {
    const RetryStep step = MakeStep(backoff, absl::Hours(24), absl::Hours(24));
    for (const int k : {49, 63, 64, 99, 1000, 1024, 1025, 2147483647}) {
      EXPECT_EQ(BackoffDelay(step, k), absl::Hours(24)) << k;
    }
  }
  // 0 s x infinity is still no wait.
  EXPECT_EQ(
      BackoffDelay(MakeStep(Backoff::kExponential, ZeroDuration(), Seconds(60)),
                   5000),
      ZeroDuration());
}

TEST(BackoffDelayTest, NegativeRetryNumberIsTheFirst) {
  EXPECT_EQ(BackoffDelay(RetryStep(), -1), Seconds(1));
}

struct JitterRow {
  const char* name;
  Jitter jitter;
  absl::Duration delay;
  absl::Duration last_delay;
  double unit;
  absl::Duration expected;
};

TEST(AddJitterTest, Table) {
  const auto s = [](double n) { return Seconds(n); };
  RetryStep step = MakeStep(Backoff::kExponential, s(1), s(60));
  step.jitter_min = 0.75;
  step.jitter_max = 1.25;
  const JitterRow kRows[] = {
      {"none", Jitter::kNone, s(4), s(0), 0.3, s(4)},
      {"none, above cap", Jitter::kNone, s(61), s(0), 0.3, s(60)},
      {"full, low end", Jitter::kFull, s(4), s(0), 0, s(0)},
      {"full, half", Jitter::kFull, s(4), s(0), 0.5, s(2)},
      {"unspecified is full", Jitter::kUnspecified, s(4), s(0), 0.5, s(2)},
      {"full, clamped first", Jitter::kFull, s(600), s(0), 0.5, s(30)},
      {"equal, low end", Jitter::kEqual, s(4), s(0), 0, s(2)},
      {"equal, half", Jitter::kEqual, s(4), s(0), 0.5, s(3)},
      {"equal, at the cap", Jitter::kEqual, s(60), s(0), 0.5, s(45)},
      {"decorrelated, first, low end", Jitter::kDecorrelated, s(1), s(0), 0,
       s(1)},
      {"decorrelated, first, half", Jitter::kDecorrelated, s(1), s(0), 0.5,
       s(2)},
      {"decorrelated, later", Jitter::kDecorrelated, s(1), s(7), 0.5, s(11)},
      {"decorrelated, at the cap", Jitter::kDecorrelated, s(1), s(60), 0.5,
       s(30.5)},
      {"decorrelated, after a long asked wait", Jitter::kDecorrelated, s(1),
       s(600), 0.5, s(30.5)},
      // Polly's RetryHelperTests: constant 1 s, linear 3 s.
      {"range 0", Jitter::kRange, s(1), s(0), 0, s(0.75)},
      {"range .4", Jitter::kRange, s(1), s(0), 0.4, s(0.95)},
      {"range .6", Jitter::kRange, s(1), s(0), 0.6, s(1.05)},
      {"range 1", Jitter::kRange, s(1), s(0), 1, s(1.25)},
      {"range 0, 3 s", Jitter::kRange, s(3), s(0), 0, s(2.25)},
      {"range .5, 3 s", Jitter::kRange, s(3), s(0), 0.5, s(3)},
      {"range .6, 3 s", Jitter::kRange, s(3), s(0), 0.6, s(3.15)},
      {"range at the cap, low end", Jitter::kRange, s(60), s(0), 0, s(45)},
      {"range at the cap, high end", Jitter::kRange, s(60), s(0), 1, s(60)},
      {"no wait stays none", Jitter::kDecorrelated, s(0), s(7), 0.5, s(0)},
      {"negative", Jitter::kFull, s(-1), s(0), 0.5, s(0)},
  };
  for (const JitterRow& row : kRows) {
    step.jitter = row.jitter;
    const absl::Duration got =
        AddJitter(step, row.delay, row.last_delay, row.unit);
    EXPECT_LT(absl::AbsDuration(got - row.expected), absl::Nanoseconds(2))
        << row.name << ": " << got << ", not " << row.expected;
  }
}

// resilience4j: randomized(100, 0.5) stays in [50, 150].
TEST(AddJitterTest, RangeStaysInItsRange) {
  RetryStep step = MakeStep(Backoff::kFixed, Milliseconds(100), Seconds(60));
  step.jitter = Jitter::kRange;
  step.jitter_min = 0.5;
  step.jitter_max = 1.5;
  std::mt19937_64 gen(1);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration got =
        AddJitter(step, Milliseconds(100), ZeroDuration(), unit(gen));
    EXPECT_GE(got, Milliseconds(50));
    EXPECT_LE(got, Milliseconds(150));
  }
}

// At the cap callers are still spread out, and nobody goes above it.
TEST(AddJitterTest, AtTheCapDrawsDifferAndStayBelow) {
  for (const Jitter jitter :
       {Jitter::kFull, Jitter::kEqual, Jitter::kDecorrelated, Jitter::kRange}) {
    RetryStep step;
    step.jitter = jitter;
    std::mt19937_64 gen(7);
    std::uniform_real_distribution<double> unit(0, 1);
    int at_cap = 0;
    for (int i = 0; i < 10'000; ++i) {
      const absl::Duration got =
          AddJitter(step, BackoffDelay(step, 1000), step.max_delay, unit(gen));
      ASSERT_GE(got, ZeroDuration());
      ASSERT_LE(got, step.max_delay);
      if (got == step.max_delay) ++at_cap;
    }
    EXPECT_LT(at_cap, 10) << Name(jitter);
  }
}

// Polly: exponential with jitter is never negative nor above the cap.
TEST(AddJitterTest, AnyRetryNumberStaysWithinTheCap) {
  RetryStep step = MakeStep(Backoff::kExponential, Seconds(1), Seconds(30));
  for (const int k : {1, 2, 3, 4, 10, 100, 1000, 1024, 1025}) {
    const absl::Duration got =
        AddJitter(step, BackoffDelay(step, k), ZeroDuration(), 0.9);
    EXPECT_GT(got, ZeroDuration()) << k;
    EXPECT_LE(got, Seconds(30)) << k;
  }
}

TEST(SpreadUpwardTest, Table) {
  const struct {
    absl::Duration asked;
    double unit;
    absl::Duration expected;
  } kRows[] = {
      {Seconds(20), 0, Seconds(20)},     {Seconds(20), 0.5, Seconds(21)},
      {Seconds(50), 1, Seconds(55)},     {Seconds(600), 1, Seconds(605)},
      {Seconds(600), 0.2, Seconds(601)}, {ZeroDuration(), 0.9, ZeroDuration()},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(SpreadUpward(row.asked, row.unit), row.expected) << row.asked;
    EXPECT_GE(SpreadUpward(row.asked, row.unit), row.asked);
  }
}

}  // namespace
}  // namespace recourse
