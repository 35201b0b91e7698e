#include "server/incident/notifier.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/incident/channel_claims.h"
#include "server/incident/channel_config.h"
#include "server/incident/channel_outbox.h"
#include "server/incident/incident_store.h"
#include "server/incident/outbox_store.h"
#include "server/incident/steady_cond_var.h"
#include "server/wire/errors.h"

namespace recourse {
namespace {

// News that another server has put into the outbox is found within this.
constexpr absl::Duration kPollPeriod = absl::Seconds(5);
constexpr absl::Duration kMinPause = absl::Milliseconds(20);

absl::string_view EventOf(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::kOpened:
      return kOpened;
    case NoticeKind::kRepeated:
      return kRepeated;
    case NoticeKind::kResolved:
      break;
  }
  return kResolved;
}

}  // namespace

struct Notifier::State {
  State(Store* store, Options options, NotifierConfig config)
      : store(store),
        options(std::move(options)),
        config(std::move(config)),
        claims(store) {}

  bool IsLog(const std::string& name) const {
    return std::any_of(
        config.channels.begin(), config.channels.end(), [&](const auto& c) {
          return c.name == name && c.kind == ChannelSettings::Kind::kLog;
        });
  }

  // A worker's thread.
  void Serve(ChannelOutbox* channel) {
    uint64_t seen = 0;
    while (true) {
      {
        absl::MutexLock lock(&mutex);
        if (stopped) return;
        seen = wakes;
      }
      const absl::Time next = channel->DeliverDue();
      const absl::Duration pause =
          std::clamp(next - options.clock(), kMinPause, kPollPeriod);
      absl::MutexLock lock(&mutex);
      if (!stopped && wakes == seen) changed.WaitWithTimeout(&mutex, pause);
    }
  }

  Store* const store;
  const Options options;
  const NotifierConfig config;
  ChannelClaims claims;
  std::vector<std::unique_ptr<ChannelOutbox>> outboxes;  // Since Open.

  absl::Mutex mutex;
  SteadyCondVar changed;
  uint64_t wakes ABSL_GUARDED_BY(mutex) = 0;
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  std::vector<std::thread> workers;
};

absl::StatusOr<std::unique_ptr<Notifier>> Notifier::Open(Store* store,
                                                         Options options) {
  absl::StatusOr<NotifierConfig> config = CheckNotifierConfig(options);
  if (!config.ok()) return config.status();
  if (options.enabled) {
    absl::Status failed = FailOrphans(*store, config->names, options.clock());
    if (!failed.ok()) return failed;
  }
  auto state =
      std::make_unique<State>(store, std::move(options), *std::move(config));
  for (const ChannelSettings& channel : state->config.channels) {
    const bool log = channel.kind == ChannelSettings::Kind::kLog;
    if (!state->options.enabled && !log) continue;
    state->outboxes.push_back(std::make_unique<ChannelOutbox>(
        channel, state->config.times, store, state->options.http,
        &state->claims, state->options.clock,
        state->options.wall_clock ? state->options.wall_clock
                                  : state->options.clock));
  }
  if (state->options.start_workers) {
    for (const auto& outbox : state->outboxes) {
      state->workers.emplace_back([state = state.get(), outbox = outbox.get()] {
        state->Serve(outbox);
      });
    }
  }
  return std::unique_ptr<Notifier>(new Notifier(std::move(state)));
}

Notifier::Notifier(std::unique_ptr<State> state) : state_(std::move(state)) {}

Notifier::~Notifier() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->stopped = true;
    state_->changed.SignalAll();
  }
  if (state_->options.http != nullptr) state_->options.http->Interrupt();
  for (std::thread& worker : state_->workers) worker.join();
}

const std::set<std::string>& Notifier::channel_names() const {
  return state_->config.names;
}

std::vector<std::string> Notifier::ChannelsFor(const v1::Incident& incident,
                                               bool from_default_plan) const {
  const std::string log(kLogChannel);
  std::set<std::string> channels;
  if (!from_default_plan) {
    for (const std::string& name : incident.channels()) {
      channels.insert(channel_names().count(name) > 0 ? name : log);
    }
  }
  if (channels.empty()) channels.insert(log);
  for (const config::v1::Route& route : state_->config.routes) {
    if (!Matches(route, incident)) continue;
    channels.insert(route.channels().begin(), route.channels().end());
  }
  std::vector<std::string> names;
  for (const std::string& name : channels) {
    if (names.size() == kMaxChannelsPerIncident) break;
    if (state_->options.enabled || state_->IsLog(name)) names.push_back(name);
  }
  if (names.empty()) names.push_back(log);
  return names;
}

std::vector<StoreOp> Notifier::MessagesFor(const v1::Incident& incident,
                                           NoticeKind kind,
                                           bool from_default_plan,
                                           absl::Time now) {
  return MessagesTo(ChannelsFor(incident, from_default_plan), incident, kind,
                    now);
}

std::vector<StoreOp> Notifier::MessagesTo(
    const std::vector<std::string>& channels, const v1::Incident& incident,
    NoticeKind kind, absl::Time now) {
  std::vector<StoreOp> ops;
  for (const std::string& channel : channels) {
    const absl::Duration wait = state_->IsLog(channel)
                                    ? absl::ZeroDuration()
                                    : state_->config.times.group_wait;
    const internal::v1::News news =
        MakeNews(incident, EventOf(kind), now + wait);
    ops.push_back(PutNews(channel, news));
    ops.push_back(PutDelivery(channel, news,
                              Fate{.state = v1::IncidentDelivery::STATE_PENDING,
                                   .time = now + wait}));
  }
  return ops;
}

void Notifier::Wake() {
  absl::MutexLock lock(&state_->mutex);
  ++state_->wakes;
  state_->changed.SignalAll();
}

std::vector<v1::IncidentDelivery> Notifier::Deliveries(
    const std::string& incident_id) const {
  std::vector<v1::IncidentDelivery> deliveries;
  // Without the store, nothing is known of them.
  const auto ignored =
      ForEachEntry(*state_->store, DeliveriesOf(incident_id), "",
                   [&deliveries](const StoreEntry& entry) {
                     v1::IncidentDelivery delivery;
                     if (delivery.ParseFromString(entry.value)) {
                       deliveries.push_back(std::move(delivery));
                     }
                     return true;
                   });
  return deliveries;
}

absl::Time Notifier::DeliverDue() {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& outbox : state_->outboxes) {
    next = std::min(next, outbox->DeliverDue());
  }
  return next;
}

}  // namespace recourse
