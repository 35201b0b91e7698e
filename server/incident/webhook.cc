#include "server/incident/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "server/incident/incident_store.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

using Json = nlohmann::ordered_json;

// Never throws: bytes that are not UTF-8 are replaced.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json ErrorJson(const v1::ErrorSummary& error) {
  return Json{{"exception_type", error.exception_type()},
              {"message", error.message()},
              {"code", error.code()},
              {"http_status", error.http_status()},
              {"grpc_code", error.grpc_code()}};
}

Json ResolutionJson(const v1::Resolution& resolution) {
  return Json{
      {"action", ShortName(resolution.action())},
      {"note", resolution.note()},
      {"resolved_by", resolution.resolved_by()},
      {"resolve_time", Rfc3339(FromMessage(resolution.resolve_time()))}};
}

Json ItemJson(const NoticeItem& item) {
  const v1::Incident& incident = item.incident;
  Json json{
      {"event", item.event},
      {"incident_id", incident.incident_id()},
      {"state", ShortName(incident.state())},
      {"priority", ShortName(incident.priority())},
      {"title", incident.title()},
      {"namespace", incident.namespace_()},
      {"target", incident.target()},
      {"pattern_id", incident.pattern_id()},
      {"category", ShortName(incident.category())},
      {"error_type", ShortName(incident.error_type())},
      {"assignee", incident.assignee()},
      {"error", ErrorJson(incident.error())},
      {"suggested_action", incident.suggested_action()},
      {"occurrence_count", incident.occurrence_count()},
      {"create_time", Rfc3339(FromMessage(incident.create_time()))},
      {"last_seen_time", Rfc3339(FromMessage(incident.last_seen_time()))},
      {"acknowledged_by", incident.acknowledged_by()},
  };
  Json context = Json::object();
  for (const auto& [name, value] : std::map<std::string, std::string>(
           incident.context().begin(), incident.context().end())) {
    context[name] = value;
  }
  json["context"] = std::move(context);
  if (incident.has_resolution()) {
    json["resolution"] = ResolutionJson(incident.resolution());
  } else {
    json["resolve_command"] = ResolveCommand(incident);
  }
  return json;
}

}  // namespace

std::string WebhookBody(const Notice& notice) {
  Json incidents = Json::array();
  for (const NoticeItem& item : notice.items) {
    incidents.push_back(ItemJson(item));
  }
  const Json body{{"type", absl::StrCat("incident.", notice.event())},
                  {"timestamp", Rfc3339(notice.time)},
                  {"data", Json{{"incidents", std::move(incidents)},
                                {"total", notice.total}}}};
  return Dump(body);
}

std::map<std::string, std::string> WebhookHeaders(
    const std::string& message_id, absl::Time now, const std::string& body,
    const std::string& signing_key) {
  const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(now));
  std::map<std::string, std::string> headers{
      {"content-type", "application/json"},
      {"webhook-id", message_id},
      {"webhook-timestamp", timestamp}};
  if (signing_key.empty()) return headers;
  const std::string content =
      absl::StrCat(message_id, ".", timestamp, ".", body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  HMAC(EVP_sha256(), signing_key.data(), static_cast<int>(signing_key.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(),
       mac.data(), &size);
  headers["webhook-signature"] = absl::StrCat(
      "v1,", absl::Base64Escape(absl::string_view(
                 reinterpret_cast<const char*>(mac.data()), size)));
  return headers;
}

std::string LogLine(const NoticeItem& item) {
  const v1::Incident& incident = item.incident;
  Json json{{"event", absl::StrCat("incident.", item.event)},
            {"incident_id", incident.incident_id()},
            {"state", ShortName(incident.state())},
            {"priority", ShortName(incident.priority())},
            {"title", incident.title()},
            {"namespace", incident.namespace_()},
            {"target", incident.target()},
            {"error_type", ShortName(incident.error_type())},
            {"assignee", incident.assignee()},
            {"occurrence_count", incident.occurrence_count()},
            {"suggested_action", incident.suggested_action()}};
  if (incident.has_resolution()) {
    json["resolution"] = ShortName(incident.resolution().action());
  }
  return Dump(json);
}

}  // namespace recourse
