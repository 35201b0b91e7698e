// The body and headers of a generic webhook. Pure. Private to server/incident/.
#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/incident/notice.h"

namespace recourse {

// {"type": "incident.opened", "timestamp": ..., "data": {"incidents": [...],
// "total": n}}; each incident with its "event". The type is that of the most
// pressing event, or incident.digest.
//
// Source: Standard Webhooks (https://www.standardwebhooks.com).
std::string WebhookBody(const Notice& notice);

// content-type, webhook-id, webhook-timestamp in seconds and, with a key,
// webhook-signature: "v1," and the base64 of HMAC-SHA256 over
// "id.timestamp.body". `now` is the time of this try.
std::map<std::string, std::string> WebhookHeaders(
    const std::string& message_id, absl::Time now, const std::string& body,
    const std::string& signing_key);

// One line of JSON about one incident, for the log.
std::string LogLine(const NoticeItem& item);

}  // namespace recourse
