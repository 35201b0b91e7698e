#include "server/incident/incident_sync.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "server/incident/resolution.h"
#include "server/wire/errors.h"
#include "spdlog/spdlog.h"

namespace recourse {

IncidentSync::IncidentSync(Store* store, IncidentTable* table, WaitTable* waits,
                           LookUp look_up)
    : store_(store),
      table_(table),
      waits_(waits),
      look_up_(std::move(look_up)) {}

IncidentSync::~IncidentSync() = default;  // Ends the watches.

bool IncidentSync::broken() const {
  absl::MutexLock lock(&mutex_);
  return broken_;
}

absl::Status IncidentSync::Load() {
  incident_watch_.reset();
  waiter_watch_.reset();
  SetBroken(true);
  std::set<std::string> open;
  const absl::StatusOr<int64_t> revision =
      ForEachEntry(*store_, kOpenPrefix, "", [&open](const StoreEntry& entry) {
        open.insert(entry.value);
        return true;
      });
  if (!revision.ok()) return revision.status();
  std::vector<std::string> to_read = table_->MissingFrom(open, *revision);
  to_read.insert(to_read.end(), open.begin(), open.end());
  for (const std::string& incident_id : to_read) {
    const absl::StatusOr<bool> found = Refresh(incident_id);
    if (!found.ok()) return found.status();
  }
  SetBroken(false);  // First: the new watches may break at once.
  auto incidents = Watch(kIncidentPrefix, *revision + 1);
  auto waiters = Watch(kWaiterPrefix, *revision + 1);
  for (const absl::Status& status : {incidents.status(), waiters.status()}) {
    if (status.ok()) continue;
    SetBroken(true);
    return FromStore(status);
  }
  incident_watch_ = *std::move(incidents);
  waiter_watch_ = *std::move(waiters);
  return absl::OkStatus();
}

void IncidentSync::SetBroken(bool broken) {
  absl::MutexLock lock(&mutex_);
  broken_ = broken;
}

absl::StatusOr<std::unique_ptr<StoreWatch>> IncidentSync::Watch(
    absl::string_view prefix, int64_t from_revision) {
  return store_->Watch(
      std::string(prefix), from_revision,
      [this](absl::StatusOr<std::vector<StoreChange>> changes) {
        if (!changes.ok()) return SetBroken(true);
        for (const StoreChange& change : *changes) OnChange(change);
      });
}

void IncidentSync::OnChange(const StoreChange& change) {
  const bool is_incident = absl::StartsWith(change.entry.key, kIncidentPrefix);
  if (change.deleted) {
    if (is_incident) {
      table_->Forget(change.entry.key.substr(kIncidentPrefix.size()));
    }
    return;
  }
  absl::Status parsed;
  if (is_incident) {
    const auto incident = ParseIncident(change.entry);
    incident.ok() ? Apply(*incident) : parsed.Update(incident.status());
  } else {
    const auto waiter = ParseWaiter(change.entry);
    waiter.ok() ? Apply(*waiter) : parsed.Update(waiter.status());
  }
  if (!parsed.ok()) spdlog::error("{}", parsed.ToString());
}

void IncidentSync::Apply(const StoredIncident& incident) {
  const std::optional<EndedIncident> ended = table_->Apply(incident);
  const std::string& merged_into = incident.record.merged_into();
  if (!merged_into.empty()) {
    waits_->Move(incident.incident_id, merged_into);
    Answer(merged_into, std::nullopt);
  } else if (incident.record.incident().state() ==
             v1::INCIDENT_STATE_RESOLVED) {
    Answer(incident.incident_id, ended);
  }
}

// A waiter that is not known, or was resolved for itself, is asked of the
// store: whether it may run again is not known here, or its resolution is not.
void IncidentSync::Answer(const std::string& incident_id,
                          const std::optional<EndedIncident>& ended) {
  for (const std::string& waiter_id : waits_->WaitersOf(incident_id)) {
    if (ended.has_value()) {
      const auto mark = ended->waiters.find(waiter_id);
      if (mark != ended->waiters.end() && !mark->second.resolved) {
        waits_->Complete(
            incident_id, waiter_id,
            Effective(ended->resolution, mark->second.rerun_allowed));
        continue;
      }
    }
    look_up_(incident_id, waiter_id);
  }
}

void IncidentSync::Apply(const StoredWaiter& waiter) {
  if (!table_->Apply(waiter)) return;
  const v1::IncidentWaiter& record = waiter.record.waiter();
  if (record.has_resolution()) {
    waits_->Complete(waiter.incident_id, waiter.waiter_id, record.resolution());
  }
}

absl::StatusOr<bool> IncidentSync::Refresh(const std::string& incident_id) {
  const auto incident = ReadIncident(*store_, incident_id);
  if (!incident.ok()) return incident.status();
  if (!incident->has_value()) {
    table_->Forget(incident_id);
    return false;
  }
  Apply(**incident);
  if (table_->Find(incident_id).has_value()) {
    if (absl::Status s = LoadWaiters(incident_id); !s.ok()) return s;
  }
  return true;
}

absl::Status IncidentSync::LoadWaiters(const std::string& incident_id) {
  absl::Status parsed;
  const absl::StatusOr<int64_t> revision = ForEachEntry(
      *store_, WaitersOf(incident_id), "",
      [this, &parsed](const StoreEntry& entry) {
        const auto waiter = ParseWaiter(entry);
        waiter.ok() ? Apply(*waiter) : parsed.Update(waiter.status());
        return true;
      });
  parsed.Update(revision.status());
  return parsed;
}

}  // namespace recourse
