// A Store that fails on demand.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace recourse {

// Passes everything on, or fails on demand.
class FlakyStore : public Store {
 public:
  enum class Mode {
    kWorks,
    kAway,        // Every call fails.
    kReadOnly,    // Commits fail.
    kAnswerLost,  // Commits are applied, and then said to have failed.
  };

  explicit FlakyStore(Store* store) : store_(store) {}

  void Set(Mode mode) {
    std::lock_guard<std::mutex> lock(mutex_);
    mode_ = mode;
  }
  // Commits for which `refuse` returns an error fail with it.
  void RefuseCommits(
      std::function<absl::Status(const StoreTransaction&)> refuse) {
    std::lock_guard<std::mutex> lock(mutex_);
    refuse_ = std::move(refuse);
  }
  // Called before each commit, without a lock.
  void BeforeCommit(std::function<void(const StoreTransaction&)> hook) {
    std::lock_guard<std::mutex> lock(mutex_);
    before_commit_ = std::move(hook);
  }

  absl::StatusOr<std::optional<StoreEntry>> Get(std::string_view key) override {
    if (mode() == Mode::kAway) return Away();
    return store_->Get(key);
  }
  absl::StatusOr<StorePage> List(const StoreRange& range) override {
    if (mode() == Mode::kAway) return Away();
    return store_->List(range);
  }
  absl::StatusOr<StoreCommit> Commit(
      const StoreTransaction& transaction) override {
    std::function<void(const StoreTransaction&)> hook;
    std::function<absl::Status(const StoreTransaction&)> refuse;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      hook = before_commit_;
      refuse = refuse_;
    }
    if (hook) hook(transaction);
    if (refuse) {
      if (absl::Status s = refuse(transaction); !s.ok()) return s;
    }
    const Mode now = mode();
    if (now == Mode::kAway || now == Mode::kReadOnly) return Away();
    absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
    if (now == Mode::kAnswerLost) return Away();
    return commit;
  }
  absl::StatusOr<std::unique_ptr<StoreWatch>> Watch(
      std::string_view prefix, int64_t from_revision,
      StoreWatchCallback callback) override {
    if (mode() == Mode::kAway) return Away();
    auto shared = std::make_shared<BreakableCallback>(std::move(callback));
    {
      std::lock_guard<std::mutex> lock(mutex_);
      callbacks_.push_back(shared);
    }
    return store_->Watch(prefix, from_revision,
                         [shared](auto changes) { shared->Call(changes); });
  }
  // Ends all watches with UNAVAILABLE; they see nothing more.
  void BreakWatches() {
    std::vector<std::shared_ptr<BreakableCallback>> callbacks;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      callbacks.swap(callbacks_);
    }
    for (const auto& callback : callbacks) callback->Break();
  }
  absl::StatusOr<int64_t> GrantLease(absl::Duration ttl) override {
    if (mode() == Mode::kAway) return Away();
    return store_->GrantLease(ttl);
  }
  absl::Status KeepLeaseAlive(int64_t lease_id) override {
    if (mode() == Mode::kAway) return Away();
    return store_->KeepLeaseAlive(lease_id);
  }
  absl::Status RevokeLease(int64_t lease_id) override {
    if (mode() == Mode::kAway) return Away();
    return store_->RevokeLease(lease_id);
  }
  absl::Status Ping() override {
    return mode() == Mode::kAway ? Away() : store_->Ping();
  }

 private:
  class BreakableCallback {
   public:
    explicit BreakableCallback(StoreWatchCallback callback)
        : callback_(std::move(callback)) {}
    void Call(absl::StatusOr<std::vector<StoreChange>> changes) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!broken_) callback_(std::move(changes));
    }
    void Break() {
      std::lock_guard<std::mutex> lock(mutex_);
      broken_ = true;
      callback_(Away());
    }

   private:
    std::mutex mutex_;
    const StoreWatchCallback callback_;
    bool broken_ = false;
  };

  static absl::Status Away() { return absl::UnavailableError("store away"); }
  Mode mode() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return mode_;
  }

  Store* const store_;
  mutable std::mutex mutex_;
  Mode mode_ = Mode::kWorks;
  std::function<void(const StoreTransaction&)> before_commit_;
  std::function<absl::Status(const StoreTransaction&)> refuse_;
  std::vector<std::shared_ptr<BreakableCallback>> callbacks_;
};

}  // namespace recourse
