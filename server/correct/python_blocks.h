// Python's blocks: which lines open one, and where indentation or a colon
// breaks the rules. No valid program has a problem here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/correct/python_tokens.h"

namespace recourse {

struct PyBlockLine {
  PyIndent indent;
  absl::string_view
      keyword;             // if, def, match, ... ; empty: a simple statement.
  bool opens = false;      // Ends with a colon: an indented block must follow.
  bool has_colon = false;  // The one that ends a compound statement's header.
  size_t level = 0;        // Blocks around it.
};

struct PyProblem {
  enum class Kind {
    kMissingColon,
    kUnexpectedIndent,
    kUnindent,      // Back to a column where no block is.
    kTabs,          // Deeper or not depends on what a tab is worth.
    kMissingBlock,  // A header without an indented line behind it.
    kLostClause,    // else without if; or a try without except and finally.
  };
  Kind kind = Kind::kMissingColon;
  size_t line = 0;  // Index in lines(); for kMissingBlock the header's.
};

class PythonBlocks {
 public:
  // Borrows `source`.
  explicit PythonBlocks(const PythonSource& source);

  const std::vector<PyBlockLine>& lines() const { return lines_; }
  const std::vector<PyProblem>& problems() const { return problems_; }
  size_t Count(PyProblem::Kind kind) const;

  // Columns of the blocks around `line`, outermost (0) first; before the line
  // itself opens or ends one.
  std::vector<int> ColumnsBefore(size_t line) const;

 private:
  void Describe(size_t line);
  void FindMissingColons();
  bool MatchEncloses(size_t line) const;
  void WalkIndents();
  void FindLostClauses();
  void Add(PyProblem::Kind kind, size_t line);

  const PythonSource& source_;
  std::vector<PyBlockLine> lines_;
  std::vector<PyProblem> problems_;  // By line.
};

// True when a clause with `keyword` may follow one with `before` in the same
// statement: else after if, except after try.
bool IsNextClause(absl::string_view before, absl::string_view keyword);

// True when the source reads without fault: strings, brackets, characters.
bool ReadsCleanly(const PythonSource& source);
// True when it does, and its blocks have no problem.
bool LooksRight(const PythonSource& source);

// True when no two operands stand side by side in the line: `a b`, `f() x`.
bool OperandsAreApart(const PythonSource& source, const PyLine& line);

// One level of the text's own indentation: a tab, or its usual number of spaces
// (4 where it has none).
std::string IndentUnit(const PythonBlocks& blocks, const PythonSource& source);

struct TextEdit {
  size_t at = 0;
  size_t remove = 0;  // Bytes.
  std::string insert;
};

// `text` with all edits, which are in order and do not overlap.
std::string ApplyEdits(absl::string_view text,
                       const std::vector<TextEdit>& edits);

}  // namespace recourse
