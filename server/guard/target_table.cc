#include "server/guard/target_table.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_format.h"
#include "server/guard/heap_bytes.h"

namespace recourse {

TargetTable::~TargetTable() { shared_->targets -= by_age_.size(); }

TargetTable::Place TargetTable::Find(const TargetKey& key) {
  if (last_ != by_age_.end() && Equal()(last_, key)) return last_;
  const auto found = entries_.find(key);
  return last_ = found == entries_.end() ? by_age_.end() : *found;
}

TargetTable::Entry& TargetTable::FindOrAdd(const TargetKey& key,
                                           absl::Time now) {
  const Place entry = Find(key);
  if (entry == by_age_.end()) return Add(key, now);
  if (now > entry->touch_again) {
    entry->touch_again = now + kTouchPause;
    by_age_.splice(by_age_.end(), by_age_, entry);
  }
  Refresh(*entry, now);
  return *entry;
}

TargetTable::Entry& TargetTable::Add(const TargetKey& key, absl::Time now) {
  if (shared_->targets >= Guard::kMaxTargets) MakeRoom(now);
  const uint64_t generation = shared_->policy_generation;
  by_age_.emplace_back(key, epoch_floor_, shared_->policies(key.ns, key.target),
                       &shared_->callers, now);
  Entry& entry = by_age_.back();
  entry.policy_generation = generation;
  entries_.insert(std::prev(by_age_.end()));
  ++shared_->targets;
  return entry;
}

void TargetTable::Refresh(Entry& entry, absl::Time now) {
  const uint64_t generation = shared_->policy_generation;
  if (entry.policy_generation == generation) return;
  entry.policy_generation = generation;
  const NamePair& name = entry.guard.name();
  entry.guard.SetPolicy(shared_->policies(name.first(), name.second()), now);
}

// The longest idle of this table goes; what is not at rest only where nothing
// else is left, and what a person set never.
void TargetTable::MakeRoom(absl::Time now) {
  Place victim = by_age_.end();
  for (Place entry = by_age_.begin(); entry != by_age_.end(); ++entry) {
    if (!entry->guard.IsRestless()) {
      victim = entry;
      break;
    }
    if (victim == by_age_.end() && !entry->guard.IsOverridden()) victim = entry;
  }
  if (victim != by_age_.end()) Forget(victim, now);
}

void TargetTable::Forget(Place entry, absl::Time now) {
  // Those who watch must not wait for a circuit that is no more.
  if (entry->guard.IsRestless()) entry->guard.Reset(now, listening());
  if (!changes_.empty()) has_changes_ = true;
  epoch_floor_ = std::max(epoch_floor_, entry->guard.epoch());
  restless_.erase(&*entry);
  if (last_ == entry) last_ = by_age_.end();
  entries_.erase(entry);
  by_age_.erase(entry);
  --shared_->targets;
}

void TargetTable::NoteWork(Entry* entry) {
  const bool restless = entry->guard.IsRestless();
  if (restless != entry->listed_restless) {
    entry->listed_restless = restless;
    if (restless) {
      restless_.insert(entry);
    } else {
      restless_.erase(entry);
    }
  }
  if (!changes_.empty()) has_changes_ = true;
}

void TargetTable::TellPending() {
  if (!has_changes_) return;
  mutex_.Lock();
  if (is_telling_) {
    mutex_.Unlock();
    return;
  }
  is_telling_ = true;
  while (!changes_.empty()) {
    Changes changes;
    changes.swap(changes_);
    mutex_.Unlock();
    for (const CircuitView& view : changes) shared_->on_change(view);
    mutex_.Lock();
  }
  has_changes_ = false;
  is_telling_ = false;
  mutex_.Unlock();
}

AdmitAnswer TargetTable::Admit(const TargetKey& key,
                               const AdmitRequest& request, absl::Time now) {
  const auto admit = [&request, now](TargetGuard& guard, Changes* changes) {
    return guard.Admit(request, now, changes);
  };
  if (request.tokenless_key == 0) return With(key, now, admit);
  Telling telling(this);
  absl::MutexLock lock(&mutex_);
  const double grants = tokenless_.Estimate(request.tokenless_key, now);
  if (grants >= request.max_tokenless_grants) {
    return NotAdmitted{
        TraceReason::kTokenDropped,
        absl::StrFormat("the same error from the same place came without its "
                        "recovery_token about %.0f times in a minute; %d are "
                        "granted: send the token of the last answer",
                        grants, request.max_tokenless_grants)};
  }
  AdmitAnswer answer = RunOn(FindOrAdd(key, now), admit);
  const auto* admitted = std::get_if<Admitted>(&answer);
  if (admitted != nullptr && !admitted->grant.recheck) {
    tokenless_.Add(request.tokenless_key, now);
  }
  return answer;
}

void TargetTable::AppendCircuits(const CircuitFilter& filter, size_t limit,
                                 absl::Time now, CircuitList* list) {
  Telling telling(this);
  absl::MutexLock lock(&mutex_);
  const auto wanted = [&filter](const Entry* entry) {
    const NamePair& name = entry->guard.name();
    return (filter.ns.empty() || filter.ns == name.first()) &&
           (filter.target == nullptr || filter.target(name.second()));
  };
  std::vector<Entry*> entries;  // The work changes what is restless.
  if (filter.only_open) {
    std::copy_if(restless_.begin(), restless_.end(),
                 std::back_inserter(entries), wanted);
  } else {
    for (Entry& entry : by_age_) {
      if (wanted(&entry)) entries.push_back(&entry);
    }
  }
  for (Entry* entry : entries) {
    RunOn(*entry, [&](TargetGuard& guard, Changes* changes) {
      guard.AppendCircuits(filter, limit, now, changes, list);
    });
  }
}

void TargetTable::AppendSnapshots(absl::Time now,
                                  std::vector<CircuitSnapshot>* snapshots) {
  absl::MutexLock lock(&mutex_);
  for (const Entry* entry : restless_) {
    if (auto snapshot = entry->guard.Snapshot(now)) {
      snapshots->push_back(*std::move(snapshot));
    }
  }
}

size_t TargetTable::heap_bytes() {
  absl::MutexLock lock(&mutex_);
  struct Node {  // Of by_age_.
    void* neighbours[2];
    Entry entry;
  };
  size_t bytes = HeapBytes(entries_) + HeapBytes(restless_) +
                 HeapBytes(changes_) + tokenless_.heap_bytes() +
                 by_age_.size() * HeapBytes(sizeof(Node));
  for (const Entry& entry : by_age_) bytes += entry.guard.heap_bytes();
  return bytes;
}

void TargetTable::Sweep(absl::Time now) {
  Telling telling(this);
  absl::MutexLock lock(&mutex_);
  const std::vector<Entry*> restless(restless_.begin(), restless_.end());
  for (Entry* entry : restless) {
    RunOn(*entry, [now](TargetGuard& guard, Changes* changes) {
      guard.AdvanceAll(now, changes);
    });
  }
  for (auto it = by_age_.begin(); it != by_age_.end();) {
    const Place entry = it++;
    if (now - entry->touch_again + kTouchPause < Guard::kForgetAfter) break;
    if (!entry->guard.IsOverridden()) Forget(entry, now);
  }
  if (shared_->callers.AllAreKnown()) return;
  for (Entry& entry : by_age_) entry.guard.ForgetIdleCallers(now);
}

}  // namespace recourse
