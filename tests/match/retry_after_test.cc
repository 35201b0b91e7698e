#include "server/match/retry_after.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "server/match/http_date.h"

namespace recourse {
namespace {

using Delay = std::optional<absl::Duration>;

const absl::Time kNow = absl::FromUnixSeconds(784'111'777);  // 6 Nov 1994.

Failure WithText(const std::string& message) {
  Failure failure;
  failure.message = message;
  failure.text = MatchText(failure);
  return failure;
}

TEST(ParseHttpDateTest, ReadsTheThreeForms) {
  const struct {
    const char* text;
    std::optional<int64_t> unix_seconds;
  } kCases[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 784'111'777},
      {"Sun Nov  6 08:49:37 1994", 784'111'777},
      {"  sun, 06 nov 1994 08:49:37 gmt ", 784'111'777},
      {"Thu, 29 Feb 1996 23:59:60 GMT", 825'638'400},
      {"Friday, 06-Nov-43 08:49:37 GMT", 2'330'412'577},
      {"Sunday, 06-Nov-46 08:49:37 GMT", -730'653'023},  // 1946, not 2046.
      {"Wed, 29 Feb 1995 00:00:00 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 24:00:00 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:60:00 GMT", std::nullopt},
      {"Sun, 06 Foo 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 +0200", std::nullopt},
      {"Sun, 00 Nov 1994 08:49:37 GMT", std::nullopt},
      {"1994-11-06T08:49:37Z", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : kCases) {
    const auto time = ParseHttpDate(c.text, kNow);
    ASSERT_EQ(time.has_value(), c.unix_seconds.has_value()) << c.text;
    if (time) {
      EXPECT_EQ(absl::ToUnixSeconds(*time), *c.unix_seconds) << c.text;
    }
  }
}

TEST(ParseRetryAfterHeaderTest, SecondsAndDates) {
  const struct {
    const char* value;
    Delay delay;
  } kCases[] = {
      {"120", absl::Seconds(120)},
      {"0", absl::ZeroDuration()},
      {"1.5", absl::Milliseconds(1500)},
      {" 7 ", absl::Seconds(7)},
      {"Sun, 06 Nov 1994 08:49:47 GMT", absl::Seconds(10)},
      {"Sun, 06 Nov 1994 08:49:00 GMT", absl::ZeroDuration()},
      {"999999999999999", absl::Hours(24 * 365)},
      {"Sun, 06 Nov 2094 08:49:37 GMT", absl::Hours(24 * 365)},
      {"-1", std::nullopt},
      {"abc", std::nullopt},
      {"", std::nullopt},
      {"1e3", std::nullopt},
      {"inf", std::nullopt},
      {"nan", std::nullopt},
      {"0x10", std::nullopt},
      {"5 s", std::nullopt},
      {"99999999999999999999999999", std::nullopt},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ParseRetryAfterHeader(c.value, kNow), c.delay) << c.value;
  }
}

TEST(FindRetryAfterTest, Headers) {
  const struct {
    std::map<std::string, std::string> headers;
    Delay delay;
    bool never;
  } kCases[] = {
      // botocore: milliseconds; what does not parse is passed over.
      {{{"x-amz-retry-after", "1500"}}, absl::Milliseconds(1500), false},
      {{{"x-amz-retry-after", "0"}}, absl::ZeroDuration(), false},
      {{{"x-amz-retry-after", "10000"}}, absl::Seconds(10), false},
      {{{"x-amz-retry-after", "invalid"}}, std::nullopt, false},
      {{{"x-amz-retry-after", "-100"}}, std::nullopt, false},
      {{{"x-amz-retry-after", "-100"}, {"retry-after", "3"}},
       absl::Seconds(3),
       false},
      // gRPC A6.
      {{{"grpc-retry-pushback-ms", "500"}}, absl::Milliseconds(500), false},
      {{{"grpc-retry-pushback-ms", "-1"}}, absl::ZeroDuration(), true},
      {{{"grpc-retry-pushback-ms", "x"}}, absl::ZeroDuration(), true},
      {{{"grpc-retry-pushback-ms", ""}}, absl::ZeroDuration(), true},
      {{{"grpc-retry-pushback-ms", "-1"}, {"retry-after", "3"}},
       absl::ZeroDuration(),
       true},
      // The finer unit wins.
      {{{"retry-after-ms", "250"}, {"retry-after", "1"}},
       absl::Milliseconds(250),
       false},
      {{{"retry-after-ms", "soon"}, {"retry-after", "1"}},
       absl::Seconds(1),
       false},
      {{{"retry-after", "1.5"}}, absl::Milliseconds(1500), false},
      {{{"retry-after", "abc"}}, std::nullopt, false},
      {{{"x-request-id", "7"}}, std::nullopt, false},
  };
  for (const auto& c : kCases) {
    Failure failure;
    failure.headers = c.headers;
    const auto found = FindRetryAfter(failure, kNow);
    const std::string name =
        c.headers.begin()->first + ": " + c.headers.begin()->second;
    ASSERT_EQ(found.has_value(), c.delay.has_value()) << name;
    if (!found) continue;
    EXPECT_EQ(found->never, c.never) << name;
    EXPECT_EQ(found->delay, *c.delay) << name;
    EXPECT_EQ(found->source, RetryAfter::Source::kHeader) << name;
  }
}

TEST(FindRetryAfterTest, FieldBeforeHeadersBeforeText) {
  Failure failure = WithText("Please try again in 20s");
  EXPECT_EQ(FindRetryAfter(failure, kNow)->source, RetryAfter::Source::kText);
  failure.headers["retry-after"] = "5";
  EXPECT_EQ(FindRetryAfter(failure, kNow)->delay, absl::Seconds(5));
  failure.retry_after =
      RetryAfter{absl::Hours(24 * 800), false, RetryAfter::Source::kRetryInfo};
  const auto found = FindRetryAfter(failure, kNow);
  EXPECT_EQ(found->source, RetryAfter::Source::kRetryInfo);
  EXPECT_EQ(found->delay, absl::Hours(24 * 365));
}

TEST(FindRetryAfterTest, TextsOfRealSoftware) {
  const struct {
    const char* text;
    absl::Duration delay;
  } kCases[] = {
      {"Rate limit reached. Please try again in 20s.", absl::Seconds(20)},
      {"Please try again in 1m12.5s.", absl::Milliseconds(72'500)},
      {"Please try again in 6m0s. Visit ...", absl::Minutes(6)},
      {"try again in 2h3m4s", absl::Seconds(7384)},
      {"Please retry after 30 seconds", absl::Seconds(30)},
      {"retry after 1 minute and 30 seconds", absl::Seconds(90)},
      {"Please retry your request in 3 minutes", absl::Minutes(3)},
      {"Retry-After: 7", absl::Seconds(7)},
      {"retry-after-ms: 120", absl::Milliseconds(120)},
      {"Retry-After: 1m30s", absl::Seconds(90)},
      {"retry in 250ms", absl::Milliseconds(250)},
      {"Please wait 60 seconds", absl::Seconds(60)},
      {"You must wait at least 5 minutes", absl::Minutes(5)},
      {"wait 10s before retrying", absl::Seconds(10)},
      {"Quota exceeded. Please retry in 12.3s.", absl::Milliseconds(12'300)},
      {R"({"@type": "RetryInfo", "retryDelay": "41s"})", absl::Seconds(41)},
      {R"({\"retryDelay\": \"41.5s\"})", absl::Milliseconds(41'500)},
      {"retry_delay {\n  seconds: 41\n}", absl::Seconds(41)},
      {R"({"message": "slow down", "retry_after": 0.65})",
       absl::Milliseconds(650)},
      {"{'ok': False, 'retry_after': 12}", absl::Seconds(12)},
      {"retryAfterMs=250", absl::Milliseconds(250)},
      {"Too Many Requests: retry after 12", absl::Seconds(12)},
      {"Too Many Requests: retry after 12.", absl::Seconds(12)},
      {"RATE LIMIT: TRY AGAIN IN 5 SECS", absl::Seconds(5)},
      {"Rate limit resets in 45s", absl::Seconds(45)},
      {"Try again in 400 days", absl::Hours(24 * 365)},
      {"retry after 0 seconds", absl::ZeroDuration()},
  };
  for (const auto& c : kCases) {
    const auto found = FindRetryAfter(WithText(c.text), kNow);
    ASSERT_TRUE(found.has_value()) << c.text;
    EXPECT_EQ(found->delay, c.delay) << c.text;
    EXPECT_EQ(found->source, RetryAfter::Source::kText) << c.text;
    EXPECT_FALSE(found->never) << c.text;
  }
}

TEST(FindRetryAfterTest, OtherTimesInTextsAreNoWait) {
  const char* const kTexts[] = {
      "timeout after 30s",
      "failed after 3 retries in 20s",
      "gave up after 5 attempts in 20 seconds",
      "failed to retry after 30s",
      "Retrying in 4 seconds (attempt 3/10)",
      "will retry in 5s",
      "will retry after 5",
      "lock wait timeout 50s",
      "waited 30 seconds",
      "Please try again in a few minutes",
      "please wait a moment",
      "retry after 3 attempts",
      "retry in 3 regions",
      "retry after 2024-05-01",
      "retry after 12:30",
      "retry_after: soon",
      "retry_after_header: true",
      "Retry-After: 2024-05-01",
      "max retries 5s",
      "retryable: 1",
      "try again",
      "",
  };
  for (const char* text : kTexts) {
    EXPECT_FALSE(FindRetryAfter(WithText(text), kNow).has_value()) << text;
  }
}

}  // namespace
}  // namespace recourse
