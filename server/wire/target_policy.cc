#include "server/wire/target_policy.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "server/model/failure.h"
#include "server/wire/checker.h"
#include "server/wire/context.h"
#include "server/wire/enums.h"
#include "server/wire/steps.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr size_t kMaxPolicyIdBytes = 128;
constexpr double kMaxRate = 1'000'000;

// Takes a field that is set over the default that `out` holds.
struct Reader {
  Checker& check;

  template <typename Number, typename Value>
  void Take(const char* field, bool has, Value value, double min, double max,
            Number& out) {
    if (!has) return;
    check.Number(field, static_cast<double>(value), min, max);
    out = static_cast<Number>(value);
  }
  void Take(const char* field, bool has,
            const google::protobuf::Duration& value, absl::Duration min,
            absl::Duration max, absl::Duration& out) {
    if (has) out = check.Duration(field, value, min, max);
  }
};

// A share: more than nothing, at most all.
constexpr double kLeastShare = 1e-6;

void ParseOpening(const v1::BreakerPolicy& message, Checker& check,
                  BreakerPolicy& out) {
  Reader read{check};
  read.Take("consecutive_failures", message.has_consecutive_failures(),
            message.consecutive_failures(), 0, 1000, out.consecutive_failures);
  read.Take("failure_rate", message.has_failure_rate(), message.failure_rate(),
            kLeastShare, 1, out.failure_rate);
  read.Take("slow_call_rate", message.has_slow_call_rate(),
            message.slow_call_rate(), kLeastShare, 1, out.slow_call_rate);
  read.Take("slow_call_duration", message.has_slow_call_duration(),
            message.slow_call_duration(), absl::Milliseconds(1), absl::Hours(1),
            out.slow_call_duration);
  read.Take("min_calls", message.has_min_calls(), message.min_calls(), 1,
            1'000'000, out.min_calls);
  read.Take("window", message.has_window(), message.window(), absl::Seconds(1),
            absl::Minutes(10), out.window);
  read.Take("count_window", message.has_count_window(), message.count_window(),
            0, 1000, out.count_window);
  read.Take("quorum", message.has_quorum(), message.quorum(), kLeastShare, 1,
            out.quorum);
  read.Take("min_quorum", message.has_min_quorum(), message.min_quorum(), 1,
            1000, out.min_quorum);
}

void ParseClosing(const v1::BreakerPolicy& message, Checker& check,
                  BreakerPolicy& out) {
  Reader read{check};
  const absl::Duration least = absl::Milliseconds(100);
  read.Take("caller_open_duration", message.has_caller_open_duration(),
            message.caller_open_duration(), least, absl::Hours(1),
            out.caller_open_duration);
  read.Take("success_threshold", message.has_success_threshold(),
            message.success_threshold(), 1, 100, out.success_threshold);
  read.Take("open_duration", message.has_open_duration(),
            message.open_duration(), least, absl::Hours(1), out.open_duration);
  read.Take("open_growth", message.has_open_growth(), message.open_growth(), 1,
            10, out.open_growth);
  out.max_open_duration = std::max(out.max_open_duration, out.open_duration);
  read.Take("max_open_duration", message.has_max_open_duration(),
            message.max_open_duration(), out.open_duration, absl::Hours(24),
            out.max_open_duration);
  read.Take("half_open_permits", message.has_half_open_permits(),
            message.half_open_permits(), 1, 100, out.half_open_permits);
}

void ParseRetryBudget(const v1::RetryBudgetPolicy& message, Checker& check,
                      RetryBudgetPolicy& out) {
  Reader read{check};
  read.Take("retry_ratio", message.has_retry_ratio(), message.retry_ratio(), 0,
            10, out.retry_ratio);
  read.Take("min_retries_per_second", message.has_min_retries_per_second(),
            message.min_retries_per_second(), 0, kMaxRate,
            out.min_retries_per_second);
  read.Take("ttl", message.has_ttl(), message.ttl(), absl::Seconds(1),
            absl::Seconds(60), out.ttl);
}

void ParsePacing(const v1::PacingPolicy& message, Checker& check,
                 PacingPolicy& out) {
  Reader read{check};
  read.Take("max_retry_rate", true, message.max_retry_rate(), 0, kMaxRate,
            out.max_retry_rate);
  read.Take("burst", message.has_burst(), message.burst(), 1, 10'000,
            out.burst);
  read.Take("max_hold", message.has_max_hold(), message.max_hold(),
            absl::ZeroDuration(), absl::Hours(1), out.max_hold);
}

