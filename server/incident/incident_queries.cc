// What people ask of the incident desk.
#include <algorithm>
#include <bitset>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/incident/desk_state.h"
#include "server/incident/resolution.h"
#include "server/model/utf8.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"

namespace recourse {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 1000;
// Incidents that one call looks through for those that were asked for; a page
// may be short, or empty, and not the last.
constexpr size_t kMaxScanned = 20'000;
constexpr size_t kMaxWaitersShown = 100;

absl::Status CheckRequest(const v1::ListIncidentsRequest& request) {
  Checker check;
  if (request.page_size() < 0) check.Fail("page_size", "must be 1 to 1000");
  if (!request.page_token().empty() && !IsIncidentId(request.page_token())) {
    check.Fail("page_token", "is not one of a page before");
  }
  CheckNamespace("namespace", request.namespace_(), check);
  const bool known = std::all_of(
      request.states().begin(), request.states().end(), [](int state) {
        return state != v1::INCIDENT_STATE_UNSPECIFIED &&
               v1::IncidentState_IsValid(state);
      });
  if (!known) {
    check.Fail("states", "must hold OPEN, ACKNOWLEDGED and RESOLVED only");
  }
  return check.status();
}

// Which incidents a request asks for.
class Filter {
 public:
  // REQUIRES: `request` was checked, and outlives this.
  explicit Filter(const v1::ListIncidentsRequest& request) : request_(request) {
    for (const int state : request.states()) states_.set(state);
    if (states_.none()) {
      states_.set(v1::INCIDENT_STATE_OPEN);
      states_.set(v1::INCIDENT_STATE_ACKNOWLEDGED);
    }
  }

  bool Wants(const v1::Incident& incident) const {
    return WantsState(incident.state()) &&
           (request_.target().empty() ||
            request_.target() == incident.target()) &&
           (request_.namespace_().empty() ||
            request_.namespace_() == incident.namespace_());
  }
  // A newer version may have stored others.
  bool WantsState(int state) const {
    return v1::IncidentState_IsValid(state) && states_[state];
  }

 private:
  const v1::ListIncidentsRequest& request_;
  std::bitset<v1::IncidentState_ARRAYSIZE> states_;
};

struct IncidentPage {
  std::map<std::string, StoredIncident> incidents;
  std::string stopped_at;  // Where the scan stopped; empty: at the end.
};

// Adds those of the store that `page` does not hold yet, until it has more
// than `size` or enough was looked through.
absl::Status ScanStore(Store& store, const Filter& filter,
                       const std::string& start, size_t size,
                       IncidentPage* page) {
  size_t scanned = 0;
  size_t found = 0;
  absl::Status status;
  const auto listed = ForEachEntry(
      store, kIncidentPrefix, start.empty() ? "" : IncidentKey(start),
      [&](const StoreEntry& entry) {
        const auto incident = ParseIncident(entry);
        status.Update(incident.status());
        if (!incident.ok()) return false;
        if (found > size || scanned++ == kMaxScanned) {
          page->stopped_at = incident->incident_id;
          return false;
        }
        if (incident->record.merged_into().empty() &&
            filter.Wants(incident->record.incident())) {
          page->incidents.emplace(incident->incident_id, *incident);
          ++found;
        }
        return true;
      });
  if (!listed.ok()) return listed.status();
  if (!page->stopped_at.empty()) {
    page->incidents.erase(page->incidents.lower_bound(page->stopped_at),
                          page->incidents.end());
  }
  return status;
}

// The record, with what only its place in the store says.
v1::Incident Bare(const StoredIncident& incident) {
  v1::Incident message = incident.record.incident();
  message.set_pending(incident.create_revision == 0);
  message.set_revision(incident.mod_revision);
  return message;
}

}  // namespace

absl::Status NoIncident(const std::string& incident_id) {
  return Refusal(absl::StatusCode::kNotFound, reason::kIncidentNotFound,
                 absl::StrCat("no incident ",
                              ShortenUtf8(incident_id, kMaxRefusalValueBytes)),
                 {{"incident_id", incident_id}});
}

