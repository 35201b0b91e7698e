#include "client/cli/stack_text.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"

namespace recourse::cli {
namespace {

bool IsFrame(absl::string_view line) {
  return absl::StartsWith(line, "\t") || absl::StartsWith(line, "   ") ||
         absl::StartsWith(line, "goroutine ");
}

// The line of a trace that tells the error; empty: `text` is no trace.
std::string Headline(const std::string& text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (absl::StrContains(text, "Traceback (most recent call last)")) {
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      const bool tells = !absl::StripAsciiWhitespace(*line).empty() &&
                         !absl::StartsWith(*line, " ");
      if (tells) return std::string(*line);
    }
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (IsFrame(lines[i])) return std::string(lines[0]);
  }
  return "";
}

}  // namespace

ErrorText SplitErrorText(const std::string& text) {
  static const auto& type_and_message = *new re2::RE2(
      R"((?s)([A-Za-z_][\w.$]*(?:Error|Exception|Timeout|Failure|Fault|Interrupt|Warning))(?::\s+(.*))?)");
  ErrorText result;
  const std::string headline = Headline(text);
  if (!headline.empty()) result.stack = text;
  const std::string told(
      absl::StripAsciiWhitespace(headline.empty() ? text : headline));
  if (!re2::RE2::FullMatch(told, type_and_message, &result.type,
                           &result.message)) {
    result.message = told;
  }
  return result;
}

}  // namespace recourse::cli
