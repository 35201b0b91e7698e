#include "client/cpp/unary_call.h"

#include "absl/time/clock.h"

namespace recourse {

void SetDeadline(absl::Duration timeout, grpc::ClientContext& context) {
  if (timeout < absl::Hours(24 * 365)) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
}

}  // namespace recourse
