#include "server/record/template_miner.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "server/model/utf8.h"

namespace recourse {
namespace {

// How often each value of an enum was seen.
template <typename Enum, size_t kSize>
class Votes {
 public:
  void Add(Enum value) { ++counts_[static_cast<size_t>(value) % kSize]; }
  // The smaller number where two are equal.
  Enum Winner() const {
    return static_cast<Enum>(std::max_element(counts_.begin(), counts_.end()) -
                             counts_.begin());
  }

 private:
  std::array<int64_t, kSize> counts_ = {};
};

TemplateWords WordsOf(const TextTokens& tokens) {
  TemplateWords words;
  for (const TextToken& token : tokens) {
    if (token.kind == TokenKind::kWord) words.Add(token.text, token.hash);
  }
  words.Finish();
  return words;
}

TemplateWords WordsOf(const ErrorTemplate& error_template) {
  TemplateWords words;
  for (const TemplatePart& part : error_template.parts) {
    if (part.kind == TemplatePart::Kind::kWord) words.Add(part.text, part.hash);
  }
  words.Finish();
  return words;
}

// The same for texts that differ in what their variables say only.
uint64_t FormOf(absl::string_view ns, const TextTokens& tokens, bool complete) {
  uint64_t form = absl::HashOf(ns, complete);
  for (const TextToken& token : tokens) {
    form = absl::HashOf(form, token.kind, token.variable, token.hash);
  }
  return form;
}

}  // namespace

// One error's text on its way to its group.
struct TemplateMiner::Text {
  absl::string_view ns;
  absl::string_view text;  // What the tokens are of.
  Category category = Category::kUnknown;
  TextTokens tokens;
  bool complete = true;
  uint64_t form = 0;

  Text(absl::string_view ns_name, absl::string_view whole,
       Category category_of_it)
      : ns(ns_name), category(category_of_it) {
    whole = absl::StripAsciiWhitespace(whole);
    text = CutUtf8(whole, kMaxTextBytes);
    tokens = Tokenize(text, ErrorTemplate::kMaxTokens);
    const size_t read = tokens.empty()
                            ? 0
                            : tokens.back().text.data() +
                                  tokens.back().text.size() - text.data();
    complete = read == whole.size();
    if (!complete) {
      // What stands at the cut may be half a word.
      if (tokens.size() > 1) tokens.pop_back();
      if (tokens.size() > 1 && tokens.back().kind == TokenKind::kSpace) {
        tokens.pop_back();
      }
    }
    if (!tokens.empty()) {
      text = text.substr(0, tokens.back().text.data() +
                                tokens.back().text.size() - text.data());
    }
    form = FormOf(ns, tokens, complete);
  }
};

struct TemplateMiner::Slot {
  uint64_t generation = 0;
  std::string ns;
  ErrorTemplate error_template;
  TemplateWords words;  // Of the template.
  size_t first_words = 0;
  Category first_category = Category::kUnknown;
  int credit = 0;
  int64_t count = 0;
  absl::Time first_seen;
  absl::Time last_seen;
  Votes<ErrorType, 16> error_types;
  Votes<Category, 16> categories;
  Votes<Severity, 8> severities;
  Category advised = Category::kUnspecified;  // What suggested_action is for.
  std::string suggested_action;
  std::vector<std::string> samples;

  void AddVote(const Classification& classification) {
    error_types.Add(classification.error_type);
    categories.Add(classification.category);
    severities.Add(classification.severity);
    if (classification.category != advised) {
      advised = classification.category;
      suggested_action = classification.suggested_action;
    }
  }

