#include "client/cpp/durations.h"

#include <algorithm>
#include <cstdint>

namespace recourse {
namespace {

constexpr int64_t kMaxProtoSeconds = 315'576'000'000;  // duration.proto

}  // namespace

google::protobuf::Duration ToProtoDuration(absl::Duration duration) {
  duration = std::clamp(duration, absl::Seconds(-kMaxProtoSeconds),
                        absl::Seconds(kMaxProtoSeconds));
  google::protobuf::Duration result;
  result.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  result.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return result;
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

absl::Time FromProto(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

}  // namespace recourse
