// PYTHON_BRACKETS: one bracket is closed or dropped per round, until all are
// balanced; then the whole must look right.
#include <algorithm>
#include <optional>
#include <vector>

#include "server/correct/fixer_parts.h"
#include "server/correct/python_blocks.h"

namespace recourse {
namespace {

constexpr int kMaxRounds = 4;

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

char ClosingOf(absl::string_view open) {
  return open == "(" ? ')' : open == "[" ? ']' : '}';
}

bool IsOpening(absl::string_view text) {
  return IsOneOf(text, {"(", "[", "{"});
}
bool IsClosing(absl::string_view text) {
  return IsOneOf(text, {")", "]", "}"});
}

// The column of a token that is the first of its physical line.
int ColumnOf(const PythonSource& source, size_t token) {
  const size_t end = source.tokens()[token].begin;
  const size_t line = source.text().substr(0, end).find_last_of("\r\n");
  const size_t begin = line == absl::string_view::npos ? 0 : line + 1;
  return MeasureIndent(source.text().substr(begin, end - begin)).column;
}

// Within the last logical line, which a bracket that is never closed makes run
// to the end of the text: where does the next statement begin?
class UnclosedLine {
 public:
  explicit UnclosedLine(const PythonSource& source)
      : source_(source),
        line_(source.lines().back()),
        column_(MeasureIndent(source.IndentText(line_)).column) {}

  std::optional<TextEdit> Close() {
    FindBoundary();
    size_t last = boundary_ - 1;  // The closing brackets stand behind it.
    const bool header = IsHeader();
    if (header && source_.Is(last, ":")) --last;
    if (header) last = BeforeArrow(last);
    if (!MayEnd(last)) return std::nullopt;
    std::string closing;
    for (auto it = open_.rbegin(); it != open_.rend(); ++it) {
      closing += ClosingOf(source_.Text(*it));
    }
    return TextEdit{source_.tokens()[last].end, 0, closing};
  }

 private:
  // Sets boundary_ to the token that begins the next statement, or to the end,
  // and open_ to the brackets open before it.
  void FindBoundary() {
    const size_t end = line_.end_token;
    boundary_ = end;
    for (size_t i = line_.first_token; i < end; ++i) {
      if (source_.tokens()[i].first && !open_.empty() &&
          open_.front() == source_.unclosed().front() && BeginsStatement(i)) {
        boundary_ = BeforeDecorators(i);
        return;
      }
      const absl::string_view text = source_.Text(i);
      if (IsOpening(text)) open_.push_back(static_cast<uint32_t>(i));
      if (IsClosing(text) && !open_.empty()) open_.pop_back();
    }
  }

  bool BeginsStatement(size_t i) const {
    const absl::string_view text = source_.Text(i);
    if (IsOneOf(text,
                {"def", "class", "return", "import", "with", "while", "try",
                 "raise", "pass", "break", "continue", "del", "global",
                 "nonlocal", "assert", "except", "finally", "elif"})) {
      return true;
    }
    if (text == "from") return !source_.Is(i - 1, "yield");
    if (IsOneOf(text, {"if", "for", "async", "else"})) {
      return LineEndsWithColon(i);
    }
    if (IsAssignment(i) || IsBodyOfHeader(i)) return true;
    const bool strings = source_.tokens()[i].kind == PythonToken::kString &&
                         source_.tokens()[i - 1].kind == PythonToken::kString;
    if (!strings && EndsOperand(source_, i - 1) && BeginsOperand(source_, i)) {
      return true;
    }
    // Continued lines are indented, by those who write them.
    return ColumnOf(source_, i) <= column_ &&
           (BeginsOperand(source_, i) || text == "@") && MayEnd(i - 1);
  }

  // a.b = ..., a[0] = ... and a += ... are statements; in () a = ... is not.
  bool IsAssignment(size_t i) const {
    if (source_.tokens()[i].kind != PythonToken::kName ||
        !BeginsOperand(source_, i)) {
      return false;
    }
    const uint32_t depth = source_.tokens()[i].depth;
    bool simple = source_.Text(open_.back()) == "(";
    for (++i; i < line_.end_token && !source_.tokens()[i].first; ++i) {
      if (source_.tokens()[i].depth > depth) continue;
      const absl::string_view text = source_.Text(i);
      if (text == "=") return !simple;
      if (IsOneOf(text, {"+=", "-=", "*=", "/=", "|=", "&="})) return true;
      const bool target = text == "." || text == "[" || text == "]" ||
                          source_.tokens()[i].kind == PythonToken::kName;
      if (!target) return false;
      simple = false;
    }
    return false;
  }

  // def f(a:
  //     ...
  bool IsBodyOfHeader(size_t i) const {
    return IsHeader() && source_.Is(i - 1, ":") &&
           source_.tokens()[i - 1].depth == open_.size() &&
           (source_.Text(open_.back()) == "(" || IsAnnotation()) &&
           ColumnOf(source_, i) > column_;
  }

  // The bracket stands behind the arrow of a function.
  bool IsAnnotation() const {
    return open_.back() > 0 && source_.tokens()[open_.back()].depth == 0 &&
           IsOneOf(source_.Text(line_.first_token), {"def", "async"});
  }

