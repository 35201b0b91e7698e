// The limits of what callers can make the server hold.

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/server_fixture.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kError[] = "error: {http_status: 503}";

using LimitsTest = ServerTest;

TEST_F(LimitsTest, MetadataIsBounded) {
  Start();
  for (const size_t bytes : {1 << 10, 32 << 10}) {
    grpc::ClientContext context;
    SetDeadline(context);
    context.AddMetadata("note", std::string(bytes, 'x'));
    v1::RecoveryResult result;
    const grpc::Status status = stub_->HandleError(
        &context, Parse<v1::RecoveryContext>(kError), &result);
    EXPECT_EQ(status.ok(), bytes == 1 << 10) << status.error_message();
  }
  Connect();  // gRPC may close the connection that brought too much.
  Handle(kError);
}

TEST_F(LimitsTest, StreamsOfAConnectionAreBounded) {
  Start(Config("limits: {max_concurrent_streams: 2}"));
  grpc::ClientContext calls[2];
  std::unique_ptr<grpc::ClientReader<v1::RecoveryEvent>> watches[2];
  v1::RecoveryEvent event;
  for (int i = 0; i < 2; ++i) {
    SetDeadline(calls[i]);
    watches[i] = stub_->WatchRecoveries(&calls[i], {});
    ASSERT_TRUE(watches[i]->Read(&event));
  }
  // The client keeps the third back until there is room.
  grpc::ClientContext third;
  third.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(1)));
  v1::RecoveryResult result;
  EXPECT_EQ(
      stub_->HandleError(&third, Parse<v1::RecoveryContext>(kError), &result)
          .error_code(),
      grpc::StatusCode::DEADLINE_EXCEEDED);
  for (grpc::ClientContext& call : calls) call.TryCancel();
  Handle(kError);
}

// gRPC's own reflection holds a thread for each open stream.
TEST_F(LimitsTest, ThreadsAreBounded) {
  constexpr char kMethod[] =
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  constexpr int kMany = 40;
  Start(Config("limits: {max_call_threads: 4}"));
  grpc::CompletionQueue queue;
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  grpc::reflection::v1::ServerReflectionRequest list;
  list.set_list_services("*");
  const grpc::Slice bytes(list.SerializeAsString());
  grpc::GenericStub generic(channel_);
  std::vector<std::unique_ptr<grpc::ClientContext>> calls;
  std::vector<std::unique_ptr<grpc::GenericClientAsyncReaderWriter>> streams;
  grpc::Status refused;
  while (refused.ok() && streams.size() < kMany) {
    calls.push_back(std::make_unique<grpc::ClientContext>());
    SetDeadline(*calls.back());
    streams.push_back(generic.PrepareCall(calls.back().get(), kMethod, &queue));
    grpc::GenericClientAsyncReaderWriter& stream = *streams.back();
    stream.StartCall(nullptr);
    ASSERT_TRUE(next());
    stream.Write(grpc::ByteBuffer(&bytes, 1), nullptr);
    next();
    grpc::ByteBuffer answer;
    stream.Read(&answer, nullptr);
    if (next()) continue;
    stream.Finish(&refused, nullptr);
    ASSERT_TRUE(next());
  }
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED)
      << refused.error_message();
  EXPECT_GT(streams.size(), 1u);
  for (const auto& call : calls) call->TryCancel();
  queue.Shutdown();
  while (next()) {
  }
  Handle(kError);  // Our own services need no thread of these.
}

// Regexes of callers are compiled and run on workers.
TEST_F(LimitsTest, CallersRegexesAreBoundedInABatch) {
  Start();
  const auto with = [](int regexes) {
    v1::RecoveryContext context = Parse<v1::RecoveryContext>(
        "{error: {message: odd}, subject_field: code, state: {code: a b}}");
    v1::ErrorCorrectionStep& step =
        *context.add_caller_steps()->mutable_error_correction();
    v1::Rewrite& rewrite = *step.add_rewrites();
    rewrite.set_pattern(" ");
    rewrite.set_replacement("_");
    for (int i = 0; i < regexes; ++i) step.add_must_not_match_after(".{900}");
    return context;
  };
  const v1::RecoveryResult alone =
      Call(*stub_, &OrchestratorStub::HandleError, with(12));
  EXPECT_EQ(alone.error_correction().corrected_text(), "a_b");

  v1::HandleErrorBatch batch;
  for (int i = 0; i < 8; ++i) *batch.add_contexts() = with(12);
  *batch.add_contexts() = Parse<v1::RecoveryContext>(kError);
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->HandleErrorStream(&context);
  ASSERT_TRUE(stream->Write(batch));
  ASSERT_TRUE(stream->WritesDone());
  v1::RecoveryResultBatch answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answer.slots_size(), 9);
  for (int i = 0; i < 8; ++i) {
    const auto& slot = answer.slots(i);
    EXPECT_EQ(slot.has_result(), i < 5) << i;
    if (slot.has_result()) {
      EXPECT_EQ(slot.result().error_correction().corrected_text(), "a_b");
    } else {
      EXPECT_EQ(slot.error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
      EXPECT_EQ(slot.error().reason(), "REGEX_TOO_LARGE");
    }
  }
  EXPECT_TRUE(answer.slots(8).has_result());
}

class CandidatesTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  grpc::Status TryMatch(const std::vector<std::string>& regexes) {
    v1::MatchErrorPatternRequest request;
    *request.mutable_context() = Parse<v1::RecoveryContext>(kError);
    for (size_t i = 0; i < regexes.size(); ++i) {
      v1::ErrorPattern& pattern = *request.add_candidate_patterns();
      pattern.set_pattern_id(absl::StrCat("p", i));
      pattern.set_error_type(v1::ERROR_TYPE_NETWORK);
      pattern.set_recovery_strategy(v1::RECOVERY_STRATEGY_RETRY);
      pattern.set_regex_pattern(regexes[i]);
    }
    grpc::ClientContext context;
    SetDeadline(context);
    v1::MatchErrorPatternResponse response;
    return stub_->MatchErrorPattern(&context, request, &response);
  }
};

TEST_F(CandidatesTest, AHundredOrdinaryOnesAreTaken) {
  std::vector<std::string> regexes;
  for (int i = 0; i < 100; ++i) {
    regexes.push_back(
        absl::StrCat("(?i)error ", i, ": .{1,100} refused by \\S+"));
  }
  const grpc::Status status = TryMatch(regexes);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(CandidatesTest, TheirRegexesShareOneAllowance) {
  // Each is far within the limit of a single pattern.
  const std::string large = ".{900}";
  ASSERT_TRUE(TryMatch({large}).ok()) << TryMatch({large}).error_message();
  const grpc::Status status = TryMatch(std::vector<std::string>(100, large));
  const Refused refused = ReadRefusal(status);
  EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.reason, "REGEX_TOO_LARGE");
  EXPECT_THAT(refused.field, StartsWith("candidate_patterns["));
  EXPECT_THAT(refused.field, HasSubstr("].regex_pattern"));
}

}  // namespace
}  // namespace recourse
