#include "server/incident/incident_table.h"

#include <algorithm>
#include <utility>

#include "server/incident/incident_desk.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {

absl::Time AskedAtFirst(const internal::v1::WaiterRecord& record) {
  return FromMessage(record.waiter().wait_time());
}

StoredIncident IncidentTable::Incident::View() const {
  StoredIncident view = stored;
  v1::Incident& incident = *view.record.mutable_incident();
  incident.set_occurrence_count(incident.occurrence_count() + repeats);
  if (last_seen > FromMessage(incident.last_seen_time())) {
    *incident.mutable_last_seen_time() = ToMessage(last_seen);
  }
  return view;
}

absl::Time IncidentTable::Incident::LastSeen() const {
  return std::max(last_seen,
                  FromMessage(stored.record.incident().last_seen_time()));
}

int IncidentTable::Incident::WaitingCount() const {
  return static_cast<int>(
      std::count_if(waiters.begin(), waiters.end(),
                    [](const auto& mark) { return !mark.second.resolved; }));
}

bool IncidentTable::Incident::IsQuiet(const QuietRule& rule) const {
  return !pending() && LastSeen() <= rule.no_failure_since &&
         std::all_of(waiters.begin(), waiters.end(), [&](const auto& mark) {
           return mark.second.resolved ||
                  mark.second.asked <= rule.not_asked_since;
         });
}

std::optional<EndedIncident> IncidentTable::Apply(
    const StoredIncident& stored) {
  absl::MutexLock lock(&mutex_);
  const internal::v1::IncidentRecord& record = stored.record;
  if (!record.merged_into().empty()) {
    NoteMergedLocked(stored.incident_id, record.merged_into());
    // Merged by a commit whose answer was lost, and over since.
    const auto it = open_.find(stored.incident_id);
    if (it != open_.end() && open_.count(record.merged_into()) == 0) Erase(it);
    return std::nullopt;
  }
  if (record.incident().state() == v1::INCIDENT_STATE_RESOLVED) {
    return Close(stored);
  }
  const auto ended = ended_.find(stored.incident_id);
  if (ended != ended_.end() && stored.mod_revision < ended->second) {
    return std::nullopt;
  }
  Incident& incident = open_[stored.incident_id];
  if (stored.mod_revision <= incident.stored.mod_revision) return std::nullopt;
  const bool known = incident.stored.record.has_incident();
  if (known && incident.pending()) --pending_count_;
  if (known) shares_.Remove(OwnerOf(incident.stored.record));
  shares_.Add(OwnerOf(record));
  incident.stored = stored;
  by_fingerprint_[record.incident().fingerprint()] = stored.incident_id;
  if (incident.repeats > 0) uncounted_.insert(stored.incident_id);
  return std::nullopt;
}

std::optional<EndedIncident> IncidentTable::Close(
    const StoredIncident& stored) {
  if (ended_.insert_or_assign(stored.incident_id, stored.mod_revision).second) {
    ended_order_.push_back(stored.incident_id);
    if (ended_order_.size() > kMaxEnded) {
      ended_.erase(ended_order_.front());
      ended_order_.pop_front();
    }
  }
  const auto it = open_.find(stored.incident_id);
  if (it == open_.end()) return std::nullopt;
  EndedIncident ended{stored.record.incident().resolution(),
                      std::exchange(it->second.waiters, {})};
  shares_.RemoveWaiters(stored.record.incident().namespace_(),
                        ended.waiters.size());
  for (const auto& [waiter_id, mark] : ended.waiters) {
    NoteAnswered(waiter_id,
                 {.incident_id = stored.incident_id,
                  .fingerprint = stored.record.incident().fingerprint(),
                  .error_count = mark.error_count});
  }
  Erase(it);
  return ended;
}

void IncidentTable::NoteAnswered(const std::string& waiter_id,
                                 Answered answered) {
  if (!answered_.insert_or_assign(waiter_id, std::move(answered)).second) {
    return;
  }
  answered_order_.push_back(waiter_id);
  if (answered_order_.size() > kMaxAnswered) {
    answered_.erase(answered_order_.front());
    answered_order_.pop_front();
  }
}

