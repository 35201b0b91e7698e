#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/strategy/rewriter.h"
#include "server/strategy/state_edit.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Operation = Rewrite::Operation;

SharedRegex Regex(const std::string& pattern) {
  auto regex = std::make_shared<const RE2>(pattern);
  EXPECT_TRUE(regex->ok()) << pattern;
  return regex;
}

Rewrite Replace(const std::string& pattern, const std::string& text) {
  Rewrite rewrite;
  rewrite.pattern = Regex(pattern);
  rewrite.text = text;
  return rewrite;
}

Rewrite Insert(Operation operation, const std::string& pattern,
               const std::string& text) {
  Rewrite rewrite = Replace(pattern, text);
  rewrite.operation = operation;
  return rewrite;
}

ErrorCorrectionStep StepOf(std::vector<Rewrite> rewrites) {
  ErrorCorrectionStep step;
  step.rewrites = std::move(rewrites);
  return step;
}

Situation WithText(const std::string& text) {
  Situation situation;
  JsonObject state;
  (*state.mutable_fields())["code"] = JsonString(text);
  situation.failure.state = std::make_shared<const JsonObject>(state);
  situation.failure.subject_field = "code";
  return situation;
}

std::string Corrected(const Situation& situation, std::vector<Rewrite> list) {
  return ActionIn<CorrectionAction>(situation.Ask(StepOf(std::move(list))))
      .corrected_text;
}

TEST(ErrorCorrectionTest, AnswersWithTextEditsStateAndDiff) {
  Situation situation;
  situation.SetState(R"({"a.b": {"code": "def f():\n  pass\n"}, "n": 1})");
  situation.failure.subject_field = "a\\.b.code";
  ErrorCorrectionStep step =
      StepOf({Replace("nothing like this", "x"),
              Replace("(?m)^def (\\w+)", "async def \\1")});
  step.rewrites[0].description = "not applied";
  step.rewrites[1].unless = {Regex("async def")};
  step.rewrites[1].description = "make it async";
  const auto action = ActionIn<CorrectionAction>(situation.Ask(step));
  EXPECT_EQ(action.corrected_text, "async def f():\n  pass\n");
  EXPECT_EQ(action.subject_field, "a\\.b.code");
  EXPECT_THAT(action.applied, ElementsAre("make it async"));
  ASSERT_EQ(action.edits.size(), 1u);
  EXPECT_EQ(action.edits[0].path, "a\\.b.code");
  JsonObject state = *situation.failure.state;
  EXPECT_TRUE(ApplyEdit(action.edits[0], state));
  EXPECT_TRUE(Same(state, action.state)) << ToText(action.state);
  EXPECT_EQ(FindValue(action.state, "a\\.b.code")->string_value(),
            action.corrected_text);
  EXPECT_EQ(action.unified_diff,
            "--- a\\.b.code\n+++ a\\.b.code\n"
            "@@ -1,2 +1,2 @@\n-def f():\n+async def f():\n   pass\n");
}

TEST(ErrorCorrectionTest, NamelessRewritesAreNumbered) {
  const auto action = ActionIn<CorrectionAction>(
      WithText("ab").Ask(StepOf({Replace("x", "y"), Replace("a", "c")})));
  EXPECT_THAT(action.applied, ElementsAre("rewrite 2"));
}

TEST(ErrorCorrectionTest, NoSubject) {
  const ErrorCorrectionStep step = StepOf({Replace("a", "b")});
  Situation situation;
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNoSubject);
  situation.failure.subject_field = "code";
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNoSubject);
  for (const char* state : {"{}", R"({"code": 1})", R"({"code": {"a": "a"}})",
                            R"({"code": null})"}) {
    situation.SetState(state);
    EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNoSubject) << state;
  }
  situation.SetState(R"({"code": "a"})");
  for (const char* field : {"", "other", "code.x", "code."}) {
    situation.failure.subject_field = field;
    EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNoSubject) << field;
  }
}

// Who names no field is not told to look for it.
TEST(ErrorCorrectionTest, NoSubjectSaysWhetherAFieldWasNamed) {
  const struct {
    const char* field;
    const char* text;
  } kRows[] = {
      {"", "no text to correct was sent (subject_field)"},
      {"other", "subject_field names no text in state"},
      {"code.x", "subject_field names no text in state"},
  };
  for (const auto& row : kRows) {
    Situation situation = WithText("a");
    situation.failure.subject_field = row.field;
    const StepAnswer answer = situation.Ask(StepOf({Replace("a", "b")}));
    ASSERT_EQ(ReasonIn(answer), TraceReason::kNoSubject) << row.field;
    EXPECT_EQ(std::get<Exhausted>(answer).text, row.text) << row.field;
  }
}

