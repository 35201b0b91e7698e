#include "server/incident/channel_config.h"

#include <curl/curl.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxUrlBytes = 2048;
constexpr size_t kMinKeyBytes = 24;  // As Standard Webhooks asks.
constexpr size_t kMaxKeyBytes = 64;
constexpr absl::string_view kSecretPrefix = "whsec_";

absl::Status CheckName(const std::string& field, const std::string& name) {
  const bool valid = !name.empty() && name.size() <= kMaxNameBytes &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return absl::ascii_islower(c) ||
                              absl::ascii_isdigit(c) || c == '_' || c == '-';
                     });
  if (valid) return absl::OkStatus();
  return InvalidField(field, "must be 1 to 64 of a-z, 0-9, _ and -");
}

// The text itself or what is in the file; without white space around it.
absl::StatusOr<std::string> TextOrFile(const std::string& field,
                                       const std::string& text,
                                       const std::string& path) {
  if (!text.empty() && !path.empty()) {
    return InvalidField(absl::StrCat(field, "_file"),
                        absl::StrCat("excludes ", field));
  }
  if (path.empty()) return text;
  std::ifstream file(path);
  std::string content;
  char c;
  while (content.size() <= 2 * kMaxUrlBytes && file.get(c)) content += c;
  if (!file.eof() || content.size() > 2 * kMaxUrlBytes) {
    return InvalidField(absl::StrCat(field, "_file"),
                        absl::StrCat("is not a readable file of at most ",
                                     2 * kMaxUrlBytes, " bytes: ", path));
  }
  return std::string(absl::StripAsciiWhitespace(content));
}

// Never says the URL: it may be the secret.
absl::Status CheckUrl(const std::string& field, const std::string& url) {
  if (url.empty()) {
    return InvalidField(field, absl::StrCat("or ", field, "_file is required"));
  }
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(
      curl_url(), &curl_url_cleanup);
  const bool valid =
      url.size() <= kMaxUrlBytes &&
      (absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://")) &&
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  if (valid) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("must be an http or https URL of at "
                                          "most ",
                                          kMaxUrlBytes, " bytes"));
}

absl::StatusOr<std::string> SigningKey(const std::string& field,
                                       const std::string& secret) {
  if (secret.empty()) return secret;
  absl::string_view encoded = secret;
  std::string key;
  if (!absl::ConsumePrefix(&encoded, kSecretPrefix) ||
      !absl::Base64Unescape(encoded, &key) || key.size() < kMinKeyBytes ||
      key.size() > kMaxKeyBytes) {
    return InvalidField(field,
                        "must be \"whsec_\" and the base64 of 24 to 64 bytes");
  }
  return key;
}

absl::StatusOr<std::string> CheckedUrl(const std::string& field,
                                       const std::string& url,
                                       const std::string& path) {
  absl::StatusOr<std::string> text = TextOrFile(field, url, path);
  if (!text.ok()) return text.status();
  if (absl::Status s = CheckUrl(field, *text); !s.ok()) return s;
  return text;
}

// Empty: its messages are not signed.
absl::StatusOr<std::string> CheckedKey(const std::string& field,
                                       const std::string& secret,
                                       const std::string& path) {
  absl::StatusOr<std::string> text = TextOrFile(field, secret, path);
  if (!text.ok()) return text;
  if (text->empty() && !path.empty()) {
    return InvalidField(absl::StrCat(field, "_file"), "is empty");
  }
  return SigningKey(field, *text);
}

absl::StatusOr<ChannelSettings> CheckChannel(
    const std::string& field, const config::v1::Channel& channel) {
  ChannelSettings settings{.name = channel.name()};
  if (absl::Status s = CheckName(absl::StrCat(field, ".name"), channel.name());
      !s.ok()) {
    return s;
  }
  if (channel.name() == kLogChannel && !channel.has_log()) {
    return InvalidField(absl::StrCat(field, ".name"),
                        "\"log\" is the server's log");
  }
  absl::StatusOr<std::string> url = std::string();
  absl::StatusOr<std::string> key = std::string();
  switch (channel.kind_case()) {
    case config::v1::Channel::kLog:
      break;
    case config::v1::Channel::kWebhook: {
      settings.kind = ChannelSettings::Kind::kWebhook;
      const config::v1::WebhookChannel& webhook = channel.webhook();
      url = CheckedUrl(absl::StrCat(field, ".webhook.url"), webhook.url(),
                       webhook.url_file());
      key = CheckedKey(absl::StrCat(field, ".webhook.secret"), webhook.secret(),
                       webhook.secret_file());
      break;
    }
    case config::v1::Channel::kSlack:
      settings.kind = ChannelSettings::Kind::kSlack;
      url = CheckedUrl(absl::StrCat(field, ".slack.url"), channel.slack().url(),
                       channel.slack().url_file());
      break;
    case config::v1::Channel::KIND_NOT_SET:
      return InvalidField(field, "must have one of log, webhook and slack");
  }
  if (!url.ok()) return url.status();
  if (!key.ok()) return key.status();
  settings.url = *std::move(url);
  settings.signing_key = *std::move(key);
  return settings;
}

