#include "server/incident/desk_writer.h"

#include <utility>

#include "absl/time/clock.h"
#include "server/incident/retention.h"
#include "server/wire/errors.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// Of one transaction of counters: a compare and a put for each.
constexpr size_t kMaxCountsPerCommit = 50;
constexpr size_t kMaxBytesPerCommit = 512 << 10;

}  // namespace

DeskWriter::DeskWriter(Store* store, Notifier* notifier, IncidentTable* table,
                       IncidentSync* sync)
    : store_(store),
      notifier_(notifier),
      table_(table),
      sync_(sync),
      thread_([this] { Run(); }) {}

DeskWriter::~DeskWriter() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void DeskWriter::Run() {
  bool failing = false;
  while (true) {
    bool stopped;
    {
      absl::MutexLock lock(&mutex_);
      if (!stopped_) changed_.WaitWithTimeout(&mutex_, kPeriod);
      stopped = stopped_;
    }
    const absl::Status status = Round();
    if (!status.ok() && !failing) {
      spdlog::warn("incidents wait for the store: {}", status.ToString());
    }
    failing = !status.ok();
    if (stopped) return;
  }
}

absl::Status DeskWriter::Round() {
  if (sync_->broken()) {
    if (absl::Status s = sync_->Load(); !s.ok()) return s;
  }
  if (table_->HasUnwritten()) {
    for (UnwrittenIncident& incident : table_->Pending()) {
      if (absl::Status s = WritePending(std::move(incident)); !s.ok()) return s;
    }
    for (const StoredWaiter& waiter : table_->SpooledWaiters()) {
      if (absl::Status s = WriteWaiter(waiter); !s.ok()) return s;
    }
    if (absl::Status s = WriteCounts(); !s.ok()) return s;
  }
  const absl::Time now = absl::Now();
  if (now < next_cleanup_) return absl::OkStatus();
  next_cleanup_ = now + kCleanupPeriod;
  return DeleteOldIncidents(*store_, now);
}

absl::Status DeskWriter::WritePending(UnwrittenIncident incident) {
  const internal::v1::IncidentRecord& record = incident.stored.record;
  const StoreTransaction transaction = OpeningTransaction(
      incident.stored,
      notifier_->MessagesFor(record.incident(), NoticeKind::kOpened,
                             record.from_default_plan(), absl::Now()));
  const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
  if (!commit.ok()) return commit.status();
  if (commit->committed) {
    incident.stored.create_revision = commit->revision;
    incident.stored.mod_revision = commit->revision;
    table_->Written(incident);
    sync_->Apply(incident.stored);
    notifier_->Wake();
    return absl::OkStatus();
  }
  const auto open = store_->Get(OpenKey(record.incident().fingerprint()));
  if (!open.ok()) return open.status();
  if (open->has_value() && (*open)->value != incident.stored.incident_id) {
    return Merge(incident.stored, **open);
  }
  // The other one is over by now: the next round opens ours. Or an earlier
  // commit had been applied although its answer said otherwise.
  return sync_->Refresh(incident.stored.incident_id).status();
}

// While the store was away, another server opened the same incident. Its id
// stays; ours becomes another name of it.
absl::Status DeskWriter::Merge(const StoredIncident& incident,
                               const StoreEntry& open) {
  const absl::StatusOr<bool> found = sync_->Refresh(open.value);
  if (!found.ok()) return found.status();
  if (!table_->Find(open.value).has_value()) return absl::OkStatus();
  StoredIncident alias{.incident_id = incident.incident_id};
  alias.record.set_merged_into(open.value);
  v1::Incident& record = *alias.record.mutable_incident();
  record.set_incident_id(incident.incident_id);
  *record.mutable_create_time() = incident.record.incident().create_time();
  const absl::StatusOr<StoreCommit> commit = store_->Commit(
      StoreTransaction{.compares = {{open.key, open.mod_revision}},
                       .ops = {{.key = IncidentKey(incident.incident_id),
                                .value = alias.record.SerializeAsString()}}});
  if (!commit.ok()) return commit.status();
  if (!commit->committed) return absl::OkStatus();  // The next round.
  table_->Merge(incident.incident_id, open.value);
  sync_->Apply(alias);  // Its waits move, too.
  return absl::OkStatus();
}

