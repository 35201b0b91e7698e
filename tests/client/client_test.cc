#include "client/cpp/client.h"

#include "absl/synchronization/notification.h"
#include "client/cpp/status_details.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {
namespace {

TEST(Client, RefusesBadOptions) {
  ClientOptions none, no_ask, no_send, short_ping, small, half_certificate,
      no_file;
  none.timeout = absl::ZeroDuration();
  no_ask.ask_timeout = absl::ZeroDuration();
  no_send.send_timeout = absl::ZeroDuration();
  short_ping.keepalive = absl::Seconds(9);
  small.max_message_bytes = 10;
  half_certificate.tls = {.enabled = true, .cert_file = "cert.pem"};
  no_file.tls = {.enabled = true, .ca_file = "/does/not/exist.pem"};
  const struct {
    const ClientOptions& options;
    absl::StatusCode code;
  } kCases[] = {
      {none, absl::StatusCode::kInvalidArgument},
      {no_ask, absl::StatusCode::kInvalidArgument},
      {no_send, absl::StatusCode::kInvalidArgument},
      {short_ping, absl::StatusCode::kInvalidArgument},
      {small, absl::StatusCode::kInvalidArgument},
      {half_certificate, absl::StatusCode::kInvalidArgument},
      {no_file, absl::StatusCode::kNotFound},
      {ClientOptions(), absl::StatusCode::kOk},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Client::Create("127.0.0.1:1", test.options).status().code(),
              test.code);
  }
}

TEST(Client, NamesOfTheCallerHaveALimit) {
  ClientOptions fits, long_service, long_instance;
  fits.caller = fits.caller_instance = std::string(128, 'a');
  long_service.caller = std::string(129, 'a');
  long_instance.caller_instance = std::string(129, 'a');
  const struct {
    const ClientOptions& options;
    absl::Status status;
  } kCases[] = {
      {fits, absl::OkStatus()},
      {long_service, absl::InvalidArgumentError(
                         "caller must be at most 128 bytes, and is 129")},
      {long_instance,
       absl::InvalidArgumentError(
           "caller_instance must be at most 128 bytes, and is 129")},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Client::Create("127.0.0.1:1", test.options).status(),
              test.status);
    const auto channel =
        grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials());
    EXPECT_EQ(Client::FromChannel(channel, test.options).status(), test.status);
  }
}

TEST(Client, ChannelMadeElsewhereIsUsed) {
  ScriptedServer server;
  server.orchestrator.HandleError_.Answer("decision_id: 'd1'");
  const auto client = Client::FromChannel(grpc::CreateChannel(
      server.address(), grpc::InsecureChannelCredentials()));
  EXPECT_EQ((*client)->HandleError({})->decision_id(), "d1");
}

TEST(Client, AnswerComesBack) {
  ScriptedServer server;
  server.orchestrator.HandleError_.Answer("decision_id: 'd1'");
  EXPECT_EQ(server.Connect()->HandleError({})->decision_id(), "d1");
}

TEST(Client, RefusalCarriesReasonAndField) {
  ScriptedServer server;
  server.orchestrator.GetDecision_.Fail(
      RefusalStatus(grpc::StatusCode::INVALID_ARGUMENT, "must not be empty",
                    "INVALID_FIELD", "decision_id"));
  const absl::Status status = server.Connect()->GetDecision({}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "must not be empty");
  EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
  EXPECT_EQ(ErrorField(status), "decision_id");
  EXPECT_FALSE(IsUnreachable(status));
}

TEST(Client, AbsentServerIsUnreachable) {
  ScriptedServer server;
  const auto client = server.Connect();
  server.Stop();
  const absl::Status status = client->HandleError({}).status();
  EXPECT_TRUE(IsUnreachable(status)) << status;
  EXPECT_EQ(ErrorReason(status), "");
}

TEST(Client, UnavailableWithAReasonIsAnAnswer) {
  ScriptedServer server;
  server.orchestrator.HandleError_.Fail(
      RefusalStatus(grpc::StatusCode::UNAVAILABLE, "draining", "DRAINING"));
  EXPECT_FALSE(IsUnreachable(server.Connect()->HandleError({}).status()));
}

TEST(Client, DeadlineOfTheCallHolds) {
  absl::Notification release;
  ScriptedServer server;
  server.orchestrator.HandleError_.Do([&](const auto&, auto&) {
    release.WaitForNotification();
    return grpc::Status::OK;
  });
  CallOptions call;
  call.timeout = absl::Milliseconds(10);
  EXPECT_EQ(server.Connect()->HandleError({}, call).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  release.Notify();
}

TEST(Client, StopCancelsACall) {
  std::stop_source source;
  absl::Notification release;
  ScriptedServer server;
  server.orchestrator.HandleError_.Do([&](const auto&, auto&) {
    source.request_stop();
    release.WaitForNotification();
    return grpc::Status::OK;
  });
  CallOptions call;
  call.timeout = absl::Hours(1);
  call.stop = source.get_token();
  EXPECT_EQ(server.Connect()->HandleError({}, call).status().code(),
            absl::StatusCode::kCancelled);
  release.Notify();
}

TEST(Client, WatchEndsWhenTheCallbackHasEnough) {
  ScriptedServer server;
  for (int i = 1; i <= 3; ++i) {
    server.orchestrator.events.emplace_back().set_missed(i);
  }
  std::vector<int64_t> seen;
  const absl::Status status = server.Connect()->WatchRecoveries(
      FromText<v1::WatchRecoveriesRequest>("target: 'x'"),
      [&](const v1::RecoveryEvent& event) {
        seen.push_back(event.missed());
        return seen.size() < 2;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(seen, testing::ElementsAre(1, 2));
  EXPECT_EQ(server.orchestrator.WatchRecoveries_.requests()[0].target(), "x");
}

TEST(Client, StopEndsAWatch) {
  ScriptedServer server;
  server.orchestrator.events.emplace_back();
  std::stop_source source;
  CallOptions call;
  call.stop = source.get_token();
  const absl::Status status = server.Connect()->WatchRecoveries(
      {},
      [&](const v1::RecoveryEvent&) {
        source.request_stop();
        return true;
      },
      call);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

TEST(Client, StreamAnswersBatchesInOrder) {
  ScriptedServer server;
  const auto client = server.Connect();
  const auto stream = client->HandleErrorStream();
  for (const char* id : {"a", "b"}) {
    v1::HandleErrorBatch batch;
    batch.set_batch_id(id);
    batch.add_contexts();
    ASSERT_TRUE(stream->Send(batch));
  }
  ASSERT_TRUE(stream->DoneSending());
  v1::RecoveryResultBatch answer;
  for (const char* id : {"a", "b"}) {
    ASSERT_TRUE(stream->Receive(answer));
    EXPECT_EQ(answer.batch_id(), id);
    EXPECT_EQ(answer.slots_size(), 1);
  }
  EXPECT_FALSE(stream->Receive(answer));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(Client, AbandonedStreamIsCancelled) {
  ScriptedServer server;
  const auto client = server.Connect();
  v1::HandleErrorBatch batch;
  EXPECT_TRUE(client->HandleErrorStream()->Send(batch));
  server.Stop();  // Returns at once only when no stream is left open.
}

TEST(Client, HealthOfTheWholeAndOfUnknownServices) {
  ScriptedServer server;
  server.SetServing("store", false);
  const auto client = server.Connect();
  using grpc::health::v1::HealthCheckResponse;
  EXPECT_EQ(client->CheckHealth("")->status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(client->CheckHealth("store")->status(),
            HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(client->CheckHealth("nobody").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace recourse
