#include "server/rpc/open_calls.h"

#include <utility>

namespace recourse {

uint64_t OpenCalls::Add(std::function<void()> end) {
  absl::MutexLock lock(&mu_);
  if (draining_) return 0;
  const uint64_t id = next_id_++;
  calls_.emplace(id, std::move(end));
  return id;
}

void OpenCalls::Remove(uint64_t id) {
  absl::MutexLock lock(&mu_);
  calls_.erase(id);
}

void OpenCalls::Enter() {
  absl::MutexLock lock(&mu_);
  ++entered_;
}

void OpenCalls::Leave() {
  absl::MutexLock lock(&mu_);
  --entered_;
}

void OpenCalls::EndAll() {
  absl::MutexLock lock(&mu_);
  draining_ = true;
  for (auto& [id, end] : calls_) {
    if (end != nullptr) std::exchange(end, nullptr)();
  }
}

bool OpenCalls::AwaitNone(absl::Time deadline) {
  const auto none = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
    return calls_.empty() && entered_ == 0;
  };
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithDeadline(absl::Condition(&none), deadline);
}

}  // namespace recourse
