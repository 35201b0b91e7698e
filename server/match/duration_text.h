// Lengths and points of time as error texts write them.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace recourse {

// A number of at most 12 digits before its point and after it; no group.
inline constexpr absl::string_view kNumberRegex = "\\d{1,12}(?:\\.\\d{1,12})?";

// 20s, 1m12.5s, 1 minute and 30 seconds; one group, the whole.
std::string DurationRegex();

// 00:05:00, 00:00:00.0190000; one group, the whole.
std::string ClockRegex();

// A date with its time and zone, which is UTC: 2024-05-01T12:00:00Z,
// 2024-05-01 12:00:00 +0000 UTC, 2024-05-01 at 00:00 UTC, or as HTTP writes it.
// One group, the whole.
std::string MomentRegex();

// What one of these regexes captured. Inputs that none would capture: 0,
// nullopt.
absl::Duration ParseDurationText(absl::string_view text);
absl::Duration ParseClock(absl::string_view text);
std::optional<absl::Time> ParseMoment(absl::string_view text, absl::Time now);

// The length of a unit by its name in any case: ms, minutes, h; a second for
// any other.
absl::Duration UnitLength(absl::string_view unit);

}  // namespace recourse
