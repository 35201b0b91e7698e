// The long polls that are waiting. Private to server/incident/.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "recourse/v1/incidents.pb.h"
#include "server/incident/incident_desk.h"

namespace recourse {

// Waits by incident and waiter, and one thread that ends those whose time is
// up. Each is answered exactly once: by Complete..., by its deadline or by
// Shutdown, unless its handle was destroyed first. Handles may outlive the
// table.
//
// Thread safety: safe for concurrent use. Answers are given without a lock
// held, so `done` may call anything but its own handle's destructor.
class WaitTable {
 public:
  static constexpr size_t kMaxWaits = 100'000;

  using Answer = absl::StatusOr<std::optional<v1::Resolution>>;
  using Done = std::function<void(Answer)>;

  explicit WaitTable(std::function<absl::Time()> clock = absl::Now);
  ~WaitTable();

  // RESOURCE_EXHAUSTED, by way of `done`, above kMaxWaits. A wait that is not
  // `looked_up` yet keeps its deadline until LookedUp is called for it.
  std::unique_ptr<IncidentDesk::Wait> Add(const std::string& incident_id,
                                          const std::string& waiter_id,
                                          absl::Time deadline, bool looked_up,
                                          Done done);
  void LookedUp(const std::string& incident_id, const std::string& waiter_id);

  // Answers those who wait under these names; none is not an error.
  void Complete(const std::string& incident_id, const std::string& waiter_id,
                const Answer& answer);

  // The waiters of an incident that are waited for here.
  std::set<std::string> WaitersOf(const std::string& incident_id) const;

  // Those who wait for `from` wait for `to` from now on.
  void Move(const std::string& from, const std::string& to);

  // Answers the rest with `status` and all later ones too. Idempotent.
  void Shutdown(const absl::Status& status);

 private:
  struct Entry;
  class Core;
  class Handle;
  const std::shared_ptr<Core> core_;
  std::thread timer_;
};

}  // namespace recourse
