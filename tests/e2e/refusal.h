// What a refused call says to machines.
#pragma once

#include <grpcpp/support/status.h>

#include <ostream>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace recourse {

struct Refused {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string reason = {};
  std::string field = {};

  bool operator==(const Refused&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Refused& refused) {
  return out << refused.code << " " << refused.reason << " " << refused.field;
}

// Reads the details that every refusal carries.
inline Refused ReadRefusal(const grpc::Status& status) {
  Refused refused{.code = status.error_code()};
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (any.UnpackTo(&info)) refused.reason = info.reason();
    if (any.UnpackTo(&bad_request) && bad_request.field_violations_size() > 0) {
      refused.field = bad_request.field_violations(0).field();
    }
  }
  return refused;
}

}  // namespace recourse
