// Channels, routes and times of the configuration, checked. Private to
// server/incident/.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "recourse/config/v1/config.pb.h"
#include "server/incident/notifier.h"

namespace recourse {

inline constexpr size_t kMaxChannels = 64;
inline constexpr size_t kMaxRoutes = 256;
inline constexpr absl::string_view kLogChannel = "log";

struct ChannelSettings {
  enum class Kind { kLog, kWebhook, kSlack };
  std::string name = {};
  Kind kind = Kind::kLog;
  std::string url = {};          // A secret, but for its host.
  std::string signing_key = {};  // Raw bytes; empty: not signed.
};

struct NotifierTimes {
  absl::Duration group_wait = absl::Seconds(30);
  absl::Duration group_interval = absl::Minutes(5);
  absl::Duration repeat_interval = absl::Hours(4);
  absl::Duration timeout = absl::Seconds(10);
  int max_per_minute = 10;
  int max_attempts = 20;
};

struct NotifierConfig {
  std::vector<ChannelSettings> channels;  // "log" among them.
  std::set<std::string> names;
  std::vector<config::v1::Route> routes;
  NotifierTimes times;
};

// Reads files that hold URLs and secrets. INVALID_ARGUMENT with the field, as
// a path in the configuration file; no message holds a secret.
absl::StatusOr<NotifierConfig> CheckNotifierConfig(
    const Notifier::Options& options);

// True when everything that the route asks for holds.
bool Matches(const config::v1::Route& route, const v1::Incident& incident);

}  // namespace recourse
