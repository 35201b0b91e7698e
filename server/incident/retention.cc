#include "server/incident/retention.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/incident/incident_store.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr size_t kDeletesPerCommit = 100;

bool IsOld(const internal::v1::IncidentRecord& record, absl::Time now) {
  const v1::Incident& incident = record.incident();
  const bool merged = !record.merged_into().empty();
  if (!merged && incident.state() != v1::INCIDENT_STATE_RESOLVED) return false;
  const absl::Time over = FromMessage(
      merged ? incident.create_time() : incident.resolution().resolve_time());
  return over + kIncidentRetention <= now;
}

absl::Status DeleteBelow(Store& store, const std::string& prefix) {
  std::vector<std::string> keys;
  const auto listed =
      ForEachEntry(store, prefix, "", [&keys](const StoreEntry& entry) {
        keys.push_back(entry.key);
        return true;
      });
  if (!listed.ok()) return listed.status();
  for (size_t begin = 0; begin < keys.size(); begin += kDeletesPerCommit) {
    StoreTransaction transaction;
    const size_t end = std::min(begin + kDeletesPerCommit, keys.size());
    for (size_t i = begin; i < end; ++i) {
      transaction.ops.push_back(DeleteKey(std::move(keys[i])));
    }
    const auto commit = store.Commit(transaction);
    if (!commit.ok()) return FromStore(commit.status());
  }
  return absl::OkStatus();
}

// The incident goes last, so that an interrupted deletion is taken up again.
absl::Status Delete(Store& store, const StoredIncident& incident) {
  for (const std::string& prefix :
       {WaitersOf(incident.incident_id), DeliveriesOf(incident.incident_id)}) {
    if (absl::Status s = DeleteBelow(store, prefix); !s.ok()) return s;
  }
  const std::string key = IncidentKey(incident.incident_id);
  const auto commit = store.Commit(StoreTransaction{
      .compares = {{key, incident.mod_revision}}, .ops = {DeleteKey(key)}});
  return commit.ok() ? absl::OkStatus() : FromStore(commit.status());
}

}  // namespace

absl::Status DeleteOldIncidents(Store& store, absl::Time now) {
  // What is younger than this cannot have been over for that long.
  const std::string start =
      IncidentKey(FirstIncidentIdOf(now - kIncidentRetention));
  std::vector<StoredIncident> old;
  absl::Status status;
  const auto listed = ForEachEntry(
      store, kIncidentPrefix, start,
      [&old, &status, now](const StoreEntry& entry) {
        auto incident = ParseIncident(entry);
        status.Update(incident.status());
        if (incident.ok() && IsOld(incident->record, now)) {
          incident->record.Clear();  // Only its name is needed from here on.
          old.push_back(*std::move(incident));
        }
        return true;
      });
  if (!listed.ok()) return listed.status();
  for (const StoredIncident& incident : old) {
    if (absl::Status s = Delete(store, incident); !s.ok()) return s;
  }
  return status;
}

}  // namespace recourse
