// Targets by name: a part of them, behind one lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/guard/guard.h"
#include "server/guard/target_guard.h"
#include "server/guard/tokenless_sketch.h"
#include "server/model/failure.h"

namespace recourse {

// At most this many callers of all targets are known.
inline constexpr size_t kMaxAllCallers = 400'000;

// What all tables of a guard share. Thread-safe.
struct GuardShared {
  Guard::PolicyLookup policies;
  Guard::ChangeListener on_change;  // May be null.
  std::atomic<uint64_t> policy_generation{0};
  std::atomic<size_t> targets{0};
  Callers::Limits callers{Guard::kMaxCallersPerTarget, kMaxAllCallers, {}};
};

// Of a namespace and a target, hashed once.
struct TargetKey {
  TargetKey(absl::string_view ns_in, absl::string_view target_in)
      : ns(ns_in), target(target_in), hash(HashOf(ns_in, target_in)) {}

  absl::string_view ns;
  absl::string_view target;
  size_t hash;

 private:
  // Most are in the default namespace, which need not be hashed each time.
  static size_t HashOf(absl::string_view ns, absl::string_view target) {
    return ns == kDefaultNamespace ? absl::HashOf(target)
                                   : absl::HashOf(ns, target);
  }
};

// Thread-safe. Calls of the listener are made without the lock, in the order of
// the changes: whoever changes something while another thread is telling leaves
// it to that thread.
class TargetTable {
 public:
  // What was touched within it is not moved to the young end again.
  static constexpr absl::Duration kTouchPause = absl::Seconds(1);

  explicit TargetTable(GuardShared* shared) : shared_(shared) {}
  ~TargetTable();

  // Runs `work(TargetGuard&, Changes*)` under the lock, on a target that is
  // made if need be; then tells what changed.
  template <typename Work>
  auto With(const TargetKey& key, absl::Time now, Work work) {
    Telling telling(this);
    absl::MutexLock lock(&mutex_);
    Entry& entry = FindOrAdd(key, now);
    return RunOn(entry, work);
  }
  // The same where the target is known; else returns `otherwise`.
  template <typename Work, typename Result>
  Result WithKnown(const TargetKey& key, absl::Time now, Result otherwise,
                   Work work) {
    Telling telling(this);
    absl::MutexLock lock(&mutex_);
    const Place entry = Find(key);
    if (entry == by_age_.end()) return otherwise;
    Refresh(*entry, now);
    return RunOn(*entry, work);
  }

  AdmitAnswer Admit(const TargetKey& key, const AdmitRequest& request,
                    absl::Time now);
  void AppendCircuits(const CircuitFilter& filter, size_t limit, absl::Time now,
                      CircuitList* list);
  void AppendSnapshots(absl::Time now, std::vector<CircuitSnapshot>* snapshots);
  void Sweep(absl::Time now);
  // Beside the table itself.
  size_t heap_bytes();

 private:
  struct Entry {
    Entry(const TargetKey& key, int64_t first_epoch, SharedTargetPolicy policy,
          Callers::Limits* limits, absl::Time now)
        : hash(key.hash),
          touch_again(now + kTouchPause),
          guard(NamePair(key.ns, key.target), first_epoch, std::move(policy),
                limits, now) {}

    const size_t hash;
    uint64_t policy_generation = 0;
    // kTouchPause after it was last touched. Before, it stays where it is in
    // by_age_.
    absl::Time touch_again;
    bool listed_restless = false;
    TargetGuard guard;
  };
  using Entries = std::list<Entry>;
  using Place = Entries::iterator;
  struct Hash {
    using is_transparent = void;
    size_t operator()(const TargetKey& key) const { return key.hash; }
    size_t operator()(const Place& entry) const { return entry->hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Place& a, const Place& b) const { return a == b; }
    bool operator()(const Place& a, const TargetKey& b) const {
      return a->hash == b.hash && a->guard.name().Are(b.ns, b.target);
    }
  };
  // Tells when the lock is free again.
  class Telling {
   public:
    explicit Telling(TargetTable* table) : table_(table) {}
    ~Telling() { table_->TellPending(); }
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;

   private:
    TargetTable* const table_;
  };

  template <typename Work>
  auto RunOn(Entry& entry, Work work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Bookkeeping keep(this, &entry);
    return work(entry.guard, listening());
  }
  // After work on an entry: is it restless now, is there something to tell?
  class Bookkeeping {
   public:
    Bookkeeping(TargetTable* table, Entry* entry)
        : table_(table), entry_(entry) {}
    ~Bookkeeping() { table_->NoteWork(entry_); }
    Bookkeeping(const Bookkeeping&) = delete;
    Bookkeeping& operator=(const Bookkeeping&) = delete;

   private:
    TargetTable* const table_;
    Entry* const entry_;
  };

  Changes* listening() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return shared_->on_change == nullptr ? nullptr : &changes_;
  }
  // The end of by_age_ where it is not known.
  Place Find(const TargetKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Entry& FindOrAdd(const TargetKey& key, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Entry& Add(const TargetKey& key, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refresh(Entry& entry, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(Place entry, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteWork(Entry* entry) ABSL_NO_THREAD_SAFETY_ANALYSIS;
  void TellPending() ABSL_LOCKS_EXCLUDED(mutex_);

  GuardShared* const shared_;

  absl::Mutex mutex_;
  Entries by_age_ ABSL_GUARDED_BY(mutex_);  // Longest idle first.
  // Found last: an error is followed by a question.
  Place last_ ABSL_GUARDED_BY(mutex_) = by_age_.end();
  absl::flat_hash_set<Place, Hash, Equal> entries_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<Entry*> restless_ ABSL_GUARDED_BY(mutex_);
  TokenlessSketch tokenless_ ABSL_GUARDED_BY(mutex_);
  // New targets begin above the epochs of forgotten ones.
  int64_t epoch_floor_ ABSL_GUARDED_BY(mutex_) = 0;
  Changes changes_ ABSL_GUARDED_BY(mutex_);
  bool is_telling_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> has_changes_{false};
};

}  // namespace recourse
