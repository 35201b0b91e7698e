#include "server/plan/token_payload.h"

#include <algorithm>
#include <cassert>
#include <type_traits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "recourse/internal/v1/token.pb.h"

namespace recourse {
namespace {

using internal::v1::CursorState;
using internal::v1::TokenPayload;

std::string BytesOfId(const std::string& id) {
  assert(id.empty() || (id.size() == 2 * kTokenIdBytes &&
                        std::all_of(id.begin(), id.end(), [](char c) {
                          return absl::ascii_isxdigit(c);
                        })));
  return absl::HexStringToBytes(id);
}

uint32_t Count(int value) {
  return static_cast<uint32_t>(std::clamp(value, 0, kMaxTokenCount));
}

// The last `limit` items of `list`, oldest first.
template <typename T, typename Add>
void ForMostRecent(const std::vector<T>& list, size_t limit, Add add) {
  for (size_t i = list.size() > limit ? list.size() - limit : 0;
       i < list.size(); ++i) {
    add(list[i]);
  }
}

// A value of the API's enum as the model's, which has the same numbers.
template <typename ModelEnum>
ModelEnum KnownOr0(int value, int last) {
  return static_cast<ModelEnum>(value < 0 || value > last ? 0 : value);
}

bool WithinLimits(const TokenPayload& payload) {
  const auto is_id = [](const std::string& id) {
    return id.empty() || id.size() == kTokenIdBytes;
  };
  const auto is_count = [](uint32_t value) {
    return value <= static_cast<uint32_t>(kMaxTokenCount);
  };
  return payload.version() >= 1 && is_id(payload.recovery_id()) &&
         is_id(payload.decision_id()) &&
         payload.pattern_id().size() <= kMaxTokenPatternIdBytes &&
         payload.target().size() <= kMaxTokenTargetBytes &&
         payload.namespace_().size() <= kMaxTokenNamespaceBytes &&
         payload.incident_id().size() <= kMaxTokenIncidentIdBytes &&
         static_cast<size_t>(payload.cursors_size()) <= kMaxCursors &&
         static_cast<size_t>(payload.alternatives_tried_size()) <=
             kMaxTriedAlternatives &&
         static_cast<size_t>(payload.remediations_done_size()) <=
             kMaxDoneRemediations &&
         payload.grant().target().size() <= kMaxStampTargetBytes &&
         payload.grant().quota_scope().size() <= kMaxStampScopeBytes &&
         payload.waited_us() >= 0 && payload.last_delay_us() >= 0 &&
         is_count(payload.total_attempts()) &&
         is_count(payload.degradation_level()) &&
         is_count(payload.error_count()) &&
         std::all_of(payload.cursors().begin(), payload.cursors().end(),
                     [&](const CursorState& cursor) {
                       return is_count(cursor.step()) &&
                              is_count(cursor.granted());
                     });
}

int64_t Microseconds(absl::Duration duration) {
  return std::max<int64_t>(absl::ToInt64Microseconds(duration), 0);
}

void EncodeLists(const Progress& progress, TokenPayload& payload) {
  ForMostRecent(progress.cursors, kMaxCursors, [&](const Cursor& cursor) {
    CursorState* state = payload.add_cursors();
    state->set_plan(cursor.plan);
    state->set_steps_hash(cursor.steps_hash);
    state->set_step(Count(cursor.step));
    state->set_granted(Count(cursor.granted));
  });
  ForMostRecent(progress.alternatives_tried, kMaxTriedAlternatives,
                [&](uint64_t hash) { payload.add_alternatives_tried(hash); });
  ForMostRecent(progress.remediations_done, kMaxDoneRemediations,
                [&](uint64_t hash) { payload.add_remediations_done(hash); });
}

// A stamp whose texts are too long is left out: what was reserved for it then
// expires by itself.
void EncodeGrant(const Progress& progress, TokenPayload& payload) {
  const GrantStamp& grant = progress.grant;
  const bool same_target = grant.target == progress.target;
  if (grant.target.empty() ||
      (!same_target && grant.target.size() > kMaxStampTargetBytes) ||
      grant.quota_scope.size() > kMaxStampScopeBytes) {
    return;
  }
  internal::v1::GrantState* state = payload.mutable_grant();
  if (!same_target) state->set_target(grant.target);
  state->set_quota_scope(grant.quota_scope);
  state->set_epoch(grant.epoch);
  state->set_permit(grant.permit);
  state->set_budgeted(grant.budgeted);
  state->set_reserved_at_us(absl::ToUnixMicros(grant.reserved_at));
  state->set_caller(grant.caller);
}

void DecodeGrant(const TokenPayload& payload, Progress& progress) {
  if (!payload.has_grant()) return;
  const internal::v1::GrantState& state = payload.grant();
  progress.grant = {state.target().empty() ? progress.target : state.target(),
                    state.quota_scope(),
                    state.epoch(),
                    state.permit(),
                    state.budgeted(),
                    absl::FromUnixMicros(state.reserved_at_us()),
                    state.caller()};
}

void DecodeLists(const TokenPayload& payload, Progress& progress) {
  for (const CursorState& state : payload.cursors()) {
    progress.cursors.push_back({state.plan(), state.steps_hash(),
                                static_cast<int>(state.step()),
                                static_cast<int>(state.granted())});
  }
  progress.alternatives_tried.assign(payload.alternatives_tried().begin(),
                                     payload.alternatives_tried().end());
  progress.remediations_done.assign(payload.remediations_done().begin(),
                                    payload.remediations_done().end());
}

}  // namespace

std::string EncodePayload(const Progress& progress) {
  TokenPayload payload;
  payload.set_version(kTokenPayloadVersion);
  payload.set_recovery_id(BytesOfId(progress.recovery_id));
  payload.set_decision_id(BytesOfId(progress.decision_id));
  payload.set_strategy(static_cast<v1::RecoveryStrategy>(progress.strategy));
  payload.set_pattern_id(progress.pattern_id);
  payload.set_category(static_cast<v1::FailureCategory>(progress.category));
  payload.set_error_type(static_cast<v1::ErrorType>(progress.error_type));
  payload.set_target(progress.target);
  payload.set_namespace_(progress.ns);
  payload.set_issue_time_us(absl::ToUnixMicros(progress.issue_time));
  if (progress.decision_time != progress.issue_time) {
    payload.set_decision_time_us(absl::ToUnixMicros(progress.decision_time));
  }
  payload.set_start_time_us(absl::ToUnixMicros(progress.start_time));
  payload.set_waited_us(Microseconds(progress.waited));
  payload.set_last_delay_us(Microseconds(progress.last_delay));
  payload.set_total_attempts(Count(progress.total_attempts));
  payload.set_degradation_level(Count(progress.degradation_level));
  payload.set_error_count(Count(progress.error_count));
  payload.set_incident_id(progress.incident_id);
  payload.set_registry_revision(progress.registry_revision);
  EncodeLists(progress, payload);
  EncodeGrant(progress, payload);
  return payload.SerializeAsString();
}

std::optional<Progress> DecodePayload(absl::string_view bytes) {
  TokenPayload payload;
  if (!payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !WithinLimits(payload)) {
    return std::nullopt;
  }
  Progress progress;
  progress.recovery_id = absl::BytesToHexString(payload.recovery_id());
  progress.decision_id = absl::BytesToHexString(payload.decision_id());
  progress.strategy =
      KnownOr0<Strategy>(payload.strategy(), v1::RecoveryStrategy_MAX);
  progress.pattern_id = payload.pattern_id();
  progress.category =
      KnownOr0<Category>(payload.category(), v1::FailureCategory_MAX);
  progress.error_type =
      KnownOr0<ErrorType>(payload.error_type(), v1::ErrorType_MAX);
  progress.target = payload.target();
  progress.ns = payload.namespace_();
  progress.issue_time = absl::FromUnixMicros(payload.issue_time_us());
  progress.decision_time =
      payload.decision_time_us() == 0
          ? progress.issue_time
          : absl::FromUnixMicros(payload.decision_time_us());
  progress.start_time = absl::FromUnixMicros(payload.start_time_us());
  progress.waited = absl::Microseconds(payload.waited_us());
  progress.last_delay = absl::Microseconds(payload.last_delay_us());
  progress.total_attempts = static_cast<int>(payload.total_attempts());
  progress.degradation_level = static_cast<int>(payload.degradation_level());
  progress.error_count = static_cast<int>(payload.error_count());
  progress.incident_id = payload.incident_id();
  progress.registry_revision = payload.registry_revision();
  DecodeLists(payload, progress);
  DecodeGrant(payload, progress);
  return progress;
}

}  // namespace recourse
