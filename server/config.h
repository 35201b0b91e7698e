// Flags and YAML become the server's configuration, checked and with every
// default filled in.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recourse/config/v1/config.pb.h"

namespace recourse {

// What the command line asks for.
struct CommandLine {
  std::optional<config::v1::ServerConfig> config;  // None: print and exit.
  std::string text;   // Help, version or the complaint about a bad flag.
  int exit_code = 0;  // 0, or 2 for bad usage or a bad file.
};

// Reads the flags and, with --config, the file; flags win over the file.
CommandLine ReadCommandLine(int argc, const char* const* argv);

// Fills in defaults and checks ranges. INVALID_ARGUMENT, naming the field: a
// value out of its range, an address that is no HOST:PORT, a TLS certificate
// without its key, a listener beyond loopback with neither TLS nor `insecure`.
absl::Status FinishConfig(config::v1::ServerConfig& config);

// True when only programs on this machine can reach `address` ("localhost",
// 127.0.0.0/8, [::1], unix:).
bool IsLoopback(absl::string_view address);

}  // namespace recourse
