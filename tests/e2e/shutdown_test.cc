// SIGTERM ends what would stay open for ever, and a second signal everything.

#include <cstdlib>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {
namespace {

namespace health = grpc::health::v1;
namespace reflection = grpc::reflection::v1;

// Far longer than any test waits: what ends before it was not left to it.
constexpr char kLongDrain[] = "limits: {drain_timeout: 10m}\n";

// A C++ channel without a call under way looks at its connection only every 5 s
// and answers the server's farewell then; here it never does. Set before gRPC
// reads it.
const int kNoBackupPolls =
    setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "0", 1);

// Streams and a long poll that would stay open for ever.
class OpenCallsTest : public ServerProcessTest {
 protected:
  void OpenAll() {
    dir_.Write("config.yaml", kLongDrain);
    StartProcess({"--config", "config.yaml"});
    for (auto* call : {&watch_call_, &stream_call_, &await_call_}) {
      SetDeadline(*call);
    }
    watch_ = stub_->WatchRecoveries(&watch_call_, {});
    v1::RecoveryEvent event;
    ASSERT_TRUE(watch_->Read(&event));
    stream_ = stub_->HandleErrorStream(&stream_call_);
    v1::HandleErrorBatch batch;
    *batch.add_contexts() =
        Parse<v1::RecoveryContext>("error: {http_status: 503}");
    ASSERT_TRUE(stream_->Write(batch));
    v1::RecoveryResultBatch answer;
    ASSERT_TRUE(stream_->Read(&answer));
    Await();
  }

  void Await() {
    Add("{pattern_id: w, error_type: CONTRACT, regex_pattern: contract broken, "
        "steps: [{escalation: {pause_workflow: true}}]}");
    const v1::RecoveryResult waiting = Handle(
        "{error: {message: contract broken}, "
        "capabilities: {await_human: true}}");
    ASSERT_EQ(waiting.disposition(), v1::DISPOSITION_WAIT_FOR_HUMAN);
    v1::AwaitIncidentRequest request;
    request.set_incident_id(waiting.escalation().incident_id());
    request.set_recovery_token(waiting.recovery_token());
    request.mutable_timeout()->set_seconds(600);
    await_ = incidents_->AsyncAwaitIncident(&await_call_, request, &queue_);
    // These come when the server knows of the wait.
    await_->ReadInitialMetadata(nullptr);
    ASSERT_NO_FATAL_FAILURE(Next());
    await_->Finish(&response_, &await_status_, nullptr);
  }

  void Next() {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue_.Next(&tag, &ok) && ok);
  }

  void ExpectAllRefusedAsDraining() {
    v1::RecoveryEvent event;
    while (watch_->Read(&event)) {
    }
    v1::RecoveryResultBatch answer;
    EXPECT_FALSE(stream_->Read(&answer));
    ASSERT_NO_FATAL_FAILURE(Next());
    const Refused draining = {.code = grpc::StatusCode::UNAVAILABLE,
                              .reason = "DRAINING",
                              .field = ""};
    EXPECT_EQ(ReadRefusal(watch_->Finish()), draining);
    EXPECT_EQ(ReadRefusal(stream_->Finish()), draining);
    EXPECT_EQ(ReadRefusal(await_status_), draining);
  }

  void TearDown() override {
    process_.reset();
    queue_.Shutdown();
  }

  grpc::ClientContext watch_call_, stream_call_, await_call_;
  std::unique_ptr<grpc::ClientReader<v1::RecoveryEvent>> watch_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::HandleErrorBatch, v1::RecoveryResultBatch>>
      stream_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::AwaitIncidentResponse>>
      await_;
  v1::AwaitIncidentResponse response_;
  grpc::Status await_status_;
};

TEST_F(OpenCallsTest, SigtermEndsThemAndTheProgramEndsCleanly) {
  ASSERT_NO_FATAL_FAILURE(OpenAll());
  process_->Signal(SIGTERM);
  ExpectAllRefusedAsDraining();
  EXPECT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
}

TEST_F(OpenCallsTest, SigintDoesTheSame) {
  ASSERT_NO_FATAL_FAILURE(OpenAll());
  process_->Signal(SIGINT);
  ExpectAllRefusedAsDraining();
  EXPECT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
}

TEST_F(OpenCallsTest, ASecondSignalEndsItAtOnce) {
  ASSERT_NO_FATAL_FAILURE(OpenAll());
  // A stream whose answer nobody reads holds the drain up: it is longer than
  // the connection's window.
  grpc::ClientContext call;
  const auto held = stub_->HandleErrorStream(&call);
  v1::HandleErrorBatch batch;
  for (int i = 0; i < 256; ++i) {
    batch.add_contexts()->mutable_error()->set_message(std::string(4000, 'x'));
  }
  ASSERT_TRUE(held->Write(batch));
  process_->Signal(SIGTERM);
  ExpectAllRefusedAsDraining();
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), (Ending{.code = 130, .signal = 0}));
}

class HealthWatchTest : public ServerProcessTest {
 protected:
  void StartAndWatch(const std::string& config) {
    dir_.Write("config.yaml", config);
    StartProcess({"--config", "config.yaml"});
    SetDeadline(call_);
    watch_ = health::Health::NewStub(channel_)->Watch(&call_, {});
    health::HealthCheckResponse answer;
    ASSERT_TRUE(watch_->Read(&answer));
    ASSERT_EQ(answer.status(), health::HealthCheckResponse::SERVING);
  }

  void TearDown() override { process_.reset(); }

  grpc::ClientContext call_;
  std::unique_ptr<grpc::ClientReader<health::HealthCheckResponse>> watch_;
};

TEST_F(HealthWatchTest, IsToldAndEndsAtOnce) {
  ASSERT_NO_FATAL_FAILURE(StartAndWatch(kLongDrain));
  process_->Signal(SIGTERM);
  health::HealthCheckResponse answer;
  ASSERT_TRUE(watch_->Read(&answer));
  EXPECT_EQ(answer.status(), health::HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch_->Read(&answer));
  EXPECT_EQ(
      ReadRefusal(watch_->Finish()),
      (Refused{.code = grpc::StatusCode::UNAVAILABLE, .reason = "DRAINING"}));
  EXPECT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
}

// gRPC's own reflection knows nothing of the drain.
TEST_F(ServerProcessTest, AReflectionStreamDoesNotHoldItUp) {
  dir_.Write("config.yaml", kLongDrain);
  StartProcess({"--config", "config.yaml"});
  grpc::ClientContext call;
  SetDeadline(call);
  const auto held =
      reflection::ServerReflection::NewStub(channel_)->ServerReflectionInfo(
          &call);
  reflection::ServerReflectionRequest list;
  list.set_list_services("*");
  reflection::ServerReflectionResponse services;
  ASSERT_TRUE(held->Write(list));
  ASSERT_TRUE(held->Read(&services));
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
}

TEST_F(ServerProcessTest, AnIdleChannelDoesNotHoldItUp) {
  ASSERT_EQ(kNoBackupPolls, 0);
  dir_.Write("config.yaml", kLongDrain);
  StartProcess({"--config", "config.yaml"});
  Handle("error: {http_status: 503}");
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->Wait(), kCleanEnd) << process_->StderrText();
}

}  // namespace
}  // namespace recourse
