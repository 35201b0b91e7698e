// Bad input gets a clear error that names the field; the server stays up.

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>

#include <cmath>
#include <limits>

#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/server_fixture.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

class BadInputTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  void TearDown() override {
    if (server_ == nullptr) return;
    // Whatever the test sent, the next caller is served.
    EXPECT_EQ(Handle("error: {http_status: 503}").strategy_used(),
              v1::RECOVERY_STRATEGY_RETRY);
  }

  template <typename Request, typename Response>
  grpc::Status TryCall(grpc::Status (OrchestratorStub::*method)(
                           grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    return ((*stub_).*method)(&context, request, &response);
  }

  grpc::Status TryHandle(const v1::RecoveryContext& context) {
    return TryCall(&OrchestratorStub::HandleError, context);
  }

  grpc::Status TryAdd(const std::string& pattern_yaml) {
    v1::AddErrorPatternRequest request;
    *request.mutable_pattern() = Parse<v1::ErrorPattern>(pattern_yaml);
    return TryCall(&OrchestratorStub::AddErrorPattern, request);
  }

  // Sends bytes that no stub would.
  grpc::Status TryBytes(const std::string& method, const std::string& bytes) {
    grpc::GenericStub generic(channel_);
    grpc::ClientContext context;
    SetDeadline(context);
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    const auto call = generic.PrepareUnaryCall(
        &context, "/recourse.v1.ErrorRecoveryOrchestrator/" + method, request,
        &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    queue.Shutdown();
    return status;
  }
};

TEST_F(BadInputTest, ContextsAreRefusedByField) {
  struct Row {
    const char* name;
    std::function<void(v1::RecoveryContext&)> spoil;
    Refused refused;
  };
  const auto invalid = [](const char* field) {
    return Refused{grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", field};
  };
  const Row rows[] = {
      {"wholly empty",
       [](auto& c) { c.clear_error(); },
       {grpc::StatusCode::INVALID_ARGUMENT, "EMPTY_ERROR", "error"}},
      {"negative time",
       [](auto& c) { c.mutable_time_remaining()->set_seconds(-1); },
       invalid("time_remaining")},
      {"nanoseconds out of range",
       [](auto& c) {
         c.mutable_expected_call_time()->set_nanos(2'000'000'000);
       },
       invalid("expected_call_time")},
      {"status out of range",
       [](auto& c) { c.mutable_error()->set_http_status(42); },
       invalid("error.http_status")},
      {"no such gRPC code",
       [](auto& c) { c.mutable_error()->set_grpc_code("NOPE"); },
       invalid("error.grpc_code")},
      {"bad namespace", [](auto& c) { c.set_namespace_("Not OK"); },
       invalid("namespace")},
      {"not a token",
       [](auto& c) { c.set_recovery_token("!!"); },
       {grpc::StatusCode::INVALID_ARGUMENT, "TOKEN_MALFORMED",
        "recovery_token"}},
      {"a caller's step with a NaN",
       [](auto& c) {
         c.add_caller_steps()->mutable_retry()->set_factor(std::nan(""));
       },
       invalid("caller_steps[0].retry.factor")},
      {"a caller's step that is none", [](auto& c) { c.add_caller_steps(); },
       invalid("caller_steps[0]")},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    auto context = Parse<v1::RecoveryContext>("error: {message: x}");
    row.spoil(context);
    EXPECT_EQ(ReadRefusal(TryHandle(context)), row.refused);
  }
}

// Streams and lists that are asked for by what cannot be.
TEST_F(BadInputTest, FiltersAreRefusedByField) {
  const auto watch = [this](auto spoil) {
    v1::WatchRecoveriesRequest request;
    spoil(request);
    grpc::ClientContext context;
    SetDeadline(context);
    const auto reader = stub_->WatchRecoveries(&context, request);
    v1::RecoveryEvent event;
    if (reader->Read(&event)) context.TryCancel();
    return reader->Finish();
  };
  const auto watch_circuits = [this](auto spoil) {
    v1::WatchCircuitsRequest request;
    spoil(request);
    grpc::ClientContext context;
    SetDeadline(context);
    const auto stub = v1::CircuitBreakers::NewStub(channel_);
    const auto reader = stub->WatchCircuits(&context, request);
    v1::WatchCircuitsResponse told;
    if (reader->Read(&told)) context.TryCancel();
    return reader->Finish();
  };
  const auto list = [this](auto spoil) {
    v1::ListIncidentsRequest request;
    spoil(request);
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListIncidentsResponse page;
    return incidents_->ListIncidents(&context, request, &page);
  };
  const std::string longest(256, 'x');
  const auto none = static_cast<v1::RecoveryEvent::Kind>(99);
  const auto no_state = static_cast<v1::IncidentState>(99);
  struct Row {
    grpc::Status status;
    const char* field;  // Empty: it is served.
  };
  const Row rows[] = {
      {watch([&](auto& r) { r.add_kinds(none); }), "kinds"},
      {watch([](auto& r) { r.add_kinds(v1::RecoveryEvent::KIND_UNSPECIFIED); }),
       "kinds"},
      {watch([](auto& r) { r.set_namespace_("Not OK"); }), "namespace"},
      {watch([&](auto& r) { r.set_target(longest + "x"); }), "target"},
      {watch([&](auto& r) { r.set_workflow_id(longest + "x"); }),
       "workflow_id"},
      {watch([&](auto& r) { r.set_pattern_id(longest); }), "pattern_id"},
      {watch([&](auto& r) { r.set_target(longest); }), ""},
      {watch_circuits([](auto& r) { r.set_namespace_("Not OK"); }),
       "namespace"},
      {watch_circuits([&](auto& r) { r.add_targets(longest + "x"); }),
       "targets[0]"},
      {watch_circuits([](auto& r) { r.add_targets(""); }), "targets[0]"},
      {watch_circuits(
           [&](auto& r) { r.mutable_caller()->set_service(longest); }),
       "caller.service"},
      {watch_circuits(
           [&](auto& r) { r.mutable_caller()->set_instance(longest); }),
       "caller.instance"},
      {watch_circuits([&](auto& r) { r.add_targets(longest); }), ""},
      {list([&](auto& r) { r.add_states(no_state); }), "states"},
      {list([](auto& r) { r.add_states(v1::INCIDENT_STATE_UNSPECIFIED); }),
       "states"},
      {list([](auto& r) { r.set_namespace_("Not OK"); }), "namespace"},
      {list([&](auto& r) { r.set_target(longest + "x"); }), "target"},
      {list([&](auto& r) { r.set_target(longest); }), ""},
  };
  for (size_t i = 0; i < std::size(rows); ++i) {
    SCOPED_TRACE(i);
    const Refused refused = ReadRefusal(rows[i].status);
    EXPECT_EQ(refused.field, rows[i].field);
    if (*rows[i].field == '\0') continue;
    EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
  }
}

// Clients take 8 KiB of metadata; beyond that they would learn nothing.
TEST_F(BadInputTest, ARefusalOfLongInputArrives) {
  const std::string letters(4000, 'x');
  v1::AddErrorPatternRequest add;
  *add.mutable_pattern() =
      Parse<v1::ErrorPattern>("{pattern_id: p, error_type: NETWORK}");
  add.mutable_pattern()->set_regex_pattern("(" + letters);
  const grpc::Status status = TryCall(&OrchestratorStub::AddErrorPattern, add);
  EXPECT_EQ(ReadRefusal(status),
            (Refused{grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REGEX",
                     "pattern.regex_pattern"}));
  EXPECT_THAT(status.error_message(), HasSubstr("at offset 0: missing ): (xx"));

  // What is not ASCII takes three times its bytes in gRPC's message.
  std::string id;
  while (id.size() < 3000) id += "é";
  v1::GetDecisionRequest decision;
  decision.set_decision_id(id);
  EXPECT_EQ(ReadRefusal(TryCall(&OrchestratorStub::GetDecision, decision)),
            (Refused{grpc::StatusCode::NOT_FOUND, "DECISION_NOT_FOUND"}));
  v1::GetErrorPatternRequest pattern;
  pattern.set_pattern_id(id);
  EXPECT_EQ(ReadRefusal(TryCall(&OrchestratorStub::GetErrorPattern, pattern)),
            (Refused{grpc::StatusCode::NOT_FOUND, "PATTERN_NOT_FOUND"}));
  v1::GetIncidentRequest incident;
  incident.set_incident_id(id);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetIncidentResponse response;
  EXPECT_EQ(ReadRefusal(incidents_->GetIncident(&context, incident, &response)),
            (Refused{grpc::StatusCode::NOT_FOUND, "INCIDENT_NOT_FOUND"}));
}

TEST_F(BadInputTest, UndecodableBytesAreSaidToBeThat) {
  const std::string valid =
      Parse<v1::RecoveryContext>("error: {message: abcdef}")
          .SerializeAsString();
  std::string invalid_utf8 = valid;
  invalid_utf8[invalid_utf8.find("cd")] = '\xff';
  EXPECT_EQ(ReadRefusal(TryBytes("HandleError", invalid_utf8)).reason,
            "INVALID_UTF8");
  EXPECT_EQ(ReadRefusal(TryBytes("HandleError", "\xff\xff\xff\xff")).reason,
            "UNDECODABLE_MESSAGE");
  EXPECT_EQ(ReadRefusal(TryBytes("MatchErrorPattern", "\x0a\xff")).reason,
            "UNDECODABLE_MESSAGE");
  EXPECT_EQ(
      ReadRefusal(TryBytes("HandleError", valid.substr(0, valid.size() - 1)))
          .reason,
      "UNDECODABLE_MESSAGE");
}

TEST_F(BadInputTest, AStateTooDeepIsNamed) {
  v1::RecoveryContext context =
      Parse<v1::RecoveryContext>("error: {message: x}");
  google::protobuf::Struct* level = context.mutable_state();
  for (int i = 0; i < 200; ++i) {
    level = (*level->mutable_fields())["a"].mutable_struct_value();
  }
  const grpc::Status status = TryHandle(context);
  const Refused refused = ReadRefusal(status);
  EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.reason, "STATE_TOO_DEEP");
  EXPECT_THAT(status.error_message(), HasSubstr("30"));
}

TEST_F(BadInputTest, AHundredMegabytesAreRefused) {
  v1::RecoveryContext context;
  context.mutable_error()->set_message(std::string(100 << 20, 'x'));
  EXPECT_EQ(TryHandle(context).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BadInputTest, PatternsAreRefusedWithTheReason) {
  struct Row {
    const char* name;
    const char* yaml;
    const char* reason;
    const char* field;
    const char* message;
  };
  const Row rows[] = {
      {"regex does not parse",
       "{pattern_id: p, error_type: NETWORK, regex_pattern: 'ab(c'}",
       "INVALID_REGEX", "pattern.regex_pattern", "missing"},
      {"regex too large",
       "{pattern_id: p, error_type: NETWORK, regex_pattern: "
       "'[\\pL\\pN]{1000}'}",
       "REGEX_TOO_LARGE", "pattern.regex_pattern", ""},
      {"no id", "{error_type: NETWORK, regex_pattern: a}", "INVALID_FIELD",
       "pattern.pattern_id", ""},
      {"a step that is none",
       "{pattern_id: p, error_type: NETWORK, regex_pattern: a, steps: [{}]}",
       "INVALID_FIELD", "pattern.steps[0]", ""},
      {"a group that is not there",
       "{pattern_id: p, error_type: SYNTAX, regex_pattern: a, steps: "
       "[{error_correction: {rewrites: [{pattern: '(x)', replacement: "
       "'\\2'}]}}]}",
       "INVALID_FIELD",
       "pattern.steps[0].error_correction.rewrites[0]"
       ".replacement",
       "2"},
      {"an error's group that is not there",
       "{pattern_id: p, error_type: SYNTAX, regex_pattern: a, steps: "
       "[{error_correction: {rewrites: [{pattern: x, replacement: "
       "'${error.name}'}]}}]}",
       "INVALID_FIELD",
       "pattern.steps[0].error_correction.rewrites[0]"
       ".replacement",
       "name"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const grpc::Status status = TryAdd(row.yaml);
    const Refused refused = ReadRefusal(status);
    EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(refused.reason, row.reason);
    EXPECT_EQ(refused.field, row.field);
    EXPECT_THAT(status.error_message(), HasSubstr(row.message));
  }
}

TEST_F(BadInputTest, ADuplicateIdIsRefusedAndAnUnknownChannelIsAWarning) {
  constexpr char kPattern[] =
      "{pattern_id: p, error_type: CUSTOM, regex_pattern: a, steps: "
      "[{escalation: {channels: [nowhere]}}]}";
  const v1::AddErrorPatternResponse added = Add(kPattern);
  ASSERT_GE(added.warnings_size(), 1);
  EXPECT_THAT(added.warnings(0), HasSubstr("nowhere"));
  const Refused refused = ReadRefusal(TryAdd(kPattern));
  EXPECT_EQ(refused.code, grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(refused.reason, "PATTERN_EXISTS");
}

TEST_F(BadInputTest, ATokenCutFlippedOrOfAnotherServerIsRefused) {
  const std::string token = Handle("error: {message: x}").recovery_token();
  std::string flipped = token;
  flipped[token.size() / 3] = flipped[token.size() / 3] == 'A' ? 'B' : 'A';
  absl::StatusOr<std::unique_ptr<Server>> other = Server::Start(Config());
  ASSERT_EQ(other.status(), absl::OkStatus());
  const auto stub = v1::ErrorRecoveryOrchestrator::NewStub(grpc::CreateChannel(
      (*other)->address(), grpc::InsecureChannelCredentials()));
  const std::string foreign =
      Call(*stub, &OrchestratorStub::HandleError,
           Parse<v1::RecoveryContext>("error: {message: x}"))
          .recovery_token();
  for (const std::string& bad :
       {token.substr(0, token.size() - 4), flipped, foreign}) {
    auto context = Parse<v1::RecoveryContext>("error: {message: x}");
    context.set_recovery_token(bad);
    const Refused refused = ReadRefusal(TryHandle(context));
    EXPECT_EQ(refused.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(refused.field, "recovery_token");
  }
}

TEST_F(BadInputTest, ABadBatchFailsAloneInItsStream) {
  grpc::GenericStub generic(channel_);
  grpc::ClientContext context;
  SetDeadline(context);
  grpc::CompletionQueue queue;
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto stream = generic.PrepareCall(
      &context, "/recourse.v1.ErrorRecoveryOrchestrator/HandleErrorStream",
      &queue);
  stream->StartCall(nullptr);
  ASSERT_TRUE(next());
  v1::HandleErrorBatch good;
  good.set_batch_id("good");
  *good.add_contexts() = Parse<v1::RecoveryContext>("error: {message: x}");
  for (const std::string& bytes :
       {std::string("\xff\xff\xff"), good.SerializeAsString()}) {
    const grpc::Slice slice(bytes);
    stream->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    ASSERT_TRUE(next());
  }
  for (const char* batch_id : {"", "good"}) {
    grpc::ByteBuffer buffer;
    stream->Read(&buffer, nullptr);
    ASSERT_TRUE(next());
    grpc::Slice slice;
    ASSERT_TRUE(buffer.DumpToSingleSlice(&slice).ok());
    v1::RecoveryResultBatch answer;
    ASSERT_TRUE(answer.ParseFromArray(slice.begin(), slice.size()));
    EXPECT_EQ(answer.batch_id(), batch_id);
    EXPECT_EQ(answer.has_error(), *batch_id == '\0');
  }
  context.TryCancel();
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
}

TEST_F(BadInputTest, AWatcherThatNeverReadsHoldsNobodyUp) {
  Start(Config("limits: {watch_queue: 10}"));
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->WatchRecoveries(&context, {});
  v1::RecoveryEvent event;
  ASSERT_TRUE(reader->Read(&event));
  // Far more than its queue and the connection's window hold.
  auto loud = Parse<v1::RecoveryContext>("error: {http_status: 503}");
  loud.mutable_error()->set_message(std::string(2000, 'x'));
  for (int i = 0; i < 3000; ++i) {
    Call(*stub_, &OrchestratorStub::HandleError, loud);
  }
  int64_t missed = 0;
  int seen = 0;
  while (missed == 0 && seen < 3000 && reader->Read(&event)) {
    ++seen;
    missed += event.missed();
  }
  EXPECT_GT(missed, 0) << "read " << seen << " events without a loss";
  context.TryCancel();
}

TEST_F(BadInputTest, APortInUseIsAClearError) {
  const auto second =
      Server::Start(Config("listen: '" + server_->address() + "'"));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(server_->address()));
}

}  // namespace
}  // namespace recourse
