// PYTHON_TABS.
#include <algorithm>
#include <vector>

#include "server/correct/fixer_parts.h"
#include "server/correct/python_blocks.h"

namespace recourse {
namespace {

// `indent` in spaces, tabs going on to the next multiple of `width`.
std::string Expand(absl::string_view indent, size_t width) {
  size_t column = 0;
  for (const char c : indent) {
    column = c == '\t' ? (column / width + 1) * width : column + 1;
  }
  return std::string(column, ' ');
}

std::string WithoutTabs(const PythonSource& source, size_t width) {
  std::vector<TextEdit> edits;
  for (const PyLine& line : source.lines()) {
    const absl::string_view indent = source.IndentText(line);
    if (indent.find('\t') == indent.npos) continue;
    edits.push_back({line.begin, indent.size(), Expand(indent, width)});
  }
  return ApplyEdits(source.text(), edits);
}

std::vector<size_t> Levels(const PythonBlocks& blocks) {
  std::vector<size_t> levels;
  for (const PyBlockLine& line : blocks.lines()) levels.push_back(line.level);
  return levels;
}

// What the file's other lines say of the width its tabs were typed with.
struct TabEvidence {
  bool long_spaces = false;  // Eight at once: no editor made them a tab.
  size_t level = 4;          // Columns of one level.
};

TabEvidence EvidenceOf(const PythonSource& source, const PythonBlocks& blocks) {
  TabEvidence evidence;
  for (const PyLine& line : source.lines()) {
    const absl::string_view indent = source.IndentText(line);
    const size_t spaces =
        std::min(indent.find_first_not_of(' '), indent.size());
    evidence.long_spaces |= spaces >= 8;
  }
  const std::string unit = IndentUnit(blocks, source);
  if (unit != "\t") evidence.level = unit.size();
  return evidence;
}

}  // namespace

Fixed FixPythonTabs(absl::string_view text) {
  const PythonSource source(text);
  if (!ReadsCleanly(source)) return std::nullopt;
  const PythonBlocks before(source);
  if (before.Count(PyProblem::Kind::kTabs) == 0) return std::nullopt;
  const TabEvidence evidence = EvidenceOf(source, before);
  Fixed fixed;
  std::vector<size_t> meaning;
  for (const size_t width : {evidence.level, size_t{8}}) {
    std::string candidate = WithoutTabs(source, width);
    const PythonSource after(candidate);
    const PythonBlocks blocks(after);
    if (!blocks.problems().empty()) continue;
    if (evidence.long_spaces) return candidate;
    if (!fixed.has_value()) {
      fixed = candidate;
      meaning = Levels(blocks);
    } else if (Levels(blocks) != meaning) {
      return std::nullopt;
    }
  }
  return fixed;
}

}  // namespace recourse
