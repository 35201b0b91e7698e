// A real server on a free port, in this process, and stubs that call it.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "recourse/v1/incidents.grpc.pb.h"
#include "recourse/v1/orchestrator.grpc.pb.h"
#include "server/config.h"
#include "server/server.h"
#include "server/wire/yaml.h"

namespace recourse {

// Long enough for a loaded machine; nothing waits for it when all is well.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(30);

class ServerTest : public ::testing::Test {
 protected:
  using OrchestratorStub = v1::ErrorRecoveryOrchestrator::Stub;

  // A configuration in YAML over the defaults of tests.
  static config::v1::ServerConfig Config(const std::string& yaml = "") {
    config::v1::ServerConfig config;
    EXPECT_EQ(ParseYaml("config", yaml, config), absl::OkStatus());
    if (config.listen().empty()) config.set_listen("127.0.0.1:0");
    if (config.store().empty()) config.set_store("memory:");
    config.set_log_level("error");
    EXPECT_EQ(FinishConfig(config), absl::OkStatus());
    return config;
  }

  // `clock`: as Server::Start takes it.
  void Start(const config::v1::ServerConfig& config = Config(),
             std::function<absl::Time()> clock = nullptr) {
    absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start(config, std::move(clock));
    ASSERT_EQ(server.status(), absl::OkStatus());
    server_ = *std::move(server);
    Connect();
  }

  // A connection of its own for the calls that follow.
  void Connect() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxSendMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(
        server_->address(), grpc::InsecureChannelCredentials(), arguments);
    stub_ = v1::ErrorRecoveryOrchestrator::NewStub(channel_);
    incidents_ = v1::Incidents::NewStub(channel_);
  }

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
  }

  // A message given as YAML.
  template <typename Message>
  static Message Parse(const std::string& yaml) {
    Message message;
    EXPECT_EQ(ParseYaml("message", yaml, message), absl::OkStatus());
    return message;
  }

  // Calls a method of the stub; the answer must be OK.
  template <typename Request, typename Response, typename Stub>
  static Response Call(Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                    const Request&, Response*),
                       const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  v1::RecoveryResult Handle(const std::string& yaml,
                            const std::string& token = "") {
    auto request = Parse<v1::RecoveryContext>(yaml);
    request.set_recovery_token(token);
    return Call(*stub_, &OrchestratorStub::HandleError, request);
  }

  v1::AddErrorPatternResponse Add(const std::string& pattern_yaml) {
    v1::AddErrorPatternRequest request;
    *request.mutable_pattern() = Parse<v1::ErrorPattern>(pattern_yaml);
    return Call(*stub_, &OrchestratorStub::AddErrorPattern, request);
  }

  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<OrchestratorStub> stub_;
  std::unique_ptr<v1::Incidents::Stub> incidents_;
};

}  // namespace recourse
