// Incidents and waiters as they lie in the Store. Private to server/incident/.
//
//   incidents/<incident>                  IncidentRecord
//   incident_open/<fingerprint>           the open incident's id; written once,
//                                         with the incident, so that its
//                                         revision is the incident's
//                                         create_revision; deleted with the
//                                         resolution
//   incident_waiters/<incident>/<waiter>  WaiterRecord
//   deliveries/<incident>/<channel>/<event>, outbox/...: see outbox_store.h
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recourse/internal/v1/incident.pb.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr absl::string_view kIncidentPrefix = "incidents/";
inline constexpr absl::string_view kOpenPrefix = "incident_open/";
inline constexpr absl::string_view kWaiterPrefix = "incident_waiters/";
inline constexpr absl::string_view kDeliveryPrefix = "deliveries/";

// Incidents that are changed together: with their messages they fit into a
// transaction of the Store.
inline constexpr size_t kMaxIncidentBytesPerCommit = 512 << 10;

std::string IncidentKey(absl::string_view incident_id);
std::string OpenKey(absl::string_view fingerprint);
std::string WaitersOf(absl::string_view incident_id);  // Prefix, with its '/'.
std::string WaiterKey(absl::string_view incident_id,
                      absl::string_view waiter_id);
std::string DeliveriesOf(absl::string_view incident_id);

// "inc_" and 16 hex digits: 11 of the time in milliseconds, counted down, so
// that the order of keys is newest first; 5 of chance.
std::string NewIncidentId(absl::Time now);
// The smallest id an incident of `time` can have: all at or after it are of
// `time` or older.
std::string FirstIncidentIdOf(absl::Time time);

// What people send may be anything; these are the ids that can exist.
bool IsIncidentId(absl::string_view text);
bool IsWaiterId(absl::string_view text);  // 1-128 bytes without '/'.

// `bytes` random bytes in hex.
std::string RandomHex(size_t bytes);

struct StoredIncident {
  std::string incident_id = {};
  internal::v1::IncidentRecord record = {};
  int64_t create_revision = 0;
  int64_t mod_revision = 0;
};

struct StoredWaiter {
  std::string incident_id = {};
  std::string waiter_id = {};
  internal::v1::WaiterRecord record = {};
  int64_t mod_revision = 0;
};

// Writes a new incident with its messages, unless its fingerprint has an open
// one.
StoreTransaction OpeningTransaction(const StoredIncident& incident,
                                    std::vector<StoreOp> messages);

StoreOp DeleteKey(std::string key);

// DATA_LOSS when the entry is not what its key says.
absl::StatusOr<StoredIncident> ParseIncident(const StoreEntry& entry);
absl::StatusOr<StoredWaiter> ParseWaiter(const StoreEntry& entry);

// nullopt: there is none. Statuses are the Store's, with reasons.
absl::StatusOr<std::optional<StoredIncident>> ReadIncident(
    Store& store, absl::string_view incident_id);
absl::StatusOr<std::optional<StoredWaiter>> ReadWaiter(
    Store& store, absl::string_view incident_id, absl::string_view waiter_id);

// Calls `visit` with every entry below `prefix`, as of one revision, which it
// returns; stops early when `visit` returns false.
absl::StatusOr<int64_t> ForEachEntry(
    Store& store, absl::string_view prefix, absl::string_view start,
    const std::function<bool(const StoreEntry&)>& visit);

}  // namespace recourse
