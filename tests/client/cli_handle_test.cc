// handle, match, report, decision: flags, output, exit codes.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/cli_fixture.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kRetry[] = R"(
  disposition: DISPOSITION_ACT success: true
  strategy_used: RECOVERY_STRATEGY_RETRY
  retry { delay { seconds: 1 nanos: 300000000 } attempt: 1 max_attempts: 3 }
  classification { error_type: ERROR_TYPE_NETWORK
    category: FAILURE_CATEGORY_CONNECTION severity: SEVERITY_MEDIUM
    retryable: true confidence: 0.9
    recommended_strategy: RECOVERY_STRATEGY_RETRY pattern_id: "net_reset" }
  decision_id: "d1" recovery_token: "t1"
  trace { step: -1 reason: TRACE_REASON_CLASSIFIED text: "by its words" }
  trace { step: 0 strategy: RECOVERY_STRATEGY_RETRY
          reason: TRACE_REASON_CHOSEN text: "in 1.3 s" })";

class CliTest : public CliFixture {};

TEST_F(CliTest, HandleForPeople) {
  server.orchestrator.HandleError_.Answer(kRetry);
  const CliResult result = Cli({"handle", "--message", "connection reset"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "decision   ACT\n"
            "action     retry 1 of 3 in 1.3s\n"
            "strategy   RETRY\n"
            "error is   CONNECTION (NETWORK, MEDIUM), retryable, confidence "
            "0.90\n"
            "best move  RETRY\n"
            "pattern    net_reset\n"
            "id         d1\n"
            "token      t1\n"
            "\n"
            "STEP  STRATEGY  REASON      TEXT\n"
            "   -  -         CLASSIFIED  by its words\n"
            "   1  RETRY     CHOSEN      in 1.3 s\n");
}

TEST_F(CliTest, HandleSaysWhichSizesTheErrorStates) {
  const struct {
    const char* size;
    const char* text;  // Empty: no such line.
  } kCases[] = {
      {"size_limit { limit: 1000 actual: 2000 unit: 'tokens' }",
       "size       2000 of at most 1000 tokens\n"},
      {"size_limit { limit: 255 unit: 'characters' }",
       "size       at most 255 characters\n"},
      {"size_limit { actual: 7 }", "size       7\n"},
      {"", ""},
  };
  for (const auto& test : kCases) {
    server.orchestrator.HandleError_.Answer(absl::StrCat(
        "disposition: DISPOSITION_ACT graceful_degradation { level_name: 'l' "
        "level: 1 level_count: 2 keep_ratio: 0.475 } classification { ",
        test.size, " }"));
    const std::string out = Cli({"handle", "--message", "x"}).out;
    EXPECT_THAT(out, HasSubstr("do less: l (level 1 of 2), keep 47.5 % of the "
                               "input\n"));
    if (*test.text == '\0') {
      EXPECT_THAT(out, Not(HasSubstr("size")));
    } else {
      EXPECT_THAT(out, HasSubstr(test.text));
    }
  }
}

TEST_F(CliTest, HandleAsJsonIsOneLine) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP decision_id: 'd1'");
  const CliResult result = Cli({"--json", "handle", "--message", "x"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out,
            "{\"disposition\":\"DISPOSITION_GIVE_UP\",\"success\":false,"
            "\"strategy_used\":\"RECOVERY_STRATEGY_UNSPECIFIED\",\"degraded\":"
            "false,\"decision_id\":\"d1\",\"recovery_token\":\"\",\"registry_"
            "revision\":\"0\",\"trace\":[],\"error_message\":\"\",\"duration_"
            "ms\":0,\"recheck\":false,\"trial\":false}\n");
}

TEST_F(CliTest, HandleExitsOneForNegativeAnswersOnly) {
  const struct {
    const char* disposition;
    int code;
  } kCases[] = {{"ACT", 0},
                {"RECOVERED", 0},
                {"WAIT_FOR_HUMAN", 0},
                {"ESCALATED", 1},
                {"GIVE_UP", 1}};
  for (const auto& test : kCases) {
    server.orchestrator.HandleError_.Answer(
        absl::StrCat("disposition: DISPOSITION_", test.disposition));
    EXPECT_EQ(Cli({"handle", "--message", "x"}).exit_code, test.code)
        << test.disposition;
  }
}

TEST_F(CliTest, EveryFlagReachesTheServer) {
  server.orchestrator.HandleError_.Answer(kRetry);
  const CliResult result = Cli({"handle",
                                "--message",
                                "-",
                                "--type",
                                "TimeoutError",
                                "--http-status",
                                "504",
                                "--grpc-code",
                                "UNAVAILABLE",
                                "--code",
                                "E1",
                                "--header",
                                "Retry-After: 5",
                                "--header",
                                "x:y:z",
                                "--retry-after",
                                "1.5s",
                                "--workflow",
                                "w",
                                "--node",
                                "n",
                                "--target",
                                "t",
                                "--state",
                                "{\"a\":1}",
                                "--subject-field",
                                "a",
                                "--capability",
                                "remediation=fix",
                                "--capability",
                                "alternative=b",
                                "--capability",
                                "degradation=c",
                                "--capability",
                                "await_human=true",
                                "--token",
                                "tok",
                                "--time-remaining",
                                "1m30s",
                                "--idempotency",
                                "not-idempotent",
                                "--label",
                                "env=prod",
                                "--namespace",
                                "ns"},
                               "two\nlines\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(server.orchestrator.HandleError_.requests()[0].DebugString(),
            FromText<v1::RecoveryContext>(R"(
    workflow_id: "w" node_name: "n"
    state { fields { key: "a" value { number_value: 1 } } }
    subject_field: "a"
    error { exception_type: "TimeoutError" message: "two\nlines" code: "E1"
      http_status: 504 grpc_code: "UNAVAILABLE"
      headers { key: "Retry-After" value: "5" }
      headers { key: "x" value: "y:z" }
      retry_after { seconds: 1 nanos: 500000000 } }
    target: "t" time_remaining { seconds: 90 }
    idempotency: IDEMPOTENCY_NOT_IDEMPOTENT
    capabilities { alternatives: "b" degradations: "c" remediations: "fix"
                   await_human: true }
    recovery_token: "tok" namespace: "ns"
    labels { key: "env" value: "prod" })")
                .DebugString());
}

TEST_F(CliTest, BadUsageExitsTwoAndAsksNothing) {
  const std::vector<std::vector<std::string>> kCases = {
      {},
      {"no-such-command"},
      {"handle"},
      {"handle", "--message", "x", "--no-such-flag"},
      {"handle", "--message", "x", "--retry-after", "5 parsecs"},
      {"handle", "--message", "x", "--time-remaining", "-1s"},
      {"handle", "--message", "x", "--http-status", "abc"},
      {"handle", "--message", "x", "--idempotency", "maybe"},
      {"handle", "--message", "x", "--header", "no colon"},
      {"handle", "--message", "x", "--capability", "flying"},
      {"handle", "--message", "x", "--state", "[1]"},
      {"handle", "--message", "x", "--tls-cert", "c.pem"},
      {"handle", "--message", "x", "--tls-ca", "/does/not/exist"},
      {"--timeout", "soon", "health"},
      {"report", "--token", "t"},
      {"report", "--token", "t", "--outcome", "fine"},
      {"decision"},
      {"incidents"},
      {"incidents", "resolve", "i", "--action", "explode"},
      {"stats", "--window", "2m"},
      {"completion", "tcsh"},
      {"patterns", "validate"},
      {"patterns", "validate", "/does/not/exist.yaml"},
      {"evaluate"},
      {"evaluate", "--corpus", "/does/not/exist.jsonl"},
      {"replay", "/does/not/exist.jsonl"},
  };
  for (const auto& arguments : kCases) {
    const CliResult result = Cli(arguments);
    SCOPED_TRACE(testing::PrintToString(arguments));
    EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
    EXPECT_NE(result.err, "");
  }
  EXPECT_THAT(server.orchestrator.HandleError_.requests(), IsEmpty());
}

TEST_F(CliTest, UnknownWordsAreNamedFirst) {
  const struct {
    std::vector<std::string> arguments;
    const char* error;
  } kCases[] = {
      {{"handel"}, "no command handel; did you mean handle?"},
      {{"handle", "--mesage", "x"},
       "no flag --mesage; did you mean --message?"},
      {{"handle", "--mesage=x"}, "no flag --mesage; did you mean --message?"},
      {{"--sever", "a:1", "health"}, "no flag --sever; did you mean --server?"},
      {{"patterns", "lst"}, "no command patterns lst; did you mean list?"},
      {{"handle", "--message", "x", "y"}, "no use for the word y"},
  };
  for (const auto& test : kCases) {
    const CliResult result = Cli(test.arguments);
    EXPECT_EQ(result.exit_code, 2) << test.error;
    EXPECT_THAT(result.err, HasSubstr(test.error));
  }
}

TEST_F(CliTest, VersionNeedsNoCommand) {
  const CliResult result = Cli({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, testing::MatchesRegex("recourse [0-9.]+\n"));
}

TEST_F(CliTest, AddressWithoutPortIsBadUsage) {
  const struct {
    const char* address;
    const char* meant;
  } kCases[] = {{"127.0.0.1", "127.0.0.1:50051"},
                {"example.org:", "example.org:50051"},
                {"[::1]", "[::1]:50051"},
                {"::1", "[::1]:50051"}};
  for (const auto& test : kCases) {
    const CliResult result = Cli({"--server", test.address, "health"});
    EXPECT_EQ(result.exit_code, 2) << test.address;
    EXPECT_THAT(result.err,
                HasSubstr(absl::StrCat("no port in ", test.address,
                                       "; did you mean ", test.meant, "?")));
  }
}

TEST_F(CliTest, NoAdviceToStartAServerElsewhere) {
  const CliResult result =
      Cli({"--server", "no-such-host.invalid:50051", "health"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("can it be reached from here?"));
  EXPECT_THAT(result.err, testing::Not(HasSubstr("--listen")));
}

TEST_F(CliTest, LongInputKeepsItsEnds) {
  server.orchestrator.HandleError_.Answer(kRetry);
  const std::string input =
      absl::StrCat("first", std::string(3 << 20, 'x'), "last\n");
  EXPECT_EQ(Cli({"handle", "--message", "-"}, input).exit_code, 0);
  const std::string message =
      server.orchestrator.HandleError_.requests()[0].error().message();
  EXPECT_LT(message.size(), 17u << 10);
  EXPECT_THAT(message, testing::StartsWith("firstx"));
  EXPECT_THAT(message, testing::EndsWith("xlast"));
}

TEST_F(CliTest, RefusalNamesTheFlag) {
  server.orchestrator.MatchErrorPattern_.Fail(RefusalStatus(
      grpc::StatusCode::INVALID_ARGUMENT, "context.error.http_status: is 9",
      "INVALID_FIELD", "context.error.http_status"));
  EXPECT_EQ(Cli({"match", "--message", "x"}).err,
            "error: --http-status: is 9\n"
            "  flag: --http-status\n"
            "  reason: INVALID_FIELD\n");
}

TEST_F(CliTest, HelpHasExamplesForEveryCommand) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"handle"},
                                             {"match"},
                                             {"report"},
                                             {"stats"},
                                             {"watch"},
                                             {"decision"},
                                             {"health"},
                                             {"evaluate"},
                                             {"replay"},
                                             {"completion"},
                                             {"incidents", "list"},
                                             {"incidents", "get"},
                                             {"incidents", "ack"},
                                             {"incidents", "resolve"},
                                             {"incidents", "await"},
                                             {"patterns", "list"},
                                             {"patterns", "get"},
                                             {"patterns", "add"},
                                             {"patterns", "update"},
                                             {"patterns", "remove"},
                                             {"patterns", "apply"},
                                             {"patterns", "validate"},
                                             {"patterns", "test"},
                                             {"patterns", "export"}}) {
    auto arguments = command;
    arguments.push_back("--help");
    const CliResult result = Cli(arguments);
    EXPECT_EQ(result.exit_code, 0) << command[0];
    EXPECT_THAT(result.out, HasSubstr("Example")) << command[0];
  }
}

