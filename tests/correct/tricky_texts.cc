// Valid texts, one trap each.
#include "tests/correct/random_texts.h"

namespace recourse {

const std::vector<std::string>& TrickyPython() {
  static const auto& texts = *new std::vector<std::string>{
      // Brackets, colons and keywords in strings and comments.
      "x = '([{'\ny = \")\"  # (\nz = '''\nif x\n  def f(\n'''\n",
      "s = 'if x'\nt = \"for y in z\"\n",
      "x = 1  # def f(:\n# class A\n",
      // Colons that end nothing.
      "x = a[1:2, ::3]\ny = {1: 2}\nz: int = 3\nf = lambda a, b=2: a\n",
      "if (lambda: x)():\n    pass\n",
      "if x[lambda: 1:2]:\n    pass\n",
      "while (n := next(it, None)) is not None:\n    print(n)\n",
      "def f(a: int, b: 'x: y' = {1: 2}, *, c=lambda: 0) -> Dict[str, int]: "
      "return a\n",
      "class A: x: int = 1; y = 2\n",
      "else_ = 1\nif_ = 2\nfor_ = 3\n",
      "print(x if y else z, *(a for b in c if d))\n",
      // Soft keywords.
      "match = 1\ncase = match\ntype = case\nmatch.x = match[0]\nmatch(1)\n",
      "match x:\n    case {'a': 1, **rest} if rest:\n        pass\n"
      "    case [1, *_] | Point(x=0):\n        pass\n    case _:\n        "
      "pass\n",
      "match (x, y):\n    case -1, 1+2j:\n        pass\n",
      // Decorators, async, generators.
      "@a.b(c)\n@d\nasync def f():\n    async with g() as h, i:\n"
      "        async for j in h:\n            yield await j\n",
      "async def f():\n    return [x async for x in y if await z]\n",
      "def f():\n    return (await x async for x in y)\n",
      "def f():\n    async def g():\n        await h()\n    return g\n",
      "async def f():\n    g = lambda: h()\n    await asyncio.gather(*map(g, "
      "x))\n",
      "class A:\n    async def b(self):\n        await self.c\n"
      "    def d(self):\n        return self.b()\n",
      // f-strings.
      "x = f'{a!r:>{w}} {{}} {b:%H:%M} {c[\"d\"]}'\n",
      "x = f\"{f'{1}'}\"\n",
      "x = rf'\\d{{2}}{n}\\''\n",
      "x = f'''{\n    a\n}'''\ny = f'{a:{b}{c}}'\n",
      "x = f'{lambda_}' f'{x:=^10}' '}'\n",
      "x = f'{x != y}' + f'{a[1:2]}' + f'{ {1: 2}[1] }'\n",
      // Strings of all kinds.
      "x = '\\\\' + \"\\\"\" + b'\\''\n",
      "x = 'a' \"b\" '''c''' r\"d\"\ny = ('a'\n     'b')\n",
      "x = ''\ny = \"\"\nz = ''''''\n",
      "x = 'a\\\nb'\n",
      "x = '“smart” ‘quotes’ – dash\u00a0'  # “x”\n",
      "x = '\\r\\n'\r\ny = '''a\r\n\tb\r\n'''\r\nif x:\r\n\tpass\r\n",
      "\"\"\"Example::\n\n    {'a': 1}\n\n```json\n{\"b\": 2}\n```\n\"\"\"\n",
      // Lines.
      "x = (1 +\n# comment (\n  2\n)\ny = [\n]\n",
      "x = 1 + \\\n    2\nif x and \\\n   y:\n    pass\n",
      "if x:\n    pass\n\n  # off\nelse:\n\tpass\n",
      "if x: pass\nelif y: pass\nelse: pass\n",
      "for x in y: print(x); print(y)\nelse: pass\n",
      "try: f()\nexcept: pass\nfinally: g()\n",
      "try:\n  f()\nexcept* E as e:\n  pass\n",
      "with (\n    a as b,\n    c as d,\n):\n    pass\n",
      "def f():\n    # only comments\n\n    pass\n",
      "def f(): ...\nclass A: ...\n",
      "x = [\n  1,\n  2,\n]; y = 3\n",
      "\f\nx = 1\n\fdef f():\n    pass\n",
      "if x:\n        a()\nelse:\n  b()\n",
      "if x:\n\ta()\n\tif y:\n\t\tb()\nelse:\n        c()\n",
      "x = 1\n\\\n\ny = 2\n",
      "foo(\na,\nb)\n",
      "x = {\n'a': 1,\n'b': [\n1,\n2]}\n",
      "assert x, (\n'message'\n)\n",
      // Numbers and names.
      "x = 1if y else 2\nz = 1_000.0e-5j\nw = 0xFFor 0\n",
      "é = ñ = 1\n变量 = é\n",
      "x = 5 .real\ny = 1..real\n",
      "print(*a, **b, sep='')\nx, *y = z\n",
      "x = not y\ndel x[:], y\nglobal z\n",
      "x = yield_ if await_ else async_\n",
      "async def f():\n    x = fetch()\n    y = fetch()\n"
      "    return await asyncio.gather(x, y)\n",
      "import json as j, os\nfrom x import (json, np,\n               pd)\n",
      "def f(json, *, os=None, **sys):\n    return json.a, os.b, sys.c\n",
      // Python 2.
      "print \"a\", b\nexec 'c'\nraise E, 'd'\nprint >>f, x\n",
  };
  return texts;
}

const std::vector<std::string>& TrickyJson() {
  static const auto& texts = *new std::vector<std::string>{
      R"({"a": "say \"hi\", {b: [c]}", "d": "\\"})",
      R"({"a": "x,}", "b": ",]", "c": "// no comment", "d": "/* x */ # y"})",
      R"({"code": "```json\n{'a': True,}\n```"})",
      R"(["“smart”", "‘quotes’", "it's", "True", "None", "NaN"])",
      R"({"": {}, " ": [], "a b": [[], [{}]]})",
      R"([1.5e-10, -0, 0.0, 1E+2, true, false, null])",
      R"("just a text: {'a': 1,}")",
      R"(42)",
      "null",
      " \r\n\t[ 1 ,\t2 ] \n",
      R"({"a": "\u00e9\ud83d\ude00\/\b\f"})",
      R"({"a": {"a": {"a": {"a": "}}}}"}}}})",
      R"({"html": "<a href=\"x\">y</a>", "re": "^\\d+\\.$"})",
      "{\"a\": 1, \"a\": 2}",
  };
  return texts;
}

