#include "client/cpp/own_steps.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cpp/backoff.h"
#include "client/cpp/durations.h"

namespace recourse {
namespace {

constexpr int kDefaultRetries = 3;
constexpr absl::Duration kDefaultMaxRetryAfter = absl::Minutes(10);
// As the server bounds it.
constexpr absl::Duration kMaxTimeout = absl::Hours(24);
constexpr double kRetryAfterSpread = 0.1;  // Upward: nobody comes too early.

absl::string_view TargetOf(const v1::Alternative& alternative) {
  return alternative.target().empty() ? alternative.name()
                                      : alternative.target();
}

// Of retry k, from 1; InfiniteDuration: none.
absl::Duration TimeoutOf(const v1::RetryStep& step, absl::Duration expected,
                         int retry) {
  const double multiplier =
      step.has_timeout_multiplier() ? step.timeout_multiplier() : 1;
  if (expected <= absl::ZeroDuration() || multiplier == 1) {
    return absl::InfiniteDuration();
  }
  return std::min(expected * std::pow(multiplier, retry),
                  std::max(kMaxTimeout, expected));
}

void SetAct(v1::RecoveryStrategy strategy, v1::RecoveryResult& result) {
  result.set_disposition(v1::DISPOSITION_ACT);
  result.set_success(true);
  result.set_strategy_used(strategy);
}

// The first run of another target is no retry.
bool RunsSameTarget(const v1::RecoveryResult& result) {
  return result.disposition() == v1::DISPOSITION_ACT &&
         !result.has_alternative_path();
}

}  // namespace

OwnSteps::OwnSteps(google::protobuf::RepeatedPtrField<v1::Step> plan,
                   const RunOptions& options, Clock& clock)
    : plan_(std::move(plan)), options_(options), clock_(clock) {}

v1::RecoveryResult OwnSteps::Next(const v1::ErrorDetails& error,
                                  absl::string_view target,
                                  absl::FunctionRef<bool()> pay) {
  reasons_.clear();
  v1::RecoveryResult result;
  for (; current_ < plan_.size(); ++current_, used_ = 0) {
    if (!Ask(plan_[current_], error, target, result)) continue;
    if (RunsSameTarget(result) && !pay()) {
      reasons_.push_back(
          absl::StrCat("the budget of retries to ", target, " is spent"));
      result.Clear();
      continue;
    }
    ++used_;
    if (result.has_retry()) last_delay_ = FromProto(result.retry().delay());
    return result;
  }
  result.set_disposition(v1::DISPOSITION_GIVE_UP);
  result.set_error_message(absl::StrCat(
      "gave up: ", reasons_.empty() ? "the plan is used up"
                                    : absl::StrJoin(reasons_, "; ")));
  return result;
}

bool OwnSteps::Ask(const v1::Step& step, const v1::ErrorDetails& error,
                   absl::string_view target, v1::RecoveryResult& result) {
  switch (step.step_case()) {
    case v1::Step::kRetry:
      return Retry(step.retry(), error, result);
    case v1::Step::kAlternativePath:
      return TakeAlternative(step.alternative_path(), target, result);
    case v1::Step::kGracefulDegradation:
      return Degrade(step.graceful_degradation(), result);
    case v1::Step::kEscalation:
      return Escalate(step.escalation(), error, result);
    case v1::Step::kErrorCorrection:
      reasons_.emplace_back("error_correction: only the server corrects");
      return false;
    case v1::Step::STEP_NOT_SET:
      return false;
  }
  return false;
}

bool OwnSteps::Retry(const v1::RetryStep& step, const v1::ErrorDetails& error,
                     v1::RecoveryResult& result) {
  const int granted =
      std::min(step.has_max_retries() ? step.max_retries() : kDefaultRetries,
               kMaxRetries);
  if (used_ >= granted) {
    reasons_.push_back(absl::StrCat("retry: ", granted, " retries used up"));
    return false;
  }
  if (!step.remediation().empty() &&
      !options_.remediations.contains(step.remediation())) {
    reasons_.push_back(absl::StrCat("retry: the remediation '",
                                    step.remediation(), "' is not declared"));
    return false;
  }
  absl::Duration delay = RetryDelay(step, used_, last_delay_, clock_.Random());
  if (const absl::Duration asked = FromProto(error.retry_after());
      asked > absl::ZeroDuration()) {
    if (asked > (step.has_max_retry_after() ? FromProto(step.max_retry_after())
                                            : kDefaultMaxRetryAfter)) {
      reasons_.push_back(
          absl::StrCat("retry: told to wait ", absl::FormatDuration(asked)));
      return false;
    }
    delay = asked * (1 + kRetryAfterSpread * clock_.Random());
  }
  SetAct(v1::RECOVERY_STRATEGY_RETRY, result);
  v1::RetryAction& action = *result.mutable_retry();
  *action.mutable_delay() = ToProtoDuration(delay);
  action.set_attempt(used_ + 1);
  action.set_max_attempts(granted);
  action.set_remediation(step.remediation());
  if (const absl::Duration timeout =
          TimeoutOf(step, options_.expected_call_time, action.attempt());
      timeout != absl::InfiniteDuration()) {
    *action.mutable_timeout() = ToProtoDuration(timeout);
  }
  return true;
}

std::vector<v1::Alternative> OwnSteps::Listed(
    const v1::AlternativePathStep& step) const {
  std::vector<v1::Alternative> listed(step.alternatives().begin(),
                                      step.alternatives().end());
  if (listed.empty()) listed = options_.alternatives;
  if (step.order_by() == v1::ALTERNATIVE_ORDER_COST) {
    absl::c_stable_sort(listed, [](const auto& a, const auto& b) {
      return a.cost() < b.cost();
    });
  } else if (step.order_by() == v1::ALTERNATIVE_ORDER_QUALITY) {
    absl::c_stable_sort(listed, [](const auto& a, const auto& b) {
      return a.quality() > b.quality();
    });
  }
  return listed;
}

bool OwnSteps::TakeAlternative(const v1::AlternativePathStep& step,
                               absl::string_view target,
                               v1::RecoveryResult& result) {
  const std::vector<v1::Alternative> listed = Listed(step);
  v1::AlternativePathAction action;
  for (const v1::Alternative& one : listed) {
    // What is being called was tried, whoever chose it.
    if (TargetOf(one) == target) tried_.insert(one.name());
    if (tried_.contains(one.name()) ||
        absl::c_linear_search(step.exclude(), one.name())) {
      continue;
    }
    if (action.has_alternative()) {
      action.add_remaining(one.name());
    } else {
      *action.mutable_alternative() = one;
    }
  }
  if (!action.has_alternative()) {
    reasons_.emplace_back("alternative_path: no alternative is left");
    return false;
  }
  tried_.insert(action.alternative().name());
  SetAct(v1::RECOVERY_STRATEGY_ALTERNATIVE_PATH, result);
  *result.mutable_alternative_path() = std::move(action);
  return true;
}

// Each that the caller declares is without what it names, and without what
// those before it name.
std::vector<v1::DegradationLevel> OwnSteps::Levels(
    const v1::GracefulDegradationStep& step) const {
  std::vector<v1::DegradationLevel> levels(step.levels().begin(),
                                           step.levels().end());
  if (!levels.empty() || !options_.capabilities.has_value()) return levels;
  v1::DegradationLevel level;
  for (const std::string& name : options_.capabilities->degradations()) {
    if (name == "*" || name.empty() ||
        absl::c_linear_search(level.disable_features(), name)) {
      continue;
    }
    level.set_name(name);
    level.add_disable_features(name);
    levels.push_back(level);
  }
  return levels;
}

bool OwnSteps::Degrade(const v1::GracefulDegradationStep& step,
                       v1::RecoveryResult& result) {
  const std::vector<v1::DegradationLevel> levels = Levels(step);
  const int count = static_cast<int>(levels.size());
  if (used_ < count) {
    const v1::DegradationLevel& level = levels[used_];
    SetAct(v1::RECOVERY_STRATEGY_GRACEFUL_DEGRADATION, result);
    v1::GracefulDegradationAction& action =
        *result.mutable_graceful_degradation();
    action.set_level_name(level.name());
    action.set_level(used_ + 1);
    action.set_level_count(count);
    *action.mutable_disable_features() = level.disable_features();
    *action.mutable_edits() = level.edits();
    return true;
  }
  if (used_ == count && step.has_fallback_value()) {
    result.set_disposition(v1::DISPOSITION_RECOVERED);
    result.set_success(true);
    result.set_strategy_used(v1::RECOVERY_STRATEGY_GRACEFUL_DEGRADATION);
    *result.mutable_result() = step.fallback_value();
    result.set_degraded(true);
    return true;
  }
  reasons_.emplace_back("graceful_degradation: no level is left");
  return false;
}

bool OwnSteps::Escalate(const v1::EscalationStep& step,
                        const v1::ErrorDetails& error,
                        v1::RecoveryResult& result) {
  if (used_ > 0) {
    reasons_.emplace_back("escalation: people were told");
    return false;
  }
  result.set_disposition(v1::DISPOSITION_ESCALATED);
  result.set_strategy_used(v1::RECOVERY_STRATEGY_ESCALATION);
  v1::EscalationAction& action = *result.mutable_escalation();
  action.set_pause_workflow(step.pause_workflow());
  action.set_priority(step.priority() == v1::SEVERITY_UNSPECIFIED
                          ? v1::SEVERITY_MEDIUM
                          : step.priority());
  action.set_assignee(step.assignee());
  *action.mutable_channels() = step.channels();
  result.set_error_message(absl::StrCat(
      "escalated: ", error.exception_type(),
      error.exception_type().empty() ? "" : ": ", error.message()));
  return true;
}

}  // namespace recourse
