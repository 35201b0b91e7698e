#include "client/cpp/local_retry.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "client/cpp/durations.h"

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

absl::Duration LocalDelay(const v1::LocalPlan& plan, int k, absl::Duration last,
                          double chance) {
  const absl::Duration base = FromProto(plan.base_delay());
  const absl::Duration cap = FromProto(plan.max_delay());
  const double growth = std::pow(std::max(1.0, plan.factor()), k);
  const absl::Duration delay = std::min(base * growth, cap);
  switch (plan.jitter()) {
    case v1::JITTER_NONE:
      return delay;
    case v1::JITTER_EQUAL:
      return delay * (0.5 + chance / 2);
    case v1::JITTER_DECORRELATED:
      return std::min(cap, base + (std::max(base, last) * 3 - base) * chance);
    case v1::JITTER_RANGE:
      return std::min(cap, delay * (0.8 + 0.4 * chance));
    default:
      return delay * chance;
  }
}

}  // namespace recourse
