#include "server/explain.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

// A plan that can only correct, as that of PERMANENT errors does by default,
// and nothing was sent that it could.
bool OnlyCorrectsAndNoText(const Decision& decision, const Failure& failure) {
  const std::vector<Step>& steps = *decision.plan_steps;
  if (decision.classification.category != Category::kPermanent ||
      !failure.subject_field.empty() || steps.size() != 1) {
    return false;
  }
  const auto* correction = std::get_if<ErrorCorrectionStep>(&steps[0]);
  return correction != nullptr && correction->rewrites.empty() &&
         std::any_of(decision.trace.begin(), decision.trace.end(),
                     [](const StepTrace& entry) {
                       return entry.reason == TraceReason::kNoSubject;
                     });
}

}  // namespace

std::string GiveUpMessage(const Decision& decision, const Failure& failure) {
  if (OnlyCorrectsAndNoText(decision, failure)) {
    return "gave up: the error does not pass by itself, and there is nothing "
           "to correct: no text was sent";
  }
  std::string message = "gave up";
  for (const StepTrace& entry : decision.trace) {
    if (entry.step < 0) continue;
    absl::StrAppend(&message, message == "gave up" ? ": " : "; ",
                    absl::AsciiStrToLower(Name(entry.strategy)), ": ",
                    entry.text.empty() ? absl::string_view(Name(entry.reason))
                                       : absl::string_view(entry.text));
  }
  if (message != "gave up") return message;
  const Category category = decision.classification.category;
  return category == Category::kUnknown
             ? "gave up: no pattern matches and the error does not say what it "
               "is"
             : absl::StrCat("gave up: the plan for ", Name(category),
                            " errors has no step left");
}

std::string ClassifiedText(const Classification& classification) {
  return classification.evidence.empty()
             ? "no code and no words that tell what it is"
             : classification.evidence;
}

std::string TargetHintText(absl::string_view hint) {
  return absl::StrCat("the error names ", hint,
                      "; send what was called as target, else no circuit, "
                      "retry budget or statistics of it are kept");
}

std::string WhyWon(absl::Span<const SharedPattern> matches,
                   const Pattern* passed_over, const Pattern* instead) {
  if (passed_over != nullptr) {
    return absl::StrCat(
        passed_over->id,
        " is passed over: all else in the error speaks against ",
        Name(passed_over->category), "; ",
        instead == nullptr ? "no other active pattern decides" : instead->id,
        instead == nullptr ? "" : " decides");
  }
  const Pattern* winner = nullptr;
  const Pattern* second = nullptr;
  for (const SharedPattern& pattern : matches) {
    if (pattern->mode != PatternMode::kActive) continue;
    (winner == nullptr ? winner : second) = pattern.get();
    if (second != nullptr) break;
  }
  if (winner == nullptr) return "no active pattern matches";
  if (second == nullptr) {
    return absl::StrCat(winner->id, " is the only active pattern that matches");
  }
  const std::string over = absl::StrCat(winner->id, " over ", second->id, ": ");
  if (winner->origin != second->origin) {
    return absl::StrCat(over, "a user's pattern is asked before the library's");
  }
  if (winner->priority != second->priority) {
    return absl::StrCat(over, "priority ", winner->priority, " before ",
                        second->priority);
  }
  return absl::StrCat(over, "equal priority ", winner->priority,
                      ", the smaller id first");
}

}  // namespace recourse
