#include "server/correct/python_blocks.h"

#include <algorithm>
#include <map>

namespace recourse {
namespace {

using Kind = PyProblem::Kind;

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool BeginsCompound(absl::string_view word) {
  return IsOneOf(word, {"if", "elif", "else", "for", "while", "try", "except",
                        "finally", "with", "def", "class"});
}

}  // namespace

PythonBlocks::PythonBlocks(const PythonSource& source) : source_(source) {
  lines_.resize(source.lines().size());
  for (size_t i = 0; i < lines_.size(); ++i) Describe(i);
  FindMissingColons();
  WalkIndents();
  FindLostClauses();
  std::stable_sort(
      problems_.begin(), problems_.end(),
      [](const PyProblem& a, const PyProblem& b) { return a.line < b.line; });
}

size_t PythonBlocks::Count(Kind kind) const {
  return static_cast<size_t>(
      std::count_if(problems_.begin(), problems_.end(),
                    [&](const PyProblem& p) { return p.kind == kind; }));
}

void PythonBlocks::Add(Kind kind, size_t line) {
  problems_.push_back({kind, line});
}

void PythonBlocks::Describe(size_t index) {
  const PyLine& line = source_.lines()[index];
  PyBlockLine& info = lines_[index];
  info.indent = MeasureIndent(source_.IndentText(line));
  size_t first = line.first_token;
  const bool is_async = source_.Is(first, "async");
  if (is_async && first + 1 < line.end_token) ++first;
  const absl::string_view word = source_.Text(first);
  if (BeginsCompound(word)) info.keyword = word;
  const PyToken& last = source_.Last(line);
  info.opens = last.depth == 0 && source_.Text(last) == ":";
  // match and case are names elsewhere.
  if (info.opens && (word == "match" || word == "case") &&
      line.end_token - first > 2) {
    info.keyword = word;
  }
  int colons = 0;
  for (size_t i = line.first_token; i < line.end_token; ++i) {
    if (source_.tokens()[i].depth > 0) continue;
    const absl::string_view text = source_.Text(i);
    if (text == "lambda") --colons;
    if (text == ":") ++colons;
  }
  info.has_colon = !info.keyword.empty() && colons > 0;
}

// True when the block around the line is that of a match statement.
bool PythonBlocks::MatchEncloses(size_t line) const {
  const int column = lines_[line].indent.column;
  // Far enough for any block that a person reads; bounds the work.
  const size_t stop = line > 200 ? line - 200 : 0;
  for (size_t i = line; i-- > stop;) {
    if (lines_[i].indent.column >= column) continue;
    return source_.Text(source_.First(source_.lines()[i])) == "match";
  }
  return false;
}

void PythonBlocks::FindMissingColons() {
  for (size_t i = 0; i + 1 < lines_.size(); ++i) {
    PyBlockLine& info = lines_[i];
    if (lines_[i + 1].indent.column <= info.indent.column || info.opens) {
      continue;
    }
    const PyLine& line = source_.lines()[i];
    const PyLine& next = source_.lines()[i + 1];
    const absl::string_view word = source_.Text(source_.First(line));
    const bool more = line.end_token - line.first_token > 1;
    const bool soft =
        more &&
        ((word == "match" && source_.Text(source_.First(next)) == "case") ||
         (word == "case" && MatchEncloses(i)));
    if (info.keyword.empty() ? soft : !info.has_colon) {
      if (soft) info.keyword = word;
      Add(Kind::kMissingColon, i);
    }
  }
}

// As CPython's tokenizer: a column and one that takes a tab for a single
// column must agree on what is deeper.
void PythonBlocks::WalkIndents() {
  std::vector<PyIndent> stack = {PyIndent()};
  bool opens = false;  // The line before does.
  for (size_t i = 0; i < lines_.size(); ++i) {
    const PyIndent& now = lines_[i].indent;
    const bool deeper = now.column > stack.back().column;
    if (deeper) {
      if (now.alternative <= stack.back().alternative) Add(Kind::kTabs, i);
      if (!opens) Add(Kind::kUnexpectedIndent, i);
      stack.push_back(now);
    } else {
      if (opens) Add(Kind::kMissingBlock, i - 1);
      while (now.column < stack.back().column) stack.pop_back();
      if (now.column != stack.back().column) {
        Add(Kind::kUnindent, i);
        stack.push_back(now);
      } else if (now.alternative != stack.back().alternative) {
        Add(Kind::kTabs, i);
      }
    }
    lines_[i].level = stack.size() - 1;
    // A header without its colon opens a block too; it is a problem already.
    const bool missing = !lines_[i].keyword.empty() && !lines_[i].has_colon;
    opens = lines_[i].opens || missing;
  }
  if (!lines_.empty() && lines_.back().opens) {
    Add(Kind::kMissingBlock, lines_.size() - 1);
  }
}

void PythonBlocks::FindLostClauses() {
  struct Open {
    int column;
    size_t line;  // The last one at this column.
  };
  std::vector<Open> stack;
  const auto ends = [&](const Open& open) {
    if (lines_[open.line].keyword == "try") Add(Kind::kLostClause, open.line);
  };
  for (size_t i = 0; i < lines_.size(); ++i) {
    const int column = lines_[i].indent.column;
    while (!stack.empty() && stack.back().column > column) {
      ends(stack.back());
      stack.pop_back();
    }
    const bool same = !stack.empty() && stack.back().column == column;
    const absl::string_view before =
        same ? lines_[stack.back().line].keyword : "";
    const absl::string_view now = lines_[i].keyword;
    if (IsOneOf(now, {"elif", "else", "except", "finally"})) {
      if (!IsNextClause(before, now)) Add(Kind::kLostClause, i);
    } else if (same) {
      ends(stack.back());
    }
    if (same) {
      stack.back().line = i;
    } else {
      stack.push_back({column, i});
    }
  }
  for (const Open& open : stack) ends(open);
}

std::vector<int> PythonBlocks::ColumnsBefore(size_t line) const {
  std::vector<int> columns = {0};
  for (size_t i = 0; i < line; ++i) {
    const int column = lines_[i].indent.column;
    while (column < columns.back()) columns.pop_back();
    if (column > columns.back()) columns.push_back(column);
  }
  return columns;
}

bool IsNextClause(absl::string_view before, absl::string_view keyword) {
  if (keyword == "elif") return IsOneOf(before, {"if", "elif"});
  if (keyword == "else") {
    return IsOneOf(before, {"if", "elif", "for", "while", "except"});
  }
  if (keyword == "except") return IsOneOf(before, {"try", "except"});
  return keyword == "finally" && IsOneOf(before, {"try", "except", "else"});
}

bool ReadsCleanly(const PythonSource& source) {
  return !source.broken() && !source.has_stray() && source.unclosed().empty() &&
         source.unopened().empty() && source.mismatched().empty();
}

bool LooksRight(const PythonSource& source) {
  return ReadsCleanly(source) && PythonBlocks(source).problems().empty();
}

bool OperandsAreApart(const PythonSource& source, const PyLine& line) {
  for (size_t i = line.first_token + 1; i < line.end_token; ++i) {
    if (!EndsOperand(source, i - 1) || !BeginsOperand(source, i)) continue;
    const bool strings = source.tokens()[i - 1].kind == PythonToken::kString &&
                         source.tokens()[i].kind == PythonToken::kString;
    const bool soft = i - 1 == line.first_token &&
                      IsOneOf(source.Text(i - 1), {"match", "case", "type"});
    if (!strings && !soft) return false;
  }
  return true;
}

std::string IndentUnit(const PythonBlocks& blocks, const PythonSource& source) {
  std::map<int, size_t> steps;
  size_t tabs = 0;
  const auto& lines = blocks.lines();
  for (size_t i = 1; i < lines.size(); ++i) {
    const int step = lines[i].indent.column - lines[i - 1].indent.column;
    if (step <= 0 || !lines[i - 1].opens) continue;
    if (source.IndentText(source.lines()[i]).back() == '\t') ++tabs;
    ++steps[step];
  }
  size_t total = 0;
  int best = 4;
  size_t most = 0;
  for (const auto& [step, count] : steps) {
    total += count;
    if (count > most) {
      best = step;
      most = count;
    }
  }
  if (tabs * 2 > total) return "\t";
  return std::string(static_cast<size_t>(best), ' ');
}

std::string ApplyEdits(absl::string_view text,
                       const std::vector<TextEdit>& edits) {
  std::string out;
  out.reserve(text.size() + 64);
  size_t at = 0;
  for (const TextEdit& edit : edits) {
    out.append(text.data() + at, edit.at - at);
    out += edit.insert;
    at = edit.at + edit.remove;
  }
  out.append(text.data() + at, text.size() - at);
  return out;
}

}  // namespace recourse
