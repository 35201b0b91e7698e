#include "server/correct/fixers.h"

#include "server/correct/fixer_parts.h"

namespace recourse {
namespace {

Fixed Dispatch(Fixer fixer, absl::string_view text, const FixerHints& hints) {
  switch (fixer) {
    case Fixer::kUnspecified:
      return std::nullopt;
    case Fixer::kJsonRepair:
      return RepairJson(text, false);
    case Fixer::kJsonComplete:
      return RepairJson(text, true);
    case Fixer::kPythonMissingColon:
      return FixPythonMissingColon(text);
    case Fixer::kPythonBrackets:
      return FixPythonBrackets(text);
    case Fixer::kPythonTabs:
      return FixPythonTabs(text);
    case Fixer::kPythonIndentation:
      return FixPythonIndentation(text);
    case Fixer::kPythonAsync:
      return FixPythonAsync(text);
    case Fixer::kPythonAwait:
      return FixPythonAwait(text, hints);
    case Fixer::kPythonImports:
      return FixPythonImports(text, hints);
    case Fixer::kPythonTypography:
      return FixPythonTypography(text);
    case Fixer::kYamlTabs:
      return FixYamlTabs(text, hints);
    case Fixer::kByteOrderMark:
      return FixByteOrderMark(text, hints);
    case Fixer::kLineEndings:
      return FixLineEndings(text, hints);
    case Fixer::kSmartQuotes:
      return FixSmartQuotes(text, hints);
    case Fixer::kCodeFence:
      return FixCodeFence(text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ApplyFixer(Fixer fixer, absl::string_view text,
                                      const FixerHints& hints) {
  if (text.empty() || text.size() > kMaxFixedBytes) return std::nullopt;
  Fixed fixed = Dispatch(fixer, text, hints);
  if (!fixed.has_value() || *fixed == text) return std::nullopt;
  return fixed;
}

}  // namespace recourse