TEST_F(CliTest, RefusalShowsFieldReasonAndHint) {
  server.orchestrator.GetDecision_.Fail(
      RefusalStatus(grpc::StatusCode::NOT_FOUND, "no decision d9",
                    "DECISION_NOT_FOUND", "decision_id"));
  const CliResult result = Cli({"decision", "d9"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err,
            "error: no decision d9\n"
            "  field: decision_id\n"
            "  reason: DECISION_NOT_FOUND\n"
            "  hint: only recent decisions are kept\n");
}

TEST_F(CliTest, UnavailableWithAReasonIsARefusal) {
  server.orchestrator.HandleError_.Fail(
      RefusalStatus(grpc::StatusCode::UNAVAILABLE, "draining", "DRAINING"));
  EXPECT_EQ(Cli({"handle", "--message", "x"}).exit_code, 3);
}

TEST_F(CliTest, AbsentServerExitsFourWithAHint) {
  server.Stop();
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"handle", "--message", "x"},
                                             {"patterns", "list"},
                                             {"health"},
                                             {"watch"},
                                             {"stats"}}) {
    const CliResult result = Cli(arguments);
    EXPECT_EQ(result.exit_code, 4) << arguments[0];
    EXPECT_THAT(result.err, HasSubstr("recourse-server --listen"));
  }
}

