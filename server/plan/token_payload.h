// What is inside a token's seal: Progress as the message TokenPayload.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/model/progress.h"

namespace recourse {

inline constexpr uint32_t kTokenPayloadVersion = 1;

// Limits of the texts and numbers in a token; those of its lists are in
// model/progress.h. The edge holds contexts and patterns to the same.
inline constexpr size_t kTokenIdBytes = 16;  // As 32 hex digits in Progress.
inline constexpr size_t kMaxTokenPatternIdBytes = 128;
inline constexpr size_t kMaxTokenTargetBytes = 256;
inline constexpr size_t kMaxTokenNamespaceBytes = 63;
inline constexpr size_t kMaxTokenIncidentIdBytes = 64;
inline constexpr int kMaxTokenCount = 1'000'000;  // Of attempts, errors, steps.

// Serialized. Counts beyond their limit are written as the limit, and of lists
// beyond theirs the most recent entries; times are cut to microseconds.
// REQUIRES: both ids are 32 hex digits or empty; texts are within the limits.
std::string EncodePayload(const Progress& progress);

// nullopt when it does not parse or breaks a limit. A newer version is read as
// far as this one knows it: unknown fields are skipped, unknown values of enums
// read as kUnspecified.
std::optional<Progress> DecodePayload(absl::string_view payload);

}  // namespace recourse