TEST(ErrorCorrectionTest, NoChange) {
  EXPECT_EQ(ReasonIn(WithText("a").Ask(StepOf({Replace("b", "c")}))),
            TraceReason::kNoChange);
  EXPECT_EQ(ReasonIn(WithText("a").Ask(StepOf({Replace("a", "a")}))),
            TraceReason::kNoChange);
}

// A step without rewrites is that of a default plan.
TEST(ErrorCorrectionTest, WithoutRewritesTheFixersThatFitTheError) {
  const struct {
    const char* error;
    const char* before;
    const char* after;  // Null: no change.
  } kRows[] = {
      {"json.decoder.JSONDecodeError: Expecting property name enclosed in "
       "double quotes: line 1 column 2 (char 1)",
       "{'a': True,}", "{\"a\": true}"},
      {"SyntaxError: expected ':' (a.py, line 1)", "if x\n    y()\n",
       "if x:\n    y()\n"},
      {"NameError: name 'json' is not defined", "print(json.dumps(1))\n",
       "import json\n\nprint(json.dumps(1))\n"},
      {"yaml.scanner.ScannerError: found character '\\t' that cannot start any "
       "token",
       "a:\n\tb: 1\n", "a:\n  b: 1\n"},
      // Right text, for whatever error.
      {"json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char "
       "0)",
       "{\"a\": true}", nullptr},
      {"SyntaxError: invalid syntax (a.py, line 1)", "if x:\n    y()\n",
       nullptr},
      // The error is about something else.
      {"404 Not Found", "{'a': True,}", nullptr},
      {"", "{'a': True,}", nullptr},
      {"SyntaxError: invalid syntax (a.py, line 1)", "{'a': True,}", nullptr},
  };
  for (const auto& row : kRows) {
    Situation situation = WithText(row.before);
    situation.failure.text = row.error;
    const StepAnswer answer = situation.Ask(ErrorCorrectionStep());
    if (row.after == nullptr) {
      EXPECT_EQ(ReasonIn(answer), TraceReason::kNoChange) << row.error;
      continue;
    }
    EXPECT_EQ(ActionIn<CorrectionAction>(answer).corrected_text, row.after)
        << row.error;
    situation.failure.state = nullptr;
    EXPECT_EQ(ReasonIn(situation.Ask(ErrorCorrectionStep())),
              TraceReason::kNoSubject);
  }
}

TEST(ErrorCorrectionTest, RefusedRerun) {
  Situation situation = WithText("a");
  situation.rerun_refused = TraceReason::kNotIdempotent;
  EXPECT_EQ(ReasonIn(situation.Ask(StepOf({Replace("a", "b")}))),
            TraceReason::kNotIdempotent);
}

// The replacing loop is our own, for its limits: it must agree with RE2's.
TEST(ErrorCorrectionTest, ReplacesAsRe2Does) {
  const char* kPatterns[] = {"a",       "a*",      "b*",      "",      "a|b",
                             "^",       "$",       "(?m)^",   "(?m)$", "\\b",
                             "(a)(b)?", "é*",      "x*",      "(?s).", "[^a]",
                             "aa",      "(?m)^ +", "(a|(b))", "\\n",   "z"};
  const char* kTexts[] = {"",        "a",      "aaa",  "bab",
                          "ab\nab",  "ééaéé",  "\n\n", "  x\n  y\n",
                          "日本a語", "abcabc", "😀a😀",  "aXbXc"};
  for (const char* pattern : kPatterns) {
    for (const char* text : kTexts) {
      for (const char* replacement : {"-", "", "<\\0>", "\\\\"}) {
        std::string expected = text;
        RE2::GlobalReplace(&expected, RE2(pattern), replacement);
        const Failure failure;
        const ErrorCaptures captures(nullptr, failure);
        const auto got = Rewriter(captures).Apply(
            {Replace(pattern, replacement)}, text, nullptr);
        ASSERT_TRUE(got.ok()) << got.status();
        EXPECT_EQ(*got, expected) << pattern << " on " << text;
      }
    }
  }
}

