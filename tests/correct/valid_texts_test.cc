// Never a change to text that was right.
#include "nlohmann/json.hpp"
#include "tests/correct/cases.h"
#include "tests/correct/random_json.h"
#include "tests/correct/random_texts.h"
#include "yaml-cpp/yaml.h"

namespace recourse {
namespace {

constexpr unsigned kPrograms = 1000;
constexpr unsigned kDocuments = 2000;

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
  for (unsigned seed = 1; seed <= kPrograms; ++seed) {
    const std::string program = RandomPython(seed).Program();
    ExpectUnchanged(program, {kOfAnyText, kOfJson, kOfPython});
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

TEST(ValidTextsTest, RandomYaml) {
  for (unsigned seed = 1; seed <= kDocuments; ++seed) {
    const std::string text = RandomYaml(seed).Document();
    ASSERT_NO_THROW(YAML::LoadAll(text)) << "seed " << seed << "\n" << text;
    ExpectUnchanged(text, {kOfAnyText, kOfYaml});
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

// Sentences, lists and quotes, as people and models write them.
std::string RandomProse(std::mt19937& random) {
  static constexpr const char* kPieces[] = {
      "The ",      "service ", "“fast” ",   "it's ",   "(see [1]) ",
      "- a\n",     "\n\n",     "1. ",       "x = y ",  "{name} ",
      "e.g. ",     "A: b. ",   "`code` ",   "’s ",     "a, b; ",
      "Note: ",    "\t",       "**bold** ", "\"so\" ", "100 %. ",
      "# Title\n", "| a | ",   "café ",     "don't\n", "https://x/ "};
  std::string text;
  for (size_t n = 1 + random() % 60; n > 0; --n) {
    text += kPieces[random() % std::size(kPieces)];
  }
  return text;
}

TEST(ValidTextsTest, RandomJson) {
  std::mt19937 random(3);
  for (unsigned i = 0; i < kDocuments; ++i) {
    const auto value = RandomJson(random, 4);
    for (const int indent : {-1, 0, 2}) {
      ExpectUnchanged(value.dump(indent), {kOfAnyText, kOfJson, kOfYaml});
      if (HasFatalFailure()) FAIL() << "document " << i;
    }
  }
}

TEST(ValidTextsTest, RandomProse) {
  std::mt19937 random(4);
  for (unsigned i = 0; i < kDocuments; ++i) {
    const std::string text = RandomProse(random);
    // Where quotes are told to be wrong, those of prose are too.
    for (const Fixer fixer : {Fixer::kByteOrderMark, Fixer::kLineEndings,
                              Fixer::kCodeFence, Fixer::kJsonRepair}) {
      for (const std::string& error : ErrorsFor(fixer)) {
        ASSERT_EQ(AfterFixer(fixer, text, error), text)
            << Name(fixer) << " " << error;
      }
    }
  }
}

}  // namespace
}  // namespace recourse
