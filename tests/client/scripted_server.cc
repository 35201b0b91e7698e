#include "tests/client/scripted_server.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"

namespace recourse {

grpc::Status RefusalStatus(grpc::StatusCode code, const std::string& message,
                           const std::string& reason,
                           const std::string& field) {
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("recourse");
  details.add_details()->PackFrom(info);
  if (!field.empty()) {
    google::rpc::BadRequest bad;
    bad.add_field_violations()->set_field(field);
    details.add_details()->PackFrom(bad);
  }
  return grpc::Status(code, message, details.SerializeAsString());
}

grpc::Status ScriptedOrchestrator::WatchRecoveries(
    grpc::ServerContext* context, const v1::WatchRecoveriesRequest* request,
    grpc::ServerWriter<v1::RecoveryEvent>* writer) {
  v1::RecoveryEvent ignored;
  WatchRecoveries_.Call(*request, ignored);
  for (const v1::RecoveryEvent& event : events) writer->Write(event);
  // Nothing signals a synchronous handler: it has to look.
  while (!end_watch && !context->IsCancelled()) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  return grpc::Status::OK;
}

grpc::Status ScriptedOrchestrator::HandleErrorStream(
    grpc::ServerContext*,
    grpc::ServerReaderWriter<v1::RecoveryResultBatch, v1::HandleErrorBatch>*
        stream) {
  v1::HandleErrorBatch batch;
  while (stream->Read(&batch)) {
    v1::RecoveryResultBatch answer;
    answer.set_batch_id(batch.batch_id());
    for (int i = 0; i < batch.contexts_size(); ++i) {
      answer.add_slots()->mutable_result()->set_disposition(
          v1::DISPOSITION_GIVE_UP);
    }
    stream->Write(answer);
  }
  return grpc::Status::OK;
}

void ScriptedCircuits::Tell(const v1::Circuit& circuit) {
  absl::MutexLock lock(&mu_);
  told_.push_back(circuit);
}

void ScriptedCircuits::End() {
  absl::MutexLock lock(&mu_);
  ended_ = true;
}

grpc::Status ScriptedCircuits::WatchCircuits(
    grpc::ServerContext* context, const v1::WatchCircuitsRequest*,
    grpc::ServerWriter<v1::WatchCircuitsResponse>* writer) {
  if (!is_kept) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "none");
  v1::WatchCircuitsResponse message;
  for (const v1::Circuit& circuit : circuits) {
    *message.mutable_circuit() = circuit;
    writer->Write(message);
  }
  message.Clear();
  message.set_synced(true);
  writer->Write(message);
  message.Clear();
  // A synchronous handler is not told that its client is gone: it has to look.
  for (size_t next = 0; !context->IsCancelled();) {
    absl::MutexLock lock(&mu_);
    for (; next < told_.size(); ++next) {
      *message.mutable_circuit() = told_[next];
      writer->Write(message);
    }
    if (ended_) break;
    const auto news = [&]() ABSL_SHARED_LOCKS_REQUIRED(mu_) {
      return ended_ || next < told_.size();
    };
    mu_.AwaitWithTimeout(absl::Condition(&news), absl::Milliseconds(5));
  }
  return grpc::Status::OK;
}

ScriptedServer::ScriptedServer() {
  breakers.ReportCalls_.Always(
      [this](const v1::ReportCallsRequest&, v1::ReportCallsResponse& response) {
        response.set_recorded(true);
        return breakers.is_kept
                   ? grpc::Status::OK
                   : grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "none");
      });
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(&orchestrator);
  builder.RegisterService(&incidents);
  builder.RegisterService(&breakers);
  builder.RegisterService(&policies);
  server_ = builder.BuildAndStart();
}

ScriptedServer::~ScriptedServer() { Stop(); }

void ScriptedServer::Stop() {
  breakers.End();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  server_->Wait();
}

std::string ScriptedServer::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

std::unique_ptr<Client> ScriptedServer::Connect(
    const ClientOptions& options) const {
  auto client = Client::Create(address(), options);
  GOOGLE_CHECK(client.ok()) << client.status().ToString();
  return *std::move(client);
}

void ScriptedServer::SetServing(const std::string& service, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(service, serving);
}

}  // namespace recourse
