#include "server/match/wording_syntax.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

using Parts = std::vector<WordingPart>;

constexpr int kMaxDepth = 4;

constexpr absl::string_view kFillers[] = {
    "is",   "was",  "are",  "were", "be",    "been", "being",     "has",
    "have", "had",  "the",  "a",    "an",    "this", "that",      "these",
    "its",  "it's", "your", "our",  "their", "got",  "get",       "gets",
    "just", "now",  "also", "my",   "any",   "all",  "currently", "already"};

absl::string_view NamedSet(absl::string_view name) {
  static const auto* const sets =
      new absl::flat_hash_map<absl::string_view, absl::string_view>{
          {"cannot",
           "(cannot|can't|can not|could not|couldn't|unable to|not able to|"
           "wasn't able to|weren't able to|isn't able to|"
           "failed to|fails to|fail to|failure to|impossible to|cant|did not|"
           "didn't|does not|doesn't)"},
          {"exceeds",
           "(exceed~|over|above|beyond|surpass~|reached|reaches|hit|exhausted|"
           "larger than|greater than|bigger than|longer than|more than|higher "
           "than)"},
      };
  const auto it = sets->find(name);
  return it == sets->end() ? "" : it->second;
}

// base, -s, -ed, -ing.
std::vector<std::string> Inflections(std::string base, bool double_last) {
  const char last = base.back();
  const bool vowel_before =
      base.size() > 1 && absl::StrContains("aeiou", base[base.size() - 2]);
  if (last == 'y' && !vowel_before) {
    const std::string root = base.substr(0, base.size() - 1);
    return {base, absl::StrCat(root, "ies"), absl::StrCat(root, "ied"),
            absl::StrCat(base, "ing")};
  }
  std::string stem = base;
  if (last == 'e') stem.pop_back();
  if (double_last) stem.push_back(last);
  const bool hisses = absl::StrContains("sxzh", last);
  return {base, absl::StrCat(base, hisses ? "es" : "s"),
          absl::StrCat(stem, "ed"), absl::StrCat(stem, "ing")};
}

WordingPart Word(std::string word) {
  WordingPart part;
  part.word = std::move(word);
  return part;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text), rest_(text) {}

  absl::StatusOr<Parts> Parse() {
    Parts parts = ParseSequence(0);
    if (!rest_.empty()) Fail("an unexpected | or )");
    if (!status_.ok()) return status_;
    return parts;
  }

 private:
  Parts ParseSequence(int depth) {
    Parts parts;
    while (status_.ok() && !rest_.empty() && rest_[0] != '|' &&
           rest_[0] != ')') {
      if (absl::ConsumePrefix(&rest_, " ")) continue;
      if (absl::ConsumePrefix(&rest_, "(")) {
        parts.push_back(ParseChoice(depth + 1));
      } else {
        parts.push_back(ParseWord());
      }
    }
    return parts;
  }

  WordingPart ParseChoice(int depth) {
    WordingPart part;
    part.kind = WordingPart::kChoice;
    if (depth > kMaxDepth) Fail("brackets too deep");
    do {
      part.choices.push_back(ParseSequence(depth));
    } while (status_.ok() && absl::ConsumePrefix(&rest_, "|"));
    if (!absl::ConsumePrefix(&rest_, ")")) Fail("a missing )");
    return part;
  }

  WordingPart ParseWord() {
    const size_t size = std::min(rest_.find_first_of(" |()"), rest_.size());
    absl::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    WordingPart part;
    if (word == ".." || word == ":" || word == "#") {
      part.kind = word == ".."  ? WordingPart::kGap
                  : word == ":" ? WordingPart::kSoftBreak
                                : WordingPart::kNumber;
      return part;
    }
    if (absl::ConsumePrefix(&word, "$")) return NamedChoice(word);
    const bool doubled = absl::ConsumeSuffix(&word, "~~");
    const bool inflected = doubled || absl::ConsumeSuffix(&word, "~");
    if (word.empty()) Fail("no word");
    if (!status_.ok() || !inflected) return Word(std::string(word));
    part.kind = WordingPart::kChoice;
    for (std::string& form : Inflections(std::string(word), doubled)) {
      part.choices.push_back({Word(std::move(form))});
    }
    return part;
  }

  WordingPart NamedChoice(absl::string_view name) {
    const absl::string_view set = NamedSet(name);
    if (set.empty()) {
      Fail(absl::StrCat("no set $", name));
      return {};
    }
    return Parser(set).Parse()->front();
  }

  void Fail(absl::string_view what) {
    status_.Update(absl::InvalidArgumentError(
        absl::StrCat(what, " at byte ", text_.size() - rest_.size(), " of \"",
                     text_, "\"")));
  }

  const absl::string_view text_;
  absl::string_view rest_;
  absl::Status status_;
};

bool IsBreak(const WordingPart& part) {
  return part.kind == WordingPart::kGap || part.kind == WordingPart::kSoftBreak;
}

}  // namespace

absl::Span<const absl::string_view> Fillers() { return kFillers; }

absl::StatusOr<std::vector<WordingPart>> ParseWording(
    absl::string_view wording) {
  auto parts = Parser(wording).Parse();
  if (!parts.ok()) return parts.status();
  if (parts->empty() || IsBreak(parts->front()) || IsBreak(parts->back())) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", wording, "\" does not begin and end with a word"));
  }
  return parts;
}

}  // namespace recourse
