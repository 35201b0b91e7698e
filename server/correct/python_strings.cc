// Where Python's string literals end.
#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/correct/characters.h"
#include "server/correct/python_tokens.h"

namespace recourse {
namespace {

constexpr size_t kOpen = absl::string_view::npos;
// Strings within f-strings within strings; deeper ones are read as before
// Python 3.12, where they cannot nest.
constexpr size_t kMaxNesting = 16;

struct Prefix {
  size_t length = 0;
  bool formatted = false;
};

Prefix PrefixAt(absl::string_view text, size_t at) {
  Prefix prefix;
  while (prefix.length < 3 && at + prefix.length < text.size()) {
    const char c = absl::ascii_tolower(text[at + prefix.length]);
    if (c == 'f' || c == 't') {
      prefix.formatted = true;
    } else if (c != 'b' && c != 'r' && c != 'u') {
      break;
    }
    ++prefix.length;
  }
  return prefix;
}

size_t QuoteLength(absl::string_view text, size_t at) {
  const char quote = at < text.size() ? text[at] : '\0';
  if (quote != '"' && quote != '\'') return 0;
  return at + 2 < text.size() && text[at + 1] == quote && text[at + 2] == quote
             ? 3
             : 1;
}

// A literal without replacement fields.
size_t PlainEnd(absl::string_view text, size_t content, size_t quotes) {
  const absl::string_view quote = text.substr(content - quotes, quotes);
  for (size_t at = content; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
      // A backslash joins CR LF as one line end.
      if (at + 1 < text.size() && text[at] == '\r' && text[at + 1] == '\n') {
        ++at;
      }
    } else if (quotes == 1 && (text[at] == '\n' || text[at] == '\r')) {
      return kOpen;
    } else if (text[at] == quote[0] &&
               absl::StartsWith(text.substr(at), quote)) {
      return at + quotes;
    }
  }
  return kOpen;
}

// As Python 3.12 reads f-strings: replacement fields hold any tokens, also the
// quotes of the string itself. An explicit stack, as they nest.
class FormattedReader {
 public:
  explicit FormattedReader(absl::string_view text) : text_(text) {}

  size_t End(size_t content, size_t quotes) {
    Push(content, quotes);
    while (at_ < text_.size()) {
      if (!ReadOne()) return kOpen;
      if (frames_.empty()) return at_;
    }
    return kOpen;
  }

 private:
  enum class Kind { kLiteral, kField, kFormat };
  struct Frame {
    Kind kind = Kind::kLiteral;
    absl::string_view quote;  // With kLiteral.
    size_t brackets = 0;      // Open in a field's expression.
  };

  void Push(size_t content, size_t quotes) {
    frames_.push_back(
        {Kind::kLiteral, text_.substr(content - quotes, quotes), 0});
    at_ = content;
  }

  bool ReadOne() {
    switch (frames_.back().kind) {
      case Kind::kLiteral:
        return ReadLiteral();
      case Kind::kField:
        return ReadField();
      case Kind::kFormat:
        return ReadFormat();
    }
    return false;
  }

  bool ReadLiteral() {
    const absl::string_view quote = frames_.back().quote;
    const char c = text_[at_];
    if (c == '\\') {
      SkipEscape();
    } else if (absl::StartsWith(text_.substr(at_), quote)) {
      at_ += quote.size();
      frames_.pop_back();
    } else if (c == '{') {
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '{';
      at_ += doubled ? 2 : 1;
      if (!doubled) frames_.push_back({Kind::kField, "", 0});
    } else {
      ++at_;
      return quote.size() == 3 || (c != '\n' && c != '\r');
    }
    return true;
  }

  // \{ is a backslash and a field; \N{DASH} is neither.
  void SkipEscape() {
    if (absl::StartsWith(text_.substr(at_), "\\N{")) {
      at_ = std::min(text_.find('}', at_), text_.size() - 1) + 1;
    } else {
      at_ += at_ + 1 < text_.size() && text_[at_ + 1] == '{' ? 1 : 2;
    }
  }

  bool ReadFormat() {
    const char c = text_[at_++];
    if (c == '{') frames_.push_back({Kind::kField, "", 0});
    if (c == '}') frames_.pop_back();
    return c != '"' && c != '\'' && c != '\n' && c != '\r';
  }

  bool ReadField() {
    const Prefix prefix = PrefixAt(text_, at_);
    const size_t quotes = QuoteLength(text_, at_ + prefix.length);
    if (quotes != 0) return ReadNested(prefix, quotes);
    Frame& field = frames_.back();
    const char c = text_[at_++];
    if (c == '(' || c == '[' || c == '{') {
      ++field.brackets;
    } else if (field.brackets > 0) {
      if (c == ')' || c == ']' || c == '}') --field.brackets;
    } else if (c == '}') {
      frames_.pop_back();
    } else if (c == ':') {
      field.kind = Kind::kFormat;
    } else {
      return c != ')' && c != ']' && c != '#';
    }
    return true;
  }

  bool ReadNested(const Prefix& prefix, size_t quotes) {
    const size_t content = at_ + prefix.length + quotes;
    if (prefix.formatted) {
      if (frames_.size() >= kMaxNesting) return false;
      Push(content, quotes);
      return true;
    }
    at_ = PlainEnd(text_, content, quotes);
    return at_ != kOpen;
  }

  const absl::string_view text_;
  size_t at_ = 0;
  std::vector<Frame> frames_;
};

}  // namespace

size_t TypographicStringEnd(absl::string_view text, size_t begin) {
  const Character open = CharacterAt(text, begin);
  const bool is_double = IsTypographicDouble(open.code);
  if (!is_double && !IsTypographicSingle(open.code)) return 0;
  const char32_t ascii = is_double ? '"' : '\'';
  for (size_t at = begin + open.bytes; at < text.size();) {
    const Character c = CharacterAt(text, at);
    if (c.code == '\n' || c.code == '\r' || c.code == '\\' || c.code == ascii) {
      return 0;
    }
    at += c.bytes;
    if (is_double ? IsTypographicDouble(c.code) : IsTypographicSingle(c.code)) {
      return at;
    }
  }
  return 0;
}

size_t PythonStringEnd(absl::string_view text, size_t begin) {
  const Prefix prefix = PrefixAt(text, begin);
  const size_t quotes = QuoteLength(text, begin + prefix.length);
  if (quotes == 0) return 0;
  const size_t content = begin + prefix.length + quotes;
  if (prefix.formatted) {
    const size_t end = FormattedReader(text).End(content, quotes);
    if (end != kOpen) return end;
  }
  return PlainEnd(text, content, quotes);
}

}  // namespace recourse
