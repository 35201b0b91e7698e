// Which stretches of an error's text count, and how much?
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace recourse {

// Percentages by byte of `text`, at most 200; see NormalizedText.
std::vector<uint8_t> WeighSegments(absl::string_view text);

}  // namespace recourse
