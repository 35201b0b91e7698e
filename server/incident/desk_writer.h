// Writes, in the background, what Escalate only kept in memory. Private to
// server/incident/.
#pragma once

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/incident/incident_sync.h"
#include "server/incident/incident_table.h"
#include "server/incident/notifier.h"
#include "server/store/store.h"

namespace recourse {

// One thread that wakes once a second: takes up a broken watch, writes the
// spool and the counters, and deletes old incidents once an hour. An error of
// the store ends the round; the next one tries again.
class DeskWriter {
 public:
  static constexpr absl::Duration kPeriod = absl::Seconds(1);
  static constexpr absl::Duration kCleanupPeriod = absl::Hours(1);

  // All outlive it.
  DeskWriter(Store* store, Notifier* notifier, IncidentTable* table,
             IncidentSync* sync);
  ~DeskWriter();  // Writes what there is, once.

 private:
  void Run();
  absl::Status Round();
  absl::Status WritePending(UnwrittenIncident incident);
  absl::Status Merge(const StoredIncident& incident, const StoreEntry& open);
  absl::Status WriteWaiter(const StoredWaiter& waiter);
  absl::Status WriteCounts();
  // Those of one transaction; sets `changed` when one was changed elsewhere.
  absl::Status WriteBatch(const std::vector<UnwrittenIncident>& batch,
                          bool* changed);

  Store* const store_;
  Notifier* const notifier_;
  IncidentTable* const table_;
  IncidentSync* const sync_;
  absl::Time next_cleanup_ = absl::InfinitePast();  // The thread's.

  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace recourse
