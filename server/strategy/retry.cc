// The same operation again, after a wait.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "server/model/stable_hash.h"
#include "server/strategy/backoff.h"
#include "server/strategy/strategy.h"

namespace recourse {
namespace {

// A time-out that grows beyond this says nothing any more.
constexpr absl::Duration kMaxTimeout = absl::Hours(24);

std::optional<absl::Duration> TimeoutOf(const RetryStep& step,
                                        absl::Duration expected, int attempt) {
  if (expected <= absl::ZeroDuration() || step.timeout_multiplier == 1) {
    return std::nullopt;
  }
  return std::min(expected * std::pow(step.timeout_multiplier, attempt),
                  std::max(kMaxTimeout, expected));
}

// Why the wait that the failed server asked for cannot be honoured.
std::optional<Exhausted> RefuseWait(const RetryStep& step,
                                    const std::optional<RetryAfter>& asked) {
  if (!asked.has_value()) return std::nullopt;
  if (asked->never) {
    return Exhausted{TraceReason::kRetryAfterTooLong,
                     "the failed server asked not to be tried again"};
  }
  if (asked->delay <= step.max_retry_after) return std::nullopt;
  return Exhausted{
      TraceReason::kRetryAfterTooLong,
      absl::StrCat("the failed server asked for a wait of ",
                   absl::FormatDuration(asked->delay), ", the step allows ",
                   absl::FormatDuration(step.max_retry_after))};
}

// Under another plan: what did not help there does not help here.
bool WasDone(const Progress& progress, const std::string& remediation) {
  const std::vector<uint64_t>& done = progress.remediations_done;
  return std::find(done.begin(), done.end(), StableHash(remediation)) !=
         done.end();
}

absl::Duration DelayFor(const RetryStep& step, const StepContext& context) {
  const double unit = UnitInterval(
      StableHash(absl::StrCat(context.seed, "/", context.granted)));
  const std::optional<RetryAfter>& asked = context.classification.retry_after;
  // "Come back at once" leaves our own backoff to keep callers apart.
  if (asked.has_value() && asked->delay > absl::ZeroDuration()) {
    return SpreadUpward(asked->delay, unit);
  }
  return AddJitter(step, BackoffDelay(step, context.granted),
                   context.progress.last_delay, unit);
}

}  // namespace

StepAnswer Decide(const RetryStep& step, const StepContext& context) {
  if (context.granted >= step.max_retries) {
    return Exhausted{
        TraceReason::kAttemptsExhausted,
        absl::StrCat("all ", step.max_retries, " retries were used")};
  }
  if (context.rerun_refused.has_value()) {
    return Exhausted{*context.rerun_refused,
                     "the operation must not run again"};
  }
  if (const auto refusal =
          RefuseWait(step, context.classification.retry_after)) {
    return *refusal;
  }
  if (!step.remediation.empty() && context.granted == 0 &&
      WasDone(context.progress, step.remediation)) {
    return Exhausted{TraceReason::kAttemptsExhausted,
                     absl::StrCat("the remediation ", step.remediation,
                                  " was done already in this recovery")};
  }
  if (!step.remediation.empty() &&
      !context.failure.capabilities.CanRemediate(step.remediation)) {
    return Exhausted{
        TraceReason::kCapabilityMissing,
        absl::StrCat("the caller does not declare the remediation ",
                     step.remediation)};
  }
  RetryAction action;
  action.attempt = context.granted + 1;
  action.max_attempts = step.max_retries;
  action.delay = DelayFor(step, context);
  action.timeout =
      TimeoutOf(step, context.failure.expected_call_time, action.attempt);
  action.remediation = step.remediation;
  return Action(std::move(action));
}

}  // namespace recourse
