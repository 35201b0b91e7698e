#include "server/targets/key_mirror.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/wire/errors.h"
#include "spdlog/spdlog.h"

namespace recourse {

KeyMirror::KeyMirror(Store* store, std::string prefix, Listener listener)
    : store_(store),
      prefix_(std::move(prefix)),
      listener_(std::move(listener)) {}

absl::StatusOr<std::unique_ptr<KeyMirror>> KeyMirror::Open(Store* store,
                                                           std::string prefix,
                                                           Listener listener) {
  std::unique_ptr<KeyMirror> mirror(
      new KeyMirror(store, std::move(prefix), std::move(listener)));
  if (absl::Status status = mirror->ListAndWatch(); !status.ok()) return status;
  mirror->thread_ = std::thread([raw = mirror.get()] { raw->Run(); });
  return mirror;
}

KeyMirror::~KeyMirror() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  watch_.reset();
}

absl::StatusOr<int64_t> KeyMirror::Commit(const StoreTransaction& transaction) {
  const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
  if (!commit.ok()) return FromStore(commit.status());
  if (!commit->committed) {
    return Refusal(absl::StatusCode::kAborted, reason::kStaleRevision,
                   "it was changed in between: read it again");
  }
  absl::MutexLock lock(&mu_);
  const auto arrived = [&]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
    return revision_ >= commit->revision;
  };
  if (mu_.AwaitWithTimeout(absl::Condition(&arrived), kArrivalTimeout)) {
    return commit->revision;
  }
  return Refusal(
      absl::StatusCode::kUnavailable, reason::kStoreUnavailable,
      absl::StrCat("the change is stored as revision ", commit->revision,
                   ", but has not arrived here yet"),
      {{"revision", absl::StrCat(commit->revision)}});
}

// Only one of the watch's thread and ours calls this at a time.
void KeyMirror::Tell(const KeyChanges& changes, int64_t revision) {
  for (const StoreEntry& entry : changes.put) {
    told_[entry.key] = entry.mod_revision;
  }
  for (const std::string& key : changes.deleted) told_.erase(key);
  listener_(changes);
  absl::MutexLock lock(&mu_);
  revision_ = std::max(revision_, revision);
}

absl::Status KeyMirror::ListAndWatch() {
  KeyChanges changes;
  std::map<std::string, int64_t> gone = told_;
  StoreRange range{.prefix = prefix_};
  while (true) {
    absl::StatusOr<StorePage> page = store_->List(range);
    if (!page.ok()) return FromStore(page.status());
    range.revision = page->revision;
    for (StoreEntry& entry : page->entries) {
      const auto known = gone.extract(entry.key);
      if (known.empty() || known.mapped() != entry.mod_revision) {
        changes.put.push_back(std::move(entry));
      }
    }
    if (!page->next_start) break;
    range.start = *page->next_start;
  }
  for (const auto& [key, revision] : gone) changes.deleted.push_back(key);
  Tell(changes, range.revision);
  auto watch = store_->Watch(prefix_, range.revision + 1, [this](auto changes) {
    TakeChanges(std::move(changes));
  });
  if (!watch.ok()) return FromStore(watch.status());
  watch_ = *std::move(watch);
  return absl::OkStatus();
}

void KeyMirror::TakeChanges(absl::StatusOr<std::vector<StoreChange>> changes) {
  {
    absl::MutexLock lock(&mu_);
    if (stale_) return;
    if (!changes.ok()) {
      spdlog::warn("the watch of {} ended: {}", prefix_,
                   changes.status().ToString());
      stale_ = true;
      return;
    }
  }
  // Several may be of one key: the last counts.
  std::map<std::string, StoreChange> last;
  int64_t revision = 0;
  for (StoreChange& change : *changes) {
    revision = std::max(revision, change.entry.mod_revision);
    std::string key = change.entry.key;
    last.insert_or_assign(std::move(key), std::move(change));
  }
  KeyChanges told;
  for (auto& [key, change] : last) {
    if (change.deleted) {
      told.deleted.push_back(key);
    } else {
      told.put.push_back(std::move(change.entry));
    }
  }
  Tell(told, revision);
}

void KeyMirror::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      const auto turn = [this]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
        return stale_ || stopping_;
      };
      mu_.Await(absl::Condition(&turn));
      if (stopping_) return;
    }
    watch_.reset();  // Its callback is not running after this.
    {
      absl::MutexLock lock(&mu_);
      stale_ = false;
    }
    const absl::Status status = ListAndWatch();
    if (status.ok()) continue;
    spdlog::warn("{} cannot be listed: {}", prefix_, ReasonOf(status));
    absl::MutexLock lock(&mu_);
    stale_ = true;
    mu_.AwaitWithTimeout(absl::Condition(&stopping_), kListInterval);
  }
}

}  // namespace recourse
