#include "client/cli/error_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/flags.h"
#include "client/cli/input.h"
#include "client/cpp/durations.h"

namespace recourse::cli {
namespace {

absl::Status SetCapability(const std::string& text, v1::Capabilities& result) {
  const auto pair = SplitPair(text, '=');
  const std::string key = pair.has_value() ? pair->first : "";
  if (key == "alternative") {
    result.add_alternatives(pair->second);
  } else if (key == "degradation") {
    result.add_degradations(pair->second);
  } else if (key == "remediation") {
    result.add_remediations(pair->second);
  } else if (key == "await_human" &&
             (pair->second == "true" || pair->second == "false")) {
    result.set_await_human(pair->second == "true");
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "--capability ", text,
        " is none of alternative=NAME, degradation=NAME, remediation=NAME, "
        "await_human=true"));
  }
  return absl::OkStatus();
}

absl::Status SetPairs(const std::string& flag, char separator,
                      const std::vector<std::string>& texts,
                      google::protobuf::Map<std::string, std::string>& map) {
  for (const std::string& text : texts) {
    const auto pair = SplitPair(text, separator);
    if (!pair.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          flag, " ", text, " is not KEY", std::string(1, separator), "VALUE"));
    }
    map[pair->first] = std::string(
        absl::StripLeadingAsciiWhitespace(absl::string_view(pair->second)));
  }
  return absl::OkStatus();
}

// INVALID_ARGUMENT: no flag tells an error, and `message` neither.
absl::Status SetMessage(const ErrorFlags& flags, Context& context,
                        v1::ErrorDetails& error) {
  const bool from_input = flags.message == "-";
  const std::string origin = from_input ? "standard input" : "--message";
  if (flags.message.has_value()) {
    error.set_message(
        AsUtf8(from_input ? ReadMessage(context.in) : *flags.message, origin,
               context));
  }
  if (!error.message().empty() || !flags.exception_type.empty() ||
      !flags.code.empty() || flags.http_status != 0 ||
      !flags.grpc_code.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      origin, flags.message.has_value() ? " is empty" : " is missing",
      ": give the error's text, or tell the error by --type, --code, "
      "--http-status or --grpc-code"));
}

absl::Status SetError(const ErrorFlags& flags, Context& context,
                      v1::ErrorDetails& error) {
  if (absl::Status status = SetMessage(flags, context, error); !status.ok()) {
    return status;
  }
  error.set_exception_type(flags.exception_type);
  error.set_code(flags.code);
  error.set_http_status(flags.http_status);
  error.set_grpc_code(flags.grpc_code);
  if (flags.retry_after.has_value()) {
    *error.mutable_retry_after() = ToProtoDuration(*flags.retry_after);
  }
  return SetPairs("--header", ':', flags.headers, *error.mutable_headers());
}

// What the error itself is.
void AddDetailFlags(CLI::App& app, ErrorFlags& flags) {
  app.add_option("--message,-m", flags.message,
                 "The error's text; - reads standard input. May be left out "
                 "where a flag below tells the error");
  app.add_option("--type", flags.exception_type, "The exception's type");
  app.add_option("--http-status", flags.http_status, "Of the response")
      ->check(CLI::Range(100, 599));
  app.add_option("--grpc-code", flags.grpc_code, "For example UNAVAILABLE");
  app.add_option("--code", flags.code,
                 "The vendor's code: SQLSTATE, errno, API code");
  app.add_option("--header", flags.headers,
                 "K:V, a response header; repeatable")
      ->allow_extra_args(false);
  AddDuration(app, "--retry-after", flags.retry_after,
              "How long the failed server asked to wait");
}

}  // namespace

void AddErrorFlags(CLI::App& app, ErrorFlags& flags) {
  AddDetailFlags(app, flags);
  app.add_option("--workflow", flags.workflow, "The workflow's id");
  app.add_option("--node", flags.node, "The node or function in it");
  app.add_option("--target", flags.target,
                 "What was being called, for example openai/gpt-4");
  app.add_option("--state", flags.state,
                 absl::StrCat("The operation's input: ", kStateForms));
  app.add_option("--subject-field", flags.subject_field,
                 "Path in the state of the text that may be corrected");
  app.add_option("--capability", flags.capabilities,
                 "alternative=NAME, degradation=NAME, remediation=NAME or "
                 "await_human=true; repeatable")
      ->allow_extra_args(false);
  app.add_option("--label", flags.labels, "K=V, for conditions; repeatable")
      ->allow_extra_args(false);
  app.add_option("--namespace", flags.ns, "Default: default");
  app.add_option("--token", flags.token,
                 "The recovery token of the last answer");
  AddDuration(app, "--time-remaining", flags.time_remaining,
              "Time left for all of it");
  AddEnum(
      app, "--idempotency",
      *google::protobuf::GetEnumDescriptor<v1::Idempotency>(),
      [&flags](int value) {
        flags.context.set_idempotency(static_cast<v1::Idempotency>(value));
      },
      "Whether it may run twice");
}

absl::StatusOr<v1::RecoveryContext> ContextFromFlags(const ErrorFlags& flags,
                                                     Context& context) {
  if (flags.message == "-" && flags.state == "-") {
    return absl::InvalidArgumentError(
        "--message - and --state - cannot both read standard input");
  }
  v1::RecoveryContext result = flags.context;
  result.set_workflow_id(flags.workflow);
  result.set_node_name(flags.node);
  result.set_target(flags.target);
  result.set_subject_field(flags.subject_field);
  result.set_recovery_token(flags.token);
  result.set_namespace_(flags.ns);
  absl::Status status = SetError(flags, context, *result.mutable_error());
  status.Update(
      SetPairs("--label", '=', flags.labels, *result.mutable_labels()));
  for (const std::string& text : flags.capabilities) {
    status.Update(SetCapability(text, *result.mutable_capabilities()));
  }
  if (flags.state.has_value()) {
    status.Update(ReadState(*flags.state, context, *result.mutable_state()));
  }
  if (flags.time_remaining.has_value()) {
    *result.mutable_time_remaining() = ToProtoDuration(*flags.time_remaining);
  }
  if (!status.ok()) return status;
  return result;
}

}  // namespace recourse::cli
