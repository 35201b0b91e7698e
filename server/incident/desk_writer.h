// Writes, in the background, what Escalate only kept in memory. Private to
// server/incident/.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/incident/incident_sync.h"
#include "server/incident/incident_table.h"
#include "server/incident/notifier.h"
#include "server/incident/steady_cond_var.h"
#include "server/incident/write_backoff.h"
#include "server/store/store.h"

namespace recourse {

// One thread that wakes once a second: takes up a broken watch, writes the
// spool and the counters; once an hour it resolves quiet incidents and deletes
// old ones. What the store does not take is tried again later and holds up
// nothing else; after kMaxFailuresInARow the store is taken to be away, and the
// round ends.
class DeskWriter {
 public:
  static constexpr absl::Duration kPeriod = absl::Seconds(1);
  static constexpr absl::Duration kCleanupPeriod = absl::Hours(1);
  static constexpr int kMaxFailuresInARow = 8;

  // All outlive it. `on_resolved` is told of each quiet incident.
  DeskWriter(Store* store, Notifier* notifier, IncidentTable* table,
             IncidentSync* sync, std::function<absl::Time()> clock,
             std::function<void(const std::string& incident_id)> on_resolved);
  ~DeskWriter();  // Tries once to write what there is.

 private:
  // What one round has tried.
  struct Round {
    absl::Time now;
    bool last = false;  // The desk closes: what waits is tried, too.
    int failures_in_a_row = 0;
    absl::Status status;  // The first failure.

    bool gave_up() const { return failures_in_a_row >= kMaxFailuresInARow; }
  };

  void Run();
  absl::Status WriteRound(bool last);
  void CleanUp(Round& round);
  bool IsDue(const Round& round, const std::string& key) const;
  // Writes one entry; `what` names it in the log when that fails.
  absl::Status Try(Round& round, const std::string& key, absl::string_view what,
                   absl::FunctionRef<absl::Status()> write);
  void WritePendingIncidents(Round& round);
  void WriteSpooledWaiters(Round& round);
  void WriteCounts(Round& round);
  absl::Status WritePending(UnwrittenIncident incident);
  absl::Status Merge(const StoredIncident& incident, const StoreEntry& open);
  absl::Status WriteWaiter(const StoredWaiter& waiter);
  absl::Status WriteLateWaiter(const StoredWaiter& waiter);
  void WriteCountsOf(Round& round, const std::vector<UnwrittenIncident>& batch);
  // Those of one transaction; sets `changed` when one was changed elsewhere.
  absl::Status WriteBatch(const std::vector<UnwrittenIncident>& batch,
                          bool* changed);

  Store* const store_;
  Notifier* const notifier_;
  IncidentTable* const table_;
  IncidentSync* const sync_;
  const std::function<absl::Time()> clock_;
  const absl::Time started_;
  const std::function<void(const std::string&)> on_resolved_;
  absl::Time next_cleanup_ =
      absl::InfinitePast();  // The thread's, as the next.
  WriteBackoff backoff_;

  absl::Mutex mutex_;
  SteadyCondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace recourse