TEST(ErrorCorrectionTest, GroupsAndOrder) {
  EXPECT_EQ(Corrected(WithText("k=v"), {Replace("^(\\w)=(\\w)$", "\\2:\\1")}),
            "v:k");
  // Each works on the last one's output.
  EXPECT_EQ(Corrected(WithText("a"), {Replace("a", "b"), Replace("b", "c")}),
            "c");
  // A group that the pattern lacks leaves the text alone.
  EXPECT_EQ(ReasonIn(WithText("a").Ask(StepOf({Replace("a", "\\3")}))),
            TraceReason::kNoChange);
}

TEST(ErrorCorrectionTest, GuardsOfARewrite) {
  const struct {
    std::vector<std::string> only_if, unless;
    bool applied;
  } kRows[] = {
      {{}, {}, true},         {{"a", "b"}, {}, true},  {{"a", "z"}, {}, false},
      {{}, {"z", "y"}, true}, {{}, {"z", "b"}, false}, {{"a"}, {"b"}, false},
      {{"a"}, {"z"}, true},
  };
  for (const auto& row : kRows) {
    Rewrite rewrite = Replace("a", "A");
    for (const auto& text : row.only_if) rewrite.only_if.push_back(Regex(text));
    for (const auto& text : row.unless) rewrite.unless.push_back(Regex(text));
    const TraceReason reason = ReasonIn(WithText("ab").Ask(StepOf({rewrite})));
    EXPECT_EQ(reason == TraceReason::kUnspecified, row.applied);
  }
}

TEST(ErrorCorrectionTest, PrependsAndAppendsOnce) {
  const Rewrite import =
      Insert(Operation::kPrepend, "(?m)^class Node", "import typing\n");
  EXPECT_EQ(Corrected(WithText("class Node:\nclass NodeB:\n"), {import}),
            "import typing\nclass Node:\nclass NodeB:\n");
  EXPECT_EQ(
      ReasonIn(WithText("import typing\nclass Node:\n").Ask(StepOf({import}))),
      TraceReason::kNoChange);
  EXPECT_EQ(ReasonIn(WithText("class Other:\n").Ask(StepOf({import}))),
            TraceReason::kNoChange);
  const Rewrite end = Insert(Operation::kAppend, "[^\\n]\\z", "\n");
  EXPECT_EQ(Corrected(WithText("x"), {end}), "x\n");
  // Text to insert is no replacement: backslashes stand for themselves.
  EXPECT_EQ(
      Corrected(WithText("x"), {Insert(Operation::kAppend, "x", "\\1\\")}),
      "x\\1\\");
}

