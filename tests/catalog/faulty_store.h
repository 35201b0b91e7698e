// A Store that fails when it is told to, in front of one that works.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "server/store/store.h"

namespace recourse {

// Hooks are set while nothing else uses the store.
class FaultyStore : public Store {
 public:
  explicit FaultyStore(Store* store) : store_(store) {}

  // Runs before each commit; a status that is not OK is the answer, and the
  // commit is not made.
  std::function<absl::Status(const StoreTransaction&)> before_commit;
  // Runs after each commit; a status that is not OK is the answer, though the
  // commit was made.
  std::function<absl::Status(const StoreTransaction&)> after_commit;
  // Nothing answers while this is set.
  std::atomic<bool> away = false;

  // Ends all watches with `status`, as a lost connection does.
  void EndWatches(const absl::Status& status) {
    std::vector<std::shared_ptr<Relay>> relays;
    {
      absl::MutexLock lock(&mu_);
      relays.swap(relays_);
    }
    for (const auto& relay : relays) relay->Deliver(status, /*last=*/true);
  }

  absl::StatusOr<std::optional<StoreEntry>> Get(std::string_view key) override {
    if (away) return Away();
    return store_->Get(key);
  }
  absl::StatusOr<StorePage> List(const StoreRange& range) override {
    if (away) return Away();
    return store_->List(range);
  }
  absl::StatusOr<StoreCommit> Commit(
      const StoreTransaction& transaction) override {
    if (away) return Away();
    if (before_commit) {
      absl::Status status = before_commit(transaction);
      if (!status.ok()) return status;
    }
    absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
    if (after_commit && commit.ok() && commit->committed) {
      absl::Status status = after_commit(transaction);
      if (!status.ok()) return status;
    }
    return commit;
  }
  absl::StatusOr<std::unique_ptr<StoreWatch>> Watch(
      std::string_view prefix, int64_t from_revision,
      StoreWatchCallback callback) override {
    if (away) return Away();
    auto relay = std::make_shared<Relay>(std::move(callback));
    auto watch = store_->Watch(prefix, from_revision, [relay](auto changes) {
      relay->Deliver(std::move(changes), /*last=*/false);
    });
    if (!watch.ok()) return watch.status();
    absl::MutexLock lock(&mu_);
    relays_.push_back(relay);
    return std::make_unique<FaultyWatch>(relay, *std::move(watch));
  }
  absl::StatusOr<int64_t> GrantLease(absl::Duration ttl) override {
    return store_->GrantLease(ttl);
  }
  absl::Status KeepLeaseAlive(int64_t lease_id) override {
    return store_->KeepLeaseAlive(lease_id);
  }
  absl::Status RevokeLease(int64_t lease_id) override {
    return store_->RevokeLease(lease_id);
  }
  absl::Status Ping() override { return away ? Away() : store_->Ping(); }

 private:
  // Passes changes on until it is told that it was the last.
  class Relay {
   public:
    explicit Relay(StoreWatchCallback callback)
        : callback_(std::move(callback)) {}
    void Deliver(absl::StatusOr<std::vector<StoreChange>> changes, bool last) {
      absl::MutexLock lock(&mu_);
      if (callback_) callback_(std::move(changes));
      if (last) callback_ = nullptr;
    }
    void Stop() {
      absl::MutexLock lock(&mu_);
      callback_ = nullptr;
    }

   private:
    absl::Mutex mu_;
    StoreWatchCallback callback_;
  };

  class FaultyWatch : public StoreWatch {
   public:
    FaultyWatch(std::shared_ptr<Relay> relay, std::unique_ptr<StoreWatch> watch)
        : relay_(std::move(relay)), watch_(std::move(watch)) {}
    ~FaultyWatch() override { relay_->Stop(); }

   private:
    const std::shared_ptr<Relay> relay_;
    const std::unique_ptr<StoreWatch> watch_;
  };

  static absl::Status Away() {
    return absl::UnavailableError("the store is away; nothing was changed");
  }

  Store* const store_;
  absl::Mutex mu_;
  std::vector<std::shared_ptr<Relay>> relays_;
};

}  // namespace recourse
