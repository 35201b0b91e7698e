// Step messages become Steps: shared by patterns, callers and configuration.
#pragma once

#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "recourse/v1/pattern.pb.h"
#include "server/model/step.h"
#include "server/wire/checker.h"
#include "server/wire/regex.h"

namespace recourse {

// Limits of a plan that the API's files do not state one by one.
inline constexpr size_t kMaxListedNames = 64;  // Excluded, features, ...
inline constexpr size_t kMaxNameBytes = 128;
inline constexpr size_t kMaxTargetBytes = 256;
inline constexpr size_t kMaxAlternatives = 32;
inline constexpr size_t kMaxParameters = 32;
inline constexpr size_t kMaxParameterBytes = 1024;
inline constexpr size_t kMaxLevels = 16;
inline constexpr size_t kMaxEdits = 64;
inline constexpr size_t kMaxStepJsonBytes = 64 << 10;
inline constexpr size_t kMaxRewrites = 32;
inline constexpr size_t kMaxGuards = 16;
inline constexpr size_t kMaxRewriteTextBytes = 8 << 10;
inline constexpr size_t kMaxDescriptionBytes = 1024;
inline constexpr size_t kMaxChannels = 16;
inline constexpr size_t kMaxChannelBytes = 64;
inline constexpr size_t kMaxStateKeys = 16;
// All regexes of a plan together, so that one message cannot keep the compiler
// busy for long.
inline constexpr size_t kMaxPlanRegexBytes = 64 << 10;

struct StepRules {
  absl::string_view field = "steps";
  // Its named groups are what ${error.NAME} may mean; null: none.
  const RE2* error_regex = nullptr;
  RegexBudget& regex_budget;  // Shared with the regexes beside the steps.
};

// The steps, or nothing once `check` has failed.
std::vector<Step> ParseStepList(
    const google::protobuf::RepeatedPtrField<v1::Step>& messages,
    const StepRules& rules, Checker& check);

}  // namespace recourse
