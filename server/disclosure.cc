#include "server/disclosure.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "server/explain.h"
#include "server/match/target_hint.h"
#include "server/strategy/state_edit.h"

namespace recourse {
namespace {

constexpr size_t kTagBytes = 4;

// Of no meaning to whoever does not know this process's key.
std::string TagOf(absl::string_view text) {
  using Key = std::array<unsigned char, 32>;
  static const Key& key = *[] {
    auto* random = new Key();
    if (RAND_bytes(random->data(), random->size()) != 1) std::abort();
    return random;
  }();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  HMAC(EVP_sha256(), key.data(), key.size(),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       mac.data(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(mac.data()), kTagBytes));
}

// Every text of an action that comes from its step and is no payload: a caller
// may have written it.
struct ActionRedactor {
  const Redactor& redactor;

  void Hide(std::string& text) const { text = redactor.Redact(text); }
  void Hide(std::vector<std::string>& texts) const {
    for (std::string& text : texts) Hide(text);
  }
  void operator()(RetryAction& action) const { Hide(action.remediation); }
  void operator()(AlternativeAction& action) const {
    Hide(action.alternative.name);
    Hide(action.alternative.target);
    Hide(action.remaining);
  }
  void operator()(DegradationAction& action) const {
    Hide(action.level_name);
    Hide(action.disable_features);
  }
  void operator()(FallbackAction&) const {}
  void operator()(CorrectionAction& action) const {
    Hide(action.subject_field);
    Hide(action.applied);
  }
  void operator()(EscalationAction& action) const {
    Hide(action.assignee);
    Hide(action.channels);
    Hide(action.include_state_keys);
  }
};

void RedactTexts(const Redactor& redactor, Decision& decision) {
  for (StepTrace& entry : decision.trace) {
    entry.text = redactor.Redact(entry.text);
  }
  decision.error_message = redactor.Redact(decision.error_message);
  if (decision.action.has_value()) {
    std::visit(ActionRedactor{redactor}, *decision.action);
  }
}

}  // namespace

GuardedSite SiteOf(const Failure& failure, const Redactor& redactor) {
  GuardedSite site;
  site.ns = failure.ns;
  site.target = redactor.RedactName(failure.target);
  site.quota_scope = redactor.RedactName(failure.quota_scope);
  site.service = GuardedCaller(failure.caller_service, redactor);
  site.instance = GuardedCaller(failure.caller_instance, redactor);
  site.renamed = site.target != failure.target;
  return site;
}

std::string GuardedCaller(absl::string_view name, const Redactor& redactor) {
  std::string redacted = redactor.RedactName(name);
  if (redacted != name) absl::StrAppend(&redacted, "~", TagOf(name));
  return redacted;
}

EscalationAction ToDisclosed(EscalationAction action,
                             const std::set<std::string>& channels,
                             const Redactor& redactor) {
  const std::vector<std::string> named = action.channels;
  ActionRedactor{redactor}(action);
  for (size_t i = 0; i < named.size(); ++i) {
    if (channels.contains(named[i])) action.channels[i] = named[i];
  }
  return action;
}

void AddTargetHint(const Failure& failure, const Redactor& redactor,
                   std::vector<StepTrace>& trace) {
  if (!failure.target.empty()) return;
  const std::string hint = TargetHint(failure.text);
  if (hint.empty()) return;
  trace.push_back({-1, Strategy::kUnspecified, TraceReason::kTargetHint,
                   TargetHintText(redactor.Redact(hint))});
}

std::map<std::string, std::string> StateContext(
    const Failure& failure, const std::vector<std::string>& keys,
    const Redactor& redactor) {
  std::map<std::string, std::string> context;
  if (failure.state == nullptr) return context;
  for (const std::string& key : keys) {
    const JsonValue* value = FindValue(*failure.state, key);
    std::string json;
    if (value == nullptr ||
        !google::protobuf::util::MessageToJsonString(*value, &json).ok()) {
      continue;
    }
    // Together with its key, which alone may say that the value is secret.
    std::string redacted =
        redactor.Redact(absl::StrCat("\"", key, "\": ", json));
    std::string shown_key = redactor.Redact(key);
    const std::string prefix = absl::StrCat("\"", shown_key, "\": ");
    if (absl::StartsWith(redacted, prefix)) redacted.erase(0, prefix.size());
    context[std::move(shown_key)] = std::move(redacted);
  }
  return context;
}

DecisionEntry ToEntry(const Decision& decision, RedactedFailure failure,
                      const Redactor& redactor) {
  DecisionEntry entry{.decision = WithoutPayload(decision),
                      .failure = std::move(failure)};
  RedactTexts(redactor, entry.decision);
  return entry;
}

DecisionEntry ToEntry(const Progress& progress, Outcome outcome,
                      const Redactor& redactor) {
  DecisionEntry entry;
  entry.outcome = outcome;
  entry.decision.decision_id = progress.decision_id;
  entry.decision.recovery_id = progress.recovery_id;
  entry.decision.time = progress.decision_time;
  entry.decision.strategy = progress.strategy;
  entry.decision.classification.pattern_id = progress.pattern_id;
  entry.decision.classification.category = progress.category;
  entry.decision.classification.error_type = progress.error_type;
  entry.failure.ns = progress.ns;
  entry.failure.target = redactor.Redact(progress.target);
  return entry;
}

}  // namespace recourse
