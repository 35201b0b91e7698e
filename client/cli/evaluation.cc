#include "client/cli/evaluation.h"

#include <algorithm>
#include <cmath>

#include "client/cli/terminal.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

constexpr int kMessageColumns = 200;

}  // namespace

void Evaluation::Add(const std::string& file, const LabelledError& error,
                     const v1::Classification& answer) {
  Miss miss{file,
            error.line,
            error.id,
            Cut(OneLine(error.error.message()), kMessageColumns),
            answer.pattern_id(),
            {}};
  const auto compare = [&](const char* name, const Label& label,
                           const std::string& actual, int& right) {
    const bool agrees = label.Accepts(actual);
    right += agrees ? 1 : 0;
    if (!agrees) miss.differences.push_back({name, label.value, actual});
    return agrees;
  };
  ++count_;
  const std::string category = ShortName(answer.category());
  const bool category_agrees =
      compare("category", error.category, category, category_right_);
  compare("retryable", error.retryable, answer.retryable() ? "true" : "false",
          retryable_right_);
  compare("strategy", error.strategy, ShortName(answer.recommended_strategy()),
          strategy_right_);
  ++confusion_[{category_agrees ? category : error.category.value, category}];
  if (answer.retryable()) {
    ++retries_;
    if (!error.retryable.Accepts("true")) ++wrong_retries_;
  }
  AddConfidence(answer, category_agrees);
  if (!miss.differences.empty()) misses_.push_back(std::move(miss));
}

void Evaluation::AddConfidence(const v1::Classification& answer, bool right) {
  const int one_if_right = right ? 1 : 0;
  if (answer.category() == v1::FAILURE_CATEGORY_UNKNOWN) {
    ++unknown_;
    unknown_right_ += one_if_right;
    return;
  }
  const double confidence = std::clamp(answer.confidence(), 0.0, 1.0);
  ConfidenceBin& bin =
      bins_[std::min(kBins - 1, static_cast<int>(confidence * kBins))];
  ++bin.count;
  bin.right += one_if_right;
  bin.confidence += confidence;
}

double Evaluation::calibration_error() const {
  double sum = 0;
  for (const ConfidenceBin& bin : bins_) {
    sum += std::abs(bin.confidence - bin.right);
  }
  const int known = count_ - unknown_;
  return known == 0 ? 0 : sum / known;
}

}  // namespace recourse::cli
