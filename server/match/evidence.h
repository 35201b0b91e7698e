// What has been found out about one failure, and what it adds up to.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/match/meaning.h"

namespace recourse {

// What the tables of codes and words say.
struct Verdict {
  Category category = Category::kUnknown;
  double confidence = 0;  // 0.5-1: how likely it is right; 0 with kUnknown.
  Strategy first_move = Strategy::kUnspecified;
  ErrorType error_type = ErrorType::kUnspecified;
  uint8_t flags = 0;  // Of Meaning::Flag.
  std::string evidence;
  // The weight behind each category, whichever was chosen.
  std::array<double, kCategoryCount> weights{};
};

// Not thread-safe; one per call.
class Evidence {
 public:
  // `factor`: how much the place counts where this was found, 1 being normal.
  void Add(const Meaning& meaning, double factor, std::string label);

  // The category with the most weight behind it; UNKNOWN when that is little,
  // or no more likely than the others.
  // kNotExecuted only if its strongest finding says so and no clear one of this
  // category, CONNECTION or TIMEOUT comes without.
  Verdict Decide() const;

  // Whether no more than a hint has been found that is not of PERMANENT.
  bool IsSilent() const;

 private:
  struct Item {
    Meaning meaning;
    double strength;
    std::string label;
  };
  // Whether anything clear speaks against `proof` that nothing was executed.
  bool HasVeto(const Item& proof) const;
  // Adds what goes with the verdict's category, as the first of `items` that is
  // of it says. `items`: the strongest first.
  void Explain(const std::vector<const Item*>& items, Verdict* verdict) const;

  std::vector<Item> items_;
};

}  // namespace recourse
