// What the program may assume about where it writes.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace recourse::cli {

struct Terminal {
  bool colour = false;  // A terminal, and NO_COLOR is not set.
  int width = 0;        // Columns; 0: not a terminal, no limit.
};

// Looks at standard output and the environment.
Terminal DetectTerminal();

enum class Style { kBold, kRed, kGreen, kYellow };

// `text` in a style, where colour is allowed.
std::string Styled(const Terminal& terminal, Style style,
                   absl::string_view text);

// Columns that UTF-8 `text` takes: combining marks none, East Asian wide
// characters and emoji two, what is not UTF-8 one per byte.
int DisplayWidth(absl::string_view text);

// `text` in at most `width` columns, with … where something was cut.
std::string Cut(absl::string_view text, int width);

// `text` on one line: line breaks, tabs and control characters become spaces.
std::string OneLine(absl::string_view text);

}  // namespace recourse::cli
