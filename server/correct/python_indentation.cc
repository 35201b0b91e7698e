// PYTHON_INDENTATION: the first line that breaks a rule is moved, alone or with
// its block, to where it can only belong; again until none is left.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "server/correct/fixer_parts.h"
#include "server/correct/python_blocks.h"

namespace recourse {
namespace {

using Kind = PyProblem::Kind;

constexpr int kMaxRounds = 6;

// Lines [first, last) and what their indentation becomes.
struct Move {
  size_t first = 0;
  size_t last = 0;
  std::string indent;  // Of the first of them; the others keep their distance.
  size_t count() const { return last - first; }
};

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

class Mover {
 public:
  explicit Mover(absl::string_view text)
      : source_(text), blocks_(source_), lines_(blocks_.lines()) {}

  const PythonSource& source() const { return source_; }
  const PythonBlocks& blocks() const { return blocks_; }

  // The text with its first problem solved; nullopt: not with certainty.
  Fixed SolveFirst() {
    const auto& problems = blocks_.problems();
    const auto first =
        std::find_if(problems.begin(), problems.end(), [](const PyProblem& p) {
          return p.kind != Kind::kTabs && p.kind != Kind::kMissingColon &&
                 p.kind != Kind::kLostClause;  // A consequence of others.
        });
    if (first == problems.end()) return std::nullopt;
    const PyProblem& problem = *first;
    switch (problem.kind) {
      case Kind::kUnexpectedIndent:
        if (problem.line == 0) {
          if (auto whole = LowerWhole()) return whole;
        }
        return Lower(problem.line);
      case Kind::kUnindent:
        return SolveUnindent(problem.line);
      case Kind::kMissingBlock:
        return SolveMissingBlock(problem.line);
      case Kind::kMissingColon:
      case Kind::kTabs:
      case Kind::kLostClause:
        break;
    }
    return std::nullopt;
  }

 private:
  int Column(size_t line) const { return lines_[line].indent.column; }
  absl::string_view Word(size_t line) const {
    return source_.Text(source_.First(source_.lines()[line]));
  }
  std::string Indent(size_t line) const {
    return std::string(source_.IndentText(source_.lines()[line]));
  }

  // Behind the last line from `line` on that is at least as deep.
  size_t RunEnd(size_t line) const {
    const int column = Column(line);
    size_t end = line + 1;
    while (end < lines_.size() && Column(end) >= column) ++end;
    return end;
  }

  // The first line of the block that line - 1 is in.
  size_t BlockBegin(size_t line, int column) const {
    size_t begin = line;
    while (begin > 0 && Column(begin - 1) >= column) --begin;
    return begin;
  }

  // A text that was indented as a whole, strings and all.
  Fixed LowerWhole() const {
    const std::string indent = Indent(0);
    std::vector<TextEdit> edits;
    const absl::string_view text = source_.text();
    for (size_t at = 0; at < text.size();) {
      const absl::string_view rest = text.substr(at);
      const bool indented = absl::StartsWith(rest, indent);
      if (!indented && !IsBlank(rest)) return std::nullopt;
      if (indented) edits.push_back({at, indent.size(), ""});
      at = std::min(text.find('\n', at), text.size() - 1) + 1;
    }
    return Checked(ApplyEdits(text, edits));
  }

  // An unexpected indent: the line, or all that are as deep, go back to the
  // level of the line before; or those before it, all of their block, were not
  // indented enough.
  Fixed Lower(size_t line) const {
    const std::string level = line == 0 ? "" : Indent(line - 1);
    std::vector<Move> moves = {{line, line + 1, level},
                               {line, RunEnd(line), level}};
    if (line > 0) AddBlockBefore(line, Column(line - 1), moves);
    return Smallest(std::move(moves));
  }

  // The block at `column` before the line goes to the line's column.
  void AddBlockBefore(size_t line, int column, std::vector<Move>& moves) const {
    const size_t begin = BlockBegin(line, column);
    if (begin > 0 && begin < line && lines_[begin - 1].opens &&
        Column(begin) == column) {
      moves.push_back({begin, line, Indent(line)});
    }
  }

  // The move of fewest lines that solves the problem.
  Fixed Smallest(std::vector<Move> moves) const {
    std::stable_sort(
        moves.begin(), moves.end(),
        [](const Move& a, const Move& b) { return a.count() < b.count(); });
    for (const Move& move : moves) {
      Fixed moved = Carry(move);
      if (moved.has_value()) return moved;
    }
    return std::nullopt;
  }

  // To the nearer one of the blocks' columns, when that is clear.
  Fixed SolveUnindent(size_t line) const {
    const std::vector<int> columns = blocks_.ColumnsBefore(line);
    const auto upper =
        std::upper_bound(columns.begin(), columns.end(), Column(line));
    const bool clause =
        IsOneOf(Word(line), {"else", "elif", "except", "finally"});
    std::vector<int> fitting;
    if (clause) {
      for (const int column : columns) {
        if (ClauseFits(line, column)) fitting.push_back(column);
      }
    } else {
      if (upper == columns.end()) return std::nullopt;
      fitting = {*(upper - 1), *upper};
    }
    const std::optional<int> target = Nearest(fitting, Column(line));
    if (!target.has_value()) return std::nullopt;
    const std::string level = IndentOf(line, *target);
    std::vector<Move> moves = {{line, line + 1, level},
                               {line, RunEnd(line), level}};
    // The block before may have been indented too far instead.
    if (!clause && *target == *upper) AddBlockBefore(line, *upper, moves);
    return Smallest(std::move(moves));
  }

