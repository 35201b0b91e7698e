#include <random>

#include "nlohmann/json.hpp"
#include "server/correct/json_mender.h"
#include "tests/correct/cases.h"

namespace recourse {
namespace {

TEST(JsonRepairTest, MendsSyntax) {
  ExpectCases(
      Fixer::kJsonRepair,
      {
          {"trailing comma", R"({"a": [1, 2,], "b": 3,})",
           R"({"a": [1, 2], "b": 3})"},
          {"trailing commas", R"([1, 2,, ])", R"([1, 2 ])"},
          {"trailing comma, line end", "{\n  \"a\": 1,\n}\n",
           "{\n  \"a\": 1\n}\n"},
          {"two commas between members", R"({"a": 1,, "b": 2})",
           R"({"a": 1, "b": 2})"},
          {"single quotes", R"({'a': 'x', 'b': ['y', "z"]})",
           R"({"a": "x", "b": ["y", "z"]})"},
          {"apostrophes", R"({'a': 'it's', 'b': "it's"})",
           R"({"a": "it's", "b": "it's"})"},
          {"double quotes in single ones", R"({'a': 'say "hi"'})",
           R"({"a": "say \"hi\""})"},
          {"escaped apostrophe", R"({'a': 'it\'s'})", R"({"a": "it's"})"},
          {"Python literals", R"({'a': True, 'b': False, 'c': None})",
           R"({"a": true, "b": false, "c": null})"},
          {"Python escape", R"({'a': 'caf\xe9'})", R"({"a": "caf\u00e9"})"},
          {"Python 2 text", R"({u'a': u'b'})", ""},
          {"Python 2 text as a value", R"({'a': u'b'})", R"({"a": "b"})"},
          {"NaN and undefined", R"([NaN, undefined, 1])", R"([null, null, 1])"},
          {"bare keys", R"({a: 1, b_2: 2, $c: 3, 4: 5})",
           R"({"a": 1, "b_2": 2, "$c": 3, "4": 5})"},
          {"comments", "{\n  \"a\": 1, // one\n  /* two */ \"b\": 2 # b\n}",
           "{\n  \"a\": 1, \n   \"b\": 2 \n}"},
          {"missing comma", "{\n  \"a\": 1\n  \"b\": \"x\"\n  \"c\": []\n}",
           "{\n  \"a\": 1,\n  \"b\": \"x\",\n  \"c\": []\n}"},
          {"missing comma in a list of objects", R"([{"a": 1} {"a": 2}])",
           R"([{"a": 1}, {"a": 2}])"},
          {"line end in a string", "{\"a\": \"x\ny\tz\"}",
           R"({"a": "x\ny\tz"})"},
          {"unknown escapes", R"({"re": "\d+\.\w", "path": "C:\Users\x"})",
           R"({"re": "\\d+\\.\\w", "path": "C:\\Users\\x"})"},
          {"incomplete unicode escape", R"({"a": "\u12"})",
           R"({"a": "\\u12"})"},
          {"inner quotes", R"({"a": "he said "hi" to me", "b": 1})",
           R"({"a": "he said \"hi\" to me", "b": 1})"},
          {"inner quotes at the end", R"({"a": "he said "hi"", "b": 1})",
           R"({"a": "he said \"hi\"", "b": 1})"},
          {"typographic quotes",
           "{\u201ca\u201d: \u201cx\u201d, \u2018b\u2019: 1}",
           R"({"a": "x", "b": 1})"},
          {"typographic apostrophe", "{\u201ca\u201d: \u201cit\u2019s\u201d}",
           "{\"a\": \"it\u2019s\"}"},
          {"full-width marks", "{\"a\"\uff1a 1\uff0c \"b\": 2}",
           R"({"a": 1, "b": 2})"},
          {"no-break spaces", "{\u00a0\"a\":\u00a01}", "{ \"a\": 1}"},
          {"byte order mark", "\uFEFF{\"a\": 1}", R"({"a": 1})"},
          {"byte order mark and more", "\uFEFF[1,]", "[1]"},
      });
}

TEST(JsonRepairTest, TakesJsonOutOfProse) {
  const std::string json = R"({"a": [1, 2]})";
  ExpectCases(
      Fixer::kJsonRepair,
      {
          {"fence", "```json\n" + json + "\n```", json},
          {"fence without a language", "```\n" + json + "\n```\n", json},
          {"fence and prose",
           "Here is the JSON:\n\n```json\n" + json + "\n```\nLet me know!",
           json},
          {"prose before", "Sure! Here it is: " + json, json},
          {"prose behind", json + "\n\nHope this helps.", json},
          {"citations", "As [1] and [2] say: " + json + " (see [3])", json},
          {"braces in prose", "Fill in {name} like so: " + json, json},
          {"damaged in a fence", "```json\n{'a': True,}\n```",
           R"({"a": true})"},
          {"a closing bracket too many", json + "}", json},
          {"a list of texts", "The tags: [\"x\", 'y']", R"(["x", "y"])"},
          {"the fenced one",
           "From {\"x\": 1} follows:\n```json\n" + json + "\n```", json},
      });
}

