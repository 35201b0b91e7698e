// The address of a server, as people write it.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace recourse::cli {

// INVALID_ARGUMENT: HOST or [IPV6] without a port, and what to write. Names
// with a scheme (unix:, dns:) are gRPC's to judge.
absl::Status CheckAddress(const std::string& address);

// True for this machine: localhost, 127.0.0.0/8, [::1], a unix socket.
bool IsLoopback(const std::string& address);

}  // namespace recourse::cli
