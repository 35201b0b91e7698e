#include "client/cpp/status_details.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "client/cpp/durations.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace recourse {
namespace {

constexpr int kMaxDetails = 16;
constexpr absl::string_view kTypeUrlPrefix = "type.googleapis.com/";

template <typename Detail>
std::optional<Detail> FindDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(
      absl::StrCat(kTypeUrlPrefix, Detail::descriptor()->full_name()));
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (int i = 0; i < std::min(kMaxDetails, details.details_size()); ++i) {
    const auto& detail = details.details(i);
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

std::string ErrorReason(const absl::Status& status) {
  const auto info = FindDetail<google::rpc::ErrorInfo>(status);
  return info.has_value() ? info->reason() : "";
}

std::string ErrorField(const absl::Status& status) {
  const auto bad = FindDetail<google::rpc::BadRequest>(status);
  if (!bad.has_value() || bad->field_violations().empty()) return "";
  return bad->field_violations(0).field();
}

std::optional<absl::Duration> ErrorRetryDelay(const absl::Status& status) {
  const auto info = FindDetail<google::rpc::RetryInfo>(status);
  if (!info.has_value() || !info->has_retry_delay()) return std::nullopt;
  return FromProto(info->retry_delay());
}

bool IsUnreachable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnknown:
      return ErrorReason(status).empty();
    default:
      return false;
  }
}

bool IsAway(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

}  // namespace recourse
