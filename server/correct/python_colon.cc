// PYTHON_MISSING_COLON.
#include <algorithm>

#include "server/correct/fixer_parts.h"
#include "server/correct/python_blocks.h"

namespace recourse {
namespace {

using Kind = PyProblem::Kind;

bool BeginsStatementOnly(absl::string_view word) {
  static constexpr absl::string_view kWords[] = {
      "assert", "break",  "class",   "continue", "def",    "del",
      "elif",   "except", "finally", "global",   "import", "nonlocal",
      "pass",   "raise",  "return",  "try",      "while"};
  return std::find(std::begin(kWords), std::end(kWords), word) !=
         std::end(kWords);
}

bool Holds(const PythonSource& source, const PyLine& line,
           absl::string_view word) {
  for (size_t i = line.first_token; i < line.end_token; ++i) {
    if (source.tokens()[i].depth == 0 && source.Text(i) == word) return true;
  }
  return false;
}

// True when only the colon is missing: nothing else in the header can tell
// that more is wrong with it.
bool HeaderIsWhole(const PythonSource& source, const PyLine& line,
                   absl::string_view keyword) {
  const size_t count = line.end_token - line.first_token;
  if (keyword == "else" || keyword == "try" || keyword == "finally") {
    return count == 1;
  }
  if (keyword == "except") {
    return count == 1 || source.Text(line.end_token - 1) == ")" ||
           EndsOperand(source, line.end_token - 1);
  }
  if (count < 2 || !EndsOperand(source, line.end_token - 1) ||
      !OperandsAreApart(source, line) || Holds(source, line, "=")) {
    return false;
  }
  const bool is_async = source.Is(line.first_token, "async");
  for (size_t i = line.first_token + (is_async ? 2 : 1); i < line.end_token;
       ++i) {
    if (BeginsStatementOnly(source.Text(i))) return false;
  }
  if (keyword == "def") return Holds(source, line, "(");
  if (keyword == "for") return Holds(source, line, "in");
  return true;
}

}  // namespace

Fixed FixPythonMissingColon(absl::string_view text) {
  const PythonSource source(text);
  if (!ReadsCleanly(source)) return std::nullopt;
  const PythonBlocks blocks(source);
  std::vector<TextEdit> edits;
  for (const PyProblem& problem : blocks.problems()) {
    if (problem.kind != Kind::kMissingColon) continue;
    const PyLine& line = source.lines()[problem.line];
    if (!HeaderIsWhole(source, line, blocks.lines()[problem.line].keyword)) {
      return std::nullopt;
    }
    edits.push_back({source.Last(line).end, 0, ":"});
  }
  if (edits.empty()) return std::nullopt;
  std::string fixed = ApplyEdits(text, edits);
  const PythonSource after(fixed);
  const size_t left = PythonBlocks(after).problems().size();
  if (!ReadsCleanly(after) || left + edits.size() > blocks.problems().size()) {
    return std::nullopt;
  }
  return fixed;
}

}  // namespace recourse
