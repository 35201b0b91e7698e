// The corrections of the library, from the error to the corrected text.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/strategy/correction_decider.h"

namespace recourse {
namespace {

struct Row {
  const char* pattern_id;
  std::string error, before, after;
  size_t step = 0;  // That corrects it.
};

const std::vector<Row>& Rows() {
  static const auto& rows = *new std::vector<Row>{
      // Python.
      {"correct_python_async", "SyntaxError: 'await' outside async function",
       "def main():\n    await sleep(1)\n",
       "async def main():\n    await sleep(1)\n"},
      {"correct_python_async",
       "SyntaxError: asynchronous comprehension outside of an asynchronous "
       "function (a.py, line 2)",
       "def load(urls):\n    return [u async for u in urls]\n",
       "async def load(urls):\n    return [u async for u in urls]\n"},
      {"correct_python_await",
       "RuntimeWarning: coroutine 'fetch' was never awaited",
       "async def fetch():\n    pass\n\nasync def main():\n    fetch()\n",
       "async def fetch():\n    pass\n\nasync def main():\n    await "
       "fetch()\n"},
      {"correct_python_imports", "NameError: name 'json' is not defined",
       "\"\"\"Saves.\"\"\"\n\ndef save(x):\n    return json.dumps(x)\n",
       "\"\"\"Saves.\"\"\"\n\nimport json\n\ndef save(x):\n    return "
       "json.dumps(x)\n"},
      {"correct_python_imports",
       "a.py:1: error: Name \"Optional\" is not defined  [name-defined]",
       "def f(x: Optional[int]) -> None:\n    pass\n",
       "from typing import Optional\n\ndef f(x: Optional[int]) -> None:\n    "
       "pass\n"},
      {"correct_python_tabs",
       "TabError: inconsistent use of tabs and spaces in indentation (a.py, "
       "line 3)",
       "def f():\n    a()\n\tb()\n", "def f():\n    a()\n    b()\n"},
      {"correct_python_indentation", "IndentationError: unexpected indent",
       "def f():\n    a()\n     b()\n", "def f():\n    a()\n    b()\n"},
      {"correct_python_indentation",
       "IndentationError: unexpected indent (a.py, line 1)",
       "    def f():\n        a()\n", "def f():\n    a()\n"},
      {"correct_python_colon", "SyntaxError: expected ':' (a.py, line 1)",
       "def f(x)\n    return x\n", "def f(x):\n    return x\n"},
      {"correct_python_brackets", "SyntaxError: '(' was never closed",
       "print(f(1)\ny = 2\n", "print(f(1))\ny = 2\n"},
      {"correct_python_brackets",
       "SyntaxError: unexpected EOF while parsing (a.py, line 3)",
       "x = [\n    1,\n    2,\n", "x = [\n    1,\n    2,]\n"},
      {"correct_python_typography",
       "SyntaxError: invalid character '\u201c' (U+201C) (a.py, line 1)",
       "print(\u201chello\u201d)\n", "print(\"hello\")\n"},
      {"correct_python_syntax", "SyntaxError: invalid syntax (a.py, line 1)",
       "Here is the corrected file:\n\n```python\nif x\n    y(\u201ca\u201d)\n"
       "```\n\nIt checks x.\n",
       "if x:\n    y(\"a\")\n"},
      // JSON of a model.
      {"correct_json_of_a_model",
       "langchain_core.exceptions.OutputParserException: Invalid json output: "
       "Here is the JSON",
       "Here is the JSON:\n```json\n{'name': 'O\\'Neil', \"tags\": [\"a\",],}\n"
       "```\nDone.",
       "{\"name\": \"O'Neil\", \"tags\": [\"a\"]}"},
      {"correct_json_of_a_model",
       "failed to parse model output as JSON: Unterminated string starting at: "
       "line 1 column 26 (char 25)",
       "{\"name\": \"Ann\", \"text\": \"It was a dar",
       "{\"name\": \"Ann\", \"text\": \"It was a dar\"}", 2},
      // JSON.
      {"correct_json_cut_off", "SyntaxError: Unexpected end of JSON input",
       "{\"items\": [{\"id\": 1}, {\"id\": 2}, {\"id\"",
       "{\"items\": [{\"id\": 1}, {\"id\": 2}, {}]}"},
      {"correct_json_cut_off", "EOF while parsing a list at line 2 column 15",
       "```json\n{\"a\": [1, 2, 3", "{\"a\": [1, 2]}"},
      {"correct_json_trailing_comma",
       "json.decoder.JSONDecodeError: Illegal trailing comma before end of "
       "object: line 1 column 8 (char 7)",
       "{\"a\": 1,}", "{\"a\": 1}"},
      {"correct_json_trailing_comma",
       "json.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 9",
       "{\"a\": 1 \"b\": 2}", "{\"a\": 1, \"b\": 2}"},
      {"correct_json_quotes",
       "json.decoder.JSONDecodeError: Expecting property name enclosed in "
       "double quotes: line 1 column 2 (char 1)",
       "{'name': 'O\\'Neil', 'active': True, 'note': None}",
       "{\"name\": \"O'Neil\", \"active\": true, \"note\": null}"},
      {"correct_json_quotes",
       "invalid character '\u201c' looking for beginning of object key string",
       "{\u201ca\u201d: \u201cb\u201d}", "{\"a\": \"b\"}"},
      {"correct_json_literals",
       "invalid character 'N' looking for beginning of value",
       "{\"x\": None, \"n\": NaN, \"u\": undefined}",
       "{\"x\": null, \"n\": null, \"u\": null}"},
      {"correct_json_prose",
       "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char "
       "0)",
       "Sure! {\"a\": 1} I hope it helps.", "{\"a\": 1}"},
      {"correct_json_prose",
       "SyntaxError: Unexpected token ` in JSON at position 0",
       "```json\n{\"a\": 1}\n```", "{\"a\": 1}"},
      {"parsing_json", "com.google.gson.JsonSyntaxException: expected name",
       "{a: 1}", "{\"a\": 1}"},
      // YAML.
      {"correct_yaml_tabs",
       "yaml.scanner.ScannerError: while scanning for the next token\nfound "
       "character '\\t' that cannot start any token",
       "services:\n\tweb:\n\t\timage: a\n",
       "services:\n  web:\n    image: a\n"},
      {"correct_yaml_fence",
       "yaml.scanner.ScannerError: while scanning for the next token\nfound "
       "character '`' that cannot start any token",
       "```yaml\na: 1\n```\n", "a: 1\n"},
      // Text.
      {"correct_text_byte_order_mark",
       "json.decoder.JSONDecodeError: Unexpected UTF-8 BOM (decode using "
       "utf-8-sig): line 1 column 1 (char 0)",
       "\uFEFF{\"a\": 1}", "{\"a\": 1}"},
      {"correct_text_line_endings",
       "./deploy.sh: line 2: $'\\r': command not found",
       "#!/bin/bash\r\necho hi\r\n", "#!/bin/bash\necho hi\n"},
      {"correct_text_line_endings",
       "/bin/bash^M: bad interpreter: No such file or directory",
       "#!/bin/bash\r\necho hi\r\n", "#!/bin/bash\necho hi\n"},
      {"correct_text_smart_quotes",
       "main.go:4:14: invalid character U+201C '\u201c'",
       "fmt.Println(\u201chello\u201d)\n", "fmt.Println(\"hello\")\n"},
      {"correct_text_smart_quotes", "a.c:3:9: error: stray '\\342' in program",
       "puts(\u201cx\u201d);\n", "puts(\"x\");\n"},
  };
  return rows;
}

class CorrectionPacksTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    library_ = RegistryOf(PatternsIn("patterns", Origin::kLibrary));
  }
  static void TearDownTestSuite() { library_ = nullptr; }
  void SetUp() override { ASSERT_NE(library_, nullptr); }

