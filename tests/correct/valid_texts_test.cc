// Never a change to text that was right.
#include <cstdio>
#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/correct/cases.h"
#include "tests/correct/random_texts.h"
#include "yaml-cpp/yaml.h"

namespace recourse {
namespace {

constexpr unsigned kSeeds = 400;

// Errors that bid each fixer act, if it can.
std::vector<std::string> ErrorsFor(Fixer fixer) {
  switch (fixer) {
    case Fixer::kPythonAwait:
      return {"TypeError: 'coroutine' object is not iterable",
              "RuntimeWarning: coroutine 'h' was never awaited"};
    case Fixer::kPythonImports:
      return {
          "NameError: name 'json' is not defined; NameError: name 'np' is "
          "not defined; NameError: name 'x' is not defined"};
    case Fixer::kByteOrderMark:
      return {"Unexpected UTF-8 BOM"};
    case Fixer::kSmartQuotes:
      return {"invalid character '\u201c' (U+201C)"};
    default:
      return {"", "SyntaxError: invalid syntax (a.py, line 1)"};
  }
}

const std::vector<Fixer> kOfAnyText = {Fixer::kByteOrderMark,
                                       Fixer::kLineEndings, Fixer::kSmartQuotes,
                                       Fixer::kCodeFence};
const std::vector<Fixer> kOfJson = {Fixer::kJsonRepair, Fixer::kJsonComplete};
const std::vector<Fixer> kOfPython = {
    Fixer::kPythonMissingColon, Fixer::kPythonBrackets,  Fixer::kPythonTabs,
    Fixer::kPythonIndentation,  Fixer::kPythonAsync,     Fixer::kPythonAwait,
    Fixer::kPythonImports,      Fixer::kPythonTypography};
const std::vector<Fixer> kOfYaml = {Fixer::kYamlTabs};

void ExpectUnchanged(const std::string& text,
                     std::initializer_list<std::vector<Fixer>> fixers) {
  for (const auto& list : fixers) {
    for (const Fixer fixer : list) {
      for (const std::string& error : ErrorsFor(fixer)) {
        ASSERT_EQ(AfterFixer(fixer, text, error), text)
            << Name(fixer) << " " << error;
      }
    }
  }
}

TEST(ValidTextsTest, EveryFixerIsTried) {
  const size_t count =
      kOfAnyText.size() + kOfJson.size() + kOfPython.size() + kOfYaml.size();
  EXPECT_EQ(count, static_cast<size_t>(Fixer::kCodeFence));
}

TEST(ValidTextsTest, Tricky) {
  for (const std::string& text : TrickyPython()) {
    ExpectUnchanged(text, {kOfAnyText, kOfJson, kOfPython});
  }
  for (const std::string& text : TrickyJson()) {
    ExpectUnchanged(text, {kOfAnyText, kOfJson, kOfYaml});
  }
  for (const std::string& text : TrickyYaml()) {
    ExpectUnchanged(text, {kOfAnyText, kOfYaml});
    const char* told = "found character '\\t' that cannot start any token";
    // Readers that refuse tabs refuse them in continued text too.
    if (text.find("goes on") != text.npos) continue;
    EXPECT_EQ(AfterFixer(Fixer::kYamlTabs, text, told), text);
  }
  for (const std::string& text : OtherTexts()) {
    ExpectUnchanged(text, {kOfAnyText, kOfJson});
  }
}

TEST(ValidTextsTest, TrickyJsonAndYamlAreValid) {
  for (const std::string& text : TrickyJson()) {
    EXPECT_TRUE(nlohmann::json::accept(text)) << text;
  }
  for (const std::string& text : TrickyYaml()) {
    EXPECT_NO_THROW(YAML::LoadAll(text)) << text;
  }
}

TEST(ValidTextsTest, RandomPython) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const std::string program = RandomPython(seed).Program();
    ExpectUnchanged(program, {kOfAnyText, kOfJson, kOfPython});
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

TEST(ValidTextsTest, RandomYaml) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    const std::string text = RandomYaml(seed).Document();
    ASSERT_NO_THROW(YAML::LoadAll(text)) << "seed " << seed << "\n" << text;
    ExpectUnchanged(text, {kOfAnyText, kOfYaml});
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

// What Python says of each text: "" where it compiles.
std::vector<std::string> AskPython(const std::vector<std::string>& texts) {
  const std::string file =
      absl::StrCat(testing::TempDir(), "/recourse_valid_texts.json");
  std::ofstream(file) << nlohmann::json(texts).dump();
  const std::string command = absl::StrCat(
      "/usr/bin/python3 -W ignore -c 'import json, sys\n"
      "def check(text):\n"
      "    try:\n"
      "        compile(text, \"x.py\", \"exec\", dont_inherit=True)\n"
      "        return \"\"\n"
      "    except SyntaxError as e:\n"
      "        return str(e)\n"
      "print(json.dumps([check(t) for t in json.load(open(sys.argv[1]))]))' ",
      file);
  std::string answer;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  char buffer[4096];
  while (const size_t n = fread(buffer, 1, sizeof buffer, pipe)) {
    answer.append(buffer, n);
  }
  pclose(pipe);
  std::remove(file.c_str());
  if (!nlohmann::json::accept(answer)) return {};
  return nlohmann::json::parse(answer).get<std::vector<std::string>>();
}

TEST(ValidTextsTest, PythonAgreesThatTheyAreValid) {
  std::vector<std::string> texts;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    texts.push_back(RandomPython(seed).Program());
  }
  // The last one is Python 2.
  texts.insert(texts.end(), TrickyPython().begin(), TrickyPython().end() - 1);
  const std::vector<std::string> answers = AskPython(texts);
  if (answers.empty()) GTEST_SKIP() << "no /usr/bin/python3";
  ASSERT_EQ(answers.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(answers[i], "") << "text " << i << ":\n" << texts[i];
  }
}

// One damage to a program that Python takes.
struct Damage {
  const char* name;
  std::string (*apply)(const std::string& program, std::mt19937& random);
  std::vector<Fixer> chain;
  size_t percent;  // Of the damaged programs parse again, at least.
};

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// The program with `change` made to one of its lines for which it returns
// true; the program itself where there is none.
template <typename Change>
std::string ChangeOneLine(const std::string& program, std::mt19937& random,
                          Change change) {
  std::vector<std::string> lines = SplitLines(program);
  const size_t first = random() % lines.size();
  for (size_t i = 0; i < lines.size(); ++i) {
    if (change(lines[(first + i) % lines.size()])) break;
  }
  std::string out;
  for (const std::string& line : lines) absl::StrAppend(&out, line, "\n");
  out.pop_back();
  return out;
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() > end.size() &&
         text.compare(text.size() - end.size(), end.size(), end) == 0;
}

const Damage kDamages[] = {
    {"colon dropped",
     [](const std::string& program, std::mt19937& random) {
       return ChangeOneLine(program, random, [](std::string& line) {
         if (!EndsWith(line, ":")) return false;
         line.pop_back();
         return true;
       });
     },
     {Fixer::kPythonMissingColon},
     90},
    {"bracket dropped",
     [](const std::string& program, std::mt19937& random) {
       return ChangeOneLine(program, random, [](std::string& line) {
         const bool bracket = EndsWith(line, ")") || EndsWith(line, "]");
         if (!bracket) return false;
         line.pop_back();
         return true;
       });
     },
     {Fixer::kPythonBrackets},
     30},
    {"a space too many",
     [](const std::string& program, std::mt19937& random) {
       return ChangeOneLine(program, random, [](std::string& line) {
         if (line.find_first_not_of(" \t\r") == line.npos) return false;
         line.insert(0, " ");
         return true;
       });
     },
     {Fixer::kPythonIndentation},
     65},
    {"indented as a whole",
     [](const std::string& program, std::mt19937&) {
       std::string out;
       for (const std::string& line : SplitLines(program)) {
         absl::StrAppend(&out, out.empty() ? "" : "\n", "    ", line);
       }
       return out;
     },
     {Fixer::kPythonIndentation},
     95},
    {"fenced",
     [](const std::string& program, std::mt19937&) {
       return absl::StrCat("Here it is:\n```python\n", program, "\n```\n");
     },
     {Fixer::kCodeFence},
     95},
};

// Where a fixer changes anything, Python must take the result; and it must
// change something in most cases.
TEST(DamageTest, WhatIsMendedParses) {
  for (const Damage& damage : kDamages) {
    std::mt19937 random(5);
    std::vector<std::string> broken;
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      broken.push_back(damage.apply(RandomPython(seed).Program(), random));
    }
    const std::vector<std::string> before = AskPython(broken);
    if (before.empty()) GTEST_SKIP() << "no /usr/bin/python3";
    std::vector<std::string> mended;
    for (const std::string& text : broken) {
      std::string fixed = text;
      for (const Fixer fixer : damage.chain) {
        fixed = AfterFixer(fixer, fixed);
        ASSERT_EQ(AfterFixer(fixer, fixed), fixed) << text;
      }
      mended.push_back(fixed);
    }
    const std::vector<std::string> after = AskPython(mended);
    size_t tried = 0, parses = 0, worse = 0;
    for (size_t i = 0; i < broken.size(); ++i) {
      if (before[i].empty()) continue;  // The damage did none.
      ++tried;
      parses += after[i].empty() ? 1 : 0;
      worse += !after[i].empty() && mended[i] != broken[i] ? 1 : 0;
    }
    std::printf("  %-22s %zu of %zu parse again, %zu changed in vain\n",
                damage.name, parses, tried, worse);
    EXPECT_GT(tried, 100u) << damage.name;
    EXPECT_GE(parses * 100, tried * damage.percent) << damage.name;
    EXPECT_LE(worse * 100, tried * 10) << damage.name;
  }
}

}  // namespace
}  // namespace recourse
