#include "server/match/text_segments.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "re2/re2.h"

namespace recourse {
namespace {

constexpr int kFramePercent = 5;
constexpr int kAddressPercent = 5;
constexpr int kParameterPercent = 15;
constexpr int kQuotedPercent = 35;
constexpr int kAdvicePercent = 40;
constexpr int kWrapperPercent = 80;
constexpr int kRootPercent = 130;

using Weights = std::vector<uint8_t>;

void Scale(size_t begin, size_t end, int percent, Weights* weights) {
  for (size_t i = begin; i < end && i < weights->size(); ++i) {
    (*weights)[i] =
        static_cast<uint8_t>(std::min((*weights)[i] * percent / 100, 200));
  }
}

// Scales what group 1 of `regex` matches, everywhere.
void ScaleMatches(absl::string_view text, const RE2& regex, int percent,
                  Weights* weights) {
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece group;
  while (RE2::FindAndConsume(&rest, regex, &group)) {
    const size_t begin = group.data() - text.data();
    Scale(begin, begin + group.size(), percent, weights);
    if (group.empty()) {
      if (rest.empty()) return;
      rest.remove_prefix(1);
    }
  }
}

bool IsPythonFrame(absl::string_view line) {
  return absl::StartsWith(line, "File \"");
}

bool IsFrame(absl::string_view line) {
  static const RE2* const kFrame = new RE2(
      "^(?:at (?:new )?[\\w$.<>\\[\\]/:@ -]+[ (].*|at \\S+:\\d+.*"
      "|\\.\\.\\. \\d+ (?:more|common frames).*|#\\d+ .*|goroutine \\d+ .*"
      "|from \\S+:\\d+:in .*|\\^+~*\\^*|~*\\^+~*)$");
  return RE2::FullMatch(re2::StringPiece(line.data(), line.size()), *kFrame);
}

// Frames of a stack count next to nothing; the line after a Python frame is
// source code. What follows the last frame of a Python traceback is the error
// itself.
void WeighLines(absl::string_view text, Weights* weights) {
  bool after_python_frame = false;
  size_t last_python_frame_end = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const absl::string_view raw = text.substr(begin, end - begin);
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    const bool indented = !raw.empty() && absl::ascii_isspace(raw[0]);
    if (IsPythonFrame(line) || IsFrame(line) ||
        (after_python_frame && indented)) {
      Scale(begin, end, kFramePercent, weights);
      after_python_frame = after_python_frame || IsPythonFrame(line);
      if (after_python_frame) last_python_frame_end = end;
    } else {
      after_python_frame = false;
    }
    begin = end + 1;
  }
  if (last_python_frame_end > 0) {
    Scale(0, last_python_frame_end, kWrapperPercent, weights);
  }
}

// What stands after the last marker of a cause is the root.
void WeighCauses(absl::string_view text, Weights* weights) {
  static const RE2* const kMarker = new RE2(
      "(?i)(caused by:? |---> |nested exception is |\\bcause: |"
      "\\broot cause|\\breason: |\\bdesc = |\\bdue to: )");
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece marker;
  size_t root = 0;
  while (RE2::FindAndConsume(&rest, *kMarker, &marker)) {
    root = marker.end() - text.data();
  }
  if (root == 0) return;
  Scale(0, root, kWrapperPercent, weights);
  Scale(root, text.size(), kRootPercent, weights);
}

void WeighNames(absl::string_view text, Weights* weights) {
  static const RE2* const kAddress =
      new RE2("([a-zA-Z][a-zA-Z0-9+.-]{1,12}://[^\\s\"'<>)\\]}]+)");
  static const RE2* const kPath = new RE2(
      "(?:^|[\\s\"'(=])((?:\\.{0,2}/|[A-Za-z]:\\\\)[\\w.@+-]+[/\\\\]"
      "[^\\s\"',:;)]*)");
  // request_timeout: None, timeout=32s, "timeout": 30, --timeout.
  static const RE2* const kParameter = new RE2(
      "(?i)([a-z_][\\w.-]*)[\"']? ?[=:] ?[\"']?"
      "(?:-?\\d|none\\b|null\\b|true\\b|false\\b)");
  static const RE2* const kFlag = new RE2("(?:^|[\\s\"'`(])(--?[a-z][\\w-]*)");
  // The keys of a structure; its values may be the error.
  static const RE2* const kKey = new RE2("[\"']([\\w.-]{1,40})\\\\?[\"'] ?:");
  ScaleMatches(text, *kKey, kParameterPercent, weights);
  ScaleMatches(text, *kAddress, kAddressPercent, weights);
  ScaleMatches(text, *kPath, kAddressPercent, weights);
  ScaleMatches(text, *kParameter, kParameterPercent, weights);
  ScaleMatches(text, *kFlag, kParameterPercent, weights);
}

// Quotes hold names and users' words, unless they are values of a structure
// such as {"message": "..."} or list items.
void WeighQuotes(absl::string_view text, Weights* weights) {
  static const RE2* const kQuoted = new RE2(
      "(?:^|[^\\w:=,\\[{(\\\\\"'`]) ?(?:\"([^\"\\n]{1,80})\"|`([^`\\n]{1,80})`|"
      "'([^'\\n]{1,80})')(?:[^\\w:=]|$)");
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece group[3];
  while (
      RE2::FindAndConsume(&rest, *kQuoted, &group[0], &group[1], &group[2])) {
    for (const re2::StringPiece& quoted : group) {
      if (quoted.empty()) continue;
      const size_t begin = quoted.data() - text.data();
      if (begin > 2 && absl::StrContains(":=,[{(", text.substr(begin - 3, 1))) {
        continue;
      }
      Scale(begin, begin + quoted.size(), kQuotedPercent, weights);
    }
  }
}

void WeighAdvice(absl::string_view text, Weights* weights) {
  static const RE2* const kAdvice = new RE2(
      "(?i)((?:\\bhint:|\\bnote:|\\bsee (?:also|https?:)|\\bplease see\\b|"
      "\\bfor more information|\\bthis (?:may|can|could|might|probably)\\b|"
      "\\bpossibly\\b|\\bmost likely\\b|\\bmight be\\b|\\bmay be caused\\b|"
      "\\bconsider\\b|\\bif you\\b|\\bmake sure\\b|\\bdid you\\b|"
      "\\bperhaps\\b|\\bprobably\\b|\\blearn more\\b|\\bwarning:)"
      "[^.\\n]*)");
  ScaleMatches(text, *kAdvice, kAdvicePercent, weights);
}

}  // namespace

std::vector<uint8_t> WeighSegments(absl::string_view text) {
  Weights weights(text.size(), 100);
  WeighLines(text, &weights);
  WeighCauses(text, &weights);
  WeighNames(text, &weights);
  WeighQuotes(text, &weights);
  WeighAdvice(text, &weights);
  return weights;
}

}  // namespace recourse
