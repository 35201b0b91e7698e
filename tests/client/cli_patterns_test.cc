// patterns: list, add, update, apply, remove, validate, test, suggest, export.
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/cli_fixture.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr char kTwoPatterns[] = R"(patterns:
- pattern_id: a
  error_type: NETWORK
  regex_pattern: 'alpha'
  category: CONNECTION
  priority: 60
  recovery_strategy: RETRY
  examples: {match: ['alpha beta'], no_match: ['gamma']}
- pattern_id: b
  error_type: VALIDATION
  regex_pattern: 'beta'
  category: PERMANENT
  recovery_strategy: ESCALATION
  examples: {match: ['beta only']}
)";

class CliPatternsTest : public CliFixture {};

TEST_F(CliPatternsTest, PatternsListReadsAllPages) {
  auto& list = server.orchestrator.ListErrorPatterns_;
  list.Answer(R"(patterns { pattern_id: "a" origin: PATTERN_ORIGIN_USER
      category: FAILURE_CATEGORY_TIMEOUT priority: 70 match_count: 12
      steps { retry {} } steps { escalation {} } description: "slow" }
    next_page_token: "2")");
  list.Answer(R"(patterns { pattern_id: "b" origin: PATTERN_ORIGIN_LIBRARY
      mode: PATTERN_MODE_SHADOW })");
  EXPECT_EQ(
      Cli({"patterns", "list", "--origin", "user"}).out,
      "PATTERN  ORIGIN   MODE    PRIORITY  CATEGORY  PLAN                "
      "MATCHES  DESCRIPTION\n"
      "a        USER     ACTIVE        70  TIMEOUT   retry > escalation       "
      "12  slow\n"
      "b        LIBRARY  SHADOW        50  -         (by category)             "
      "0\n");
  EXPECT_EQ(list.requests()[0].origin(), v1::PATTERN_ORIGIN_USER);
  EXPECT_EQ(list.requests()[1].page_token(), "2");
}

TEST_F(CliPatternsTest, GetShowsTheRevisionThatAnUpdateIsBasedOn) {
  auto& get = server.orchestrator.GetErrorPattern_;
  get.Answer(R"(pattern { pattern_id: "a" regex_pattern: "x" revision: 7
                          origin: PATTERN_ORIGIN_USER })");
  get.Answer(R"(pattern { pattern_id: "b" regex_pattern: "x"
                          origin: PATTERN_ORIGIN_LIBRARY })");
  EXPECT_THAT(Cli({"patterns", "get", "a"}).out, HasSubstr("revision: 7\n"));
  EXPECT_THAT(Cli({"patterns", "get", "b"}).out,
              testing::Not(HasSubstr("revision")));
}

TEST_F(CliPatternsTest, AddChecksAllBeforeItAddsAny) {
  auto& add = server.orchestrator.AddErrorPattern_;
  add.Answer("");
  add.Fail(RefusalStatus(grpc::StatusCode::ALREADY_EXISTS, "b exists",
                         "PATTERN_EXISTS"));
  const std::string file = File("two.yaml", kTwoPatterns);
  const CliResult result = Cli({"patterns", "add", file});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr(file + ":9: b: b exists"));
  EXPECT_THAT(result.err, HasSubstr("reason: PATTERN_EXISTS"));
  ASSERT_THAT(add.requests(), SizeIs(2));
  EXPECT_TRUE(add.requests()[0].validate_only());
  EXPECT_TRUE(add.requests()[1].validate_only());
}