absl::Status CheckRoute(const std::string& field,
                        const config::v1::Route& route,
                        const std::set<std::string>& names) {
  if (route.channels().empty()) {
    return InvalidField(absl::StrCat(field, ".channels"), "is required");
  }
  for (int i = 0; i < route.channels_size(); ++i) {
    if (names.count(route.channels(i)) == 0) {
      return InvalidField(absl::StrCat(field, ".channels[", i, "]"),
                          absl::StrCat("no channel ", route.channels(i)));
    }
  }
  if (!v1::Severity_IsValid(route.min_priority())) {
    return InvalidField(absl::StrCat(field, ".min_priority"),
                        "is not a severity");
  }
  return absl::OkStatus();
}

// Reads `source` into `*target`, which holds the default.
absl::Status CheckTime(absl::string_view name, bool set,
                       const google::protobuf::Duration& source,
                       absl::Duration min, absl::Duration max,
                       absl::Duration* target) {
  if (!set) return absl::OkStatus();
  *target = FromMessage(source);
  if (min <= *target && *target <= max) return absl::OkStatus();
  return InvalidField(
      absl::StrCat("notifications.", name),
      absl::StrCat(absl::FormatDuration(*target), " is not in ",
                   absl::FormatDuration(min), "-", absl::FormatDuration(max)));
}

absl::Status CheckNumber(absl::string_view name, uint32_t source, int* target) {
  constexpr uint32_t kMax = 1000;
  if (source == 0) return absl::OkStatus();
  *target = static_cast<int>(std::min(source, kMax));
  if (source <= kMax) return absl::OkStatus();
  return InvalidField(absl::StrCat("notifications.", name),
                      absl::StrCat(source, " is not in 1-", kMax));
}

absl::StatusOr<NotifierTimes> CheckTimes(
    const config::v1::Notifications& settings) {
  NotifierTimes times;
  for (const absl::Status& status : {
           CheckTime("group_wait", settings.has_group_wait(),
                     settings.group_wait(), absl::ZeroDuration(),
                     absl::Hours(1), &times.group_wait),
           CheckTime("group_interval", settings.has_group_interval(),
                     settings.group_interval(), absl::Seconds(1),
                     absl::Hours(24), &times.group_interval),
           CheckTime("repeat_interval", settings.has_repeat_interval(),
                     settings.repeat_interval(), absl::Minutes(1),
                     absl::Hours(24 * 7), &times.repeat_interval),
           CheckTime("timeout", settings.has_timeout(), settings.timeout(),
                     absl::Seconds(1), absl::Minutes(5), &times.timeout),
           CheckNumber("max_per_minute", settings.max_per_minute(),
                       &times.max_per_minute),
           CheckNumber("max_attempts", settings.max_attempts(),
                       &times.max_attempts),
       }) {
    if (!status.ok()) return status;
  }
  return times;
}

}  // namespace

absl::StatusOr<NotifierConfig> CheckNotifierConfig(
    const Notifier::Options& options) {
  NotifierConfig config;
  if (options.channels.size() > kMaxChannels) {
    return InvalidField("channels", "has more than 64 entries");
  }
  if (options.routes.size() > kMaxRoutes) {
    return InvalidField("routes", "has more than 256 entries");
  }
  for (size_t i = 0; i < options.channels.size(); ++i) {
    const std::string field = absl::StrCat("channels[", i, "]");
    absl::StatusOr<ChannelSettings> channel =
        CheckChannel(field, options.channels[i]);
    if (!channel.ok()) return channel.status();
    if (!config.names.insert(channel->name).second) {
      return InvalidField(absl::StrCat(field, ".name"),
                          "is the name of another channel");
    }
    config.channels.push_back(*std::move(channel));
  }
  if (config.names.insert(std::string(kLogChannel)).second) {
    config.channels.push_back({.name = std::string(kLogChannel)});
  }
  for (size_t i = 0; i < options.routes.size(); ++i) {
    if (absl::Status s = CheckRoute(absl::StrCat("routes[", i, "]"),
                                    options.routes[i], config.names);
        !s.ok()) {
      return s;
    }
  }
  config.routes = options.routes;
  absl::StatusOr<NotifierTimes> times = CheckTimes(options.settings);
  if (!times.ok()) return times.status();
  config.times = *times;
  return config;
}

bool Matches(const config::v1::Route& route, const v1::Incident& incident) {
  if (!route.namespace_().empty() &&
      route.namespace_() != incident.namespace_()) {
    return false;
  }
  absl::string_view target = route.target();
  if (absl::ConsumeSuffix(&target, "*")) {
    if (!absl::StartsWith(incident.target(), target)) return false;
  } else if (!target.empty() && target != incident.target()) {
    return false;
  }
  return incident.priority() >= route.min_priority();
}

}  // namespace recourse
