// Lines of structured loggers as errors; what is most likely a mistake.
#include "client/cli/log_line.h"

#include "client/cli/stack_text.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse::cli {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;

struct Remarks {
  std::map<std::string, std::string> texts;  // By key.

  KeyRemark Taker() {
    return [this](const std::string& key, const std::string& text) {
      texts[key] = text;
    };
  }
};

TEST(ErrorOfObject, ReadsWhatLoggersWrite) {
  const struct {
    const char* logger;
    const char* line;
    const char* error;
  } kCases[] = {
      {"our own", R"({"message":"m","exception_type":"T","code":"c",
                      "http_status":503,"grpc_code":"UNAVAILABLE"})",
       "message: 'm' exception_type: 'T' code: 'c' http_status: 503 "
       "grpc_code: 'UNAVAILABLE'"},
      {"a number as code", R"({"message":"m","code":1205})",
       "message: 'm' code: '1205'"},
      {"headers as texts, numbers and, as of Go, lists",
       R"({"message":"m","headers":{"Retry-After":2,"x-a":["1","2"],"e":"",
                                    "n":null}})",
       "message: 'm' headers { key: 'Retry-After' value: '2' } "
       "headers { key: 'x-a' value: '1, 2' } headers { key: 'e' value: '' }"},
      {"a wait with its unit", R"({"message":"m","retry_after":"1m1.5s"})",
       "message: 'm' retry_after { seconds: 61 nanos: 500000000 }"},
      {"a wait in seconds", R"({"message":"m","retry_after":1.5})",
       "message: 'm' retry_after { seconds: 1 nanos: 500000000 }"},
      {"a wait as a header has it", R"({"message":"m","retry_after":"120"})",
       "message: 'm' retry_after { seconds: 120 }"},
      {"a wait beyond all time", R"({"message":"m","retry_after":1e300})",
       "message: 'm' retry_after { seconds: 315576000000 }"},
      {"pino", R"({"level":50,"time":1,"pid":7,"msg":"payment failed",
                   "err":{"type":"TimeoutError","message":"connect ETIMEDOUT",
                          "code":"ETIMEDOUT","stack":"TimeoutError: ..."}})",
       "message: 'payment failed: connect ETIMEDOUT' exception_type: "
       "'TimeoutError' code: 'ETIMEDOUT' stack_trace: 'TimeoutError: ...'"},
      {"zap", R"({"level":"error","ts":1.5,"caller":"a.go:1","msg":"call",
                  "error":"dial tcp: i/o timeout","stacktrace":"main.f"})",
       "message: 'call: dial tcp: i/o timeout' stack_trace: 'main.f'"},
      {"structlog", R"({"event":"boom","level":"error","timestamp":"t",
          "exception":"Traceback (most recent call last):\n  File\nValueError: bad"})",
       "message: 'boom: bad' exception_type: 'ValueError' stack_trace: "
       "'Traceback (most recent call last):\\n  File\\nValueError: bad'"},
      {"python-json-logger",
       R"({"asctime":"t","levelname":"ERROR","message":"no","exc_info":null})",
       "message: 'no'"},
      {"ECS, dotted", R"({"@timestamp":"t","log.level":"ERROR","message":"m",
          "error.type":"java.io.IOException","error.message":"closed",
          "error.stack_trace":"at x","http.response.status_code":502})",
       "message: 'm: closed' exception_type: 'java.io.IOException' "
       "stack_trace: 'at x' http_status: 502"},
      {"Serilog", R"j({"Timestamp":"t","Level":"Error","RenderedMessage":"m",
          "Exception":"System.TimeoutException: slow\n   at A.B()"})j",
       "message: 'm: slow' exception_type: 'System.TimeoutException' "
       "stack_trace: 'System.TimeoutException: slow\\n   at A.B()'"},
      {"the error is in the message already",
       R"({"msg":"call failed: EOF","error":"EOF"})",
       "message: 'call failed: EOF'"},
      {"only an error", R"({"error":{"name":"TypeError","message":"x"}})",
       "message: 'x' exception_type: 'TypeError'"},
      {"a status of success is none", R"({"msg":"m","status":200})",
       "message: 'm'"},
      {"a status as a text", R"({"msg":"m","statusCode":"429"})",
       "message: 'm' http_status: 429"},
      {"a status that is a word", R"({"msg":"m","status":"failed"})",
       "message: 'm'"},
      {"nothing", R"({"level":"error","error":null})", ""},
      {"other types than texts", R"({"msg":["m"],"error":true,"stack":{}})",
       ""},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.logger);
    Remarks remarks;
    const v1::ErrorDetails error =
        ErrorOfObject(nlohmann::json::parse(test.line), remarks.Taker()).error;
    EXPECT_TRUE(MessageDifferencer::Equals(
        error, FromText<v1::ErrorDetails>(test.error)))
        << error.DebugString();
    for (const auto& [key, text] : remarks.texts) EXPECT_EQ(text, "") << key;
  }
}