TEST_F(CliPatternsTest, ADashReadsStandardInput) {
  auto& add = server.orchestrator.AddErrorPattern_;
  for (int i = 0; i < 4; ++i) add.Answer("");
  const CliResult added = Cli({"patterns", "add", "-"}, kTwoPatterns);
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ(added.out, "2 patterns added\n");
  EXPECT_EQ(Cli({"patterns", "test", "-"}, kTwoPatterns).exit_code, 0);
  const struct {
    std::vector<std::string> arguments;
    std::string input;
    const char* told;
  } kBad[] = {
      {{"add", "-"}, "", "no pattern in standard input"},
      {{"add", "-"}, "patterns: 1", "standard input:1: "},
      {{"update", "-"}, "nonsense: 1", "standard input:1: "},
      {{"apply", "-"}, "patterns:\n- pattern_id: x", "standard input:2: "},
      {{"add", "-"}, std::string((1 << 20) + 2, '#'), "at most 1 MiB"},
  };
  for (const auto& test : kBad) {
    std::vector<std::string> arguments = test.arguments;
    arguments.insert(arguments.begin(), "patterns");
    const CliResult result = Cli(arguments, test.input);
    EXPECT_EQ(result.exit_code, 2) << test.told;
    EXPECT_THAT(result.err, HasSubstr(test.told));
  }
}

TEST_F(CliPatternsTest, AddThatFailsHalfwayIsTakenBack) {
  auto& add = server.orchestrator.AddErrorPattern_;
  for (int i = 0; i < 3; ++i) add.Answer("");
  add.Fail(RefusalStatus(grpc::StatusCode::UNAVAILABLE, "the store is away",
                         "STORE_UNAVAILABLE"));
  server.orchestrator.RemoveErrorPattern_.Answer("");
  const CliResult result =
      Cli({"patterns", "add", File("two.yaml", kTwoPatterns)});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("nothing of the file was kept"));
  const auto removed = server.orchestrator.RemoveErrorPattern_.requests();
  ASSERT_THAT(removed, SizeIs(1));
  EXPECT_EQ(removed[0].pattern_id(), "a");
}

TEST_F(CliPatternsTest, AddPrintsWarningsAndJson) {
  auto& add = server.orchestrator.AddErrorPattern_;
  for (int i = 0; i < 4; ++i) add.Answer("warnings: 'no such channel'");
  const CliResult result =
      Cli({"--json", "patterns", "add", File("two.yaml", kTwoPatterns)});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
  EXPECT_THAT(result.err, HasSubstr("warning:"));
}

TEST_F(CliPatternsTest, UpdateThatFailsHalfwayRestoresWhatWas) {
  auto& update = server.orchestrator.UpdateErrorPattern_;
  for (int i = 0; i < 3; ++i) update.Answer("");
  update.Fail(grpc::Status(grpc::StatusCode::INTERNAL, "broken"));
  update.Answer("");
  server.orchestrator.GetErrorPattern_.Answer(
      "pattern { pattern_id: 'a' origin: PATTERN_ORIGIN_USER revision: 7 "
      "description: 'old' }");
  server.orchestrator.GetErrorPattern_.Answer(
      "pattern { pattern_id: 'b' origin: PATTERN_ORIGIN_LIBRARY }");
  EXPECT_EQ(
      Cli({"patterns", "update", File("two.yaml", kTwoPatterns)}).exit_code, 3);
  ASSERT_THAT(update.requests(), SizeIs(5));
  EXPECT_EQ(update.requests()[4].pattern().description(), "old");
  EXPECT_EQ(update.requests()[4].pattern().revision(), 0);
}