const std::vector<std::string>& TrickyYaml() {
  static const auto& texts = *new std::vector<std::string>{
      "a: |\n  x\n  \ty\n\n    z\nb: >-\n  c\n",
      "a: |2\n    x\n  y\n",
      "script: |\n  if x:\n  \tpass\n  Makefile:\n  \tgcc -c a.c\n",
      "a: \"x\n  \ty\"\nb: 'c\n\td'\n",
      "a: b\t# comment\nc: d\t\n",
      "# \tcomment\n\t# another\na: 1\n",
      "a: [1,\n  2, {b: \"]\"}]\nc: {d: '}'}\n",
      "- - a\n  - b\n- c: 1\n  d: 2\n-\n  e: 3\n",
      "a:\n- b\n- c\nd: e\n",
      "a: it's\nb: x\"y\nc: 5'\n",
      "a: http://b#c\nd: e:f\n",
      "&x a: 1\nb: *x\n!t c: !!str d\n",
      "? a\n: b\n",
      "a: text\n  \tgoes on\nb: 1\n",
      "---\na: 1\n...\n---\nb: 2\n",
      "\"a: b\": c\n'd': e\n",
      "a: 'it''s'\nb: \"\\\"\\t\"\n",
      "",
  };
  return texts;
}

const std::vector<std::string>& OtherTexts() {
  static const auto& texts = *new std::vector<std::string>{
      "Dear all,\n\nplease read [1] and {this}; it's “new”.\n\n- a\n- b\n",
      "# Title\n\nSome text:\n\n```python\nx = "
      "1\n```\n\nMore:\n\n```\ny\n```\n",
      "#!/bin/sh\nset -e\nif [ -f x ]; then\n\techo \"it's {here}\"\nfi\n"
      "cat <<EOF\n```\n{'a': 1}\n```\nEOF\n",
      "SELECT a, 'it''s' FROM t WHERE b = '{\"c\": 1}' AND d IN (1, 2);\n",
      "int main(void) {\n\tchar *s = \"“x”\"; /* don't */\n\treturn s[0];\n}\n",
      "a,b,c\n1,\"x, y\",3\n",
      "all: a.o\n\tgcc -o all a.o\n\nclean:\n\trm -f *.o\n",
      "[section]\nkey = value ; comment\nlist = [1, 2]\n",
      "const x = {a: 1, 'b': [2,]};\nmodule.exports = () => ({...x});\n",
      "{{ template }} {% if x %}{y}{% endif %}\n",
      "<a b=\"c\">{d}</a>\n",
      "func f() map[string]int {\n\treturn map[string]int{\"a\": 1,}\n}\n",
      "{\"a\": 1}\n{\"a\": 2}\n",
      "x",
      " ",
      "\n",
  };
  return texts;
}

}  // namespace recourse
