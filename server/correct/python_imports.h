// Imports for names that are used and not defined.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/correct/python_blocks.h"

namespace recourse {

// One row of the table of well-known names.
struct KnownImport {
  // How the name must be used everywhere for the row to hold.
  enum class Use {
    kAny,
    kAttribute,  // name.something
    kCalled,     // name(...)
  };
  absl::string_view name;  // Or name.attribute, which is looked up first.
  Use use = Use::kAny;
  absl::string_view statement;
};

// Null: not in the table.
const KnownImport* FindKnownImport(absl::string_view name);
// All rows, sorted by name.
absl::Span<const KnownImport> KnownImports();

// True when anything in the text may bind the name: an assignment, import,
// definition, parameter, loop, pattern.
bool MayBind(const PythonSource& source, absl::string_view name);

// Puts import statements, each one a line, behind the docstring and imports
// from __future__, before everything else. nullopt: there is no such place.
std::optional<TextEdit> InsertImports(
    const PythonSource& source, const std::vector<std::string>& statements);

}  // namespace recourse