TEST_F(CliTest, ServerFlagWinsAndMayStandLast) {
  server.orchestrator.HandleError_.Answer(kRetry);
  const CliResult result = RunCli(
      "127.0.0.1:1",
      {"handle", "--message", "x", "--json", "--server", server.address()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("{\"disposition\""));
}

TEST_F(CliTest, MatchShowsTheOrderAndWhy) {
  server.orchestrator.MatchErrorPattern_.Answer(absl::StrCat(R"(
    matches { pattern_id: "mine" origin: PATTERN_ORIGIN_USER priority: 60
              mode: PATTERN_MODE_SHADOW matched_text: "rate\nlimit" }
    matches { pattern_id: "net_reset" origin: PATTERN_ORIGIN_LIBRARY
              priority: 50 mode: PATTERN_MODE_ACTIVE matched_text: "añb" }
    why: "net_reset is the first that is active" decision { )",
                                                             kRetry, "}"));
  const CliResult result = Cli({"match", "--message", "x", "--max", "7"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              testing::StartsWith(
                  "PATTERN    ORIGIN   PRIORITY  MODE    MATCHED TEXT\n"
                  "mine       USER           60  SHADOW  rate limit\n"
                  "net_reset  LIBRARY        50  ACTIVE  añb\n"
                  "\n"
                  "why        net_reset is the first that is active\n"));
  EXPECT_EQ(server.orchestrator.MatchErrorPattern_.requests()[0].max_matches(),
            7);
}

TEST_F(CliTest, MatchOfNothingIsNegative) {
  server.orchestrator.MatchErrorPattern_.Answer("why: 'none matches'");
  EXPECT_EQ(Cli({"match", "--message", "x"}).exit_code, 1);
}

TEST_F(CliTest, ReportSaysWhetherItCounted) {
  server.orchestrator.ReportOutcome_.Answer("recorded: true");
  server.orchestrator.ReportOutcome_.Answer("recorded: false");
  EXPECT_EQ(Cli({"report", "--token", "t", "--outcome", "success"}).out,
            "recorded\n");
  EXPECT_EQ(Cli({"report", "--token", "t", "--outcome", "FAILURE", "--duration",
                 "2s"})
                .out,
            "reported before; nothing changed\n");
  const auto requests = server.orchestrator.ReportOutcome_.requests();
  EXPECT_EQ(requests[0].outcome(), v1::OUTCOME_SUCCESS);
  EXPECT_EQ(requests[1].outcome(), v1::OUTCOME_FAILURE);
  EXPECT_EQ(requests[1].duration().seconds(), 2);
}

}  // namespace
}  // namespace recourse
