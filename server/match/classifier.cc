#include "server/match/classifier.h"

#include <algorithm>
#include <string>
#include <vector>

#include "server/match/error_tokens.h"
#include "server/match/evidence.h"
#include "server/match/evidence_codes.h"
#include "server/match/evidence_words.h"
#include "server/match/named_failure.h"
#include "server/match/retry_after.h"
#include "server/match/size_limit.h"

namespace recourse {
namespace {

using enum Category;

constexpr double kPatternConfidence = 0.95;
constexpr double kGuessConfidence = 0.6;
constexpr absl::Duration kSoon = absl::Minutes(10);

Category CategoryOf(ErrorType type) {
  switch (type) {
    case ErrorType::kNetwork:
      return kConnection;
    case ErrorType::kValidation:
    case ErrorType::kSyntax:
    case ErrorType::kContract:
      return kPermanent;
    case ErrorType::kGeneration:
    case ErrorType::kAiService:
      return kTransient;
    case ErrorType::kTimeout:
      return kTimeout;
    case ErrorType::kRateLimit:
      return kRateLimit;
    case ErrorType::kSecurity:
      return kAuthentication;
    case ErrorType::kUnspecified:
    case ErrorType::kUnknown:
    case ErrorType::kCustom:
      return kUnknown;
  }
  return kUnknown;
}

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

// What helps first when nothing more is known and a retry does not.
Strategy FirstMoveOf(Category category) {
  switch (category) {
    case kAuthentication:
    case kIntegrity:
    case kRateLimit:
    case kConcurrency:
      return Strategy::kEscalation;
    case kResource:
      return Strategy::kGracefulDegradation;
    case kPermanent:
      return Strategy::kErrorCorrection;
    case kTransient:
    case kConnection:
    case kTimeout:
      return Strategy::kAlternativePath;
    case kUnspecified:
    case kUnknown:
      return Strategy::kNone;
  }
  return Strategy::kNone;
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

// Of errors that say what failed, in words that no table knows, most stay
// until a person acts.
Verdict UnknownCause() {
  Verdict verdict;
  verdict.category = kPermanent;
  verdict.confidence = kGuessConfidence;
  verdict.first_move = Strategy::kEscalation;
  verdict.error_type = ErrorType::kUnknown;
  verdict.evidence = "a failure in words that are not known";
  return verdict;
}

Verdict Weigh(const Failure& failure,
              const std::optional<RetryAfter>& retry_after) {
  static thread_local std::vector<Token> tokens;
  tokens.clear();
  ReadTokens(failure, AllWordings().vocabulary(), &tokens);
  Evidence evidence;
  AddCodeFields(failure, &evidence);
  AddCodesInText(failure, tokens, &evidence);
  AddWordEvidence(&tokens, &evidence);
  AddSignEvidence(failure, &evidence);
  if (failure.error_type_hint != ErrorType::kUnspecified) {
    const Category hinted = CategoryOf(failure.error_type_hint);
    if (hinted != kUnknown) {
      evidence.Add(Says(hinted, 2), 1, "error_type_hint");
    }
  }
  if (retry_after && !retry_after->never) {
    evidence.Add(Says(kRateLimit, 1.5), 1, "retry_after");
    evidence.Add(Says(kTransient, 1), 1, "retry_after");
  }
  Verdict verdict = evidence.Decide();
  if (verdict.category == kUnknown && evidence.IsSilent() &&
      NamesAFailure(tokens)) {
    return UnknownCause();
  }
  return verdict;
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

// Overwrites what the winning pattern says something about.
void ApplyPattern(const Pattern& winner, Classification* result) {
  result->pattern_id = winner.id;
  result->severity = winner.severity;
  if (winner.error_type != ErrorType::kUnspecified) {
    result->error_type = winner.error_type;
  }
  result->not_executed |= winner.not_executed;
  if (!winner.suggested_action.empty()) {
    result->suggested_action = winner.suggested_action;
  }
  if (!winner.steps.empty()) {
    result->retryable = PlanRetries(winner.steps, result->retryable);
  }
}

Strategy Recommend(const Classification& result, const Pattern* winner,
                   const Verdict& verdict) {
  if (winner != nullptr && !winner->steps.empty() &&
      IsCorrection(winner->steps.front())) {
    return Strategy::kErrorCorrection;
  }
  if (result.retryable) return Strategy::kRetry;
  Strategy move =
      winner == nullptr ? Strategy::kUnspecified : FirstOtherStep(*winner);
  if (move == Strategy::kUnspecified && verdict.category == result.category) {
    move = verdict.first_move;
  }
  return move == Strategy::kUnspecified ? FirstMoveOf(result.category) : move;
}

// Decides category, confidence and evidence; true when the evidence's further
// findings hold for that category.
bool ChooseCategory(const Pattern* winner, const Verdict& verdict,
                    Classification* result) {
  if (winner != nullptr && winner->category != kUnspecified) {
    result->category = winner->category;
    result->confidence = kPatternConfidence;
    result->evidence = "the pattern's category";
  } else if (verdict.category != kUnknown || winner == nullptr) {
    result->category = verdict.category;
    result->confidence = verdict.confidence;
    result->evidence = verdict.evidence;
  } else {
    result->category = CategoryOf(winner->error_type);
    if (result->category != kUnknown) {
      result->confidence = kPatternConfidence / 2;
      result->evidence = "the pattern's error_type";
    }
  }
  return result->category == verdict.category;
}

}  // namespace

Classification Classify(const Failure& failure, const Pattern* winner,
                        absl::Time now) {
  Classification result;
  result.retry_after = FindRetryAfter(failure, now);
  result.size_limit = FindSizeLimit(failure.text);
  const Verdict verdict = Weigh(failure, result.retry_after);
  const bool evidence_holds = ChooseCategory(winner, verdict, &result);

  result.error_type = failure.error_type_hint;
  if (result.error_type == ErrorType::kUnspecified && evidence_holds) {
    result.error_type = verdict.error_type;
  }
  if (result.error_type == ErrorType::kUnspecified) {
    result.error_type = ErrorTypeOf(result.category);
  }
  result.severity = SeverityOf(result.category);
  result.suggested_action = std::string(AdviceOf(result.category));
  result.not_executed = evidence_holds && ProvesNotExecuted(failure, verdict);
  result.retryable = IsRetryable(result.category);
  if (evidence_holds) {
    if (verdict.flags & Meaning::kRetryHelps) result.retryable = true;
    // A daily limit, unless the server says that it is over soon.
    const bool soon = result.retry_after && !result.retry_after->never &&
                      result.retry_after->delay <= kSoon;
    if ((verdict.flags & Meaning::kRetryIsVain) && !soon) {
      result.retryable = false;
    }
  }
  if (winner != nullptr) ApplyPattern(*winner, &result);
  if (result.retry_after && result.retry_after->never) result.retryable = false;
  result.recommended_strategy = Recommend(result, winner, verdict);
  return result;
}

}  // namespace recourse
