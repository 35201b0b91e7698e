// A failure after redaction. Whatever stores, sends, logs, streams or keeps
// something about a failure takes this type and never a Failure, so that what
// may leave the process is visible in the signatures.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/model/failure.h"

namespace recourse {

inline constexpr size_t kMaxRedactedMessageBytes = 2048;

// Made by record/redaction.h only. All texts are redacted; there is no stack,
// no header and no state but the keys that the step listed.
struct RedactedFailure {
  std::string ns;
  std::string workflow_id;
  std::string node_name;
  int64_t step_count = 0;
  std::string exception_type;
  std::string message;  // First kMaxRedactedMessageBytes.
  std::string code;
  int http_status = 0;
  std::string grpc_code;  // Name, or empty.
  std::string target;
  std::string caller_service;
  std::string caller_instance;
  std::map<std::string, std::string> labels;
};

}  // namespace recourse
