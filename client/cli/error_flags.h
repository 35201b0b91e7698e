// The flags that describe an error, shared by `handle` and `match`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/context.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse::cli {

struct ErrorFlags {
  std::optional<std::string> message, state;
  std::vector<std::string> headers;
  std::vector<std::string> capabilities;
  std::vector<std::string> labels;
  std::optional<absl::Duration> retry_after;
  std::optional<absl::Duration> time_remaining;
  v1::RecoveryContext context;  // What needs no reading.
  std::string exception_type, code, grpc_code, workflow, node, target,
      subject_field, token, ns;
  int http_status = 0;
};

// `flags` must outlive the parsing.
void AddErrorFlags(CLI::App& app, ErrorFlags& flags);

// The error and all around it that the flags describe; a message of - is read
// from standard input. INVALID_ARGUMENT: a flag that does not read, and which;
// nothing that tells the error.
absl::StatusOr<v1::RecoveryContext> ContextFromFlags(const ErrorFlags& flags,
                                                     Context& context);

}  // namespace recourse::cli