TEST_F(CliPatternsTest, BadFileIsNotSent) {
  const std::string file = File("bad.yaml", "patterns:\n- patern_id: a\n");
  const CliResult result = Cli({"patterns", "add", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr(file + ":2:"));
}

TEST_F(CliPatternsTest, ApplyShowsTheDifferences) {
  server.orchestrator.ApplyErrorPatterns_.Answer(R"(
    differences { pattern_id: "a" kind: KIND_CHANGED changed_fields: "steps"
                  changed_fields: "mode" }
    differences { pattern_id: "b" kind: KIND_UNCHANGED }
    differences { pattern_id: "c" kind: KIND_REMOVED })");
  const CliResult result =
      Cli({"patterns", "apply", File("two.yaml", kTwoPatterns), "--prune",
           "--dry-run"});
  EXPECT_EQ(result.out,
            "PATTERN  CHANGE   FIELDS\n"
            "a        CHANGED  steps, mode\n"
            "c        REMOVED\n"
            "\n"
            "would be: 0 added, 1 changed, 1 removed, 1 unchanged\n");
  const auto request = server.orchestrator.ApplyErrorPatterns_.requests()[0];
  EXPECT_TRUE(request.prune());
  EXPECT_TRUE(request.dry_run());
  EXPECT_EQ(request.patterns_size(), 2);
}

TEST_F(CliPatternsTest, PruneOfAnEmptySetMustBeMeant) {
  const std::string folder = testing::TempDir() + "cli_empty_folder";
  std::filesystem::create_directory(folder);
  const CliResult refused = Cli({"patterns", "apply", folder, "--prune"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("no pattern in " + folder));
  EXPECT_THAT(server.orchestrator.ApplyErrorPatterns_.requests(), SizeIs(0));
  server.orchestrator.ApplyErrorPatterns_.Answer("");
  EXPECT_EQ(
      Cli({"patterns", "apply", folder, "--prune", "--allow-empty"}).exit_code,
      0);
  server.orchestrator.ApplyErrorPatterns_.Answer("");
  EXPECT_EQ(Cli({"patterns", "apply", folder}).exit_code, 0);
}

TEST_F(CliPatternsTest, RemoveSaysWhenItOnlyHides) {
  const struct {
    const char* origin;
    const char* out;
  } kCases[] = {
      {"USER", "a removed\n"},
      {"LIBRARY",
       "hidden: library pattern a decides nothing any more; `recourse patterns "
       "add` one of that id and remove it to bring it back\n"}};
  for (const auto& test : kCases) {
    server.orchestrator.GetErrorPattern_.Answer(
        absl::StrCat("pattern { origin: PATTERN_ORIGIN_", test.origin, " }"));
    server.orchestrator.RemoveErrorPattern_.Answer("");
    EXPECT_EQ(Cli({"patterns", "remove", "a"}).out, test.out);
  }
}

TEST_F(CliPatternsTest, ValidateAndTestNeedNoServer) {
  server.Stop();
  const std::string two = File("two.yaml", kTwoPatterns);
  const std::string bad =
      File("bad.yaml",
           "patterns:\n- pattern_id: c\n  error_type: NETWORK\n"
           "  regex_pattern: '('\n  recovery_strategy: RETRY\n");
  const CliResult found = Cli({"patterns", "validate", two});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(found.out, "2 patterns, 0 errors, 7 findings\n");
  EXPECT_THAT(found.err, HasSubstr(two + ":9: b: description is missing "
                                         "[no-description]\n"));
  const CliResult invalid = Cli({"patterns", "validate", two, bad});
  EXPECT_EQ(invalid.exit_code, 1);
  EXPECT_EQ(invalid.out, "2 patterns, 1 error, 7 findings\n");
  EXPECT_THAT(invalid.err, HasSubstr("error: " + bad + ":4: "));
  EXPECT_EQ(Cli({"patterns", "validate", two, two + ".none"}).exit_code, 2);
  EXPECT_EQ(Cli({"patterns", "test", two}).out,
            "2 patterns, 3 examples, 0 failures\n");
}

TEST_F(CliPatternsTest, APathThatHoldsNoPatternIsAnError) {
  const std::string folder = testing::TempDir() + "cli_no_patterns";
  std::filesystem::create_directory(folder);
  const std::string empty = File("empty.yaml", "");
  const std::string none = File("none.yaml", "patterns: []\n");
  const std::string two = File("two.yaml", kTwoPatterns);
  for (const char* command : {"validate", "test", "add", "update"}) {
    for (const std::string& path : {folder, empty, none}) {
      const CliResult result = Cli({"patterns", command, path});
      EXPECT_EQ(result.exit_code, 2) << command << ' ' << path;
      EXPECT_THAT(result.err, HasSubstr("no pattern in " + path));
    }
  }
  for (const char* command : {"validate", "test"}) {
    EXPECT_EQ(Cli({"patterns", command, two, folder}).exit_code, 2);
  }
  EXPECT_THAT(server.orchestrator.AddErrorPattern_.requests(), SizeIs(0));
}

TEST_F(CliPatternsTest, EveryErrorOfAFolderIsShown) {
  const std::string folder = testing::TempDir() + "cli_many_errors/";
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "a.yaml")
      << "patterns:\n"
         "- pattern_id: a\n"
         "  regex: x\n"      // Line 3
         "  severty: LOW\n"  // 4
         "- {pattern_id: b, error_type: NETWORK, "
         "regex_pattern: '(', recovery_strategy: RETRY}\n"  // 5
         "- {pattern_id: c, error_type: NETWORK, "
         "regex_pattern: x, recovery_strategy: RETRY}\n";
  std::ofstream(folder + "b.yaml") << "patterns: [\n";
  std::ofstream(folder + "c.yaml")
      << "patterns:\n"
         "- {pattern_id: c, error_type: NETWORK, "
         "regex_pattern: y, recovery_strategy: RETRY}\n";  // 2
  const CliResult result = Cli({"patterns", "validate", folder});
  EXPECT_EQ(result.exit_code, 1);
  for (const char* place :
       {"a.yaml:3: unknown key regex ", "a.yaml:4: unknown key severty ",
        "a.yaml:5: pattern b: ", "b.yaml:", "c.yaml:2: pattern_id c stands"}) {
    EXPECT_THAT(result.err, HasSubstr("error: " + folder + place));
  }
  EXPECT_THAT(result.out, HasSubstr("1 pattern, 5 errors, "));
  const CliResult added = Cli({"patterns", "add", folder});
  EXPECT_EQ(added.exit_code, 2);
  EXPECT_THAT(added.err, HasSubstr("c.yaml:2: pattern_id c stands twice"));
}

TEST_F(CliPatternsTest, ValidateAndTestAsJson) {
  const std::string two = File("two.yaml", kTwoPatterns);
  const CliResult found = Cli({"--json", "patterns", "validate", two});
  EXPECT_EQ(found.exit_code, 1);
  const auto json = nlohmann::json::parse(found.out);
  EXPECT_EQ(json["patterns"], 2);
  ASSERT_EQ(json["findings"].size(), 7);
  EXPECT_EQ(json["findings"][0]["file"], two);
  EXPECT_EQ(json["findings"][0]["line"], 2);
  EXPECT_EQ(json["findings"][0]["pattern_id"], "a");
  EXPECT_EQ(json["findings"][0]["rule"], "no-description");
  const CliResult tested = Cli({"--json", "patterns", "test", two, "nofile"});
  EXPECT_EQ(tested.exit_code, 2);
  EXPECT_THAT(std::string(nlohmann::json::parse(tested.out)["errors"][0]),
              HasSubstr("nofile"));
}

TEST_F(CliPatternsTest, TestFindsExamplesWonByOthers) {
  std::string text = kTwoPatterns;
  text.replace(text.find("priority: 60"), 12, "priority: 40");
  const std::string file = File("stolen.yaml", text);
  const CliResult result = Cli({"patterns", "test", file});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, file + ":2: a: \"alpha beta\" is won by b (" + file +
                            ":9) of category PERMANENT\n");
}

