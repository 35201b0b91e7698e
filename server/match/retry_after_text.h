// Where error texts say how long to wait.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace recourse {

// The wait that `text` asks for, as software words it: "try again in 1m12.5s",
// "retry after 30 seconds", "please wait 60 seconds", Retry-After: 7,
// retry_after_ms=250, "retryDelay": "41s". How long something took or may take
// ("timeout after 30s"), and a client's own pause ("retrying in 4 seconds"),
// are no such wait. nullopt: none is named. Linear in the text's length.
std::optional<absl::Duration> FindRetryAfterInText(absl::string_view text);

}  // namespace recourse
