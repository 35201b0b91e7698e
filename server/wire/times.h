// absl's times from and to protobuf's.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace recourse {

// The range of google.protobuf.Duration, both ways: ten thousand years.
inline constexpr absl::Duration kMaxDuration = absl::Seconds(315'576'000'000);

// Beyond kMaxDuration, or the years 1 to 9999: clamped to them.
google::protobuf::Duration ToMessage(absl::Duration duration);
google::protobuf::Timestamp ToMessage(absl::Time time);

absl::Duration FromMessage(const google::protobuf::Duration& message);
absl::Time FromMessage(const google::protobuf::Timestamp& message);

}  // namespace recourse
