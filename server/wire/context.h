// A RecoveryContext becomes a Failure, here and nowhere else: whatever is not
// usable is refused with the field's name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "recourse/v1/recovery.pb.h"
#include "server/model/failure.h"
#include "server/wire/checker.h"

namespace recourse {

inline constexpr size_t kMaxWorkflowIdBytes = 256;
inline constexpr size_t kMaxCallerBytes = 128;  // Service and instance each.
inline constexpr size_t kMaxStateDepth = 30;
inline constexpr size_t kMaxStateBytes = 1 << 20;

// Instructions (RE2::ProgramSize) that the regexes of one context's
// caller_steps may have together: about 0.1 s of compiling.
inline constexpr int64_t kMaxCallerInstructions = 100'000;
// Those of all contexts of one batch: once they are reached, no further context
// may bring any.
inline constexpr int64_t kMaxBatchInstructions = 4 * kMaxCallerInstructions;

// What is left for the regexes of one batch's contexts. Not thread-safe.
struct RegexAllowance {
  int64_t instructions = kMaxBatchInstructions;
};

// A context that was checked, and what the orchestrator needs beside it.
struct RecoveryRequest {
  Failure failure;
  std::string recovery_token;
  std::string request_id;
  int64_t min_registry_revision = 0;
  size_t message_bytes = 0;  // The context's size on the wire.
  // When it came; from then on its time runs. nullopt: as it is begun.
  std::optional<absl::Time> receive_time;
};

// Checks and converts. Fields in errors are relative to the context
// ("error.http_status"). NaN, infinite and negative durations and numbers,
// unknown enum values, texts over their limit (but error texts, which are
// cut), bad namespaces, states too deep or large, invalid steps:
// INVALID_ARGUMENT. The Failure shares `context`'s state; retry_after comes
// from the field or, failing that, from RetryInfo in the header
// grpc-status-details-bin. `batch`, where there is one, is charged for the
// context's regexes; RESOURCE_EXHAUSTED when nothing is left for them.
absl::StatusOr<RecoveryRequest> ParseContext(
    const std::shared_ptr<const v1::RecoveryContext>& context,
    RegexAllowance* batch = nullptr);

// True when ParseContext will compile regexes: up to some 0.1 s. Cheap.
bool BringsRegexes(const v1::RecoveryContext& context);

// True for 1-63 of a-z, 0-9 and -.
bool IsNamespace(absl::string_view text);
// Refuses `field` unless it is one, or unset.
void CheckNamespace(absl::string_view field, absl::string_view text,
                    Checker& check);

// What a caller tells of its calls; with `field`'s refusal in `parent`, zeros.
CallSums ParseCallSums(absl::string_view field, const v1::CallCounts& counts,
                       Checker& parent);

// Parses bytes into a message that may hold a Struct nested deeper than
// protobuf's own limit allows: invalid UTF-8 and too deep nesting are told
// apart from bytes that are no message at all. The reasons are INVALID_UTF8,
// STATE_TOO_DEEP and UNDECODABLE_MESSAGE, INVALID_ARGUMENT all.
absl::Status ParseBytes(absl::string_view bytes,
                        google::protobuf::Message& message);

}  // namespace recourse
