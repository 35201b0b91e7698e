// What is decided about failures whose text can be corrected: through
// validation, registry, classifier, plan and strategy as a server does it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/match/classifier.h"
#include "server/match/registry.h"
#include "server/plan/planner.h"
#include "server/strategy/strategy.h"
#include "server/wire/context.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"

namespace recourse {

inline std::vector<SharedPattern> PatternsIn(const std::string& folder,
                                             Origin origin) {
  std::vector<SharedPattern> patterns;
  const auto sources = LoadPatternDirectory(folder);
  EXPECT_TRUE(sources.ok()) << sources.status();
  if (!sources.ok()) return patterns;
  for (const PatternSource& source : *sources) {
    auto pattern = ParsePattern(source.pattern, origin);
    EXPECT_TRUE(pattern.ok()) << pattern.status();
    if (pattern.ok()) patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

inline std::shared_ptr<const PatternRegistry> RegistryOf(
    std::vector<SharedPattern> patterns) {
  const auto registry = PatternRegistry::Create(std::move(patterns), 1);
  EXPECT_TRUE(registry.ok()) << registry.status();
  return registry.ok() ? *registry : nullptr;
}

// What was decided about one failure.
struct Decided {
  std::string pattern_id;  // Of the winner; empty: none.
  Classification classification;
  std::vector<StepAnswer> answers;  // Of every step of the plan.

  // The first step's corrected text; nullptr: it is exhausted.
  const std::string* corrected(size_t step = 0) const {
    if (step >= answers.size()) return nullptr;
    const auto* action = std::get_if<Action>(&answers[step]);
    const auto* correction =
        action == nullptr ? nullptr : std::get_if<CorrectionAction>(action);
    return correction == nullptr ? nullptr : &correction->corrected_text;
  }
  TraceReason reason(size_t step = 0) const {
    const auto* exhausted = std::get_if<Exhausted>(&answers.at(step));
    return exhausted == nullptr ? TraceReason::kUnspecified : exhausted->reason;
  }
};

inline Decided Decide(const PatternRegistry& registry, const std::string& error,
                      const std::string& text, bool with_subject = true) {
  auto context = std::make_shared<v1::RecoveryContext>();
  context->mutable_error()->set_message(error);
  (*context->mutable_state()->mutable_fields())["text"].set_string_value(text);
  if (with_subject) context->set_subject_field("text");
  const auto request = ParseContext(std::move(context));
  Decided decided;
  EXPECT_TRUE(request.ok()) << request.status();
  if (!request.ok()) return decided;
  const Failure& failure = request->failure;
  MatchResult match = registry.Match(failure);
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  decided.classification = ClassifyMatch(failure, registry, now, &match);
  const RE2* regex = nullptr;
  if (match.winner != nullptr) {
    decided.pattern_id = match.winner->id;
    regex = match.winner->regex.get();
  }
  const Plan plan = ChoosePlan(failure, decided.classification, match.winner,
                               BuiltInDefaultPlans());
  const Progress progress;
  for (const Step& step : *plan.steps) {
    decided.answers.push_back(recourse::Decide(
        step, StepContext{.failure = failure,
                          .classification = decided.classification,
                          .progress = progress,
                          .granted = 0,
                          .rerun_refused = std::nullopt,
                          .error_regex = regex,
                          .seed = 1,
                          .is_open = nullptr}));
  }
  return decided;
}

}  // namespace recourse
