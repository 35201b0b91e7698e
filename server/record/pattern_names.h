// Numbers for the names of patterns, so that slots can count in arrays.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace recourse {

// Number 0 is "(other)": every name that came when `limit` names were known.
// A name's number and its bytes stay as long as this object.
//
// Thread-compatible.
class PatternNames {
 public:
  static constexpr size_t kOther = 0;
  static constexpr absl::string_view kOtherName = "(other)";

  explicit PatternNames(size_t limit) : limit_(limit) {}

  size_t NumberOf(absl::string_view name) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) return known->second;
    if (name == kOtherName || names_.size() >= limit_) return kOther;
    names_.emplace_back(name);
    numbers_.emplace(names_.back(), names_.size());
    return names_.size();
  }
  absl::string_view Name(size_t number) const {
    return number == kOther ? kOtherName : names_[number - 1];
  }

 private:
  const size_t limit_;
  std::deque<std::string> names_;  // Name of number i + 1; never moves.
  absl::flat_hash_map<absl::string_view, size_t> numbers_;
};

}  // namespace recourse
