// Where error texts say how long to wait.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace recourse {

// The wait that `text` asks for, from the first of
// - fields and headers pasted into it: Retry-After: 7, {'Retry-After': '30'},
//   map[Retry-After:[30]], retry_after_ms=250, "retryDelay": "41s",
//   retry_delay { seconds: 41 }, Retry-After with an HTTP date;
// - wording: "try again in 1m12.5s", "retry after 30 seconds", "available in
//   00:05:00", "please wait 60 seconds", "try again at 2024-05-01T12:00:00Z";
// - the headers of a spent quota (see FindQuotaReset).
// How long something took or may take ("timeout after 30s"), a client's own
// pause ("retrying in 4 seconds") and what is said of a setting ("invalid value
// for retry_after: 30") are no such wait. `refused`: see FindQuotaReset.
// nullopt: none is named. Linear in the text's length.
std::optional<absl::Duration> FindRetryAfterInText(absl::string_view text,
                                                   bool refused,
                                                   absl::Time now);

}  // namespace recourse
