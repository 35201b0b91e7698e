#include "server/match/quota_reset.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "server/match/duration_text.h"

namespace recourse {
namespace {

// Above these, a number is no length but a UNIX time: of the year 2001.
constexpr double kFirstUnixSeconds = 1e9;
constexpr double kFirstUnixMilliseconds = 1e12;

bool TellsReset(absl::string_view name) {
  return absl::StrContains(name, "reset") &&
         (absl::StrContains(name, "ratelimit") ||
          absl::StrContains(name, "rate-limit"));
}

std::optional<absl::Duration> FromNumber(double number, absl::Time now) {
  if (number >= kFirstUnixMilliseconds) {
    return absl::UnixEpoch() + absl::Milliseconds(number) - now;
  }
  if (number >= kFirstUnixSeconds) {
    return absl::UnixEpoch() + absl::Seconds(number) - now;
  }
  return absl::Seconds(number);
}

std::optional<absl::Duration> ParseReset(const std::string& value,
                                         absl::Time now) {
  static const RE2* const kNumber = new RE2("\\d{1,15}(?:\\.\\d{1,12})?");
  static const RE2* const kDuration =
      new RE2(absl::StrCat("(?i)", DurationRegex()));
  double number = 0;
  if (RE2::FullMatch(value, *kNumber) && absl::SimpleAtod(value, &number)) {
    return FromNumber(number, now);
  }
  if (RE2::FullMatch(value, *kDuration)) return ParseDurationText(value);
  if (const auto time = ParseMoment(value, now)) return *time - now;
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> FindQuotaReset(
    const std::map<std::string, std::string>& headers, bool refused,
    absl::Time now) {
  std::optional<absl::Duration> longest;
  for (const auto& [name, value] : headers) {
    if (!TellsReset(name)) continue;
    const auto remaining = headers.find(absl::StrReplaceAll(
        name, {{"reset-after", "remaining"}, {"reset", "remaining"}}));
    double left = 0;
    const bool spent =
        remaining == headers.end()
            ? refused
            : absl::SimpleAtod(remaining->second, &left) && left <= 0;
    if (!spent) continue;
    if (const auto wait = ParseReset(value, now)) {
      longest = std::max({*wait, absl::ZeroDuration(),
                          longest.value_or(absl::ZeroDuration())});
    }
  }
  return longest;
}

}  // namespace recourse
