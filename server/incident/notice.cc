#include "server/incident/notice.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/incident/outbox_store.h"

namespace recourse {
namespace {

std::string WithoutPrefix(absl::string_view name, absl::string_view prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

}  // namespace

absl::string_view Notice::event() const {
  if (digest) return "digest";
  absl::string_view pressing = kResolved;
  for (const NoticeItem& item : items) {
    if (item.event == kOpened) return kOpened;
    if (item.event == kRepeated) pressing = kRepeated;
  }
  return pressing;
}

std::string ShortName(v1::Severity value) {
  return WithoutPrefix(v1::Severity_Name(value), "SEVERITY_");
}
std::string ShortName(v1::ErrorType value) {
  return WithoutPrefix(v1::ErrorType_Name(value), "ERROR_TYPE_");
}
std::string ShortName(v1::FailureCategory value) {
  return WithoutPrefix(v1::FailureCategory_Name(value), "FAILURE_CATEGORY_");
}
std::string ShortName(v1::IncidentState value) {
  return WithoutPrefix(v1::IncidentState_Name(value), "INCIDENT_STATE_");
}
std::string ShortName(v1::ResolutionAction value) {
  return WithoutPrefix(v1::ResolutionAction_Name(value), "RESOLUTION_ACTION_");
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string ResolveCommand(const v1::Incident& incident) {
  return absl::StrCat("recourse incidents resolve ", incident.incident_id(),
                      " --action retry");
}

}  // namespace recourse
