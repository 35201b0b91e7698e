// What is allowed towards one target: plain types, every default filled in.
// proto/recourse/v1/target_policies.proto documents fields, units and ranges;
// wire/target_policy.h builds it from a message and is the only place that
// checks it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "server/model/enums.h"

namespace recourse {

struct BreakerPolicy {
  int consecutive_failures = 5;  // 0: never opens for them.
  absl::Duration caller_open_duration = absl::Seconds(60);
  int success_threshold = 2;
  double failure_rate = 0.5;
  double slow_call_rate = 1;
  absl::Duration slow_call_duration = absl::InfiniteDuration();
  int min_calls = 20;
  absl::Duration window = absl::Seconds(10);
  int count_window = 0;  // 0: none.
  absl::Duration open_duration = absl::Seconds(5);
  double open_growth = 1.5;
  absl::Duration max_open_duration = absl::Seconds(10);
  int half_open_permits = 1;
  double quorum = 0.3;
  int min_quorum = 2;

  bool operator==(const BreakerPolicy&) const = default;
};

struct RetryBudgetPolicy {
  double retry_ratio = 0.2;
  double min_retries_per_second = 10;
  absl::Duration ttl = absl::Seconds(10);

  bool operator==(const RetryBudgetPolicy&) const = default;
};

struct PacingPolicy {
  double max_retry_rate = 0;  // A second; 0: not paced.
  int burst = 1;
  absl::Duration max_hold = absl::Minutes(5);

  bool operator==(const PacingPolicy&) const = default;
};

// Immutable and shared: what is in force for a target.
struct TargetPolicy {
  std::string policy_id;  // Empty: the defaults.
  std::string ns;         // Empty: every namespace.
  std::string target_glob = "*";
  BreakerPolicy breaker;
  RetryBudgetPolicy retry_budget;
  PacingPolicy pacing;
  Idempotency idempotency = Idempotency::kUnspecified;
  std::string description;
  int64_t revision = 0;

  bool operator==(const TargetPolicy&) const = default;
};

using SharedTargetPolicy = std::shared_ptr<const TargetPolicy>;

}  // namespace recourse
