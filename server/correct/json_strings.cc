// Strings of damaged JSON: which quote ends one is the hard part.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/correct/characters.h"
#include "server/correct/json_mender.h"

namespace recourse {
namespace {

// A key that is looked for ahead is at most this long.
constexpr size_t kMaxKeyAhead = 256;

bool IsDouble(char32_t c) { return c == '"' || IsTypographicDouble(c); }
bool IsSingle(char32_t c) { return c == '\'' || IsTypographicSingle(c); }

// True when a string that `open` began may end with `c`.
bool MayClose(char32_t open, char32_t c) {
  if (open == '"' || open == '\'') return c == open;
  return IsDouble(open) ? IsDouble(c) : IsSingle(c);
}

bool IsHex(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isxdigit(c)) return false;
  }
  return true;
}

void AppendEscaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      absl::StrAppend(&out, "\\u00", absl::Hex(c, absl::kZeroPad2));
  }
}

}  // namespace

size_t JsonMender::SkipBlankFrom(size_t at) const {
  while (at < text_.size() && absl::ascii_isspace(text_[at])) ++at;
  return at;
}

// A quoted or bare key with its colon; where the text may be cut off, also a
// quoted one that the text ends in or behind.
bool JsonMender::KeyBeginsAt(size_t at) const {
  if (at >= text_.size()) return false;
  const size_t limit = std::min(text_.size(), at + kMaxKeyAhead);
  const Character open = CharacterAt(text_, at);
  if (!IsDouble(open.code) && !IsSingle(open.code)) {
    size_t end = at;
    while (end < limit && (absl::ascii_isalnum(text_[end]) ||
                           text_[end] == '_' || text_[end] == '$')) {
      ++end;
    }
    const size_t colon = SkipBlankFrom(end);
    return end > at && colon < text_.size() && text_[colon] == ':';
  }
  at += open.bytes;
  while (at < limit) {
    const Character c = CharacterAt(text_, at);
    if (c.code == '\n') return false;
    at += c.bytes;
    if (c.code == '\\') {
      ++at;
    } else if (MayClose(open.code, c.code)) {
      const size_t colon = SkipBlankFrom(at);
      if (colon >= text_.size()) return complete_;
      return text_[colon] == ':';
    }
  }
  return complete_ && at >= text_.size();
}

// Whether an object's value that ended before `at` is followed by what follows
// values there.
bool JsonMender::ValueMayEndAt(size_t at) const {
  at = SkipBlankFrom(at);
  if (at >= text_.size()) return true;
  switch (text_[at]) {
    case '}':
    case ']':
    case '#':
    case '`':
      return true;
    case '/':
      return at + 1 < text_.size() &&
             (text_[at + 1] == '/' || text_[at + 1] == '*');
    case ',':
      break;
    default:
      return KeyBeginsAt(at);
  }
  at = SkipBlankFrom(at + 1);
  if (at >= text_.size()) return true;
  const char c = text_[at];
  return c == '}' || c == ',' || c == '/' || c == '#' || KeyBeginsAt(at);
}

// What is behind `at` may be a key that was cut off, or more of the string.
bool JsonMender::QuoteIsLastAt(size_t at) const {
  return complete_ && text_.find_first_of(":}]", at) == text_.npos &&
         text_.find_first_of("\"'", at) != text_.npos;
}

// `quote` stands right before `behind` and could end the string.
bool JsonMender::ClosesHere(char32_t open, char32_t quote, size_t behind,
                            bool key) const {
  if (key || !levels_.back().object) {
    if (open == '"' && quote == '"') return true;
    const size_t next = SkipBlankFrom(behind);
    if (next >= text_.size()) return true;
    return absl::string_view(key ? ":" : ",]}/#").find(text_[next]) !=
           absl::string_view::npos;
  }
  return ValueMayEndAt(behind);
}

// An escape sequence that JSON does not know is a backslash that was meant.
void JsonMender::ReadEscape(bool python) {
  const absl::string_view rest = text_.substr(at_);
  const char next = Peek(1);
  const bool cut = rest.size() < 2 ||
                   (next == 'u' && rest.size() < 6 && IsHex(rest.substr(2)));
  if (cut) {
    at_ = text_.size();  // Left out; or the string does not end, and it fails.
    return;
  }
  if (absl::string_view("\"\\/bfnrt").find(next) != absl::string_view::npos) {
    out_.append(rest.data(), 2);
    at_ += 2;
  } else if (next == 'u' && rest.size() >= 6 && IsHex(rest.substr(2, 4))) {
    out_.append(rest.data(), 6);
    at_ += 6;
  } else if (next == '\'') {
    out_ += '\'';
    at_ += 2;
  } else if (next == '\n') {
    at_ += 2;
  } else if (python && next == 'x' && rest.size() >= 4 &&
             IsHex(rest.substr(2, 2))) {
    absl::StrAppend(&out_, "\\u00", rest.substr(2, 2));
    at_ += 4;
  } else {
    out_ += "\\\\";
    ++at_;
  }
}

void JsonMender::StringEnded(bool key) {
  if (key) {
    meant_json_ = true;
    levels_.back().wait = Wait::kColon;
  } else {
    ValueEnded(false);
  }
}

bool JsonMender::ReadString(bool key) {
  const Character open = CharacterAt(text_, at_);
  at_ += open.bytes;
  out_ += '"';
  bool line_ends = false;
  bool inner_quotes = false;
  while (!AtEnd()) {
    const Character c = CharacterAt(text_, at_);
    if (c.code == '\\') {
      ReadEscape(open.code == '\'');
      continue;
    }
    at_ += c.bytes;
    if (MayClose(open.code, c.code)) {
      if (ClosesHere(open.code, c.code, at_, key)) {
        out_ += '"';
        // Both at once: the end of this string is missing, and the next
        // string's quotes were taken for inner ones.
        if (line_ends && inner_quotes) return false;
        if (inner_quotes && QuoteIsLastAt(at_)) return false;
        StringEnded(key);
        return true;
      }
      const size_t next = SkipBlankFrom(at_);
      if (next < text_.size() && text_[next] == ':') return false;  // A key.
      inner_quotes = true;
    }
    line_ends |= c.code == '\n';
    if (c.code < 0x20 || c.code == '"') {
      AppendEscaped(static_cast<char>(c.code), out_);
    } else {
      out_.append(text_.data() + at_ - c.bytes, c.bytes);
    }
  }
  if (!complete_ || key || inner_quotes) return complete_ && key;
  out_ += '"';  // As far as it came.
  ValueEnded(false);
  --whole_values_;
  return true;
}

}  // namespace recourse
