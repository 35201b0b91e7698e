// Colons, brackets, tabs, indentation, typography.
#include "tests/correct/cases.h"

namespace recourse {
namespace {

TEST(PythonMissingColonTest, Cases) {
  ExpectCases(
      Fixer::kPythonMissingColon,
      {
          {"if", "if x\n    y()\n", "if x:\n    y()\n"},
          {"comment behind", "for a in b  # all: of them\n    c()\n",
           "for a in b:  # all: of them\n    c()\n"},
          {"function", "def f(a: int, b=lambda: 1) -> str\n    return a\n",
           "def f(a: int, b=lambda: 1) -> str:\n    return a\n"},
          {"class", "class A(B)\n    x = 1\n", "class A(B):\n    x = 1\n"},
          {"else", "if x:\n    y()\nelse\n    z()\n",
           "if x:\n    y()\nelse:\n    z()\n"},
          {"try and except", "try\n    a()\nexcept (A, B) as e\n    b()\n",
           "try:\n    a()\nexcept (A, B) as e:\n    b()\n"},
          {"async", "async def f()\n    async with a as b\n        c()\n",
           "async def f():\n    async with a as b:\n        c()\n"},
          {"over two lines", "if (a and\n        b)\n    c()\n",
           "if (a and\n        b):\n    c()\n"},
          {"slices and dicts hold colons", "while a[1:2] == {'x': 1}\n  b()\n",
           "while a[1:2] == {'x': 1}:\n  b()\n"},
          {"lambda", "if any(map(lambda v: v, x))\n    y()\n",
           "if any(map(lambda v: v, x)):\n    y()\n"},
          {"match", "match command\n    case 'go'\n        go()\n",
           "match command:\n    case 'go':\n        go()\n"},
          {"carriage returns", "if x\r\n    y()\r\n", "if x:\r\n    y()\r\n"},
          {"more is wrong", "if x = 1\n    y()\n", ""},
          {"two words", "if x then\n    y()\n", ""},
          {"else if", "if x:\n    a()\nelse if y\n    b()\n", ""},
          {"no block", "def f()\n", ""},
          {"a statement behind it", "if x return y\n", ""},
          {"no keyword", "foo x\n    y()\n", ""},
          {"for without in", "for x\n    y()\n", ""},
      });
}

TEST(PythonBracketsTest, Unclosed) {
  ExpectCases(
      Fixer::kPythonBrackets,
      {
          {"at the end", "x = f(1, [2, {'a': 3", "x = f(1, [2, {'a': 3}])"},
          {"comment behind", "x = f(1  # one\n", "x = f(1)  # one\n"},
          {"behind a comma", "x = [1,\n     2,\n", "x = [1,\n     2,]\n"},
          {"nothing in it", "f(", "f()"},
          {"a statement follows", "print('a'\nx = 1\n", "print('a')\nx = 1\n"},
          {"a keyword follows", "print(f(a)\nreturn\n",
           "print(f(a))\nreturn\n"},
          {"a definition follows, with its decorator",
           "x = [1,\n     2\n@wraps\ndef f():\n    pass\n",
           "x = [1,\n     2]\n@wraps\ndef f():\n    pass\n"},
          {"less deep", "def f():\n    g(a,\n      b\n    h()\n",
           "def f():\n    g(a,\n      b)\n    h()\n"},
          {"header", "def f(a, b:\n    return a\n",
           "def f(a, b):\n    return a\n"},
          {"header with arrow", "def f(a: int -> int:\n    return a\n",
           "def f(a: int) -> int:\n    return a\n"},
          {"header, docstring", "def f(a:\n    \"\"\"Doc.\"\"\"\n    g()\n",
           "def f(a):\n    \"\"\"Doc.\"\"\"\n    g()\n"},
          {"condition", "if f(x == 3:\n    g()\n", "if f(x == 3):\n    g()\n"},
          {"and its colon, for another fixer", "if f(x\n    g()\n",
           "if f(x)\n    g()\n"},
          {"if follows", "x = [a\nif b:\n    c()\n",
           "x = [a]\nif b:\n    c()\n"},
          {"attribute set next", "f(a,\n  b\nself.x = 1\n",
           "f(a,\n  b)\nself.x = 1\n"},
          {"slice", "x = y[2:\nz = 1\n", "x = y[2:]\nz = 1\n"},
          {"two lines", "print(a\nprint(b\n", "print(a)\nprint(b)\n"},
          {"inner one", "f(d['k')\n", "f(d['k'])\n"},
          {"inner one at a line's end", "x = {\n  'a': [1, 2\n}\n",
           "x = {\n  'a': [1, 2]\n}\n"},
          {"inner one, comma: where?", "f([1, 2)\n", ""},
          {"behind an operator", "x = f(1 +", ""},
          {"behind a name's dot", "x = f(a.", ""},
          {"empty index", "x = y[", ""},
          {"header without a body", "def f(a", ""},
          {"in a string", "x = f('a\n", ""},
          {"try without except", "try:\n    f(a", ""},
      });
}

TEST(PythonBracketsTest, Unopened) {
  ExpectCases(
      Fixer::kPythonBrackets,
      {
          {"at the end", "f(g(x)))\n", "f(g(x))\n"},
          {"two", "f(x)))\ny = 1\n", "f(x)\ny = 1\n"},
          {"in a header", "if f(x)):\n    y()\n", "if f(x):\n    y()\n"},
          {"in the middle", "x = a) + b\n", ""},
          {"print statement", "print \"x\")\n", ""},
          {"alone", ")\n", ""},
      });
}

TEST(PythonTabsTest, Cases) {
  ExpectCases(
      Fixer::kPythonTabs,
      {
          {"one line", "def f():\n    a()\n\tb()\n",
           "def f():\n    a()\n    b()\n"},
          {"two levels", "def f():\n    if a:\n        b()\n\t\tc()\n\td()\n",
           "def f():\n    if a:\n        b()\n        c()\n    d()\n"},
          {"tabs of eight",
           "def f():\n    if a:\n\tb()\n\tif c:\n\t    d()\n    e()\n",
           "def f():\n    if a:\n        b()\n        if c:\n"
           "            d()\n    e()\n"},
          {"two meanings", "if a:\n    if b:\n      c()\n\td()\n", ""},
          {"tabs of eight, mixed wrongly",
           "if a:\n    if b:\n\tc()\n        d()\n    e()\n",
           "if a:\n    if b:\n        c()\n        d()\n    e()\n"},
          {"strings stay", "def f():\n    a = '''\n\tx\n'''\n\tb = 1\n",
           "def f():\n    a = '''\n\tx\n'''\n    b = 1\n"},
          {"eight spaces: no tab of eight",
           "if a:\n    if b:\n        c()\n\td()\n",
           "if a:\n    if b:\n        c()\n    d()\n"},
          {"only tabs", "def f():\n\tif a:\n\t\tb()\n", ""},
          {"each block its own", "def f():\n\ta()\ndef g():\n    b()\n", ""},
          {"no meaning", "def f():\n    a()\n\t\t b()\n", ""},
      });
}

TEST(PythonIndentationTest, UnexpectedIndent) {
  ExpectCases(Fixer::kPythonIndentation,
              {
                  {"one line", "a()\n  b()\nc()\n", "a()\nb()\nc()\n"},
                  {"in a block", "def f():\n    a()\n      b()\n    c()\n",
                   "def f():\n    a()\n    b()\n    c()\n"},
                  {"a block with it", "a()\n  if b:\n    c()\nd()\n",
                   "a()\nif b:\n    c()\nd()\n"},
                  {"the whole text",
                   "    def f():\n        '''x\n        '''\n    f()\n",
                   "def f():\n    '''x\n    '''\nf()\n"},
                  {"all but the first line",
                   "import a\n    import b\n    def f():\n"
                   "        c()\n",
                   "import a\nimport b\ndef f():\n    c()\n"},
                  {"the first line of a block is off",
                   "def f():\n   a()\n    b()\n    c()\n",
                   "def f():\n    a()\n    b()\n    c()\n"},
                  {"strings stay", "a()\n  b = '''\n  c'''\n",
                   "a()\nb = '''\n  c'''\n"},
                  {"continued lines go along", "a()\n  b(c,\n    d)\n",
                   "a()\nb(c,\n  d)\n"},
              });
}

TEST(PythonIndentationTest, Unindent) {
  ExpectCases(
      Fixer::kPythonIndentation,
      {
          {"a space too few", "def f():\n    a()\n   b()\n    c()\n",
           "def f():\n    a()\n    b()\n    c()\n"},
          {"a space too many", "def f():\n    if a:\n        b()\n     c()\n",
           "def f():\n    if a:\n        b()\n    c()\n"},
          {"first of its block too deep",
           "def f():\n     a()\n    b()\n    c()\n",
           "def f():\n    a()\n    b()\n    c()\n"},
          {"else", "if a:\n        b()\n    else:\n        c()\n",
           "if a:\n        b()\nelse:\n        c()\n"},
          {"except",
           "def f():\n    try:\n        a()\n     except E:\n        b()\n",
           "def f():\n    try:\n        a()\n    except E:\n        b()\n"},
          {"half way", "def f():\n    a()\n  b()\n", ""},
      });
}

TEST(PythonIndentationTest, MissingBlock) {
  ExpectCases(
      Fixer::kPythonIndentation,
      {
          {"only a comment", "def f():\n    # later\n\ndef g():\n    pass\n",
           "def f():\n    # later\n    pass\n\ndef g():\n    pass\n"},
          {"only a comment, at the end", "def f():\n    # later",
           "def f():\n    # later\n    pass"},
          {"return", "def f():\n    if a:\n    return 1\n    return 2\n",
           "def f():\n    if a:\n        return 1\n    return 2\n"},
          {"up to else", "if a:\nb()\nc()\nelse:\n    d()\n",
           "if a:\n    b()\n    c()\nelse:\n    d()\n"},
          {"how far?", "def f():\na()\nb()\n", ""},
          {"cut off", "def f():\n", ""},
      });
}

TEST(PythonTypographyTest, Cases) {
  ExpectCases(
      Fixer::kPythonTypography,
      {
          {"double quotes", "print(\u201chi\u201d)\n", "print(\"hi\")\n"},
          {"single quotes", "x = \u2018a\u2019\n", "x = 'a'\n"},
          {"what stands in them stays",
           "x = \u201cit's #1 \u2014 \u00e9\u201d\n",
           "x = \"it's #1 \u2014 \u00e9\"\n"},
          {"spaces without a break", "x =\u00a01\n", "x = 1\n"},
          {"no width", "x = \u200b1\n", "x = 1\n"},
          {"dash", "x = 3 \u2013 1\n", "x = 3 - 1\n"},
          {"full-width", "f\uff08a\uff0c b\uff09\n", "f(a, b)\n"},
          {"byte order mark", "\uFEFFx = 1\n", "x = 1\n"},
          {"strings and comments stay",
           "x = '\u201ca\u201d'  # \u2018b\u2019\n", ""},
          {"and beside others", "x = '\u201ca\u201d' + \u201cb\u201d\n",
           "x = '\u201ca\u201d' + \"b\"\n"},
          {"no end", "x = \u201ca\n", ""},
          {"the same quote in it", "x = \u201csay \"hi\"\u201d\n", ""},
          {"stands for nothing", "x = 1 \u2603 2\n", ""},
          {"not ours", "x = 1 ? 2\n", ""},
      });
}

}  // namespace
}  // namespace recourse
