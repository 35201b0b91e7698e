// The corrections of patterns/seed: added to the library as a user's, as
// docs/patterns.md says.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/strategy/correction_decider.h"

namespace recourse {
namespace {

constexpr char kOnex[] = "ONEX v2 compliance check failed for NodeMyEffect";
constexpr char kUnindent[] =
    "IndentationError: unindent does not match any outer indentation level";
constexpr char kE111[] = "E111 indentation is not a multiple of 4";

struct Row {
  const char* pattern_id;
  const char* error;
  const char* before;
  const char* after;
};

const Row kRows[] = {
    {"missing_async", "SyntaxError: 'await' outside async function",
     "def main():\n    await sleep(1)\n",
     "async def main():\n    await sleep(1)\n"},
    {"missing_typing_import", "NameError: name 'Optional' is not defined",
     "def f(x: Optional[int]) -> None:\n    pass\n",
     "from typing import Optional\n\ndef f(x: Optional[int]) -> None:\n    "
     "pass\n"},
    {"missing_import", "NameError: name 'json' is not defined",
     "\"\"\"Saves.\"\"\"\n\ndef save(x):\n    return json.dumps(x)\n",
     "\"\"\"Saves.\"\"\"\n\nimport json\n\ndef save(x):\n    return "
     "json.dumps(x)\n"},
    {"missing_await", "RuntimeWarning: coroutine 'fetch' was never awaited",
     "async def fetch():\n    pass\n\nasync def main():\n    fetch()\n",
     "async def fetch():\n    pass\n\nasync def main():\n    await fetch()\n"},
    {"incorrect_indentation", kUnindent, "def f():\n    a()\n\tb()\n",
     "def f():\n    a()\n    b()\n"},
    {"incorrect_indentation", "IndentationError: unexpected indent",
     "def f():\n    a()\n     b()\n", "def f():\n    a()\n    b()\n"},
    {"incorrect_indentation", kE111,
     "def f():\n    a()\n\ndef g():\n  b()\n  c()\n",
     "def f():\n    a()\n\ndef g():\n    b()\n    c()\n"},
    // Async, typed, documented, and Any imported where it may stand.
    {"onex_compliance_fix", kOnex,
     "class Node:\n    def execute_effect(self, x):\n        return {}\n",
     "from typing import Any\n\nclass Node:\n    async def "
     "execute_effect(self, x) -> dict[str, Any]:\n        \"\"\"Execute "
     "operation.\"\"\"\n        return {}\n"},
    {"onex_compliance_fix", kOnex,
     "from typing import Any, Dict\n\nasync def execute_a(x: Any):\n    return "
     "x\n",
     "from typing import Any, Dict\n\nasync def execute_a(x: Any) -> dict[str, "
     "Any]:\n    \"\"\"Execute operation.\"\"\"\n    return x\n"},
    {"onex_compliance_fix", kOnex,
     "\"\"\"A node.\"\"\"\n\nimport json\n\n\ndef execute_a(x) -> str:\n    "
     "return json.dumps(x)\n",
     "\"\"\"A node.\"\"\"\n\nimport json\n\n\nasync def execute_a(x) -> "
     "str:\n    \"\"\"Execute operation.\"\"\"\n    return json.dumps(x)\n"},
    {"onex_compliance_fix", kOnex,
     "#!/usr/bin/python3\n# Nodes.\n\"\"\"A\nnode.\"\"\"\n\nimport "
     "json\n\n\ndef execute_a(x):\n    return json.loads(x)\n",
     "#!/usr/bin/python3\n# Nodes.\n\"\"\"A\nnode.\"\"\"\nfrom typing import "
     "Any\n\nimport json\n\n\nasync def execute_a(x) -> dict[str, Any]:\n    "
     "\"\"\"Execute operation.\"\"\"\n    return json.loads(x)\n"},
    {"onex_compliance_fix", kOnex,
     "'A node.'\n\nfrom __future__ import annotations\n\ndef execute_a(x):\n   "
     " return x\n",
     "'A node.'\n\nfrom __future__ import annotations\nfrom typing import "
     "Any\n\nasync def execute_a(x) -> dict[str, Any]:\n    \"\"\"Execute "
     "operation.\"\"\"\n    return x\n"},
};

struct RightText {
  const char* error;
  const char* text;
};

const RightText kRightTexts[] = {
    {kOnex,
     "from typing import (\n    Any,\n    List,\n)\n\nasync def execute_a(x) "
     "-> "
     "dict[str, Any]:\n    '''Runs.'''\n    return x\n"},
    {kOnex,
     "from typing_extensions import Any\n\nasync def execute_a(x) -> dict[str, "
     "Any]:\n    \"\"\"Runs.\"\"\"\n    return x\n"},
    // The docstring may follow a comment; a comment is no use of Any.
    {kOnex,
     "async def execute_a(x) -> None:\n    # Nothing like dict[str, Any].\n    "
     "r\"\"\"Runs.\"\"\"\n"},
    {kOnex, "def helper(x):\n    return x\n"},
    // Two spaces that are not of a block.
    {kE111, "x = [\n  1,\n]\n\ndef f():\n    return x\n"},
    {kE111,
     "def f():\n    \"\"\"Gives:\n\n  - one\n    \"\"\"\n    return 1\n"},
    {kUnindent, "x = 1 + \\\n  2\n\ndef f():\n    return x\n"},
    {kE111, "def f():\n  if x:\n    return 1\n"},
    {kE111, "def f():\n    return 1\n"},
};

class SeedPackTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::vector<SharedPattern> patterns =
        PatternsIn("patterns", Origin::kLibrary);
    for (SharedPattern& pattern : PatternsIn("patterns/seed", Origin::kUser)) {
      patterns.push_back(std::move(pattern));
    }
    registry_ = RegistryOf(std::move(patterns));
  }
  static void TearDownTestSuite() { registry_ = nullptr; }
  void SetUp() override { ASSERT_NE(registry_, nullptr); }