void IncidentTable::Erase(ById::iterator it) {
  const internal::v1::IncidentRecord& record = it->second.stored.record;
  shares_.RemoveWaiters(record.incident().namespace_(),
                        it->second.waiters.size());
  if (it->second.pending()) --pending_count_;
  shares_.Remove(OwnerOf(record));
  uncounted_.erase(it->first);
  const auto fingerprint =
      by_fingerprint_.find(record.incident().fingerprint());
  // A newer incident of the same fingerprint keeps its place.
  if (fingerprint != by_fingerprint_.end() &&
      fingerprint->second == it->first) {
    by_fingerprint_.erase(fingerprint);
  }
  open_.erase(it);
}

bool IncidentTable::Apply(const StoredWaiter& stored) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(stored.incident_id);
  if (it == open_.end()) return false;
  const auto mark = it->second.waiters.find(stored.waiter_id);
  if (mark != it->second.waiters.end() &&
      mark->second.revision >= stored.mod_revision) {
    return false;
  }
  AddMark(&it->second, stored.waiter_id,
          WaiterMark{.rerun_allowed = stored.record.rerun_allowed(),
                     .resolved = stored.record.waiter().has_resolution(),
                     .revision = stored.mod_revision,
                     .error_count = stored.record.error_count(),
                     .asked = AskedAtFirst(stored.record)});
  return true;
}

void IncidentTable::AddMark(Incident* incident, const std::string& waiter_id,
                            const WaiterMark& mark) {
  const auto [it, is_new] = incident->waiters.emplace(waiter_id, mark);
  if (is_new) {
    shares_.AddWaiters(incident->stored.record.incident().namespace_(), 1);
    return;
  }
  const absl::Time asked = std::max(mark.asked, it->second.asked);
  it->second = mark;
  it->second.asked = asked;
}

void IncidentTable::Forget(const std::string& incident_id) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it != open_.end() && !it->second.pending()) Erase(it);
}

std::vector<std::string> IncidentTable::MissingFrom(
    const std::set<std::string>& open, int64_t revision) const {
  std::vector<std::string> missing;
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, incident] : open_) {
    if (!incident.pending() && incident.stored.create_revision <= revision &&
        open.count(id) == 0) {
      missing.push_back(id);
    }
  }
  return missing;
}

bool IncidentTable::HasUnwritten() const {
  absl::MutexLock lock(&mutex_);
  return pending_count_ > 0 || !spooled_waiters_.empty() || !uncounted_.empty();
}

std::vector<UnwrittenIncident> IncidentTable::Pending() const {
  std::vector<UnwrittenIncident> pending;
  absl::MutexLock lock(&mutex_);
  if (pending_count_ == 0) return pending;
  for (const auto& [id, incident] : open_) {
    if (incident.pending()) {
      pending.push_back({incident.View(), incident.repeats});
    }
  }
  return pending;
}

std::vector<StoredWaiter> IncidentTable::SpooledWaiters() const {
  std::vector<StoredWaiter> waiters;
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, waiter] : spooled_waiters_) waiters.push_back(waiter);
  return waiters;
}

void IncidentTable::Unspool(const StoredWaiter& waiter) {
  absl::MutexLock lock(&mutex_);
  spooled_waiters_.erase(WaiterKey(waiter.incident_id, waiter.waiter_id));
}

std::optional<internal::v1::WaiterRecord> IncidentTable::Spooled(
    const std::string& incident_id, const std::string& waiter_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = spooled_waiters_.find(WaiterKey(incident_id, waiter_id));
  if (it == spooled_waiters_.end()) return std::nullopt;
  return it->second.record;
}

std::vector<UnwrittenIncident> IncidentTable::Uncounted() const {
  std::vector<UnwrittenIncident> uncounted;
  absl::MutexLock lock(&mutex_);
  for (const std::string& id : uncounted_) {
    const Incident& incident = open_.at(id);
    if (!incident.pending()) {
      uncounted.push_back({incident.View(), incident.repeats});
    }
  }
  return uncounted;
}

void IncidentTable::Written(const UnwrittenIncident& incident) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident.stored.incident_id);
  if (it == open_.end()) return;
  it->second.repeats -= incident.repeats;
  if (it->second.repeats == 0) uncounted_.erase(it->first);
}

void IncidentTable::NotePendingReason(const std::string& incident_id,
                                      absl::string_view reason) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it != open_.end()) it->second.pending_reason = std::string(reason);
}

