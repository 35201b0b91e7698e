#include "server/store/watch_hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace recourse {

class WatchHub::Watch : public StoreWatch {
 public:
  Watch(std::shared_ptr<WatchHub> hub, int64_t id)
      : hub_(std::move(hub)), id_(id) {}
  ~Watch() override { hub_->Remove(id_); }

 private:
  const std::shared_ptr<WatchHub> hub_;
  const int64_t id_;
};

WatchHub::WatchHub(int64_t revision, ReadFunction read,
                   absl::Duration retry_delay)
    : read_(std::move(read)),
      retry_delay_(retry_delay),
      revision_(revision),
      thread_([this] { Run(); }) {}

WatchHub::~WatchHub() { Stop(); }

void WatchHub::Publish(int64_t revision) {
  absl::MutexLock lock(&mutex_);
  revision_ = std::max(revision_, revision);
  pending_ = true;
  changed_.SignalAll();
}

absl::StatusOr<std::unique_ptr<StoreWatch>> WatchHub::Add(
    std::string_view prefix, int64_t from_revision,
    StoreWatchCallback callback) {
  absl::MutexLock lock(&mutex_);
  if (watchers_.size() >= kMaxStoreWatches) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the store has ", kMaxStoreWatches, " watches already"));
  }
  const int64_t id = next_id_++;
  auto watcher = std::make_unique<Watcher>();
  watcher->prefix = std::string(prefix);
  watcher->next_revision = std::max<int64_t>(from_revision, 1);
  watcher->callback = std::move(callback);
  watchers_.emplace(id, std::move(watcher));
  pending_ = true;
  changed_.SignalAll();
  return std::make_unique<Watch>(shared_from_this(), id);
}

void WatchHub::Remove(int64_t id) {
  std::unique_ptr<Watcher> removed;  // Its callback is freed without the lock.
  absl::MutexLock lock(&mutex_);
  const auto found = watchers_.find(id);
  found->second->ended = true;
  while (serving_id_ == id) changed_.Wait(&mutex_);
  removed = std::move(found->second);
  watchers_.erase(found);
}

void WatchHub::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void WatchHub::Run() {
  mutex_.Lock();
  while (true) {
    while (!pending_ && !stopped_) changed_.Wait(&mutex_);
    if (stopped_) break;
    pending_ = false;
    mutex_.Unlock();
    const bool go_on = ServeRound();
    mutex_.Lock();
    if (go_on) continue;
    pending_ = true;
    // A commit ends the wait early: the store works again.
    if (!stopped_) changed_.WaitWithTimeout(&mutex_, retry_delay_);
  }
  mutex_.Unlock();
}

bool WatchHub::ServeRound() {
  bool go_on = true;
  int64_t last_id = 0;
  while (true) {
    Watcher* watcher = nullptr;
    int64_t next_revision = 0;
    {
      absl::MutexLock lock(&mutex_);
      auto next = watchers_.upper_bound(last_id);
      while (next != watchers_.end() &&
             (next->second->ended || next->second->next_revision > revision_)) {
        ++next;
      }
      if (next == watchers_.end() || stopped_) return go_on;
      serving_id_ = last_id = next->first;
      watcher = next->second.get();
      next_revision = watcher->next_revision;
    }
    const Served served = ServeOne(next_revision, *watcher);
    absl::MutexLock lock(&mutex_);
    serving_id_ = 0;
    if (served == Served::kMore) pending_ = true;
    if (served == Served::kRetry) go_on = false;
    changed_.SignalAll();
  }
}

WatchHub::Served WatchHub::ServeOne(int64_t next_revision, Watcher& watcher) {
  absl::StatusOr<StoreChangePage> page = read_(watcher.prefix, next_revision);
  if (absl::IsUnavailable(page.status()) ||
      absl::IsResourceExhausted(page.status())) {
    return Served::kRetry;
  }
  {
    absl::MutexLock lock(&mutex_);
    if (watcher.ended) return Served::kDone;  // Being destroyed.
    watcher.ended = !page.ok();
    if (page.ok()) watcher.next_revision = page->next_revision;
  }
  if (!page.ok()) {
    watcher.callback(page.status());
    return Served::kDone;
  }
  if (!page->changes.empty()) watcher.callback(std::move(page->changes));
  return Served::kMore;
}

}  // namespace recourse