absl::Status DeskWriter::WriteWaiter(const StoredWaiter& waiter) {
  const auto incident = table_->Find(waiter.incident_id);
  if (!incident.has_value()) {  // Over: its resolution answers for this one.
    table_->Unspool(waiter);
    return absl::OkStatus();
  }
  if (incident->create_revision == 0) return absl::OkStatus();
  const auto known = ReadWaiter(*store_, waiter.incident_id, waiter.waiter_id);
  if (!known.ok()) return known.status();
  const v1::IncidentWaiter& record = waiter.record.waiter();
  if (known->has_value() && (*known)->record.waiter().has_resolution() &&
      FromTimestamp((*known)->record.waiter().resolution().resolve_time()) >=
          FromTimestamp(record.wait_time())) {
    table_->Unspool(waiter);
    sync_->Apply(**known);
    return absl::OkStatus();
  }
  const std::string key = WaiterKey(waiter.incident_id, waiter.waiter_id);
  const absl::StatusOr<StoreCommit> commit = store_->Commit(StoreTransaction{
      .compares = {{OpenKey(incident->record.incident().fingerprint()),
                    incident->create_revision},
                   {key, known->has_value() ? (*known)->mod_revision : 0}},
      .ops = {{.key = key, .value = waiter.record.SerializeAsString()}}});
  if (!commit.ok()) return commit.status();
  if (!commit->committed) {
    return sync_->Refresh(waiter.incident_id).status();
  }
  table_->Unspool(waiter);
  StoredWaiter written = waiter;
  written.mod_revision = commit->revision;
  sync_->Apply(written);
  return absl::OkStatus();
}

absl::Status DeskWriter::WriteCounts() {
  std::vector<UnwrittenIncident> batch;
  size_t bytes = 0;
  const auto write = [&]() -> absl::Status {
    bool changed = false;
    absl::Status status = WriteBatch(batch, &changed);
    // One that changed elsewhere must not hold up the others.
    for (size_t i = 0; status.ok() && changed && i < batch.size(); ++i) {
      bool stale = false;
      status = WriteBatch({batch[i]}, &stale);
      if (status.ok() && stale) {
        status = sync_->Refresh(batch[i].stored.incident_id).status();
      }
    }
    batch.clear();
    bytes = 0;
    return status;
  };
  for (UnwrittenIncident& incident : table_->Uncounted()) {
    bytes += incident.stored.record.ByteSizeLong();
    batch.push_back(std::move(incident));
    if (batch.size() < kMaxCountsPerCommit && bytes < kMaxBytesPerCommit) {
      continue;
    }
    if (absl::Status s = write(); !s.ok()) return s;
  }
  return batch.empty() ? absl::OkStatus() : write();
}

absl::Status DeskWriter::WriteBatch(const std::vector<UnwrittenIncident>& batch,
                                    bool* changed) {
  StoreTransaction transaction;
  for (const UnwrittenIncident& incident : batch) {
    const std::string key = IncidentKey(incident.stored.incident_id);
    transaction.compares.push_back({key, incident.stored.mod_revision});
    transaction.ops.push_back(
        {.key = key, .value = incident.stored.record.SerializeAsString()});
  }
  const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
  if (!commit.ok()) return commit.status();
  *changed = !commit->committed;
  if (*changed) return absl::OkStatus();
  for (UnwrittenIncident incident : batch) {
    incident.stored.mod_revision = commit->revision;
    table_->Written(incident);
    sync_->Apply(incident.stored);
  }
  return absl::OkStatus();
}

}  // namespace recourse
