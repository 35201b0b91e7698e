// Keeps the open incidents in memory as the Store says, and tells waits what
// other servers have resolved. Private to server/incident/.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/incident/incident_store.h"
#include "server/incident/incident_table.h"
#include "server/incident/waits.h"
#include "server/store/store.h"

namespace recourse {

// Thread safety: safe for concurrent use, but for Load and the destructor.
class IncidentSync {
 public:
  // Asks the store about one wait; must not block.
  using LookUp = std::function<void(const std::string& incident_id,
                                    const std::string& waiter_id)>;

  // All outlive it.
  IncidentSync(Store* store, IncidentTable* table, WaitTable* waits,
               LookUp look_up);
  ~IncidentSync();

  // Reads the open incidents and follows their changes from there. Until the
  // watch has broken: then it is to be called again.
  absl::Status Load();
  bool broken() const;

  void Apply(const StoredIncident& incident);
  void Apply(const StoredWaiter& waiter);

  // Reads an incident and, if it is open, its waiters. False: there is none.
  absl::StatusOr<bool> Refresh(const std::string& incident_id);

 private:
  absl::Status LoadWaiters(const std::string& incident_id);
  absl::StatusOr<std::unique_ptr<StoreWatch>> Watch(absl::string_view prefix,
                                                    int64_t from_revision);
  void SetBroken(bool broken);
  void OnChange(const StoreChange& change);
  void Answer(const std::string& incident_id,
              const std::optional<EndedIncident>& ended);

  Store* const store_;
  IncidentTable* const table_;
  WaitTable* const waits_;
  const LookUp look_up_;

  std::unique_ptr<StoreWatch> incident_watch_;  // Load's, as the next.
  std::unique_ptr<StoreWatch> waiter_watch_;
  mutable absl::Mutex mutex_;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace recourse
