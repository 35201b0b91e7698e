#include "server/match/retry_after_text.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace recourse {
namespace {

// Longest first, so that 5ms is not five minutes.
constexpr absl::string_view kUnit =
    "(?:milliseconds?|millis|msecs?|ms|minutes?|mins?|m|seconds?|secs?|s|"
    "hours?|hrs?|h|days?|d)";
constexpr absl::string_view kNumber = "\\d{1,12}(?:\\.\\d{1,12})?";

// 20s, 1m12.5s, 1 minute and 30 seconds.
std::string DurationRegex() {
  return absl::StrCat("(", kNumber, "\\s?", kUnit, "(?:(?:\\s|, ?| and )?",
                      kNumber, "\\s?", kUnit, ")*)\\b");
}

absl::Duration UnitLength(absl::string_view unit) {
  if (absl::StartsWith(unit, "ms") || absl::StartsWith(unit, "milli")) {
    return absl::Milliseconds(1);
  }
  switch (unit.empty() ? 's' : unit[0]) {
    case 'm':
      return absl::Minutes(1);
    case 'h':
      return absl::Hours(1);
    case 'd':
      return absl::Hours(24);
    default:
      return absl::Seconds(1);
  }
}

absl::Duration ParseDuration(const std::string& text) {
  static const RE2* const kTerm =
      new RE2(absl::StrCat("(?i)(", kNumber, ")\\s?(", kUnit, ")"));
  absl::Duration total;
  re2::StringPiece rest(text);
  double number = 0;
  std::string unit;
  while (RE2::FindAndConsume(&rest, *kTerm, &number, &unit)) {
    total += number * UnitLength(absl::AsciiStrToLower(unit));
  }
  return total;
}

// try again in 20s; please retry your request after 1 minute. What a client
// says about its own next try (will retry in 5s) is captured first.
std::optional<absl::Duration> FromPhrase(re2::StringPiece text) {
  static const RE2* const kPhrase = new RE2(absl::StrCat(
      "(?i)(\\b(?:will|failed to|automatically|auto|not)[ -])?"
      "\\b(?:try(?:ing)?(?: (?:it|this|your request|the request))? again|retry"
      "(?: (?:it|this|your|the)(?: \\w+)?)?(?: again)?)"
      " (?:in|after)(?: about| approximately| at least| another)? ",
      DurationRegex()));
  std::string own;
  std::string duration;
  while (RE2::FindAndConsume(&text, *kPhrase, &own, &duration)) {
    if (own.empty()) return ParseDuration(duration);
  }
  return std::nullopt;
}

// please wait 60 seconds; wait 5s before retrying; the limit resets in 3m.
std::optional<absl::Duration> FromWait(re2::StringPiece text) {
  static constexpr absl::string_view kFor =
      "(?: for)?(?: about| approximately| at least| another)? ";
  static const RE2* const kPlease =
      new RE2(absl::StrCat("(?i)\\b(?:please|must|should|need to|have to) wait",
                           kFor, DurationRegex()));
  static const RE2* const kBefore =
      new RE2(absl::StrCat("(?i)\\bwait", kFor, DurationRegex(),
                           " (?:before|and (?:then )?(?:try|retry))"));
  static const RE2* const kResets = new RE2(absl::StrCat(
      "(?i)\\b(?:limit|quota)[^\\n.]{0,40}\\bresets? (?:in|after) ",
      DurationRegex()));
  std::string duration;
  if (RE2::PartialMatch(text, *kPlease, &duration) ||
      RE2::PartialMatch(text, *kBefore, &duration) ||
      RE2::PartialMatch(text, *kResets, &duration)) {
    return ParseDuration(duration);
  }
  return std::nullopt;
}

// Retry-After: 7; "retry_after": 0.65; retryAfterMs=250, as a field's name and
// value, where a bare number is in seconds; "retryDelay": "41s" and
// retry_delay { seconds: 41 } of google.rpc.RetryInfo.
std::optional<absl::Duration> FromField(re2::StringPiece text) {
  static const RE2* const kField = new RE2(absl::StrCat(
      "(?i)\\bretry[-_ ]?(?:after|delay|in)"
      "[-_ ]?(ms|millis|milliseconds|s|secs?|seconds)?(?:\\\\?[\"'])?"
      "(?:\\s?[:=]\\s?(?:\\\\?[\"'])?|\\s?\\{\\s*seconds: ?)(?:",
      DurationRegex(), "|(", kNumber,
      ")(?:[\\s,;)\\]}\"'\\\\]|\\.\\s|\\.?$))"));
  std::string unit;
  std::string duration;
  std::string bare;
  while (RE2::FindAndConsume(&text, *kField, &unit, &duration, &bare)) {
    if (!duration.empty()) return ParseDuration(duration);
    double number = 0;
    if (absl::SimpleAtod(bare, &number)) {
      return number * UnitLength(absl::AsciiStrToLower(unit));
    }
  }
  return std::nullopt;
}

// "Too Many Requests: retry after 12" ends a sentence: seconds.
std::optional<absl::Duration> FromBareNumber(re2::StringPiece text) {
  static const RE2* const kBare = new RE2(
      absl::StrCat("(?i)(\\b(?:will|failed to|automatically|auto|not)[ -])?"
                   "\\bretry[- ]after (",
                   kNumber, ")(?:[,;)\\]}\"'\\\\\\n]|\\.\\s|\\.?\\s*$)"));
  std::string own;
  double number = 0;
  while (RE2::FindAndConsume(&text, *kBare, &own, &number)) {
    if (own.empty()) return absl::Seconds(number);
  }
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> FindRetryAfterInText(absl::string_view text) {
  const re2::StringPiece piece(text.data(), text.size());
  if (const auto delay = FromField(piece)) return delay;
  if (const auto delay = FromPhrase(piece)) return delay;
  if (const auto delay = FromBareNumber(piece)) return delay;
  return FromWait(piece);
}

}  // namespace recourse
