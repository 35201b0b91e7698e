// What an IncidentDesk is made of. Private to server/incident/.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/incident/desk_writer.h"
#include "server/incident/incident_desk.h"
#include "server/incident/incident_store.h"
#include "server/incident/incident_sync.h"
#include "server/incident/incident_table.h"
#include "server/incident/wait_lookup.h"
#include "server/incident/waits.h"

namespace recourse {

struct IncidentDesk::State {
  using Listener = std::function<void(IncidentChange, const std::string&)>;

  State(Store* store, Notifier* notifier, Listener listener,
        const std::function<absl::Time()>& clock);
  ~State();

  // --- Escalation; nullopt: the incident has ended meanwhile, try again.
  absl::StatusOr<std::optional<EscalationReceipt>> Join(
      const IncidentTable::Entrance& entrance,
      const EscalationRequest& request);
  // Writes the waiter of an incident that is stored, unless it is there for
  // this failure. False: the incident has ended meanwhile. Statuses are the
  // Store's.
  absl::StatusOr<bool> AddWaiter(const IncidentTable::Entrance& entrance,
                                 StoredWaiter* waiter);
  // As it will be stored, with the channels that are told.
  StoredIncident NewIncident(const IncidentTable::Entrance& entrance,
                             const EscalationRequest& request);
  absl::StatusOr<std::optional<EscalationReceipt>> OpenNew(
      const IncidentTable::Entrance& entrance,
      const EscalationRequest& request);
  // Has the incident that was joined, which collects, told to the channels of
  // this failure that it was not told to yet. As far as the store takes it: the
  // next failure tries again.
  void TellFurtherChannels(const IncidentTable::Entrance& entrance,
                           const EscalationRequest& request);
  // Reads the open incident of `fingerprint`, if there is one.
  absl::Status LearnOpen(const std::string& fingerprint);
  absl::StatusOr<EscalationReceipt> SpoolNew(const StoredIncident& incident,
                                             const EscalationRequest& request,
                                             const absl::Status& why);

  // --- Questions and resolutions.

  // As it stands in memory or in the store; follows a merger. NOT_FOUND.
  absl::StatusOr<StoredIncident> Look(const std::string& incident_id);
  // As it stands in the store, without repeats that only memory knows.
  // UNAVAILABLE while it is pending.
  absl::StatusOr<StoredIncident> LookToChange(const std::string& incident_id);
  v1::Incident ToMessage(const StoredIncident& incident);
  // Repeats that only memory knows go along with a resolution: nobody counts
  // after it.
  void AddUnwrittenRepeats(const std::string& incident_id,
                           v1::Incident* record);
  // Of a waiter that is not in the store: UNAVAILABLE while it is pending, else
  // NOT_FOUND.
  absl::Status WhyNotStored(const std::string& incident_id,
                            const std::string& waiter_id);
  // nullopt: changed by somebody else meanwhile, try again.
  absl::StatusOr<std::optional<v1::ResolveIncidentResponse>> ResolveAll(
      StoredIncident incident, const v1::ResolveIncidentRequest& request,
      absl::Time now);
  absl::StatusOr<std::optional<v1::ResolveIncidentResponse>> ResolveOne(
      const StoredIncident& incident, const v1::ResolveIncidentRequest& request,
      absl::Time now);

  Store* const store;
  Notifier* const notifier;
  const Listener listener;
  const std::function<absl::Time()> clock;
  IncidentTable table;
  WaitTable waits;
  WaitLookup lookups;
  IncidentSync sync;
  std::unique_ptr<DeskWriter> writer;  // Set by Open.
};

// A change that loses this many races in a row gives up.
inline constexpr int kMaxRaces = 16;
absl::Status TooManyRaces();
absl::Status NoIncident(const std::string& incident_id);

}  // namespace recourse