  static std::shared_ptr<const PatternRegistry> registry_;
};
std::shared_ptr<const PatternRegistry> SeedPackTest::registry_;

TEST_F(SeedPackTest, BeforeAfterAndAgain) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(
        absl::StrCat(row.pattern_id, ": ", row.error, "\n", row.before));
    const Decided decided = Decide(*registry_, row.error, row.before);
    EXPECT_EQ(decided.pattern_id, row.pattern_id);
    ASSERT_NE(decided.corrected(), nullptr)
        << static_cast<int>(decided.reason());
    EXPECT_EQ(*decided.corrected(), row.after);
    EXPECT_EQ(Decide(*registry_, row.error, row.after).reason(),
              TraceReason::kNoChange);
  }
}

TEST_F(SeedPackTest, RightTextIsLeftAsItIs) {
  for (const RightText& row : kRightTexts) {
    SCOPED_TRACE(row.text);
    const Decided decided = Decide(*registry_, row.error, row.text);
    EXPECT_EQ(decided.corrected(), nullptr);
    EXPECT_EQ(decided.reason(), TraceReason::kNoChange);
  }
}

TEST_F(SeedPackTest, EveryCorrectionIsTried) {
  std::set<std::string> tried;
  for (const Row& row : kRows) tried.insert(row.pattern_id);
  size_t found = 0;
  for (const SharedPattern& pattern : registry_->patterns()) {
    if (pattern->origin != Origin::kUser) continue;
    for (const Step& step : pattern->steps) {
      if (!std::holds_alternative<ErrorCorrectionStep>(step)) continue;
      ++found;
      EXPECT_EQ(tried.count(pattern->id), 1u) << pattern->id;
    }
  }
  EXPECT_EQ(found, tried.size());
}

}  // namespace
}  // namespace recourse
