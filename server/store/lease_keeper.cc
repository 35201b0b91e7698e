#include "server/store/lease_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

// Bounds the wake-ups while the clock creeps up to a deadline.
constexpr absl::Duration kShortestWait = absl::Milliseconds(1);

}  // namespace

absl::Time MonotonicNow() {
  return absl::UnixEpoch() +
         absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

LeaseKeeper::LeaseKeeper(Options options, ExpireFunction expire)
    : options_(std::move(options)),
      expire_(std::move(expire)),
      thread_([this] { Run(); }) {}

LeaseKeeper::~LeaseKeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

absl::Status LeaseKeeper::CheckRoom() {
  absl::MutexLock lock(&mutex_);
  if (leases_.size() < kMaxStoreLeases) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the store has ", kMaxStoreLeases, " leases already"));
}

void LeaseKeeper::Add(int64_t lease_id, absl::Duration ttl) {
  absl::MutexLock lock(&mutex_);
  leases_[lease_id] = {.ttl = ttl, .deadline = options_.now() + ttl};
  changed_.SignalAll();
}

bool LeaseKeeper::IsAlive(int64_t lease_id) {
  absl::MutexLock lock(&mutex_);
  const auto found = leases_.find(lease_id);
  return found != leases_.end() && options_.now() < found->second.deadline;
}

absl::Status LeaseKeeper::KeepAlive(int64_t lease_id) {
  absl::MutexLock lock(&mutex_);
  const auto found = leases_.find(lease_id);
  const absl::Time now = options_.now();
  if (found == leases_.end() || now >= found->second.deadline) {
    return absl::NotFoundError(
        absl::StrCat("lease ", lease_id, " is not alive"));
  }
  found->second.deadline = now + found->second.ttl;
  return absl::OkStatus();
}

void LeaseKeeper::Remove(int64_t lease_id) {
  absl::MutexLock lock(&mutex_);
  leases_.erase(lease_id);
}

absl::Duration LeaseKeeper::UntilNextDeadline() {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, lease] : leases_) next = std::min(next, lease.deadline);
  return next - options_.now();
}

void LeaseKeeper::Run() {
  mutex_.Lock();
  while (true) {
    while (leases_.empty() && !stopped_) changed_.Wait(&mutex_);
    if (stopped_) break;
    mutex_.Unlock();
    const bool done = ExpireDue();
    mutex_.Lock();
    if (stopped_) break;
    const absl::Duration wait =
        done ? std::max(UntilNextDeadline(), kShortestWait)
             : options_.check_interval;
    changed_.WaitWithTimeout(&mutex_, std::min(wait, options_.check_interval));
  }
  mutex_.Unlock();
}

bool LeaseKeeper::ExpireDue() {
  std::vector<int64_t> due;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = options_.now();
    for (const auto& [id, lease] : leases_) {
      if (lease.deadline <= now) due.push_back(id);
    }
  }
  bool done = true;
  for (int64_t id : due) {
    const absl::Status status = expire_(id);
    if (status.ok() || absl::IsNotFound(status)) {
      Remove(id);
    } else {
      done = false;
    }
  }
  return done;
}

}  // namespace recourse