TEST(ErrorCorrectionTest, CapturesOfTheError) {
  const RE2 error("name '(?P<name>[^']*)' is not defined(?P<more>;.*)?");
  Situation situation = WithText("print(os.name)\n");
  situation.error_regex = &error;
  situation.failure.text = "NameError: name 'os' is not defined";
  const auto import = [](const std::string& text) {
    return Insert(Operation::kPrepend, "(?m)^print", text);
  };
  EXPECT_EQ(Corrected(situation, {import("import ${error.name}\n")}),
            "import os\nprint(os.name)\n");
  EXPECT_EQ(Corrected(situation, {Replace("os\\.(\\w+)",
                                          "${error.name}_\\1${error.name}")}),
            "print(os_nameos)\n");
  // Missing: no such group, no part in the match; the rewrite is skipped.
  for (const char* text : {"${error.other}", "${error.more}", "${error.}"}) {
    EXPECT_EQ(ReasonIn(situation.Ask(StepOf({import(text)}))),
              TraceReason::kNoChange)
        << text;
  }
  // Together longer than any corrected text may be.
  std::string many;
  for (int i = 0; i < 600'000; ++i) many += "${error.name}";
  EXPECT_EQ(ReasonIn(situation.Ask(StepOf({import(many)}))),
            TraceReason::kNoChange);
  // Not a capture: taken literally.
  EXPECT_EQ(Corrected(situation, {import("${name} ${error.name\n")}),
            "${name} ${error.name\nprint(os.name)\n");
  // In the stack, for patterns that search it.
  situation.failure.stack_trace = situation.failure.text;
  situation.failure.text = "NameError";
  EXPECT_EQ(Corrected(situation, {import("import ${error.name}\n")}),
            "import os\nprint(os.name)\n");
  situation.failure.stack_trace.clear();
  EXPECT_EQ(ReasonIn(situation.Ask(StepOf({import("import ${error.name}\n")}))),
            TraceReason::kNoChange);
  situation.error_regex = nullptr;
  EXPECT_EQ(ReasonIn(situation.Ask(StepOf({import("import ${error.name}\n")}))),
            TraceReason::kNoChange);
}

TEST(ErrorCorrectionTest, CapturesAreTakenLiterally) {
  const RE2 error("bad '(?P<x>.*)'");
  Situation situation = WithText("abc");
  situation.error_regex = &error;
  situation.failure.text = "bad '\\0${error.x}\\'";
  EXPECT_EQ(Corrected(situation, {Replace("b", "${error.x}")}),
            "a\\0${error.x}\\c");
}

TEST(ErrorCorrectionTest, NotIdempotent) {
  const struct {
    const char* text;
    Rewrite rewrite;
  } kRows[] = {
      // The two corrections that damage right text (sawait elf., async async).
      {"self.execute_x()",
       Replace("([^await\\s])(\\w+\\.execute\\w+\\()", "\\1await \\2")},
      {"async def execute_a(self):",
       Replace("def (execute_\\w+)\\(", "async def \\1(")},
      {"a", Replace("a", "aa")},
      {"a", Replace("", "-")},
      {"a", Insert(Operation::kPrepend, "a", "b\n-")},
  };
  for (const auto& row : kRows) {
    std::vector<Rewrite> list = {row.rewrite};
    if (row.rewrite.operation == Operation::kPrepend) {
      // Two that stand in each other's way.
      list.push_back(Insert(Operation::kPrepend, "a", "c"));
    }
    const StepAnswer answer = WithText(row.text).Ask(StepOf(list));
    EXPECT_EQ(ReasonIn(answer), TraceReason::kGuardFailed) << row.text;
    EXPECT_THAT(std::get<Exhausted>(answer).text, HasSubstr("not idempotent"));
  }
}

TEST(ErrorCorrectionTest, GuardsOfTheResult) {
  const struct {
    std::vector<std::string> must, must_not;
    const char* failure;  // Null: passes.
  } kRows[] = {
      {{}, {}, nullptr},
      {{"b", "^b$"}, {"a"}, nullptr},
      {{"b", "a"}, {}, "does not match a"},
      {{}, {"z", "b"}, "matches b"},
  };
  for (const auto& row : kRows) {
    ErrorCorrectionStep step = StepOf({Replace("a", "b")});
    for (const auto& text : row.must) {
      step.must_match_after.push_back(Regex(text));
    }
    for (const auto& text : row.must_not) {
      step.must_not_match_after.push_back(Regex(text));
    }
    const StepAnswer answer = WithText("a").Ask(step);
    if (row.failure == nullptr) {
      EXPECT_EQ(ActionIn<CorrectionAction>(answer).corrected_text, "b");
      continue;
    }
    ASSERT_EQ(ReasonIn(answer), TraceReason::kGuardFailed);
    EXPECT_THAT(std::get<Exhausted>(answer).text, HasSubstr(row.failure));
  }
}

TEST(ErrorCorrectionTest, GrowthHasALimit) {
  const std::string large(512 << 10, 'a');
  const Situation situation = WithText(large + "b");
  const struct {
    Rewrite rewrite;
    const char* error;
  } kRows[] = {
      {Insert(Operation::kAppend, "b\\z", large + large), "longer than"},
      {Insert(Operation::kPrepend, "b\\z", large + large), "longer than"},
      {Replace("b", large + large), "longer than"},
      {Replace("a", "bb"), "too much work"},
      {Replace("", std::string(65536, 'x')), "longer than"},
      {Replace("(a+)", "\\1\\1\\1\\1"), "longer than"},
  };
  for (const auto& row : kRows) {
    const StepAnswer answer = situation.Ask(StepOf({row.rewrite}));
    ASSERT_EQ(ReasonIn(answer), TraceReason::kGuardFailed) << row.error;
    EXPECT_THAT(std::get<Exhausted>(answer).text, HasSubstr(row.error));
  }
  EXPECT_EQ(Corrected(situation, {Replace("b", "c")}), large + "c");
}

TEST(ErrorCorrectionTest, OrdinarySourceFilesAreWithinTheBudget) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "  x = compute(y)  # what it is\n";
  EXPECT_EQ(
      Corrected(WithText(text), {Replace("(?m)^  (\\S)", "    \\1")}).size(),
      text.size() + 2 * 2000);
}

Rewrite Fix(Fixer fixer) {
  Rewrite rewrite;
  rewrite.operation = Operation::kFix;
  rewrite.fixer = fixer;
  return rewrite;
}