  // The only one, or one that is less than half as far away as any other.
  static std::optional<int> Nearest(std::vector<int> columns, int column) {
    if (columns.empty()) return std::nullopt;
    const auto far = [&](int c) { return std::abs(c - column); };
    std::sort(columns.begin(), columns.end(),
              [&](int a, int b) { return far(a) < far(b); });
    const bool clear =
        columns.size() == 1 || far(columns[0]) * 2 <= far(columns[1]);
    if (!clear) return std::nullopt;
    return columns[0];
  }

  // Of the last line before `line` at `column`.
  std::string IndentOf(size_t line, int column) const {
    while (line-- > 0) {
      if (Column(line) == column) return Indent(line);
    }
    return "";
  }

  bool ClauseFits(size_t line, int column) const {
    for (size_t i = line; i-- > 0 && Column(i) >= column;) {
      if (Column(i) == column) {
        return IsNextClause(lines_[i].keyword, Word(line));
      }
    }
    return false;
  }

  Fixed SolveMissingBlock(size_t header) const {
    if (auto pass = AddPass(header)) return pass;
    const size_t body = header + 1;
    if (body >= lines_.size() || Column(body) != Column(header)) {
      return std::nullopt;
    }
    const std::string deeper = Indent(header) + IndentUnit(blocks_, source_);
    const absl::string_view word = Word(body);
    if (IsOneOf(word, {"return", "raise", "break", "continue", "pass"})) {
      return Carry(Move{body, body + 1, deeper});
    }
    // All up to the clause that goes on with the same statement.
    size_t end = body;
    while (end < lines_.size() && Column(end) >= Column(header)) {
      if (Column(end) == Column(header)) {
        if (IsNextClause(lines_[header].keyword, Word(end))) {
          return Carry(Move{body, end, deeper});
        }
        if (!lines_[end].keyword.empty()) return std::nullopt;
      }
      ++end;
    }
    return std::nullopt;
  }

  // Comments alone are no block.
  Fixed AddPass(size_t header) const {
    const absl::string_view text = source_.text();
    const bool last = header + 1 >= lines_.size();
    if (!last && IsOneOf(Word(header + 1),
                         {"return", "raise", "break", "continue", "pass"})) {
      return std::nullopt;
    }
    const size_t end = last ? text.size() : source_.lines()[header + 1].begin;
    size_t at = source_.Last(source_.lines()[header]).end;
    std::optional<TextEdit> edit;
    while ((at = text.find('\n', at)) < end && ++at < end) {
      const size_t word = text.find_first_not_of(" \t", at);
      if (word >= end || text[word] != '#') continue;
      const absl::string_view indent = text.substr(at, word - at);
      if (MeasureIndent(indent).column <= Column(header)) continue;
      const size_t line_end = text.find('\n', word);
      const bool crlf = absl::StrContains(text, "\r\n");
      std::string pass = std::string(indent) + "pass";
      if (line_end == text.npos) {
        edit = TextEdit{text.size(), 0, (crlf ? "\r\n" : "\n") + pass};
      } else {
        edit = TextEdit{line_end + 1, 0, pass + (crlf ? "\r\n" : "\n")};
      }
    }
    if (!edit.has_value()) return std::nullopt;
    return Checked(ApplyEdits(text, {*edit}));
  }

  // The text after the move, when that is better; nullopt else.
  Fixed Carry(const Move& move) const {
    const std::string old = Indent(move.first);
    const size_t end = move.last < lines_.size()
                           ? source_.lines()[move.last].begin
                           : source_.text().size();
    std::vector<TextEdit> edits;
    size_t token = source_.lines()[move.first].first_token;
    const auto& tokens = source_.tokens();
    for (size_t at = source_.lines()[move.first].begin; at < end;) {
      while (token < tokens.size() && tokens[token].end <= at) ++token;
      const bool in_string = token < tokens.size() && tokens[token].begin < at;
      const absl::string_view rest = source_.text().substr(at);
      if (!in_string && absl::StartsWith(rest, old) && !IsBlank(rest)) {
        edits.push_back({at, old.size(), move.indent});
      }
      const size_t line_end = source_.text().find('\n', at);
      at = line_end == absl::string_view::npos ? end : line_end + 1;
    }
    return Checked(ApplyEdits(source_.text(), edits));
  }

  static bool IsBlank(absl::string_view rest) {
    const size_t word = rest.find_first_not_of(" \t\f");
    return word == rest.npos || rest[word] == '\n' || rest[word] == '\r';
  }

  // `text`, when it has fewer problems than before.
  Fixed Checked(std::string text) const {
    const PythonSource after(text);
    if (!ReadsCleanly(after) ||
        PythonBlocks(after).problems().size() >= blocks_.problems().size()) {
      return std::nullopt;
    }
    return text;
  }

  const PythonSource source_;
  const PythonBlocks blocks_;
  const std::vector<PyBlockLine>& lines_;
};

}  // namespace

Fixed FixPythonIndentation(absl::string_view text) {
  std::string fixed(text);
  for (int round = 0; round < kMaxRounds; ++round) {
    Mover mover(fixed);
    if (!ReadsCleanly(mover.source())) return std::nullopt;
    if (mover.blocks().problems().empty()) {
      if (round == 0) return std::nullopt;
      return fixed;
    }
    Fixed next = mover.SolveFirst();
    if (!next.has_value()) return std::nullopt;
    fixed = *std::move(next);
  }
  return std::nullopt;
}

}  // namespace recourse
