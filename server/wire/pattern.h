// ErrorPattern messages become compiled Patterns, and Steps become Steps.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "recourse/v1/pattern.pb.h"
#include "server/model/pattern.h"
#include "server/wire/regex.h"

namespace recourse {

inline constexpr size_t kMaxPatternIdBytes = 128;
inline constexpr size_t kMaxSteps = 16;
inline constexpr size_t kMaxRegexBytes = 4096;
inline constexpr int64_t kMaxRegexMemory = 8 << 20;
// Of one pattern: its regex_pattern and those of its steps (the count: of its
// steps only). The largest single regex takes about 120,000 instructions.
inline constexpr size_t kMaxPatternRegexes = 1024;
inline constexpr int64_t kMaxPatternInstructions = 500'000;

// What the regexes of one pattern may take.
RegexBudget NewPatternBudget();

// Checks everything proto/recourse/v1/pattern.proto says and compiles the
// regexes. INVALID_ARGUMENT with the field's path ("steps[1].retry.factor"); an
// invalid regex with offset and RE2's reason (reason INVALID_REGEX, or
// REGEX_TOO_LARGE), a rewrite that refers to a group which its pattern, or a
// ${error.NAME} which the pattern's regex does not have.
absl::StatusOr<SharedPattern> ParsePattern(const v1::ErrorPattern& message,
                                           Origin origin);
// The same within `budget`, which patterns of one request share.
absl::StatusOr<SharedPattern> ParsePattern(const v1::ErrorPattern& message,
                                           Origin origin, RegexBudget& budget);

// The same for a pattern of the built-in library, which ParsePattern took
// before: its regex requires `literals` and is compiled when it is first
// needed. It yields.
absl::StatusOr<SharedPattern> ParseCheckedPattern(
    const v1::ErrorPattern& message, Origin origin, RequiredLiterals literals);

// `error_regex` null: ${error.NAME} is refused.
absl::StatusOr<std::vector<Step>> ParseSteps(
    const google::protobuf::RepeatedPtrField<v1::Step>& messages,
    const RE2* error_regex);

// The same steps give the same hash in every process.
uint64_t HashSteps(const google::protobuf::RepeatedPtrField<v1::Step>& steps);

// What is allowed but may surprise: channels that `known_channels` does not
// hold go to the log; no example; a mode or condition without effect.
std::vector<std::string> PatternWarnings(
    const v1::ErrorPattern& message,
    const std::set<std::string>& known_channels);

// The message with shorthand and defaults as they are, output-only fields
// cleared: what is stored and compared.
v1::ErrorPattern WithoutOutputFields(const v1::ErrorPattern& message);

// Runs the pattern's examples: one line per example that fails; empty: all
// hold.
std::vector<std::string> FailingExamples(const v1::ErrorPattern& message,
                                         const Pattern& pattern);

}  // namespace recourse
