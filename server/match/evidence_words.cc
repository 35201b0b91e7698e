#include "server/match/evidence_words.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/match/marked_places.h"

namespace recourse {
namespace {

constexpr int kCounts = 50;  // Percent.

// What an entry of the graph stands for.
struct Entry {
  Meaning meaning;
  Marker marker;
};

struct Tables {
  Tables() {
    for (const auto& table :
         {MarkerWordings(),   NetworkWordings(),     TimeWordings(),
          ServerWordings(),   ConcurrencyWordings(), AccessWordings(),
          DataWordings(),     ResourceWordings(),    RequestWordings(),
          ThingsWordings(),   ProgramWordings(),     PeopleWordings(),
          PlainWordings(),    EverydayWordings(),    CodeWordings(),
          SoftwareWordings(), TradeWordings(),       MoveWordings(),
          ForeignWordings(),  LanguageWordings()}) {
      for (const Wordings& wordings : table) {
        for (const absl::string_view phrase : wordings.phrases) {
          // That every wording is well-formed is tested.
          graph.Add(phrase, static_cast<uint16_t>(entries.size()))
              .IgnoreError();
        }
        entries.push_back({wordings.meaning, wordings.marker});
      }
    }
    graph.Freeze();
  }

  static const Tables& Get() {
    static const Tables* const tables = new Tables;
    return *tables;
  }

  WordingGraph graph;
  std::vector<Entry> entries;
};

// Working memory, kept from call to call.
struct Scratch {
  std::vector<WordingHit> hits;
  std::vector<MarkedPlace> places;
  std::vector<bool> taken;              // By token.
  std::vector<const WordingHit*> best;  // By entry.
  std::vector<int> percents;            // Of them.
};

int PercentOf(const WordingHit& hit, const std::vector<Token>& tokens) {
  if (tokens[hit.begin()].Has(Token::kNegated)) return 0;
  int percent = 200;
  for (size_t i = 0; i < hit.size; ++i) {
    percent = std::min<int>(percent, tokens[hit.tokens[i]].percent);
  }
  return percent;
}

// What counts little hides nothing that counts; then a longer wording hides
// those that share a word with it.
void SortByPrecedence(const Tables& tables, const std::vector<Token>& tokens,
                      std::vector<WordingHit>* hits) {
  const auto weight = [&](const WordingHit& hit) {
    return tables.entries[hit.entry].meaning.weight;
  };
  std::stable_sort(hits->begin(), hits->end(),
                   [&](const WordingHit& a, const WordingHit& b) {
                     const bool a_counts = PercentOf(a, tokens) >= kCounts;
                     const bool b_counts = PercentOf(b, tokens) >= kCounts;
                     if (a_counts != b_counts) return a_counts;
                     if (a.size != b.size) return a.size > b.size;
                     if (a.gaps != b.gaps) return b.gaps;
                     return weight(a) > weight(b);
                   });
}

bool Take(const WordingHit& hit, std::vector<bool>* taken) {
  for (size_t i = 0; i < hit.size; ++i) {
    if ((*taken)[hit.tokens[i]]) return false;
  }
  for (size_t i = 0; i < hit.size; ++i) (*taken)[hit.tokens[i]] = true;
  return true;
}

bool SaysNothing(const Entry& entry) {
  return entry.meaning.category == Category::kUnspecified;
}

void Silence(const WordingHit& hit, std::vector<Token>* tokens) {
  for (size_t i = 0; i < hit.size; ++i) (*tokens)[hit.tokens[i]].percent = 0;
}

std::string LabelOf(const WordingHit& hit, const std::vector<Token>& tokens) {
  std::string label = "words '";
  for (size_t i = 0; i < hit.size; ++i) {
    const bool gap = i > 0 && hit.tokens[i] > hit.tokens[i - 1] + 1;
    absl::StrAppend(&label,
                    i == 0 ? ""
                    : gap  ? " ... "
                           : " ",
                    absl::AsciiStrToLower(tokens[hit.tokens[i]].raw));
  }
  label.push_back('\'');
  return label;
}

}  // namespace

const WordingGraph& AllWordings() { return Tables::Get().graph; }

void AddWordEvidence(std::vector<Token>* tokens, Evidence* evidence) {
  static thread_local Scratch scratch;
  const Tables& tables = Tables::Get();
  scratch.hits.clear();
  tables.graph.Find(*tokens, &scratch.hits);
  scratch.places.clear();
  for (const WordingHit& hit : scratch.hits) {
    const Marker marker = tables.entries[hit.entry].marker;
    if (marker != Marker::kNone) scratch.places.push_back({marker, hit});
  }
  ApplyMarkers(scratch.places, tokens);
  SortByPrecedence(tables, *tokens, &scratch.hits);
  scratch.taken.assign(tokens->size(), false);
  scratch.best.assign(tables.entries.size(), nullptr);
  scratch.percents.assign(tables.entries.size(), 0);
  for (const WordingHit& hit : scratch.hits) {
    if (tables.entries[hit.entry].marker != Marker::kNone) continue;
    if (!Take(hit, &scratch.taken)) continue;
    const int percent = PercentOf(hit, *tokens);
    if (percent <= scratch.percents[hit.entry]) continue;
    scratch.best[hit.entry] = &hit;
    scratch.percents[hit.entry] = percent;
  }
  for (const WordingHit& hit : scratch.hits) {
    const Entry& entry = tables.entries[hit.entry];
    if (entry.marker == Marker::kNone && SaysNothing(entry)) {
      Silence(hit, tokens);
    }
  }
  for (size_t i = 0; i < scratch.best.size(); ++i) {
    if (scratch.best[i] == nullptr) continue;
    if (SaysNothing(tables.entries[i])) continue;
    evidence->Add(tables.entries[i].meaning, scratch.percents[i] / 100.0,
                  LabelOf(*scratch.best[i], *tokens));
  }
}

void AddSignEvidence(const Failure& failure, Evidence* evidence) {
  const absl::string_view text =
      absl::string_view(failure.text).substr(0, kMaxPartBytes);
  // The first byte of their characters.
  const bool has_signs = std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xE3 && byte <= 0xED;
  });
  if (!has_signs) return;
  for (const auto& table : {ForeignSigns(), LanguageSigns()}) {
    for (const Wordings& wordings : table) {
      for (const absl::string_view sign : wordings.phrases) {
        if (!absl::StrContains(text, sign)) continue;
        evidence->Add(wordings.meaning, 1, absl::StrCat("words '", sign, "'"));
        break;
      }
    }
  }
}

}  // namespace recourse
