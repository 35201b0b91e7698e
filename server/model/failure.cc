#include "server/model/failure.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

bool Declares(const std::vector<std::string>& names, absl::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& item) {
    return item == "*" || item == name;
  });
}

// "type: message", or the one of the two that is there.
std::string TypedText(absl::string_view type, absl::string_view message) {
  if (type.empty() || absl::StartsWith(message, type)) {
    return std::string(message);
  }
  if (message.empty()) return std::string(type);
  return absl::StrCat(type, ": ", message);
}

}  // namespace

bool Capabilities::CanTake(absl::string_view alternative) const {
  return !declared || Declares(alternatives, alternative);
}

bool Capabilities::CanRemediate(absl::string_view remediation) const {
  return declared && Declares(remediations, remediation);
}

bool Capabilities::CanDegradeTo(const DegradationLevel& level) const {
  if (!declared || Declares(degradations, level.name)) return true;
  return !level.disable_features.empty() &&
         std::all_of(level.disable_features.begin(),
                     level.disable_features.end(),
                     [&](const std::string& feature) {
                       return Declares(degradations, feature);
                     });
}

std::string MatchText(const Failure& failure) {
  std::string text = TypedText(failure.exception_type, failure.message);
  for (const Cause& cause : failure.causes) {
    const std::string line = TypedText(cause.exception_type, cause.message);
    if (line.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", line);
  }
  return text;
}

}  // namespace recourse
