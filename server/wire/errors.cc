#include "server/wire/errors.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "server/model/utf8.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr absl::string_view kTypePrefix = "type.googleapis.com/google.rpc.";
// In the order in which ToRpcStatus lists them.
constexpr absl::string_view kDetails[] = {"ErrorInfo", "BadRequest",
                                          "RetryInfo"};

// How long callers should stay away where the Store is the reason.
constexpr absl::Duration kStoreFullDelay = absl::Seconds(30);
constexpr absl::Duration kStoreUnavailableDelay = absl::Seconds(1);

std::string Serialize(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

template <typename Detail>
void SetDetail(absl::Status& status, const Detail& detail) {
  status.SetPayload(absl::StrCat(kTypePrefix, detail.GetDescriptor()->name()),
                    absl::Cord(Serialize(detail)));
}

template <typename Detail>
std::optional<Detail> GetDetail(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(
      absl::StrCat(kTypePrefix, Detail::descriptor()->name()));
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

std::string FieldMessage(absl::string_view field, absl::string_view message) {
  return field.empty() ? std::string(message)
                       : absl::StrCat(field, ": ", message);
}

}  // namespace

absl::Status InvalidField(absl::string_view field, absl::string_view message,
                          absl::string_view reason) {
  const std::string path = ShortenUtf8(field, kMaxRefusalValueBytes);
  absl::Status status = Refusal(absl::StatusCode::kInvalidArgument, reason,
                                FieldMessage(path, message), {{"field", path}});
  google::rpc::BadRequest request;
  auto* violation = request.add_field_violations();
  violation->set_field(path);
  violation->set_description(ShortenUtf8(message, kMaxRefusalBytes));
  SetDetail(status, request);
  return status;
}

absl::Status Refusal(absl::StatusCode code, absl::string_view reason,
                     absl::string_view message,
                     const std::map<std::string, std::string>& metadata) {
  absl::Status status(code, ShortenUtf8(message, kMaxRefusalBytes));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [name, value] : metadata) {
    (*info.mutable_metadata())[name] =
        ShortenUtf8(value, kMaxRefusalValueBytes);
  }
  SetDetail(status, info);
  return status;
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  *info.mutable_retry_delay() = ToMessage(delay);
  SetDetail(status, info);
  return status;
}

absl::Status PrefixField(absl::string_view prefix, const absl::Status& status) {
  const auto request = GetDetail<google::rpc::BadRequest>(status);
  if (!request || request->field_violations().empty()) return status;
  const auto& violation = request->field_violations(0);
  const bool dot = !prefix.empty() && !violation.field().empty() &&
                   !absl::StartsWith(violation.field(), "[");
  return InvalidField(absl::StrCat(prefix, dot ? "." : "", violation.field()),
                      violation.description(), ReasonOf(status));
}

absl::Status FromStore(const absl::Status& status) {
  if (status.ok() || !ReasonOf(status).empty()) return status;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return WithRetryDelay(
          Refusal(status.code(), reason::kStoreUnavailable, status.message()),
          kStoreUnavailableDelay);
    case absl::StatusCode::kResourceExhausted:
      return WithRetryDelay(
          Refusal(status.code(), reason::kStoreFull, status.message()),
          kStoreFullDelay);
    case absl::StatusCode::kDataLoss:
      return Refusal(status.code(), reason::kStoreCorrupt, status.message());
    default:  // A request that the Store refuses is a fault of ours.
      return Refusal(absl::StatusCode::kInternal, reason::kInternal,
                     absl::StrCat("the store refused: ", status.message()));
  }
}

std::string ReasonOf(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : "";
}

std::string FieldOf(const absl::Status& status) {
  const auto request = GetDetail<google::rpc::BadRequest>(status);
  if (!request || request->field_violations().empty()) return "";
  return request->field_violations(0).field();
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status message;
  message.set_code(static_cast<int>(status.code()));
  message.set_message(std::string(status.message()));
  for (const absl::string_view detail : kDetails) {
    const std::string type = absl::StrCat(kTypePrefix, detail);
    if (const absl::optional<absl::Cord> payload = status.GetPayload(type)) {
      auto* any = message.add_details();
      any->set_type_url(type);
      any->set_value(std::string(*payload));
    }
  }
  return message;
}

}  // namespace recourse
