#include "server/match/evidence.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr double kMinStrength = 1.8;  // Below: the text does not say.
constexpr double kMinHint = 1.0;
constexpr double kEachFurther = 0.25;  // Of one category, by strength.
constexpr double kDoubt = 1.0;         // Keeps the share below 1.
constexpr size_t kMaxLabels = 3;
// A finding at least this clear, or this share as clear as the proof, is a
// veto.
constexpr double kVetoWeight = 3.75;
constexpr double kVetoShare = 0.75;
// Below this share of its weight it stands in a stack frame, an address or a
// parameter, and did not happen.
constexpr double kMinVetoFactor = 0.2;

// How often a category with that share of the weight was right: measured on
// set_c and set_d of tests/evaluation before any word was tuned on them (379
// answers), smoothed to rise everywhere. Between points: a straight line.
struct CalibrationPoint {
  double share, confidence;
};
constexpr CalibrationPoint kCalibration[] = {{0.36, 0.30}, {0.45, 0.70},
                                             {0.55, 0.86}, {0.78, 0.89},
                                             {0.83, 0.96}, {1.00, 0.99}};
// Below: as likely wrong as right, and so UNKNOWN.
constexpr double kMinConfidence = 0.5;

double ConfidenceOf(double share) {
  const CalibrationPoint* below = &kCalibration[0];
  if (share <= below->share) return below->confidence;
  for (const CalibrationPoint& point : kCalibration) {
    if (share <= point.share) {
      const double part = (share - below->share) / (point.share - below->share);
      return below->confidence + part * (point.confidence - below->confidence);
    }
    below = &point;
  }
  return below->confidence;
}

}  // namespace

void Evidence::Add(const Meaning& meaning, double factor, std::string label) {
  if (meaning.category == Category::kUnspecified || factor <= 0) return;
  items_.push_back({meaning, meaning.weight * factor, std::move(label)});
}

// A failed call and its failed reconnect stand in one text: that the second did
// not begin proves nothing about the first. So a clear finding counts against
// `proof` wherever it stands, by what it says and not by its place.
bool Evidence::HasVeto(const Item& proof) const {
  const double clear =
      std::min<double>(kVetoWeight, kVetoShare * proof.meaning.weight);
  return std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
    const Category category = item.meaning.category;
    return (item.meaning.flags & Meaning::kNotExecuted) == 0 &&
           (category == proof.meaning.category ||
            category == Category::kConnection ||
            category == Category::kTimeout) &&
           item.meaning.weight >= clear &&
           item.strength >= kMinVetoFactor * item.meaning.weight;
  });
}

bool Evidence::IsSilent() const {
  return std::all_of(items_.begin(), items_.end(), [](const Item& item) {
    return item.strength < kMinHint ||
           item.meaning.category == Category::kPermanent;
  });
}

void Evidence::Explain(const std::vector<const Item*>& items,
                       Verdict* verdict) const {
  size_t labels = 0;
  for (const Item* item : items) {
    if (item->meaning.category != verdict->category) continue;
    if (labels == 0) {
      verdict->flags = item->meaning.flags;
      if (HasVeto(*item)) verdict->flags &= ~Meaning::kNotExecuted;
    }
    if (labels < kMaxLabels) {
      absl::StrAppend(&verdict->evidence, labels == 0 ? "" : ", ", item->label);
    }
    ++labels;
    if (verdict->first_move == Strategy::kUnspecified) {
      verdict->first_move = item->meaning.first_move;
    }
    if (verdict->error_type == ErrorType::kUnspecified) {
      verdict->error_type = item->meaning.error_type;
    }
  }
}

Verdict Evidence::Decide() const {
  std::vector<const Item*> items;
  for (const Item& item : items_) items.push_back(&item);
  std::stable_sort(
      items.begin(), items.end(),
      [](const Item* a, const Item* b) { return a->strength > b->strength; });
  Verdict verdict;
  std::array<double, kCategoryCount>& totals = verdict.weights;
  std::array<double, kCategoryCount> share;
  share.fill(1);
  for (const Item* item : items) {
    const auto category = static_cast<size_t>(item->meaning.category);
    totals[category] += share[category] * item->strength;
    share[category] *= kEachFurther;
  }
  const auto best = std::max_element(totals.begin(), totals.end());
  if (*best < kMinStrength) return verdict;
  double others = 0;
  for (auto it = totals.begin(); it != totals.end(); ++it) {
    if (it != best) others = std::max(others, *it);
  }
  const double confidence = ConfidenceOf(*best / (*best + others + kDoubt));
  if (confidence < kMinConfidence) return verdict;
  verdict.category = static_cast<Category>(best - totals.begin());
  verdict.confidence = confidence;
  Explain(items, &verdict);
  return verdict;
}

}  // namespace recourse
