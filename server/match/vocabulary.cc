#include "server/match/vocabulary.h"

namespace recourse {

WordId Vocabulary::Add(absl::string_view word) {
  const auto next = static_cast<WordId>(ids_.size() + 1);
  return ids_.try_emplace(std::string(word), next).first->second;
}

}  // namespace recourse
