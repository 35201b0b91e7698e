#include "server/match/phrase_scanner.h"

#include <hs/hs.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

int NoteHit(unsigned int id, unsigned long long, unsigned long long to,
            unsigned int, void* context) {
  auto* hits = static_cast<std::vector<PhraseHit>*>(context);
  hits->push_back({id, 0, static_cast<uint32_t>(to)});
  return hits->size() < PhraseScanner::kMaxHits ? 0 : 1;
}

std::vector<PhraseHit> WithoutOverlaps(std::vector<PhraseHit> hits,
                                       size_t text_size) {
  std::sort(hits.begin(), hits.end(),
            [](const PhraseHit& a, const PhraseHit& b) {
              const uint32_t a_size = a.end - a.begin;
              const uint32_t b_size = b.end - b.begin;
              return a_size != b_size ? a_size > b_size : a.begin < b.begin;
            });
  std::vector<bool> taken(text_size, false);
  std::vector<PhraseHit> kept;
  for (const PhraseHit& hit : hits) {
    const auto begin = taken.begin() + hit.begin;
    const auto end = taken.begin() + hit.end;
    if (std::find(begin, end, true) != end) continue;
    std::fill(begin, end, true);
    kept.push_back(hit);
  }
  return kept;
}

}  // namespace

PhraseScanner::PhraseScanner(std::vector<std::string> phrases)
    : phrases_(std::move(phrases)) {
  for (std::string& phrase : phrases_) {
    any_ending_.push_back(!phrase.empty() && phrase.back() == '*');
    if (any_ending_.back()) phrase.pop_back();
  }
  if (!Compile()) {
    hs_free_database(database_);
    database_ = nullptr;
  }
}

PhraseScanner::~PhraseScanner() { hs_free_database(database_); }

bool PhraseScanner::Compile() {
  std::vector<const char*> starts;
  std::vector<size_t> lengths;
  std::vector<unsigned int> ids;
  for (const std::string& phrase : phrases_) {
    ids.push_back(static_cast<unsigned int>(starts.size()));
    starts.push_back(phrase.data());
    lengths.push_back(phrase.size());
  }
  hs_compile_error_t* error = nullptr;
  const hs_error_t compiled =
      hs_compile_lit_multi(starts.data(), nullptr, ids.data(), lengths.data(),
                           static_cast<unsigned int>(starts.size()),
                           HS_MODE_BLOCK, nullptr, &database_, &error);
  if (error != nullptr) hs_free_compile_error(error);
  return compiled == HS_SUCCESS;
}

std::vector<PhraseHit> PhraseScanner::Scan(absl::string_view text) const {
  std::vector<PhraseHit> hits;
  if (!ScanDatabase(text, &hits)) {
    hits.clear();
    ScanOneByOne(text, &hits);
  }
  for (PhraseHit& hit : hits) {
    hit.begin = hit.end - static_cast<uint32_t>(phrases_[hit.phrase].size());
  }
  hits.erase(
      std::remove_if(hits.begin(), hits.end(),
                     [&](const PhraseHit& hit) { return !IsWhole(text, hit); }),
      hits.end());
  return WithoutOverlaps(std::move(hits), text.size());
}

bool PhraseScanner::ScanDatabase(absl::string_view text,
                                 std::vector<PhraseHit>* hits) const {
  if (database_ == nullptr) return false;
  HsScratch scratch = scratches_.Take();
  if (scratch == nullptr) {
    hs_scratch_t* raw = nullptr;
    if (hs_alloc_scratch(database_, &raw) != HS_SUCCESS) return false;
    scratch.reset(raw);
  }
  const hs_error_t scanned =
      hs_scan(database_, text.data(), static_cast<unsigned int>(text.size()), 0,
              scratch.get(), NoteHit, hits);
  scratches_.Return(std::move(scratch));
  return scanned == HS_SUCCESS || scanned == HS_SCAN_TERMINATED;
}

void PhraseScanner::ScanOneByOne(absl::string_view text,
                                 std::vector<PhraseHit>* hits) const {
  for (uint32_t i = 0; i < phrases_.size(); ++i) {
    const std::string& phrase = phrases_[i];
    size_t at = text.find(phrase);
    while (at != absl::string_view::npos && hits->size() < kMaxHits) {
      hits->push_back({i, 0, static_cast<uint32_t>(at + phrase.size())});
      at = text.find(phrase, at + 1);
    }
  }
}

bool PhraseScanner::IsWhole(absl::string_view text,
                            const PhraseHit& hit) const {
  const auto joins = [&](size_t left, size_t right) {
    return absl::ascii_isalnum(text[left]) && absl::ascii_isalnum(text[right]);
  };
  if (hit.begin > 0 && joins(hit.begin - 1, hit.begin)) return false;
  return any_ending_[hit.phrase] || hit.end == text.size() ||
         !joins(hit.end - 1, hit.end);
}

}  // namespace recourse
