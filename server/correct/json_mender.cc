#include "server/correct/json_mender.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/correct/characters.h"

namespace recourse {
namespace {

constexpr char32_t kWideColon = 0xFF1A;
constexpr char32_t kWideComma = 0xFF0C;

// The JSON word that people mean by `word`; empty: none.
absl::string_view JsonWord(absl::string_view word) {
  static constexpr absl::string_view kWords[][2] = {
      {"true", "true"}, {"false", "false"}, {"null", "null"},
      {"True", "true"}, {"False", "false"}, {"None", "null"},
      {"TRUE", "true"}, {"FALSE", "false"}, {"NULL", "null"},
      {"NaN", "null"},  {"nan", "null"},    {"undefined", "null"},
  };
  for (const auto& row : kWords) {
    if (row[0] == word) return row[1];
  }
  return "";
}

bool IsQuote(char32_t c) {
  return c == '"' || c == '\'' || IsTypographicDouble(c) ||
         IsTypographicSingle(c);
}

bool IsWordByte(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// The length of the JSON number at the beginning of `text`; 0: none.
size_t NumberLength(absl::string_view text) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t begin = at;
    while (at < text.size() && absl::ascii_isdigit(text[at])) ++at;
    return at - begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const size_t first = at;
  const size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return 0;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

}  // namespace

bool JsonMender::Mend(size_t begin) {
  at_ = begin;
  is_object_ = text_[begin] == '{';
  OpenLevel(is_object_);
  while (!levels_.empty()) {
    if (!Step()) return false;
  }
  return true;
}

bool JsonMender::Step() {
  SkipBlank();
  if (AtEnd()) return complete_ && FinishCut();
  Level& level = levels_.back();
  const bool closes = Peek() == (level.object ? '}' : ']');
  switch (level.wait) {
    case Wait::kMember:
      return closes ? CloseLevel() : ReadMember(level);
    case Wait::kColon: {
      const Character c = CharacterAt(text_, at_);
      if (c.code != ':' && c.code != kWideColon) return false;
      at_ += c.bytes;
      out_ += ':';
      level.wait = Wait::kValue;
      return true;
    }
    case Wait::kValue:
      return ReadValue();
    case Wait::kComma:
      return closes ? CloseLevel() : ReadComma(level);
  }
  return false;
}

// White space as it is, comments left out.
void JsonMender::SkipBlank() {
  while (!AtEnd()) {
    const char c = Peek();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      out_ += c;
      ++at_;
    } else if (c == '#' || (c == '/' && Peek(1) == '/')) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '/' && Peek(1) == '*') {
      const size_t end = text_.find("*/", at_ + 2);
      at_ = end == text_.npos ? text_.size() : end + 2;
    } else {
      const Character special = CharacterAt(text_, at_);
      const auto ascii = AsciiFor(special.code);
      if (ascii != " " && ascii != "") return;
      absl::StrAppend(&out_, *ascii);
      at_ += special.bytes;
    }
  }
}

bool JsonMender::ReadMember(Level& level) {
  return level.object ? ReadKey() : ReadValue();
}

bool JsonMender::ReadKey() {
  const char32_t c = CharacterAt(text_, at_).code;
  if (IsQuote(c)) return ReadString(true);
  size_t end = at_;
  while (end < text_.size() &&
         (IsWordByte(text_[end]) || text_[end] == '$' || text_[end] == '-')) {
    ++end;
  }
  const absl::string_view name = text_.substr(at_, end - at_);
  if (name.empty() || name == "None" || name == "True" || name == "False") {
    return false;
  }
  // Only a whole number is a bare key that does not begin like a name.
  const bool number = NumberLength(name) == name.size() &&
                      name.find_first_of(".eE") == name.npos;
  if (!absl::ascii_isalpha(name[0]) && name[0] != '_' && name[0] != '$' &&
      !number) {
    return false;
  }
  absl::StrAppend(&out_, "\"", name, "\"");
  at_ = end;
  levels_.back().wait = Wait::kColon;
  return true;
}

