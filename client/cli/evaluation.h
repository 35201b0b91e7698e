// How well answers agree with labels.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/labelled_errors.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse::cli {

// One label and what was answered instead.
struct Miss {
  std::string file;
  int line = 0;
  std::string id;
  std::string message;  // First 200 columns.
  std::string pattern_id;
  // Of the labels that were missed: (name, label, answer).
  struct Difference {
    std::string label, expected, actual;
  };
  std::vector<Difference> differences;
};

// Answers whose confidence is in one tenth of 0-1; UNKNOWN, which has none, is
// not among them.
struct ConfidenceBin {
  int count = 0;
  int right = 0;          // Of them, with the right category.
  double confidence = 0;  // Sum.
};

class Evaluation {
 public:
  static constexpr int kBins = 10;

  void Add(const std::string& file, const LabelledError& error,
           const v1::Classification& answer);

  int count() const { return count_; }
  double category_accuracy() const { return Share(category_right_, count_); }
  double retryable_accuracy() const { return Share(retryable_right_, count_); }
  double strategy_accuracy() const { return Share(strategy_right_, count_); }
  // Of the answers to retry, those to errors that should not be.
  int retries() const { return retries_; }
  int wrong_retries() const { return wrong_retries_; }
  double wrong_retry_share() const { return Share(wrong_retries_, retries_); }
  // The same, of all answers.
  double wrong_retry_share_of_all() const {
    return Share(wrong_retries_, count_);
  }
  // Mean distance of confidence and accuracy over the bins, by their size
  // (expected calibration error); 0 is perfect, or nothing is in the bins.
  double calibration_error() const;
  // Answers UNKNOWN, and of them those that are right.
  int unknown() const { return unknown_; }
  int unknown_right() const { return unknown_right_; }

  const std::array<ConfidenceBin, kBins>& bins() const { return bins_; }
  // (label, answer) -> count. An answer that `also` accepts counts under
  // itself.
  const std::map<std::pair<std::string, std::string>, int>& confusion() const {
    return confusion_;
  }
  const std::vector<Miss>& misses() const { return misses_; }

 private:
  // `right`: its category is.
  void AddConfidence(const v1::Classification& answer, bool right);
  static double Share(int part, int whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / whole;
  }

  int count_ = 0, category_right_ = 0, retryable_right_ = 0,
      strategy_right_ = 0, retries_ = 0, wrong_retries_ = 0, unknown_ = 0,
      unknown_right_ = 0;
  std::array<ConfidenceBin, kBins> bins_;
  std::map<std::pair<std::string, std::string>, int> confusion_;
  std::vector<Miss> misses_;
};

}  // namespace recourse::cli
