// How failures come into the table: which incident each is one of, and the
// spool of what the store does not take.
#include <algorithm>
#include <utility>

#include "server/incident/fingerprint.h"
#include "server/incident/incident_desk.h"
#include "server/incident/incident_table.h"
#include "server/wire/errors.h"

namespace recourse {
namespace {

absl::Status Full(absl::string_view what) {
  return Refusal(absl::StatusCode::kResourceExhausted, reason::kOverloaded,
                 what);
}

std::string FingerprintOf(Collects collects, const ShareOwner& owner) {
  return CollectingFingerprint(
      owner.ns, collects == Collects::kCaller ? owner.caller : std::nullopt);
}

constexpr Collects kCollecting[] = {Collects::kCaller, Collects::kNamespace};

}  // namespace

const IncidentTable::Answered* IncidentTable::AnswerOf(
    const Arrival& arrival) const {
  const auto answered = answered_.find(arrival.waiter_id);
  if (answered == answered_.end() ||
      arrival.error_count > answered->second.error_count) {
    return nullptr;
  }
  const std::string& fingerprint = answered->second.fingerprint;
  const bool same = fingerprint == arrival.fingerprint ||
                    std::any_of(std::begin(kCollecting), std::end(kCollecting),
                                [&](Collects collects) {
                                  return fingerprint ==
                                         FingerprintOf(collects, arrival.owner);
                                });
  return same ? &answered->second : nullptr;
}

bool IncidentTable::WaitsIn(const std::string& fingerprint,
                            const Arrival& arrival) const {
  const auto found = by_fingerprint_.find(fingerprint);
  if (found == by_fingerprint_.end()) return false;
  const Incident& incident = open_.at(found->second);
  const auto mark = incident.waiters.find(arrival.waiter_id);
  return mark != incident.waiters.end() &&
         arrival.error_count <= mark->second.error_count;
}

IncidentTable::Place IncidentTable::PlaceOf(const Arrival& arrival) const {
  // Who waits in a collecting incident stays there, though there is room again.
  for (const Collects collects : kCollecting) {
    if (arrival.waiter_id.empty()) break;
    std::string fingerprint = FingerprintOf(collects, arrival.owner);
    if (WaitsIn(fingerprint, arrival)) {
      return {.fingerprint = std::move(fingerprint), .collects = collects};
    }
  }
  if (by_fingerprint_.contains(arrival.fingerprint) ||
      opening_.contains(arrival.fingerprint)) {
    return {.fingerprint = arrival.fingerprint};
  }
  const Collects collects = shares_.OneMore(arrival.owner);
  return {.fingerprint = collects == Collects::kNothing
                             ? arrival.fingerprint
                             : FingerprintOf(collects, arrival.owner),
          .collects = collects};
}

bool IncidentTable::IsShut(const std::string& fingerprint) const {
  return opening_.contains(fingerprint) || held_.contains(fingerprint);
}

absl::StatusOr<IncidentTable::Entrance> IncidentTable::Enter(
    const Arrival& arrival) {
  absl::MutexLock lock(&mutex_);
  Place place = PlaceOf(arrival);
  while (IsShut(place.fingerprint)) {
    entry_.Wait(&mutex_);
    place = PlaceOf(arrival);
  }
  if (const Answered* answered = AnswerOf(arrival)) {
    return Entrance{
        .joined = true, .incident_id = answered->incident_id, .answered = true};
  }
  const auto found = by_fingerprint_.find(place.fingerprint);
  if (found == by_fingerprint_.end()) {
    const bool own = place.collects == Collects::kNothing;
    if (!own && !shares_.MayCollectMore()) {
      return Full("too many incidents are open");
    }
    const auto owner = own ? std::optional(arrival.owner) : std::nullopt;
    shares_.Add(owner);
    opening_.emplace(place.fingerprint, owner);
    return Entrance{.fingerprint = place.fingerprint,
                    .collects = place.collects};
  }
  return EnterOpen(found->second, place, arrival);
}

absl::StatusOr<IncidentTable::Entrance> IncidentTable::EnterOpen(
    const std::string& incident_id, const Place& place,
    const Arrival& arrival) {
  Incident& incident = open_.at(incident_id);
  if (!arrival.waiter_id.empty() &&
      incident.waiters.count(arrival.waiter_id) == 0 &&
      (incident.waiters.size() >= IncidentDesk::kMaxWaitersPerIncident ||
       !shares_.MayWait(arrival.owner.ns))) {
    return Full("too many workflows wait for people");
  }
  ++incident.repeats;
  incident.last_seen = std::max(incident.last_seen, arrival.now);
  uncounted_.insert(incident_id);
  Entrance entrance{.joined = true,
                    .incident_id = incident_id,
                    .create_revision = incident.stored.create_revision,
                    .fingerprint = place.fingerprint,
                    .collects = place.collects};
  if (place.collects != Collects::kNothing) {
    const auto& channels = incident.stored.record.incident().channels();
    entrance.channels = {channels.begin(), channels.end()};
  }
  return entrance;
}

void IncidentTable::AddChannels(const std::string& incident_id,
                                const std::vector<std::string>& channels) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(incident_id);
  if (it == open_.end() || !it->second.pending()) return;
  internal::v1::IncidentRecord& record = it->second.stored.record;
  record.set_from_default_plan(false);  // They are its own, whoever named them.
  auto& known = *record.mutable_incident()->mutable_channels();
  for (const std::string& channel : channels) {
    if (std::find(known.begin(), known.end(), channel) == known.end()) {
      *known.Add() = channel;
    }
  }
}