  static std::shared_ptr<const PatternRegistry> library_;
};
std::shared_ptr<const PatternRegistry> CorrectionPacksTest::library_;

TEST_F(CorrectionPacksTest, BeforeAndAfter) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(absl::StrCat(row.pattern_id, ": ", row.error));
    const Decided decided = Decide(*library_, row.error, row.before);
    EXPECT_EQ(decided.pattern_id, row.pattern_id);
    EXPECT_EQ(decided.classification.recommended_strategy,
              Strategy::kErrorCorrection);
    for (size_t step = 0; step < row.step; ++step) {
      EXPECT_EQ(decided.corrected(step), nullptr) << step;
    }
    const std::string* corrected = decided.corrected(row.step);
    ASSERT_NE(corrected, nullptr);
    EXPECT_EQ(*corrected, row.after);
    if (absl::StartsWith(row.pattern_id, "correct_json")) {
      EXPECT_TRUE(nlohmann::json::accept(*corrected));
    }
  }
}

// Right text, and so the corrections' own results, is left as it is whatever
// the error says.
TEST_F(CorrectionPacksTest, RightTextIsLeftAsItIs) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(absl::StrCat(row.pattern_id, ": ", row.error));
    const Decided decided = Decide(*library_, row.error, row.after);
    ASSERT_FALSE(decided.answers.empty());
    EXPECT_EQ(decided.reason(row.step), TraceReason::kNoChange);
  }
}