bool IsPolicyId(const std::string& id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
  });
}

void ParseNames(const v1::TargetPolicy& message, Checker& check,
                TargetPolicy& out) {
  check.RequiredText("policy_id", message.policy_id(), kMaxPolicyIdBytes);
  if (!IsPolicyId(message.policy_id())) {
    check.Fail("policy_id", "must be 1-128 of A-Z, a-z, 0-9, _, . and -");
  }
  check.RequiredText("target", message.target(), kMaxTargetBytes);
  const size_t star = message.target().find('*');
  if (star != std::string::npos && star + 1 != message.target().size()) {
    check.Fail("target", "may have a * at its end only");
  }
  if (!message.namespace_().empty() && !IsNamespace(message.namespace_())) {
    check.Fail("namespace", "must be 1-63 of a-z, 0-9 and -");
  }
  check.Text("description", message.description(), kMaxDescriptionBytes);
  check.KnownEnum("idempotency", message.idempotency());
  out.policy_id = message.policy_id();
  out.ns = message.namespace_();
  out.target_glob = message.target();
  out.description = message.description();
  out.revision = message.revision();
}

void Write(const BreakerPolicy& policy, v1::BreakerPolicy& message) {
  message.set_consecutive_failures(policy.consecutive_failures);
  *message.mutable_caller_open_duration() =
      ToMessage(policy.caller_open_duration);
  message.set_success_threshold(policy.success_threshold);
  message.set_failure_rate(policy.failure_rate);
  message.set_slow_call_rate(policy.slow_call_rate);
  if (policy.slow_call_duration != absl::InfiniteDuration()) {
    *message.mutable_slow_call_duration() =
        ToMessage(policy.slow_call_duration);
  }
  message.set_min_calls(policy.min_calls);
  *message.mutable_window() = ToMessage(policy.window);
  message.set_count_window(policy.count_window);
  *message.mutable_open_duration() = ToMessage(policy.open_duration);
  message.set_open_growth(policy.open_growth);
  *message.mutable_max_open_duration() = ToMessage(policy.max_open_duration);
  message.set_half_open_permits(policy.half_open_permits);
  message.set_quorum(policy.quorum);
  message.set_min_quorum(policy.min_quorum);
}

}  // namespace

absl::StatusOr<TargetPolicy> ParseTargetPolicy(
    const v1::TargetPolicy& message) {
  Checker check;
  TargetPolicy policy;
  ParseNames(message, check, policy);
  {
    Checker breaker(check, "breaker");
    ParseOpening(message.breaker(), breaker, policy.breaker);
    ParseClosing(message.breaker(), breaker, policy.breaker);
  }
  {
    Checker budget(check, "retry_budget");
    ParseRetryBudget(message.retry_budget(), budget, policy.retry_budget);
  }
  {
    Checker pacing(check, "pacing");
    ParsePacing(message.pacing(), pacing, policy.pacing);
  }
  if (!check.ok()) return check.status();
  policy.idempotency = FromMessageEnum<Idempotency>(message.idempotency());
  return policy;
}

absl::StatusOr<TargetName> ParseTargetName(const std::string& ns,
                                           const std::string& target) {
  Checker check;
  CheckNamespace("namespace", ns, check);
  check.RequiredText("target", target, kMaxTargetBytes);
  if (!check.ok()) return check.status();
  return TargetName{ns.empty() ? std::string(kDefaultNamespace) : ns, target};
}

v1::TargetPolicy ToMessage(const TargetPolicy& policy) {
  v1::TargetPolicy message;
  message.set_policy_id(policy.policy_id);
  message.set_namespace_(policy.ns);
  message.set_target(policy.target_glob);
  Write(policy.breaker, *message.mutable_breaker());
  v1::RetryBudgetPolicy& budget = *message.mutable_retry_budget();
  budget.set_retry_ratio(policy.retry_budget.retry_ratio);
  budget.set_min_retries_per_second(policy.retry_budget.min_retries_per_second);
  *budget.mutable_ttl() = ToMessage(policy.retry_budget.ttl);
  v1::PacingPolicy& pacing = *message.mutable_pacing();
  pacing.set_max_retry_rate(policy.pacing.max_retry_rate);
  pacing.set_burst(policy.pacing.burst);
  *pacing.mutable_max_hold() = ToMessage(policy.pacing.max_hold);
  message.set_idempotency(ToMessageEnum<v1::Idempotency>(policy.idempotency));
  message.set_description(policy.description);
  message.set_revision(policy.revision);
  return message;
}

}  // namespace recourse
