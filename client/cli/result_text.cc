#include "client/cli/result_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

std::string RetryText(const v1::RetryAction& retry) {
  std::string text =
      absl::StrCat("retry ", retry.attempt(), " of ", retry.max_attempts(),
                   " in ", DurationText(retry.delay()));
  if (!retry.remediation().empty()) {
    absl::StrAppend(&text, " after ", retry.remediation());
  }
  if (retry.has_timeout()) {
    absl::StrAppend(&text, ", time-out ", DurationText(retry.timeout()));
  }
  return text;
}

std::string AlternativeText(const v1::AlternativePathAction& action) {
  const v1::Alternative& alternative = action.alternative();
  std::string text = absl::StrCat("switch to ", alternative.name());
  if (!alternative.target().empty() &&
      alternative.target() != alternative.name()) {
    absl::StrAppend(&text, " (", alternative.target(), ")");
  }
  if (!action.remaining().empty()) {
    absl::StrAppend(&text, ", then ", absl::StrJoin(action.remaining(), ", "));
  }
  return text;
}

std::string DegradationText(const v1::GracefulDegradationAction& action) {
  std::string text =
      absl::StrCat("do less: ", action.level_name(), " (level ", action.level(),
                   " of ", action.level_count(), ")");
  if (!action.disable_features().empty()) {
    absl::StrAppend(&text, ", without ",
                    absl::StrJoin(action.disable_features(), ", "));
  }
  if (action.keep_ratio() > 0) {
    absl::StrAppend(&text, absl::StrFormat(", keep %.3g %% of the input",
                                           100 * action.keep_ratio()));
  }
  for (const v1::StateEdit& edit : action.edits()) {
    absl::StrAppend(&text, "\nedit ", edit.ShortDebugString());
  }
  return text;
}

std::string EscalationText(const v1::EscalationAction& action) {
  std::string text = absl::StrCat("incident ", action.incident_id(),
                                  action.joined() ? " (joined)" : "",
                                  action.pending() ? " (not stored yet)" : "");
  if (!action.waiter_id().empty()) {
    absl::StrAppend(&text, ", waiter ", action.waiter_id());
  }
  if (!action.assignee().empty()) {
    absl::StrAppend(&text, ", for ", action.assignee());
  }
  if (!action.channels().empty()) {
    absl::StrAppend(&text, ", by ", absl::StrJoin(action.channels(), ", "));
  }
  return text;
}

Style StyleOf(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_ACT:
    case v1::DISPOSITION_RECOVERED:
      return Style::kGreen;
    case v1::DISPOSITION_WAIT_FOR_HUMAN:
      return Style::kYellow;
    default:
      return Style::kRed;
  }
}

std::string ErrorText(const v1::Classification& classification) {
  return absl::StrFormat(
      "%s (%s, %s), %s, confidence %.2f", ShortName(classification.category()),
      ShortName(classification.error_type()),
      ShortName(classification.severity()),
      classification.retryable() ? "retryable" : "not retryable",
      classification.confidence());
}

// 130512 of at most 128000 tokens; empty: no size was stated.
std::string SizeText(const v1::Classification& classification) {
  if (!classification.has_size_limit()) return "";
  const v1::SizeLimit& size = classification.size_limit();
  const std::string actual =
      size.actual() == 0 ? "" : absl::StrCat(size.actual());
  const std::string limit =
      size.limit() == 0 ? "" : absl::StrCat("at most ", size.limit());
  return absl::StrCat(actual, actual.empty() || limit.empty() ? "" : " of ",
                      limit, size.unit().empty() ? "" : " ", size.unit());
}

}  // namespace

std::string ActionText(const v1::RecoveryResult& result) {
  switch (result.action_case()) {
    case v1::RecoveryResult::kRetry:
      return RetryText(result.retry());
    case v1::RecoveryResult::kAlternativePath:
      return AlternativeText(result.alternative_path());
    case v1::RecoveryResult::kGracefulDegradation:
      return DegradationText(result.graceful_degradation());
    case v1::RecoveryResult::kErrorCorrection:
      return absl::StrCat("run with the corrected ",
                          result.error_correction().subject_field(), "\n",
                          absl::StripTrailingAsciiWhitespace(
                              result.error_correction().unified_diff()));
    case v1::RecoveryResult::kEscalation:
      return EscalationText(result.escalation());
    case v1::RecoveryResult::ACTION_NOT_SET:
      break;
  }
  return result.has_result()
             ? absl::StrCat("use ", ToJsonLine(result.result()),
                            result.degraded() ? " (degraded)" : "")
             : "";
}

void AddResult(const v1::RecoveryResult& result, const Terminal& terminal,
               Fields& fields) {
  fields.Add("decision", Styled(terminal, StyleOf(result.disposition()),
                                ShortName(result.disposition())));
  fields.Add("action", ActionText(result));
  fields.Add("because", result.error_message());
  fields.Add("strategy", ShortName(result.strategy_used()));
  const v1::Classification& classification = result.classification();
  fields.Add("error is", ErrorText(classification));
  fields.Add("size", SizeText(classification));
  fields.Add("best move", ShortName(classification.recommended_strategy()));
  fields.Add("pattern", classification.pattern_id().empty()
                            ? "none"
                            : classification.pattern_id());
  fields.Add("advice", classification.suggested_action());
  fields.Add("id", result.decision_id());
  fields.Add("token", result.recovery_token());
}

void PrintTrace(const v1::RecoveryResult& result, Context& context) {
  if (result.trace().empty()) return;
  Table table(
      {{"STEP", true}, {"STRATEGY"}, {"REASON"}, {"TEXT", false, true}});
  for (const v1::StepTrace& step : result.trace()) {
    table.AddRow({step.step() < 0 ? "-" : absl::StrCat(step.step() + 1),
                  step.strategy() == v1::RECOVERY_STRATEGY_UNSPECIFIED
                      ? "-"
                      : ShortName(step.strategy()),
                  ShortName(step.reason()), step.text()});
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

ExitCode ExitCodeOf(const v1::RecoveryResult& result) {
  return result.disposition() == v1::DISPOSITION_GIVE_UP ||
                 result.disposition() == v1::DISPOSITION_ESCALATED
             ? kNegative
             : kDone;
}

}  // namespace recourse::cli
