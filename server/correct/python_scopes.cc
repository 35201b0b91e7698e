#include "server/correct/python_scopes.h"

#include <algorithm>

namespace recourse {

PythonScopes::PythonScopes(const PythonSource& source,
                           const PythonBlocks& blocks)
    : source_(source) {
  struct Open {
    int column;
    size_t scope;
  };
  scopes_.emplace_back();
  std::vector<Open> open;
  for (size_t i = 0; i < blocks.lines().size(); ++i) {
    const int column = blocks.lines()[i].indent.column;
    while (!open.empty() && column <= open.back().column) open.pop_back();
    LineScope entry;
    entry.scope = open.empty() ? 0 : open.back().scope;
    const absl::string_view keyword = blocks.lines()[i].keyword;
    if (keyword == "def" || keyword == "class") {
      AddHeader(i, entry);
      open.push_back({column, entry.own});
    }
    lines_.push_back(entry);
  }
}

void PythonScopes::AddHeader(size_t index, LineScope& entry) {
  const PyLine& line = source_.lines()[index];
  PyScope scope;
  scope.is_async = source_.Is(line.first_token, "async");
  scope.def_token = line.first_token + (scope.is_async ? 1 : 0);
  scope.name_token = std::min(scope.def_token + 1, line.end_token - 1);
  scope.kind = source_.Is(scope.def_token, "def") ? PyScope::Kind::kFunction
                                                  : PyScope::Kind::kClass;
  scope.parent = entry.scope;
  scope.line = index;
  entry.own = scopes_.size();
  entry.body_token = line.end_token;
  for (uint32_t i = line.first_token; i < line.end_token; ++i) {
    if (source_.tokens()[i].depth == 0 && source_.Is(i, ":")) {
      entry.body_token = i + 1;
      break;
    }
  }
  scopes_.push_back(scope);
}

size_t PythonScopes::ScopeOf(size_t line, size_t token) const {
  const LineScope& entry = lines_[line];
  const bool own = entry.own != 0 && token >= entry.body_token;
  return own ? entry.own : entry.scope;
}

}  // namespace recourse
