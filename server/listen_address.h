// May this process listen where it is told to?
#pragma once

#include <string>

#include "absl/status/status.h"

namespace recourse {

// Takes HOST:PORT for a moment and gives it back, so that a refusal can say
// why and what to do; gRPC would only log it. INVALID_ARGUMENT: there is no
// such host; UNAVAILABLE: the system does not give the port. Port 0 and unix:
// are not tried. Blocks on the resolver.
absl::Status CheckListenAddress(const std::string& address);

}  // namespace recourse
