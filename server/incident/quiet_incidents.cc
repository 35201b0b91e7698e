#include "server/incident/quiet_incidents.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "server/incident/incident_desk.h"
#include "server/incident/incident_store.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

v1::Resolution QuietResolution(absl::Time now) {
  v1::Resolution resolution;
  resolution.set_action(v1::RESOLUTION_ACTION_ABORT);
  resolution.set_note(absl::StrCat("it did not fail again for ",
                                   IncidentDesk::kQuietAfter / absl::Hours(24),
                                   " days, and nobody waits for it"));
  resolution.set_resolved_by(kQuietResolver);
  *resolution.mutable_resolve_time() = ToMessage(now);
  return resolution;
}

// Resolutions that go into the store together.
class Batch {
 public:
  Batch(Store* store, IncidentSync* sync,
        const std::function<void(const std::string&)>& on_resolved)
      : store_(store), sync_(sync), on_resolved_(on_resolved) {}

  // Commits what it holds first where `ops` would not fit beside it.
  absl::Status Add(StoredIncident incident, std::vector<StoreOp> ops) {
    const size_t bytes = incident.record.ByteSizeLong();
    const size_t held = transaction_.compares.size() + transaction_.ops.size();
    if (held + ops.size() + 1 > kMaxStoreTransactionOps ||
        bytes_ + bytes > kMaxIncidentBytesPerCommit) {
      if (absl::Status s = Commit(); !s.ok()) return s;
    }
    bytes_ += bytes;
    transaction_.compares.push_back(
        {IncidentKey(incident.incident_id), incident.mod_revision});
    std::move(ops.begin(), ops.end(), std::back_inserter(transaction_.ops));
    incidents_.push_back(std::move(incident));
    return absl::OkStatus();
  }

  absl::Status Commit() {
    if (incidents_.empty()) return absl::OkStatus();
    const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction_);
    std::vector<StoredIncident> incidents = std::move(incidents_);
    transaction_ = {};
    incidents_.clear();
    bytes_ = 0;
    if (!commit.ok()) return FromStore(commit.status());
    refused_ |= !commit->committed;
    for (StoredIncident& incident : incidents) {
      if (!commit->committed) {
        // One of them has changed: the next call sees which, and resolves the
        // others.
        const auto found = sync_->Refresh(incident.incident_id);
        if (!found.ok()) return found.status();
        continue;
      }
      incident.mod_revision = commit->revision;
      sync_->Apply(incident);
      on_resolved_(incident.incident_id);
    }
    return absl::OkStatus();
  }

  // A commit was refused, since an incident in it had changed.
  bool refused() const { return refused_; }

 private:
  Store* const store_;
  IncidentSync* const sync_;
  const std::function<void(const std::string&)>& on_resolved_;
  StoreTransaction transaction_;
  std::vector<StoredIncident> incidents_;
  size_t bytes_ = 0;
  bool refused_ = false;
};

}  // namespace

absl::StatusOr<bool> ResolveQuietIncidents(
    Store* store, Notifier* notifier, IncidentTable* table, IncidentSync* sync,
    const QuietRule& rule, absl::Time now,
    const std::function<void(const std::string& incident_id)>& on_resolved) {
  std::vector<StoredIncident> quiet = table->HoldQuiet(rule, kMaxQuietPerCall);
  const bool more = quiet.size() == kMaxQuietPerCall;
  std::vector<std::string> held;
  held.reserve(quiet.size());
  for (const StoredIncident& incident : quiet) {
    held.push_back(incident.record.incident().fingerprint());
  }
  const absl::Cleanup release = [&] { table->Release(held); };
  Batch batch(store, sync, on_resolved);
  for (StoredIncident& incident : quiet) {
    v1::Incident& message = *incident.record.mutable_incident();
    message.set_state(v1::INCIDENT_STATE_RESOLVED);
    *message.mutable_resolution() = QuietResolution(now);
    std::vector<StoreOp> ops =
        notifier->MessagesFor(message, NoticeKind::kResolved,
                              incident.record.from_default_plan(), now);
    ops.push_back({.key = IncidentKey(incident.incident_id),
                   .value = incident.record.SerializeAsString()});
    ops.push_back(DeleteKey(OpenKey(message.fingerprint())));
    if (absl::Status s = batch.Add(std::move(incident), std::move(ops));
        !s.ok()) {
      return s;
    }
  }
  if (absl::Status s = batch.Commit(); !s.ok()) return s;
  if (!quiet.empty()) notifier->Wake();
  return more || batch.refused();
}

}  // namespace recourse
