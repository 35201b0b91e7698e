// Tells people about incidents: a durable outbox, and one worker per channel
// that groups, caps, retries and gives up visibly.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "recourse/config/v1/config.pb.h"
#include "recourse/v1/incidents.pb.h"
#include "server/incident/http_client.h"
#include "server/store/store.h"

namespace recourse {

// What a message tells.
enum class NoticeKind { kOpened, kRepeated, kResolved };

// Messages are outbox entries in the Store, written in the same transaction as
// the change they tell of, so that kill -9 loses none; each is delivered at
// least once, with an id that stays the same over its tries. Per channel: the
// first news of a group (namespace and target) waits `group_wait`, later news
// `group_interval`, an unresolved incident is told again each
// `repeat_interval` (Alertmanager's rules and defaults); beyond
// `max_per_minute` the rest becomes one digest. A failing endpoint is tried
// with waits of 1 s doubling to 10 min (or its Retry-After), `max_attempts`
// times, then marked FAILED, which incidents show; an answer 410 stops the
// channel until the server starts anew. A channel never delays another, nor any
// caller. Log channels are told at once, a line for each incident, uncapped.
//
// Servers that share a Store share the outbox: each channel is served by the
// one that holds its claim, a key with a lease.
//
// Thread safety: safe for concurrent use.
class Notifier {
 public:
  // With two operations each, they fit into one transaction of the Store.
  static constexpr size_t kMaxChannelsPerIncident = 50;

  struct Options {
    std::vector<config::v1::Channel>
        channels;  // Checked: wire the config first.
    std::vector<config::v1::Route> routes;
    config::v1::Notifications settings;  // Defaults filled in by Open.
    bool enabled = true;                 // False: the log only.
    // Required; outlives the notifier, which interrupts it when it stops.
    HttpClient* http = nullptr;
    std::function<absl::Time()> clock = absl::Now;
    // For the timestamps of webhooks, which receivers compare with the time of
    // day; null: `clock`.
    std::function<absl::Time()> wall_clock = nullptr;
    bool start_workers = true;  // False in tests, which call DeliverDue.
  };

  // INVALID_ARGUMENT: a channel without URL or with a bad secret, a name
  // twice, a route to an unknown channel. Secrets and URLs given as files are
  // read here.
  static absl::StatusOr<std::unique_ptr<Notifier>> Open(Store* store,
                                                        Options options);
  ~Notifier();  // Stops the workers; what is not delivered stays in the outbox.

  // Names of the channels, "log" always among them.
  const std::set<std::string>& channel_names() const;

  // Where `incident` is told: the channels it names (unknown ones become
  // "log", none is "log"; from a default plan they do not count), and those of
  // every route that matches. At most kMaxChannelsPerIncident.
  std::vector<std::string> ChannelsFor(const v1::Incident& incident,
                                       bool from_default_plan) const;

  // The operations that put `incident`'s news into the outbox, two for each of
  // its channels. To be committed with the change itself; then call Wake.
  std::vector<StoreOp> MessagesFor(const v1::Incident& incident,
                                   NoticeKind kind, bool from_default_plan,
                                   absl::Time now);
  // The same for `channels`, whichever the incident names.
  std::vector<StoreOp> MessagesTo(const std::vector<std::string>& channels,
                                  const v1::Incident& incident, NoticeKind kind,
                                  absl::Time now);
  void Wake();

  // The fate of an incident's messages.
  std::vector<v1::IncidentDelivery> Deliveries(
      const std::string& incident_id) const;

  // Delivers whatever is due at the clock's time, on the calling thread, and
  // returns when the next is due.
  absl::Time DeliverDue();

 private:
  struct State;
  explicit Notifier(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace recourse
