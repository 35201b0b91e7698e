// Redaction of a failure: which texts it has, and where they are cut.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/record/redaction.h"
#include "server/record/redaction_rules.h"

namespace recourse {
namespace {

// Failure::message may have been cut here on its way in.
constexpr size_t kMaxInputMessageBytes = 8 << 10;
// What may be left of a secret at that cut.
constexpr size_t kMaxCutTailBytes = 512;

bool IsUtf8Continuation(char c) { return (c & 0xC0) == 0x80; }

absl::string_view CutAtUtf8Boundary(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && IsUtf8Continuation(text[limit])) --limit;
  return text.substr(0, limit);
}

// Of a message that was cut, less what may be half a secret at the cut.
absl::string_view ReadableHead(absl::string_view message) {
  if (message.size() <= kMaxInputMessageBytes) return message;
  absl::string_view head = CutAtUtf8Boundary(message, kMaxInputMessageBytes);
  const size_t space = head.find_last_of(" \t\r\n");
  const size_t least = head.size() - kMaxCutTailBytes;
  return space != absl::string_view::npos && space > least
             ? head.substr(0, space)
             : CutAtUtf8Boundary(head, least);
}

// Cut to the limit; a marker is kept whole or left out.
std::string CutRedacted(std::string text) {
  const size_t size = CutAtUtf8Boundary(text, kMaxRedactedMessageBytes).size();
  if (size < text.size()) {
    const size_t opening = absl::string_view(text).rfind(kMarkerOpening, size);
    const bool within = opening != absl::string_view::npos && opening < size &&
                        text.find(']', opening) >= size;
    text.resize(within ? opening : size);
  }
  return text;
}

// A label's name can be what tells that its value is a secret.
std::string RedactLabel(const Redactor& redactor, absl::string_view name,
                        absl::string_view value) {
  const std::string prefix = absl::StrCat(name, "=");
  std::string pair = redactor.Redact(absl::StrCat(prefix, value));
  if (absl::StartsWith(pair, prefix)) pair.erase(0, prefix.size());
  return pair;
}

}  // namespace

RedactedFailure Redactor::Redact(const Failure& failure) const {
  RedactedFailure redacted;
  redacted.ns = RedactName(failure.ns);
  redacted.workflow_id = Redact(failure.workflow_id);
  redacted.node_name = RedactName(failure.node_name);
  redacted.step_count = failure.step_count;
  redacted.exception_type = RedactName(failure.exception_type);
  redacted.message = CutRedacted(Redact(ReadableHead(failure.message)));
  redacted.code = RedactName(failure.code);
  redacted.http_status = failure.http_status;
  if (failure.grpc_code.has_value()) {
    redacted.grpc_code = std::string(Name(*failure.grpc_code));
  }
  redacted.target = RedactName(failure.target);
  redacted.caller_service = RedactName(failure.caller_service);
  redacted.caller_instance = RedactName(failure.caller_instance);
  for (const auto& [name, value] : failure.labels) {
    redacted.labels[Redact(name)] = RedactLabel(*this, name, value);
  }
  return redacted;
}

std::string Redactor::RedactText(const Failure& failure,
                                 const RedactedFailure& redacted) const {
  if (!failure.causes.empty()) {
    return CutRedacted(Redact(ReadableHead(failure.text)));
  }
  Failure shown;
  shown.exception_type = redacted.exception_type;
  shown.message = redacted.message;
  return MatchText(shown);
}

}  // namespace recourse
