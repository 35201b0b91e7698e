#include "server/correct/python_tokens.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/correct/characters.h"

namespace recourse {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(c); }

bool IsNameByte(char c) {
  return absl::ascii_isalnum(c) || c == '_' || (c & 0x80) != 0;
}

// The length of the operator at the beginning of `text`; 0: none.
size_t OperatorLength(absl::string_view text) {
  static constexpr absl::string_view kLong[] = {
      "**=", "//=", ">>=", "<<=", "...", "!=", "%=", "&=", "**",
      "*=",  "+=",  "-=",  "->",  "//",  "/=", ":=", "<<", "<=",
      "==",  ">=",  ">>",  "@=",  "^=",  "|=", "<>"};
  const bool may_be_long =
      text.size() > 1 &&
      absl::string_view("=*/<>.").find(text[1]) != absl::string_view::npos;
  for (const absl::string_view op : kLong) {
    if (may_be_long && absl::StartsWith(text, op)) return op.size();
  }
  return absl::string_view("%&()*+,-./:;<=>@[]^{|}~").find(text[0]) !=
                 absl::string_view::npos
             ? 1
             : 0;
}

char ClosingOf(char open) {
  return open == '(' ? ')' : open == '[' ? ']' : '}';
}

}  // namespace

PyIndent MeasureIndent(absl::string_view indent) {
  PyIndent result;
  for (const char c : indent) {
    if (c == '\t') {
      result.column = (result.column / 8 + 1) * 8;
      ++result.alternative;
    } else if (c == '\f') {
      result = PyIndent();
    } else {
      ++result.column;
      ++result.alternative;
    }
  }
  return result;
}

bool IsPythonKeyword(absl::string_view name) {
  static constexpr std::array<absl::string_view, 35> kKeywords = {
      "False",  "None",   "True",    "and",      "as",       "assert", "async",
      "await",  "break",  "class",   "continue", "def",      "del",    "elif",
      "else",   "except", "finally", "for",      "from",     "global", "if",
      "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
      "pass",   "raise",  "return",  "try",      "while",    "with",   "yield"};
  return std::binary_search(kKeywords.begin(), kKeywords.end(), name);
}

bool EndsOperand(const PythonSource& source, size_t token) {
  const absl::string_view text = source.Text(token);
  switch (source.tokens()[token].kind) {
    case PythonToken::kName:
      return !IsPythonKeyword(text) || text == "None" || text == "True" ||
             text == "False";
    case PythonToken::kNumber:
    case PythonToken::kString:
      return true;
    case PythonToken::kOperator:
      return text == ")" || text == "]" || text == "}" || text == "...";
    case PythonToken::kStray:
      return false;
  }
  return false;
}

bool BeginsOperand(const PythonSource& source, size_t token) {
  const absl::string_view text = source.Text(token);
  switch (source.tokens()[token].kind) {
    case PythonToken::kName:
      return !IsPythonKeyword(text) || text == "None" || text == "True" ||
             text == "False" || text == "lambda" || text == "await" ||
             text == "yield";
    case PythonToken::kNumber:
    case PythonToken::kString:
      return true;
    case PythonToken::kOperator:
      return text == "{" || text == "~" || text == "...";
    case PythonToken::kStray:
      return false;
  }
  return false;
}

absl::string_view PythonSource::IndentText(const PyLine& line) const {
  const absl::string_view rest = text_.substr(line.begin);
  return rest.substr(0, rest.find_first_not_of(" \t\f"));
}

PythonSource::PythonSource(absl::string_view text) : text_(text) {
  while (at_ < text_.size() && !broken_ && mismatched_.empty()) ReadLine();
  EndLogicalLine();
}

// One physical line, or as many as a string takes.
void PythonSource::ReadLine() {
  fresh_ = true;
  // The indentation is that of the first of joined lines.
  if (!joined_ || tokens_.size() > logical_first_) line_begin_ = at_;
  joined_ = false;
  while (at_ < text_.size() && !broken_ && mismatched_.empty()) {
    const char c = Peek();
    if (c == ' ' || c == '\t' || c == '\f') {
      ++at_;
    } else if (c == '#') {
      at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    } else if (AtLineEnd()) {
      EndPhysicalLine();
      return;
    } else if (c == '\\') {
      ReadContinuation();
      if (joined_) return;
    } else {
      ReadToken();
    }
  }
}

void PythonSource::EndPhysicalLine() {
  at_ += text_[at_] == '\r' && Peek(1) == '\n' ? 2 : 1;
  if (unclosed_.empty()) EndLogicalLine();
}

