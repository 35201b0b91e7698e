// Decisions and calls that the loop of every day does not meet, over gRPC.

#include <gmock/gmock.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "recourse/v1/target_policies.grpc.pb.h"
#include "tests/e2e/server_fixture.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class DecisionsTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  // What is done, in a word or two.
  static std::string Word(const v1::RecoveryResult& result) {
    switch (result.action_case()) {
      case v1::RecoveryResult::kRetry:
        return "retry";
      case v1::RecoveryResult::kAlternativePath:
        return absl::StrCat("take ",
                            result.alternative_path().alternative().name());
      case v1::RecoveryResult::kGracefulDegradation:
        return absl::StrCat(
            "level ", result.graceful_degradation().level_name(), " without ",
            absl::StrJoin(result.graceful_degradation().disable_features(),
                          ","));
      case v1::RecoveryResult::kEscalation:
        return "escalate";
      default:
        break;
    }
    if (result.disposition() != v1::DISPOSITION_RECOVERED) return "end";
    EXPECT_TRUE(result.degraded());
    return absl::StrCat("value ", result.result().string_value());
  }

  // Fails again and again until there is nothing to do.
  std::vector<std::string> Play(const std::string& context) {
    std::vector<std::string> words;
    std::string token;
    do {
      const v1::RecoveryResult result = Handle(context, token);
      token = result.recovery_token();
      words.push_back(Word(result));
    } while (words.back() != "end" && words.size() < 20);
    return words;
  }
};

TEST_F(DecisionsTest, StepsOfACallerUntilNothingIsLeft) {
  const struct {
    const char* steps;
    std::vector<std::string> words;
  } kRows[] = {
      {"[{alternative_path: {alternatives: [{name: dear, cost: 3, quality: "
       "0.9}, {name: cheap, cost: 1, quality: 0.5}, {name: fair, cost: 2, "
       "quality: 0.7}]}}]",
       {"take dear", "take cheap", "take fair", "end"}},
      {"[{alternative_path: {order_by: COST, alternatives: [{name: dear, cost: "
       "3, quality: 0.9}, {name: cheap, cost: 1, quality: 0.5}, {name: fair, "
       "cost: 2, quality: 0.7}]}}]",
       {"take cheap", "take fair", "take dear", "end"}},
      {"[{alternative_path: {order_by: QUALITY, alternatives: [{name: cheap, "
       "cost: 1, quality: 0.5}, {name: dear, cost: 3, quality: 0.9}, {name: "
       "fair, cost: 2, quality: 0.7}]}}]",
       {"take dear", "take fair", "take cheap", "end"}},
      {"[{graceful_degradation: {levels: [{name: lean, disable_features: "
       "[images]}, {name: bare, disable_features: [images, tools]}]}}]",
       {"level lean without images", "level bare without images,tools", "end"}},
      {"[{graceful_degradation: {fallback_value: none today}}]",
       {"value none today", "end"}},
      {"[{graceful_degradation: {levels: [{name: lean}], fallback_value: none "
       "today}}]",
       {"level lean without ", "value none today", "end"}},
  };
  int number = 0;  // A target each: none is kept from its caller.
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.steps);
    EXPECT_EQ(Play(absl::StrCat("{target: main-", ++number,
                                ", error: {message: 'connection refused'}, "
                                "caller_steps: ",
                                row.steps, "}")),
              row.words);
  }
}

// RESOURCE, by its default plan.
TEST_F(DecisionsTest, LevelsThatTheCallerDeclares) {
  std::string token;
  std::vector<std::string> words;
  for (int i = 0; i < 3; ++i) {
    const v1::RecoveryResult result = Handle(
        "{target: gpu, error: {message: out of memory, http_status: 507}, "
        "capabilities: {degradations: [images, tools]}}",
        token);
    EXPECT_EQ(result.classification().category(),
              v1::FAILURE_CATEGORY_RESOURCE);
    token = result.recovery_token();
    words.push_back(Word(result));
  }
  EXPECT_THAT(words,
              ElementsAre("level images without images",
                          "level tools without images,tools", "escalate"));
}

