// YAML_TABS: a tab is never indentation in YAML.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "server/correct/error_hints.h"
#include "server/correct/fixer_parts.h"
#include "server/correct/python_blocks.h"
#include "server/correct/yaml_lines.h"

namespace recourse {
namespace {

using Kind = YamlLine::Kind;

class TabFixer {
 public:
  TabFixer(absl::string_view text, bool told)
      : text_(text), told_(told), lines_(ReadYamlLines(text)) {}

  Fixed Fix() {
    const bool wrong =
        std::any_of(lines_.begin(), lines_.end(),
                    [&](const YamlLine& line) { return IsWrong(line); });
    if (!wrong) return std::nullopt;
    const size_t unit = LeastIndent();
    if (unit > 0 && LevelsWith(unit).has_value()) return WithWidth(unit);
    Fixed fixed;
    std::vector<size_t> meaning;
    for (const size_t width : {2, 4, 8}) {
      const auto levels = LevelsWith(width);
      if (!levels.has_value()) continue;
      if (!fixed.has_value()) {
        fixed = WithWidth(width);
        meaning = *levels;
      } else if (*levels != meaning) {
        return std::nullopt;
      }
    }
    return fixed;
  }

 private:
  absl::string_view Indent(const YamlLine& line) const {
    return text_.substr(line.begin, line.indent);
  }
  bool HasTab(const YamlLine& line) const {
    return absl::StrContains(Indent(line), "\t");
  }

  // Not YAML; or, when the error speaks of tabs, not what its reader takes.
  bool IsWrong(const YamlLine& line) const {
    if (told_ && !line.separators.empty()) return true;
    if (!HasTab(line)) return false;
    if (line.kind == Kind::kFlow || line.kind == Kind::kText) return told_;
    return line.kind == Kind::kStructure &&
           (line.key || text_[line.begin] == '\t');
  }

  bool IsChanged(const YamlLine& line) const {
    const bool kind = line.kind == Kind::kStructure ||
                      line.kind == Kind::kText ||
                      (told_ && line.kind == Kind::kFlow);
    return kind && HasTab(line);
  }

  size_t Column(const YamlLine& line, size_t width) const {
    size_t column = 0;
    for (const char c : Indent(line)) {
      column = c == '\t' ? (column / width + 1) * width : column + 1;
    }
    return column;
  }

  // Of structure indented with spaces alone: what the file takes for a level;
  // 0: there is none.
  size_t LeastIndent() const {
    size_t least = 0;
    for (const YamlLine& line : lines_) {
      if (line.kind != Kind::kStructure || line.indent == 0 || HasTab(line)) {
        continue;
      }
      least = least == 0 ? line.indent : std::min(least, line.indent);
    }
    return least <= 8 ? least : 0;
  }

  // What a line stands in.
  struct Node {
    size_t column;
    bool dash;
  };

  // Leaves what a line at `column` is not in; whether it left anything.
  static bool Leave(const YamlLine& line, size_t column,
                    std::vector<Node>& stack) {
    bool ended = false;
    while (!stack.empty() && (stack.back().column > column ||
                              (stack.back().column == column &&
                               stack.back().dash && !line.dash))) {
      stack.pop_back();
      ended = true;
    }
    return ended;
  }

  // How deep each line is, with tabs of this width; nullopt: that is no YAML.
  std::optional<std::vector<size_t>> LevelsWith(size_t width) const {
    std::vector<Node> stack;
    std::vector<size_t> levels;
    bool opens = true;
    for (const YamlLine& line : lines_) {
      if (line.ends_document) {
        stack.clear();
        opens = true;
      }
      if (line.kind != Kind::kStructure) continue;
      const size_t column = Column(line, width);
      const bool ended = Leave(line, column, stack);
      const bool same = !stack.empty() && stack.back().column == column;
      if (same ? stack.back().dash != line.dash && !opens : ended || !opens) {
        return std::nullopt;
      }
      if (!same || stack.back().dash != line.dash) {
        stack.push_back({column, line.dash});
      }
      for (size_t i = 0; i < line.inner.size(); ++i) {
        const bool last = i + 1 == line.inner.size();
        if (last && !line.key) break;
        stack.push_back({column + line.inner[i], !last});
      }
      if (line.literal_indent > 0 && line.literal_indent <= column) {
        return std::nullopt;
      }
      levels.push_back(stack.size());
      opens = line.opens;
    }
    return levels;
  }

  std::string WithWidth(size_t width) const {
    std::vector<TextEdit> edits;
    for (const YamlLine& line : lines_) {
      if (IsChanged(line)) {
        edits.push_back(
            {line.begin, line.indent, std::string(Column(line, width), ' ')});
      }
      if (!told_) continue;
      for (const size_t at : line.separators) {
        const size_t end = text_.find_first_not_of(" \t", at);
        const size_t length = std::min(end, text_.size()) - at;
        const bool last =
            end == text_.npos || text_[end] == '\n' || text_[end] == '\r';
        edits.push_back({at, length, last ? "" : " "});
      }
    }
    return ApplyEdits(text_, edits);
  }

  const absl::string_view text_;
  const bool told_;  // The error speaks of tabs.
  const std::vector<YamlLine> lines_;
};

}  // namespace

Fixed FixYamlTabs(absl::string_view text, const FixerHints& hints) {
  if (!absl::StrContains(text, "\t")) return std::nullopt;
  return TabFixer(text, SpeaksOfTab(hints)).Fix();
}

}  // namespace recourse