void PythonSource::EndLogicalLine() {
  const auto count = static_cast<uint32_t>(tokens_.size());
  if (count > logical_first_) {
    lines_.push_back({logical_begin_, logical_first_, count});
  }
  logical_first_ = count;
}

void PythonSource::ReadContinuation() {
  const size_t end = at_ + 1;
  if (end >= text_.size()) {
    ++at_;
    broken_ = true;
  } else if (text_[end] == '\n' || text_[end] == '\r') {
    at_ = end + (text_[end] == '\r' && Peek(2) == '\n' ? 2 : 1);
    joined_ = true;
  } else {
    broken_ = true;
  }
}

void PythonSource::Add(PythonToken kind, size_t end) {
  if (tokens_.size() == logical_first_) {
    logical_begin_ = static_cast<uint32_t>(line_begin_);
  }
  tokens_.push_back({kind, fresh_, static_cast<uint32_t>(at_),
                     static_cast<uint32_t>(end),
                     static_cast<uint32_t>(unclosed_.size())});
  fresh_ = false;
  at_ = end;
}

void PythonSource::ReadToken() {
  const char c = Peek();
  if (TryString()) return;
  if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return ReadNumber();
  if ((c & 0x80) != 0) {
    const Character special = CharacterAt(text_, at_);
    if (AsciiFor(special.code).has_value() || special.code == 0xFFFD) {
      has_stray_ = true;
      const size_t end = TypographicStringEnd(text_, at_);
      return Add(PythonToken::kStray, end == 0 ? at_ + special.bytes : end);
    }
    return ReadName();
  }
  if (IsNameByte(c)) return ReadName();
  ReadOperator();
}

bool PythonSource::TryString() {
  const size_t end = PythonStringEnd(text_, at_);
  if (end == 0) return false;
  if (end == text_.npos) {
    broken_ = true;
    return true;
  }
  Add(PythonToken::kString, end);
  return true;
}

void PythonSource::ReadName() {
  size_t end = at_;
  while (end < text_.size() && IsNameByte(text_[end])) {
    if ((text_[end] & 0x80) == 0) {
      ++end;
      continue;
    }
    const Character c = CharacterAt(text_, end);
    if (AsciiFor(c.code).has_value() || c.code == 0xFFFD) break;
    end += c.bytes;
  }
  Add(PythonToken::kName, end);
}

// 1_000, 0x1F, 1.5e-3j; never the word behind it, as in `1if x`.
void PythonSource::ReadNumber() {
  size_t end = at_;
  const auto at = [&](size_t i) { return i < text_.size() ? text_[i] : '\0'; };
  const auto digits = [&] {
    while (IsDigit(at(end)) || at(end) == '_') ++end;
  };
  const char base = absl::ascii_tolower(Peek(1));
  if (Peek() == '0' && (base == 'x' || base == 'o' || base == 'b')) {
    end += 2;
    while (absl::ascii_isxdigit(at(end)) || at(end) == '_') ++end;
    return Add(PythonToken::kNumber, end);
  }
  digits();
  if (at(end) == '.') {
    ++end;
    digits();
  }
  const size_t sign = at(end + 1) == '+' || at(end + 1) == '-' ? 2 : 1;
  if (absl::ascii_tolower(at(end)) == 'e' && IsDigit(at(end + sign))) {
    end += sign;
    digits();
  }
  if (absl::ascii_tolower(at(end)) == 'j') ++end;
  Add(PythonToken::kNumber, end);
}

void PythonSource::ReadOperator() {
  const size_t length = OperatorLength(text_.substr(at_));
  if (length == 0) {
    has_stray_ = true;
    return Add(PythonToken::kStray, at_ + 1);
  }
  const char c = Peek();
  const bool bracket = length == 1 && absl::string_view("()[]{}").find(c) !=
                                          absl::string_view::npos;
  if (bracket) return Bracket(c);
  Add(PythonToken::kOperator, at_ + length);
}

void PythonSource::Bracket(char c) {
  const auto token = static_cast<uint32_t>(tokens_.size());
  if (c == '(' || c == '[' || c == '{') {
    Add(PythonToken::kOperator, at_ + 1);
    unclosed_.push_back(token);
    return;
  }
  if (unclosed_.empty()) {
    unopened_.push_back(token);
  } else if (c == ClosingOf(text_[tokens_[unclosed_.back()].begin])) {
    unclosed_.pop_back();
  } else {
    mismatched_.push_back(token);
  }
  Add(PythonToken::kOperator, at_ + 1);
}

}  // namespace recourse
