// replay and evaluate: what they make of the lines of a file.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/cli_fixture.h"

namespace recourse {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class CliLinesTest : public CliFixture {
 protected:
  CliLinesTest() {
    server.orchestrator.MatchErrorPattern_.Always(
        [](const v1::MatchErrorPatternRequest& request,
           v1::MatchErrorPatternResponse& response) {
          if (request.context().error().grpc_code() == "NONE") {
            return RefusalStatus(grpc::StatusCode::INVALID_ARGUMENT,
                                 "context.error.grpc_code: \"NONE\" is no code",
                                 "INVALID_FIELD", "context.error.grpc_code");
          }
          response.mutable_decision()->mutable_classification()->set_category(
              v1::FAILURE_CATEGORY_UNKNOWN);
          return grpc::Status::OK;
        });
  }

  std::vector<v1::MatchErrorPatternRequest> requests() const {
    return server.orchestrator.MatchErrorPattern_.requests();
  }
};

TEST_F(CliLinesTest, WhatLooksWrongIsTold) {
  const struct {
    const char* line;
    const char* told;
    int code;  // With --strict.
  } kCases[] = {
      {R"({"message":"m","http_status":"503"})",
       ":2: http_status: is the text \"503\"; write the number 503", 1},
      {R"({"message":"m","httpStatus":503})",
       ":2: httpStatus: is not read; did you mean http_status?", 1},
      {R"({"mesage":"m","code":"c"})",
       ":2: mesage: is not read; did you mean message?", 1},
      {R"({"level":"error","user":"u"})", ":2: tells no error", 1},
      {"{\"message\": \"never closed", ":2: begins like JSON and is none", 1},
      {R"({"message":"m","grpc_code":"NONE"})",
       ":2: refused: context.error.grpc_code: \"NONE\" is no code", 1},
      {R"({"message":"m","domain":"d"})", "keys not read: domain", 0},
      {R"({"message":"m","http_status":503})", "", 0},
      {"plain text", "", 0},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.line);
    const std::string file = File("a.jsonl", absl::StrCat("\n", test.line));
    const CliResult loose = Cli({"replay", file});
    EXPECT_EQ(loose.exit_code, 0);
    EXPECT_THAT(loose.err, HasSubstr(test.told));
    const bool placed = *test.told == ':';
    EXPECT_EQ(loose.err.empty(), *test.told == '\0');
    EXPECT_THAT(loose.err, HasSubstr(placed ? file + ":2:" : ""));
    EXPECT_EQ(Cli({"replay", file, "--strict"}).exit_code, test.code);
  }
}

TEST_F(CliLinesTest, AlikeFindingsAreToldOnce) {
  std::string text;
  for (int i = 0; i < 30; ++i) {
    absl::StrAppend(&text, R"({"message":"m","http_status":"503"})", "\n");
  }
  const CliResult result = Cli({"replay", "-"}, text);
  EXPECT_EQ(result.err,
            "standard input:1: http_status: is the text \"503\"; write the "
            "number 503 (read so) (and 29 lines more)\n30 findings\n");
  EXPECT_EQ(requests()[0].context().error().http_status(), 503);
}

TEST_F(CliLinesTest, TheFirstTwentyRefusedLinesAreShown) {
  std::string text;
  for (int i = 0; i < 25; ++i) {
    absl::StrAppend(&text, R"({"message":"m","grpc_code":"NONE"})", "\n");
  }
  const CliResult result = Cli({"replay", "-"}, text);
  EXPECT_THAT(result.err, AllOf(HasSubstr("standard input:20: refused: "),
                                Not(HasSubstr("standard input:21:")),
                                HasSubstr("5 refused lines more\n")));
  EXPECT_THAT(result.out, HasSubstr("25 lines were refused by the server\n"));
  const auto json =
      nlohmann::json::parse(Cli({"replay", "-", "--json"}, text).out);
  EXPECT_EQ(json["refused"], 25);
  EXPECT_THAT(json["refused_lines"], SizeIs(20));
  EXPECT_EQ(json["refused_lines"][19]["line"], 20);
}

