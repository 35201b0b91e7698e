#include "client/cpp/error_cause.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "google/rpc/status.pb.h"

namespace recourse {
namespace {

constexpr char kCauseUrl[] = "recourse/cause";

}  // namespace

absl::Status CauseOf(const absl::Status& error) {
  const auto payload = error.GetPayload(kCauseUrl);
  google::rpc::Status message;
  if (!payload.has_value() || !message.ParseFromString(std::string(*payload))) {
    return absl::OkStatus();
  }
  absl::Status cause(static_cast<absl::StatusCode>(message.code()),
                     message.message());
  for (const auto& detail : message.details()) {
    cause.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return cause;
}

void SetCause(const absl::Status& cause, absl::Status& error) {
  if (cause.ok() || error.GetPayload(kCauseUrl).has_value()) return;
  if (cause.code() == error.code() && cause.message() == error.message()) {
    return;
  }
  google::rpc::Status message;
  message.set_code(static_cast<int>(cause.code()));
  message.set_message(std::string(cause.message()));
  cause.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    auto& detail = *message.add_details();
    detail.set_type_url(std::string(url));
    detail.set_value(std::string(value));
  });
  error.SetPayload(kCauseUrl, absl::Cord(message.SerializeAsString()));
}

}  // namespace recourse
