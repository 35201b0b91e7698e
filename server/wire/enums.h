// Enums of the model and of the API: the same numbers, asserted here.
#pragma once

#include "recourse/v1/enums.pb.h"
#include "recourse/v1/pattern.pb.h"
#include "server/model/enums.h"

namespace recourse {

// Maps an API enum to the model's and back. Values out of range are for the
// callers to refuse first (the API's generated X_IsValid).
template <typename ModelEnum, typename MessageEnum>
constexpr ModelEnum FromMessageEnum(MessageEnum value) {
  return static_cast<ModelEnum>(value);
}
template <typename MessageEnum, typename ModelEnum>
constexpr MessageEnum ToMessageEnum(ModelEnum value) {
  return static_cast<MessageEnum>(value);
}

#define RECOURSE_SAME_ENUM(model_value, message_value) \
  static_assert(static_cast<int>(model_value) ==       \
                static_cast<int>(message_value))
RECOURSE_SAME_ENUM(ErrorType::kCustom, v1::ERROR_TYPE_CUSTOM);
RECOURSE_SAME_ENUM(Strategy::kCustom, v1::RECOVERY_STRATEGY_CUSTOM);
RECOURSE_SAME_ENUM(Category::kUnknown, v1::FAILURE_CATEGORY_UNKNOWN);
RECOURSE_SAME_ENUM(Severity::kCritical, v1::SEVERITY_CRITICAL);
RECOURSE_SAME_ENUM(PatternMode::kDisabled, v1::PATTERN_MODE_DISABLED);
RECOURSE_SAME_ENUM(Origin::kLibrary, v1::PATTERN_ORIGIN_LIBRARY);
RECOURSE_SAME_ENUM(Idempotency::kNotIdempotent, v1::IDEMPOTENCY_NOT_IDEMPOTENT);
RECOURSE_SAME_ENUM(Disposition::kGiveUp, v1::DISPOSITION_GIVE_UP);
RECOURSE_SAME_ENUM(Outcome::kIgnored, v1::OUTCOME_IGNORED);
RECOURSE_SAME_ENUM(TraceReason::kIncidentsFull,
                   v1::TRACE_REASON_INCIDENTS_FULL);
RECOURSE_SAME_ENUM(Backoff::kNone, v1::BACKOFF_NONE);
RECOURSE_SAME_ENUM(Jitter::kRange, v1::JITTER_RANGE);
RECOURSE_SAME_ENUM(AlternativeOrder::kQuality, v1::ALTERNATIVE_ORDER_QUALITY);
RECOURSE_SAME_ENUM(Fixer::kCodeFence, v1::FIXER_CODE_FENCE);
#undef RECOURSE_SAME_ENUM

}  // namespace recourse
