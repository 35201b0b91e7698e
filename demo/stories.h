// The second half of the demonstration: recoveries followed to their end.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/cpp/client.h"

namespace recourse::demo {

// Runs five operations that fail, each recovered in another way, printing what
// happens as it happens. `resolve_command` is the shell command that a person
// would type, without the incident's id and waiter. The first story that does
// not end as it should is the error.
absl::Status TellStories(Client& client, const std::string& resolve_command);

}  // namespace recourse::demo
