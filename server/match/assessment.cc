#include "server/match/assessment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace recourse {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
// Features that the model must have met; of fewer nothing follows, and more are
// needed where the tables are sure.
constexpr size_t kMinKnown = 5;
constexpr size_t kMinKnownBesideSure = 8;
constexpr double kSure = 0.9;           // Verdict::confidence.
constexpr double kMaxTableWeight = 8;   // For one category; as in train.py.
constexpr double kMinConfidence = 0.3;  // Below: no more than a guess.
constexpr double kMinContradiction = 0.85;
// To pass over a pattern that a person is to be asked by: a locked account that
// is tried again stays locked for longer.
constexpr double kMinContradictionOfAccess = 0.95;
// Of a category that the tables do not find, for a retry.
constexpr double kMinRetryConfidence = 0.5;
// Of the tables: so clear that it cannot be said that the text does not say.
constexpr double kClearWeight = 2.5;
// A wrong retry makes an outage worse; one that is missed costs one error.
// At this, measured on errors not seen before, as many moves are right as
// without, and a quarter fewer retries are wrong.
constexpr double kRetryReluctance = 0.3;
// Of what is nearly always worth one.
constexpr double kPassing = 1;

template <size_t N>
size_t Best(const std::array<double, N>& scores) {
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

template <size_t N>
double ShareOf(size_t index, const std::array<double, N>& scores) {
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - scores[index]);
  return 1 / sum;
}

// Enough of the text for an opinion; more where the tables are sure.
bool KnowsEnough(const LearnedWords::Opinion& opinion, const Verdict& verdict) {
  return opinion.known >=
         (verdict.confidence >= kSure ? kMinKnownBesideSure : kMinKnown);
}

// Category, confidence and whether that contradicts; nullopt: no category
// stands out.
std::optional<Assessment> AssessCategory(
    const Verdict& verdict, Category said, const LearnedWords::Opinion& opinion,
    const SourceWeights<kCategoryCount>& weights) {
  std::array<double, kCategoryCount> scores;
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] = weights.bias[i] + weights.learned * opinion.categories[i] +
                weights.weight * std::min(verdict.weights[i], kMaxTableWeight);
  }
  scores[static_cast<size_t>(verdict.category)] += weights.chosen;
  scores[static_cast<size_t>(said)] += weights.pattern;
  if (verdict.weights[Best(verdict.weights)] >= kClearWeight) {
    scores[static_cast<size_t>(Category::kUnknown)] = kNever;
  }
  const size_t best = Best(scores);
  const double confidence = ShareOf(best, scores);
  if (confidence < kMinConfidence) return std::nullopt;
  Assessment assessment;
  assessment.category = static_cast<Category>(best);
  if (assessment.category == Category::kUnknown) return assessment;
  assessment.confidence = confidence;
  assessment.contradicts = assessment.category != said &&
                           confidence >= (said == Category::kAuthentication
                                              ? kMinContradictionOfAccess
                                              : kMinContradiction);
  return assessment;
}

// Whether a retry may be the first move when the tables name another. Learned
// words alone start none of what fails again unchanged, of what only a person
// can allow, or of what is no more than a guess; nor what the tables know to be
// vain.
bool MayRetry(const Verdict& verdict, Strategy move,
              const Assessment& assessment) {
  const bool same = verdict.category == assessment.category;
  if (same && move == Strategy::kRetry) return true;
  if (same && (verdict.flags & Meaning::kRetryIsVain) != 0) return false;
  if (assessment.category == Category::kPermanent ||
      assessment.category == Category::kAuthentication) {
    return false;
  }
  return same || assessment.confidence >= kMinRetryConfidence;
}

// Lost connections, time-outs and servers in trouble seldom last.
bool Passes(Category category) {
  return category == Category::kTransient ||
         category == Category::kConnection || category == Category::kTimeout;
}

Strategy AssessMove(const Verdict& verdict, Strategy move,
                    const LearnedWords::Opinion& opinion,
                    const SourceWeights<kStrategyCount>& weights,
                    const Assessment& assessment) {
  std::array<double, kStrategyCount> scores;
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] = weights.bias[i] + weights.learned * opinion.strategies[i];
  }
  // A move for another category is none for this one.
  if (verdict.category == assessment.category) {
    scores[static_cast<size_t>(move)] += weights.chosen;
  }
  scores[static_cast<size_t>(Strategy::kRetry)] =
      MayRetry(verdict, move, assessment)
          ? scores[static_cast<size_t>(Strategy::kRetry)] - kRetryReluctance +
                (Passes(assessment.category) ? kPassing : 0)
          : kNever;
  scores[static_cast<size_t>(Strategy::kNone)] = kNever;
  return static_cast<Strategy>(Best(scores));
}

}  // namespace

Assessment Assess(const Verdict& verdict, Strategy move, Category said,
                  const LearnedWords::Opinion& opinion,
                  const LearnedWords& model) {
  std::optional<Assessment> assessment;
  if (KnowsEnough(opinion, verdict)) {
    assessment =
        AssessCategory(verdict, said, opinion, model.category_weights());
  }
  if (!assessment) {  // The tables alone.
    return verdict.category == Category::kUnknown
               ? Assessment{}
               : Assessment{verdict.category, verdict.confidence, move};
  }
  if (assessment->category != Category::kUnknown) {
    assessment->strategy = AssessMove(verdict, move, opinion,
                                      model.strategy_weights(), *assessment);
  }
  return *assessment;
}

}  // namespace recourse