TEST(ErrorCorrectionTest, FixersWorkBesideRewrites) {
  Rewrite described = Fix(Fixer::kJsonRepair);
  described.description = "mend the JSON";
  const auto action = ActionIn<CorrectionAction>(
      WithText("```json\n{'n': None}\n```")
          .Ask(StepOf(
              {Fix(Fixer::kJsonComplete), described, Replace("null", "0")})));
  EXPECT_EQ(action.corrected_text, "{\"n\": 0}");
  EXPECT_THAT(action.applied, ElementsAre("JSON_COMPLETE", "rewrite 3"));
  EXPECT_THAT(action.unified_diff, HasSubstr("+{\"n\": 0}\n"));
}

TEST(ErrorCorrectionTest, FixersObeyPatternAndGuards) {
  const Situation situation = WithText("[1,]");
  Rewrite rewrite = Fix(Fixer::kJsonRepair);
  EXPECT_EQ(Corrected(situation, {rewrite}), "[1]");
  rewrite.pattern = Regex(",\\]");
  EXPECT_EQ(Corrected(situation, {rewrite}), "[1]");
  rewrite.pattern = Regex("nothing like this");
  EXPECT_EQ(ReasonIn(situation.Ask(StepOf({rewrite}))), TraceReason::kNoChange);
  rewrite.pattern = nullptr;
  rewrite.unless = {Regex("1")};
  EXPECT_EQ(ReasonIn(situation.Ask(StepOf({rewrite}))), TraceReason::kNoChange);
  // Right already.
  EXPECT_EQ(ReasonIn(WithText("[1]").Ask(StepOf({Fix(Fixer::kJsonRepair)}))),
            TraceReason::kNoChange);
}

TEST(ErrorCorrectionTest, FixersReadTheError) {
  Situation situation = WithText("json.loads(s)\n");
  const ErrorCorrectionStep step = StepOf({Fix(Fixer::kPythonImports)});
  EXPECT_EQ(ReasonIn(situation.Ask(step)), TraceReason::kNoChange);
  situation.failure.text = "NameError: name 'json' is not defined";
  EXPECT_EQ(ActionIn<CorrectionAction>(situation.Ask(step)).corrected_text,
            "import json\n\njson.loads(s)\n");
  situation.failure.stack_trace = situation.failure.text;
  situation.failure.text = "NameError";
  EXPECT_EQ(ActionIn<CorrectionAction>(situation.Ask(step)).corrected_text,
            "import json\n\njson.loads(s)\n");
}

TEST(ErrorCorrectionTest, EndsWhenItsTimeIsUp) {
  const struct {
    int searches;     // That there is time for.
    const char* why;  // Null: it is corrected.
  } kRows[] = {{0, "took too long"}, {2, "took too long"}, {100, nullptr}};
  for (const auto& row : kRows) {
    int searches = 0;
    const std::function<bool()> time_is_up = [&] {
      return ++searches > row.searches;
    };
    const Failure failure;
    const ErrorCaptures captures(nullptr, failure);
    const auto got =
        Rewriter(captures, {}, &time_is_up)
            .Apply({Replace("a", "b"), Replace("c", "d")}, "aac", nullptr);
    if (row.why == nullptr) {
      EXPECT_EQ(got.value_or(""), "bbd");
    } else {
      EXPECT_EQ(got.status().code(), absl::StatusCode::kResourceExhausted);
      EXPECT_THAT(got.status().message(), HasSubstr(row.why));
    }
  }
}

TEST(ErrorCorrectionTest, FixersAreWithinTheBudget) {
  const std::string large = "[" + std::string(1 << 20, ' ') + ",]";
  EXPECT_EQ(ReasonIn(WithText(large).Ask(StepOf({Fix(Fixer::kJsonRepair)}))),
            TraceReason::kGuardFailed);
  const std::vector<Rewrite> many(32, Fix(Fixer::kPythonBrackets));
  const StepAnswer answer =
      WithText(std::string(1 << 20, ' ')).Ask(StepOf(many));
  ASSERT_EQ(ReasonIn(answer), TraceReason::kGuardFailed);
  EXPECT_THAT(std::get<Exhausted>(answer).text, HasSubstr("too much work"));
}

TEST(ErrorCorrectionTest, CutCharactersAreNoAnswer) {
  const StepAnswer answer =
      WithText("\xc3\xa9").Ask(StepOf({Replace("^\\C", "x")}));
  ASSERT_EQ(ReasonIn(answer), TraceReason::kGuardFailed);
  EXPECT_THAT(std::get<Exhausted>(answer).text, HasSubstr("UTF-8"));
  EXPECT_EQ(Corrected(WithText("é😀a"), {Replace("a", "ö")}), "é😀ö");
}

}  // namespace
}  // namespace recourse