TEST_F(DecisionsTest, ALevelEditsTheStateThatWasSent) {
  const v1::RecoveryResult result = Handle(
      "{error: {message: out of memory}, state: {prompt: tell me, options: "
      "{max_tokens: 4096}}, caller_steps: [{graceful_degradation: {levels: "
      "[{name: short, edits: [{path: options.max_tokens, cap: 256}, {path: "
      "prompt, truncate: 4}]}]}}]}");
  EXPECT_EQ(result.strategy_used(), v1::RECOVERY_STRATEGY_GRACEFUL_DEGRADATION);
  const v1::GracefulDegradationAction& action = result.graceful_degradation();
  EXPECT_EQ(action.level(), 1);
  EXPECT_EQ(action.level_count(), 1);
  EXPECT_EQ(action.edits_size(), 2);
  const auto& fields = action.state().fields();
  EXPECT_EQ(fields.at("prompt").string_value(), "tell");
  EXPECT_EQ(fields.at("options")
                .struct_value()
                .fields()
                .at("max_tokens")
                .number_value(),
            256);
}

// --- Patterns ---

class PatternCallsTest : public DecisionsTest {
 protected:
  v1::UpdateErrorPatternResponse Update(const std::string& yaml) {
    return Call(*stub_, &OrchestratorStub::UpdateErrorPattern,
                Parse<v1::UpdateErrorPatternRequest>(yaml));
  }
  void Remove(const std::string& id, bool validate_only = false) {
    v1::RemoveErrorPatternRequest request;
    request.set_pattern_id(id);
    request.set_validate_only(validate_only);
    Call(*stub_, &OrchestratorStub::RemoveErrorPattern, request);
  }
  std::string PatternFor(const std::string& message) {
    return Handle(absl::StrCat("error: {message: '", message, "'}"))
        .classification()
        .pattern_id();
  }
  std::vector<std::string> UsersPatterns() {
    const auto page =
        Call(*stub_, &OrchestratorStub::ListErrorPatterns,
             Parse<v1::ListErrorPatternsRequest>("{origin: USER}"));
    std::vector<std::string> ids;
    for (const auto& pattern : page.patterns()) {
      ids.push_back(pattern.pattern_id());
    }
    return ids;
  }
};

TEST_F(PatternCallsTest, AnUpdateDecidesTheNextError) {
  Add("{pattern_id: flux, error_type: CUSTOM, regex_pattern: flux drained, "
      "recovery_strategy: ESCALATION}");
  const char kError[] = "{target: t, error: {message: flux drained}}";
  EXPECT_EQ(Word(Handle(kError)), "escalate");
  const char kRetry[] =
      "pattern: {pattern_id: flux, regex_pattern: nothing, steps: [{retry: "
      "{max_retries: 1}}]}, update_mask: {paths: [steps, recovery_strategy]}";
  Update(absl::StrCat("{", kRetry, ", validate_only: true}"));
  EXPECT_EQ(Word(Handle(kError)), "escalate");
  const v1::ErrorPattern changed =
      Update(absl::StrCat("{", kRetry, "}")).pattern();
  EXPECT_EQ(changed.regex_pattern(), "flux drained");  // Not in the mask.
  EXPECT_THAT(Play(kError), ElementsAre("retry", "end"));

  const v1::ErrorPattern whole =
      Update(absl::StrCat(
                 "{pattern: {pattern_id: flux, error_type: CUSTOM, "
                 "regex_pattern: flux gone, recovery_strategy: ESCALATION, "
                 "revision: ",
                 changed.revision(), "}}"))
          .pattern();
  EXPECT_GT(whole.revision(), changed.revision());
  EXPECT_NE(PatternFor("flux drained"), "flux");
  EXPECT_EQ(PatternFor("flux gone"), "flux");
}

TEST_F(PatternCallsTest, ARemovalUncoversOrHides) {
  const char kMessage[] = "server closed the connection unexpectedly";
  const std::string built_in = PatternFor(kMessage);
  ASSERT_THAT(built_in, Not(IsEmpty()));
  Add(absl::StrCat(
      "{pattern_id: ", built_in,
      ", error_type: CUSTOM, regex_pattern: closed the connection, "
      "recovery_strategy: ESCALATION}"));
  EXPECT_THAT(UsersPatterns(), ElementsAre(built_in));
  const std::string error = absl::StrCat("error: {message: '", kMessage, "'}");
  EXPECT_EQ(Word(Handle(error)), "escalate");
  Remove(built_in, /*validate_only=*/true);
  EXPECT_EQ(Word(Handle(error)), "escalate");
  Remove(built_in);
  EXPECT_EQ(Word(Handle(error)), "retry");
  EXPECT_EQ(PatternFor(kMessage), built_in);
  Remove(built_in);
  EXPECT_NE(PatternFor(kMessage), built_in);
}

