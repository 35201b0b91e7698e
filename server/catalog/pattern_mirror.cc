#include "server/catalog/pattern_mirror.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/wire/errors.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// The entry, or the one that is there already when it is the same change:
// copying a set to single keys changes nothing.
SharedEntry Reuse(const EntryMap& known, const std::string& id,
                  const StoredItem& item) {
  const auto it = known.find(id);
  const bool same = it != known.end() && it->second->revision == item.revision;
  return same ? it->second : EntryOf(id, item);
}

}  // namespace

PatternMirror::PatternMirror(Store* store, EntryMap library,
                             size_t max_patterns)
    : store_(store),
      library_(std::make_shared<const EntryMap>(std::move(library))),
      max_patterns_(max_patterns) {}

absl::StatusOr<std::unique_ptr<PatternMirror>> PatternMirror::Open(
    Store* store, EntryMap library, absl::string_view library_index,
    size_t max_patterns) {
  std::unique_ptr<PatternMirror> mirror(
      new PatternMirror(store, std::move(library), max_patterns));
  auto registry = BuildRegistry(*mirror->library_, {}, 0, max_patterns,
                                /*previous=*/nullptr, library_index);
  if (!registry.ok()) return registry.status();
  auto view = std::make_shared<PatternView>();
  view->library = mirror->library_;
  view->registry = *std::move(registry);
  {
    absl::MutexLock lock(&mirror->mu_);
    mirror->view_ = std::move(view);
  }
  absl::Status status = mirror->ListAndWatch();
  if (!status.ok()) return status;
  mirror->thread_ = std::thread([raw = mirror.get()] { raw->Run(); });
  return mirror;
}

PatternMirror::~PatternMirror() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  watch_.reset();
}

std::shared_ptr<const PatternView> PatternMirror::view() const {
  absl::MutexLock lock(&mu_);
  return view_;
}

void PatternMirror::OnChange(std::function<void(int64_t)> listener) {
  absl::MutexLock lock(&mu_);
  listener_ = std::move(listener);
}

absl::Status PatternMirror::WaitFor(int64_t head) {
  absl::MutexLock lock(&mu_);
  const auto arrived = [&]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
    return view_->head >= head;
  };
  if (mu_.AwaitWithTimeout(absl::Condition(&arrived), kArrivalTimeout)) {
    return absl::OkStatus();
  }
  return Refusal(absl::StatusCode::kUnavailable, reason::kStoreUnavailable,
                 absl::StrCat("the change is stored as revision ", head,
                              ", but has not arrived here yet"),
                 {{"revision", absl::StrCat(head)}});
}

void PatternMirror::Publish(EntryMap users, int64_t head) {
  const std::shared_ptr<const PatternView> old = view();
  auto next = std::make_shared<PatternView>();
  next->library = library_;
  next->users = std::move(users);
  next->head = head;
  auto registry = BuildRegistry(*library_, next->users, head, max_patterns_,
                                old->registry.get());
  if (registry.ok()) {
    next->registry = *std::move(registry);
  } else {
    spdlog::error("the registry stays at revision {}, not {}: {}",
                  old->registry->revision(), head, ReasonOf(registry.status()));
    next->registry = old->registry;
  }
  std::function<void(int64_t)> listener;
  {
    absl::MutexLock lock(&mu_);
    view_ = std::move(next);
    listener = listener_;
  }
  if (listener) listener(head);
}

absl::Status PatternMirror::ListAndWatch() {
  absl::StatusOr<StoredPatterns> all = PatternStore(store_).ReadAll();
  if (!all.ok()) return all.status();
  const std::shared_ptr<const PatternView> old = view();
  if (all->head != old->head) {
    EntryMap users;
    for (const auto& [id, item] : all->items) {
      users[id] = Reuse(old->users, id, item);
    }
    Publish(std::move(users), all->head);
  }
  auto watch =
      store_->Watch(kPatternPrefix, all->revision + 1,
                    [this](auto changes) { TakeChanges(std::move(changes)); });
  if (!watch.ok()) return FromStore(watch.status());
  watch_ = *std::move(watch);
  return absl::OkStatus();
}

void PatternMirror::TakeChanges(
    absl::StatusOr<std::vector<StoreChange>> changes) {
  const auto become_stale = [this] {
    absl::MutexLock lock(&mu_);
    stale_ = true;
  };
  {
    absl::MutexLock lock(&mu_);
    if (stale_) return;
  }
  if (!changes.ok()) {
    spdlog::warn("the watch of the patterns ended: {}",
                 changes.status().ToString());
    return become_stale();
  }
  const std::shared_ptr<const PatternView> old = view();
  EntryMap users = old->users;
  int64_t head = old->head;
  for (const StoreChange& change : *changes) {
    const StoreEntry& entry = change.entry;
    if (entry.key == kPatternPendingKey && !change.deleted) {
      return become_stale();
    }
    if (entry.key == kPatternHeadKey) head = entry.mod_revision;
    const auto id = PatternIdOf(entry.key);
    if (!id) continue;
    if (change.deleted) {
      users.erase(*id);
    } else {
      users[*id] = Reuse(users, *id, DecodeItem(*id, entry));
    }
  }
  // Only what comes with a new head changes anything.
  if (head != old->head) Publish(std::move(users), head);
}

void PatternMirror::Run() {
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
    spdlog::warn("the patterns cannot be listed: {}", ReasonOf(status));
    absl::MutexLock lock(&mu_);
    stale_ = true;
    mu_.AwaitWithTimeout(absl::Condition(&stopping_), kListInterval);
  }
}

}  // namespace recourse
