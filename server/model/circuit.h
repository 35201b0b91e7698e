// Circuits as they are shown, kept and set; fields as in
// circuit_breakers.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace recourse {

// Numbers are those of the API's enum.
enum class CircuitState : uint8_t {
  kUnspecified,
  kClosed,
  kOpen,
  kHalfOpen,
  kForcedOpen,
  kForcedClosed,
  kDisabled,
  kShadow,
};

struct CircuitOverride {
  CircuitState state =
      CircuitState::kForcedOpen;  // FORCED_*, DISABLED, SHADOW.
  std::string owner;
  std::string reason;
  absl::Time until;

  bool operator==(const CircuitOverride&) const = default;
};

struct HoldView {
  std::string quota_scope;
  absl::Duration remaining;
};

struct BudgetView {
  int64_t calls = 0;
  int64_t used = 0;
  double limit = 0;
  bool volume_unknown = false;
};

struct CircuitView {
  std::string ns;
  std::string target;
  bool shared = true;
  std::string service;  // With a caller's own circuit: whose.
  std::string instance;
  CircuitState state = CircuitState::kClosed;
  CircuitState shadow_state = CircuitState::kUnspecified;
  int64_t epoch = 0;
  std::string reason;
  absl::Time change_time;
  absl::Duration open_remaining;
  int open_count = 0;
  int64_t calls = 0;
  int64_t failures = 0;
  int64_t slow_calls = 0;
  int64_t consecutive_failures = 0;
  int active_callers = 0;
  int failing_callers = 0;
  int quorum = 0;
  int wave_size = 0;
  int permits_out = 0;
  int64_t late_outcomes = 0;
  std::optional<BudgetView> budget;
  std::vector<HoldView> holds;  // At most kMaxHoldsShown.
  std::optional<CircuitOverride> override;
};

inline constexpr size_t kMaxHoldsShown = 16;

// A shared circuit that is not CLOSED, in what a restart must not forget.
struct CircuitSnapshot {
  std::string ns;
  std::string target;
  CircuitState state = CircuitState::kOpen;
  int64_t epoch = 0;
  std::string reason;
  absl::Duration open_remaining;
  int open_count = 0;
  double healthy_rate = 0;  // Calls a second before it opened; 0: unknown.

  bool operator==(const CircuitSnapshot&) const = default;
};

}  // namespace recourse
