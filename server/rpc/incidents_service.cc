#include "server/rpc/incidents_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rpc/await_call.h"
#include "server/rpc/unary.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "server/wire/steps.h"

namespace recourse {
namespace {

constexpr size_t kMaxNoteBytes = 4096;

absl::Status CheckLength(absl::string_view field, const std::string& text,
                         size_t max_bytes) {
  if (text.size() <= max_bytes) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("is ", text.size(), " bytes long; ",
                                          max_bytes, " are allowed"));
}

// Before they are redacted; the rest the desk checks itself.
absl::Status CheckTexts(const v1::ResolveIncidentRequest& request) {
  if (absl::Status s = CheckLength("note", request.note(), kMaxNoteBytes);
      !s.ok()) {
    return s;
  }
  return CheckLength("resolved_by", request.resolved_by(), kMaxNameBytes);
}

}  // namespace

IncidentsService::IncidentsService(ServiceParts parts)
    : parts_(std::move(parts)) {}

grpc::ServerUnaryReactor* IncidentsService::ListIncidents(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::ListIncidentsRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) -> absl::StatusOr<v1::ListIncidentsResponse> {
        if (absl::Status s =
                CheckLength("target", request->target(), kMaxTargetBytes);
            !s.ok()) {
          return s;
        }
        // What incidents are kept by.
        v1::ListIncidentsRequest redacted = *request;
        redacted.set_target(parts_.redactor->Redact(request->target()));
        return parts_.incidents->List(redacted);
      });
}

grpc::ServerUnaryReactor* IncidentsService::GetIncident(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::GetIncidentRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) -> absl::StatusOr<v1::GetIncidentResponse> {
        absl::StatusOr<v1::Incident> incident =
            parts_.incidents->Get(request->incident_id());
        if (!incident.ok()) return incident.status();
        v1::GetIncidentResponse response;
        *response.mutable_incident() = *std::move(incident);
        return response;
      });
}

grpc::ServerUnaryReactor* IncidentsService::AcknowledgeIncident(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::AcknowledgeIncidentRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request)
          -> absl::StatusOr<v1::AcknowledgeIncidentResponse> {
        if (absl::Status s = CheckLength(
                "acknowledged_by", request->acknowledged_by(), kMaxNameBytes);
            !s.ok()) {
          return s;
        }
        v1::AcknowledgeIncidentRequest redacted = *request;
        redacted.set_acknowledged_by(
            parts_.redactor->Redact(request->acknowledged_by()));
        absl::StatusOr<v1::Incident> incident =
            parts_.incidents->Acknowledge(redacted, parts_.orchestrator->now());
        if (!incident.ok()) return incident.status();
        v1::AcknowledgeIncidentResponse response;
        *response.mutable_incident() = *std::move(incident);
        return response;
      });
}

grpc::ServerUnaryReactor* IncidentsService::ResolveIncident(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::ResolveIncidentRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](
          const auto& request) -> absl::StatusOr<v1::ResolveIncidentResponse> {
        if (absl::Status s = CheckTexts(*request); !s.ok()) return s;
        v1::ResolveIncidentRequest redacted = *request;
        redacted.set_note(parts_.redactor->Redact(request->note()));
        redacted.set_resolved_by(
            parts_.redactor->Redact(request->resolved_by()));
        const absl::Time now = parts_.orchestrator->now();
        absl::StatusOr<v1::ResolveIncidentResponse> response =
            parts_.incidents->Resolve(redacted, now);
        if (response.ok() && parts_.statistics != nullptr) {
          for (int i = 0; i < response->resolved_waiters(); ++i) {
            parts_.statistics->RecordHumanResolution(now);
          }
        }
        return response;
      });
}

grpc::ServerUnaryReactor* IncidentsService::AwaitIncident(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeAwait(parts_, context, in, out);
}

}  // namespace recourse
