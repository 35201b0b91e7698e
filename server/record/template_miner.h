// Groups the errors that no pattern matched by what their texts have in common:
// the material for new patterns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/model/decision.h"
#include "server/record/error_template.h"
#include "server/record/template_index.h"

namespace recourse {

// One group of similar errors of one namespace.
struct ErrorCluster {
  std::string ns;
  ErrorTemplate error_template;
  int64_t count = 0;
  absl::Time first_seen;
  absl::Time last_seen;
  // The classifier's most frequent answers.
  ErrorType error_type = ErrorType::kUnknown;
  Category category = Category::kUnknown;
  Severity severity = Severity::kMedium;
  std::string suggested_action;      // For that category; may be empty.
  std::vector<std::string> samples;  // Different texts, the first ones seen.
};

// Texts with the same tokens but for their variables (text_tokens.h) are of one
// group. A new form joins the most similar group, or begins one: see Fits in
// template_index.h. Unlike in Drain (P. He et al., ICWS 2017) neither the
// number of tokens nor the first ones must agree, and words that differ are
// kept as a choice while they are few.
//
// Bounded in memory, about 12 KB a group at most. When there are too many, the
// one that was of no use for longest goes: each repeat gives its group a
// credit, up to kMaxCredit, each search for room takes one from the groups it
// passes, and one without credit goes (a clock with counts, "GCLOCK"). So a
// flood of texts that never come again does not wash out an error that comes
// more often than once in as many errors as there are groups.
//
// Thread safety: safe for concurrent use. Adding takes a microsecond or two,
// most of it outside the lock.
class TemplateMiner {
 public:
  static constexpr size_t kMaxTextBytes = 512;  // The rest is not looked at.
  static constexpr size_t kMaxSamples = 5;      // Of a group.
  // Remembered forms and their groups; more, and all are forgotten.
  static constexpr size_t kMaxForms = 8192;
  static constexpr size_t kMaxNamespaces = 1000;  // Counted for themselves.
  static constexpr int kMaxCredit = 8;

  // Keeps at most `max_clusters` groups; 0 keeps nothing.
  explicit TemplateMiner(size_t max_clusters);
  ~TemplateMiner();

  // `text` as patterns see it, redacted: all of it may be kept.
  void Add(absl::string_view ns, absl::string_view text,
           const Classification& classification, absl::Time now);

  // All groups of a namespace, or with an empty one of all, the largest first.
  // Not of one moment: errors go on being added meanwhile.
  std::vector<ErrorCluster> Clusters(absl::string_view ns) const;

  // Errors added since the start, those of forgotten groups too; empty: of all
  // namespaces, as for one that came when kMaxNamespaces were known.
  int64_t Total(absl::string_view ns) const;

 private:
  struct Text;
  struct Slot;
  struct Place {
    uint32_t slot = 0;
    uint64_t generation = 0;
  };

  Slot& FindOrMake(const Text& text, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::optional<uint32_t> MostSimilar(const Text& text,
                                      const TemplateWords& words) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  uint32_t FreeSlot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CountTotal(absl::string_view ns) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t max_clusters_;
  mutable absl::Mutex mu_;
  std::vector<std::unique_ptr<Slot>> slots_ ABSL_GUARDED_BY(mu_);
  size_t hand_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t last_generation_ ABSL_GUARDED_BY(mu_) = 0;
  TemplateIndex index_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, Place> forms_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, int64_t> totals_ ABSL_GUARDED_BY(mu_);
  int64_t total_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace recourse