TEST(JsonRepairTest, LeavesAloneWhatIsNotCertain) {
  ExpectCases(
      Fixer::kJsonRepair,
      {
          {"nothing of JSON", "I cannot help with that.", ""},
          {"brackets of prose", "Use {name} or [sic].", ""},
          {"an item of a broken list", "[0.5\n {\"a\": 1}]", ""},
          {"a text in a broken list", "[\"{'a': 1}\"\n 62]", ""},
          {"only a citation", "See [1].", ""},
          {"two values", R"({"a": 1} {"b": 2})", ""},
          {"JSON lines", "{\"a\": 1}\n{\"a\": 2}\n", ""},
          {"two fences", "```json\n{\"a\": 1}\n```\n```json\n{\"a\": 2}\n```",
           ""},
          {"a broken object around a whole one",
           R"({"a": {"b": 1}, what is this})", ""},
          {"cut off", R"({"a": [1, 2)", ""},
          {"brackets that do not fit", R"({"a": [1, 2}})", ""},
          {"an item that may be missing", "[1,,2]", ""},
          {"words without quotes", R"({"a": hello})", ""},
          {"infinity", "[Infinity]", ""},
          {"no number", "[1.2.3]", ""},
          {"leading zero", "[007]", ""},
          {"texts side by side in a list", R"(["a" "b"])", ""},
          {"a missing quote", "{\"a\": \"x,\n \"b\": \"y\"}", ""},
          {"no key", R"({"a": 1, 2})", ""},
          {"None as a key", "{None: 1}", ""},
          {"a program", "import json\nx = {\"a\": 1}\nprint(x)\n", ""},
          {"a program with a call", "send({\n  \"a\": 1,\n})\n", ""},
          {"a right-hand side", "settings = {'a': 1}", ""},
          {"a docstring",
           "def f():\n    \"\"\"Returns\n\n    {'a': 1}\n    \"\"\"\n", ""},
          {"a lone surrogate", R"(['\ud800'])", ""},
          {"a word", "True", ""},
          {"empty", " ", ""},
      });
}

TEST(JsonCompleteTest, ClosesWhatWasCutOff) {
  ExpectCases(
      Fixer::kJsonComplete,
      {
          {"in a list", R"({"a": 1, "b": [1, 2)", R"({"a": 1, "b": [1]})"},
          {"behind a comma", R"({"a": 1, "b": [1, )", R"({"a": 1, "b": [1]})"},
          {"in a string", R"({"a": "x", "b": "hel)",
           R"({"a": "x", "b": "hel"})"},
          {"in an escape", R"({"a": "x", "b": "hel\u00)",
           R"({"a": "x", "b": "hel"})"},
          {"behind a backslash", "{\"a\": \"x\", \"b\": \"hel\\",
           R"({"a": "x", "b": "hel"})"},
          {"in a key", R"({"a": 1, "b)", R"({"a": 1})"},
          {"behind a key", R"({"a": 1, "b")", R"({"a": 1})"},
          {"behind a colon", R"({"a": 1, "b": )", R"({"a": 1})"},
          {"in a key behind a text", R"({"a": "x", "b)", R"({"a": "x"})"},
          {"behind a key behind a text", R"({"a": "x", "b")", R"({"a": "x"})"},
          {"in a number", R"({"a": 1, "b": 12)", R"({"a": 1})"},
          {"in a word", R"({"a": 1, "b": tru)", R"({"a": 1})"},
          {"behind a word", R"({"a": 1, "b": true)", R"({"a": 1, "b": true})"},
          {"deep", R"([{"a": [{"b": {"c": 1, "d": [)",
           R"([{"a": [{"b": {"c": 1, "d": []}}]}])"},
          {"in a fence", "```json\n{\"a\": 1, \"b\": [1, 2,\n",
           R"({"a": 1, "b": [1, 2]})"},
          {"in a fence that ends", "```json\n{\"a\": 1, \"b\": [\n```\n",
           R"({"a": 1, "b": []})"},
          {"single quotes", R"({'a': 'x', 'b': 'y)", R"({"a": "x", "b": "y"})"},
          {"whole, but damaged", R"({"a": 1,})", R"({"a": 1})"},
      });
}

TEST(JsonCompleteTest, LeavesAloneWhatIsNotCertain) {
  ExpectCases(
      Fixer::kJsonComplete,
      {
          {"no value is whole", R"({"a": )", ""},
          {"no value is whole in a list", "[12", ""},
          {"an opening bracket in prose", "We use [", ""},
          {"cut off before prose", "{\"a\": [1, 2\n\nHope it helps", ""},
          {"two values", R"({"a": 1} {"b": 2)", ""},
          {"inner quotes, or a key", R"({"a": "say "x", "b)", ""},
      });
}

