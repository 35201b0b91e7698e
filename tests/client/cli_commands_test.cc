// incidents, stats, watch, health, evaluate, replay, completion.
#include <csignal>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/cli_fixture.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class CliCommandsTest : public CliFixture {};

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
  // |2.7 - 2| for three answers at 0.9; UNKNOWN has no confidence.
  EXPECT_NEAR(json["calibration_error"].get<double>(), 0.7 / 3, 1e-9);
  ASSERT_THAT(json["calibration"], SizeIs(1));
  EXPECT_EQ(json["calibration"][0]["count"], 3);
  EXPECT_EQ(json["unknown"], 1);
  EXPECT_EQ(json["unknown_right"], 1);
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

TEST_F(CliCommandsTest, EvaluateTellsAllWrongLinesOfAllFiles) {
  AnswerByMessage(server);
  const std::string right =
      R"({"message":"timeout","category":"TIMEOUT","retryable":true,)"
      R"("strategy":"RETRY"})"
      "\n";
  const std::string first =
      File("first.jsonl", right + "plain text\n" + right + "{}\n");
  const std::string second = File("second.jsonl", "[1]\n" + right);
  const CliResult result =
      Cli({"evaluate", "--corpus", first, "--corpus", second});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "error: " + first +
                            ":2: this is not a JSON object\nerror: " + first +
                            ":4: the label category is missing\nerror: " +
                            second + ":1: this is not a JSON object\n");
  std::string many;
  for (int i = 0; i < 103; ++i) many += "plain text\n";
  const CliResult cut = Cli({"evaluate", "--corpus", File("many.jsonl", many)});
  EXPECT_EQ(cut.exit_code, 2);
  EXPECT_THAT(cut.err, HasSubstr(":100: this is not a JSON object\nerror: 3 "
                                 "wrong lines more\n"));
  EXPECT_THAT(cut.err, Not(HasSubstr(":101:")));
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

TEST_F(CliCommandsTest, FolderInTheFilesPlaceIsRefused) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"replay", "."},
        std::vector<std::string>{"evaluate", "--corpus", "."}}) {
    const CliResult result = Cli(command);
    EXPECT_EQ(result.exit_code, 2) << command[0];
    EXPECT_THAT(result.err, HasSubstr("cannot read .: it is a folder"));
  }
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
