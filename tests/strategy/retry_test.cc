#include <set>

#include "gtest/gtest.h"
#include "server/strategy/backoff.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using absl::Seconds;

RetryStep WithoutJitter() {
  RetryStep step;
  step.jitter = Jitter::kNone;
  return step;
}

TEST(RetryTest, GrantsWhatItSaysThenIsExhausted) {
  Situation situation;
  const RetryStep step = WithoutJitter();
  const absl::Duration kDelays[] = {Seconds(1), Seconds(2), Seconds(4)};
  for (int granted = 0; granted < 3; ++granted) {
    situation.granted = granted;
    const auto action = ActionIn<RetryAction>(situation.Ask(step));
    EXPECT_EQ(action.delay, kDelays[granted]);
    EXPECT_EQ(action.attempt, granted + 1);
    EXPECT_EQ(action.max_attempts, 3);
    EXPECT_EQ(action.timeout, std::nullopt);
    EXPECT_EQ(action.remediation, "");
  }
  for (const int granted : {3, 4, 100}) {
    situation.granted = granted;
    EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kAttemptsExhausted);
  }
}

TEST(RetryTest, ZeroRetriesIsExhaustedAtOnce) {
  RetryStep step;
  step.max_retries = 0;
  EXPECT_EQ(ReasonIn(Situation().Ask(step)), TraceReason::kAttemptsExhausted);
}

TEST(RetryTest, RefusedRerunNamesItsReason) {
  for (const TraceReason reason :
       {TraceReason::kNotIdempotent, TraceReason::kMaxElapsed,
        TraceReason::kTotalAttemptsExhausted}) {
    Situation situation;
    situation.rerun_refused = reason;
    EXPECT_EQ(ReasonIn(situation.Ask(RetryStep())), reason);
  }
}

TEST(RetryTest, NobodyComesBackBeforeTheTimeAskedFor) {
  const struct {
    absl::Duration asked, low, high;
  } kRows[] = {
      {Seconds(20), Seconds(20), Seconds(22)},
      {Seconds(300), Seconds(300), Seconds(305)},  // Above max_delay.
      {absl::Minutes(10), absl::Minutes(10), Seconds(605)},
      // At once: our own backoff holds.
      {absl::ZeroDuration(), absl::ZeroDuration(), Seconds(1)},
  };
  for (const auto& row : kRows) {
    for (uint64_t seed = 0; seed < 50; ++seed) {
      Situation situation;
      situation.seed = seed;
      situation.classification.retry_after = RetryAfter{.delay = row.asked};
      const auto action = ActionIn<RetryAction>(situation.Ask(RetryStep()));
      EXPECT_GE(action.delay, row.low);
      EXPECT_LE(action.delay, row.high);
    }
  }
}

TEST(RetryTest, RetryAfterTooLong) {
  Situation situation;
  situation.classification.retry_after =
      RetryAfter{.delay = absl::Minutes(10) + absl::Milliseconds(1)};
  EXPECT_EQ(ReasonIn(situation.Ask(RetryStep())),
            TraceReason::kRetryAfterTooLong);
  situation.classification.retry_after = RetryAfter{.never = true};
  EXPECT_EQ(ReasonIn(situation.Ask(RetryStep())),
            TraceReason::kRetryAfterTooLong);
  RetryStep patient;
  patient.max_retry_after = absl::Hours(24);
  EXPECT_EQ(ReasonIn(situation.Ask(patient)), TraceReason::kRetryAfterTooLong);
}

TEST(RetryTest, RemediationNeedsADeclaration) {
  RetryStep step;
  step.max_retries = 2;
  step.remediation = "refresh_credentials";
  Situation situation;
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kCapabilityMissing);
  situation.failure.capabilities.declared = true;
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kCapabilityMissing);
  for (const char* declared : {"refresh_credentials", "*"}) {
    situation.failure.capabilities.remediations = {declared};
    situation.progress.remediations_done.clear();
    // It runs before each retry, the second one too.
    for (situation.granted = 0; situation.granted < 2; ++situation.granted) {
      const StepAnswer answer = situation.Ask(step);
      EXPECT_EQ(ActionIn<RetryAction>(answer).remediation,
                "refresh_credentials");
      Cursor cursor;
      Advance(std::get<Action>(answer), situation.progress, cursor);
    }
  }
  // Under another plan: what did not help there is not done once more.
  situation.granted = 0;
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kAttemptsExhausted);
}

TEST(RetryTest, TimeoutGrowsWithTheRetries) {
  const struct {
    absl::Duration expected_call_time;
    double multiplier;
    int granted;
    std::optional<absl::Duration> timeout;
  } kRows[] = {
      {Seconds(30), 2, 0, Seconds(60)},
      {Seconds(30), 2, 1, Seconds(120)},
      {Seconds(30), 2, 2, Seconds(240)},
      {Seconds(30), 1.5, 0, Seconds(45)},
      {Seconds(30), 1, 0, std::nullopt},
      {Seconds(0), 2, 0, std::nullopt},
      {Seconds(30), 10, 99, absl::Hours(24)},
  };
  for (const auto& row : kRows) {
    RetryStep step;
    step.max_retries = 100;
    step.timeout_multiplier = row.multiplier;
    Situation situation;
    situation.granted = row.granted;
    situation.failure.expected_call_time = row.expected_call_time;
    EXPECT_EQ(ActionIn<RetryAction>(situation.Ask(step)).timeout, row.timeout)
        << row.multiplier << " ^ " << row.granted;
  }
}

TEST(RetryTest, ChanceIsTheSeedAlone) {
  std::set<absl::Duration> delays;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Situation situation;
    situation.seed = seed;
    const auto ask = [&] {
      return ActionIn<RetryAction>(situation.Ask(RetryStep())).delay;
    };
    const absl::Duration first = ask();
    EXPECT_EQ(first, ask());
    EXPECT_LE(first, Seconds(1));
    delays.insert(first);
  }
  EXPECT_GT(delays.size(), 95u);  // And seeds differ.
}

TEST(RetryTest, EachRetryOfASeedDrawsAnew) {
  RetryStep fixed;
  fixed.backoff = Backoff::kFixed;
  fixed.max_retries = 50;
  std::set<absl::Duration> delays;
  Situation situation;
  for (; situation.granted < 50; ++situation.granted) {
    delays.insert(ActionIn<RetryAction>(situation.Ask(fixed)).delay);
  }
  EXPECT_GT(delays.size(), 45u);
}

TEST(RetryTest, DecorrelatedJitterStartsFromTheLastWait) {
  RetryStep step;
  step.jitter = Jitter::kDecorrelated;
  Situation situation;
  situation.progress.last_delay = Seconds(10);
  bool above_the_first_range = false;
  for (situation.seed = 0; situation.seed < 50; ++situation.seed) {
    const auto action = ActionIn<RetryAction>(situation.Ask(step));
    EXPECT_GE(action.delay, Seconds(1));
    EXPECT_LE(action.delay, Seconds(30));
    above_the_first_range |= action.delay > Seconds(3);
  }
  EXPECT_TRUE(above_the_first_range);
}

}  // namespace
}  // namespace recourse