absl::StatusOr<v1::ListIncidentsResponse> IncidentDesk::List(
    const v1::ListIncidentsRequest& request) const {
  if (absl::Status s = CheckRequest(request); !s.ok()) return s;
  const size_t size = request.page_size() == 0
                          ? kDefaultPageSize
                          : std::min(request.page_size(), kMaxPageSize);
  const Filter filter(request);
  IncidentPage page;
  for (StoredIncident& open : state_->table.List(
           request.page_token(), size + 1,
           [&](const v1::Incident& i) { return filter.Wants(i); })) {
    page.incidents.emplace(open.incident_id, std::move(open));
  }
  if (filter.WantsState(v1::INCIDENT_STATE_RESOLVED)) {
    if (absl::Status s = ScanStore(*state_->store, filter, request.page_token(),
                                   size, &page);
        !s.ok()) {
      return s;
    }
  }
  v1::ListIncidentsResponse response;
  response.set_next_page_token(page.stopped_at);
  for (const auto& [id, incident] : page.incidents) {
    if (static_cast<size_t>(response.incidents_size()) == size) {
      response.set_next_page_token(id);
      break;
    }
    v1::Incident& message = *response.add_incidents() = Bare(incident);
    message.set_waiting_count(state_->table.WaitingCount(id));
  }
  return response;
}

absl::StatusOr<StoredIncident> IncidentDesk::State::Look(
    const std::string& incident_id) {
  if (!IsIncidentId(incident_id)) return NoIncident(incident_id);
  const std::string id = table.Final(incident_id);
  if (auto open = table.Find(id); open.has_value()) return *std::move(open);
  auto stored = ReadIncident(*store, id);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return NoIncident(incident_id);
  const std::string& merged_into = (*stored)->record.merged_into();
  if (merged_into.empty()) return **std::move(stored);
  table.NoteMerged(id, merged_into);
  auto target = ReadIncident(*store, merged_into);
  if (!target.ok()) return target.status();
  if (!target->has_value()) return NoIncident(incident_id);
  return **std::move(target);
}

v1::Incident IncidentDesk::State::ToMessage(const StoredIncident& incident) {
  v1::Incident message = Bare(incident);
  const bool over = message.state() == v1::INCIDENT_STATE_RESOLVED;
  const auto add = [&](const StoredWaiter& stored) {
    v1::IncidentWaiter& waiter = *message.add_waiters() =
        stored.record.waiter();
    if (over && !waiter.has_resolution()) {
      *waiter.mutable_resolution() =
          Effective(message.resolution(), stored.record.rerun_allowed());
    }
    return static_cast<size_t>(message.waiters_size()) < kMaxWaitersShown;
  };
  if (incident.create_revision == 0) {
    for (const StoredWaiter& waiter : table.SpooledWaiters()) {
      if (waiter.incident_id == incident.incident_id && !add(waiter)) break;
    }
  } else {
    // Without the store, the rest is worth showing.
    const auto ignored = ForEachEntry(*store, WaitersOf(incident.incident_id),
                                      "", [&](const StoreEntry& entry) {
                                        const auto waiter = ParseWaiter(entry);
                                        return !waiter.ok() || add(*waiter);
                                      });
  }
  message.set_waiting_count(table.WaitingCount(incident.incident_id));
  for (v1::IncidentDelivery& delivery :
       notifier->Deliveries(incident.incident_id)) {
    *message.add_deliveries() = std::move(delivery);
  }
  return message;
}

absl::StatusOr<v1::Incident> IncidentDesk::Get(
    const std::string& incident_id) const {
  const absl::StatusOr<StoredIncident> incident = state_->Look(incident_id);
  if (!incident.ok()) return incident.status();
  return state_->ToMessage(*incident);
}

}  // namespace recourse
