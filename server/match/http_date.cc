#include "server/match/http_date.h"

#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "re2/re2.h"

namespace recourse {
namespace {

struct Fields {
  int year = 0;
  std::string month;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// 1-12; 0 for no month.
int MonthNumber(absl::string_view name) {
  static constexpr absl::string_view kMonths[] = {"jan", "feb", "mar", "apr",
                                                  "may", "jun", "jul", "aug",
                                                  "sep", "oct", "nov", "dec"};
  for (size_t i = 0; i < std::size(kMonths); ++i) {
    if (absl::EqualsIgnoreCase(name, kMonths[i]))
      return static_cast<int>(i) + 1;
  }
  return 0;
}

// The latest year with these last digits that is at most 50 years ahead.
int FullYear(int two_digits, absl::Time now) {
  const auto latest =
      static_cast<int>(absl::ToCivilYear(now, absl::UTCTimeZone()).year()) + 50;
  return latest - (latest - two_digits) % 100;
}

std::optional<absl::Time> ToTime(const Fields& fields) {
  const int month = MonthNumber(fields.month);
  // A leap second is the next second.
  if (month == 0 || fields.hour > 23 || fields.minute > 59 ||
      fields.second > 60) {
    return std::nullopt;
  }
  const absl::CivilDay day(fields.year, month, fields.day);
  // CivilDay turns 31 February into a day in March.
  if (day.day() != fields.day || day.month() != month) return std::nullopt;
  return absl::FromCivil(absl::CivilSecond(day) + int64_t{fields.hour} * 3600 +
                             int64_t{fields.minute} * 60 + fields.second,
                         absl::UTCTimeZone());
}

}  // namespace

std::optional<absl::Time> ParseHttpDate(absl::string_view text,
                                        absl::Time now) {
  static const RE2* const kImf = new RE2(
      "(?i)[a-z]{3}, (\\d\\d) ([a-z]{3}) (\\d{4}) (\\d\\d):(\\d\\d):(\\d\\d) "
      "(?:GMT|UTC)");
  static const RE2* const kRfc850 = new RE2(
      "(?i)[a-z]{6,9}, (\\d\\d)-([a-z]{3})-(\\d\\d) (\\d\\d):(\\d\\d):(\\d\\d) "
      "(?:GMT|UTC)");
  static const RE2* const kAsctime = new RE2(
      "(?i)[a-z]{3} ([a-z]{3}) ([ \\d]\\d) (\\d\\d):(\\d\\d):(\\d\\d) "
      "(\\d{4})");
  text = absl::StripAsciiWhitespace(text);
  const re2::StringPiece piece(text.data(), text.size());
  Fields f;
  std::string day;
  if (RE2::FullMatch(piece, *kImf, &f.day, &f.month, &f.year, &f.hour,
                     &f.minute, &f.second)) {
    return ToTime(f);
  }
  if (RE2::FullMatch(piece, *kRfc850, &f.day, &f.month, &f.year, &f.hour,
                     &f.minute, &f.second)) {
    f.year = FullYear(f.year, now);
    return ToTime(f);
  }
  if (RE2::FullMatch(piece, *kAsctime, &f.month, &day, &f.hour, &f.minute,
                     &f.second, &f.year)) {
    if (!absl::SimpleAtoi(day, &f.day)) return std::nullopt;
    return ToTime(f);
  }
  return std::nullopt;
}

}  // namespace recourse
