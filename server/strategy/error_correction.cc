// The same operation with mechanically corrected input.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/correct/fitting_fixers.h"
#include "server/strategy/rewriter.h"
#include "server/strategy/state_edit.h"
#include "server/strategy/strategy.h"
#include "server/strategy/unified_diff.h"

namespace recourse {
namespace {

Exhausted GuardFailed(absl::string_view why) {
  return Exhausted{TraceReason::kGuardFailed, std::string(why)};
}

// The text to correct, or null.
const std::string* SubjectOf(const Failure& failure) {
  if (failure.state == nullptr || failure.subject_field.empty()) return nullptr;
  const JsonValue* value = FindValue(*failure.state, failure.subject_field);
  if (value == nullptr || !value->has_string_value()) return nullptr;
  return &value->string_value();
}

// A pattern with \C can cut characters; the answer could not be sent.
bool IsUtf8(const std::string& text) {
  static const RE2 kUtf8("[\\x{0}-\\x{D7FF}\\x{E000}-\\x{10FFFF}]*");
  return RE2::FullMatch(text, kUtf8);
}

// Why `corrected` must not be used; nullopt: it may.
std::optional<Exhausted> Refuse(const ErrorCorrectionStep& step,
                                const std::string& corrected,
                                Rewriter& rewriter) {
  const auto again = rewriter.Apply(step.rewrites, corrected, nullptr);
  if (!again.ok()) return GuardFailed(again.status().message());
  if (*again != corrected) {
    return GuardFailed(
        "the rewrites are not idempotent: a second run changes the text again");
  }
  if (!IsUtf8(corrected)) {
    return GuardFailed("the corrected text is not valid UTF-8");
  }
  for (const bool wanted : {true, false}) {
    const auto& guards =
        wanted ? step.must_match_after : step.must_not_match_after;
    for (const SharedRegex& regex : guards) {
      const auto matches = rewriter.Matches(*regex, corrected);
      if (!matches.ok()) return GuardFailed(matches.status().message());
      if (*matches == wanted) continue;
      return GuardFailed(absl::StrCat("the corrected text ",
                                      wanted ? "does not match " : "matches ",
                                      regex->pattern()));
    }
  }
  return std::nullopt;
}

CorrectionAction ActionFor(const Failure& failure, const std::string& before,
                           std::string after,
                           std::vector<std::string> applied) {
  CorrectionAction action;
  action.subject_field = failure.subject_field;
  action.unified_diff = UnifiedDiff(before, after, failure.subject_field);
  action.applied = std::move(applied);
  JsonValue value;
  value.set_string_value(after);
  action.corrected_text = std::move(after);
  action.edits.push_back({failure.subject_field, SetEdit{std::move(value)}});
  action.state = *failure.state;
  ApplyEdit(action.edits.front(), action.state);
  return action;
}

// The fixers that fit the error, as a step; without rewrites: there is none.
ErrorCorrectionStep FittingStep(const FixerHints& hints) {
  ErrorCorrectionStep step;
  for (const Fixer fixer : FittingFixers(hints)) {
    Rewrite rewrite;
    rewrite.operation = Rewrite::Operation::kFix;
    rewrite.fixer = fixer;
    step.rewrites.push_back(std::move(rewrite));
  }
  return step;
}

StepAnswer Correct(const ErrorCorrectionStep& step, const StepContext& context,
                   const FixerHints& hints, const std::string& subject) {
  const ErrorCaptures captures(context.error_regex, context.failure);
  Rewriter rewriter(captures, hints, context.time_is_up);
  std::vector<std::string> applied;
  auto corrected = rewriter.Apply(step.rewrites, subject, &applied);
  if (!corrected.ok()) return GuardFailed(corrected.status().message());
  if (*corrected == subject) {
    return Exhausted{TraceReason::kNoChange, "no rewrite changes the text"};
  }
  if (auto refusal = Refuse(step, *corrected, rewriter)) return *refusal;
  return Action(ActionFor(context.failure, subject, *std::move(corrected),
                          std::move(applied)));
}

}  // namespace

StepAnswer Decide(const ErrorCorrectionStep& step, const StepContext& context) {
  if (context.rerun_refused.has_value()) {
    return Exhausted{*context.rerun_refused,
                     "the operation must not run again"};
  }
  const std::string* subject = SubjectOf(context.failure);
  if (subject == nullptr) {
    return Exhausted{TraceReason::kNoSubject,
                     context.failure.subject_field.empty()
                         ? "no text to correct was sent (subject_field)"
                         : "subject_field names no text in state"};
  }
  const FixerHints hints{.error = context.failure.text,
                         .stack = context.failure.stack_trace};
  if (!step.rewrites.empty()) return Correct(step, context, hints, *subject);
  const ErrorCorrectionStep fitting = FittingStep(hints);
  if (fitting.rewrites.empty()) {
    return Exhausted{TraceReason::kNoChange,
                     "no built-in correction fits the error"};
  }
  return Correct(fitting, context, hints, *subject);
}

}  // namespace recourse
