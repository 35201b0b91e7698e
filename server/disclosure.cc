#include "server/disclosure.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "server/explain.h"
#include "server/match/target_hint.h"
#include "server/strategy/state_edit.h"

namespace recourse {
namespace {

// What a caller may have written into its own steps and capabilities.
void RedactTexts(const Redactor& redactor, Decision& decision) {
  for (StepTrace& entry : decision.trace) {
    entry.text = redactor.Redact(entry.text);
  }
  decision.error_message = redactor.Redact(decision.error_message);
  if (!decision.action.has_value()) return;
  auto* action = std::get_if<AlternativeAction>(&*decision.action);
  if (action == nullptr) return;
  Alternative& alternative = action->alternative;
  alternative.name = redactor.Redact(alternative.name);
  alternative.target = redactor.Redact(alternative.target);
  for (std::string& name : action->remaining) name = redactor.Redact(name);
}

}  // namespace

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
    const std::string name = absl::StrCat("\"", key, "\": ");
    std::string redacted = redactor.Redact(absl::StrCat(name, json));
    if (absl::StartsWith(redacted, name)) redacted.erase(0, name.size());
    context[key] = std::move(redacted);
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