  // Its header does, which may hold brackets with line ends of their own.
  bool LineEndsWithColon(size_t i) const {
    const uint32_t depth = source_.tokens()[i].depth;
    for (++i; i < line_.end_token; ++i) {
      if (source_.tokens()[i].depth != depth) continue;
      if (source_.tokens()[i].first) return false;
      if (source_.Is(i, ":")) {
        return i + 1 == line_.end_token || source_.tokens()[i + 1].first;
      }
    }
    return false;
  }

  // A definition begins with its decorators.
  size_t BeforeDecorators(size_t i) const {
    if (!IsOneOf(source_.Text(i), {"def", "class", "async"})) return i;
    size_t begin = i;
    for (size_t k = i; k-- > line_.first_token + 1;) {
      if (!source_.tokens()[k].first) continue;
      if (!source_.Is(k, "@")) break;
      begin = k;
    }
    return begin;
  }

  bool IsHeader() const {
    const size_t first = source_.Is(line_.first_token, "async")
                             ? line_.first_token + 1
                             : line_.first_token;
    return IsOneOf(source_.Text(first),
                   {"if", "elif", "while", "for", "def", "class", "with",
                    "except", "match", "case"});
  }

  // def f(a -> int: the bracket closes before the arrow.
  size_t BeforeArrow(size_t last) const {
    if (open_.size() != 1) return last;
    for (size_t i = open_.back(); i <= last; ++i) {
      if (source_.Is(i, "->")) return i - 1;
    }
    return last;
  }

  bool MayEnd(size_t token) const {
    const absl::string_view text = source_.Text(token);
    if (EndsOperand(source_, token)) return true;
    if (text == ",") return token > 0 && EndsOperand(source_, token - 1);
    if (text == ":") return source_.Text(open_.back()) == "[";
    // () and [] and {}, but no empty index.
    if (!IsOpening(text) || open_.back() != token) return false;
    return text != "[" || token == 0 || !EndsOperand(source_, token - 1);
  }

  const PythonSource& source_;
  const PyLine& line_;
  const int column_;
  size_t boundary_ = 0;
  std::vector<uint32_t> open_;
};

// A closing bracket too many, at the end of its line.
std::optional<TextEdit> DropUnopened(const PythonSource& source) {
  const uint32_t token = source.unopened().front();
  const auto line =
      std::find_if(source.lines().begin(), source.lines().end(),
                   [&](const PyLine& l) { return l.end_token > token; });
  size_t next = token + 1;
  while (next < line->end_token && IsClosing(source.Text(next))) ++next;
  const bool ends = next == line->end_token ||
                    (next + 1 == line->end_token && source.Is(next, ":"));
  if (!ends || token == line->first_token || !EndsOperand(source, token - 1)) {
    return std::nullopt;
  }
  return TextEdit{source.tokens()[token].begin, 1, ""};
}

// f(d["k") : the inner bracket ends where the outer one does, or with its line.
// Where commas stand in it on the same line, that is not certain.
std::optional<TextEdit> CloseInner(const PythonSource& source) {
  const uint32_t token = source.mismatched().front();
  const auto& open = source.unclosed();
  if (open.size() < 2) return std::nullopt;
  const uint32_t inner = open.back();
  const absl::string_view outer = source.Text(open[open.size() - 2]);
  if (source.Text(token)[0] != ClosingOf(outer) ||
      !EndsOperand(source, token - 1)) {
    return std::nullopt;
  }
  for (uint32_t i = inner + 1; i < token; ++i) {
    if (source.tokens()[i].first) return std::nullopt;
    const bool comma =
        source.tokens()[i].depth == open.size() && source.Is(i, ",");
    if (comma && !source.tokens()[token].first) return std::nullopt;
  }
  return TextEdit{source.tokens()[token - 1].end, 0,
                  std::string(1, ClosingOf(source.Text(inner)))};
}

std::optional<TextEdit> NextEdit(const PythonSource& source) {
  if (source.broken() || source.has_stray()) return std::nullopt;
  if (!source.unopened().empty()) return DropUnopened(source);
  if (!source.mismatched().empty()) return CloseInner(source);
  return UnclosedLine(source).Close();
}

bool IsBalanced(const PythonSource& source) {
  return source.unclosed().empty() && source.unopened().empty() &&
         source.mismatched().empty();
}

// Nothing is wrong any more but, at most, colons that are missing too.
bool IsAcceptable(const PythonSource& source) {
  if (!ReadsCleanly(source)) return false;
  const PythonBlocks blocks(source);
  const size_t colons = blocks.Count(PyProblem::Kind::kMissingColon);
  if (blocks.problems().size() != colons) return false;
  const PyBlockLine& last = blocks.lines().back();
  if (!last.keyword.empty() && !last.has_colon) return false;
  return std::all_of(
      source.lines().begin(), source.lines().end(),
      [&](const PyLine& line) { return OperandsAreApart(source, line); });
}

}  // namespace

Fixed FixPythonBrackets(absl::string_view text) {
  std::string fixed(text);
  for (int round = 0; round <= kMaxRounds; ++round) {
    const PythonSource source(fixed);
    if (source.lines().empty()) return std::nullopt;
    if (IsBalanced(source)) {
      if (round == 0 || !IsAcceptable(source)) return std::nullopt;
      return fixed;
    }
    const auto edit = NextEdit(source);
    if (!edit.has_value()) return std::nullopt;
    std::string next = ApplyEdits(fixed, {*edit});
    fixed = std::move(next);
  }
  return std::nullopt;
}

}  // namespace recourse
