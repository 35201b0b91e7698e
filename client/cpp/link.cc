#include "client/cpp/link.h"

#include <utility>

#include "client/cpp/durations.h"
#include "client/cpp/status_details.h"
#include "client/cpp/unary_call.h"

namespace recourse {
namespace {

absl::Duration TimeoutOf(const v1::AwaitIncidentRequest& request) {
  return FromProto(request.timeout()) + GrpcLink::kPollGrace;
}

template <typename Request, typename Response>
struct CallInFlight {
  grpc::ClientContext context;
  Request request;
  Response response;
};

}  // namespace

GrpcLink::GrpcLink(const std::shared_ptr<grpc::Channel>& channel,
                   Background& background)
    : background_(background),
      orchestrator_(v1::ErrorRecoveryOrchestrator::NewStub(channel)),
      incidents_(v1::Incidents::NewStub(channel)) {}

GrpcLink::~GrpcLink() {
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(
      +[](int* in_flight) { return *in_flight == 0; }, &in_flight_));
}

Link::Answer GrpcLink::Ask(const v1::RecoveryContext& question,
                           absl::Duration timeout,
                           const std::stop_token& stop) {
  return CallUnary(*orchestrator_,
                   &v1::ErrorRecoveryOrchestrator::StubInterface::HandleError,
                   question, timeout, stop);
}

Link::Polled GrpcLink::Poll(const v1::AwaitIncidentRequest& request,
                            const std::stop_token& stop) {
  return CallUnary(*incidents_, &v1::Incidents::StubInterface::AwaitIncident,
                   request, TimeoutOf(request), stop);
}

template <typename Request, typename Response>
Link::Cancel GrpcLink::StartCall(
    const Request& request, absl::Duration timeout,
    std::function<void(grpc::ClientContext*, const Request*, Response*,
                       std::function<void(grpc::Status)>)>
        start,
    std::function<void(absl::StatusOr<Response>)> done) {
  const auto call = std::make_shared<CallInFlight<Request, Response>>();
  call->request = request;
  SetDeadline(timeout, call->context);
  {
    absl::MutexLock lock(&mu_);
    ++in_flight_;
  }
  start(&call->context, &call->request, &call->response,
        [this, call, done = std::move(done)](const grpc::Status& status) {
          if (status.ok()) {
            done(std::move(call->response));
          } else {
            done(FromGrpcStatus(status));
          }
          absl::MutexLock lock(&mu_);
          --in_flight_;
        });
  return [call] { call->context.TryCancel(); };
}

Link::Cancel GrpcLink::AskAsync(const v1::RecoveryContext& question,
                                absl::Duration timeout,
                                std::function<void(Answer)> done) {
  return StartCall<v1::RecoveryContext, v1::RecoveryResult>(
      question, timeout,
      [this](auto* context, auto* request, auto* response, auto on_done) {
        orchestrator_->async()->HandleError(context, request, response,
                                            std::move(on_done));
      },
      std::move(done));
}

Link::Cancel GrpcLink::PollAsync(const v1::AwaitIncidentRequest& request,
                                 std::function<void(Polled)> done) {
  return StartCall<v1::AwaitIncidentRequest, v1::AwaitIncidentResponse>(
      request, TimeoutOf(request),
      [this](auto* context, auto* message, auto* response, auto on_done) {
        incidents_->async()->AwaitIncident(context, message, response,
                                           std::move(on_done));
      },
      std::move(done));
}

void GrpcLink::Report(const v1::RecoveryOutcome& outcome) {
  background_.Report(outcome);
}

void GrpcLink::Start(bool listen) { background_.Start(listen); }

}  // namespace recourse
