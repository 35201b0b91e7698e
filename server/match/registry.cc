#include "server/match/registry.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/match/candidate_finder.h"
#include "server/match/fold_text.h"
#include "server/match/literal_requirement.h"
#include "server/match/scratch_pool.h"

namespace recourse {
namespace {

constexpr size_t kMaxIndexBytes = size_t{512} << 20;

// The texts of one failure, made when first asked for.
class Texts {
 public:
  explicit Texts(const Failure& failure) : failure_(failure) {}

  absl::string_view For(bool with_stack) {
    if (!with_stack || failure_.stack_trace.empty()) return failure_.text;
    if (with_stack_.empty()) {
      with_stack_ = absl::StrCat(failure_.text, "\n", failure_.stack_trace);
    }
    return with_stack_;
  }

 private:
  const Failure& failure_;
  std::string with_stack_;
};

bool MatchesIn(const Pattern& pattern, const Failure& failure, Texts* texts) {
  if (!pattern.conditions.Hold(failure)) return false;
  if (pattern.regex == nullptr) return true;
  const absl::string_view text = texts->For(pattern.match_stack);
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()),
                           *pattern.regex);
}

SharedCompiled Compile(const SharedPattern& pattern) {
  auto compiled = std::make_shared<CompiledPattern>();
  compiled->pattern = pattern;
  if (pattern->regex != nullptr && pattern->mode != PatternMode::kDisabled) {
    compiled->requirement = pattern->literals
                                ? LiteralRequirement{*pattern->literals}
                                : LearnRequirement(*pattern->regex);
  }
  return compiled;
}

}  // namespace

class PatternRegistry::Index {
 public:
  static absl::StatusOr<std::unique_ptr<const Index>> Build(
      std::vector<SharedPattern> patterns, const Index* previous,
      absl::string_view saved_literals);

  const std::vector<SharedPattern>& ordered() const { return ordered_; }
  std::string SaveLiterals() const { return in_text_.SaveLiterals(); }

  // Calls visit(pattern) for the patterns that could match, in order, until it
  // says false. `texts` serves both finders.
  template <typename Visitor>
  void VisitCandidates(Texts* texts, Visitor visit) const;

 private:
  Index(std::vector<SharedPattern> ordered,
        std::vector<SharedCompiled> compiled, const Index* previous,
        absl::string_view saved_literals);
  static std::vector<CandidateFinder::Member> Members(
      const std::vector<SharedCompiled>& compiled, bool with_stack);
  absl::StatusOr<HsScratch> NewScratch() const;

  const std::vector<SharedPattern> ordered_;
  const std::vector<SharedCompiled> compiled_;  // By rank.
  const CandidateFinder in_text_;
  const CandidateFinder in_text_and_stack_;
  std::unique_ptr<ScratchPool> scratches_;  // Set by Build.
};

absl::StatusOr<std::unique_ptr<const PatternRegistry::Index>>
PatternRegistry::Index::Build(std::vector<SharedPattern> patterns,
                              const Index* previous,
                              absl::string_view saved_literals) {
  const auto asked_before = [](const SharedPattern& a, const SharedPattern& b) {
    return AskedBefore(*a, *b);
  };
  if (!std::is_sorted(patterns.begin(), patterns.end(), asked_before)) {
    std::sort(patterns.begin(), patterns.end(), asked_before);
  }
  absl::flat_hash_map<const Pattern*, const SharedCompiled*> known;
  if (previous != nullptr) {
    known.reserve(previous->compiled_.size());
    for (const SharedCompiled& compiled : previous->compiled_) {
      known.emplace(compiled->pattern.get(), &compiled);
    }
  }
  std::vector<SharedCompiled> compiled;
  compiled.reserve(patterns.size());
  for (const SharedPattern& pattern : patterns) {
    const auto it = known.find(pattern.get());
    compiled.push_back(it != known.end() ? *it->second : Compile(pattern));
  }
  std::unique_ptr<Index> index(new Index(
      std::move(patterns), std::move(compiled), previous, saved_literals));
  absl::StatusOr<HsScratch> scratch = index->NewScratch();
  if (!scratch.ok()) return scratch.status();
  index->scratches_ = std::make_unique<ScratchPool>(*std::move(scratch));
  return index;
}

