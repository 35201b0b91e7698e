#include "server/wire/context.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/strategy/state_edit.h"
#include "server/wire/checker.h"
#include "server/wire/correction_step.h"
#include "server/wire/enums.h"
#include "server/wire/pattern.h"
#include "server/wire/regex.h"
#include "server/wire/steps.h"
#include "server/wire/utf8.h"

namespace recourse {
namespace {

constexpr size_t kMaxIdBytes = 256;           // Node, exception type.
constexpr size_t kMaxCodeBytes = 128;         // Codes, scopes, requests.
constexpr size_t kMessageEndBytes = 8 << 10;  // Kept of each end.
constexpr size_t kMaxStackBytes = 32 << 10;
constexpr size_t kMaxCauseBytes = 16 << 10;
constexpr size_t kMaxHeaders = 64;
constexpr size_t kMaxHeaderBytes = 8 << 10;
constexpr size_t kMaxCauses = 16;
constexpr size_t kMaxCapabilities = 64;
constexpr size_t kMaxContextLabels = 32;
constexpr size_t kMaxNamespaceBytes = 63;
// A caller's regexes get less than a pattern's: anyone may send them.
constexpr int64_t kMaxCallerRegexMemory = 1 << 20;
constexpr size_t kMaxCallerRegexes = 64;
constexpr absl::string_view kStatusDetailsHeader = "grpc-status-details-bin";

constexpr int64_t kMaxCallsInSum = 10'000'000;
constexpr absl::Duration kMaxCallsPeriod = absl::Minutes(5);

// A name that stands twice but for its case: the last in byte order wins, so
// that the same request always gives the same failure.
std::map<std::string, std::string> LowerHeaders(const TextMap& headers) {
  const std::map<std::string, std::string> ordered = ToMap(headers);
  std::map<std::string, std::string> lower;
  for (const auto& [name, value] : ordered) {
    lower[absl::AsciiStrToLower(name)] = value;
  }
  return lower;
}

// RetryInfo in a header as gRPC sends it; nullopt for what is unreadable: the
// failed server wrote it, not the caller.
std::optional<RetryAfter> ReadRetryInfo(
    const std::map<std::string, std::string>& headers) {
  const auto header = headers.find(std::string(kStatusDetailsHeader));
  if (header == headers.end()) return std::nullopt;
  std::string bytes;
  google::rpc::Status status;
  if (!absl::Base64Unescape(header->second, &bytes) &&
      !absl::WebSafeBase64Unescape(header->second, &bytes)) {
    return std::nullopt;
  }
  if (!status.ParseFromString(bytes)) return std::nullopt;
  for (const auto& detail : status.details()) {
    google::rpc::RetryInfo info;
    if (!detail.Is<google::rpc::RetryInfo>() || !detail.UnpackTo(&info) ||
        !info.has_retry_delay()) {
      continue;
    }
    Checker check;
    const absl::Duration delay = check.Duration(
        "", info.retry_delay(), absl::ZeroDuration(), absl::InfiniteDuration());
    if (!check.ok()) return std::nullopt;
    return RetryAfter{delay, false, RetryAfter::Source::kRetryInfo};
  }
  return std::nullopt;
}

bool IsEmpty(const v1::ErrorDetails& error) {
  const auto says_something = [](const v1::ErrorCause& cause) {
    return !cause.exception_type().empty() || !cause.message().empty();
  };
  return error.exception_type().empty() && error.message().empty() &&
         error.code().empty() && error.http_status() == 0 &&
         error.grpc_code().empty() &&
         std::none_of(error.causes().begin(), error.causes().end(),
                      says_something);
}

void ParseCauses(const v1::ErrorDetails& error, Checker& check,
                 Failure& failure) {
  check.Count("causes", error.causes_size(), kMaxCauses);
  for (int i = 0; check.ok() && i < error.causes_size(); ++i) {
    const v1::ErrorCause& cause = error.causes(i);
    Checker item(check, "causes", i);
    item.Text("exception_type", cause.exception_type(), kMaxIdBytes);
    failure.causes.push_back(
        {cause.exception_type(),
         std::string(Utf8Prefix(cause.message(), kMaxCauseBytes))});
  }
}

void ParseHeaders(const v1::ErrorDetails& error, Checker& check,
                  Failure& failure) {
  check.Count("headers", error.headers_size(), kMaxHeaders);
  for (const auto& [name, value] : error.headers()) {
    if (name.empty()) check.Fail("headers", "a name must not be empty");
    if (name.size() + value.size() > kMaxHeaderBytes) {
      check.Fail("headers",
                 absl::StrCat("one is ", name.size() + value.size(),
                              " bytes long, at most ", kMaxHeaderBytes));
    }
  }
  if (check.ok()) failure.headers = LowerHeaders(error.headers());
}

void ParseError(const v1::RecoveryContext& context, Checker& parent,
                Failure& failure) {
  const v1::ErrorDetails& error = context.error();
  if (IsEmpty(error) && !context.circuit_open()) {
    parent.Fail("error",
                "needs any of exception_type, message, code, http_status, "
                "grpc_code, causes",
                reason::kEmptyError);
  }
  Checker check(parent, "error");
  check.Text("exception_type", error.exception_type(), kMaxIdBytes);
  failure.exception_type = error.exception_type();
  failure.message = CutMiddle(error.message(), kMessageEndBytes);
  failure.stack_trace =
      std::string(Utf8Prefix(error.stack_trace(), kMaxStackBytes));
  check.Text("code", error.code(), kMaxCodeBytes);
  failure.code = error.code();
  if (error.http_status() != 0) {
    check.Number("http_status", error.http_status(), 100, 599);
  }
  failure.http_status = error.http_status();
  if (!error.grpc_code().empty()) {
    failure.grpc_code = ParseGrpcCode(error.grpc_code());
    if (!failure.grpc_code) {
      check.Fail("grpc_code",
                 "is no code of gRPC: a name such as UNAVAILABLE, or 0-16");
    }
  }
  ParseHeaders(error, check, failure);
  ParseCauses(error, check, failure);
  if (error.has_retry_after()) {
    failure.retry_after = RetryAfter{
        check.Duration("retry_after", error.retry_after(), absl::ZeroDuration(),
                       absl::InfiniteDuration()),
        false, RetryAfter::Source::kField};
  } else {
    failure.retry_after = ReadRetryInfo(failure.headers);
  }
}

void ParseNamespace(const v1::RecoveryContext& context, Checker& check,
                    Failure& failure) {
  CheckNamespace("namespace", context.namespace_(), check);
  if (!context.namespace_().empty()) failure.ns = context.namespace_();
}

void ParseTexts(const v1::RecoveryContext& context, Checker& check,
                Failure& failure) {
  check.Text("workflow_id", context.workflow_id(), kMaxWorkflowIdBytes);
  check.Text("node_name", context.node_name(), kMaxIdBytes);
  check.Text("target", context.target(), kMaxTargetBytes);
  check.Text("quota_scope", context.quota_scope(), kMaxCodeBytes);
  check.Text("caller.service", context.caller().service(), kMaxCallerBytes);
  check.Text("caller.instance", context.caller().instance(), kMaxCallerBytes);
  check.Text("request_id", context.request_id(), kMaxCodeBytes);
  check.Labels("labels", context.labels(), kMaxContextLabels, kMaxCodeBytes,
               kMaxCodeBytes);
  failure.workflow_id = context.workflow_id();
  failure.node_name = context.node_name();
  failure.target = context.target();
  failure.quota_scope = context.quota_scope();
  failure.caller_service = context.caller().service();
  failure.caller_instance = context.caller().instance();
  failure.labels = ToMap(context.labels());
}

void ParseNumbers(const v1::RecoveryContext& context, Checker& check,
                  Failure& failure) {
  const auto not_negative = [&](absl::string_view field, int64_t value) {
    if (value < 0) {
      check.Fail(field, absl::StrCat("must be at least 0, is ", value));
    }
  };
  not_negative("step_count", context.step_count());
  not_negative("upstream_attempt", context.upstream_attempt());
  not_negative("min_registry_revision", context.min_registry_revision());
  failure.step_count = context.step_count();
  failure.upstream_attempt = context.upstream_attempt();
  if (context.has_time_remaining()) {
    failure.time_remaining =
        check.Duration("time_remaining", context.time_remaining(),
                       absl::ZeroDuration(), absl::InfiniteDuration());
  }
  failure.expected_call_time =
      check.Duration("expected_call_time", context.expected_call_time(),
                     absl::ZeroDuration(), absl::InfiniteDuration());
  check.KnownEnum("idempotency", context.idempotency());
  check.KnownEnum("error_type_hint", context.error_type_hint());
  if (!check.ok()) return;
  failure.idempotency = FromMessageEnum<Idempotency>(context.idempotency());
  failure.error_type_hint =
      FromMessageEnum<ErrorType>(context.error_type_hint());
}

void ParseCircuit(const v1::RecoveryContext& context, Checker& check,
                  Failure& failure) {
  if (context.circuit_open() && context.target().empty()) {
    check.Fail("target", "must be set with circuit_open: whose circuit is it?");
  }
  failure.circuit_open = context.circuit_open();
  if (!context.has_calls()) return;
  failure.calls = ParseCallSums("calls", context.calls(), check);
}

void ParseCapabilities(const v1::RecoveryContext& context, Checker& parent,
                       Failure& failure) {
  if (!context.has_capabilities()) return;
  const v1::Capabilities& message = context.capabilities();
  Checker check(parent, "capabilities");
  const auto names = [&](absl::string_view field, const TextList& values) {
    check.Texts(field, values, kMaxCapabilities, kMaxNameBytes);
    return ToVector(values);
  };
  failure.capabilities = {true, names("alternatives", message.alternatives()),
                          names("degradations", message.degradations()),
                          names("remediations", message.remediations()),
                          message.await_human()};
}

void ParseState(const std::shared_ptr<const v1::RecoveryContext>& context,
                Checker& check, Failure& failure) {
  if (!context->subject_field().empty()) {
    const auto path = ParsePath(context->subject_field());
    if (!path.ok()) check.Fail("subject_field", path.status().message());
  }
  failure.subject_field = context->subject_field();
  if (!context->has_state()) return;
  check.Json("state", context->state(), kMaxStateDepth, kMaxStateBytes);
  failure.state = std::shared_ptr<const JsonObject>(context, &context->state());
}

void ParseCallerSteps(const v1::RecoveryContext& context, RegexAllowance* batch,
                      Checker& check, Failure& failure) {
  RegexBudget budget = {.max_memory = kMaxCallerRegexMemory,
                        .max_count = kMaxCallerRegexes,
                        .max_instructions = kMaxCallerInstructions};
  failure.caller_steps = ParseStepList(
      context.caller_steps(),
      {.field = "caller_steps", .error_regex = nullptr, .regex_budget = budget},
      check);
  if (batch != nullptr) batch->instructions -= budget.instructions;
  if (!failure.caller_steps.empty()) {
    failure.caller_steps_hash = HashSteps(context.caller_steps());
  }
}

absl::Status BatchSpent() {
  return Refusal(
      absl::StatusCode::kResourceExhausted, reason::kRegexTooLarge,
      absl::StrCat("the regexes of the batch's contexts before this one take "
                   "the ",
                   kMaxBatchInstructions,
                   " instructions that one batch may compile; send this "
                   "context in another batch"));
}

}  // namespace

bool BringsRegexes(const v1::RecoveryContext& context) {
  return std::any_of(context.caller_steps().begin(),
                     context.caller_steps().end(), [](const v1::Step& step) {
                       RegexTotals totals;
                       AddRegexes(step.error_correction(), totals);
                       return totals.count > 0;
                     });
}

bool IsNamespace(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxNamespaceBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void CheckNamespace(absl::string_view field, absl::string_view text,
                    Checker& check) {
  if (text.empty() || IsNamespace(text)) return;
  check.Fail(field, "must be 1-63 of a-z, 0-9 and -");
}

CallSums ParseCallSums(absl::string_view field, const v1::CallCounts& counts,
                       Checker& parent) {
  Checker check(parent, field);
  check.Number("calls", counts.calls(), 0, kMaxCallsInSum);
  check.Number("failures", counts.failures(), 0, counts.calls());
  check.Number("slow_calls", counts.slow_calls(), 0, counts.calls());
  CallSums sums{counts.calls(), counts.failures(), counts.slow_calls()};
  if (counts.has_period()) {
    sums.period = check.Duration("period", counts.period(),
                                 absl::ZeroDuration(), kMaxCallsPeriod);
  }
  return sums;
}

absl::StatusOr<RecoveryRequest> ParseContext(
    const std::shared_ptr<const v1::RecoveryContext>& context,
    RegexAllowance* batch) {
  RecoveryRequest request;
  Failure& failure = request.failure;
  Checker check;
  ParseError(*context, check, failure);
  ParseNamespace(*context, check, failure);
  ParseTexts(*context, check, failure);
  ParseNumbers(*context, check, failure);
  ParseCircuit(*context, check, failure);
  ParseCapabilities(*context, check, failure);
  ParseState(context, check, failure);
  if (batch != nullptr && batch->instructions <= 0 && check.ok() &&
      BringsRegexes(*context)) {
    return BatchSpent();
  }
  ParseCallerSteps(*context, batch, check, failure);
  if (!check.ok()) return check.status();
  failure.text = MatchText(failure);
  request.recovery_token = context->recovery_token();
  request.request_id = context->request_id();
  request.min_registry_revision = context->min_registry_revision();
  request.message_bytes = context->ByteSizeLong();
  return request;
}

}  // namespace recourse
