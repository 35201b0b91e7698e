#include "server/incident/desk_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/incident/incident_desk.h"
#include "server/incident/quiet_incidents.h"
#include "server/incident/retention.h"
#include "server/wire/errors.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// Of one transaction of counters: a compare and a put for each.
constexpr size_t kMaxCountsPerCommit = 50;

}  // namespace

DeskWriter::DeskWriter(Store* store, Notifier* notifier, IncidentTable* table,
                       IncidentSync* sync, std::function<absl::Time()> clock,
                       std::function<void(const std::string&)> on_resolved)
    : store_(store),
      notifier_(notifier),
      table_(table),
      sync_(sync),
      clock_(std::move(clock)),
      started_(clock_()),
      on_resolved_(std::move(on_resolved)),
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
    const absl::Status status = WriteRound(stopped);
    if (!status.ok() && !failing) {
      spdlog::warn("incidents wait for the store: {}", status.ToString());
    }
    failing = !status.ok();
    if (stopped) return;
  }
}

absl::Status DeskWriter::WriteRound(bool last) {
  Round round{.now = clock_(), .last = last};
  if (sync_->broken()) round.status.Update(sync_->Load());
  if (table_->HasUnwritten()) {
    WritePendingIncidents(round);
    WriteSpooledWaiters(round);
    WriteCounts(round);
  }
  backoff_.ForgetUntried(round.now);
  if (round.now >= next_cleanup_ && !round.gave_up()) CleanUp(round);
  return round.status;
}

void DeskWriter::CleanUp(Round& round) {
  next_cleanup_ = round.now + kCleanupPeriod;
  // Who waits may not be known here while the watch is broken.
  if (!sync_->broken()) {
    QuietRule rule{.no_failure_since = round.now - IncidentDesk::kQuietAfter};
    if (round.now - started_ >= IncidentDesk::kTimeToAskAgain) {
      rule.not_asked_since = round.now - IncidentDesk::kAbandonedAfter;
    }
    const absl::StatusOr<bool> more = ResolveQuietIncidents(
        store_, notifier_, table_, sync_, rule, round.now, on_resolved_);
    round.status.Update(more.status());
    if (more.ok() && *more) next_cleanup_ = round.now;  // In the next round.
  }
  round.status.Update(DeleteOldIncidents(*store_, round.now));
}

bool DeskWriter::IsDue(const Round& round, const std::string& key) const {
  return !round.gave_up() && (round.last || backoff_.IsDue(key, round.now));
}

absl::Status DeskWriter::Try(Round& round, const std::string& key,
                             absl::string_view what,
                             absl::FunctionRef<absl::Status()> write) {
  absl::Status status = write();
  if (status.ok()) {
    round.failures_in_a_row = 0;
    backoff_.Succeeded(key);
    return status;
  }
  ++round.failures_in_a_row;
  round.status.Update(status);
  const WriteBackoff::Failure failure = backoff_.Failed(key, status, round.now);
  if (!IsStoreAway(status)) {
    spdlog::error("{} cannot be written (failure {}, tried again in {}): {}",
                  std::string(what), failure.count,
                  absl::FormatDuration(failure.delay), status.ToString());
  }
  return status;
}

void DeskWriter::WritePendingIncidents(Round& round) {
  for (UnwrittenIncident& incident : table_->Pending()) {
    const std::string id = incident.stored.incident_id;
    const std::string key = IncidentKey(id);
    if (!IsDue(round, key)) continue;
    const absl::Status status =
        Try(round, key, absl::StrCat("incident ", id),
            [&] { return WritePending(std::move(incident)); });
    if (!status.ok()) table_->NotePendingReason(id, status.message());
  }
}

void DeskWriter::WriteSpooledWaiters(Round& round) {
  for (const StoredWaiter& waiter : table_->SpooledWaiters()) {
    const std::string key = WaiterKey(waiter.incident_id, waiter.waiter_id);
    if (!IsDue(round, key)) continue;
    Try(round, key,
        absl::StrCat("waiter ", waiter.waiter_id, " of incident ",
                     waiter.incident_id),
        [&] { return WriteWaiter(waiter); })
        .IgnoreError();  // It is in `round`.
  }
}

absl::Status DeskWriter::WritePending(UnwrittenIncident incident) {
  const internal::v1::IncidentRecord& record = incident.stored.record;
  const StoreTransaction transaction = OpeningTransaction(
      incident.stored,
      notifier_->MessagesFor(record.incident(), NoticeKind::kOpened,
                             record.from_default_plan(), clock_()));
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
  if (!incident.has_value()) return WriteLateWaiter(waiter);
  if (incident->create_revision == 0) return absl::OkStatus();
  const auto known = ReadWaiter(*store_, waiter.incident_id, waiter.waiter_id);
  if (!known.ok()) return known.status();
  // It waits there already for this failure or a later one, or was resolved.
  if (known->has_value() &&
      waiter.record.error_count() <= (*known)->record.error_count()) {
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

// Its incident is over, and its resolution answers this waiter, too: with what
// the waiter may do.
absl::Status DeskWriter::WriteLateWaiter(const StoredWaiter& waiter) {
  const auto incident = ReadIncident(*store_, waiter.incident_id);
  if (!incident.ok()) return incident.status();
  if (incident->has_value()) {
    const std::string key = WaiterKey(waiter.incident_id, waiter.waiter_id);
    // One that is there was resolved for itself, or waited before.
    const absl::StatusOr<StoreCommit> commit = store_->Commit(StoreTransaction{
        .compares = {{key, 0}},
        .ops = {{.key = key, .value = waiter.record.SerializeAsString()}}});
    if (!commit.ok()) return commit.status();
  }
  table_->Unspool(waiter);
  return absl::OkStatus();
}

void DeskWriter::WriteCounts(Round& round) {
  std::vector<UnwrittenIncident> batch;
  size_t bytes = 0;
  for (UnwrittenIncident& incident : table_->Uncounted()) {
    if (!IsDue(round, IncidentKey(incident.stored.incident_id))) continue;
    bytes += incident.stored.record.ByteSizeLong();
    batch.push_back(std::move(incident));
    if (batch.size() < kMaxCountsPerCommit &&
        bytes < kMaxIncidentBytesPerCommit) {
      continue;
    }
    WriteCountsOf(round, batch);
    batch.clear();
    bytes = 0;
  }
  if (!batch.empty()) WriteCountsOf(round, batch);
}

void DeskWriter::WriteCountsOf(Round& round,
                               const std::vector<UnwrittenIncident>& batch) {
  bool changed = false;
  const absl::Status written = WriteBatch(batch, &changed);
  if (written.ok() && !changed) {
    round.failures_in_a_row = 0;
    for (const UnwrittenIncident& incident : batch) {
      backoff_.Succeeded(IncidentKey(incident.stored.incident_id));
    }
    return;
  }
  // One that changed elsewhere, or is not taken, must not hold up the others.
  for (const UnwrittenIncident& incident : batch) {
    const std::string& id = incident.stored.incident_id;
    if (round.gave_up()) return;
    Try(round, IncidentKey(id), absl::StrCat("the count of incident ", id),
        [&]() -> absl::Status {
          bool stale = false;
          absl::Status status = WriteBatch({incident}, &stale);
          return status.ok() && stale ? sync_->Refresh(id).status() : status;
        })
        .IgnoreError();  // It is in `round`.
  }
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
