#include "server/gates.h"

#include <variant>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

// Time the recovery has taken; waiting for people does not count.
absl::Duration Elapsed(const Progress& progress, absl::Time now) {
  return now - progress.start_time - progress.waited;
}

}  // namespace

std::optional<TraceReason> RerunRefused(const Failure& failure,
                                        const Classification& classification,
                                        const Progress& progress,
                                        const RecoveryLimits& limits,
                                        absl::Time now) {
  if (progress.total_attempts >= limits.max_total_retries) {
    return TraceReason::kTotalAttemptsExhausted;
  }
  if (Elapsed(progress, now) >= limits.max_elapsed) {
    return TraceReason::kMaxElapsed;
  }
  if (failure.idempotency == Idempotency::kNotIdempotent &&
      !classification.not_executed) {
    return TraceReason::kNotIdempotent;
  }
  return std::nullopt;
}

std::optional<Exhausted> RefuseBeforeStep(const Step& step,
                                          const Failure& failure) {
  if (!std::holds_alternative<RetryStep>(step)) return std::nullopt;
  if (failure.upstream_attempt == 0) return std::nullopt;
  return Exhausted{TraceReason::kRetriedElsewhere,
                   absl::StrCat("a layer above repeats already, attempt ",
                                failure.upstream_attempt)};
}

std::optional<Exhausted> RefuseForTime(
    const Action& action, absl::Duration delay, const Failure& failure,
    const Progress& progress, const RecoveryLimits& limits, absl::Time now) {
  if (!RunsAgain(action)) return std::nullopt;
  const absl::Duration needed = delay + failure.expected_call_time;
  if (failure.time_remaining.has_value() && needed > *failure.time_remaining) {
    return Exhausted{
        TraceReason::kTimeTooShort,
        absl::StrCat("needs ", absl::FormatDuration(needed), ", ",
                     absl::FormatDuration(*failure.time_remaining), " remain")};
  }
  if (Elapsed(progress, now) + delay > limits.max_elapsed) {
    return Exhausted{TraceReason::kMaxElapsed,
                     absl::StrCat("a wait of ", absl::FormatDuration(delay),
                                  " ends after the recovery's ",
                                  absl::FormatDuration(limits.max_elapsed))};
  }
  return std::nullopt;
}

}  // namespace recourse