TEST_F(CliLinesTest, WhatWasCalledAndHowLongToWaitReachTheServer) {
  const std::string error =
      R"({"message":"m","target":"openai/gpt-4o","retry_after":"1.5s",)"
      R"("headers":{"x-ratelimit-remaining":"0"},)";
  const std::string labels =
      R"("category":"UNKNOWN","retryable":false,"strategy":"NONE"})";
  const std::string file = File("target.jsonl", absl::StrCat(error, labels));
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"replay", file},
        std::vector<std::string>{"evaluate", "--corpus", file}}) {
    SCOPED_TRACE(command[0]);
    const size_t before = requests().size();
    EXPECT_EQ(Cli(command).exit_code, 0);
    ASSERT_THAT(requests(), SizeIs(before + 1));
    const v1::RecoveryContext context = requests()[before].context();
    EXPECT_EQ(context.target(), "openai/gpt-4o");
    EXPECT_EQ(context.error().retry_after().nanos(), 500'000'000);
    EXPECT_EQ(context.error().headers().at("x-ratelimit-remaining"), "0");
  }
}

TEST_F(CliLinesTest, ALogIsReadAsErrors) {
  const CliResult result = Cli({"replay", "-", "--json"},
                               R"({"level":"info","time":1,"msg":"listening"}
{"level":"error","time":2,"msg":"payment failed","err":{"type":"TimeoutError","message":"slow"},"pid":7}
)");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_THAT(requests(), SizeIs(1));
  const v1::ErrorDetails error = requests()[0].context().error();
  EXPECT_EQ(error.exception_type(), "TimeoutError");
  EXPECT_EQ(error.message(), "payment failed: slow");
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["passed_over"], 1);
  EXPECT_EQ(json["finding_count"], 0);
  EXPECT_EQ(json["keys_not_read"], nlohmann::json::array({"pid"}));
}

TEST_F(CliLinesTest, BadBytesAreToldOnceAndReplaced) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"replay", "-"},
        std::vector<std::string>{"match", "--message", "-"}}) {
    SCOPED_TRACE(command[0]);
    const size_t before = requests().size();
    const CliResult result = Cli(command, "a\xff\xfe b\n");
    EXPECT_EQ(result.err,
              "warning: standard input is not all UTF-8; U+FFFD stands for "
              "each byte that is not\n");
    ASSERT_THAT(requests(), SizeIs(before + 1));
    EXPECT_EQ(requests()[before].context().error().message(),
              "a\xef\xbf\xbd\xef\xbf\xbd b");
  }
  EXPECT_THAT(Cli({"replay", "-"}, "\xff\n\xfe\n{\"message\":\"\xff\"}\n").err,
              testing::MatchesRegex("warning: [^\n]*\n"));
}

constexpr char kLabels[] =
    R"("category":"UNKNOWN","retryable":false,"strategy":"NONE"})";

TEST_F(CliLinesTest, EvaluateTellsToo) {
  const struct {
    std::string line;
    const char* told;
    int code;
    int strict_code;
  } kCases[] = {
      {absl::StrCat(R"({"message":"m","http_status":"503",)", kLabels),
       ":1: http_status: is the text", 0, 1},
      {absl::StrCat(R"({"message":"m","httpStatus":503,)", kLabels),
       "did you mean http_status?", 0, 1},
      {absl::StrCat(R"({"message":"m","domain":"d",)", kLabels),
       "keys not read: domain\n", 0, 0},
      {R"({"message":"m","catgory":"UNKNOWN","retryable":false})",
       "did you mean category?", 2, 2},
      {absl::StrCat(R"({"message":"m","also":["TIMEOUT"],)", kLabels),
       "also is no object", 2, 2},
      {absl::StrCat(R"({"message":"m","grpc_code":"NONE",)", kLabels),
       ":1: refused: context.error.grpc_code", 3, 3},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.line);
    const std::string file = File("labels.jsonl", test.line);
    const CliResult loose = Cli({"evaluate", "--corpus", file});
    EXPECT_EQ(loose.exit_code, test.code);
    EXPECT_THAT(loose.err, HasSubstr(test.told));
    EXPECT_EQ(Cli({"evaluate", "--strict", "--corpus", file}).exit_code,
              test.strict_code);
  }
}

