#include "server/correct/fitting_fixers.h"

#include <set>

#include "gtest/gtest.h"

namespace recourse {
namespace {

const std::vector<Fixer> kOfPythonSyntax = {
    Fixer::kCodeFence,      Fixer::kPythonTypography,
    Fixer::kPythonBrackets, Fixer::kPythonMissingColon,
    Fixer::kPythonTabs,     Fixer::kPythonIndentation};

TEST(FittingFixersTest, AreThoseOfWhatTheErrorSays) {
  const struct {
    const char* error;
    std::vector<Fixer> fixers;
  } kRows[] = {
      // JSON.
      {"json.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 9",
       {Fixer::kJsonRepair}},
      {"SyntaxError: Unexpected token } in JSON at position 12",
       {Fixer::kJsonRepair}},
      {"SyntaxError: Expected property name or '}' in JSON at position 1",
       {Fixer::kJsonRepair}},
      {"SyntaxError: Unexpected token 'H', \"Here is th\"... is not valid JSON",
       {Fixer::kJsonRepair}},
      {"invalid character '}' looking for beginning of object key string",
       {Fixer::kJsonRepair}},
      {"com.google.gson.JsonSyntaxException: expected name",
       {Fixer::kJsonRepair}},
      {"trailing comma at line 3 column 5", {Fixer::kJsonRepair}},
      {"Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char "
       "0)",
       {Fixer::kByteOrderMark}},
      {"Unexpected token \xE2\x80\x9C in JSON at position 1",
       {Fixer::kJsonRepair}},
      // Python.
      {"SyntaxError: invalid syntax (a.py, line 3)", kOfPythonSyntax},
      {"SyntaxError: '(' was never closed (a.py, line 3)", kOfPythonSyntax},
      {"SyntaxError: invalid character '\xE2\x80\x9C' (U+201C) (a.py, line 1)",
       kOfPythonSyntax},
      {"TabError: inconsistent use of tabs and spaces in indentation",
       {Fixer::kPythonTabs, Fixer::kPythonIndentation}},
      {"IndentationError: unexpected indent (a.py, line 2)",
       {Fixer::kPythonTabs, Fixer::kPythonIndentation}},
      {"SyntaxError: 'await' outside async function (a.py, line 2)",
       {Fixer::kPythonAsync}},
      {"RuntimeWarning: coroutine 'fetch' was never awaited",
       {Fixer::kPythonAwait}},
      {"TypeError: 'coroutine' object is not iterable", {Fixer::kPythonAwait}},
      {"NameError: name 'json' is not defined", {Fixer::kPythonImports}},
      // YAML.
      {"while scanning for the next token\nfound character '\\t' that cannot "
       "start any token",
       {Fixer::kYamlTabs}},
      {"yaml: line 3: found character that cannot start any token",
       {Fixer::kYamlTabs}},
      {"found character '`' that cannot start any token",
       {Fixer::kCodeFence, Fixer::kYamlTabs}},
      // Any language.
      {"/usr/bin/env: 'bash\\r': No such file or directory",
       {Fixer::kLineEndings}},
      {"a.c:3:9: error: stray '\\342' in program", {Fixer::kSmartQuotes}},
      // No fault of a text, or none that is known.
      {"", {}},
      {"404 Not Found", {}},
      {"connection refused", {}},
      {"could not read conf.yaml: no such file", {}},
      {"column \"name\" does not exist", {}},
      {"wrote 12 rows as JSON", {}},
      {"SyntaxError: Unexpected identifier", {}},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(FittingFixers({.error = row.error, .stack = ""}), row.fixers)
        << row.error;
  }
}

TEST(FittingFixersTest, EachOnceAndNoneThatDropsAnything) {
  const char* all =
      "JSONDecodeError: Expecting value; SyntaxError: invalid syntax; "
      "TabError: "
      "x; 'await' outside function; coroutine 'f' was never awaited; name "
      "'json' "
      "is not defined; found character '`' that cannot start any token; "
      "\\r\\n; "
      "BOM; U+201C";
  const std::vector<Fixer> fixers = FittingFixers({.error = all, .stack = ""});
  const std::set<Fixer> once(fixers.begin(), fixers.end());
  EXPECT_EQ(once.size(), fixers.size());
  EXPECT_EQ(once.count(Fixer::kJsonComplete), 0u);
  EXPECT_EQ(fixers.front(), Fixer::kByteOrderMark);
}

}  // namespace
}  // namespace recourse
