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

ScriptedServer::ScriptedServer() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(&orchestrator);
  builder.RegisterService(&incidents);
  server_ = builder.BuildAndStart();
}

ScriptedServer::~ScriptedServer() { Stop(); }

void ScriptedServer::Stop() {
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
