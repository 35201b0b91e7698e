// Which groups may a text be similar to, and is it? Private to server/record/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace recourse {

// The words of a text or template, hashed.
struct TemplateWords {
  using Hashes = absl::InlinedVector<uint64_t, 48>;
  Hashes in_order;
  // The same, a repeated word numbered, in an order that is the same for all
  // texts: long words first, since they are rarer.
  Hashes keys;

  // `hash` is the word's, as TextToken's.
  void Add(absl::string_view word, uint64_t hash);
  void Finish();  // Once all are added.
  size_t size() const { return in_order.size(); }
};

// Words that both have in the same order, at most.
size_t CommonWords(const TemplateWords& a, const TemplateWords& b);

// Words that both have, in whatever order: never fewer, and much faster.
size_t CommonWordsInAnyOrder(const TemplateWords& a, const TemplateWords& b);

// A text of `text_words` words belongs to a group with a template of
// `template_words`, of which `common` are in the text, when they are two or
// more and two thirds of the mean of both, and at least half of the `first`
// that the group began with: a group that lost more is about nothing.
inline bool Fits(size_t common, size_t text_words, size_t template_words,
                 size_t first) {
  return common >= 2 && 3 * common >= text_words + template_words &&
         2 * common >= first;
}

// Finds groups that a text may fit without asking all.
//
// Whoever fits shares at least half of its words (Fits with as few words as
// possible on the other side), so the first half and one of the keys of both
// have one in common: only these are indexed (prefix filtering; S. Chaudhuri et
// al., ICDE 2006).
//
// Thread-compatible.
class TemplateIndex {
 public:
  static constexpr size_t kMaxCandidates = 32;

  void Add(uint32_t group, const TemplateWords& words);
  void Remove(uint32_t group, const TemplateWords& words);

  // Groups that may fit, each once; at most kMaxCandidates, those that share
  // rare words. With more, texts are so alike that one of these will do.
  std::vector<uint32_t> Candidates(const TemplateWords& words) const;

 private:
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> groups_;
};

}  // namespace recourse
