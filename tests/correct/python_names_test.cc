// async, await and imports.
#include "server/correct/python_imports.h"
#include "tests/correct/cases.h"

namespace recourse {
namespace {

TEST(PythonAsyncTest, Cases) {
  ExpectCases(
      Fixer::kPythonAsync,
      {
          {"await", "def f():\n    await g()\n",
           "async def f():\n    await g()\n"},
          {"method",
           "class A:\n    @property\n    def f(self):\n"
           "        return await self.g()\n",
           "class A:\n    @property\n    async def f(self):\n"
           "        return await self.g()\n"},
          {"async with", "def f():\n    async with g():\n        h()\n",
           "async def f():\n    async with g():\n        h()\n"},
          {"async for", "def f():\n    async for x in g():\n        h()\n",
           "async def f():\n    async for x in g():\n        h()\n"},
          {"comprehension", "def f():\n    return [x async for x in g()]\n",
           "async def f():\n    return [x async for x in g()]\n"},
          {"on one line", "def f(): await g()\n", "async def f(): await g()\n"},
          {"only the inner one",
           "def f():\n    def g():\n        await h()\n"
           "    return g\n",
           "def f():\n    async def g():\n        await h()\n    return g\n"},
          {"both", "def f():\n    await a()\ndef g():\n    await b()\n",
           "async def f():\n    await a()\nasync def g():\n    await b()\n"},
          {"special method",
           "class A:\n    def __init__(self):\n"
           "        await b()\n",
           ""},
          {"special method that may",
           "class A:\n    def __aenter__(self):\n"
           "        await b()\n",
           "class A:\n    async def __aenter__(self):\n        await b()\n"},
          {"outside of functions", "await f()\n", ""},
          {"in a class", "class A:\n    x = await f()\n", ""},
          {"lambda", "def f():\n    return lambda: await g()\n", ""},
          {"yield from", "def f():\n    yield from g()\n    await h()\n", ""},
          {"yield and return",
           "def f():\n    yield 1\n    await h()\n"
           "    return 2\n",
           ""},
          {"context manager",
           "@contextmanager\ndef f():\n    await a()\n"
           "    yield\n",
           ""},
          {"right", "async def f():\n    await g()\n", ""},
          {"generator expressions may",
           "def f():\n    return (await x for x in g())\n", ""},
          {"a name", "def f(x):\n    return x.await_all()\n", ""},
          {"in a string", "def f():\n    return 'await g()'\n", ""},
          {"default of a parameter",
           "async def f():\n    def g(x=await h()):\n"
           "        return x\n    return g\n",
           ""},
      });
}

const char kNever[] = "RuntimeWarning: coroutine 'fetch' was never awaited";
const char kMisuse[] =
    "AttributeError: 'coroutine' object has no attribute 'status'";

TEST(PythonAwaitTest, Cases) {
  const std::string fetch = "async def fetch(u):\n    return u\n";
  ExpectCases(
      Fixer::kPythonAwait,
      {
          {"statement", "async def f():\n    fetch(1)\n",
           "async def f():\n    await fetch(1)\n", kNever},
          {"of an object", "async def f(self):\n    self.api.fetch(1)\n",
           "async def f(self):\n    await self.api.fetch(1)\n",
           "RuntimeWarning: coroutine 'Api.fetch' was never awaited"},
          {"result used", "async def f():\n    r = fetch(1)\n    return r.a\n",
           "async def f():\n    r = await fetch(1)\n    return r.a\n", kNever},
          {"result indexed",
           fetch + "async def f():\n    r = fetch(1)\n"
                   "    return r['a']\n",
           fetch + "async def f():\n    r = await fetch(1)\n"
                   "    return r['a']\n",
           kMisuse},
          {"result unpacked", "async def f():\n    a, b = fetch(1)\n",
           "async def f():\n    a, b = await fetch(1)\n", kNever},
          {"member of the result",
           "async def f():\n    return fetch(1).json()\n",
           "async def f():\n    return (await fetch(1)).json()\n", kNever},
          {"loop", "async def f():\n    for x in fetch(1):\n        g(x)\n",
           "async def f():\n    for x in await fetch(1):\n        g(x)\n",
           kNever},
          {"test", "async def f():\n    if not fetch(1):\n        g()\n",
           "async def f():\n    if not await fetch(1):\n        g()\n", kNever},
          {"return, when nothing else is wrong",
           "async def f():\n    return fetch(1)\n",
           "async def f():\n    return await fetch(1)\n", kNever},
          {"return, when something else is",
           "async def f():\n    fetch(1)\n    return fetch(2)\n",
           "async def f():\n    await fetch(1)\n    return fetch(2)\n", kNever},
          {"at the left margin", "import asyncio\n\nfetch(1)\n",
           "import asyncio\n\nasyncio.run(fetch(1))\n", kNever},
          {"as the main program",
           fetch + "if __name__ == '__main__':\n    fetch(1)\n",
           "import asyncio\n\n" + fetch +
               "if __name__ == '__main__':\n    asyncio.run(fetch(1))\n",
           kNever},
          {"task awaited later",
           "async def f():\n    t = fetch(1)\n    await t\n", "", kNever},
          {"passed on", "async def f():\n    t = fetch(1)\n    g.append(t)\n",
           "", kNever},
          {"gathered", "async def f():\n    await gather(fetch(1), fetch(2))\n",
           "", kNever},
          {"awaited", "async def f():\n    await fetch(1)\n", "", kNever},
          {"awaited, a member", "async def f():\n    x = (await fetch(1)).a\n",
           "", kNever},
          {"in a function that is not async", "def f():\n    fetch(1)\n", "",
           kNever},
          {"lambda", "async def f():\n    g(lambda: fetch(1))\n", "", kNever},
          {"another function", "async def f():\n    fetch_all(1)\n", "",
           kNever},
          {"not a coroutine here",
           "def fetch(u):\n    pass\n"
           "async def f():\n    fetch(1)\n",
           "", kNever},
          {"no such error", "async def f():\n    fetch(1)\n", ""},
      });
}

std::string Undefined(const std::string& name) {
  return "NameError: name '" + name + "' is not defined";
}

TEST(PythonImportsTest, Cases) {
  ExpectCases(
      Fixer::kPythonImports,
      {
          {"module", "x = json.loads(s)\n",
           "import json\n\nx = json.loads(s)\n", Undefined("json")},
          {"before other imports", "# Licence\nimport os\n\njson.loads(s)\n",
           "# Licence\nimport json\nimport os\n\njson.loads(s)\n",
           Undefined("json")},
          {"behind the docstring and __future__",
           "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nx: Any = 1\n",
           "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n"
           "from typing import Any\n\nx: Any = 1\n",
           Undefined("Any")},
          {"name of a module", "@dataclass\nclass A:\n    x: int\n",
           "from dataclasses import dataclass\n\n@dataclass\nclass A:\n"
           "    x: int\n",
           Undefined("dataclass")},
          {"alias", "x = np.zeros(3)\n",
           "import numpy as np\n\nx = np.zeros(3)\n", Undefined("np")},
          {"mypy", "def f(x: Dict[str, Optional[int]]) -> None:\n    pass\n",
           "from typing import Dict\nfrom typing import Optional\n\n"
           "def f(x: Dict[str, Optional[int]]) -> None:\n    pass\n",
           "a.py:1: error: Name \"Dict\" is not defined  [name-defined]\n"
           "a.py:1: error: Name \"Optional\" is not defined  [name-defined]"},
          {"flake8", "os.getcwd()\n", "import os\n\nos.getcwd()\n",
           "x.py:1:1: F821 undefined name 'os'"},
          {"class datetime", "t = datetime.now()\n",
           "from datetime import datetime\n\nt = datetime.now()\n",
           Undefined("datetime")},
          {"module datetime", "t = datetime.datetime.now()\n",
           "import datetime\n\nt = datetime.datetime.now()\n",
           Undefined("datetime")},
          {"both", "t = datetime.now() - datetime.timedelta(1)\n", "",
           Undefined("datetime")},
          {"package", "urllib.parse.quote(x)\n",
           "import urllib.parse\n\nurllib.parse.quote(x)\n",
           Undefined("urllib")},
          {"carriage returns", "import os\r\njson.loads(s)\r\n",
           "import json\r\nimport os\r\njson.loads(s)\r\n", Undefined("json")},
          {"unknown name", "x = jsn.loads(s)\n", "", Undefined("jsn")},
          {"not used", "x = 1\n", "", Undefined("json")},
          {"imported", "import json\njson.loads(s)\n", "", Undefined("json")},
          {"imported in a function",
           "def f():\n    import json\n"
           "json.loads(s)\n",
           "", Undefined("json")},
          {"assigned", "json = 1\nprint(json)\n", "", Undefined("json")},
          {"a parameter", "def f(json):\n    return json.x\n", "",
           Undefined("json")},
          {"a loop", "for json in a:\n    print(json.x)\n", "",
           Undefined("json")},
          {"a module used as a value", "print(time)\n", "", Undefined("time")},
          {"a member", "x.json.loads(s)\n", "", Undefined("json")},
          {"only in a string", "x = 'json.loads'\n", "", Undefined("json")},
          {"no such error", "json.loads(s)\n", ""},
          {"another error", "json.loads(s)\n", "",
           "ValueError: name 'json' is wrong"},
      });
}

TEST(PythonImportsTest, TableIsSortedAndComplete) {
  const auto table = KnownImports();
  ASSERT_GT(table.size(), 150u);
  for (size_t i = 0; i < table.size(); ++i) {
    if (i > 0) {
      EXPECT_LT(table[i - 1].name, table[i].name);
    }
    EXPECT_EQ(FindKnownImport(table[i].name), &table[i]);
    const PythonSource source(table[i].statement);
    EXPECT_EQ(source.lines().size(), 1u) << table[i].statement;
    const absl::string_view name =
        table[i].name.substr(0, table[i].name.find('.'));
    EXPECT_TRUE(MayBind(source, name)) << table[i].statement;
  }
}

}  // namespace
}  // namespace recourse
