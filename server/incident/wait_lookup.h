// Asks the Store about waits that memory cannot answer. Private to
// server/incident/.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/incident/incident_sync.h"
#include "server/incident/incident_table.h"
#include "server/incident/waits.h"
#include "server/store/store.h"

namespace recourse {

// One thread, so that Await never blocks: a wait for an incident that is over
// is answered, one for an open incident stays, an unknown waiter is
// registered, anything else is answered with an error.
//
// Thread safety: safe for concurrent use.
class WaitLookup {
 public:
  // All outlive it. Start first, then Ask.
  WaitLookup(Store* store, IncidentTable* table, WaitTable* waits,
             std::function<absl::Time()> clock);
  ~WaitLookup();
  void Start(IncidentSync* sync);
  void Stop();  // Questions asked later stay unanswered. Idempotent.

  // At most one question per waiter is kept.
  void Ask(const std::string& incident_id, const std::string& waiter_id);

 private:
  using Question = std::pair<std::string, std::string>;  // Incident, waiter.
  // What became of one look: kAgain when something changed meanwhile.
  enum class Step { kDone, kAgain };

  void Run();
  void LookUp(Question question);
  absl::StatusOr<Step> Look(Question* question);
  absl::StatusOr<Step> LookAtStore(Question* question);
  absl::StatusOr<Step> LookAtWaiter(const Question& question);
  absl::StatusOr<Step> Register(const Question& question);

  Store* const store_;
  IncidentTable* const table_;
  WaitTable* const waits_;
  const std::function<absl::Time()> clock_;
  IncidentSync* sync_ = nullptr;  // Since Start.

  absl::Mutex mutex_;
  absl::CondVar changed_;  // The members below.
  std::set<Question> questions_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace recourse