TEST(ErrorOfObject, TellsWhatWouldBeRight) {
  const struct {
    const char* line;
    const char* key;
    const char* text;  // Part of it; empty: only not read.
  } kCases[] = {
      {R"({"mesage":"m"})", "mesage", "did you mean message?"},
      {R"({"httpStatus":503})", "httpStatus", "did you mean http_status?"},
      {R"({"http-status":503})", "http-status", "did you mean http_status?"},
      {R"({"exceptionType":"T"})", "exceptionType", "mean exception_type?"},
      {R"({"catgory":"TIMEOUT"})", "catgory", "did you mean category?"},
      {R"({"http_status":"503"})", "http_status", "write the number 503"},
      {R"({"http_status":503.5})", "http_status", "write a number of 100-599"},
      {R"({"http_status":1e30})", "http_status", "write a number of 100-599"},
      {R"({"http_status":[1]})", "http_status", "is a list"},
      {R"({"message":{"a":1}})", "message", "is an object"},
      {R"({"message":7})", "message", "write a text"},
      {R"({"target":["a"]})", "target", "is a list"},
      {R"({"headers":"Retry-After: 2"})", "headers", "write an object"},
      {R"({"headers":{"a":{"b":1}}})", "headers", "a is an object"},
      {R"({"retry_after":-1})", "retry_after", "write a duration"},
      {R"({"retry_after":"soon"})", "retry_after", "write a duration"},
      {R"({"retryAfter":2})", "retryAfter", "did you mean retry_after?"},
      {R"({"grpc_code":14})", "grpc_code", "such as \"UNAVAILABLE\""},
      // Close to a known one, and another thing.
      {R"({"message_id":"7"})", "message_id", ""},
      {R"({"node":"n"})", "node", ""},
      {R"({"domain":"d"})", "domain", ""},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.line);
    Remarks remarks;
    ErrorOfObject(nlohmann::json::parse(test.line), remarks.Taker());
    ASSERT_TRUE(remarks.texts.contains(test.key));
    const std::string& text = remarks.texts[test.key];
    EXPECT_THAT(text, HasSubstr(test.text));
    EXPECT_EQ(text.empty(), *test.text == '\0');
  }
}

TEST(ErrorOfObject, ANumberInATextIsReadAllTheSame) {
  Remarks remarks;
  EXPECT_EQ(ErrorOfObject(nlohmann::json::parse(R"({"http_status":"503"})"),
                          remarks.Taker())
                .error.http_status(),
            503);
}

TEST(ErrorOfObject, ReadsWhatWasCalled) {
  const struct {
    const char* line;
    const char* target;
  } kCases[] = {
      {R"({"message":"m","target":"postgres/orders"})", "postgres/orders"},
      {R"({"message":"m","target":null})", ""},
      {R"({"message":"m"})", ""},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.line);
    Remarks remarks;
    EXPECT_EQ(
        ErrorOfObject(nlohmann::json::parse(test.line), remarks.Taker()).target,
        test.target);
    EXPECT_TRUE(remarks.texts.empty());
  }
}

TEST(IsBelowWarning, ByNameOrNumberUnlessThereIsAnError) {
  const struct {
    const char* line;
    bool below;
  } kCases[] = {
      {R"({"level":"info","msg":"m"})", true},
      {R"({"levelname":"DEBUG","message":"m"})", true},
      {R"({"severity":"NOTICE","message":"m"})", true},
      {R"({"log.level":"info","message":"m"})", true},
      {R"({"level":30,"msg":"m"})", true},
      {R"({"level":6,"msg":"m"})", true},
      {R"({"level":"info","msg":"m","err":null})", true},
      {R"({"level":"info","msg":"m","err":"boom"})", false},
      {R"({"level":"info","msg":"m","error.type":"T"})", false},
      {R"({"level":"warn","msg":"m"})", false},
      {R"({"level":50,"msg":"m"})", false},
      {R"({"level":3,"msg":"m"})", false},
      {R"({"level":null,"msg":"m"})", false},
      {R"({"message":"m"})", false},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(IsBelowWarning(nlohmann::json::parse(test.line)), test.below)
        << test.line;
  }
}

TEST(SplitErrorText, FindsTypeMessageAndStack) {
  const struct {
    const char* text;
    const char* type;
    const char* message;
    bool stack;
  } kCases[] = {
      {"", "", "", false},
      {"plain words", "", "plain words", false},
      {"dial tcp: i/o timeout", "", "dial tcp: i/o timeout", false},
      {"TimeoutError: slow", "TimeoutError", "slow", false},
      {"KeyboardInterrupt", "KeyboardInterrupt", "", false},
      {"a.b.FooException: x: y", "a.b.FooException", "x: y", false},
      {"two\nlines", "", "two\nlines", false},
      {"Traceback (most recent call last):\n  File \"a\"\nKeyError: 'k'\n",
       "KeyError", "'k'", true},
      {"java.io.IOException: closed\n\tat a.B.c(B.java:1)",
       "java.io.IOException", "closed", true},
      {"TypeError: x\n    at f (a.js:1:2)", "TypeError", "x", true},
      {"panic: boom\n\ngoroutine 1 [running]:\nmain.main()", "", "panic: boom",
       true},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.text);
    const ErrorText result = SplitErrorText(test.text);
    EXPECT_EQ(result.type, test.type);
    EXPECT_EQ(result.message, test.message);
    EXPECT_EQ(result.stack, test.stack ? test.text : "");
  }
}

}  // namespace
}  // namespace recourse::cli
