// Incidents: failures that people are asked to look at, the workflows that wait
// for them, and what people decided.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "recourse/v1/incidents.pb.h"
#include "server/incident/notifier.h"
#include "server/model/decision.h"
#include "server/model/redacted.h"
#include "server/store/store.h"

namespace recourse {

// An escalation that was decided. Everything in it is redacted.
struct EscalationRequest {
  const RedactedFailure& failure;
  const Classification& classification;
  const EscalationAction& action;
  bool from_default_plan = false;  // Then only the log and routes are told.
  std::string recovery_id;         // Names the waiter.
  // The recovery's failures, this one included. A waiter that was resolved
  // waits anew only for a later failure than it had waited for.
  int error_count = 1;
  bool rerun_allowed = true;  // A person's RETRY may run the operation.
  // The listed keys of state, as redacted JSON texts.
  std::map<std::string, std::string> state_context;
  absl::Time now;
};

struct EscalationReceipt {
  std::string incident_id;
  bool joined = false;   // It was open already.
  bool pending = false;  // Spooled in memory: the store is away.
};

// What happened to an incident, for the event hub.
enum class IncidentChange { kOpened, kResolved };

// Thread safety: safe for concurrent use. Methods that change something block
// on the Store: not on an event loop.
class IncidentDesk {
 public:
  // Beyond its share, a caller's (by namespace and service) or a namespace's
  // failures that are no open incident's join one that collects them all.
  static constexpr size_t kMaxOpenPerCaller = 1'000;
  static constexpr size_t kMaxOpenPerNamespace = 5'000;
  // Beyond it, what has a share left joins the one of its namespace, too.
  static constexpr size_t kMaxOpenIncidents = 10'000;
  // Those that collect are not counted in it, and refused beyond this.
  static constexpr size_t kMaxCollectingIncidents = 1'000;
  static constexpr size_t kMaxWaitersPerIncident = 10'000;
  static constexpr size_t kMaxWaitersPerNamespace = 50'000;
  static constexpr size_t kMaxSpooled = 1'000;  // While the store is away.
  // An incident that has not failed for this long, and for which nobody waits,
  // is resolved by the server: ABORT, for the record.
  static constexpr absl::Duration kQuietAfter = absl::Hours(14 * 24);
  // A waiter that has not asked for so long does not wait any more. What was
  // asked of a server before it was started is not known: it gives
  // kTimeToAskAgain.
  static constexpr absl::Duration kAbandonedAfter = absl::Hours(30 * 24);
  static constexpr absl::Duration kTimeToAskAgain = absl::Hours(24);

  // Reads open incidents from the store. `store` and `notifier` outlive it.
  // `clock` tells when waits end and writes are tried again.
  static absl::StatusOr<std::unique_ptr<IncidentDesk>> Open(
      Store* store, Notifier* notifier,
      std::function<void(IncidentChange, const std::string& incident_id)>
          listener,
      std::function<absl::Time()> clock = absl::Now);
  ~IncidentDesk();

  // Opens an incident with one durable write, its messages included, or joins
  // the open one of the same fingerprint (namespace, target, pattern or
  // category, exception type, message template): counted in memory, written
  // within a second; a waiter that pauses is written before this returns.
  // Joining is told to no new channel, but where an incident collects: it goes
  // to whatever channels the failures in it would have gone to. A waiter that
  // an incident has answered for this failure is told that incident again,
  // after it ended too, as far as this server remembers (50,000 waiters).
  // RESOURCE_EXHAUSTED: the spool is full, or a limit for which IsLimit is
  // true.
  absl::StatusOr<EscalationReceipt> Escalate(const EscalationRequest& request);

  // Whether an error of Escalate says that there are as many incidents or
  // waiters as there may be, and nothing of the store.
  static bool IsLimit(const absl::Status& status);

  absl::StatusOr<v1::ListIncidentsResponse> List(
      const v1::ListIncidentsRequest& request) const;
  absl::StatusOr<v1::Incident> Get(const std::string& incident_id) const;
  absl::StatusOr<v1::Incident> Acknowledge(
      const v1::AcknowledgeIncidentRequest& request, absl::Time now);
  // Notes and names must be redacted by the caller. Repeating a resolution
  // word for word is not an error.
  absl::StatusOr<v1::ResolveIncidentResponse> Resolve(
      const v1::ResolveIncidentRequest& request, absl::Time now);

  // Calls `done` once, from any thread and maybe before this returns, as soon
  // as the waiter's resolution is known; at `deadline` with nullopt; with
  // NOT_FOUND when the incident or waiter is unknown. Destroying the handle
  // drops the wait: `done` is not running and will not run when the destructor
  // returns; not from inside `done`.
  class Wait {
   public:
    virtual ~Wait() = default;
  };
  std::unique_ptr<Wait> Await(
      const std::string& incident_id, const std::string& waiter_id,
      absl::Time deadline,
      std::function<void(absl::StatusOr<std::optional<v1::Resolution>>)> done);

  // Incidents that a digest or a metric counts.
  int64_t open_count() const;

 private:
  struct State;
  explicit IncidentDesk(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace recourse
