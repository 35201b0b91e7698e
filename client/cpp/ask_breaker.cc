#include "client/cpp/ask_breaker.h"

namespace recourse {

bool AskBreaker::Begin(absl::Time now) {
  absl::MutexLock lock(&mu_);
  if (in_flight_ >= kMaxInFlight) return false;
  if (failures_ >= kFailuresToBypass) {
    if (now < bypass_until_ || probing_) return false;
    probing_ = true;
  }
  ++in_flight_;
  return true;
}

void AskBreaker::End(Fate fate, absl::Time now) {
  absl::MutexLock lock(&mu_);
  --in_flight_;
  probing_ = false;
  if (fate == Fate::kAnswered) failures_ = 0;
  if (fate == Fate::kFailed && ++failures_ >= kFailuresToBypass) {
    bypass_until_ = now + kBypass;
  }
}

void AskBreaker::Alive() {
  absl::MutexLock lock(&mu_);
  bypass_until_ = absl::InfinitePast();
}

}  // namespace recourse