TEST_F(CliPatternsTest, TestFindsExamplesThatDoNotMatch) {
  std::string text = kTwoPatterns;
  text.replace(text.find("beta only"), 9, "delta one");
  const std::string file = File("unmatched.yaml", text);
  const CliResult result = Cli({"patterns", "test", file});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(file + ":9: b: "));
}

constexpr char kSuggestions[] = R"(
  unmatched_errors: 400
  suggestions { count: 120 unmatched_share: 0.3
    first_seen_time { seconds: 1700000000 } last_seen_time { seconds: 1700000060 }
    samples: "kiln 1 is cold" samples: "kiln 2 is cold"
    pattern { pattern_id: "learned_kiln_cold_1a2b3c" mode: PATTERN_MODE_SHADOW
      error_type: ERROR_TYPE_UNKNOWN category: FAILURE_CATEGORY_UNKNOWN
      regex_pattern: "\\bkiln \\d[\\w.,]* is cold\\b"
      examples { match: "kiln 1 is cold" match: "kiln 2 is cold" } } })";

TEST_F(CliPatternsTest, SuggestShowsATable) {
  server.orchestrator.SuggestErrorPatterns_.Answer(kSuggestions);
  EXPECT_EQ(
      Cli({"patterns", "suggest", "--min-count", "7", "--max", "3",
           "--namespace", "shop"})
          .out,
      "COUNT   SHARE  LAST SEEN             CATEGORY  PATTERN"
      "                   REGEX\n"
      "  120  30.0 %  2023-11-14T22:14:20Z  UNKNOWN   learned_kiln_cold_1a2b3c"
      "  \\bkiln \\d[\\w.,]* is cold\\b\n"
      "\n"
      "1 suggestion, from 400 unmatched errors; --yaml > FILE prints a file "
      "for `recourse patterns add`\n");
  const auto request = server.orchestrator.SuggestErrorPatterns_.requests()[0];
  EXPECT_EQ(request.min_count(), 7);
  EXPECT_EQ(request.max_suggestions(), 3);
  EXPECT_EQ(request.namespace_(), "shop");
  server.orchestrator.SuggestErrorPatterns_.Answer("unmatched_errors: 1");
  EXPECT_EQ(Cli({"patterns", "suggest"}).out,
            "0 suggestions, from 1 unmatched error: a suggestion needs at "
            "least 5 alike (--min-count); `recourse replay` and `match` record "
            "nothing: send errors from the program, or with `recourse "
            "handle`\n");
  server.orchestrator.SuggestErrorPatterns_.Answer("unmatched_errors: 1");
  EXPECT_EQ(Cli({"patterns", "suggest", "--min-count", "1"}).out,
            "0 suggestions, from 1 unmatched error: a suggestion needs at "
            "least 1 alike (--min-count)\n");
  EXPECT_EQ(Cli({"patterns", "suggest", "--min-count", "0"}).exit_code, 2);
}

