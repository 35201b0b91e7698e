#include "server/match/error_tokens.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/match/line_reader.h"
#include "server/match/stack_frames.h"

namespace recourse {
namespace {

constexpr int kTypePercent = 95;
constexpr int kMessagePercent = 100;
constexpr int kWrappedMessagePercent = 75;  // When causes are listed.
constexpr int kCausePercent = 90;
constexpr int kRootCausePercent = 140;

// Where the line ends that begins at `begin`; also at the \n and \r\n of text
// that was quoted as JSON. *next: where the line after it begins.
size_t LineEnd(absl::string_view text, size_t begin, size_t* next) {
  for (size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\n') {
      *next = i + 1;
      return i;
    }
    if (text[i] == '\\' && i + 1 < text.size() &&
        (text[i + 1] == 'n' || text[i + 1] == 'r')) {
      *next = i + 2;
      return i;
    }
  }
  *next = text.size();
  return text.size();
}

// The line of source that follows a frame, or with which a cut-off traceback
// begins.
bool IsSource(absl::string_view raw, absl::string_view line,
              bool after_python_frame) {
  const bool indented = absl::ascii_isspace(raw[0]);
  return (after_python_frame && indented) ||
         (indented && absl::StartsWith(line, "raise "));
}

void AppendLines(absl::string_view text, LineReader* reader) {
  bool after_python_frame = false;
  for (size_t begin = 0; begin < text.size();) {
    size_t next = 0;
    const size_t end = LineEnd(text, begin, &next);
    const absl::string_view raw = text.substr(begin, end - begin);
    begin = next;
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty()) continue;
    if (IsStackFrame(line)) {
      after_python_frame =
          IsPythonFrame(line) || (after_python_frame && line[0] == '^');
    } else if (next == text.size() ||
               !IsSource(raw, line, after_python_frame)) {
      after_python_frame = false;
      reader->Read(line);
    }
  }
}

}  // namespace

void AppendTokens(absl::string_view text, int percent,
                  const Vocabulary& vocabulary, std::vector<Token>* tokens) {
  LineReader reader(percent, vocabulary, tokens);
  if (text.size() <= kMaxPartBytes) {
    AppendLines(text, &reader);
    return;
  }
  AppendLines(text.substr(0, kMaxPartBytes / 2), &reader);
  AppendLines(text.substr(text.size() - kMaxPartBytes / 2), &reader);
}

void ReadTokens(const Failure& failure, const Vocabulary& vocabulary,
                std::vector<Token>* tokens) {
  const auto append = [&](absl::string_view text, int percent) {
    AppendTokens(text, percent, vocabulary, tokens);
  };
  if (!absl::StartsWith(failure.message, failure.exception_type)) {
    append(failure.exception_type, kTypePercent);
  }
  append(failure.code, kTypePercent);
  append(failure.message,
         failure.causes.empty() ? kMessagePercent : kWrappedMessagePercent);
  const size_t count = failure.causes.size();
  for (size_t i = 0; i < count; ++i) {
    if (i >= kMaxCausesRead / 2 && i + kMaxCausesRead / 2 < count) continue;
    const Cause& cause = failure.causes[i];
    const int percent = i + 1 == count ? kRootCausePercent : kCausePercent;
    append(cause.exception_type, percent);
    append(cause.message, percent);
  }
}

}  // namespace recourse
