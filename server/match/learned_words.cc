#include "server/match/learned_words.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/match/text_features.h"

namespace recourse {

// Made of learning/words.tsv.
extern const char kLearnedWords[];

namespace {

using Cells = absl::Span<const absl::string_view>;

constexpr auto kFirstCategory = static_cast<size_t>(Category::kTransient);
constexpr auto kFirstStrategy = static_cast<size_t>(Strategy::kNone);
constexpr size_t kSources = 4;  // Factors of SourceWeights before its biases.
constexpr int kMaxWeight = 127;
// As in train.py: a text of few words is not blown up to one of many.
constexpr double kMinLength = 20;
constexpr double kNever = -std::numeric_limits<double>::infinity();

absl::Status ReadNumbers(Cells cells, absl::Span<double> numbers) {
  if (cells.size() != numbers.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", cells.size(), " numbers, not ", numbers.size()));
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!absl::SimpleAtod(cells[i], &numbers[i]) ||
        !std::isfinite(numbers[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", cells[i], "' is no number"));
    }
  }
  return absl::OkStatus();
}

template <size_t kCount>
absl::Status ReadSourceWeights(Cells cells, size_t first, size_t count,
                               SourceWeights<kCount>* weights) {
  std::vector<double> numbers(kSources + count);
  absl::Status status = ReadNumbers(cells, absl::MakeSpan(numbers));
  if (!status.ok()) return status;
  weights->learned = numbers[0];
  weights->chosen = numbers[1];
  weights->weight = numbers[2];
  weights->pattern = numbers[3];
  std::copy(numbers.begin() + kSources, numbers.end(),
            weights->bias.begin() + first);
  return status;
}

// From scores to the logarithms of probabilities.
void Normalise(absl::Span<double> scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - most);
  for (double& score : scores) score -= most + std::log(sum);
}

}  // namespace

const LearnedWords& LearnedWords::BuiltIn() {
  // That it can be read is tested.
  static const auto* const words = new LearnedWords(*Parse(kLearnedWords));
  return *words;
}

absl::StatusOr<LearnedWords> LearnedWords::Parse(absl::string_view text) {
  LearnedWords words;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    // A feature may begin with # too: a number in a pair.
    const bool is_comment =
        !absl::StrContains(line, '\t') && (line.empty() || line[0] == '#');
    if (is_comment) continue;
    if (absl::Status status = words.ReadLine(line); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", status.message()));
    }
  }
  const bool complete = words.unit_ > 0 &&
                        words.category_weights_.learned > 0 &&
                        words.strategy_weights_.learned > 0;
  if (!complete) {
    return absl::InvalidArgumentError(
        "needs .unit, .category and .strategy, with factors above 0");
  }
  return words;
}

absl::Status LearnedWords::ReadLine(absl::string_view line) {
  const std::vector<absl::string_view> all = absl::StrSplit(line, '\t');
  const Cells cells = absl::MakeConstSpan(all).subspan(1);
  if (all[0] == ".unit") return ReadNumbers(cells, absl::MakeSpan(&unit_, 1));
  if (all[0] == ".bias") return ReadNumbers(cells, absl::MakeSpan(bias_));
  if (all[0] == ".category") {
    return ReadSourceWeights(cells, kFirstCategory, kCategories,
                             &category_weights_);
  }
  if (all[0] == ".strategy") {
    return ReadSourceWeights(cells, kFirstStrategy, kStrategies,
                             &strategy_weights_);
  }
  return ReadRow(all);
}

absl::Status LearnedWords::ReadRow(Cells cells) {
  double rarity = 0;
  const Cells rest = cells.subspan(1);
  if (rest.size() != 1 + kClasses) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", rest.size(), " numbers, not ", 1 + kClasses));
  }
  if (!absl::SimpleAtod(rest[0], &rarity) || !(rarity > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the rarity '", rest[0], "' is no number above 0"));
  }
  Row row;
  for (size_t i = 0; i < kClasses; ++i) {
    int weight = 0;
    if (!absl::SimpleAtoi(rest[1 + i], &weight) || weight < -kMaxWeight ||
        weight > kMaxWeight) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", rest[1 + i], "' is no integer from -", kMaxWeight,
                       " to ", kMaxWeight));
    }
    row[i] = static_cast<int8_t>(weight);
  }
  if (!index_.try_emplace(cells[0], rows_.size()).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", cells[0], "' stands twice"));
  }
  rows_.push_back(row);
  names_.push_back(cells[0]);
  rarity_.push_back(static_cast<float>(rarity));
  return absl::OkStatus();
}

void LearnedWords::Find(const Failure& failure, absl::Span<const Token> tokens,
                        std::vector<Hit>* hits) const {
  hits->clear();
  ReadFeatures(failure, tokens, [&](absl::string_view name, double value) {
    const auto it = index_.find(name);
    if (it != index_.end()) {
      hits->push_back({it->second, static_cast<float>(value)});
    }
  });
  std::sort(hits->begin(), hits->end(), [](const Hit& a, const Hit& b) {
    return a.row != b.row ? a.row < b.row : a.value > b.value;
  });
  hits->erase(
      std::unique(hits->begin(), hits->end(),
                  [](const Hit& a, const Hit& b) { return a.row == b.row; }),
      hits->end());
  double squares = 0;
  for (Hit& hit : *hits) {
    hit.value *= rarity_[hit.row];
    squares += static_cast<double>(hit.value) * hit.value;
  }
  const auto scale =
      static_cast<float>(1 / std::max(std::sqrt(squares), kMinLength));
  for (Hit& hit : *hits) hit.value *= scale;
}

LearnedWords::Opinion LearnedWords::Judge(
    const Failure& failure, absl::Span<const Token> tokens) const {
  static thread_local std::vector<Hit> hits;
  Find(failure, tokens, &hits);
  std::array<double, kClasses> scores = bias_;
  for (const Hit& hit : hits) {
    const double value = hit.value * unit_;
    for (size_t i = 0; i < kClasses; ++i) {
      scores[i] += value * rows_[hit.row][i];
    }
  }
  const auto all = absl::MakeSpan(scores);
  Normalise(all.subspan(0, kCategories));
  Normalise(all.subspan(kCategories));
  Opinion opinion;
  opinion.known = hits.size();
  opinion.categories.fill(kNever);
  opinion.strategies.fill(kNever);
  std::copy_n(scores.begin(), kCategories,
              opinion.categories.begin() + kFirstCategory);
  std::copy_n(scores.begin() + kCategories, kStrategies,
              opinion.strategies.begin() + kFirstStrategy);
  return opinion;
}

std::vector<absl::string_view> LearnedWords::WordsFor(
    Category category, const Failure& failure, absl::Span<const Token> tokens,
    size_t limit) const {
  const size_t index = static_cast<size_t>(category) - kFirstCategory;
  std::vector<Hit> hits;
  Find(failure, tokens, &hits);
  const auto force = [&](const Hit& hit) {
    return hit.value * rows_[hit.row][index];
  };
  std::sort(hits.begin(), hits.end(),
            [&](const Hit& a, const Hit& b) { return force(a) > force(b); });
  std::vector<absl::string_view> names;
  for (const Hit& hit : hits) {
    if (names.size() == limit || force(hit) <= 0) break;
    names.push_back(names_[hit.row]);
  }
  return names;
}

}  // namespace recourse
