#include "server/match/duration_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "re2/re2.h"
#include "server/match/http_date.h"

namespace recourse {
namespace {

// Longest first, so that 5ms is not five minutes.
constexpr absl::string_view kUnit =
    "(?:milliseconds?|millis|msecs?|ms|minutes?|mins?|m|seconds?|secs?|s|"
    "hours?|hrs?|h|days?|d)";

re2::StringPiece Piece(absl::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

std::string DurationRegex() {
  return absl::StrCat("(", kNumberRegex, "\\s?", kUnit, "(?:(?:\\s|, ?| and )?",
                      kNumberRegex, "\\s?", kUnit, ")*)\\b");
}

std::string ClockRegex() { return "(\\d{1,3}:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)"; }

std::string MomentRegex() {
  return "(\\d{4}-\\d\\d-\\d\\d(?:T| at | )\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,"
         "9})?)?\\s?(?:Z|UTC|GMT|[+-]00:?00)|[a-z]{3,9}, \\d\\d[ -][a-z]{3}[ "
         "-]\\d{2,4} \\d\\d:\\d\\d:\\d\\d (?:GMT|UTC))";
}

absl::Duration UnitLength(absl::string_view unit) {
  const std::string lower = absl::AsciiStrToLower(unit);
  if (absl::StartsWith(lower, "ms") || absl::StartsWith(lower, "milli")) {
    return absl::Milliseconds(1);
  }
  switch (lower.empty() ? 's' : lower[0]) {
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

absl::Duration ParseDurationText(absl::string_view text) {
  static const RE2* const kTerm =
      new RE2(absl::StrCat("(?i)(", kNumberRegex, ")\\s?(", kUnit, ")"));
  absl::Duration total;
  re2::StringPiece rest = Piece(text);
  double number = 0;
  std::string unit;
  while (RE2::FindAndConsume(&rest, *kTerm, &number, &unit)) {
    total += number * UnitLength(unit);
  }
  return total;
}

absl::Duration ParseClock(absl::string_view text) {
  static const RE2* const kClock =
      new RE2("(\\d{1,3}):(\\d\\d):(\\d\\d(?:\\.\\d{1,9})?)");
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  if (!RE2::FullMatch(Piece(text), *kClock, &hours, &minutes, &seconds)) {
    return absl::ZeroDuration();
  }
  return absl::Hours(hours) + absl::Minutes(minutes) + absl::Seconds(seconds);
}

std::optional<absl::Time> ParseMoment(absl::string_view text, absl::Time now) {
  static const RE2* const kDate = new RE2(
      "(?i)(\\d{4}-\\d\\d-\\d\\d)(?:T| at | )(\\d\\d:\\d\\d)(:\\d\\d(?:\\.\\d{"
      "1,9})?)?\\s?(?:Z|UTC|GMT|[+-]00:?00)");
  std::string day;
  std::string minute;
  std::string second;
  if (!RE2::FullMatch(Piece(text), *kDate, &day, &minute, &second)) {
    return ParseHttpDate(text, now);
  }
  absl::Time time;
  if (!absl::ParseTime(
          absl::RFC3339_full,
          absl::StrCat(day, "T", minute, second.empty() ? ":00" : second, "Z"),
          &time, nullptr)) {
    return std::nullopt;
  }
  return time;
}

}  // namespace recourse
