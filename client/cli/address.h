// The address of a server, as people write it.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace recourse::cli {

// INVALID_ARGUMENT, with what to write: no HOST:PORT with a port of 1-65535, or
// http:// before it. What begins with a scheme of gRPC's (unix:, dns:, ...) is
// gRPC's to judge.
absl::Status CheckAddress(const std::string& address);

// True for this machine: localhost, 127.0.0.0/8, [::1], a unix socket.
bool IsLoopback(const std::string& address);

// How to get an answer from `address`, after a call that ended as `status`
// without one. `tls`: the call was encrypted.
std::string ConnectionHint(const absl::Status& status,
                           const std::string& address, bool tls);

}  // namespace recourse::cli
