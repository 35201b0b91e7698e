#include "client/cpp/local_retry.h"

#include <string>

namespace recourse {

bool LooksTemporary(const absl::Status& status, const v1::ErrorDetails& error) {
  switch (error.http_status()) {
    case 0:
      break;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
  const std::string code = error.grpc_code().empty()
                               ? absl::StatusCodeToString(status.code())
                               : error.grpc_code();
  return code == "UNAVAILABLE" || code == "DEADLINE_EXCEEDED" ||
         code == "RESOURCE_EXHAUSTED";
}

}  // namespace recourse
