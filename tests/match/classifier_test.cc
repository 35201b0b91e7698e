#include "server/match/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/match/classifier_cases.h"

namespace recourse {
namespace {

using enum Category;
using ::testing::HasSubstr;

TEST(ClassifierTest, HttpStatusAlone) {
  ExpectAll({
      {"", "", 400, kPermanent, kCorrect},
      {"", "", 401, kAuthentication, kEscalate},
      {"", "", 402, kResource, kEscalate},
      {"", "", 403, kAuthentication, kEscalate},
      {"", "", 404, kPermanent, kEscalate},
      {"", "", 408, kTimeout, kRetry},
      {"", "", 409, kConcurrency, kRetry},
      {"", "", 412, kConcurrency, kRetry},
      {"", "", 413, kResource, kDegrade},
      {"", "", 418, kPermanent, kCorrect},
      {"", "", 422, kPermanent, kCorrect},
      {"", "", 429, kRateLimit, kRetry},
      {"", "", 500, kTransient, kRetry},
      {"", "", 502, kTransient, kRetry},
      {"", "", 503, kTransient, kRetry},
      {"", "", 504, kTimeout, kRetry},
      {"", "", 529, kTransient, kRetry},
      {"", "", 200, kUnknown, Strategy::kNone},
  });
}

TEST(ClassifierTest, CodesOfDatabases) {
  ExpectAll({
      {"error", "40001", 0, kConcurrency, kRetry},
      {"error", "40P01", 0, kConcurrency, kRetry},
      {"error", "08006", 0, kConnection, kRetry},
      {"error", "28P01", 0, kAuthentication, kEscalate},
      {"error", "57014", 0, kTimeout, kRetry},
      {"error", "23505", 0, kPermanent, kCorrect},
      {"error", "53300", 0, kResource, kRetry},
      {"error", "53100", 0, kResource, kEscalate},
      {"error", "XX001", 0, kIntegrity, kEscalate},
      {"error", "1213", 0, kConcurrency, kRetry},
      {"error", "2006", 0, kConnection, kRetry},
      {"SQLSTATE[HY000] [2002] refused", "", 0, kConnection, kRetry},
      {"SQLSTATE[40001]: x", "", 0, kConcurrency, kRetry},
      {"error", "E429", 0, kRateLimit, kRetry},
      {"error", "99999", 0, kUnknown, Strategy::kNone},
  });
}

TEST(ClassifierTest, CodesOfProtocolsAndVendors) {
  ExpectAll({
      {"LDAP: error code 49 - data 775", "", 0, kAuthentication, kEscalate},
      {"LDAP: error code 51 - x", "", 0, kTransient, kRetry},
      {"error code 51", "", 0, kUnknown, Strategy::kNone},
      {"SQL0911N reason 2", "", 0, kConcurrency, kRetry},
      {"SQL0964C", "", 0, kResource, kEscalate},
      {"Msg 824, Level 24", "", 0, kIntegrity, kEscalate},
      {"System error 1326 has occurred.", "", 0, kAuthentication, kEscalate},
      {"EDEADLK", "", 0, kConcurrency, kRetry},
      {"NFS4ERR_GRACE", "", 0, kTransient, kRetry},
      {"", "", 440, kAuthentication, kEscalate},
      {"HttpErrorException$ServiceUnavailable: 503", "", 0, kTransient, kRetry},
      {"serviceUnavailable: 3", "", 0, kUnknown, Strategy::kNone},
      {"KeyError: 'connection refused'", "", 0, kPermanent, kCorrect},
  });
}

TEST(ClassifierTest, TheLastClauseIsTheCause) {
  ExpectAll({
      {"qemu unexpectedly closed the monitor: permission denied", "", 0,
       kAuthentication, kEscalate},
      {"permission denied: qemu unexpectedly closed the monitor", "", 0,
       kConnection, kRetry},
  });
}

TEST(ClassifierTest, GrpcCodes) {
  const struct {
    GrpcCode code;
    Category category;
  } kCases[] = {
      {GrpcCode::kUnavailable, kTransient},
      {GrpcCode::kDeadlineExceeded, kTimeout},
      {GrpcCode::kResourceExhausted, kRateLimit},
      {GrpcCode::kAborted, kConcurrency},
      {GrpcCode::kDataLoss, kIntegrity},
      {GrpcCode::kUnauthenticated, kAuthentication},
      {GrpcCode::kPermissionDenied, kAuthentication},
      {GrpcCode::kInvalidArgument, kPermanent},
      {GrpcCode::kUnimplemented, kPermanent},
      {GrpcCode::kNotFound, kPermanent},
      {GrpcCode::kUnknown, kUnknown},
      {GrpcCode::kOk, kUnknown},
  };
  for (const auto& c : kCases) {
    Failure failure;
    failure.grpc_code = c.code;
    EXPECT_EQ(Name(Classify(failure, nullptr, kNow).category), Name(c.category))
        << Name(c.code);
  }
  EXPECT_EQ(Classify(NewFailure("rpc error: code = DeadlineExceeded desc = x"),
                     nullptr, kNow)
                .category,
            kTimeout);
  // No code begins here, and "I/O" is read as a word that the text lacks.
  EXPECT_EQ(Classify(NewFailure("State 2: Server lost its I/O, connection "
                                "refused"),
                     nullptr, kNow)
                .category,
            kConnection);
}

TEST(ClassifierTest, TheSameStatusForDifferentTroubles) {
  ExpectAll({
      {"API rate limit exceeded for user ID 1.", "", 403, kRateLimit, kRetry},
      {"You do not have permission", "", 403, kAuthentication, kEscalate},
      {"Your card was declined.", "", 402, kPermanent, kEscalate},
      {"insufficient_quota", "RateLimitError", 429, kResource, kEscalate},
      {"Rate limit reached. Please try again in 1.4s.", "", 429, kRateLimit,
       kRetry},
      {"This model's maximum context length is 8192 tokens", "", 400, kResource,
       kDegrade},
      {"Rate exceeded", "ThrottlingException", 400, kRateLimit, kRetry},
      {"Your credit balance is too low", "", 400, kResource, kEscalate},
      {"content_filter", "", 400, kPermanent, kSwitch},
      {"disk usage exceeded flood-stage watermark", "", 429, kResource,
       kEscalate},
  });
}

TEST(ClassifierTest, Network) {
  ExpectAll({
      {"connect ECONNREFUSED 127.0.0.1:5432", "Error", 0, kConnection, kRetry},
      {"read ECONNRESET", "Error", 0, kConnection, kRetry},
      {"getaddrinfo EAI_AGAIN db", "Error", 0, kConnection, kRetry},
      {"Temporary failure in name resolution", "", 0, kConnection, kRetry},
      {"getaddrinfo ENOTFOUND api.example", "Error", 0, kPermanent, kCorrect},
      {"lookup api on 10.0.0.1:53: no such host", "", 0, kPermanent, kCorrect},
      {"connect ETIMEDOUT 10.1.2.3:443", "Error", 0, kTimeout, kRetry},
      {"Read timed out.", "ReadTimeout", 0, kTimeout, kRetry},
      {"certificate verify failed: self signed certificate", "SSLError", 0,
       kPermanent, kEscalate},
      {"x509: certificate signed by unknown authority", "", 0, kPermanent,
       kEscalate},
  });
}

TEST(ClassifierTest, ResourcesAndData) {
  ExpectAll({
      {"CUDA out of memory. Tried to allocate 2 GiB", "OutOfMemoryError", 0,
       kResource, kDegrade},
      {"Java heap space", "java.lang.OutOfMemoryError", 0, kResource, kDegrade},
      {"[Errno 28] No space left on device", "OSError", 0, kResource,
       kEscalate},
      {"Too many open files", "OSError", 0, kResource, kDegrade},
      {"sorry, too many clients already", "", 0, kResource, kRetry},
      {"Hash Sum mismatch", "", 0, kIntegrity, kRetry},
      {"checksum mismatch", "", 0, kIntegrity, kEscalate},
      {"gzip: stdin: unexpected end of file", "", 0, kIntegrity, kEscalate},
      {"database is locked", "OperationalError", 0, kConcurrency, kRetry},
      {"Daily Limit Exceeded", "", 403, kRateLimit, kEscalate},
  });
}

TEST(ClassifierTest, RequestsAndPrograms) {
  ExpectAll({
      {"Unexpected token < in JSON at position 0", "SyntaxError", 0, kPermanent,
       kCorrect},
      {"'user_id'", "KeyError", 0, kPermanent, kCorrect},
      {"No module named 'yaml'", "ModuleNotFoundError", 0, kPermanent,
       kEscalate},
      {"does not exist", "psycopg2.errors.UndefinedTable", 0, kPermanent,
       kEscalate},
      {"The model `x` does not exist or you do not have access to it.", "", 404,
       kPermanent, kSwitch},
      {"Could not parse LLM output: hm", "ValueError", 0, kTransient, kRetry},
  });
}

TEST(ClassifierTest, NamesOfParametersAndQuotedWordsAreNoCause) {
  ExpectAll({
      {"timeout must be a positive integer", "ValueError", 0, kPermanent,
       kCorrect},
      {"invalid value for parameter \"connection_timeout\": \"abc\"", "", 0,
       kPermanent, kCorrect},
      {"unknown flag: --retry-timeout", "", 0, kPermanent, kCorrect},
      {"User 'timeout' not found", "NotFoundError", 404, kPermanent, kEscalate},
      {"rate limit must be greater than 0", "ValueError", 0, kPermanent,
       kCorrect},
      {"GET https://x.example/timeout/rate-limit failed: permission denied", "",
       0, kAuthentication, kEscalate},
  });
}

TEST(ClassifierTest, RootCausesOutweighWrappers) {
  EXPECT_EQ(Classify(NewFailure("permission denied while reading\n"
                                "Caused by: java.net.SocketTimeoutException: "
                                "Read timed out"),
                     nullptr, kNow)
                .category,
            kTimeout);

  Failure chained = NewFailure("validation failed", "JobException");
  chained.causes = {{"IOException", "job failed"},
                    {"ConnectException", "Connection refused"}};
  chained.text = MatchText(chained);
  EXPECT_EQ(Classify(chained, nullptr, kNow).category, kConnection);

  EXPECT_EQ(Classify(NewFailure("Traceback (most recent call last):\n"
                                "  File \"/app/timeout.py\", line 3, in f\n"
                                "    raise ConnectionRefusedError()\n"
                                "KeyError: 'x'"),
                     nullptr, kNow)
                .category,
            kPermanent);
}

TEST(ClassifierTest, NotExecutedNeedsProof) {
  EXPECT_TRUE(
      Classify(NewFailure("connection refused"), nullptr, kNow).not_executed);
  EXPECT_TRUE(Classify(NewFailure("", "", 429), nullptr, kNow).not_executed);
  EXPECT_TRUE(Classify(NewFailure("", "", 401), nullptr, kNow).not_executed);
  EXPECT_TRUE(
      Classify(NewFailure("connect timed out"), nullptr, kNow).not_executed);
  EXPECT_FALSE(
      Classify(NewFailure("read timed out"), nullptr, kNow).not_executed);
  EXPECT_FALSE(
      Classify(NewFailure("connection reset"), nullptr, kNow).not_executed);
  EXPECT_FALSE(Classify(NewFailure("", "", 503), nullptr, kNow).not_executed);
  // The server was reached; who knows what it had done by then.
  EXPECT_FALSE(Classify(NewFailure("upstream: connection refused", "", 500),
                        nullptr, kNow)
                   .not_executed);
}

TEST(ClassifierTest, NotExecutedIsVetoedByWhatWasUnderWay) {
  const struct {
    const char* type;
    const char* message;
    const char* cause;  // Empty: none.
    Category category;
    bool not_executed;
  } rows[] = {
      {"", "connection refused", "", kConnection, true},
      {"ConnectionRefusedError", "[Errno 111] Connection refused", "",
       kConnection, true},
      {"", "dial tcp 10.0.0.1:80: connect: connection refused", "", kConnection,
       true},
      {"ConnectionError", "Failed to establish a new connection: refused",
       "connection refused", kConnection, true},
      {"", "ERROR 2003 (HY000): Can't connect to MySQL server on 'x' (111)", "",
       kConnection, true},
      {"ConnectTimeoutError", "Connect Timeout Error", "", kTimeout, true},
      {"", "connection refused\n\tat java.net.SocketTimeoutException(A.java:1)",
       "", kConnection, true},
      {"",
       "connection reset by peer while reading response; reconnect failed: "
       "connection refused",
       "", kConnection, false},
      {"",
       "connection refused; before that: connection reset by peer while "
       "reading response",
       "", kConnection, false},
      {"", "connection reset by peer while reading response",
       "connection refused", kConnection, false},
      {"", "broken pipe\nCaused by: java.net.ConnectException: refused",
       "no route to host", kConnection, false},
      {"", "Recv failure; then connection refused", "", kConnection, false},
      {"", "read timed out, then connection refused", "connection refused",
       kConnection, false},
      {"", "read timed out; on reconnect: connect timeout", "", kTimeout,
       false},
      {"", "read timed out", "connect timeout", kTimeout, false},
      {"", "request failed: timeout (connect_timeout=5)", "", kTimeout, false},
      {"", "read timed out; repeated: too many requests", "", kRateLimit,
       false},
      {"", "[WinError 10060] the connected party did not respond", "", kTimeout,
       false},
  };
  for (const auto& row : rows) {
    Failure failure = NewFailure(row.message, row.type);
    if (*row.cause != '\0') failure.causes = {{"", row.cause}};
    failure.text = MatchText(failure);
    const Classification got = Classify(failure, nullptr, kNow);
    const std::string where =
        absl::StrCat(row.message, " / ", row.cause, ": ", got.evidence);
    EXPECT_EQ(Name(got.category), Name(row.category)) << where;
    EXPECT_EQ(got.not_executed, row.not_executed) << where;
  }
}

TEST(ClassifierTest, NotExecutedBelongsToTheCategoryThatWon) {
  const struct {
    Category category;  // The pattern's.
    bool pattern_says;
    bool not_executed;
  } rows[] = {
      {kTransient, false, false}, {kTransient, true, true},
      {kConnection, false, true}, {kUnspecified, false, true},
      {kTimeout, false, false},
  };
  for (const auto& row : rows) {
    Pattern pattern;
    pattern.category = row.category;
    pattern.not_executed = row.pattern_says;
    EXPECT_EQ(
        Classify(NewFailure("connection refused"), &pattern, kNow).not_executed,
        row.not_executed)
        << Name(row.category);
  }
}

TEST(ClassifierTest, EvidenceNamesWhatDecided) {
  const Classification got = Classify(
      NewFailure("Service temporarily unavailable", "", 503), nullptr, kNow);
  EXPECT_THAT(got.evidence, HasSubstr("http_status 503"));
  EXPECT_THAT(got.evidence, HasSubstr("words '"));
  EXPECT_GT(got.confidence, 0.5);
  EXPECT_LT(got.confidence, 1);
  EXPECT_FALSE(got.suggested_action.empty());
}

TEST(ClassifierTest, AServerThatSaysNeverIsNotRetried) {
  Failure failure = NewFailure("", "", 503);
  failure.headers["grpc-retry-pushback-ms"] = "-1";
  const Classification got = Classify(failure, nullptr, kNow);
  EXPECT_EQ(got.category, kTransient);
  EXPECT_FALSE(got.retryable);
  EXPECT_NE(got.recommended_strategy, Strategy::kRetry);
  ASSERT_TRUE(got.retry_after.has_value());
  EXPECT_TRUE(got.retry_after->never);
}

TEST(ClassifierTest, TheHintDecidesWhereNothingElseDoes) {
  Failure failure = NewFailure("failed");
  failure.error_type_hint = ErrorType::kRateLimit;
  Classification got = Classify(failure, nullptr, kNow);
  EXPECT_EQ(got.category, kRateLimit);
  EXPECT_EQ(got.error_type, ErrorType::kRateLimit);

  failure = NewFailure("connection refused");
  failure.error_type_hint = ErrorType::kSyntax;
  got = Classify(failure, nullptr, kNow);
  EXPECT_EQ(got.category, kConnection);
  EXPECT_EQ(got.error_type, ErrorType::kSyntax);
}

TEST(ClassifierTest, ThePatternWinsWhereItSpeaks) {
  Pattern pattern;
  pattern.id = "p";
  pattern.category = kTransient;
  pattern.error_type = ErrorType::kGeneration;
  pattern.severity = Severity::kCritical;
  pattern.suggested_action = "Do this.";
  pattern.not_executed = true;
  const Classification got =
      Classify(NewFailure("permission denied", "", 403), &pattern, kNow);
  EXPECT_EQ(got.category, kTransient);
  EXPECT_TRUE(got.retryable);
  EXPECT_EQ(got.recommended_strategy, kRetry);
  EXPECT_EQ(got.error_type, ErrorType::kGeneration);
  EXPECT_EQ(got.severity, Severity::kCritical);
  EXPECT_EQ(got.suggested_action, "Do this.");
  EXPECT_EQ(got.pattern_id, "p");
  EXPECT_TRUE(got.not_executed);
}

TEST(ClassifierTest, APatternWithoutCategoryLeavesItToTheEvidence) {
  Pattern pattern;
  pattern.error_type = ErrorType::kNetwork;
  EXPECT_EQ(Classify(NewFailure("deadlock"), &pattern, kNow).category,
            kConcurrency);
  const Classification got = Classify(NewFailure("hm"), &pattern, kNow);
  EXPECT_EQ(got.category, kConnection);
  EXPECT_EQ(got.evidence, "the pattern's error_type");
  pattern.error_type = ErrorType::kCustom;
  EXPECT_EQ(Classify(NewFailure("hm"), &pattern, kNow).category, kUnknown);
}

TEST(ClassifierTest, ThePatternsPlanSaysWhatIsRetryableAndTheFirstMove) {
  RetryStep with_remediation;
  with_remediation.remediation = "refetch";
  const ErrorCorrectionStep correct;
  const struct {
    Category category;
    std::vector<Step> steps;
    bool retryable;
    Strategy first_move;
  } rows[] = {
      {kPermanent, {RetryStep{}, AlternativePathStep{}}, true, kRetry},
      {kPermanent, {AlternativePathStep{}, RetryStep{}}, false, kSwitch},
      {kPermanent, {with_remediation, EscalationStep{}}, false, kEscalate},
      {kPermanent, {with_remediation}, false, kCorrect},
      {kPermanent, {}, false, kCorrect},
      // Behind a correction the failure says whether a retry helps.
      {kPermanent, {correct, RetryStep{}}, false, kCorrect},
      {kTransient, {correct, RetryStep{}}, true, kCorrect},
      {kTransient, {correct, correct, RetryStep{}}, true, kCorrect},
      {kTransient, {correct, with_remediation}, false, kCorrect},
      {kTransient, {correct, EscalationStep{}, RetryStep{}}, false, kCorrect},
      {kTransient, {correct}, false, kCorrect},
      {kTransient, {RetryStep{}, correct}, true, kRetry},
  };
  Pattern pattern;
  for (const auto& row : rows) {
    pattern.category = row.category;
    pattern.steps = row.steps;
    const Classification got = Classify(NewFailure("x"), &pattern, kNow);
    EXPECT_EQ(got.retryable, row.retryable) << &row - rows;
    EXPECT_EQ(got.recommended_strategy, row.first_move) << &row - rows;
  }
  // "Never try again" holds behind a correction too.
  pattern.category = kTransient;
  pattern.steps = {correct, RetryStep{}};
  Failure never = NewFailure("x");
  never.headers["grpc-retry-pushback-ms"] = "-1";
  EXPECT_FALSE(Classify(never, &pattern, kNow).retryable);
  // What the words say of memory holds for the pattern's RESOURCE too.
  pattern.steps = {};
  pattern.category = kResource;
  EXPECT_EQ(Classify(NewFailure("no space left on device"), &pattern, kNow)
                .recommended_strategy,
            kEscalate);
}

TEST(ClassifierTest, HugeAndBrokenTextsAreRead) {
  const std::string noise(300 << 10, 'x');
  EXPECT_EQ(Classify(NewFailure("connection refused " + noise), nullptr, kNow)
                .category,
            kConnection);
  EXPECT_EQ(Classify(NewFailure(noise + " deadlock detected"), nullptr, kNow)
                .category,
            kConcurrency);
  EXPECT_EQ(
      Classify(NewFailure("\xff\xfe timed out \x80"), nullptr, kNow).category,
      kTimeout);
  std::string repeated;
  for (int i = 0; i < 20'000; ++i) repeated += "timeout ";
  EXPECT_EQ(Classify(NewFailure(repeated), nullptr, kNow).category, kTimeout);
}

TEST(ClassifierTest, ManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(Classify(NewFailure("deadlock"), nullptr, kNow).category,
                  kConcurrency);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace recourse