TEST_F(CliPatternsTest, SuggestedYamlPassesItsTest) {
  server.orchestrator.SuggestErrorPatterns_.Answer(kSuggestions);
  const CliResult result = Cli({"patterns", "suggest", "--yaml"});
  EXPECT_THAT(result.out,
              HasSubstr("# learned_kiln_cold_1a2b3c: 120 errors, 30.0 % of "
                        "those unmatched, 2023-11-14T22:13:20Z to "
                        "2023-11-14T22:14:20Z\n"));
  EXPECT_EQ(Cli({"patterns", "test", File("learned.yaml", result.out)}).out,
            "1 pattern, 2 examples, 0 failures\n");
  server.orchestrator.SuggestErrorPatterns_.Answer("unmatched_errors: 1");
  const CliResult none = Cli({"patterns", "suggest", "--yaml"});
  EXPECT_EQ(none.out, "patterns: []\n");
  EXPECT_THAT(none.err, HasSubstr("no suggestion: a suggestion needs"));
}

TEST_F(CliPatternsTest, ExportCanBeReadBack) {
  server.orchestrator.ListErrorPatterns_.Answer(R"(
    patterns { pattern_id: "a" error_type: ERROR_TYPE_NETWORK
      regex_pattern: "x" recovery_strategy: RECOVERY_STRATEGY_RETRY
      origin: PATTERN_ORIGIN_USER revision: 9 match_count: 3 })");
  const CliResult result = Cli({"patterns", "export"});
  EXPECT_EQ(server.orchestrator.ListErrorPatterns_.requests()[0].origin(),
            v1::PATTERN_ORIGIN_USER);
  const CliResult again =
      Cli({"patterns", "validate", File("exported.yaml", result.out)});
  EXPECT_THAT(again.out, HasSubstr("1 pattern, 0 errors, "))
      << again.err << result.out;
}

}  // namespace
}  // namespace recourse
