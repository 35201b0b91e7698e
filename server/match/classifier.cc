#include "server/match/classifier.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/match/assessment.h"
#include "server/match/error_tokens.h"
#include "server/match/evidence.h"
#include "server/match/evidence_words.h"
#include "server/match/learned_words.h"
#include "server/match/retry_after.h"
#include "server/match/size_limit.h"
#include "server/match/table_verdict.h"

namespace recourse {
namespace {

using enum Category;

constexpr double kPatternConfidence = 0.95;
constexpr size_t kMaxWordsShown = 3;
constexpr size_t kMaxAsked = 16;  // Patterns, when the first is passed over.

ErrorType ErrorTypeOf(Category category) {
  switch (category) {
    case kConnection:
      return ErrorType::kNetwork;
    case kTimeout:
      return ErrorType::kTimeout;
    case kRateLimit:
      return ErrorType::kRateLimit;
    case kAuthentication:
      return ErrorType::kSecurity;
    case kPermanent:
      return ErrorType::kValidation;
    case kUnspecified:
    case kTransient:
    case kIntegrity:
    case kResource:
    case kConcurrency:
    case kUnknown:
      return ErrorType::kUnknown;
  }
  return ErrorType::kUnknown;
}

Severity SeverityOf(Category category) {
  switch (category) {
    case kConcurrency:
      return Severity::kLow;
    case kAuthentication:
    case kIntegrity:
    case kResource:
      return Severity::kHigh;
    default:
      return Severity::kMedium;
  }
}

absl::string_view AdviceOf(Category category) {
  switch (category) {
    case kTransient:
      return "Wait and repeat; watch the target's health if it goes on.";
    case kConnection:
      return "Wait and repeat; check that the target is up and reachable.";
    case kTimeout:
      return "Repeat, perhaps with more time; look for what is slow.";
    case kRateLimit:
      return "Wait as told and send less; raise the limit if it recurs.";
    case kAuthentication:
      return "Check the credentials and the rights that go with them.";
    case kIntegrity:
      return "Fetch the data again from a good source; find out how it was "
             "damaged.";
    case kResource:
      return "Ask for less, or have more of the resource provided.";
    case kConcurrency:
      return "Repeat the whole transaction.";
    case kPermanent:
      return "Correct the request; the same one fails again.";
    case kUnspecified:
    case kUnknown:
      return "";
  }
  return "";
}

// A server's own trouble on the way to others proves nothing about the call,
// nor does a message that was refused for its size after the answer was made.
bool ProvesNotExecuted(const Failure& failure, const Verdict& verdict) {
  return (verdict.flags & Meaning::kNotExecuted) != 0 &&
         failure.http_status < 500;
}

Strategy FirstOtherStep(const Pattern& pattern) {
  for (const Step& step : pattern.steps) {
    const Strategy strategy = StrategyOf(step);
    if (strategy != Strategy::kRetry) return strategy;
  }
  return Strategy::kUnspecified;
}

bool IsCorrection(const Step& step) {
  return std::holds_alternative<ErrorCorrectionStep>(step);
}

// Its author's plan knows better than its category what helps first: a plain
// retry, or not. Corrections in front of that retry change the input, which
// says nothing about the same call again: `by_failure` does.
bool PlanRetries(const std::vector<Step>& steps, bool by_failure) {
  const auto first = std::find_if_not(steps.begin(), steps.end(), IsCorrection);
  const auto* retry =
      first == steps.end() ? nullptr : std::get_if<RetryStep>(&*first);
  const bool plain = retry != nullptr && retry->remediation.empty();
  return plain && (first == steps.begin() || by_failure);
}

// Overwrites what the winning pattern says something about. `retry_may_help`:
// behind corrections.
void ApplyPattern(const Pattern& winner, bool retry_may_help,
                  Classification* result) {
  result->pattern_id = winner.id;
  result->severity = winner.severity;
  if (winner.error_type != ErrorType::kUnspecified) {
    result->error_type = winner.error_type;
  }
  // A pattern that leaves the category open may be about another kind of error.
  const Category meant = CategoryOf(winner.error_type);
  result->not_executed |=
      winner.not_executed && (winner.category != kUnspecified ||
                              meant == kUnknown || meant == result->category);
  if (!winner.suggested_action.empty()) {
    result->suggested_action = winner.suggested_action;
  }
  if (!winner.steps.empty()) {
    result->retryable = PlanRetries(winner.steps, retry_may_help);
  }
}

Strategy Recommend(const Classification& result, const Pattern* winner,
                   const Assessment& assessment) {
  if (winner != nullptr && !winner->steps.empty() &&
      IsCorrection(winner->steps.front())) {
    return Strategy::kErrorCorrection;
  }
  if (result.retryable) return Strategy::kRetry;
  Strategy move =
      winner == nullptr ? Strategy::kUnspecified : FirstOtherStep(*winner);
  if (move == Strategy::kUnspecified &&
      assessment.category == result.category &&
      assessment.strategy != Strategy::kRetry) {
    move = assessment.strategy;
  }
  return move == Strategy::kUnspecified ? FirstMoveOf(result.category) : move;
}

// Everything that is found out without patterns.
struct Findings {
  std::vector<Token> tokens;
  Verdict verdict;
  Assessment assessment;
};

// What a pattern says that is to be weighed like the rest; kUnspecified: it is
// to be obeyed, as is one that corrects the text which comes with the error: it
// does nothing where there is nothing to correct.
Category Weighed(const Failure& failure, const Pattern* winner) {
  const bool weighed =
      winner != nullptr && winner->yields &&
      (winner->steps.empty() || !IsCorrection(winner->steps.front()) ||
       failure.subject_field.empty());
  return weighed ? winner->category : kUnspecified;
}

void FindOut(const Failure& failure, const Pattern* winner,
             const std::optional<RetryAfter>& retry_after, Findings* findings) {
  findings->verdict = ReadTables(failure, retry_after, &findings->tokens);
  const LearnedWords& words = LearnedWords::BuiltIn();
  findings->assessment = Assess(
      findings->verdict, MoveOf(findings->verdict, retry_after),
      Weighed(failure, winner), words.Judge(failure, findings->tokens), words);
}

std::string EvidenceFor(const Failure& failure, const Findings& findings) {
  const Category category = findings.assessment.category;
  if (category == findings.verdict.category) return findings.verdict.evidence;
  if (category == kUnknown) return "";
  const auto words = LearnedWords::BuiltIn().WordsFor(
      category, failure, findings.tokens, kMaxWordsShown);
  return absl::StrCat("learned words '", absl::StrJoin(words, "', '"), "'");
}

// Decides category, confidence and evidence.
void ChooseCategory(const Failure& failure, const Pattern* winner,
                    const Findings& findings, Classification* result) {
  if (winner != nullptr && winner->category != kUnspecified) {
    result->category = winner->category;
    result->confidence = kPatternConfidence;
    result->evidence = "the pattern's category";
  } else if (findings.assessment.category != kUnknown || winner == nullptr) {
    result->category = findings.assessment.category;
    result->confidence = findings.assessment.confidence;
    result->evidence = EvidenceFor(failure, findings);
  } else {
    result->category = CategoryOf(winner->error_type);
    if (result->category != kUnknown) {
      result->confidence = kPatternConfidence / 2;
      result->evidence = "the pattern's error_type";
    }
  }
}

// `obeyed`: a pattern that does not yield named the category, so learned words
// have no say.
bool IsWorthARetry(const Findings& findings,
                   const std::optional<RetryAfter>& retry_after,
                   Category category, bool obeyed) {
  if (retry_after && retry_after->never) return false;
  if (category == findings.assessment.category && !obeyed) {
    return findings.assessment.strategy == Strategy::kRetry;
  }
  return category == findings.verdict.category
             ? RetryHelps(findings.verdict, retry_after)
             : IsRetryable(category);
}

// What follows from the category, and from the tables where they chose it too.
void DescribeCategory(const Failure& failure, const Verdict& verdict,
                      Classification* result) {
  const bool verdict_holds = result->category == verdict.category;
  result->error_type = failure.error_type_hint;
  if (result->error_type == ErrorType::kUnspecified && verdict_holds) {
    result->error_type = verdict.error_type;
  }
  if (result->error_type == ErrorType::kUnspecified) {
    result->error_type = ErrorTypeOf(result->category);
  }
  result->severity = SeverityOf(result->category);
  result->suggested_action = std::string(AdviceOf(result->category));
  result->not_executed = verdict_holds && ProvesNotExecuted(failure, verdict);
}

}  // namespace

Classification Classify(const Failure& failure, const Pattern* winner,
                        absl::Time now) {
  static thread_local Findings findings;
  Classification result;
  result.retry_after = FindRetryAfter(failure, now);
  result.size_limit = FindSizeLimit(failure.text);
  FindOut(failure, winner, result.retry_after, &findings);
  const Pattern* passed_over = nullptr;
  if (Weighed(failure, winner) != kUnspecified &&
      findings.assessment.contradicts) {
    passed_over = std::exchange(winner, nullptr);
  }
  ChooseCategory(failure, winner, findings, &result);
  if (passed_over != nullptr) {
    absl::StrAppend(&result.evidence, " against the library's pattern ",
                    passed_over->id);
  }
  DescribeCategory(failure, findings.verdict, &result);
  const bool obeyed =
      winner != nullptr && !winner->yields && winner->category != kUnspecified;
  result.retryable =
      IsWorthARetry(findings, result.retry_after, result.category, obeyed);
  // Where a correction comes first, what comes after it is the category's.
  const bool retry_may_help =
      result.retryable ||
      (findings.assessment.strategy == Strategy::kErrorCorrection &&
       IsRetryable(result.category));
  if (winner != nullptr) ApplyPattern(*winner, retry_may_help, &result);
  if (result.retry_after && result.retry_after->never) result.retryable = false;
  result.recommended_strategy = Recommend(result, winner, findings.assessment);
  return result;
}

Classification ClassifyMatch(const Failure& failure,
                             const PatternRegistry& registry, absl::Time now,
                             MatchResult* match) {
  Classification result = Classify(failure, match->winner.get(), now);
  if (match->winner == nullptr || !result.pattern_id.empty()) return result;
  match->passed_over = std::move(match->winner);
  match->winner = nullptr;
  for (SharedPattern& next : registry.MatchAll(failure, kMaxAsked)) {
    if (next->mode != PatternMode::kActive || next == match->passed_over) {
      continue;
    }
    Classification other = Classify(failure, next.get(), now);
    if (other.pattern_id.empty()) continue;
    match->winner = std::move(next);
    return other;
  }
  return result;
}

void PrepareClassifier() {
  AllWordings();
  LearnedWords::BuiltIn();
}

}  // namespace recourse
