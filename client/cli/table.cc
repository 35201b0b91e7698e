#include "client/cli/table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_replace.h"

namespace recourse::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 8;

std::string Spaces(int count) { return std::string(std::max(0, count), ' '); }

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = OneLine(cell);
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::Widths(int terminal_width) const {
  std::vector<int> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  if (terminal_width <= 0) return widths;
  int excess = std::accumulate(widths.begin(), widths.end(), 0) +
               kGap * (static_cast<int>(widths.size()) - 1) - terminal_width;
  while (excess > 0) {
    int widest = -1;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (columns_[i].flexible && widths[i] > kNarrowest &&
          (widest < 0 || widths[i] > widths[widest])) {
        widest = static_cast<int>(i);
      }
    }
    if (widest < 0) break;
    --widths[widest];
    --excess;
  }
  return widths;
}

void Table::Print(const Terminal& terminal, std::ostream& out) const {
  const std::vector<int> widths = Widths(terminal.width);
  const auto print = [&](const std::vector<std::string>& cells, bool title) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string text = Cut(cells[i], widths[i]);
      const std::string padding = Spaces(widths[i] - DisplayWidth(text));
      line += columns_[i].right ? padding + text : text + padding;
      if (i + 1 < cells.size()) line += Spaces(kGap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << (title ? Styled(terminal, Style::kBold, line) : line) << '\n';
  };
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  print(titles, true);
  for (const auto& row : rows_) print(row, false);
}

void Fields::Add(std::string name, std::string value) {
  if (!value.empty()) fields_.emplace_back(std::move(name), std::move(value));
}

void Fields::Print(std::ostream& out) const {
  int width = 0;
  for (const auto& [name, value] : fields_) {
    width = std::max(width, DisplayWidth(name));
  }
  for (const auto& [name, value] : fields_) {
    const std::string indent = "\n" + Spaces(width + kGap);
    out << name << Spaces(width + kGap - DisplayWidth(name))
        << absl::StrReplaceAll(value, {{"\n", indent}}) << '\n';
  }
}

}  // namespace recourse::cli