void IncidentTable::Leave(const std::string& fingerprint) {
  absl::MutexLock lock(&mutex_);
  const auto it = opening_.find(fingerprint);
  if (it == opening_.end()) return;
  shares_.Remove(it->second);
  opening_.erase(it);
  entry_.SignalAll();
}

absl::Status IncidentTable::CheckSpool() const {
  if (pending_count_ + spooled_waiters_.size() < IncidentDesk::kMaxSpooled) {
    return absl::OkStatus();
  }
  return Refusal(absl::StatusCode::kResourceExhausted,
                 reason::kStoreUnavailable,
                 "the store is away, and as many incidents as this server "
                 "keeps meanwhile wait for it");
}

absl::Status IncidentTable::Spool(const StoredIncident& incident) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status s = CheckSpool(); !s.ok()) return s;
  const std::string& id = incident.incident_id;
  // The watch may have brought it: its commit was applied after all.
  if (!open_.emplace(id, Incident{.stored = incident}).second) {
    return absl::OkStatus();
  }
  ++pending_count_;
  shares_.Add(OwnerOf(incident.record));
  by_fingerprint_[incident.record.incident().fingerprint()] = id;
  return absl::OkStatus();
}

absl::Status IncidentTable::Spool(const StoredWaiter& waiter) {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(FinalLocked(waiter.incident_id));
  if (it == open_.end()) return absl::OkStatus();  // Over meanwhile.
  const std::optional<int64_t> revision = ToReplace(it->second, waiter);
  if (!revision.has_value()) return absl::OkStatus();
  StoredWaiter spooled = waiter;
  spooled.incident_id = it->first;
  const std::string key = WaiterKey(it->first, waiter.waiter_id);
  if (spooled_waiters_.count(key) == 0) {
    if (absl::Status s = CheckSpool(); !s.ok()) return s;
  }
  spooled_waiters_[key] = std::move(spooled);
  // A waiter that was resolved before waits anew; its old revision stays, so
  // that late news of the old resolution are ignored.
  AddMark(&it->second, waiter.waiter_id,
          WaiterMark{.rerun_allowed = waiter.record.rerun_allowed(),
                     .revision = *revision,
                     .error_count = waiter.record.error_count(),
                     .asked = AskedAtFirst(waiter.record)});
  return absl::OkStatus();
}

std::optional<int64_t> IncidentTable::ToReplace(const Incident& incident,
                                                const StoredWaiter& waiter) {
  const auto mark = incident.waiters.find(waiter.waiter_id);
  if (mark == incident.waiters.end()) return 0;
  if (waiter.record.error_count() <= mark->second.error_count) {
    return std::nullopt;
  }
  return mark->second.revision;
}

std::optional<int64_t> IncidentTable::ToReplace(
    const StoredWaiter& waiter) const {
  absl::MutexLock lock(&mutex_);
  const auto it = open_.find(waiter.incident_id);
  return it == open_.end() ? 0 : ToReplace(it->second, waiter);
}

}  // namespace recourse
