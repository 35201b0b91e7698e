// The fixers one by one; ApplyFixer dispatches. All have its contract.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/correct/fixers.h"

namespace recourse {

using Fixed = std::optional<std::string>;

// JSON_REPAIR, and JSON_COMPLETE with `complete`.
Fixed RepairJson(absl::string_view text, bool complete);

Fixed FixPythonMissingColon(absl::string_view text);
Fixed FixPythonBrackets(absl::string_view text);
Fixed FixPythonTabs(absl::string_view text);
Fixed FixPythonIndentation(absl::string_view text);
Fixed FixPythonAsync(absl::string_view text);
Fixed FixPythonAwait(absl::string_view text, const FixerHints& hints);
Fixed FixPythonImports(absl::string_view text, const FixerHints& hints);
Fixed FixPythonTypography(absl::string_view text);

Fixed FixYamlTabs(absl::string_view text, const FixerHints& hints);

Fixed FixByteOrderMark(absl::string_view text, const FixerHints& hints);
Fixed FixLineEndings(absl::string_view text, const FixerHints& hints);
Fixed FixSmartQuotes(absl::string_view text, const FixerHints& hints);
Fixed FixCodeFence(absl::string_view text);

}  // namespace recourse
