#include "client/cli/context.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/address.h"
#include "client/cli/field_flags.h"
#include "client/cpp/status_details.h"
#include "google/protobuf/util/json_util.h"
#include "server/tls_files.h"

namespace recourse::cli {
namespace {

struct Hint {
  absl::string_view reason;
  absl::string_view text;
};

constexpr Hint kHints[] = {
    {"PATTERN_EXISTS", "use `recourse patterns update FILE` to change it"},
    {"PATTERN_NOT_FOUND", "`recourse patterns list` shows what there is"},
    {"POLICY_NOT_FOUND", "`recourse policies list` shows what there is"},
    {"STALE_REVISION",
     "somebody changed it meanwhile: get it again and repeat your change"},
    {"TOKEN_EXPIRED", "begin anew, without --token"},
    {"TOKEN_FORGED", "the token is of another server or namespace"},
    {"DECISION_NOT_FOUND", "only recent decisions are kept"},
    {"INCIDENT_NOT_FOUND", "`recourse incidents list` shows what is open"},
    {"WAITER_NOT_FOUND", "`recourse incidents get ID` shows who waits"},
    {"STORE_UNAVAILABLE",
     "decisions go on; changes need the store: see `recourse health`"},
};

std::string HintFor(const absl::Status& status, const std::string& server,
                    bool tls) {
  if (IsUnreachable(status)) return ConnectionHint(status, server, tls);
  if (status.code() == absl::StatusCode::kUnimplemented) {
    return absl::StrCat("is ", server, " a Recourse server, and as new?");
  }
  const std::string reason = ErrorReason(status);
  for (const Hint& hint : kHints) {
    if (hint.reason == reason) return std::string(hint.text);
  }
  return "";
}

}  // namespace

absl::StatusOr<Client*> Context::Connect() {
  if (client_ == nullptr) {
    absl::Status status = CheckAddress(server);
    const TlsOptions& tls = client_options.tls;
    status.Update(CheckTlsFiles({.authority = {"--tls-ca", tls.ca_file},
                                 .certificate = {"--tls-cert", tls.cert_file},
                                 .key = {"--tls-key", tls.key_file}}));
    if (!status.ok()) return status;
    auto created = Client::Create(server, client_options);
    if (!created.ok()) return created.status();
    client_ = *std::move(created);
  }
  return client_.get();
}

bool Context::PrintedAsJson(const google::protobuf::Message& message) {
  if (json) out << ToJsonLine(message) << '\n' << std::flush;
  return json;
}

ExitCode Context::Fail(const absl::Status& status) {
  out.flush();
  const bool unreachable = IsUnreachable(status);
  const std::string field = ErrorField(status);
  const std::string flag = fields_have_flags ? FlagOfField(field) : "";
  absl::string_view message = status.message();
  const bool named = !flag.empty() && absl::ConsumePrefix(&message, field);
  err << Styled(terminal, Style::kRed, "error:") << ' '
      << (unreachable ? absl::StrCat("no answer from ", server, ": ") : "")
      << (named ? flag : "") << std::string(message) << '\n';
  const auto print = [this](absl::string_view name, const std::string& text) {
    if (!text.empty()) err << "  " << std::string(name) << ": " << text << '\n';
  };
  print(flag.empty() ? "field" : "flag", flag.empty() ? field : flag);
  print("reason", ErrorReason(status));
  print("hint", HintFor(status, server, client_options.tls.enabled));
  return unreachable ? kUnreachable : kRefused;
}

ExitCode Context::FailUsage(const absl::Status& status) {
  out.flush();
  err << Styled(terminal, Style::kRed, "error:") << ' '
      << std::string(status.message()) << '\n';
  return kBadUsage;
}

void Context::Warn(const std::string& text) {
  err << Styled(terminal, Style::kYellow, "warning:") << ' ' << text << '\n';
}

absl::Status WithMessage(const absl::Status& status,
                         const std::string& message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload(
      [&](absl::string_view type_url, const absl::Cord& payload) {
        result.SetPayload(type_url, payload);
      });
  return result;
}

std::string ToJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &text, options);
  return status.ok() ? text : "{}";
}

absl::Status FromJson(const std::string& what, const std::string& text,
                      google::protobuf::Message& message) {
  const auto status =
      google::protobuf::util::JsonStringToMessage(text, &message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      what, " is not a JSON object: ", std::string(status.message())));
}

}  // namespace recourse::cli
