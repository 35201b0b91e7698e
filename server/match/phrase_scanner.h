// Finds many fixed phrases in a text in one pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/match/scratch_pool.h"

struct hs_database;

namespace recourse {

struct PhraseHit {
  uint32_t phrase;
  uint32_t begin;
  uint32_t end;
};

// Phrases match whole words; a trailing * allows any ending. Thread safety:
// safe for concurrent use.
class PhraseScanner {
 public:
  static constexpr size_t kMaxHits = 4096;  // The rest is not reported.

  explicit PhraseScanner(std::vector<std::string> phrases);
  ~PhraseScanner();

  // Hits that overlap a longer hit are left out. In no order.
  std::vector<PhraseHit> Scan(absl::string_view text) const;

  absl::string_view phrase(uint32_t index) const { return phrases_[index]; }

 private:
  bool Compile();
  bool ScanDatabase(absl::string_view text, std::vector<PhraseHit>* hits) const;
  void ScanOneByOne(absl::string_view text, std::vector<PhraseHit>* hits) const;
  bool IsWhole(absl::string_view text, const PhraseHit& hit) const;

  std::vector<std::string> phrases_;
  std::vector<bool> any_ending_;
  hs_database* database_ = nullptr;  // Null: phrases are searched one by one.
  mutable ScratchPool scratches_{nullptr};
};

}  // namespace recourse
