// Corrections that know no language, and YAML's tabs.
#include "tests/correct/cases.h"

namespace recourse {
namespace {

TEST(ByteOrderMarkTest, Cases) {
  const char* kError =
      "JSONDecodeError: Unexpected UTF-8 BOM (decode using "
      "utf-8-sig): line 1 column 1 (char 0)";
  ExpectCases(
      Fixer::kByteOrderMark,
      {
          {"one", "\uFEFFa", "a", kError},
          {"two", "\uFEFF\uFEFFa", "a", kError},
          {"read as Latin-1", "\u00EF\u00BB\u00BFa", "a",
           "invalid character '\u00EF' looking for beginning of value"},
          {"XML", "\uFEFF<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?>",
           "SAXParseException: Content is not allowed in prolog."},
          {"Python", "\uFEFFx = 1", "x = 1",
           "SyntaxError: invalid non-printable character U+FEFF"},
          {"inside", "a\uFEFFb", "", kError},
          {"none", "a", "", kError},
          {"another error", "\uFEFFa", "", "SyntaxError: invalid syntax"},
      });
}

TEST(LineEndingsTest, Cases) {
  const char* kError =
      "/bin/bash^M: bad interpreter: No such file or directory";
  ExpectCases(
      Fixer::kLineEndings,
      {
          {"all", "#!/bin/bash\r\necho\r\n", "#!/bin/bash\necho\n", kError},
          {"some", "a\r\nb\nc\r\n", "a\nb\nc\n",
           "script.sh: line 2: $'\\r': command not found"},
          {"two", "a\r\r\nb\n", "a\nb\n", kError},
          {"a carriage return in a line", "a\rb\n", "", kError},
          {"old line ends", "a\rb\r", "a\nb\n",
           "_csv.Error: new-line character seen in unquoted field"},
          {"Postgres", "1\t2\r\n", "1\t2\n",
           "ERROR:  literal carriage return found in data"},
          {"another error", "a\r\n", "", "line 1: command not found"},
      });
}

TEST(SmartQuotesTest, Cases) {
  const char* kError = "main.go:3:7: invalid character U+201C '\u201c'";
  ExpectCases(
      Fixer::kSmartQuotes,
      {
          {"double", "x := \u201chi\u201d\n", "x := \"hi\"\n", kError},
          {"single", "echo \u2018hi there\u2019\n", "echo 'hi there'\n",
           kError},
          {"apostrophe within", "x = \u201cit\u2019s\u201d\n",
           "x = \"it\u2019s\"\n", kError},
          {"apostrophe alone", "\u201ca\u201d; don\u2019t\n",
           "\"a\"; don\u2019t\n", kError},
          {"in ASCII quotes", "a = \"\u201cb\u201d\"; c = \u201cd\u201d\n",
           "a = \"\u201cb\u201d\"; c = \"d\"\n", kError},
          {"comment", "// \u201cx\u201d\nx = \u201cy\u201d\n",
           "// \u201cx\u201d\nx = \"y\"\n", kError},
          {"the ASCII quote within", "x = \u201ca \"b\"\u201d\n", "", kError},
          {"no end", "x = \u201ca\n", "", kError},
          {"gcc", "a.c: error: stray \\342 in program", "", kError},
          {"told by gcc", "s = \u201cx\u201d;\n", "s = \"x\";\n",
           "a.c:1:5: error: stray '\\342' in program"},
          {"another error", "x = \u201ca\u201d\n", "",
           "a.c:1:5: error: \u2018foo\u2019 undeclared"},
      });
}

TEST(CodeFenceTest, Cases) {
  ExpectCases(
      Fixer::kCodeFence,
      {
          {"fence", "```python\nx = 1\n```\n", "x = 1\n"},
          {"prose around", "Here is the code:\n\n```sql\nSELECT 1;\n```\nDone.",
           "SELECT 1;\n"},
          {"no end", "```\nx = 1\n", "x = 1\n"},
          {"tildes", "~~~\nx\n~~~\n", "x\n"},
          {"two blocks", "```\na\n```\n```\nb\n```\n", ""},
          {"in a docstring", "\"\"\"Doc.\n```\nx\n```\n\"\"\"\n", ""},
          {"code before", "import x\n```\na\n```\n", ""},
          {"no fence", "x = 1\n", ""},
          {"nothing in it", "```\n```\n", ""},
          {"inline", "```x``` y\n", ""},
      });
}

const char kTab[] =
    "yaml.scanner.ScannerError: while scanning for the next token found "
    "character '\\t' that cannot start any token";

TEST(YamlTabsTest, Cases) {
  ExpectCases(
      Fixer::kYamlTabs,
      {
          {"one level", "a:\n\tb: 1\n\tc: 2\n", "a:\n  b: 1\n  c: 2\n", kTab},
          {"as the other lines", "a:\n    b: 1\nc:\n\td: 2\n",
           "a:\n    b: 1\nc:\n    d: 2\n", kTab},
          {"two levels", "a:\n\tb:\n\t\tc: 1\n\td: 2\n",
           "a:\n  b:\n    c: 1\n  d: 2\n", kTab},
          {"list", "a:\n\t- b: 1\n\t  c: 2\n\t- d\n",
           "a:\n  - b: 1\n    c: 2\n  - d\n", kTab},
          {"without being told", "a:\n\tb: 1\n", "a:\n  b: 1\n"},
          {"behind a colon, told", "a:\tb\nc:\t\td\n", "a: b\nc: d\n", kTab},
          {"behind a colon", "a:\tb\n", ""},
          {"behind a dash, told", "-\ta\n- b\n", "- a\n- b\n", kTab},
          {"in brackets, told", "a: {\n\tb: 1}\n", "a: {\n  b: 1}\n", kTab},
          {"in brackets", "a: {\n\tb: 1}\n", ""},
          {"block scalar", "a: |\n  x\n  \ty\n", "", kTab},
          {"block scalar beside", "a: |\n  x\n  \ty\nb:\n\tc: 1\n",
           "a: |\n  x\n  \ty\nb:\n  c: 1\n", kTab},
          {"block scalar with a tab for its indentation",
           "a: |\n\tx\nb:\n\tc: 1\n", "", kTab},
          {"quoted", "a: \"x\n\ty\"\n", "", kTab},
          {"comment", "a: 1\n\t# b\n", "", kTab},
          {"text", "a: b\tc\n", "", kTab},
          {"where?", "a:\n  b:\n    c: 1\n\td: 2\n",
           "a:\n  b:\n    c: 1\n  d: 2\n", kTab},
          {"spaces and a tab", "a:\n    b:\n        c: 1\n  \td: 2\n",
           "a:\n    b:\n        c: 1\n    d: 2\n", kTab},
          {"no meaning", "a: 1\n\tb: 2\n", "", kTab},
      });
}

}  // namespace
}  // namespace recourse
