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
      {{{"x-ms-retry-after-ms", "19"}}, absl::Milliseconds(19), false},
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

// The clock is at a UNIX time of today's length.
TEST(FindRetryAfterTest, HeadersOfASpentQuota) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const struct {
    std::map<std::string, std::string> headers;
    int http_status;
    Delay delay;
  } kCases[] = {
      {{{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1700000030"}},
       403,
       absl::Seconds(30)},
      {{{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1700000000500"}},
       429,
       absl::Milliseconds(500)},
      {{{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1699999990"}},
       429,
       absl::ZeroDuration()},
      {{{"ratelimit-remaining", "0"}, {"ratelimit-reset", "12"}},
       429,
       absl::Seconds(12)},
      {{{"x-rate-limit-remaining", "0"}, {"x-rate-limit-reset", "1700000007"}},
       429,
       absl::Seconds(7)},
      {{{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset-after", "1.25"}},
       429,
       absl::Milliseconds(1250)},
      // The longest of those that are spent.
      {{{"x-ratelimit-remaining-requests", "0"},
        {"x-ratelimit-reset-requests", "6m0s"},
        {"x-ratelimit-remaining-tokens", "0"},
        {"x-ratelimit-reset-tokens", "20ms"}},
       429,
       absl::Minutes(6)},
      {{{"x-ratelimit-remaining-requests", "12"},
        {"x-ratelimit-reset-requests", "6m0s"},
        {"x-ratelimit-remaining-tokens", "0"},
        {"x-ratelimit-reset-tokens", "20ms"}},
       429,
       absl::Milliseconds(20)},
      {{{"anthropic-ratelimit-tokens-remaining", "0"},
        {"anthropic-ratelimit-tokens-reset", "2023-11-14T22:13:50Z"}},
       429,
       absl::Seconds(30)},
      // Not told what remains: a refusal says it.
      {{{"x-ratelimit-reset-requests", "1s"}}, 429, absl::Seconds(1)},
      {{{"x-ratelimit-reset-requests", "1s"}}, 500, std::nullopt},
      {{{"x-ratelimit-reset", "soon"}}, 429, std::nullopt},
      {{{"x-ratelimit-reset", "-5"}}, 429, std::nullopt},
      {{{"x-ratelimit-remaining", "7"}, {"x-ratelimit-reset", "30"}},
       429,
       std::nullopt},
      {{{"x-ratelimit-remaining", "few"}, {"x-ratelimit-reset", "30"}},
       429,
       std::nullopt},
      {{{"x-ratelimit-limit", "30"}}, 429, std::nullopt},
      {{{"password-reset", "30"}}, 429, std::nullopt},
      {{{"retry-after", "2"},
        {"x-ratelimit-remaining", "0"},
        {"x-ratelimit-reset", "30"}},
       429,
       absl::Seconds(2)},
  };
  for (const auto& c : kCases) {
    Failure failure;
    failure.headers = c.headers;
    failure.http_status = c.http_status;
    const auto found = FindRetryAfter(failure, now);
    const std::string name = c.headers.rbegin()->first + ": " +
                             c.headers.rbegin()->second + " with " +
                             std::to_string(c.http_status);
    ASSERT_EQ(found.has_value(), c.delay.has_value()) << name;
    if (!found) continue;
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
      {"Please try again in 20ms.", absl::Milliseconds(20)},
      {"Please try again in 1.4s. Contact us.", absl::Milliseconds(1400)},
      {"Please retry after 10 seconds. Please go here", absl::Seconds(10)},
      {"Try again later in 30 seconds.", absl::Seconds(30)},
      {"You have to retry in 5s", absl::Seconds(5)},
      {"Please wait 1.5 seconds", absl::Milliseconds(1500)},
      {"Take a break for 5 minutes before trying again", absl::Minutes(5)},
      {"A wait of 35 seconds is required (caused by X)", absl::Seconds(35)},
      {"Request was throttled. Expected available in 43 seconds.",
       absl::Seconds(43)},
      {"The service is available in 00:05:00", absl::Minutes(5)},
      {"try again in 01:00:00", absl::Hours(1)},
      {"Retry after: 00:00:00.0190000", absl::Milliseconds(19)},
      {"API rate limit of 60 still exceeded [rate reset in 14m32s]",
       absl::Seconds(872)},
      {"Next request is allowed in 12 s", absl::Seconds(12)},
      // Headers pasted in, as languages print them.
      {"429: {'Retry-After': '30', 'Server': 'x'}", absl::Seconds(30)},
      {"[('Date', 'now'), ('Retry-After', '30')]", absl::Seconds(30)},
      {"map[Content-Type:[text/html] Retry-After:[30]]", absl::Seconds(30)},
      {R"({"Retry-After" => ["30"]})", absl::Seconds(30)},
      {R"(headers: {"retry-after": "30"})", absl::Seconds(30)},
      {"Headers { 'retry-after' => [ '30' ] }", absl::Seconds(30)},
      {"unexpected status 429: retry-after: 30", absl::Seconds(30)},
      {"Retry-After: Sun, 06 Nov 1994 08:49:47 GMT", absl::Seconds(10)},
      {"{'Retry-After': 'Sun, 06 Nov 1994 08:49:00 GMT'}",
       absl::ZeroDuration()},
      {"RetryAfterInMs: 19", absl::Milliseconds(19)},
      {"x-ms-retry-after-ms: 19", absl::Milliseconds(19)},
      {"\"retryAfterSeconds\": 1", absl::Seconds(1)},
      {"429\nx-ratelimit-reset-requests: 6m0s\n", absl::Minutes(6)},
      {R"({"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"20"})",
       absl::Seconds(20)},
      {"anthropic-ratelimit-requests-remaining: 0\n"
       "anthropic-ratelimit-requests-reset: 1994-11-06T08:50:37Z",
       absl::Minutes(1)},
      // RetryInfo.
      {"retry_delay {\n  seconds: 27\n  nanos: 500000000\n}",
       absl::Milliseconds(27'500)},
      {"retry_delay { nanos: 300000000 }", absl::Milliseconds(300)},
      {"retry_delay:{seconds:27}", absl::Seconds(27)},
      {R"("retryDelay": {"seconds": "27", "nanos": 500000000})",
       absl::Milliseconds(27'500)},
      {"RetryInfo{retryDelay=27s}", absl::Seconds(27)},
      // Points of time.
      {"Rate limited, try again at 1994-11-06T08:50:37Z", absl::Minutes(1)},
      {"exceeded until 1994-11-06 08:50:07 +0000 UTC", absl::Seconds(30)},
      {"You will regain access on 1994-11-07 at 00:00 UTC.",
       absl::Seconds(54'623)},
      {"Your quota resets at 1994-11-06T08:00:00Z", absl::ZeroDuration()},
      // One vendor's own.
      {"Telegram says: [420 FLOOD_WAIT_35]", absl::Seconds(35)},
      {R"({"error":"Model x/y is currently loading","estimated_time":20.0})",
       absl::Seconds(20)},
      {R"("extras":{"wait_seconds":13})", absl::Seconds(13)},
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
      "retried 5 times in 20s",
      "rate limit is 3 per 60s",
      "invalid value for retry_after",
      "invalid value for retry_after: 30",
      "failed to parse header Retry-After: 30",
      "unknown field 'retry_after': 30",
      "retry_after: 30 must be a string",
      "retry_after=3 attempts",
      "retryDelay: 1000, retries: 3",
      "retry_delay_ms=500",
      "Next retry in 5 seconds",
      "going to retry in 5s",
      "operation failed on retry after 30s",
      "retry after 12:30:00",
      "No connection available in 30s",
      "not available in 3 regions",
      "no permit was available in 5s",
      "the job will be available in 3 regions",
      "quota of 3 resets at noon",
      "retry_delay {}",
      "retry_delay { attempts: 3 }",
      "Retry-After: Sun, 99 Nov 1994 08:49:47 GMT",
      "try again at 1994-13-40T00:00:00Z",
      "x-ratelimit-remaining: 7, x-ratelimit-reset: 30",
      "x-ratelimit-limit-requests: 60",
      "estimated_time: 20",
      "",
  };
  for (const char* text : kTexts) {
    EXPECT_FALSE(FindRetryAfter(WithText(text), kNow).has_value()) << text;
  }
}

}  // namespace
}  // namespace recourse