TEST_F(CorrectionPacksTest, WithoutASubjectThePlanGoesOn) {
  for (const Row& row : Rows()) {
    const Decided decided = Decide(*library_, row.error, row.before, false);
    ASSERT_FALSE(decided.answers.empty());
    EXPECT_EQ(decided.reason(row.step), TraceReason::kNoSubject) << row.error;
  }
}

TEST_F(CorrectionPacksTest, EveryPatternOfThePacksIsTried) {
  std::set<std::string> tried;
  for (const Row& row : Rows()) tried.insert(row.pattern_id);
  int found = 0;
  for (const SharedPattern& pattern : library_->patterns()) {
    if (!absl::StartsWith(pattern->id, "correct_")) continue;
    ++found;
    EXPECT_EQ(tried.count(pattern->id), 1u) << pattern->id;
  }
  EXPECT_GE(found, 20);
}

TEST_F(CorrectionPacksTest, OfAModelAnotherSampleMayBeRight) {
  const std::string error = "Invalid json output: I cannot do that";
  const Decided decided = Decide(*library_, error, "I cannot do that.");
  EXPECT_EQ(decided.pattern_id, "correct_json_of_a_model");
  EXPECT_TRUE(decided.classification.retryable);
  ASSERT_EQ(decided.answers.size(), 4u);
  EXPECT_EQ(decided.reason(0), TraceReason::kNoChange);
  const auto* retry = std::get_if<Action>(&decided.answers[1]);
  ASSERT_NE(retry, nullptr);
  EXPECT_TRUE(std::holds_alternative<RetryAction>(*retry));
  // A file's fault does not go away.
  EXPECT_FALSE(Decide(*library_, "Unexpected end of JSON input", "{")
                   .classification.retryable);
}

// Without any pattern: PERMANENT's default plan.
TEST(DefaultCorrectionTest, TheFixersThatFitElseGiveUp) {
  const auto none = RegistryOf({});
  ASSERT_NE(none, nullptr);
  const struct {
    const char* error;
    const char* before;
    const char* after;
  } kRows[] = {
      {"json.decoder.JSONDecodeError: Expecting property name enclosed in "
       "double quotes: line 1 column 2 (char 1)",
       "{'a': True,}", "{\"a\": true}"},
      {"SyntaxError: expected ':' (a.py, line 1)", "if x\n    y()\n",
       "if x:\n    y()\n"},
      {"yaml.scanner.ScannerError: found character '\\t' that cannot start any "
       "token",
       "a:\n\tb: 1\n", "a:\n  b: 1\n"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.error);
    const Decided decided = Decide(*none, row.error, row.before);
    EXPECT_EQ(decided.pattern_id, "");
    EXPECT_EQ(decided.classification.category, Category::kPermanent);
    ASSERT_EQ(decided.answers.size(), 1u);  // Behind it: give up.
    ASSERT_NE(decided.corrected(), nullptr);
    EXPECT_EQ(*decided.corrected(), row.after);
    EXPECT_EQ(Decide(*none, row.error, row.after).reason(),
              TraceReason::kNoChange);
    EXPECT_EQ(Decide(*none, row.error, row.before, false).reason(),
              TraceReason::kNoSubject);
  }
  // PERMANENT, and nothing that a correction of the text could help.
  EXPECT_EQ(Decide(*none, "404 Not Found", "{'a': True,}").reason(),
            TraceReason::kNoChange);
}

}  // namespace
}  // namespace recourse