  void AddSample(absl::string_view text) {
    if (samples.size() < kMaxSamples &&
        std::find(samples.begin(), samples.end(), text) == samples.end()) {
      samples.emplace_back(text);
    }
  }
};

TemplateMiner::TemplateMiner(size_t max_clusters)
    : max_clusters_(max_clusters) {}
TemplateMiner::~TemplateMiner() = default;

void TemplateMiner::Add(absl::string_view ns, absl::string_view text,
                        const Classification& classification, absl::Time now) {
  if (max_clusters_ == 0) return;
  const Text added(ns, text, classification.category);
  if (added.tokens.empty()) return;
  absl::MutexLock lock(&mu_);
  CountTotal(ns);
  Slot& slot = FindOrMake(added, now);
  // Credit is for coming again.
  if (slot.count++ > 0) slot.credit = std::min(slot.credit + 1, kMaxCredit);
  slot.last_seen = std::max(slot.last_seen, now);
  slot.AddVote(classification);
  slot.AddSample(added.text);
}

TemplateMiner::Slot& TemplateMiner::FindOrMake(const Text& text,
                                               absl::Time now) {
  const auto known = forms_.find(text.form);
  if (known != forms_.end()) {
    Slot& slot = *slots_[known->second.slot];
    if (slot.generation == known->second.generation) return slot;
  }
  const TemplateWords words = WordsOf(text.tokens);
  std::optional<uint32_t> number = MostSimilar(text, words);
  if (number.has_value()) {
    Slot& slot = *slots_[*number];
    slot.error_template.Absorb(text.tokens, text.complete);
    // Words are only ever lost.
    TemplateWords left = WordsOf(slot.error_template);
    if (left.size() < slot.words.size()) {
      index_.Remove(*number, slot.words);
      slot.words = std::move(left);
      index_.Add(*number, slot.words);
    }
  } else {
    number = FreeSlot();
    auto slot = std::make_unique<Slot>();
    slot->generation = ++last_generation_;
    slot->ns = std::string(text.ns);
    slot->error_template = ErrorTemplate::Of(text.tokens, text.complete);
    slot->words = words;
    slot->first_words = words.size();
    slot->first_category = text.category;
    slot->first_seen = slot->last_seen = now;
    index_.Add(*number, slot->words);
    slots_[*number] = std::move(slot);
  }
  if (forms_.size() >= kMaxForms) forms_.clear();
  Slot& slot = *slots_[*number];
  forms_[text.form] = {*number, slot.generation};
  return slot;
}

// The group whose template has the largest share of words in common with the
// text, the older one of two that are equal; none: no group fits.
std::optional<uint32_t> TemplateMiner::MostSimilar(
    const Text& text, const TemplateWords& words) const {
  std::optional<uint32_t> best;
  size_t best_common = 0, best_sum = 1;
  for (const uint32_t number : index_.Candidates(words)) {
    const Slot& slot = *slots_[number];
    if (slot.ns != text.ns) continue;
    const size_t sum = words.size() + slot.words.size();
    const auto fits = [&](size_t common) {
      return Fits(common, words.size(), slot.words.size(), slot.first_words) &&
             common * best_sum >= best_common * sum;
    };
    if (!fits(CommonWordsInAnyOrder(words, slot.words))) continue;
    const size_t common = CommonWords(words, slot.words);
    if (!fits(common)) continue;
    // The same words are the same error, whatever its codes said.
    if (slot.first_category != text.category && 2 * common != sum) continue;
    if (!best.has_value() || common * best_sum > best_common * sum ||
        slot.generation < slots_[*best]->generation) {
      best = number;
      best_common = common;
      best_sum = sum;
    }
  }
  return best;
}

// A number that no group has, of which the group was forgotten if need be.
uint32_t TemplateMiner::FreeSlot() {
  if (slots_.size() < max_clusters_) {
    slots_.emplace_back();
    return static_cast<uint32_t>(slots_.size() - 1);
  }
  while (slots_[hand_]->credit > 0) {
    --slots_[hand_]->credit;
    hand_ = (hand_ + 1) % slots_.size();
  }
  const auto number = static_cast<uint32_t>(hand_);
  hand_ = (hand_ + 1) % slots_.size();
  index_.Remove(number, slots_[number]->words);
  return number;
}

void TemplateMiner::CountTotal(absl::string_view ns) {
  ++total_;
  const auto it = totals_.find(ns);
  if (it != totals_.end()) {
    ++it->second;
  } else if (totals_.size() < kMaxNamespaces) {
    totals_.emplace(ns, 1);
  }
}

std::vector<ErrorCluster> TemplateMiner::Clusters(absl::string_view ns) const {
  std::vector<ErrorCluster> clusters;
  for (size_t i = 0;; ++i) {
    // A lock for each, so that nobody who decides waits for all.
    absl::MutexLock lock(&mu_);
    if (i >= slots_.size()) break;
    const Slot& slot = *slots_[i];
    if (!ns.empty() && slot.ns != ns) continue;
    const Category category = slot.categories.Winner();
    clusters.push_back({.ns = slot.ns,
                        .error_template = slot.error_template,
                        .count = slot.count,
                        .first_seen = slot.first_seen,
                        .last_seen = slot.last_seen,
                        .error_type = slot.error_types.Winner(),
                        .category = category,
                        .severity = slot.severities.Winner(),
                        .suggested_action = slot.advised == category
                                                ? slot.suggested_action
                                                : "",
                        .samples = slot.samples});
  }
  std::stable_sort(clusters.begin(), clusters.end(),
                   [](const ErrorCluster& a, const ErrorCluster& b) {
                     return a.count > b.count;
                   });
  return clusters;
}

int64_t TemplateMiner::Total(absl::string_view ns) const {
  absl::MutexLock lock(&mu_);
  if (ns.empty()) return total_;
  const auto it = totals_.find(ns);
  if (it != totals_.end()) return it->second;
  return totals_.size() < kMaxNamespaces ? 0 : total_;
}

}  // namespace recourse