bool JsonMender::ReadValue() {
  const char32_t c = CharacterAt(text_, at_).code;
  const bool quoted = IsQuote(c);
  const bool opens = c == '{' || c == '[';
  if ((quoted || opens) && levels_.size() == 1 && levels_[0].members == 0) {
    is_rich_list_ = !is_object_;
  }
  if (opens) {
    if (levels_.size() >= kMaxJsonLevels) return false;
    OpenLevel(c == '{');
    return true;
  }
  if (quoted) return ReadString(false);
  if (c == 'u' && (Peek(1) == '\'' || Peek(1) == '"')) {
    ++at_;
    return ReadString(false);
  }
  if (c == '-' || (c < 0x80 && absl::ascii_isdigit(static_cast<char>(c)))) {
    return ReadNumber();
  }
  return ReadWord();
}

bool JsonMender::ReadWord() {
  size_t end = at_;
  while (end < text_.size() && IsWordByte(text_[end])) ++end;
  const absl::string_view word = JsonWord(text_.substr(at_, end - at_));
  if (word.empty()) {
    if (!complete_ || end < text_.size() || end == at_) return false;
    at_ = end;  // Cut; left out.
    return true;
  }
  absl::StrAppend(&out_, word);
  at_ = end;
  ValueEnded(false);
  return true;
}

bool JsonMender::ReadNumber() {
  const absl::string_view rest = text_.substr(at_);
  size_t end = 0;
  while (end < rest.size() && (IsWordByte(rest[end]) || rest[end] == '.' ||
                               rest[end] == '+' || rest[end] == '-')) {
    ++end;
  }
  if (complete_ && end == rest.size()) {
    at_ = text_.size();  // More digits may have followed; left out.
    return true;
  }
  if (NumberLength(rest) != end) return false;
  absl::StrAppend(&out_, rest.substr(0, end));
  at_ += end;
  ValueEnded(false);
  return true;
}

// A comma, or the place where one is missing.
bool JsonMender::ReadComma(Level& level) {
  const auto is_comma = [&] {
    const char32_t c = CharacterAt(text_, at_).code;
    return c == ',' || c == kWideComma;
  };
  if (!is_comma()) {
    const bool sure =
        level.object ? KeyBeginsAt(at_) : level.last_nests && Peek() == '{';
    if (!sure) return false;
    out_.insert(last_value_end_, 1, ',');
    level.wait = Wait::kMember;
    return true;
  }
  if (level.object || !absl::ascii_isdigit(out_[last_value_end_ - 1])) {
    meant_json_ = true;
  }
  const size_t comma = out_.size();
  out_ += ',';
  size_t count = 0;
  while (!AtEnd() && is_comma()) {
    at_ += CharacterAt(text_, at_).bytes;
    ++count;
    SkipBlank();
  }
  level.wait = Wait::kMember;
  if (AtEnd()) return true;
  if (Peek() == (level.object ? '}' : ']')) {
    out_.erase(comma, 1);
    level.wait = Wait::kComma;
    return true;
  }
  return count == 1 || level.object;  // A list may miss an item there.
}

void JsonMender::OpenLevel(bool object) {
  out_ += object ? '{' : '[';
  ++at_;
  Level level;
  level.object = object;
  level.kept = out_.size();
  levels_.push_back(level);
}

bool JsonMender::CloseLevel() {
  out_ += Peek();
  ++at_;
  members_ = levels_.back().members;
  levels_.pop_back();
  if (levels_.empty()) return true;
  ValueEnded(true);
  return true;
}

void JsonMender::ValueEnded(bool nested) {
  Level& level = levels_.back();
  level.wait = Wait::kComma;
  level.last_nests = nested;
  level.kept = last_value_end_ = out_.size();
  ++level.members;
  ++whole_values_;
}

bool JsonMender::FinishCut() {
  if (whole_values_ == 0) return false;
  out_.resize(levels_.back().kept);
  members_ = levels_.front().members + (levels_.size() > 1 ? 1 : 0);
  while (!levels_.empty()) {
    out_ += levels_.back().object ? '}' : ']';
    levels_.pop_back();
  }
  return true;
}

}  // namespace recourse
