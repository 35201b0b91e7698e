// YAML by lines: which of them are structure, and where tabs stand in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace recourse {

struct YamlLine {
  enum class Kind : uint8_t {
    kBlank,      // Or a comment, a directive, a document's mark.
    kStructure,  // Begins with a key or a dash.
    kText,       // Goes on with a plain scalar, or is one.
    kFlow,       // Begins inside [] or {}.
    kLiteral,    // Inside a block scalar or quoted text: not to be touched.
  };
  Kind kind = Kind::kBlank;
  size_t begin = 0;
  size_t indent = 0;  // Bytes of white space that it begins with.
  // Of kStructure: dashes before the key or value, and whether a key follows
  // them; `inner` are the columns behind each dash, from the first word on.
  std::vector<size_t> inner;
  bool key = false;
  bool dash = false;
  bool opens = false;          // Its value, if any, begins on the next line.
  bool ends_document = false;  // --- or ...
  // Of block scalars that begin here: the least indentation of their lines.
  size_t literal_indent = 0;
  // Runs of tabs right behind a colon or dash.
  std::vector<size_t> separators;
};

// The lines of `text`; empty when it cannot be told which are which: tabs
// where a block scalar begins, quotes or brackets that do not end.
std::vector<YamlLine> ReadYamlLines(absl::string_view text);

}  // namespace recourse
