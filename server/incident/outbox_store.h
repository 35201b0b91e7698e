// The outbox as it lies in the Store: a queue in the order of its keys.
// Private to server/incident/.
//
//   outbox/<channel>/n/<due>-<incident>-<event>  News: not told before <due>
//   outbox/<channel>/m/<message>                 OutboxMessage: under way
//   outbox_owner/<channel>                       the claim of the server that
//                                                serves the channel
//   deliveries/<incident>/<channel>/<event>      IncidentDelivery: its fate;
//                                                lives as long as the incident
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recourse/internal/v1/incident.pb.h"
#include "server/store/store.h"

namespace recourse {

// Events of news.
inline constexpr absl::string_view kOpened = "opened";
inline constexpr absl::string_view kRepeated = "repeated";
inline constexpr absl::string_view kResolved = "resolved";

std::string NewsKey(absl::string_view channel, const internal::v1::News& news);
std::string MessageKey(absl::string_view channel, absl::string_view message_id);
std::string OwnerKey(absl::string_view channel);
std::string DeliveryKey(absl::string_view channel,
                        const internal::v1::News& news);

internal::v1::News MakeNews(const v1::Incident& incident,
                            absl::string_view event, absl::Time due);
StoreOp PutNews(absl::string_view channel, const internal::v1::News& news);

// The fate of news on a channel.
struct Fate {
  v1::IncidentDelivery::State state = v1::IncidentDelivery::STATE_PENDING;
  int attempts = 0;
  std::string error = {};
  absl::Time time;  // Of the next try, or the last.
};
StoreOp PutDelivery(absl::string_view channel, const internal::v1::News& news,
                    const Fate& fate);

struct DueNews {
  std::vector<internal::v1::News> news;      // Due at `now`, longest due first.
  std::vector<internal::v1::News> soon;      // Due at `soon`.
  absl::Time next = absl::InfiniteFuture();  // When the first after `now` is.
};
// At most `limit` in all.
absl::StatusOr<DueNews> ReadDueNews(Store& store, absl::string_view channel,
                                    absl::Time now, absl::Time soon,
                                    size_t limit);
absl::StatusOr<std::vector<internal::v1::OutboxMessage>> ReadMessages(
    Store& store, absl::string_view channel);

// Splits operations into transactions, in order, each guarded by `compares`.
// ABORTED when a compare failed; what went before stays.
absl::Status CommitInParts(Store& store,
                           const std::vector<StoreCompare>& compares,
                           std::vector<StoreOp> ops);

// Marks what waits for channels that are not `known` any more as FAILED.
absl::Status FailOrphans(Store& store, const std::set<std::string>& known,
                         absl::Time now);

}  // namespace recourse