void IncidentTable::Merge(const std::string& from, const std::string& to) {
  absl::MutexLock lock(&mutex_);
  const auto source = open_.find(from);
  const auto target = open_.find(to);
  if (source == open_.end() || target == open_.end()) return;
  const StoredIncident view = source->second.View();
  const v1::Incident& incident = view.record.incident();
  target->second.repeats += incident.occurrence_count();
  target->second.last_seen = std::max(target->second.last_seen,
                                      FromMessage(incident.last_seen_time()));
  uncounted_.insert(to);
  for (const auto& [waiter_id, mark] : source->second.waiters) {
    AddMark(&target->second, waiter_id, mark);
    const auto spooled = spooled_waiters_.find(WaiterKey(from, waiter_id));
    if (spooled == spooled_waiters_.end()) continue;
    StoredWaiter waiter = std::move(spooled->second);
    spooled_waiters_.erase(spooled);
    waiter.incident_id = to;
    spooled_waiters_[WaiterKey(to, waiter_id)] = std::move(waiter);
  }
  Erase(source);
  NoteMergedLocked(from, to);
}

void IncidentTable::NoteMerged(const std::string& from, const std::string& to) {
  absl::MutexLock lock(&mutex_);
  NoteMergedLocked(from, to);
}

void IncidentTable::NoteMergedLocked(const std::string& from,
                                     const std::string& to) {
  if (merged_.size() >= kMaxMerged) merged_.clear();
  merged_[from] = to;
}

const std::string& IncidentTable::FinalLocked(
    const std::string& incident_id) const {
  const auto it = merged_.find(incident_id);
  return it == merged_.end() ? incident_id : it->second;
}

std::string IncidentTable::Final(const std::string& incident_id) const {
  absl::MutexLock lock(&mutex_);
  return FinalLocked(incident_id);
}

IncidentTable::Standing IncidentTable::StandingOf(
    const std::string& incident_id, const std::string& waiter_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it == open_.end()) return Standing::kUnknownIncident;
  const auto mark = it->second.waiters.find(waiter_id);
  if (mark == it->second.waiters.end()) return Standing::kUnknownWaiter;
  return mark->second.resolved ? Standing::kResolved : Standing::kWaiting;
}

std::optional<StoredIncident> IncidentTable::Find(
    const std::string& incident_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it == open_.end()) return std::nullopt;
  StoredIncident view = it->second.View();
  if (it->second.pending()) {
    view.record.mutable_incident()->set_pending_reason(
        it->second.pending_reason);
  }
  return view;
}

std::vector<StoredIncident> IncidentTable::List(
    const std::string& start, size_t limit,
    const std::function<bool(const v1::Incident&)>& wanted) const {
  std::vector<StoredIncident> listed;
  absl::MutexLock lock(&mutex_);
  for (auto it = open_.lower_bound(start);
       it != open_.end() && listed.size() < limit; ++it) {
    if (wanted(it->second.stored.record.incident())) {
      listed.push_back(it->second.View());
    }
  }
  return listed;
}

std::map<std::string, WaiterMark> IncidentTable::Waiters(
    const std::string& incident_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it == open_.end()) return {};
  return it->second.waiters;
}

int IncidentTable::WaitingCount(const std::string& incident_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it == open_.end()) return 0;
  return it->second.WaitingCount();
}

void IncidentTable::NoteAsked(const std::string& incident_id,
                              const std::string& waiter_id, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(FinalLocked(incident_id));
  if (it == open_.end()) return;
  const auto mark = it->second.waiters.find(waiter_id);
  if (mark == it->second.waiters.end()) return;
  mark->second.asked = std::max(mark->second.asked, now);
}

std::vector<StoredIncident> IncidentTable::HoldQuiet(const QuietRule& rule,
                                                     size_t limit) {
  std::vector<StoredIncident> quiet;
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, incident] : open_) {
    if (quiet.size() == limit) break;
    if (!incident.IsQuiet(rule)) continue;
    held_.insert(incident.stored.record.incident().fingerprint());
    quiet.push_back(incident.View());
  }
  return quiet;
}

void IncidentTable::Release(const std::vector<std::string>& fingerprints) {
  absl::MutexLock lock(&mutex_);
  for (const std::string& fingerprint : fingerprints) held_.erase(fingerprint);
  entry_.SignalAll();
}

int64_t IncidentTable::size() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int64_t>(open_.size());
}

}  // namespace recourse
