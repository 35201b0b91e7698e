// BYTE_ORDER_MARK, LINE_ENDINGS, SMART_QUOTES and CODE_FENCE: corrections that
// know no language.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "server/correct/characters.h"
#include "server/correct/error_hints.h"
#include "server/correct/fixer_parts.h"

namespace recourse {
namespace {

// A mark whose bytes were read as Latin-1.
constexpr absl::string_view kMisreadMark = "\xC3\xAF\xC2\xBB\xC2\xBF";

bool IsLetterAt(absl::string_view text, size_t at) {
  return at < text.size() &&
         (absl::ascii_isalnum(text[at]) || (text[at] & 0x80) != 0);
}

// A line that most languages take for a comment.
bool IsCommentLine(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  for (const absl::string_view begin : {"#", "//", "--", "/*", "*", ";", "%"}) {
    if (absl::StartsWith(line, begin)) return true;
  }
  return false;
}

// True where code ends and a comment begins: " # " or " // ".
bool CommentBeginsAt(absl::string_view line, size_t at) {
  const absl::string_view rest = line.substr(at);
  return at > 0 && absl::ascii_isblank(line[at - 1]) &&
         (absl::StartsWith(rest, "# ") || absl::StartsWith(rest, "// "));
}

// One line with ASCII quotes in place of pairs of typographic ones, a comment
// behind code as it is; nullopt: a pair is not whole, or holds the ASCII quote.
Fixed StraightenLine(absl::string_view line) {
  std::string out;
  char inside = '\0';  // The ASCII quote of the string that this is within.
  char typographic = '\0';
  for (size_t at = 0; at < line.size();) {
    if (inside == '\0' && typographic == '\0' && CommentBeginsAt(line, at)) {
      return out.append(line.data() + at, line.size() - at);
    }
    const Character c = CharacterAt(line, at);
    const bool is_single = IsTypographicSingle(c.code);
    const bool is_quote = is_single || IsTypographicDouble(c.code);
    const char ascii = is_single ? '\'' : '"';
    const bool apostrophe = is_single && at > 0 && IsLetterAt(line, at - 1) &&
                            IsLetterAt(line, at + c.bytes);
    if (is_quote && inside == '\0' && !(apostrophe && typographic != '\'') &&
        (typographic == '\0' || typographic == ascii)) {
      typographic = typographic == '\0' ? ascii : '\0';
      out += ascii;
      at += c.bytes;
      continue;
    }
    if (c.code == '"' || c.code == '\'') {
      if (typographic == static_cast<char>(c.code)) return std::nullopt;
      if (typographic == '\0' && inside == '\0') {
        inside = static_cast<char>(c.code);
      } else if (inside == static_cast<char>(c.code)) {
        inside = '\0';
      }
    }
    size_t bytes = c.bytes;
    if (c.code == '\\' && at + 1 < line.size()) {
      bytes += CharacterAt(line, at + 1).bytes;
    }
    out.append(line.data() + at, bytes);
    at += bytes;
  }
  if (typographic != '\0') return std::nullopt;
  return out;
}

// The next line, its end included, taken off `text`.
absl::string_view TakeLine(absl::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
  const absl::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  return line;
}

// The marks of a fence line, ``` or ~~~ or more; empty: it is none.
absl::string_view FenceOf(absl::string_view line) {
  line = absl::StripTrailingAsciiWhitespace(line);
  const char mark = line.empty() ? '\0' : line[0];
  if (mark != '`' && mark != '~') return "";
  const size_t length = std::min(line.find_first_not_of(mark), line.size());
  if (length < 3) return "";
  // Behind the marks at most a word or two: the language.
  const absl::string_view info = line.substr(length);
  if (info.size() > 40 || absl::StrContains(info, "`")) return "";
  return line.substr(0, length);
}

// A sentence such as "Here is the corrected code:".
bool IsProse(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty()) return true;
  const bool sentence =
      absl::ascii_isupper(line[0]) &&
      (line.back() == ':' || line.back() == '.' || line.back() == '!');
  return sentence && absl::StrContains(line, " ") &&
         line.find_first_of("(){}[]=<>\"`|;") == line.npos;
}

}  // namespace

Fixed FixByteOrderMark(absl::string_view text, const FixerHints& hints) {
  if (!SpeaksOfByteOrderMark(hints)) return std::nullopt;
  absl::string_view rest = text;
  while (absl::ConsumePrefix(&rest, kByteOrderMark) ||
         absl::ConsumePrefix(&rest, kMisreadMark)) {
  }
  return std::string(rest);
}

Fixed FixLineEndings(absl::string_view text, const FixerHints& hints) {
  if (!SpeaksOfCarriageReturn(hints)) return std::nullopt;
  // Without one LF, CR alone ends the lines.
  if (!absl::StrContains(text, "\n")) {
    return absl::StrReplaceAll(text, {{"\r", "\n"}});
  }
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.erase(out.find_last_not_of('\r') + 1);
    out += c;
  }
  return out;
}

Fixed FixSmartQuotes(absl::string_view text, const FixerHints& hints) {
  if (!SpeaksOfTypographicQuote(hints)) return std::nullopt;
  std::string out;
  while (!text.empty()) {
    const absl::string_view line = TakeLine(text);
    const Fixed straight =
        IsCommentLine(line) ? std::string(line) : StraightenLine(line);
    if (!straight.has_value()) return std::nullopt;
    out += *straight;
  }
  return out;
}

Fixed FixCodeFence(absl::string_view text) {
  absl::string_view rest = text;
  absl::string_view fence;
  while (fence.empty()) {
    if (rest.empty()) return std::nullopt;
    const absl::string_view line = TakeLine(rest);
    fence = FenceOf(line);
    if (fence.empty() && !IsProse(line)) return std::nullopt;
  }
  std::string code;
  bool closed = false;
  while (!rest.empty() && !closed) {
    const absl::string_view line = TakeLine(rest);
    closed = absl::StripTrailingAsciiWhitespace(line) == fence;
    if (!closed) code.append(line.data(), line.size());
  }
  // A second block, or none: which is meant?
  while (!rest.empty()) {
    if (!FenceOf(TakeLine(rest)).empty()) return std::nullopt;
  }
  if (absl::StripAsciiWhitespace(code).empty()) return std::nullopt;
  return code;
}

}  // namespace recourse
