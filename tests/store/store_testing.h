// What tests of stores share: operations in short, and a recorder of watches.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/store.h"

namespace recourse {

// How long a test waits for what must happen; reached only by failing tests.
inline constexpr std::chrono::seconds kTestPatience(60);

// Collects what a watch delivers. Thread-safe; must outlive its watch.
class WatchLog {
 public:
  StoreWatchCallback Callback() {
    return [this](absl::StatusOr<std::vector<StoreChange>> batch) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (batch.ok()) {
        batches_.push_back(*std::move(batch));
        count_ += batches_.back().size();
      } else {
        end_ = batch.status();
      }
      changed_.notify_all();
    };
  }

  // The first `count` changes or more; fewer only after kTestPatience.
  std::vector<StoreChange> Await(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kTestPatience, [&] { return count_ >= count; });
    std::vector<StoreChange> changes;
    for (const auto& batch : batches_) {
      changes.insert(changes.end(), batch.begin(), batch.end());
    }
    return changes;
  }

  // The status that ended the watch; OK only after kTestPatience.
  absl::Status AwaitEnd() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kTestPatience, [&] { return !end_.ok(); });
    return end_;
  }

  std::vector<std::vector<StoreChange>> batches() {
    std::lock_guard<std::mutex> lock(mutex_);
    return batches_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<StoreChange>> batches_;
  size_t count_ = 0;
  absl::Status end_;
};

inline StoreOp Put(std::string key, std::string value, int64_t lease_id = 0) {
  return {std::move(key), std::move(value), lease_id};
}
inline StoreOp Delete(std::string key) { return {std::move(key), {}, 0}; }

// "key=value" or "-key", for comparisons that print well.
inline std::string Describe(const StoreChange& change) {
  if (change.deleted) return "-" + change.entry.key;
  return change.entry.key + "=" + change.entry.value;
}
inline std::vector<std::string> Describe(
    const std::vector<StoreChange>& changes) {
  std::vector<std::string> lines;
  for (const StoreChange& change : changes) lines.push_back(Describe(change));
  return lines;
}
inline std::vector<std::string> Describe(
    const std::vector<StoreEntry>& entries) {
  std::vector<std::string> lines;
  for (const StoreEntry& e : entries) lines.push_back(e.key + "=" + e.value);
  return lines;
}

}  // namespace recourse
