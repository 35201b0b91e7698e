// What people decide about incidents.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/incident/desk_state.h"
#include "server/incident/resolution.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

absl::Status NoWaiter(const std::string& waiter_id) {
  return Refusal(absl::StatusCode::kNotFound, reason::kWaiterNotFound,
                 absl::StrCat("the incident has no waiter ", waiter_id),
                 {{"waiter_id", waiter_id}});
}

absl::Status ResolvedAlready(const std::string& incident_id) {
  return Refusal(absl::StatusCode::kFailedPrecondition,
                 reason::kIncidentResolved,
                 absl::StrCat("incident ", incident_id, " is resolved already"),
                 {{"incident_id", incident_id}});
}

absl::Status NotWrittenYet(const std::string& incident_id) {
  return Refusal(absl::StatusCode::kUnavailable, reason::kStoreUnavailable,
                 absl::StrCat("incident ", incident_id, " waits for the store"),
                 {{"incident_id", incident_id}});
}

// How many waiters a resolution of all of them resolves, and refuses.
void CountResolved(const std::map<std::string, WaiterMark>& waiters,
                   const v1::Resolution& resolution,
                   v1::ResolveIncidentResponse& response) {
  for (const auto& [waiter_id, mark] : waiters) {
    if (mark.resolved) continue;
    response.set_resolved_waiters(response.resolved_waiters() + 1);
    if (Effective(resolution, mark.rerun_allowed).refused() !=
        v1::TRACE_REASON_UNSPECIFIED) {
      response.set_refused_waiters(response.refused_waiters() + 1);
    }
  }
}

}  // namespace

absl::StatusOr<StoredIncident> IncidentDesk::State::LookToChange(
    const std::string& incident_id) {
  const absl::StatusOr<StoredIncident> known = Look(incident_id);
  if (!known.ok()) return known.status();
  if (known->create_revision == 0) return NotWrittenYet(incident_id);
  auto stored = ReadIncident(*store, known->incident_id);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return NoIncident(incident_id);
  return **std::move(stored);
}

absl::StatusOr<v1::Incident> IncidentDesk::Acknowledge(
    const v1::AcknowledgeIncidentRequest& request, absl::Time now) {
  for (int race = 0; race < kMaxRaces; ++race) {
    absl::StatusOr<StoredIncident> incident =
        state_->LookToChange(request.incident_id());
    if (!incident.ok()) return incident.status();
    v1::Incident& record = *incident->record.mutable_incident();
    if (record.state() == v1::INCIDENT_STATE_RESOLVED) {
      return ResolvedAlready(request.incident_id());
    }
    if (record.state() == v1::INCIDENT_STATE_ACKNOWLEDGED) {
      return Get(incident->incident_id);
    }
    record.set_state(v1::INCIDENT_STATE_ACKNOWLEDGED);
    record.set_acknowledged_by(request.acknowledged_by());
    *record.mutable_acknowledge_time() = ToMessage(now);
    const std::string key = IncidentKey(incident->incident_id);
    const absl::StatusOr<StoreCommit> commit =
        state_->store->Commit(StoreTransaction{
            .compares = {{key, incident->mod_revision}},
            .ops = {
                {.key = key, .value = incident->record.SerializeAsString()}}});
    if (!commit.ok()) return FromStore(commit.status());
    if (!commit->committed) continue;
    incident->mod_revision = commit->revision;
    state_->sync.Apply(*incident);
    return Get(incident->incident_id);
  }
  return TooManyRaces();
}

absl::StatusOr<v1::ResolveIncidentResponse> IncidentDesk::Resolve(
    const v1::ResolveIncidentRequest& request, absl::Time now) {
  if (absl::Status s = CheckResolve(request); !s.ok()) return s;
  for (int race = 0; race < kMaxRaces; ++race) {
    absl::StatusOr<StoredIncident> incident =
        state_->LookToChange(request.incident_id());
    if (!incident.ok()) return incident.status();
    absl::StatusOr<std::optional<v1::ResolveIncidentResponse>> response =
        request.waiter_id().empty()
            ? state_->ResolveAll(*std::move(incident), request, now)
            : state_->ResolveOne(*incident, request, now);
    if (!response.ok()) return response.status();
    if (response->has_value()) return **std::move(response);
  }
  return TooManyRaces();
}

