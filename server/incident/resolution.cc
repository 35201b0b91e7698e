#include "server/incident/resolution.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/incident/incident_store.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {

absl::Status CheckResolve(const v1::ResolveIncidentRequest& request) {
  if (request.action() == v1::RESOLUTION_ACTION_UNSPECIFIED ||
      !v1::ResolutionAction_IsValid(request.action())) {
    return InvalidField("action", "must be RETRY, ABORT, SKIP or RESUME");
  }
  const bool resume = request.action() == v1::RESOLUTION_ACTION_RESUME;
  if (resume && request.waiter_id().empty()) {
    return InvalidField("waiter_id", "is required with RESUME");
  }
  if (resume != request.has_state()) {
    return InvalidField(
        "state", resume ? "is required with RESUME" : "goes with RESUME only");
  }
  if (const size_t size = request.state().ByteSizeLong();
      size > kMaxResumeStateBytes) {
    return InvalidField("state",
                        absl::StrCat("is ", size, " bytes long; ",
                                     kMaxResumeStateBytes, " are allowed"));
  }
  return absl::OkStatus();
}

v1::Resolution ToResolution(const v1::ResolveIncidentRequest& request,
                            absl::Time now) {
  v1::Resolution resolution;
  resolution.set_action(request.action());
  if (request.has_state()) *resolution.mutable_state() = request.state();
  resolution.set_note(request.note());
  resolution.set_resolved_by(request.resolved_by());
  *resolution.mutable_resolve_time() = ToMessage(now);
  return resolution;
}

v1::Resolution Effective(const v1::Resolution& resolution, bool rerun_allowed) {
  v1::Resolution effective = resolution;
  if (resolution.action() == v1::RESOLUTION_ACTION_RETRY && !rerun_allowed) {
    effective.set_action(v1::RESOLUTION_ACTION_ABORT);
    effective.set_refused(v1::TRACE_REASON_NOT_IDEMPOTENT);
  }
  return effective;
}

bool SaysTheSame(const v1::ResolveIncidentRequest& request,
                 const v1::Resolution& resolution) {
  // Only a RETRY is ever refused.
  const v1::ResolutionAction asked =
      resolution.refused() == v1::TRACE_REASON_UNSPECIFIED
          ? resolution.action()
          : v1::RESOLUTION_ACTION_RETRY;
  return request.action() == asked && request.note() == resolution.note() &&
         request.resolved_by() == resolution.resolved_by() &&
         request.has_state() == resolution.has_state() &&
         google::protobuf::util::MessageDifferencer::Equals(request.state(),
                                                            resolution.state());
}

}  // namespace recourse
