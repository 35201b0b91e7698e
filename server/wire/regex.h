// Compiling the regular expressions that people send.
#pragma once

#include "absl/strings/string_view.h"
#include "server/model/step.h"
#include "server/wire/checker.h"

namespace recourse {

// Compiles `text`, at most kMaxRegexBytes long and `max_memory` bytes when
// compiled. On failure returns null and lets `check` refuse `field` (item
// `index` of it): INVALID_REGEX with offset and reason, or REGEX_TOO_LARGE.
SharedRegex CompileRegex(absl::string_view text, int64_t max_memory,
                         Checker& check, absl::string_view field,
                         int index = -1);

}  // namespace recourse
