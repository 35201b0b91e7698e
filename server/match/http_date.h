// Dates as HTTP writes them.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace recourse {

// Reads the three forms of RFC 9110, section 5.6.7, whatever the locale:
//   Sun, 06 Nov 1994 08:49:37 GMT   IMF-fixdate
//   Sunday, 06-Nov-94 08:49:37 GMT  RFC 850; the year is the one within 50
//                                   years after `now`, else in the past
//   Sun Nov  6 08:49:37 1994        asctime
// The name of the day is not compared with the date. nullopt: no such form, or
// no such date.
std::optional<absl::Time> ParseHttpDate(absl::string_view text, absl::Time now);

}  // namespace recourse
