#include "server/wire/steps.h"

#include <limits>
#include <set>

#include "server/strategy/state_edit.h"
#include "server/wire/context.h"
#include "server/wire/correction_step.h"
#include "server/wire/enums.h"
#include "server/wire/pattern.h"

namespace recourse {
namespace {

void ParseBackoff(const v1::RetryStep& message, Checker& check,
                  RetryStep& step) {
  check.KnownEnum("backoff", message.backoff());
  if (message.backoff() != v1::BACKOFF_UNSPECIFIED) {
    step.backoff = FromMessageEnum<Backoff>(message.backoff());
  }
  if (message.has_base_delay()) {
    step.base_delay = check.Duration("base_delay", message.base_delay(),
                                     absl::ZeroDuration(), absl::Hours(1));
  }
  if (message.has_factor()) {
    check.Number("factor", message.factor(), 1, 100);
    step.factor = message.factor();
  }
  if (message.has_max_delay()) {
    step.max_delay = check.Duration("max_delay", message.max_delay(),
                                    absl::ZeroDuration(), absl::Hours(24));
  }
}

void ParseJitter(const v1::RetryStep& message, Checker& check,
                 RetryStep& step) {
  check.KnownEnum("jitter", message.jitter());
  if (message.jitter() != v1::JITTER_UNSPECIFIED) {
    step.jitter = FromMessageEnum<Jitter>(message.jitter());
  }
  if (message.has_jitter_min()) {
    check.Number("jitter_min", message.jitter_min(), 0, 10);
    step.jitter_min = message.jitter_min();
  }
  if (message.has_jitter_max()) step.jitter_max = message.jitter_max();
  check.Number("jitter_max", step.jitter_max, step.jitter_min, 10);
}

RetryStep ParseRetry(const v1::RetryStep& message, Checker& check) {
  RetryStep step;
  if (message.has_max_retries()) {
    check.Number("max_retries", message.max_retries(), 0, 100);
    step.max_retries = message.max_retries();
  }
  ParseBackoff(message, check, step);
  ParseJitter(message, check, step);
  if (message.has_max_retry_after()) {
    step.max_retry_after =
        check.Duration("max_retry_after", message.max_retry_after(),
                       absl::ZeroDuration(), absl::Hours(24));
  }
  if (message.has_timeout_multiplier()) {
    check.Number("timeout_multiplier", message.timeout_multiplier(), 1, 10);
    step.timeout_multiplier = message.timeout_multiplier();
  }
  check.Text("remediation", message.remediation(), 64);
  step.remediation = message.remediation();
  return step;
}

Alternative ParseAlternative(const v1::Alternative& message, Checker& check) {
  check.RequiredText("name", message.name(), kMaxNameBytes);
  check.Text("target", message.target(), kMaxTargetBytes);
  check.Labels("parameters", message.parameters(), kMaxParameters,
               kMaxNameBytes, kMaxParameterBytes);
  check.Number("cost", message.cost(), 0, std::numeric_limits<double>::max());
  check.Number("quality", message.quality(), 0, 1);
  return {message.name(),
          message.target().empty() ? message.name() : message.target(),
          ToMap(message.parameters()), message.cost(), message.quality()};
}

AlternativePathStep ParseAlternatives(const v1::AlternativePathStep& message,
                                      Checker& check) {
  AlternativePathStep step;
  check.Count("alternatives", message.alternatives_size(), kMaxAlternatives);
  std::set<absl::string_view> names;
  for (int i = 0; check.ok() && i < message.alternatives_size(); ++i) {
    Checker item(check, "alternatives", i);
    step.alternatives.push_back(
        ParseAlternative(message.alternatives(i), item));
    if (!names.insert(message.alternatives(i).name()).second) {
      item.Fail("name", "stands twice in this step");
    }
  }
  check.KnownEnum("order_by", message.order_by());
  step.order_by = message.order_by() == v1::ALTERNATIVE_ORDER_UNSPECIFIED
                      ? AlternativeOrder::kPreference
                      : FromMessageEnum<AlternativeOrder>(message.order_by());
  check.Texts("exclude", message.exclude(), kMaxListedNames, kMaxNameBytes);
  step.exclude = ToVector(message.exclude());
  return step;
}

StateEdit ParseEdit(const v1::StateEdit& message, Checker& check) {
  StateEdit edit;
  edit.path = message.path();
  if (edit.path.empty()) {
    check.Fail("path", "is required");
  } else if (const auto path = ParsePath(edit.path); !path.ok()) {
    check.Fail("path", path.status().message());
  }
  switch (message.operation_case()) {
    case v1::StateEdit::kSet:
      check.Json("set", message.set(), kMaxStateDepth, kMaxStepJsonBytes);
      edit.operation = SetEdit{message.set()};
      break;
    case v1::StateEdit::kCap:
      check.Number("cap", message.cap(), -std::numeric_limits<double>::max(),
                   std::numeric_limits<double>::max());
      edit.operation = CapEdit{message.cap()};
      break;
    case v1::StateEdit::kTruncate:
      edit.operation = TruncateEdit{message.truncate()};
      break;
    case v1::StateEdit::kRemove:
      if (!message.remove()) check.Fail("remove", "must be true");
      edit.operation = RemoveEdit{};
      break;
    case v1::StateEdit::OPERATION_NOT_SET:
      check.Fail("", "needs one of set, cap, truncate, remove");
      break;
  }
  return edit;
}

DegradationLevel ParseLevel(const v1::DegradationLevel& message,
                            Checker& check) {
  DegradationLevel level;
  check.RequiredText("name", message.name(), kMaxNameBytes);
  level.name = message.name();
  check.Texts("disable_features", message.disable_features(), kMaxListedNames,
              kMaxNameBytes);
  level.disable_features = ToVector(message.disable_features());
  check.Count("edits", message.edits_size(), kMaxEdits);
  for (int i = 0; check.ok() && i < message.edits_size(); ++i) {
    Checker item(check, "edits", i);
    level.edits.push_back(ParseEdit(message.edits(i), item));
  }
  return level;
}

GracefulDegradationStep ParseDegradation(
    const v1::GracefulDegradationStep& message, Checker& check) {
  GracefulDegradationStep step;
  check.Count("levels", message.levels_size(), kMaxLevels);
  std::set<absl::string_view> names;
  for (int i = 0; check.ok() && i < message.levels_size(); ++i) {
    Checker item(check, "levels", i);
    step.levels.push_back(ParseLevel(message.levels(i), item));
    if (!names.insert(message.levels(i).name()).second) {
      item.Fail("name", "stands twice in this step");
    }
  }
  if (message.has_fallback_value()) {
    check.Json("fallback_value", message.fallback_value(), kMaxStateDepth,
               kMaxStepJsonBytes);
    step.fallback_value = message.fallback_value();
  }
  return step;
}

EscalationStep ParseEscalation(const v1::EscalationStep& message,
                               Checker& check) {
  EscalationStep step;
  check.Texts("channels", message.channels(), kMaxChannels, kMaxChannelBytes);
  step.channels = ToVector(message.channels());
  check.Text("assignee", message.assignee(), kMaxNameBytes);
  step.assignee = message.assignee();
  check.KnownEnum("priority", message.priority());
  step.priority = FromMessageEnum<Severity>(message.priority());
  step.pause_workflow = message.pause_workflow();
  step.include_context = message.include_context();
  check.Texts("include_state_keys", message.include_state_keys(), kMaxStateKeys,
              kMaxNameBytes);
  step.include_state_keys = ToVector(message.include_state_keys());
  return step;
}

Step ParseStep(const v1::Step& message, const StepRules& rules,
               Checker& parent) {
  switch (message.step_case()) {
    case v1::Step::kRetry: {
      Checker check(parent, "retry");
      return ParseRetry(message.retry(), check);
    }
    case v1::Step::kAlternativePath: {
      Checker check(parent, "alternative_path");
      return ParseAlternatives(message.alternative_path(), check);
    }
    case v1::Step::kGracefulDegradation: {
      Checker check(parent, "graceful_degradation");
      return ParseDegradation(message.graceful_degradation(), check);
    }
    case v1::Step::kErrorCorrection: {
      Checker check(parent, "error_correction");
      return ParseCorrection(message.error_correction(), rules, check);
    }
    case v1::Step::kEscalation: {
      Checker check(parent, "escalation");
      return ParseEscalation(message.escalation(), check);
    }
    case v1::Step::STEP_NOT_SET:
      break;
  }
  parent.Fail("",
              "needs one of retry, alternative_path, graceful_degradation, "
              "error_correction, escalation");
  return RetryStep();
}

// Before the first is compiled: compiling is what costs.
void CheckRegexTotals(
    const google::protobuf::RepeatedPtrField<v1::Step>& messages,
    const StepRules& rules, Checker& check) {
  RegexTotals totals;
  for (const v1::Step& message : messages) {
    AddRegexes(message.error_correction(), totals);
  }
  if (totals.count > rules.regex_budget.max_count) {
    check.Fail(rules.field,
               absl::StrCat("has ", totals.count, " regexes, at most ",
                            rules.regex_budget.max_count),
               reason::kRegexTooLarge);
  }
  if (totals.bytes > kMaxPlanRegexBytes) {
    check.Fail(
        rules.field,
        absl::StrCat("the regexes are ", totals.bytes,
                     " bytes long together, at most ", kMaxPlanRegexBytes),
        reason::kRegexTooLarge);
  }
}

}  // namespace

std::vector<Step> ParseStepList(
    const google::protobuf::RepeatedPtrField<v1::Step>& messages,
    const StepRules& rules, Checker& check) {
  check.Count(rules.field, messages.size(), kMaxSteps);
  CheckRegexTotals(messages, rules, check);
  std::vector<Step> steps;
  for (int i = 0; check.ok() && i < messages.size(); ++i) {
    Checker item(check, rules.field, i);
    steps.push_back(ParseStep(messages[i], rules, item));
  }
  if (!check.ok()) steps.clear();
  return steps;
}

}  // namespace recourse
