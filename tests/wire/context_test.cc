#include "server/wire/context.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "server/wire/errors.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

absl::StatusOr<RecoveryRequest> Parse(v1::RecoveryContext context) {
  return ParseContext(
      std::make_shared<const v1::RecoveryContext>(std::move(context)));
}

absl::StatusOr<RecoveryRequest> Parse(const std::string& text) {
  return Parse(FromText<v1::RecoveryContext>(text));
}

Failure Good(const std::string& text) {
  absl::StatusOr<RecoveryRequest> request = Parse(text);
  EXPECT_TRUE(request.ok()) << request.status();
  return request.ok() ? request->failure : Failure();
}

struct BadRow {
  std::string text;  // Merged into a good context.
  const char* field;
  const char* message;
  const char* reason = "INVALID_FIELD";
};

void ExpectRefused(const BadRow& row) {
  auto context = FromText<v1::RecoveryContext>("error { message: 'x' }");
  MergeText(row.text, context);
  const absl::Status status = Parse(std::move(context)).status();
  SCOPED_TRACE(row.text.substr(0, 200));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldOf(status), row.field);
  EXPECT_EQ(ReasonOf(status), row.reason);
  EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
}

std::string Quoted(int length) { return "'" + std::string(length, 'a') + "'"; }

TEST(ContextTest, RefusesBadTexts) {
  const BadRow rows[] = {
      {"workflow_id: " + Quoted(257), "workflow_id",
       "is 257 bytes long, at most 256"},
      {"node_name: " + Quoted(257), "node_name", "at most 256"},
      {"target: " + Quoted(257), "target", "at most 256"},
      {"quota_scope: " + Quoted(129), "quota_scope", "at most 128"},
      {"caller { service: " + Quoted(129) + "}", "caller.service",
       "at most 128"},
      {"caller { instance: " + Quoted(129) + "}", "caller.instance",
       "at most 128"},
      {"request_id: " + Quoted(129), "request_id", "at most 128"},
      {"namespace: 'Prod'", "namespace", "must be 1-63 of a-z, 0-9 and -"},
      {"namespace: 'a/b'", "namespace", ""},
      {"namespace: " + Quoted(64), "namespace", ""},
      {"labels { key: '' value: 'x' }", "labels", "a key must not be empty"},
      {"labels { key: " + Quoted(129) + " value: 'x' }", "labels",
       "a key is 129 bytes long"},
      {"labels { key: 'x' value: " + Quoted(129) + " }", "labels",
       "a value is 129 bytes long"},
      {"subject_field: 'a..b'", "subject_field", ""},
      {"subject_field: 'a\\\\'", "subject_field", ""},
      {"subject_field: " + Quoted(513), "subject_field", ""},
      {"capabilities { alternatives: '' }", "capabilities.alternatives[0]",
       "must not be empty"},
      {"capabilities { degradations: ['a', " + Quoted(129) + "] }",
       "capabilities.degradations[1]", "at most 128"},
      {"capabilities { " + Times(65, "remediations: 'a' ") + "}",
       "capabilities.remediations", "has 65 items, at most 64"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(ContextTest, RefusesBadCalls) {
  const BadRow rows[] = {
      {"calls { calls: -1 }", "calls.calls",
       "must be between 0 and 1e+07, is -1"},
      {"calls { calls: 10000001 }", "calls.calls", "must be between"},
      {"calls { calls: 2 failures: 3 }", "calls.failures",
       "must be between 0 and 2, is 3"},
      {"calls { calls: 2 slow_calls: 3 }", "calls.slow_calls", "is 3"},
      {"calls { calls: 2 period { seconds: 301 } }", "calls.period", ""},
      {"calls { calls: 2 period { seconds: -1 } }", "calls.period", ""},
      {"circuit_open: true", "target", "must be set with circuit_open"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(ContextTest, ReadsCalls) {
  EXPECT_FALSE(Good("error { message: 'x' }").calls.has_value());
  const Failure failure = Good(
      "error { message: 'x' } calls { calls: 9 failures: 3 slow_calls: 2 }");
  ASSERT_TRUE(failure.calls.has_value());
  EXPECT_EQ(failure.calls->calls, 9);
  EXPECT_EQ(failure.calls->failures, 3);
  EXPECT_EQ(failure.calls->slow_calls, 2);
  EXPECT_EQ(failure.calls->period, absl::Seconds(1));
}

TEST(ContextTest, OpenCircuitNeedsNoError) {
  const Failure failure = Good("target: 'db' circuit_open: true");
  EXPECT_TRUE(failure.circuit_open);
  EXPECT_EQ(failure.text, "");
}

TEST(ContextTest, RefusesBadErrors) {
  const BadRow rows[] = {
      {"error { exception_type: " + Quoted(257) + "}", "error.exception_type",
       "at most 256"},
      {"error { code: " + Quoted(129) + "}", "error.code", "at most 128"},
      {"error { http_status: 99 }", "error.http_status",
       "must be between 100 and 599, is 99"},
      {"error { http_status: 600 }", "error.http_status", "is 600"},
      {"error { http_status: -1 }", "error.http_status", "is -1"},
      {"error { grpc_code: 'BROKEN' }", "error.grpc_code",
       "is no code of gRPC: a name such as UNAVAILABLE, or 0-16"},
      {"error { grpc_code: '17' }", "error.grpc_code", ""},
      {"error { headers { key: '' value: 'x' } }", "error.headers",
       "a name must not be empty"},
      {"error { headers { key: 'a' value: " + Quoted(8192) + " } }",
       "error.headers", "one is 8193 bytes long, at most 8192"},
      {"error { retry_after { seconds: -1 } }", "error.retry_after",
       "must be at least 0, is -1s"},
      {"error { retry_after { nanos: 1000000000 } }", "error.retry_after",
       "is not a valid duration"},
      {"error { retry_after { seconds: 1 nanos: -1 } }", "error.retry_after",
       "is not a valid duration"},
      {"error { retry_after { seconds: 315576000001 } }", "error.retry_after",
       "is not a valid duration"},
      {"error { " + Times(17, "causes { message: 'x' } ") + "}", "error.causes",
       "has 17 items, at most 16"},
      {"error { causes {} causes { exception_type: " + Quoted(257) + " } }",
       "error.causes[1].exception_type", "at most 256"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(ContextTest, RefusesBadNumbersAndEnums) {
  const BadRow rows[] = {
      {"step_count: -1", "step_count", "must be at least 0, is -1"},
      {"upstream_attempt: -1", "upstream_attempt", "must be at least 0"},
      {"min_registry_revision: -1", "min_registry_revision", ""},
      {"time_remaining { seconds: -5 }", "time_remaining",
       "must be at least 0, is -5s"},
      {"expected_call_time { nanos: -1 }", "expected_call_time", "is -1ns"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
  v1::RecoveryContext context;
  context.mutable_error()->set_message("x");
  context.set_idempotency(static_cast<v1::Idempotency>(9));
  absl::Status status = Parse(context).status();
  EXPECT_EQ(FieldOf(status), "idempotency");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("9 is no value of Idempotency"));
  context.clear_idempotency();
  context.set_error_type_hint(static_cast<v1::ErrorType>(-3));
  EXPECT_EQ(FieldOf(Parse(context).status()), "error_type_hint");
}

TEST(ContextTest, RefusesTooManyHeadersAndLabels) {
  v1::RecoveryContext context;
  context.mutable_error()->set_message("x");
  for (int i = 0; i < 33; ++i) {
    (*context.mutable_labels())[std::to_string(i)] = "x";
  }
  EXPECT_EQ(FieldOf(Parse(context).status()), "labels");
  context.mutable_labels()->erase("0");
  EXPECT_TRUE(Parse(context).ok());
  for (int i = 0; i < 65; ++i) {
    (*context.mutable_error()->mutable_headers())[std::to_string(i)] = "x";
  }
  EXPECT_EQ(FieldOf(Parse(context).status()), "error.headers");
}

TEST(ContextTest, RefusesBadState) {
  const std::string pair = "state { fields { key: 'a' value { ";
  const BadRow rows[] = {
      {pair + "number_value: nan } } }", "state", "no NaN"},
      {pair + "number_value: inf } } }", "state", "no NaN"},
      {pair + "list_value { values { number_value: -inf } } } } }", "state",
       "no NaN"},
      {pair + "} } }", "state", "must be of some kind"},
      {pair + "struct_value { fields { key: 'b' value {} } } } } }", "state",
       "must be of some kind"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
  v1::RecoveryContext context;
  context.mutable_error()->set_message("x");
  (*context.mutable_state()->mutable_fields())["a"].set_string_value(
      std::string(kMaxStateBytes, 'a'));
  const absl::Status status = Parse(context).status();
  EXPECT_EQ(FieldOf(status), "state");
  EXPECT_EQ(ReasonOf(status), "MESSAGE_TOO_LARGE");
}

TEST(ContextTest, RefusesBadCallerSteps) {
  const BadRow rows[] = {
      {"caller_steps {}", "caller_steps[0]", "needs one of retry,"},
      {"caller_steps { retry {} } caller_steps { retry { factor: 0.5 } }",
       "caller_steps[1].retry.factor", "must be between 1 and 100, is 0.5"},
      {Times(17, "caller_steps { retry {} } "), "caller_steps",
       "has 17 items, at most 16"},
      {"caller_steps { error_correction { rewrites { pattern: '(' append: 'x' "
       "} } }",
       "caller_steps[0].error_correction.rewrites[0].pattern", "missing )",
       "INVALID_REGEX"},
      {"caller_steps { error_correction { rewrites { pattern: 'x' append: "
       "'${error.a}' } } }",
       "caller_steps[0].error_correction.rewrites[0].append",
       "belong to no pattern"},
      // More memory than a caller's regex may take, though a pattern's may.
      {"caller_steps { error_correction { rewrites { append: 'x' pattern: "
       "'(\\\\pL{10}){10}' } } }",
       "caller_steps[0].error_correction.rewrites[0].pattern", "1024 KiB",
       "REGEX_TOO_LARGE"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

// Few bytes in regexes can keep the compiler busy for seconds.
TEST(ContextTest, RefusesCostlyCallerSteps) {
  const auto steps = [](int count, const std::string& rewrites,
                        const std::string& guards = "") {
    return Times(count, "caller_steps { error_correction { " + rewrites +
                            guards + " } } ");
  };
  const std::string cheap = "rewrites { pattern: 'a' append: 'x' } ";
  const std::string costly = "rewrites { pattern: '.{900}' append: 'x' } ";
  const BadRow rows[] = {
      {steps(1, Times(32, cheap),
             Times(16, "must_match_after: 'a' ") +
                 Times(16, "must_not_match_after: 'a' ")) +
           steps(1, cheap),
       "caller_steps", "has 65 regexes, at most 64", "REGEX_TOO_LARGE"},
      // Refused for their number before the invalid first one is compiled.
      {steps(16,
             "rewrites { pattern: '(' append: 'x' "
             "only_if_text_matches: ['a', 'a'] "
             "unless_text_matches: ['a', 'a'] } "),
       "caller_steps", "has 80 regexes", "REGEX_TOO_LARGE"},
      // The 14th is one too many, and the invalid 15th is not looked at.
      {steps(1, Times(14, costly) + "rewrites { pattern: '(' append: 'x' } "),
       "caller_steps[0].error_correction.rewrites[13].pattern",
       "brings the regexes to 100856 instructions together, at most 100000",
       "REGEX_TOO_LARGE"},
      // All steps and all kinds of regexes count together.
      {steps(1, Times(7, costly)) +
           steps(1,
                 "rewrites { pattern: 'a' append: 'x' only_if_text_matches: "
                 "['.{900}', '.{900}', '.{900}'] unless_text_matches: "
                 "['.{900}', '.{900}', '.{900}'] } ",
                 "must_match_after: ['a', '.{900}']"),
       "caller_steps[1].error_correction.must_match_after[1]", "at most 100000",
       "REGEX_TOO_LARGE"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
  // Up to the limits they are taken; and each message has its own budget.
  for (int i = 0; i < 2; ++i) {
    Good("error { message: 'x' } " + steps(1, Times(13, costly)));
    Good("error { message: 'x' } " +
         steps(1, Times(32, cheap),
               Times(16, "must_match_after: 'a' ") +
                   Times(16, "must_not_match_after: 'a' ")));
  }
}

TEST(ContextTest, AnErrorMustSaySomething) {
  for (const char* text :
       {"", "error {}", "error { causes {} }", "error { stack_trace: 'x' }",
        "error { headers { key: 'a' value: 'b' } }"}) {
    const absl::Status status = Parse(text).status();
    EXPECT_EQ(FieldOf(status), "error") << text;
    EXPECT_EQ(ReasonOf(status), "EMPTY_ERROR");
  }
  for (const char* text :
       {"exception_type: 'E'", "message: 'x'", "code: '1'", "http_status: 500",
        "grpc_code: 'UNAVAILABLE'", "grpc_code: '14'",
        "causes { message: 'x' }", "causes { exception_type: 'E' }"}) {
    EXPECT_TRUE(Parse(std::string("error { ") + text + " }").ok()) << text;
  }
}

TEST(ContextTest, TakesEverythingOver) {
  const absl::StatusOr<RecoveryRequest> request = Parse(R"pb(
    workflow_id: 'w'
    node_name: 'n'
    step_count: 7
    subject_field: 'prompt'
    state {
      fields {
        key: 'prompt'
        value { string_value: 'p' }
      }
    }
    error {
      exception_type: 'E'
      message: 'm'
      stack_trace: 's'
      code: 'c'
      http_status: 503
      grpc_code: 'unavailable'
      headers { key: 'Retry-After' value: '3' }
      retry_after { seconds: 2 nanos: 500000000 }
      causes { exception_type: 'C' message: 'deep' }
    }
    target: 'openai/gpt-4'
    quota_scope: 'key1'
    caller { service: 'svc' instance: 'pod' }
    time_remaining { seconds: 9 }
    expected_call_time { seconds: 1 }
    idempotency: IDEMPOTENCY_NOT_IDEMPOTENT
    capabilities {
      alternatives: '*'
      degradations: 'd'
      remediations: 'r'
      await_human: true
    }
    caller_steps { retry { max_retries: 1 } }
    error_type_hint: ERROR_TYPE_NETWORK
    upstream_attempt: 2
    recovery_token: 't'
    request_id: 'r1'
    min_registry_revision: 5
    namespace: 'prod-1'
    labels { key: 'k' value: 'v' }
  )pb");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->recovery_token, "t");
  EXPECT_EQ(request->request_id, "r1");
  EXPECT_EQ(request->min_registry_revision, 5);
  const Failure& failure = request->failure;
  EXPECT_EQ(failure.ns, "prod-1");
  EXPECT_EQ(failure.workflow_id, "w");
  EXPECT_EQ(failure.node_name, "n");
  EXPECT_EQ(failure.step_count, 7);
  EXPECT_EQ(failure.text, "E: m\nC: deep");
  EXPECT_EQ(failure.stack_trace, "s");
  EXPECT_EQ(failure.code, "c");
  EXPECT_EQ(failure.http_status, 503);
  EXPECT_EQ(failure.grpc_code, GrpcCode::kUnavailable);
  EXPECT_THAT(failure.headers, ElementsAre(Pair("retry-after", "3")));
  ASSERT_TRUE(failure.retry_after.has_value());
  EXPECT_EQ(failure.retry_after->delay, absl::Milliseconds(2500));
  EXPECT_EQ(failure.retry_after->source, RetryAfter::Source::kField);
  EXPECT_EQ(failure.target, "openai/gpt-4");
  EXPECT_EQ(failure.quota_scope, "key1");
  EXPECT_EQ(failure.caller_service, "svc");
  EXPECT_EQ(failure.caller_instance, "pod");
  EXPECT_EQ(failure.time_remaining, absl::Seconds(9));
  EXPECT_EQ(failure.expected_call_time, absl::Seconds(1));
  EXPECT_EQ(failure.idempotency, Idempotency::kNotIdempotent);
  EXPECT_TRUE(failure.capabilities.declared);
  EXPECT_TRUE(failure.capabilities.await_human);
  EXPECT_THAT(failure.capabilities.alternatives, ElementsAre("*"));
  EXPECT_THAT(failure.capabilities.degradations, ElementsAre("d"));
  EXPECT_THAT(failure.capabilities.remediations, ElementsAre("r"));
  ASSERT_EQ(failure.caller_steps.size(), 1u);
  EXPECT_EQ(std::get<RetryStep>(failure.caller_steps[0]).max_retries, 1);
  EXPECT_NE(failure.caller_steps_hash, 0u);
  EXPECT_EQ(failure.error_type_hint, ErrorType::kNetwork);
  EXPECT_EQ(failure.upstream_attempt, 2);
  EXPECT_THAT(failure.labels, UnorderedElementsAre(Pair("k", "v")));
  ASSERT_NE(failure.state, nullptr);
  EXPECT_EQ(failure.state->fields().at("prompt").string_value(), "p");
  EXPECT_EQ(failure.subject_field, "prompt");
}

TEST(ContextTest, DefaultsOfWhatIsNotSet) {
  const Failure failure = Good("error { message: 'x' }");
  EXPECT_EQ(failure.ns, "default");
  EXPECT_EQ(failure.state, nullptr);
  EXPECT_FALSE(failure.time_remaining.has_value());
  EXPECT_EQ(failure.expected_call_time, absl::ZeroDuration());
  EXPECT_FALSE(failure.capabilities.declared);
  EXPECT_FALSE(failure.grpc_code.has_value());
  EXPECT_FALSE(failure.retry_after.has_value());
  EXPECT_EQ(failure.caller_steps_hash, 0u);
}

// The state is the request's own, and lives as long as the failure.
TEST(ContextTest, SharesTheState) {
  auto context = std::make_shared<const v1::RecoveryContext>(
      FromText<v1::RecoveryContext>("error { message: 'x' } state {}"));
  auto request = ParseContext(context);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->failure.state.get(), &context->state());
  std::weak_ptr<const v1::RecoveryContext> alive = context;
  context.reset();
  EXPECT_FALSE(alive.expired());
  request = absl::CancelledError();
  EXPECT_TRUE(alive.expired());
}

TEST(ContextTest, CutsErrorTexts) {
  v1::RecoveryContext context;
  auto& error = *context.mutable_error();
  error.set_message("begin" + std::string(40'000, 'm') + "end");
  error.set_stack_trace(std::string(40'000, 's'));
  error.add_causes()->set_message(std::string(20'000, 'c'));
  const auto request = Parse(context);
  ASSERT_TRUE(request.ok());
  const Failure& failure = request->failure;
  EXPECT_EQ(failure.message.size(), 2 * 8192u + 5);
  EXPECT_EQ(failure.message.substr(0, 6), "beginm");
  EXPECT_EQ(failure.message.substr(failure.message.size() - 4), "mend");
  EXPECT_EQ(failure.message.substr(8192, 5), "\n...\n");
  EXPECT_EQ(failure.stack_trace.size(), 32'768u);
  EXPECT_EQ(failure.causes[0].message.size(), 16'384u);
  error.set_message(std::string(16'384, 'm'));  // Both ends, and nothing else.
  EXPECT_EQ(Parse(context)->failure.message, error.message());
}

TEST(ContextTest, LastHeaderOfANameWins) {
  const Failure failure = Good(R"pb(
    error {
      headers { key: 'x-a' value: '3' }
      headers { key: 'X-A' value: '1' }
      headers { key: 'X-a' value: '2' }
      message: 'x'
    })pb");
  // In byte order: X-A, X-a, x-a.
  EXPECT_THAT(failure.headers, ElementsAre(Pair("x-a", "3")));
}

std::string StatusDetails(const google::protobuf::Message& detail) {
  google::rpc::Status status;
  status.add_details()->PackFrom(google::rpc::BadRequest());
  status.add_details()->PackFrom(detail);
  return status.SerializeAsString();
}

TEST(ContextTest, ReadsRetryInfo) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(12);
  v1::RecoveryContext context;
  auto& error = *context.mutable_error();
  error.set_message("x");
  auto& header = (*error.mutable_headers())["Grpc-Status-Details-Bin"];
  header = absl::Base64Escape(StatusDetails(info));
  auto request = Parse(context);
  ASSERT_TRUE(request.ok());
  ASSERT_TRUE(request->failure.retry_after.has_value());
  EXPECT_EQ(request->failure.retry_after->delay, absl::Seconds(12));
  EXPECT_EQ(request->failure.retry_after->source,
            RetryAfter::Source::kRetryInfo);

  while (header.back() == '=') header.pop_back();  // As gRPC sends it.
  EXPECT_TRUE(Parse(context)->failure.retry_after.has_value());

  error.mutable_retry_after()->set_seconds(1);  // The field wins.
  EXPECT_EQ(Parse(context)->failure.retry_after->delay, absl::Seconds(1));
}

// Whatever the failed server wrote there, the caller is not refused for it.
TEST(ContextTest, PassesOverUnreadableRetryInfo) {
  google::rpc::RetryInfo negative;
  negative.mutable_retry_delay()->set_seconds(-1);
  for (const std::string& value :
       {std::string("%%%"), absl::Base64Escape("\xff\xff"), std::string(),
        absl::Base64Escape(StatusDetails(negative)),
        absl::Base64Escape(StatusDetails(google::rpc::RetryInfo())),
        absl::Base64Escape(StatusDetails(google::rpc::QuotaFailure()))}) {
    v1::RecoveryContext context;
    context.mutable_error()->set_message("x");
    (*context.mutable_error()->mutable_headers())["grpc-status-details-bin"] =
        value;
    const auto request = Parse(context);
    ASSERT_TRUE(request.ok());
    EXPECT_FALSE(request->failure.retry_after.has_value()) << value;
  }
}

}  // namespace
}  // namespace recourse
