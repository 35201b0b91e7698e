#include "server/wire/times.h"

#include <algorithm>
#include <cstdint>

namespace recourse {

google::protobuf::Duration ToMessage(absl::Duration duration) {
  absl::Duration rest;
  const int64_t seconds =
      absl::IDivDuration(std::clamp(duration, -kMaxDuration, kMaxDuration),
                         absl::Seconds(1), &rest);
  google::protobuf::Duration message;
  message.set_seconds(seconds);
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return message;
}

google::protobuf::Timestamp ToMessage(absl::Time time) {
  // The range of google.protobuf.Timestamp: the years 1 to 9999.
  constexpr int64_t kMin = -62'135'596'800;
  constexpr int64_t kMax = 253'402'300'799;
  const int64_t seconds = std::clamp(absl::ToUnixSeconds(time), kMin, kMax);
  const absl::Duration rest =
      std::clamp(time - absl::FromUnixSeconds(seconds), absl::ZeroDuration(),
                 absl::Seconds(1) - absl::Nanoseconds(1));
  google::protobuf::Timestamp message;
  message.set_seconds(seconds);
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return message;
}

absl::Duration FromMessage(const google::protobuf::Duration& message) {
  return absl::Seconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

absl::Time FromMessage(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) +
         absl::Nanoseconds(message.nanos());
}

}  // namespace recourse