TEST_F(PatternCallsTest, AnAppliedSetIsWhatTheUserHas) {
  const auto pattern = [](const std::string& id, const std::string& regex) {
    return absl::StrCat("{pattern_id: ", id,
                        ", error_type: CUSTOM, recovery_strategy: RETRY, "
                        "regex_pattern: ",
                        regex, "}");
  };
  const struct {
    std::vector<std::string> patterns;
    const char* how;
    std::vector<std::string> differences;
    std::vector<std::string> afterwards;
  } kRows[] = {
      {{pattern("b", "bb")}, "dry_run: true", {"b ADDED"}, {}},
      {{pattern("b", "bb"), pattern("a", "aa")},
       "prune: false",
       {"a ADDED", "b ADDED"},
       {"a", "b"}},
      {{pattern("b", "bbb"), pattern("c", "cc")},
       "prune: false",
       {"b CHANGED regex_pattern", "c ADDED"},
       {"a", "b", "c"}},
      {{pattern("c", "cc")},
       "{prune: true, dry_run: true}",
       {"a REMOVED", "b REMOVED", "c UNCHANGED"},
       {"a", "b", "c"}},
      {{pattern("c", "cc")},
       "prune: true",
       {"a REMOVED", "b REMOVED", "c UNCHANGED"},
       {"c"}},
  };
  for (size_t i = 0; i < std::size(kRows); ++i) {
    SCOPED_TRACE(i);
    auto request = Parse<v1::ApplyErrorPatternsRequest>(kRows[i].how);
    for (const std::string& yaml : kRows[i].patterns) {
      *request.add_patterns() = Parse<v1::ErrorPattern>(yaml);
    }
    const auto response =
        Call(*stub_, &OrchestratorStub::ApplyErrorPatterns, request);
    std::vector<std::string> differences;
    for (const v1::PatternDifference& one : response.differences()) {
      const std::string kind = v1::PatternDifference::Kind_Name(one.kind());
      std::string text =
          absl::StrCat(one.pattern_id(), " ", absl::StripPrefix(kind, "KIND_"));
      for (const std::string& field : one.changed_fields()) {
        absl::StrAppend(&text, " ", field);
      }
      differences.push_back(text);
    }
    EXPECT_EQ(differences, kRows[i].differences);
    EXPECT_EQ(UsersPatterns(), kRows[i].afterwards);
  }
  EXPECT_EQ(PatternFor("cc"), "c");
}

// --- Others ---

TEST_F(DecisionsTest, APolicyIsReadWithItsDefaults) {
  const auto policies = v1::TargetPolicies::NewStub(channel_);
  using Stub = v1::TargetPolicies::Stub;
  const auto set = Call(
      *policies, &Stub::SetTargetPolicy,
      Parse<v1::SetTargetPolicyRequest>(
          "{policy: {policy_id: db, target: 'db/*', pacing: {max_retry_rate: "
          "5}, description: slow}}"));
  v1::GetTargetPolicyRequest get;
  get.set_policy_id("db");
  const v1::TargetPolicy policy =
      Call(*policies, &Stub::GetTargetPolicy, get).policy();
  EXPECT_EQ(policy.target(), "db/*");
  EXPECT_EQ(policy.description(), "slow");
  EXPECT_EQ(policy.pacing().max_retry_rate(), 5);
  EXPECT_EQ(policy.retry_budget().retry_ratio(), 0.2);
  EXPECT_EQ(policy.revision(), set.policy().revision());
}

// gRPC's own service, of which the proto is not here: field 1 of the answer is
// a server.
TEST_F(DecisionsTest, ChannelzTellsOfTheServer) {
  grpc::GenericStub generic(channel_);
  grpc::ClientContext context;
  SetDeadline(context);
  grpc::CompletionQueue queue;
  const grpc::Slice nothing("", 0);
  const auto call = generic.PrepareUnaryCall(
      &context, "/grpc.channelz.v1.Channelz/GetServers",
      grpc::ByteBuffer(&nothing, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  queue.Shutdown();
  ASSERT_TRUE(status.ok()) << status.error_message();
  grpc::Slice bytes;
  ASSERT_TRUE(answer.DumpToSingleSlice(&bytes).ok());
  google::protobuf::Empty message;
  ASSERT_TRUE(
      message.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size())));
  const auto& fields = message.GetReflection()->GetUnknownFields(message);
  ASSERT_GT(fields.field_count(), 0);
  EXPECT_EQ(fields.field(0).number(), 1);
  EXPECT_GT(fields.field(0).length_delimited().size(), 0u);
}

}  // namespace
}  // namespace recourse