TEST(JsonRepairTest, DepthHasALimit) {
  const auto nested = [](size_t levels) {
    return std::string(levels, '[') + "1," + std::string(levels, ']');
  };
  EXPECT_NE(AfterFixer(Fixer::kJsonRepair, nested(kMaxJsonLevels)),
            nested(kMaxJsonLevels));
  EXPECT_EQ(AfterFixer(Fixer::kJsonRepair, nested(kMaxJsonLevels + 1)),
            nested(kMaxJsonLevels + 1));
  const std::string deep(kMaxFixedBytes, '[');
  EXPECT_EQ(AfterFixer(Fixer::kJsonComplete, deep), deep);
}

class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  nlohmann::json Value(int depth) {
    switch (Below(depth > 0 ? 7 : 5)) {
      case 0:
        return Below(2) == 0;
      case 1:
        return static_cast<int>(Below(2000)) - 1000;
      case 2:
        return static_cast<double>(Below(1000)) / 8;
      case 3:
        return nullptr;
      case 4:
        return Text();
      case 5: {
        nlohmann::json list = nlohmann::json::array();
        for (size_t n = Below(4); n > 0; --n) list.push_back(Value(depth - 1));
        return list;
      }
      default:
        return Object(depth);
    }
  }

  nlohmann::json Object(int depth) {
    nlohmann::json object = nlohmann::json::object();
    for (size_t n = 1 + Below(4); n > 0; --n) object[Text()] = Value(depth - 1);
    return object;
  }

  size_t Below(size_t n) { return random_() % n; }

 private:
  // What misleads who looks for JSON's marks.
  std::string Text() {
    static const char* kPieces[] = {
        "a",  "name", " ",     "\"",   "'",   "\\",  "{",           "}",
        "[",  "]",    ",",     ":",    "\n",  "\t",  "```",         "//",
        "/*", "#",    "True",  "None", "NaN", "1,",  "é",           "“",
        "”",  "’",    "\\u00", "=",    "; ",  "-",   "\x7f",        "日本",
        ",}", ", ]",  "\": ",  "', '", "...", "() ", "\xEF\xBB\xBF"};
    std::string text;
    for (size_t n = Below(6); n > 0; --n) text += kPieces[Below(39)];
    return text;
  }

  std::mt19937 random_;
};

TEST(JsonRepairTest, ValidJsonComesBackUnchanged) {
  RandomJson random(1);
  for (int round = 0; round < 3000; ++round) {
    const nlohmann::json value = random.Value(4);
    for (const int indent : {-1, 2}) {
      const std::string text = value.dump(indent);
      for (const Fixer fixer : {Fixer::kJsonRepair, Fixer::kJsonComplete}) {
        ASSERT_EQ(AfterFixer(fixer, text), text);
      }
    }
  }
}

// One damage to random JSON whose texts are tame; the value must come back.
TEST(JsonRepairTest, DamageIsUndone) {
  RandomJson random(2);
  int tried = 0;
  for (int round = 0; round < 2000; ++round) {
    const nlohmann::json value = random.Object(3);
    const std::string text = value.dump(random.Below(2) == 0 ? -1 : 2);
    const std::string kDamaged[] = {
        "```json\n" + text + "\n```",
        "Here is the result:\n" + text,
        "\uFEFF" + text,
        text.substr(0, text.size() - 1) + ",}",
        "// made by hand\n" + text + " # end",
    };
    for (const std::string& damaged : kDamaged) {
      const std::string after = AfterFixer(Fixer::kJsonRepair, damaged);
      ASSERT_NE(after, damaged);
      ASSERT_EQ(nlohmann::json::parse(after), value) << damaged;
      ++tried;
    }
  }
  EXPECT_EQ(tried, 10'000);
}

// Cut anywhere: what comes back parses, or nothing does.
TEST(JsonCompleteTest, CutAnywhereParses) {
  RandomJson random(3);
  size_t cut = 0;
  size_t closed = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string text = random.Object(3).dump(round % 3 - 1);
    for (size_t length = 1; length < text.size(); ++length) {
      if ((text[length] & 0xC0) == 0x80) continue;  // Within a character.
      const std::string head = text.substr(0, length);
      const std::string after = AfterFixer(Fixer::kJsonComplete, head);
      ++cut;
      if (after == head) continue;
      ++closed;
      ASSERT_TRUE(nlohmann::json::accept(after)) << head;
      ASSERT_EQ(AfterFixer(Fixer::kJsonComplete, after), after);
    }
  }
  EXPECT_GT(closed * 100, cut * 65);  // The rest holds no whole value yet.
}

// Bytes without sense: an answer, always one that parses, and never a crash.
TEST(JsonRepairTest, AnyBytes) {
  static constexpr char kBytes[] = "{}[]\"'\\,: \n/*#`abuNT01-.e\xE2\x80\x9C";
  std::mt19937 random(4);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (size_t n = random() % 40; n > 0; --n) {
      text += kBytes[random() % (sizeof kBytes - 1)];
    }
    for (const Fixer fixer : {Fixer::kJsonRepair, Fixer::kJsonComplete}) {
      const std::string after = AfterFixer(fixer, text);
      if (after == text) continue;
      ASSERT_TRUE(nlohmann::json::accept(after)) << text;
      ASSERT_EQ(AfterFixer(fixer, after), after) << text;
    }
  }
}

}  // namespace
}  // namespace recourse
