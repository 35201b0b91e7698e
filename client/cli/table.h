// Tables and lists of fields for people.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/terminal.h"

namespace recourse::cli {

struct Column {
  std::string title;
  bool right = false;     // Numbers.
  bool flexible = false;  // May be cut to fit the terminal.
};

// Rows under titles, aligned by what UTF-8 text takes on a screen. On a
// terminal that is too narrow, flexible columns are cut, the widest first; what
// is no terminal gets every text whole.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // One cell per column; line breaks in them become spaces.
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  void Print(const Terminal& terminal, std::ostream& out) const;

 private:
  std::vector<int> Widths(int terminal_width) const;

  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// name   value
// next   value
// Values that are empty are left out; several lines are indented.
class Fields {
 public:
  void Add(std::string name, std::string value);
  void Print(std::ostream& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace recourse::cli
