// patterns, incidents, stats, watch, health, evaluate, replay, completion.
#include <csignal>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/cli_runner.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::Not;
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

class CliCommandsTest : public testing::Test {
 protected:
  CliResult Cli(const std::vector<std::string>& arguments,
                const std::string& input = "") {
    return RunCli(server.address(), arguments, input);
  }
  // Path of a new file with this text.
  std::string File(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + "cli_" + name;
    std::ofstream(path) << text;
    return path;
  }
  ScriptedServer server;
};

TEST_F(CliCommandsTest, PatternsListReadsAllPages) {
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

TEST_F(CliCommandsTest, AddChecksAllBeforeItAddsAny) {
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

TEST_F(CliCommandsTest, AddThatFailsHalfwayIsTakenBack) {
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

TEST_F(CliCommandsTest, AddPrintsWarningsAndJson) {
  auto& add = server.orchestrator.AddErrorPattern_;
  for (int i = 0; i < 4; ++i) add.Answer("warnings: 'no such channel'");
  const CliResult result =
      Cli({"--json", "patterns", "add", File("two.yaml", kTwoPatterns)});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
  EXPECT_THAT(result.err, HasSubstr("warning:"));
}

TEST_F(CliCommandsTest, UpdateThatFailsHalfwayRestoresWhatWas) {
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

TEST_F(CliCommandsTest, BadFileIsNotSent) {
  const std::string file = File("bad.yaml", "patterns:\n- patern_id: a\n");
  const CliResult result = Cli({"patterns", "add", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr(file + ":2:"));
}

TEST_F(CliCommandsTest, ApplyShowsTheDifferences) {
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

TEST_F(CliCommandsTest, PruneOfAnEmptySetMustBeMeant) {
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

TEST_F(CliCommandsTest, RemoveSaysWhenItOnlyHides) {
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

TEST_F(CliCommandsTest, ValidateAndTestNeedNoServer) {
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

TEST_F(CliCommandsTest, ValidateAndTestAsJson) {
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

TEST_F(CliCommandsTest, TestFindsExamplesWonByOthers) {
  std::string text = kTwoPatterns;
  text.replace(text.find("priority: 60"), 12, "priority: 40");
  const std::string file = File("stolen.yaml", text);
  const CliResult result = Cli({"patterns", "test", file});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, file + ":2: a: \"alpha beta\" is won by b (" + file +
                            ":9) of category PERMANENT\n");
}

TEST_F(CliCommandsTest, TestFindsExamplesThatDoNotMatch) {
  std::string text = kTwoPatterns;
  text.replace(text.find("beta only"), 9, "delta one");
  const std::string file = File("unmatched.yaml", text);
  const CliResult result = Cli({"patterns", "test", file});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(file + ":9: b: "));
}

TEST_F(CliCommandsTest, ExportCanBeReadBack) {
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

TEST_F(CliCommandsTest, IncidentsResolveAndList) {
  server.incidents.ResolveIncident_.Answer(
      "resolved_waiters: 2 refused_waiters: 1 "
      "incident { state: INCIDENT_STATE_RESOLVED }");
  EXPECT_EQ(Cli({"incidents", "resolve", "i1", "--action", "resume", "--waiter",
                 "w", "--state", "{\"a\":1}", "--note", "n", "--by", "ann"})
                .out,
            "RESUME for 2 waiting; incident RESOLVED\n"
            "1 of them must not run again (not idempotent) and abort\n");
  const auto request = server.incidents.ResolveIncident_.requests()[0];
  EXPECT_EQ(request.action(), v1::RESOLUTION_ACTION_RESUME);
  EXPECT_EQ(request.resolved_by(), "ann");
  EXPECT_EQ(request.state().fields().at("a").number_value(), 1);
  server.incidents.ListIncidents_.Answer("");
  EXPECT_EQ(
      Cli({"incidents", "list", "--state", "open", "--state", "resolved"}).out,
      "No incidents.\n");
  EXPECT_EQ(server.incidents.ListIncidents_.requests()[0].states_size(), 2);
}

TEST_F(CliCommandsTest, AwaitGoesOnWithTheNewToken) {
  server.incidents.AwaitIncident_.Answer("recovery_token: 't2'");
  server.incidents.AwaitIncident_.Answer(
      "recovery_token: 't3' resolution { action: RESOLUTION_ACTION_RETRY "
      "resolved_by: 'ann' note: 'go' }");
  const CliResult result =
      Cli({"incidents", "await", "i1", "--token", "t1", "--wait", "1h"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "resolution  RETRY by ann: go\ntoken       t3\n");
  EXPECT_EQ(server.incidents.AwaitIncident_.requests()[1].recovery_token(),
            "t2");
}

TEST_F(CliCommandsTest, AbortAndNoResolutionAreNegative) {
  server.incidents.AwaitIncident_.Answer(
      "resolution { action: RESOLUTION_ACTION_ABORT }");
  server.incidents.AwaitIncident_.Answer("recovery_token: 't2'");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Cli({"incidents", "await", "i", "--token", "t", "--wait", "0s"})
                  .exit_code,
              1);
  }
}

TEST_F(CliCommandsTest, StatsOfAWindow) {
  server.orchestrator.GetStatistics_.Answer(R"(statistics {
    window: STATISTICS_WINDOW_FIVE_MINUTES total_attempts: 9 recoveries: 4
    succeeded: 3 failed: 1 success_rate: 0.75 coverage: 1
    strategies { strategy: RECOVERY_STRATEGY_RETRY used: 5 succeeded: 3
      failed: 1 success_rate: 0.75 coverage: 0.8 }
    strategies { strategy: RECOVERY_STRATEGY_ESCALATION exhausted: 2 }
    strategies { strategy: RECOVERY_STRATEGY_ALTERNATIVE_PATH }
    categories { name: "TIMEOUT" count: 9 } })");
  const CliResult result = Cli({"stats", "--window", "5m", "--replica"});
  EXPECT_THAT(result.out, HasSubstr("success rate   75.0 % (known of 100.0"));
  EXPECT_THAT(result.out, HasSubstr("RETRY          5          3       1"));
  EXPECT_THAT(result.out,
              HasSubstr("ESCALATION     0          0       0        "
                        "-       -          2       -       -\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("ALTERNATIVE_PATH")));
  EXPECT_THAT(result.out, HasSubstr("CATEGORY  COUNT\nTIMEOUT       9\n"));
  const auto request = server.orchestrator.GetStatistics_.requests()[0];
  EXPECT_EQ(request.window(), v1::STATISTICS_WINDOW_FIVE_MINUTES);
  EXPECT_EQ(request.scope(), v1::STATISTICS_SCOPE_REPLICA);
}

TEST_F(CliCommandsTest, WatchEndsCleanlyOnCtrlC) {
  server.orchestrator.events.push_back(
      FromText<v1::RecoveryEvent>("kind: KIND_WATCHING"));
  CliProcess watch(server.address(), {"--json", "watch", "--kind", "failure"});
  EXPECT_THAT(watch.ReadLine(), HasSubstr("KIND_WATCHING"));
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.ExitCode(), 0);
  EXPECT_EQ(server.orchestrator.WatchRecoveries_.requests()[0].kinds(0),
            v1::RecoveryEvent::KIND_FAILURE);
}

TEST_F(CliCommandsTest, WatchShowsEventsAndMissedOnes) {
  server.orchestrator.events.push_back(FromText<v1::RecoveryEvent>(R"(
    kind: KIND_ATTEMPT event_time { seconds: 3661 nanos: 5000000 } missed: 2
    decision { decision_id: "d1" target: "db" error { message: "x\ny" }
      result { disposition: DISPOSITION_GIVE_UP
        classification { category: FAILURE_CATEGORY_PERMANENT } } })"));
  server.orchestrator.events.push_back(FromText<v1::RecoveryEvent>(
      "kind: KIND_PATTERNS_CHANGED registry_revision: 8"));
  EXPECT_EQ(Cli({"watch", "--count", "2"}).out,
            "(2 events missed)\n"
            "01:01:01.005  ATTEMPT           db  PERMANENT  GIVE_UP  no pattern"
            "  d1  x y\n"
            "00:00:00.000  PATTERNS_CHANGED  revision 8\n");
}

TEST_F(CliCommandsTest, HealthWithoutTheStoreIsStillHealth) {
  server.SetServing("store", false);
  const CliResult result = Cli({"health"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "SERVICE   STATUS\n"
            "(server)  SERVING\n"
            "store     NOT_SERVING\n");
  server.SetServing("", false);
  const CliResult json = Cli({"health", "--json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(json.out, testing::StartsWith(
                            "{\"service\":\"\",\"status\":\"NOT_SERVING\"}\n"));
}

// Classifies by the message: "C R S" is category, retryable, strategy.
void AnswerByMessage(ScriptedServer& server) {
  server.orchestrator.MatchErrorPattern_.Always(
      [](const v1::MatchErrorPatternRequest& request,
         v1::MatchErrorPatternResponse& response) {
        const std::string& message = request.context().error().message();
        auto& decision = *response.mutable_decision();
        decision.set_disposition(v1::DISPOSITION_GIVE_UP);
        auto& answer = *decision.mutable_classification();
        if (message.find("timeout") != std::string::npos) {
          answer.set_category(v1::FAILURE_CATEGORY_TIMEOUT);
          answer.set_retryable(true);
          answer.set_recommended_strategy(v1::RECOVERY_STRATEGY_RETRY);
          answer.set_confidence(0.9);
          answer.set_pattern_id("slow");
        } else {
          answer.set_category(v1::FAILURE_CATEGORY_UNKNOWN);
          answer.set_recommended_strategy(v1::RECOVERY_STRATEGY_NONE);
          answer.set_confidence(0.1);
        }
        return grpc::Status::OK;
      });
}

constexpr char kCorpus[] =
    R"({"id":"1","message":"timeout","http_status":504,"category":"TIMEOUT","retryable":true,"strategy":"RETRY"}
{"id":"2","message":"timeout of a certificate","category":"PERMANENT","retryable":false,"strategy":"ESCALATION"}
{"id":"3","message":"who knows","category":"UNKNOWN","retryable":false,"strategy":"ESCALATION","also":{"strategy":["NONE"]}}

{"id":"4","message":"timeout, perhaps","category":"TRANSIENT","retryable":true,"strategy":"RETRY","also":{"category":["TIMEOUT"]}}
)";

TEST_F(CliCommandsTest, EvaluateComparesWithLabels) {
  AnswerByMessage(server);
  const CliResult result =
      Cli({"--json", "evaluate", "--corpus", File("corpus.jsonl", kCorpus)});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["count"], 4);
  EXPECT_DOUBLE_EQ(json["category_accuracy"].get<double>(), 0.75);
  EXPECT_DOUBLE_EQ(json["retryable_accuracy"].get<double>(), 0.75);
  EXPECT_DOUBLE_EQ(json["strategy_accuracy"].get<double>(), 0.75);
  EXPECT_EQ(json["retries"], 3);
  EXPECT_EQ(json["wrong_retries"], 1);
  EXPECT_DOUBLE_EQ(json["wrong_retry_share"].get<double>(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(json["wrong_retry_share_of_all"].get<double>(), 1.0 / 4);
  ASSERT_THAT(json["misses"], SizeIs(1));
  EXPECT_EQ(json["misses"][0]["line"], 2);
  EXPECT_EQ(json["misses"][0]["category"]["expected"], "PERMANENT");
  EXPECT_EQ(json["misses"][0]["category"]["actual"], "TIMEOUT");
  // |2.7 - 2| for three answers at 0.9, |0.1 - 1| for one at 0.1.
  EXPECT_NEAR(json["calibration_error"].get<double>(), 1.6 / 4, 1e-9);
}

TEST_F(CliCommandsTest, EvaluateForPeople) {
  AnswerByMessage(server);
  const std::string file = File("corpus.jsonl", kCorpus);
  const CliResult result = Cli({"evaluate", "--corpus", file});
  EXPECT_THAT(result.out, HasSubstr("errors         4\n"
                                    "category       75.0 %\n"));
  EXPECT_THAT(result.out, HasSubstr("LABEL \\ ANSWER  PERMANENT  TIMEOUT  "
                                    "UNKNOWN\n"
                                    "PERMANENT               .        1"));
  EXPECT_THAT(result.out, HasSubstr(file + ":2  category   PERMANENT"));
}

TEST_F(CliCommandsTest, EvaluateRefusesLinesWithoutLabels) {
  AnswerByMessage(server);
  for (const char* line : {"plain text", "{\"message\":\"x\"}", "[1]", "{"}) {
    const std::string file = File("bad.jsonl", line);
    const CliResult result = Cli({"evaluate", "--corpus", file});
    EXPECT_EQ(result.exit_code, 2) << line;
    EXPECT_THAT(result.err, HasSubstr(file + ":1:")) << line;
  }
}

TEST_F(CliCommandsTest, EvaluateRefusesUnknownLabels) {
  AnswerByMessage(server);
  const struct {
    const char* labels;
    const char* error;
  } kCases[] = {
      {R"("category":"TIMOUT","retryable":true,"strategy":"RETRY")",
       "category is TIMOUT"},
      {R"("category":"TIMEOUT","retryable":"yes","strategy":"RETRY")",
       "retryable is yes"},
      {R"("category":"TIMEOUT","retryable":true,"strategy":"UNSPECIFIED")",
       "strategy is UNSPECIFIED"},
      {R"("category":"TIMEOUT","retryable":true,"strategy":"RETRY",)"
       R"("also":{"strategy":["retry"]})",
       "strategy is retry"},
  };
  for (const auto& test : kCases) {
    const std::string file =
        File("unknown.jsonl",
             absl::StrCat("\n{\"message\":\"x\",", test.labels, "}\n"));
    const CliResult result = Cli({"evaluate", "--corpus", file});
    EXPECT_EQ(result.exit_code, 2) << test.labels;
    EXPECT_THAT(result.err, HasSubstr(file + ":2: the label "));
    EXPECT_THAT(result.err, HasSubstr(test.error));
  }
}

TEST_F(CliCommandsTest, EvaluateWithoutServerExitsFour) {
  server.Stop();
  EXPECT_EQ(
      Cli({"evaluate", "--corpus", File("corpus.jsonl", kCorpus)}).exit_code,
      4);
}

TEST_F(CliCommandsTest, ReplayCountsPlainTextAndJson) {
  AnswerByMessage(server);
  const CliResult result =
      Cli({"replay", "-"},
          "timeout after 3 s\nodd 17\nodd 18\n{\"message\":\"timeout\"}\n"
          "{not json\n\xff odd\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              testing::StartsWith(
                  "COUNT   SHARE  STRATEGY     DECISION  CATEGORY  PATTERN\n"
                  "    4  66.7 %  UNSPECIFIED  GIVE_UP   UNKNOWN   -\n"
                  "    2  33.3 %  UNSPECIFIED  GIVE_UP   TIMEOUT   slow\n"));
  EXPECT_THAT(result.out, HasSubstr("6 errors; 4 matched no pattern"));
  EXPECT_THAT(result.out, HasSubstr("    2  odd #\n"));
}

TEST_F(CliCommandsTest, ReplayRefusesJsonWithoutMessage) {
  AnswerByMessage(server);
  const std::string file = File("log.jsonl", "timeout\n{\"msg\":\"x\"}\n");
  const CliResult result = Cli({"replay", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr(file + ":2: the JSON object has no message"));
}

TEST_F(CliCommandsTest, ReplayCountsOneAndShowsNothingWhenTold) {
  AnswerByMessage(server);
  const CliResult result = Cli({"replay", "-", "--show", "0"}, "odd\n");
  EXPECT_THAT(result.out,
              testing::EndsWith("\n1 error; 1 matched no pattern, 1 of them is "
                                "not known at all\n"));
}

TEST_F(CliCommandsTest, BashCompletesFilesAndValuesWithoutDuplicates) {
  const std::string script = Cli({"completion", "bash"}).out;
  EXPECT_THAT(script,
              HasSubstr("--action) words='retry abort skip resume' ;;"));
  EXPECT_THAT(script, HasSubstr("--window) words='all 1m 5m 1h' ;;"));
  EXPECT_THAT(script, HasSubstr("'patterns add'|'patterns update'"));
  const size_t begin = script.find("'patterns test') words='");
  ASSERT_NE(begin, std::string::npos);
  const std::string words =
      script.substr(begin, script.find('\n', begin) - begin);
  EXPECT_THAT(words, HasSubstr("--help"));
  EXPECT_EQ(words.find("--help"), words.rfind("--help"));
}

TEST_F(CliCommandsTest, CompletionNamesCommandsAndFlags) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const CliResult result = Cli({"completion", shell});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.out, HasSubstr("evaluate"));
    EXPECT_THAT(result.out, HasSubstr("http-status"));
  }
}

}  // namespace
}  // namespace recourse
