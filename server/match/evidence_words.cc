#include "server/match/evidence_words.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/match/phrase_scanner.h"

namespace recourse {
namespace {

// All tables joined, with the scanner over their phrases.
class Vocabulary {
 public:
  static const Vocabulary& Get() {
    static const Vocabulary* const vocabulary = new Vocabulary;
    return *vocabulary;
  }

  const PhraseScanner& scanner() const { return *scanner_; }
  size_t meaning_count() const { return meanings_.size(); }
  const Meaning& meaning(size_t i) const { return meanings_[i]; }
  size_t MeaningOf(uint32_t phrase) const { return meaning_of_[phrase]; }

 private:
  Vocabulary() {
    std::vector<std::string> phrases;
    for (const auto& table :
         {NetworkWordings(), ServerWordings(), AccessWordings(), DataWordings(),
          ResourceWordings(), RequestWordings()}) {
      for (const Wordings& wordings : table) {
        for (const absl::string_view phrase : wordings.phrases) {
          phrases.emplace_back(phrase);
          meaning_of_.push_back(meanings_.size());
        }
        meanings_.push_back(wordings.meaning);
      }
    }
    scanner_ = std::make_unique<PhraseScanner>(std::move(phrases));
  }

  std::vector<Meaning> meanings_;
  std::vector<size_t> meaning_of_;  // By phrase.
  std::unique_ptr<const PhraseScanner> scanner_;
};

}  // namespace

void AddWordEvidence(const NormalizedText& text, Evidence* evidence) {
  const Vocabulary& vocabulary = Vocabulary::Get();
  std::vector<const PhraseHit*> best(vocabulary.meaning_count(), nullptr);
  const std::vector<PhraseHit> hits = vocabulary.scanner().Scan(text.text);
  for (const PhraseHit& hit : hits) {
    const PhraseHit*& known = best[vocabulary.MeaningOf(hit.phrase)];
    if (known == nullptr || text.weight[hit.begin] > text.weight[known->begin])
      known = &hit;
  }
  for (size_t i = 0; i < best.size(); ++i) {
    if (best[i] == nullptr) continue;
    evidence->Add(
        vocabulary.meaning(i), text.weight[best[i]->begin] / 100.0,
        absl::StrCat("words '", vocabulary.scanner().phrase(best[i]->phrase),
                     "'"));
  }
}

}  // namespace recourse
