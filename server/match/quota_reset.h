// When a quota that headers tell of is full again.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace recourse {

// The wait until every quota is full again whose header says that nothing
// remains of it: x-ratelimit-reset beside x-ratelimit-remaining: 0, and so for
// ratelimit-*, x-rate-limit-*, x-ratelimit-reset-tokens,
// anthropic-ratelimit-tokens-reset and the like. Where no header tells what
// remains, only with `refused`: the answer was a refusal for its rate. Values
// are seconds, a UNIX time in seconds or milliseconds, a length (6m0s) or a
// date; a date in the past is 0. Names are in lower case. nullopt: none.
std::optional<absl::Duration> FindQuotaReset(
    const std::map<std::string, std::string>& headers, bool refused,
    absl::Time now);

}  // namespace recourse
