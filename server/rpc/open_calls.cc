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

void OpenCalls::EndAll() {
  absl::MutexLock lock(&mu_);
  draining_ = true;
  for (auto& [id, end] : calls_) end();
  calls_.clear();
}

}  // namespace recourse
