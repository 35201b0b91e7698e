#include "server/incident/new_incident.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "server/model/utf8.h"
#include "server/wire/enums.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

std::string Title(const RedactedFailure& failure) {
  absl::string_view line = failure.message;
  line = absl::StripAsciiWhitespace(line.substr(0, line.find('\n')));
  std::string title = failure.exception_type;
  if (title.empty() || absl::StartsWith(line, title)) {
    title = std::string(line);
  } else if (!line.empty()) {
    absl::StrAppend(&title, ": ", line);
  }
  for (const std::string& code : {failure.code, failure.grpc_code}) {
    if (title.empty()) title = code;
  }
  if (title.empty()) title = absl::StrCat("HTTP status ", failure.http_status);
  return std::string(CutUtf8(title, kMaxTitleBytes));
}

// 1000 as "1,000".
std::string WithCommas(size_t number) {
  return number < 1000
             ? absl::StrCat(number)
             : absl::StrFormat("%d,%03d", number / 1000, number % 1000);
}

// Adds entries until the room is used up.
class ContextWriter {
 public:
  explicit ContextWriter(v1::Incident* incident) : incident_(incident) {}

  void Add(const std::string& name, const std::string& value) {
    const absl::string_view cut = CutUtf8(value, kMaxContextValueBytes);
    const size_t bytes = name.size() + cut.size();
    if (cut.empty() || bytes > room_) return;
    room_ -= bytes;
    (*incident_->mutable_context())[name] = std::string(cut);
  }

 private:
  v1::Incident* const incident_;
  size_t room_ = kMaxContextBytes;
};

void AddContext(const EscalationRequest& request, v1::Incident* incident) {
  ContextWriter context(incident);
  const RedactedFailure& failure = request.failure;
  if (request.action.include_context) {
    context.Add("workflow_id", failure.workflow_id);
    context.Add("node_name", failure.node_name);
    context.Add("caller", failure.caller_service);
    context.Add("caller_instance", failure.caller_instance);
    for (const auto& [name, value] : failure.labels) {
      context.Add(absl::StrCat("label.", name), value);
    }
  }
  for (const auto& [name, value] : request.state_context) {
    context.Add(absl::StrCat("state.", name), value);
  }
}

// What a collecting incident says: whose failures, and what helps.
std::string CollectingTitle(const RedactedFailure& failure, Collects collects) {
  if (collects == Collects::kNamespace) {
    return absl::StrFormat(
        "More different failures are open than may be (%s in a namespace, %s "
        "in all): further ones in namespace %s",
        WithCommas(IncidentDesk::kMaxOpenPerNamespace),
        WithCommas(IncidentDesk::kMaxOpenIncidents), failure.ns);
  }
  const std::string caller = failure.caller_service.empty()
                                 ? "callers without a service name"
                                 : failure.caller_service;
  return absl::StrFormat("More than %s different failures of %s are open",
                         WithCommas(IncidentDesk::kMaxOpenPerCaller), caller);
}

constexpr char kCollectingAction[] =
    "Resolve the incidents that are over: what fails next then gets one of its "
    "own again. If they differ only in a name or a number, add a pattern that "
    "takes them together, or have the caller send that part as a label. "
    "Resolving this one answers every workflow that waits in it.";

v1::Severity Priority(const EscalationRequest& request) {
  return ToMessageEnum<v1::Severity>(request.action.priority ==
                                             Severity::kUnspecified
                                         ? request.classification.severity
                                         : request.action.priority);
}

v1::ErrorSummary Summary(const RedactedFailure& failure) {
  v1::ErrorSummary summary;
  summary.set_exception_type(failure.exception_type);
  summary.set_message(failure.message);
  summary.set_code(failure.code);
  summary.set_http_status(failure.http_status);
  summary.set_grpc_code(failure.grpc_code);
  return summary;
}

}  // namespace

StoredIncident ToIncident(const EscalationRequest& request,
                          const std::string& fingerprint) {
  StoredIncident stored{.incident_id = NewIncidentId(request.now)};
  stored.record.set_from_default_plan(request.from_default_plan);
  stored.record.set_caller_service(request.failure.caller_service);
  v1::Incident& incident = *stored.record.mutable_incident();
  const Classification& classification = request.classification;
  incident.set_incident_id(stored.incident_id);
  incident.set_fingerprint(fingerprint);
  incident.set_state(v1::INCIDENT_STATE_OPEN);
  incident.set_namespace_(request.failure.ns);
  incident.set_target(request.failure.target);
  incident.set_pattern_id(classification.pattern_id);
  incident.set_category(
      ToMessageEnum<v1::FailureCategory>(classification.category));
  incident.set_error_type(
      ToMessageEnum<v1::ErrorType>(classification.error_type));
  incident.set_priority(Priority(request));
  incident.set_assignee(request.action.assignee);
  incident.set_title(Title(request.failure));
  *incident.mutable_error() = Summary(request.failure);
  incident.set_suggested_action(classification.suggested_action);
  AddContext(request, &incident);
  incident.set_occurrence_count(1);
  *incident.mutable_create_time() = ToMessage(request.now);
  *incident.mutable_last_seen_time() = ToMessage(request.now);
  for (const std::string& channel : request.action.channels) {
    incident.add_channels(channel);
  }
  return stored;
}

v1::Severity CollectingPriority(const EscalationRequest& request) {
  return std::max(Priority(request), v1::SEVERITY_HIGH);
}

StoredIncident ToCollecting(const EscalationRequest& request, Collects collects,
                            const std::string& fingerprint) {
  StoredIncident stored = ToIncident(request, fingerprint);
  stored.record.set_collects(true);
  v1::Incident& incident = *stored.record.mutable_incident();
  // Of the first failure alone: the next ones have others.
  incident.clear_target();
  incident.clear_pattern_id();
  incident.clear_context();
  incident.set_priority(CollectingPriority(request));
  incident.set_title(std::string(
      CutUtf8(CollectingTitle(request.failure, collects), kMaxTitleBytes)));
  incident.set_suggested_action(kCollectingAction);
  return stored;
}

StoredWaiter ToWaiter(const EscalationRequest& request,
                      const std::string& incident_id) {
  StoredWaiter stored{.incident_id = incident_id,
                      .waiter_id = request.recovery_id};
  stored.record.set_rerun_allowed(request.rerun_allowed);
  stored.record.set_error_count(request.error_count);
  v1::IncidentWaiter& waiter = *stored.record.mutable_waiter();
  waiter.set_waiter_id(request.recovery_id);
  waiter.set_workflow_id(request.failure.workflow_id);
  waiter.set_node_name(request.failure.node_name);
  *waiter.mutable_wait_time() = ToMessage(request.now);
  return stored;
}

}  // namespace recourse
