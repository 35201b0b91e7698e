// Tables of texts before and after a fixer.
#pragma once

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/correct/fixers.h"

namespace recourse {

struct FixCase {
  const char* name;
  std::string before;
  std::string after;  // Empty: no change.
  std::string error = "";
};

// What the fixer makes of the text; the text itself where it changes nothing.
inline std::string AfterFixer(Fixer fixer, const std::string& text,
                              const std::string& error = "") {
  const FixerHints hints{.error = error, .stack = ""};
  return ApplyFixer(fixer, text, hints).value_or(text);
}

// Every row, and that the fixer leaves its own results alone.
inline void ExpectCases(Fixer fixer, const std::vector<FixCase>& cases) {
  for (const FixCase& row : cases) {
    SCOPED_TRACE(row.name);
    const std::string after = AfterFixer(fixer, row.before, row.error);
    EXPECT_EQ(after, row.after.empty() ? row.before : row.after);
    EXPECT_EQ(AfterFixer(fixer, after, row.error), after) << "not idempotent";
  }
}

}  // namespace recourse
