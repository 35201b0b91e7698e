// absl's times from and to protobuf's.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace recourse {

// Beyond protobuf's range (about 10,000 years): clamped to it.
google::protobuf::Duration ToProtoDuration(absl::Duration duration);

absl::Duration FromProto(const google::protobuf::Duration& duration);
absl::Time FromProto(const google::protobuf::Timestamp& timestamp);

}  // namespace recourse
