#include "server/correct/yaml_lines.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace recourse {
namespace {

using Kind = YamlLine::Kind;

class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  std::vector<YamlLine> ReadAll() {
    while (at_ < text_.size() && ok_) ReadLine();
    if (!ok_ || quote_ != '\0' || flow_ > 0) return {};
    return std::move(lines_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < end_ ? text_[at_ + ahead] : '\0';
  }
  bool AtEnd() const { return at_ >= end_; }
  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\0'; }

  void ReadLine() {
    YamlLine line;
    line.begin = at_;
    size_t newline = text_.find('\n', at_);
    if (newline == text_.npos) newline = text_.size();
    end_ = newline;
    if (end_ > at_ && text_[end_ - 1] == '\r') --end_;
    while (!AtEnd() && (Peek() == ' ' || Peek() == '\t')) ++at_;
    line.indent = at_ - line.begin;
    ReadContent(line);
    lines_.push_back(std::move(line));
    at_ = std::min(newline + 1, text_.size());
  }

  void ReadContent(YamlLine& line) {
    if (quote_ != '\0') {
      line.kind = Kind::kLiteral;
      ReadQuoted();
      if (quote_ == '\0') ReadRest(line);
    } else if (flow_ > 0) {
      line.kind = AtEnd() || Peek() == '#' ? Kind::kBlank : Kind::kFlow;
      ReadFlow();
      if (flow_ == 0 && quote_ == '\0') ReadRest(line);
    } else if (InBlockScalar(line)) {
      line.kind = AtEnd() ? Kind::kBlank : Kind::kLiteral;
    } else if (AtEnd() || Peek() == '#') {
      line.kind = Kind::kBlank;
    } else if (line.indent == 0 && IsMark()) {
      line.ends_document = true;
    } else {
      ReadNodes(line);
    }
  }

  bool IsMark() const {
    const absl::string_view rest = text_.substr(at_, end_ - at_);
    return rest[0] == '%' ||
           ((absl::StartsWith(rest, "---") || absl::StartsWith(rest, "...")) &&
            IsBlank(Peek(3)));
  }

  // Deeper than the line that opened it, as far as white space tells.
  bool InBlockScalar(const YamlLine& line) {
    if (!block_) return false;
    if (AtEnd()) return true;
    const absl::string_view indent = text_.substr(line.begin, line.indent);
    if (indent.size() <= block_indent_.size() ||
        !absl::StartsWith(indent, block_indent_)) {
      block_ = false;
      // Less deep for sure, or not to be told.
      ok_ &= absl::StartsWith(block_indent_, indent) ||
             !absl::StrContains(indent, "\t");
      return false;
    }
    const size_t spaces = indent.find_first_not_of(' ');
    if (spaces <= block_indent_.size()) ok_ = false;
    YamlLine& opener = lines_[block_opener_];
    opener.literal_indent =
        opener.literal_indent == 0
            ? std::min(spaces, indent.size())
            : std::min({opener.literal_indent, spaces, indent.size()});
    return true;
  }

  // Dashes, keys and the value behind them.
  void ReadNodes(YamlLine& line) {
    line.kind = Kind::kText;
    while (Peek() == '-' && IsBlank(Peek(1))) {
      line.kind = Kind::kStructure;
      line.dash = true;
      ++at_;
      SkipSeparator(line);
      line.inner.push_back(at_ - line.begin - line.indent);
    }
    ReadNode(line);
  }

  void SkipSeparator(YamlLine& line) {
    if (Peek() == '\t') line.separators.push_back(at_);
    while (Peek() == ' ' || Peek() == '\t') ++at_;
  }

  void ReadNode(YamlLine& line) {
    while (Peek() == '&' || Peek() == '!' || Peek() == '*') {
      while (!AtEnd() && !IsBlank(Peek())) ++at_;
      SkipSeparator(line);
    }
    const char c = Peek();
    if (AtEnd() || c == '#') {
      line.opens = true;
    } else if (c == '|' || c == '>') {
      BeginBlockScalar(line);
    } else if (c == '"' || c == '\'') {
      quote_ = c;
      ++at_;
      ReadQuoted();
      if (quote_ == '\0') ReadRest(line);
    } else if (c == '[' || c == '{') {
      ReadFlow();
      if (flow_ == 0 && quote_ == '\0') ReadRest(line);
    } else {
      ReadPlain(line);
    }
  }

  // Behind quoted text or brackets: they may have been a key.
  void ReadRest(YamlLine& line) {
    while (Peek() == ' ' || Peek() == '\t') ++at_;
    if (Peek() == ':' && IsBlank(Peek(1))) TakeKey(line);
  }

  void TakeKey(YamlLine& line) {
    if (line.kind == Kind::kText) line.kind = Kind::kStructure;
    line.key = true;
    ++at_;
    SkipSeparator(line);
    ReadNode(line);
  }

  void ReadPlain(YamlLine& line) {
    for (; !AtEnd(); ++at_) {
      if (Peek() == '#' && at_ > line.begin && IsBlank(text_[at_ - 1])) return;
      // One key a line; a second colon is an error of its own.
      if (Peek() == ':' && IsBlank(Peek(1)) && !line.key) {
        return TakeKey(line);
      }
    }
  }

  void BeginBlockScalar(const YamlLine& line) {
    block_ = true;
    block_opener_ = lines_.size();
    block_indent_ = text_.substr(line.begin, line.indent);
    at_ = end_;
  }

  // Up to the closing quote, or to the line's end.
  void ReadQuoted() {
    while (!AtEnd()) {
      const char c = text_[at_++];
      if (c == '\\' && quote_ == '"') {
        at_ = std::min(at_ + 1, end_);
      } else if (c == quote_) {
        if (quote_ == '\'' && Peek() == '\'') {
          ++at_;
          continue;
        }
        quote_ = '\0';
        return;
      }
    }
  }

  void ReadFlow() {
    while (!AtEnd()) {
      const char c = Peek();
      if (c == '#' && (at_ == 0 || absl::ascii_isspace(text_[at_ - 1]))) {
        at_ = end_;
        return;
      }
      ++at_;
      if (c == '"' || c == '\'') {
        // Within a word it is an apostrophe.
        const char before = at_ > 1 ? text_[at_ - 2] : '\0';
        if (absl::ascii_isalnum(before)) continue;
        quote_ = c;
        ReadQuoted();
        if (quote_ != '\0') return;
      } else if (c == '[' || c == '{') {
        ++flow_;
      } else if (c == ']' || c == '}') {
        if (--flow_ == 0) return;
      }
    }
  }

  const absl::string_view text_;
  size_t at_ = 0;
  size_t end_ = 0;  // Of the line, its end left out.
  bool ok_ = true;
  char quote_ = '\0';
  size_t flow_ = 0;
  bool block_ = false;
  size_t block_opener_ = 0;
  absl::string_view block_indent_;
  std::vector<YamlLine> lines_;
};

}  // namespace

std::vector<YamlLine> ReadYamlLines(absl::string_view text) {
  return Reader(text).ReadAll();
}

}  // namespace recourse
