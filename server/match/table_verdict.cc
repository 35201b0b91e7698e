#include "server/match/table_verdict.h"

#include "absl/time/time.h"
#include "server/match/evidence_codes.h"
#include "server/match/evidence_words.h"
#include "server/match/named_failure.h"

namespace recourse {
namespace {

using enum Category;

constexpr double kGuessConfidence = 0.6;
constexpr absl::Duration kSoon = absl::Minutes(10);

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

}  // namespace

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

Strategy FirstMoveOf(Category category) {
  switch (category) {
    case kAuthentication:
    case kIntegrity:
    case kRateLimit:
      return Strategy::kEscalation;
    case kResource:
      return Strategy::kGracefulDegradation;
    case kConcurrency:  // A stale version.
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

Verdict ReadTables(const Failure& failure,
                   const std::optional<RetryAfter>& retry_after,
                   std::vector<Token>* tokens) {
  tokens->clear();
  ReadTokens(failure, AllWordings().vocabulary(), tokens);
  Evidence evidence;
  AddCodeFields(failure, &evidence);
  AddCodesInText(failure, *tokens, &evidence);
  AddWordEvidence(tokens, &evidence);
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
      NamesAFailure(*tokens)) {
    return UnknownCause();
  }
  return verdict;
}

bool RetryHelps(const Verdict& verdict,
                const std::optional<RetryAfter>& retry_after) {
  if (retry_after && retry_after->never) return false;
  // A daily limit, unless the server says that it is over soon.
  const bool soon = retry_after && retry_after->delay <= kSoon;
  if ((verdict.flags & Meaning::kRetryIsVain) && !soon) return false;
  return IsRetryable(verdict.category) ||
         (verdict.flags & Meaning::kRetryHelps) != 0;
}

Strategy MoveOf(const Verdict& verdict,
                const std::optional<RetryAfter>& retry_after) {
  if (RetryHelps(verdict, retry_after)) return Strategy::kRetry;
  return verdict.first_move == Strategy::kUnspecified
             ? FirstMoveOf(verdict.category)
             : verdict.first_move;
}

}  // namespace recourse