TEST_F(CliLinesTest, EvaluateGoesOnAfterARefusedLine) {
  const std::string good = absl::StrCat(R"({"id":7,"message":"m",)", kLabels);
  const std::string bad =
      absl::StrCat(R"({"message":"m","grpc_code":"NONE",)", kLabels);
  const std::string missed =
      R"({"id":9,"message":"m","category":"TIMEOUT","retryable":false,)"
      R"("strategy":"NONE"})";
  const std::string file =
      File("refused.jsonl",
           absl::StrCat(good, "\n", bad, "\n", missed, "\n", bad, "\n", good));
  const std::vector<std::string> command = {"evaluate", "--corpus", file};
  const CliResult loose = Cli(command);
  EXPECT_EQ(loose.exit_code, 0);
  EXPECT_THAT(loose.err,
              AllOf(HasSubstr(file + ":2: refused: context.error.grpc_code"),
                    HasSubstr(file + ":4: refused: context.error.grpc_code")));
  EXPECT_THAT(loose.out, HasSubstr("refused"));
  const CliResult strict = Cli({"evaluate", "--corpus", file, "--strict"});
  EXPECT_EQ(strict.exit_code, 1);
  const auto json =
      nlohmann::json::parse(Cli({"evaluate", "--corpus", file, "--json"}).out);
  EXPECT_EQ(json["count"], 3);
  EXPECT_EQ(json["refused"], 2);
  ASSERT_THAT(json["refused_lines"], SizeIs(2));
  EXPECT_EQ(json["refused_lines"][1]["file"], file);
  EXPECT_EQ(json["refused_lines"][1]["line"], 4);
  // The stand-in says nothing of strategies: all that it answered are missed.
  ASSERT_THAT(json["misses"], SizeIs(3));
  EXPECT_EQ(json["misses"][1]["id"], "9");
  EXPECT_EQ(json["misses"][1]["line"], 3);
}

TEST_F(CliLinesTest, NoAnswerEndsItAll) {
  const std::string line = absl::StrCat(R"({"message":"m",)", kLabels);
  const std::string file = File("away.jsonl", line);
  const struct {
    grpc::Status status;
    int exit_code;
  } kCases[] = {
      {grpc::Status(grpc::StatusCode::UNAVAILABLE, "away"), 4},
      {grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "what?"), 3},
  };
  for (const auto& test : kCases) {
    server.orchestrator.MatchErrorPattern_.Always(
        [&](const v1::MatchErrorPatternRequest&,
            v1::MatchErrorPatternResponse&) { return test.status; });
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"replay", file},
          std::vector<std::string>{"evaluate", "--corpus", file}}) {
      SCOPED_TRACE(absl::StrCat(command[0], test.exit_code));
      const CliResult result = Cli(command);
      EXPECT_EQ(result.exit_code, test.exit_code);
      EXPECT_EQ(result.out, "");
    }
  }
}

TEST_F(CliLinesTest, HelpNamesTheKeysThatAreRead) {
  const std::string help = Cli({"replay", "--help"}).out;
  for (const char* key :
       {"exception_type", "msg", "err", "status_code", "stack_trace",
        "severity", "retry_after", "--strict"}) {
    EXPECT_THAT(help, HasSubstr(key));
  }
}

}  // namespace
}  // namespace recourse
