// What errors with such words were: a linear model, learned from labelled
// errors of all kinds of software (learning/README.md). It knows what no table
// of wordings lists, and is less sure of what they do.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/match/error_tokens.h"
#include "server/model/enums.h"
#include "server/model/failure.h"

namespace recourse {

// What counts how much when tables and learned words are joined (assessment.h):
// the logarithm of odds that a unit of it adds.
template <size_t kCount>
struct SourceWeights {
  double learned = 0;  // Per unit of the model's logarithm.
  double chosen = 0;   // For what the tables chose.
  double weight = 0;   // Per unit of the tables' weight; categories alone.
  double pattern = 0;  // For what a pattern says that yields; the same.
  std::array<double, kCount> bias{};  // By category or strategy.
};

class LearnedWords {
 public:
  // Categories TRANSIENT to UNKNOWN, then strategies NONE to ESCALATION.
  static constexpr size_t kCategories = kCategoryCount - 1;
  static constexpr size_t kStrategies = kStrategyCount - 2;
  static constexpr size_t kClasses = kCategories + kStrategies;

  // What one text's words say. Natural logarithms of probabilities, which sum
  // up to 1 over the categories and over the strategies; -infinity for the
  // others.
  struct Opinion {
    std::array<double, kCategoryCount> categories;
    std::array<double, kStrategyCount> strategies;
    size_t known = 0;  // Features of the text that the model has met.
  };

  // The model that is built in.
  static const LearnedWords& BuiltIn();

  // Reads a model in the format of learning/README.md, whose text outlives
  // what is returned. INVALID_ARGUMENT "line N: what is wrong".
  static absl::StatusOr<LearnedWords> Parse(absl::string_view text);

  // Safe for concurrent use.
  Opinion Judge(const Failure& failure, absl::Span<const Token> tokens) const;

  // The words of the text that speak most for `category`, the first being the
  // most telling; at most `limit`. Safe for concurrent use.
  std::vector<absl::string_view> WordsFor(Category category,
                                          const Failure& failure,
                                          absl::Span<const Token> tokens,
                                          size_t limit) const;

  const SourceWeights<kCategoryCount>& category_weights() const {
    return category_weights_;
  }
  const SourceWeights<kStrategyCount>& strategy_weights() const {
    return strategy_weights_;
  }
  size_t size() const { return rows_.size(); }

 private:
  using Row = std::array<int8_t, kClasses>;
  struct Hit {
    uint32_t row;
    float value;
  };

  absl::Status ReadLine(absl::string_view line);
  absl::Status ReadRow(absl::Span<const absl::string_view> cells);
  // Each known feature of the text once, scaled to a length of 1 together, or
  // less for a text of few words.
  void Find(const Failure& failure, absl::Span<const Token> tokens,
            std::vector<Hit>* hits) const;

  absl::flat_hash_map<absl::string_view, uint32_t> index_;
  std::vector<Row> rows_;
  std::vector<absl::string_view> names_;  // By row.
  std::vector<float> rarity_;  // By row: how much a rare feature counts more.
  std::array<double, kClasses> bias_{};
  double unit_ = 0;  // What 1 in a row stands for.
  SourceWeights<kCategoryCount> category_weights_;
  SourceWeights<kStrategyCount> strategy_weights_;
};

}  // namespace recourse
