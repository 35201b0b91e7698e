// An error's words made comparable, each with how much it counts where it
// stands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/model/failure.h"

namespace recourse {

// text[i] counts weight[i] percent. In `text`, letters are in lower case,
// CamelCase, snake_case and kebab-case fall into words, and white space is one
// space.
//
// Root causes count more than what wraps them. Stack frames, addresses, file
// paths, parameters with their values, quoted values and advice ("check whether
// ...") count little: they name things that did not fail.
struct NormalizedText {
  static constexpr size_t kMaxPartBytes = 12 << 10;  // First and last half.
  static constexpr size_t kMaxCauses = 4;            // First and last half.

  std::string text;
  std::vector<uint8_t> weight;
};

// Reads type, code, message and causes.
NormalizedText NormalizeFailure(const Failure& failure);

// One piece of text whose words count `percent` where nothing lowers them.
void AppendNormalized(absl::string_view part, int percent, NormalizedText* out);

}  // namespace recourse
