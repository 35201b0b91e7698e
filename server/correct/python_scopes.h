// Python's functions and classes, and which of them a token runs in.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/correct/python_blocks.h"
#include "server/correct/python_tokens.h"

namespace recourse {

struct PyScope {
  enum class Kind { kModule, kClass, kFunction };
  Kind kind = Kind::kModule;
  size_t parent = 0;  // The module is its own.
  bool is_async = false;
  uint32_t def_token = 0;   // `def` or `class`.
  uint32_t name_token = 0;  // Behind it.
  size_t line = 0;          // Of the header.
};

class PythonScopes {
 public:
  // Borrows `source`, whose blocks have no problem.
  PythonScopes(const PythonSource& source, const PythonBlocks& blocks);

  // scopes()[0] is the module.
  const std::vector<PyScope>& scopes() const { return scopes_; }
  // The scope whose code token `token` of line `line` is part of. A header runs
  // in the scope around it; lambdas and comprehensions are part of theirs.
  size_t ScopeOf(size_t line, size_t token) const;

  absl::string_view NameOf(const PyScope& scope) const {
    return source_.Text(scope.name_token);
  }

 private:
  struct LineScope {
    size_t scope = 0;
    size_t own = 0;           // Of the function or class it is the header of.
    uint32_t body_token = 0;  // Where the header's own body begins on the line.
  };
  void AddHeader(size_t line, LineScope& entry);

  const PythonSource& source_;
  std::vector<PyScope> scopes_;
  std::vector<LineScope> lines_;
};

}  // namespace recourse
