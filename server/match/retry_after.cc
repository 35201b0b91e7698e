#include "server/match/retry_after.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "re2/re2.h"
#include "server/match/http_date.h"
#include "server/match/quota_reset.h"
#include "server/match/retry_after_text.h"

namespace recourse {
namespace {

constexpr absl::Duration kMaxRetryAfter = absl::Hours(24 * 365);
constexpr int kTooMany = 429;

std::optional<double> ParseNonNegative(absl::string_view value) {
  static const RE2* const kNumber = new RE2("\\d{1,15}(?:\\.\\d{0,15})?");
  value = absl::StripAsciiWhitespace(value);
  double number = 0;
  if (!RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *kNumber) ||
      !absl::SimpleAtod(value, &number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<absl::Duration> ParseMilliseconds(absl::string_view value) {
  const std::optional<double> number = ParseNonNegative(value);
  if (!number) return std::nullopt;
  return absl::Milliseconds(*number);
}

// gRPC's proposal A6: a negative or unreadable pushback forbids retrying.
RetryAfter FromPushback(absl::string_view value) {
  RetryAfter wait{absl::ZeroDuration(), false, RetryAfter::Source::kHeader};
  int64_t milliseconds = 0;
  if (absl::SimpleAtoi(value, &milliseconds) && milliseconds >= 0) {
    wait.delay = absl::Milliseconds(milliseconds);
  } else {
    wait.never = true;
  }
  return wait;
}

std::optional<RetryAfter> FromHeaders(const Failure& failure, absl::Time now) {
  const std::map<std::string, std::string>& headers = failure.headers;
  if (headers.empty()) return std::nullopt;
  const auto from = [](absl::Duration delay) {
    return RetryAfter{delay, false, RetryAfter::Source::kHeader};
  };
  for (const char* name :
       {"retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"}) {
    const auto it = headers.find(name);
    if (it == headers.end()) continue;
    if (const auto delay = ParseMilliseconds(it->second)) return from(*delay);
  }
  if (const auto it = headers.find("grpc-retry-pushback-ms");
      it != headers.end()) {
    return FromPushback(it->second);
  }
  if (const auto it = headers.find("retry-after"); it != headers.end()) {
    if (const auto delay = ParseRetryAfterHeader(it->second, now)) {
      return from(*delay);
    }
  }
  if (const auto delay =
          FindQuotaReset(headers, failure.http_status == kTooMany, now)) {
    return from(*delay);
  }
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> ParseRetryAfterHeader(absl::string_view value,
                                                    absl::Time now) {
  std::optional<absl::Duration> delay;
  if (const std::optional<double> seconds = ParseNonNegative(value)) {
    delay = absl::Seconds(*seconds);
  } else if (const std::optional<absl::Time> date = ParseHttpDate(value, now)) {
    delay = std::max(*date - now, absl::ZeroDuration());
  }
  if (delay) delay = std::min(*delay, kMaxRetryAfter);
  return delay;
}

std::optional<RetryAfter> FindRetryAfter(const Failure& failure,
                                         absl::Time now) {
  std::optional<RetryAfter> found = failure.retry_after;
  if (!found) found = FromHeaders(failure, now);
  if (!found) {
    const bool refused =
        failure.http_status == kTooMany || failure.http_status == 0;
    if (const auto delay = FindRetryAfterInText(failure.text, refused, now)) {
      found = RetryAfter{*delay, false, RetryAfter::Source::kText};
    }
  }
  if (found) found->delay = std::min(found->delay, kMaxRetryAfter);
  return found;
}

}  // namespace recourse