void IncidentDesk::State::AddUnwrittenRepeats(const std::string& incident_id,
                                              v1::Incident* record) {
  const auto view = table.Find(incident_id);
  if (!view.has_value()) return;
  const v1::Incident& counted = view->record.incident();
  record->set_occurrence_count(
      std::max(record->occurrence_count(), counted.occurrence_count()));
  *record->mutable_last_seen_time() = counted.last_seen_time();
}

absl::StatusOr<std::optional<v1::ResolveIncidentResponse>>
IncidentDesk::State::ResolveAll(StoredIncident incident,
                                const v1::ResolveIncidentRequest& request,
                                absl::Time now) {
  v1::ResolveIncidentResponse response;
  v1::Incident& record = *incident.record.mutable_incident();
  if (record.state() == v1::INCIDENT_STATE_RESOLVED) {
    if (!SaysTheSame(request, record.resolution())) {
      return ResolvedAlready(request.incident_id());
    }
    *response.mutable_incident() = ToMessage(incident);
    return response;
  }
  const std::map<std::string, WaiterMark> waiters =
      table.Waiters(incident.incident_id);
  AddUnwrittenRepeats(incident.incident_id, &record);
  record.set_state(v1::INCIDENT_STATE_RESOLVED);
  *record.mutable_resolution() = ToResolution(request, now);
  const std::string key = IncidentKey(incident.incident_id);
  StoreTransaction transaction{
      .compares = {{key, incident.mod_revision}},
      .ops = notifier->MessagesFor(record, NoticeKind::kResolved,
                                   incident.record.from_default_plan(), now)};
  transaction.ops.push_back(
      {.key = key, .value = incident.record.SerializeAsString()});
  transaction.ops.push_back(DeleteKey(OpenKey(record.fingerprint())));
  const absl::StatusOr<StoreCommit> commit = store->Commit(transaction);
  if (!commit.ok()) return FromStore(commit.status());
  if (!commit->committed) return std::nullopt;
  incident.mod_revision = commit->revision;
  sync.Apply(incident);
  notifier->Wake();
  listener(IncidentChange::kResolved, incident.incident_id);
  CountResolved(waiters, record.resolution(), response);
  *response.mutable_incident() = ToMessage(incident);
  return response;
}

absl::Status IncidentDesk::State::WhyNotStored(const std::string& incident_id,
                                               const std::string& waiter_id) {
  const bool spooled = table.StandingOf(incident_id, waiter_id) ==
                       IncidentTable::Standing::kWaiting;
  return spooled ? NotWrittenYet(incident_id) : NoWaiter(waiter_id);
}

absl::StatusOr<std::optional<v1::ResolveIncidentResponse>>
IncidentDesk::State::ResolveOne(const StoredIncident& incident,
                                const v1::ResolveIncidentRequest& request,
                                absl::Time now) {
  if (!IsWaiterId(request.waiter_id())) return NoWaiter(request.waiter_id());
  auto stored = ReadWaiter(*store, incident.incident_id, request.waiter_id());
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) {
    return WhyNotStored(incident.incident_id, request.waiter_id());
  }
  StoredWaiter waiter = **std::move(stored);
  v1::IncidentWaiter& record = *waiter.record.mutable_waiter();
  const v1::Incident& whole = incident.record.incident();
  v1::ResolveIncidentResponse response;
  if (record.has_resolution() || whole.has_resolution()) {
    const v1::Resolution& resolution =
        record.has_resolution() ? record.resolution() : whole.resolution();
    if (!SaysTheSame(request, resolution)) {
      return ResolvedAlready(request.incident_id());
    }
    *response.mutable_incident() = ToMessage(incident);
    return response;
  }
  *record.mutable_resolution() =
      Effective(ToResolution(request, now), waiter.record.rerun_allowed());
  const std::string key = WaiterKey(incident.incident_id, waiter.waiter_id);
  const absl::StatusOr<StoreCommit> commit = store->Commit(StoreTransaction{
      .compares = {{OpenKey(whole.fingerprint()), incident.create_revision},
                   {key, waiter.mod_revision}},
      .ops = {{.key = key, .value = waiter.record.SerializeAsString()}}});
  if (!commit.ok()) return FromStore(commit.status());
  if (!commit->committed) return std::nullopt;
  waiter.mod_revision = commit->revision;
  sync.Apply(waiter);
  response.set_resolved_waiters(1);
  response.set_refused_waiters(
      record.resolution().refused() == v1::TRACE_REASON_UNSPECIFIED ? 0 : 1);
  *response.mutable_incident() = ToMessage(incident);
  return response;
}

}  // namespace recourse
