#include "server/incident/channel_claims.h"

#include "server/incident/outbox_store.h"
#include "server/wire/errors.h"

namespace recourse {

ChannelClaims::ChannelClaims(Store* store)
    : store_(store), keeper_([this] { Run(); }) {}

ChannelClaims::~ChannelClaims() {
  int64_t lease_id;
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    lease_id = lease_id_;
    stop_.SignalAll();
  }
  keeper_.join();
  // Without the store, the lease runs out by itself.
  if (lease_id != 0) store_->RevokeLease(lease_id).IgnoreError();
}

void ChannelClaims::Run() {
  while (true) {
    int64_t lease_id;
    {
      absl::MutexLock lock(&mutex_);
      if (!stopped_) stop_.WaitWithTimeout(&mutex_, kKeepAlivePeriod);
      if (stopped_) return;
      lease_id = lease_id_;
    }
    if (lease_id != 0 && absl::IsNotFound(store_->KeepLeaseAlive(lease_id))) {
      LeaseIsGone(lease_id);
    }
  }
}

void ChannelClaims::LeaseIsGone(int64_t lease_id) {
  absl::MutexLock lock(&mutex_);
  if (lease_id_ != lease_id) return;
  lease_id_ = 0;
  claims_.clear();
}

// Two channels at once may both ask for one: the second lease is given back.
absl::StatusOr<int64_t> ChannelClaims::Lease() {
  {
    absl::MutexLock lock(&mutex_);
    if (lease_id_ != 0) return lease_id_;
  }
  const absl::StatusOr<int64_t> granted = store_->GrantLease(kLease);
  if (!granted.ok()) return FromStore(granted.status());
  int64_t in_use;
  {
    absl::MutexLock lock(&mutex_);
    if (lease_id_ == 0) lease_id_ = *granted;
    in_use = lease_id_;
  }
  if (in_use != *granted) store_->RevokeLease(*granted).IgnoreError();
  return in_use;
}

absl::StatusOr<std::optional<int64_t>> ChannelClaims::Claim(
    const std::string& channel) {
  {
    absl::MutexLock lock(&mutex_);
    const auto it = claims_.find(channel);
    if (it != claims_.end()) return it->second;
  }
  const absl::StatusOr<int64_t> lease_id = Lease();
  if (!lease_id.ok()) return lease_id.status();
  const std::string key = OwnerKey(channel);
  const absl::StatusOr<StoreCommit> commit = store_->Commit(StoreTransaction{
      .compares = {{key, 0}},
      .ops = {{.key = key, .value = "", .lease_id = *lease_id}}});
  if (absl::IsNotFound(commit.status())) LeaseIsGone(*lease_id);
  if (!commit.ok()) return FromStore(commit.status());
  if (!commit->committed) return std::nullopt;
  absl::MutexLock lock(&mutex_);
  if (lease_id_ == *lease_id) claims_[channel] = commit->revision;
  return commit->revision;
}

void ChannelClaims::Lost(const std::string& channel) {
  absl::MutexLock lock(&mutex_);
  claims_.erase(channel);
}

}  // namespace recourse
