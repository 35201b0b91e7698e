#include "client/cli/pattern_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/text.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {

std::string PlanText(const v1::ErrorPattern& pattern) {
  if (pattern.recovery_strategy() != v1::RECOVERY_STRATEGY_UNSPECIFIED) {
    return absl::AsciiStrToLower(ShortName(pattern.recovery_strategy()));
  }
  std::string text;
  for (const v1::Step& step : pattern.steps()) {
    const auto* oneof = v1::Step::descriptor()->oneof_decl(0);
    const auto* field =
        v1::Step::GetReflection()->GetOneofFieldDescriptor(step, oneof);
    if (field == nullptr) continue;
    absl::StrAppend(&text, text.empty() ? "" : " > ", field->name());
  }
  return text.empty() ? "(by category)" : text;
}

std::string PatternYaml(const v1::ErrorPattern& pattern) {
  return PatternFileText({pattern},
                         pattern.origin() == v1::PATTERN_ORIGIN_USER);
}

}  // namespace recourse::cli
