#include "server/rpc/await_call.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "server/rpc/byte_buffer.h"
#include "server/rpc/status.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

// The answer leaves this long before the call's own deadline.
constexpr absl::Duration kDeadlineMargin = absl::Milliseconds(200);

// Until when to wait: the shortest of what the request asks for, the limit and
// the call's deadline, which gRPC tells by the wall clock.
absl::StatusOr<absl::Time> WaitUntil(const v1::AwaitIncidentRequest& request,
                                     grpc::CallbackServerContext& context,
                                     absl::Time now) {
  absl::Duration timeout = kDefaultAwait;
  if (request.has_timeout()) {
    timeout = FromMessage(request.timeout());
    if (timeout < absl::ZeroDuration() || timeout > kMaxAwait) {
      return InvalidField("timeout", "must be 0 to 10 minutes");
    }
  }
  const absl::Duration left =
      absl::FromChrono(context.deadline()) - absl::Now() - kDeadlineMargin;
  return now + std::min(timeout, std::max(left, absl::ZeroDuration()));
}

// Opens the token and checks that it is one that waits for this incident.
absl::StatusOr<Progress> OpenWaitingToken(
    const ServiceParts& parts, const v1::AwaitIncidentRequest& request,
    absl::Time now) {
  absl::StatusOr<Progress> progress =
      parts.orchestrator->OpenToken(request.recovery_token());
  if (!progress.ok()) return progress.status();
  if (progress->incident_id.empty() ||
      progress->incident_id != request.incident_id()) {
    return Refusal(absl::StatusCode::kFailedPrecondition, reason::kNotWaiting,
                   "the token's recovery does not wait for this incident",
                   {{"incident_id", request.incident_id()}});
  }
  // What is waited from here on does not count against max_elapsed.
  progress->waited +=
      std::max(now - progress->issue_time, absl::ZeroDuration());
  progress->issue_time = now;
  return progress;
}

class AwaitCall : public grpc::ServerUnaryReactor {
 public:
  AwaitCall(const ServiceParts& parts, grpc::CallbackServerContext* context,
            const grpc::ByteBuffer* in, grpc::ByteBuffer* out)
      : parts_(parts), out_(out) {
    Begin(*context, *in);
  }

  void OnCancel() override { End(absl::CancelledError("cancelled")); }

  void OnDone() override {
    if (call_id_ != 0) parts_.open_calls->Remove(call_id_);
    std::unique_ptr<IncidentDesk::Wait> wait;
    {
      absl::MutexLock lock(&mu_);
      wait = std::move(wait_);
    }
    wait.reset();  // Without the lock: it waits for a running Resolved.
    delete this;
  }

 private:
  void Begin(grpc::CallbackServerContext& context, const grpc::ByteBuffer& in) {
    v1::AwaitIncidentRequest request;
    if (absl::Status parsed = ParseBuffer(in, request); !parsed.ok()) {
      return End(parsed);
    }
    started_ = parts_.orchestrator->now();
    absl::StatusOr<Progress> progress =
        OpenWaitingToken(parts_, request, started_);
    if (!progress.ok()) return End(progress.status());
    progress_ = *std::move(progress);
    const absl::StatusOr<absl::Time> until =
        WaitUntil(request, context, started_);
    if (!until.ok()) return End(until.status());
    call_id_ = parts_.open_calls->Add([this] { End(DrainingStatus()); });
    if (call_id_ == 0) return End(DrainingStatus());
    {
      // The caller sees that its wait is known here.
      absl::MutexLock lock(&mu_);
      if (!status_.has_value()) StartSendInitialMetadata();
    }
    std::unique_ptr<IncidentDesk::Wait> wait = parts_.incidents->Await(
        request.incident_id(), progress_.recovery_id, *until,
        [this](absl::StatusOr<std::optional<v1::Resolution>> resolution) {
          Resolved(std::move(resolution));
        });
    absl::MutexLock lock(&mu_);
    wait_ = std::move(wait);
  }

  void Resolved(absl::StatusOr<std::optional<v1::Resolution>> resolution) {
    if (!resolution.ok()) return End(resolution.status());
    v1::AwaitIncidentResponse response;
    if (resolution->has_value()) {
      *response.mutable_resolution() = **std::move(resolution);
    }
    const absl::Time now = parts_.orchestrator->now();
    Progress progress = progress_;
    progress.waited += std::max(now - started_, absl::ZeroDuration());
    progress.issue_time = now;
    response.set_recovery_token(parts_.tokens->Seal(progress));
    absl::MutexLock lock(&mu_);
    if (status_.has_value()) return;
    *out_ = SerializeToBuffer(response);
    status_ = absl::OkStatus();
    Finish(grpc::Status::OK);
  }

  // gRPC keeps a Finish from inside the constructor until that has returned.
  void End(const absl::Status& status) {
    absl::MutexLock lock(&mu_);
    if (status_.has_value()) return;
    status_ = status;
    Finish(ToGrpcStatus(status));
  }

  const ServiceParts& parts_;
  grpc::ByteBuffer* const out_;
  absl::Time started_;
  Progress progress_;
  uint64_t call_id_ = 0;

  absl::Mutex mu_;
  std::unique_ptr<IncidentDesk::Wait> wait_ ABSL_GUARDED_BY(mu_);
  std::optional<absl::Status> status_ ABSL_GUARDED_BY(mu_);  // Once finished.
};

}  // namespace

grpc::ServerUnaryReactor* ServeAwait(const ServiceParts& parts,
                                     grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* in,
                                     grpc::ByteBuffer* out) {
  return new AwaitCall(parts, context, in, out);
}

}  // namespace recourse
