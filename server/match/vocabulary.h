// The words that the tables of wordings know, by number.
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace recourse {

using WordId = uint16_t;

// Words are in lower case. Thread safety: concurrent Finds are safe.
class Vocabulary {
 public:
  static constexpr WordId kUnknown = 0;
  static constexpr size_t kMaxWords = 60'000;

  // The id of `word`, new or known. REQUIRES: fewer than kMaxWords known.
  WordId Add(absl::string_view word);

  // kUnknown when `word` is not in it.
  WordId Find(absl::string_view word) const {
    const auto it = ids_.find(word);
    return it == ids_.end() ? kUnknown : it->second;
  }

  // Ids are 1 to size().
  size_t size() const { return ids_.size(); }

 private:
  absl::flat_hash_map<std::string, WordId> ids_;
};

}  // namespace recourse
