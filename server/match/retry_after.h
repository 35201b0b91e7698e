// How long did the failed server ask to wait? It says so in a field, in
// headers, in RetryInfo or in the error's text.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/failure.h"

namespace recourse {

// The wait asked for, from the first of: failure.retry_after (field or
// RetryInfo), the headers retry-after-ms, x-ms-retry-after-ms,
// x-amz-retry-after (milliseconds), grpc-retry-pushback-ms (negative or
// unreadable: never), retry-after (seconds, fractions allowed, or an HTTP date;
// past dates are 0), those of a spent quota (quota_reset.h), then the text
// (retry_after_text.h). Unreadable values are passed over. nullopt: it did not
// say. Waits above 365 days are cut to that.
std::optional<RetryAfter> FindRetryAfter(const Failure& failure,
                                         absl::Time now);

// The value of a Retry-After header: seconds or an HTTP date (IMF-fixdate,
// RFC 850 or asctime form). nullopt when it is none of these or negative.
std::optional<absl::Duration> ParseRetryAfterHeader(absl::string_view value,
                                                    absl::Time now);

}  // namespace recourse
