#include "server/wire/circuits.h"

#include "server/wire/checker.h"
#include "server/wire/enums.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr size_t kMaxOwnerBytes = 128;
constexpr size_t kMaxReasonBytes = 1024;
constexpr absl::Duration kDefaultOverride = absl::Hours(1);

static_assert(static_cast<int>(CircuitState::kShadow) ==
              v1::CIRCUIT_STATE_SHADOW);
static_assert(static_cast<int>(CircuitState::kHalfOpen) ==
              v1::CIRCUIT_STATE_HALF_OPEN);

void WriteShared(const CircuitView& circuit, v1::Circuit& message) {
  message.set_active_callers(circuit.active_callers);
  message.set_failing_callers(circuit.failing_callers);
  message.set_quorum(circuit.quorum);
  if (circuit.budget) {
    v1::RetryBudgetState& budget = *message.mutable_retry_budget();
    budget.set_calls(circuit.budget->calls);
    budget.set_used(circuit.budget->used);
    budget.set_limit(circuit.budget->limit);
    budget.set_volume_unknown(circuit.budget->volume_unknown);
  }
  for (const HoldView& hold : circuit.holds) {
    v1::CircuitHold& shown = *message.add_holds();
    shown.set_quota_scope(hold.quota_scope);
    *shown.mutable_remaining() = ToMessage(hold.remaining);
  }
  if (circuit.override) {
    v1::CircuitOverride& shown = *message.mutable_override();
    shown.set_state(ToMessageEnum<v1::CircuitState>(circuit.override->state));
    shown.set_owner(circuit.override->owner);
    shown.set_reason(circuit.override->reason);
    *shown.mutable_expire_time() = ToMessage(circuit.override->until);
  }
}

}  // namespace

v1::Circuit ToMessage(const CircuitView& circuit) {
  v1::Circuit message;
  message.set_namespace_(circuit.ns);
  message.set_target(circuit.target);
  message.set_scope(circuit.shared ? v1::CIRCUIT_SCOPE_SHARED
                                   : v1::CIRCUIT_SCOPE_CALLER);
  if (!circuit.shared) {
    message.mutable_caller()->set_service(circuit.service);
    message.mutable_caller()->set_instance(circuit.instance);
  }
  message.set_state(ToMessageEnum<v1::CircuitState>(circuit.state));
  message.set_shadow_state(
      ToMessageEnum<v1::CircuitState>(circuit.shadow_state));
  message.set_epoch(circuit.epoch);
  message.set_reason(circuit.reason);
  *message.mutable_change_time() = ToMessage(circuit.change_time);
  if (circuit.open_remaining > absl::ZeroDuration()) {
    *message.mutable_open_remaining() = ToMessage(circuit.open_remaining);
  }
  message.set_open_count(circuit.open_count);
  message.set_calls(circuit.calls);
  message.set_failures(circuit.failures);
  message.set_slow_calls(circuit.slow_calls);
  message.set_consecutive_failures(circuit.consecutive_failures);
  message.set_wave_size(circuit.wave_size);
  message.set_permits_out(circuit.permits_out);
  message.set_late_outcomes(circuit.late_outcomes);
  if (circuit.shared) WriteShared(circuit, message);
  return message;
}

absl::StatusOr<CircuitOverride> ParseOverride(
    const v1::OverrideCircuitRequest& request, absl::Time now) {
  Checker check;
  Checker item(check, "override");
  const v1::CircuitOverride& message = request.override();
  item.KnownEnum("state", message.state());
  switch (message.state()) {
    case v1::CIRCUIT_STATE_FORCED_OPEN:
    case v1::CIRCUIT_STATE_FORCED_CLOSED:
    case v1::CIRCUIT_STATE_DISABLED:
    case v1::CIRCUIT_STATE_SHADOW:
      break;
    default:
      item.Fail("state",
                "must be FORCED_OPEN, FORCED_CLOSED, DISABLED or SHADOW");
  }
  item.RequiredText("owner", message.owner(), kMaxOwnerBytes);
  item.RequiredText("reason", message.reason(), kMaxReasonBytes);
  absl::Duration lasts = kDefaultOverride;
  if (request.has_expire_after()) {
    lasts = check.Duration("expire_after", request.expire_after(),
                           absl::Seconds(1), absl::Hours(24 * 30));
  }
  if (!check.ok()) return check.status();
  return CircuitOverride{FromMessageEnum<CircuitState>(message.state()),
                         message.owner(), message.reason(), now + lasts};
}

}  // namespace recourse