PatternRegistry::Index::Index(std::vector<SharedPattern> ordered,
                              std::vector<SharedCompiled> compiled,
                              const Index* previous,
                              absl::string_view saved_literals)
    : ordered_(std::move(ordered)),
      compiled_(std::move(compiled)),
      in_text_(Members(compiled_, false),
               previous == nullptr ? nullptr : &previous->in_text_,
               saved_literals),
      in_text_and_stack_(
          Members(compiled_, true),
          previous == nullptr ? nullptr : &previous->in_text_and_stack_) {}

std::vector<CandidateFinder::Member> PatternRegistry::Index::Members(
    const std::vector<SharedCompiled>& compiled, bool with_stack) {
  std::vector<CandidateFinder::Member> members;
  for (uint32_t rank = 0; rank < compiled.size(); ++rank) {
    const Pattern& pattern = *compiled[rank]->pattern;
    if (pattern.mode != PatternMode::kDisabled &&
        pattern.match_stack == with_stack) {
      members.push_back({rank, compiled[rank]});
    }
  }
  return members;
}

absl::StatusOr<HsScratch> PatternRegistry::Index::NewScratch() const {
  HsScratch scratch;
  if (in_text_.MemoryBytes() + in_text_and_stack_.MemoryBytes() >
          kMaxIndexBytes ||
      !in_text_.PrepareScratch(&scratch) ||
      !in_text_and_stack_.PrepareScratch(&scratch)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the index of ", ordered_.size(), " patterns takes too much memory"));
  }
  return scratch;
}

template <typename Visitor>
void PatternRegistry::Index::VisitCandidates(Texts* texts,
                                             Visitor visit) const {
  std::vector<uint32_t> ranks;
  std::string folded;
  HsScratch scratch = scratches_->Take();
  if (!in_text_.empty()) {
    FoldText(texts->For(false), &folded);
    in_text_.Find(folded, scratch.get(), &ranks);
  }
  if (!in_text_and_stack_.empty()) {
    FoldText(texts->For(true), &folded);
    in_text_and_stack_.Find(folded, scratch.get(), &ranks);
  }
  scratches_->Return(std::move(scratch));
  std::sort(ranks.begin(), ranks.end());
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  for (const uint32_t rank : ranks) {
    if (!visit(ordered_[rank])) return;
  }
}

PatternRegistry::PatternRegistry(int64_t revision,
                                 std::unique_ptr<const Index> index)
    : revision_(revision), index_(std::move(index)) {}

PatternRegistry::~PatternRegistry() = default;

absl::StatusOr<std::shared_ptr<const PatternRegistry>> PatternRegistry::Create(
    std::vector<SharedPattern> patterns, int64_t revision,
    const PatternRegistry* previous, absl::string_view saved_literals) {
  if (patterns.size() > kMaxPatterns) {
    return absl::ResourceExhaustedError(
        absl::StrCat(patterns.size(), " patterns; at most ", kMaxPatterns));
  }
  auto index = Index::Build(
      std::move(patterns),
      previous == nullptr ? nullptr : previous->index_.get(), saved_literals);
  if (!index.ok()) return index.status();
  return std::shared_ptr<const PatternRegistry>(
      new PatternRegistry(revision, *std::move(index)));
}

MatchResult PatternRegistry::Match(const Failure& failure) const {
  MatchResult result;
  Texts texts(failure);
  index_->VisitCandidates(&texts, [&](const SharedPattern& pattern) {
    const bool shadow = pattern->mode == PatternMode::kShadow;
    // Once there is a winner, only the shadows are still of interest.
    if ((shadow || result.winner == nullptr) &&
        MatchesIn(*pattern, failure, &texts)) {
      if (shadow) {
        result.shadows.push_back(pattern);
      } else {
        result.winner = pattern;
      }
    }
    return true;
  });
  return result;
}

std::vector<SharedPattern> PatternRegistry::MatchAll(const Failure& failure,
                                                     size_t max) const {
  std::vector<SharedPattern> matches;
  if (max == 0) return matches;
  Texts texts(failure);
  index_->VisitCandidates(&texts, [&](const SharedPattern& pattern) {
    if (MatchesIn(*pattern, failure, &texts)) matches.push_back(pattern);
    return matches.size() < max;
  });
  return matches;
}

std::string PatternRegistry::SaveLiterals() const {
  return index_->SaveLiterals();
}

absl::Span<const SharedPattern> PatternRegistry::patterns() const {
  return index_->ordered();
}

bool Matches(const Pattern& pattern, const Failure& failure) {
  Texts texts(failure);
  return MatchesIn(pattern, failure, &texts);
}

}  // namespace recourse
