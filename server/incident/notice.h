// A message to people before it has a channel's form. Private to
// server/incident/.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recourse/v1/incidents.pb.h"

namespace recourse {

// More incidents than these are only counted.
inline constexpr size_t kMaxListedIncidents = 9;

struct NoticeItem {
  std::string event;  // opened, repeated or resolved.
  v1::Incident incident;
};

struct Notice {
  std::string message_id;
  absl::Time time;
  bool digest = false;  // Stands for messages that the cap held back.
  std::vector<NoticeItem> items = {};  // 1 to kMaxListedIncidents.
  size_t total = 0;  // News told by it, at least items.size().

  // The most pressing event among the items; with a digest, "digest".
  absl::string_view event() const;
};

// Enum names as the command line has them, without their prefix.
std::string ShortName(v1::Severity value);
std::string ShortName(v1::ErrorType value);
std::string ShortName(v1::FailureCategory value);
std::string ShortName(v1::IncidentState value);
std::string ShortName(v1::ResolutionAction value);

// "2026-01-02T03:04:05Z".
std::string Rfc3339(absl::Time time);

// The command that resolves it.
std::string ResolveCommand(const v1::Incident& incident);

}  // namespace recourse
