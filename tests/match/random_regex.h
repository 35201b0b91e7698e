// Random regexes and texts over a small vocabulary, so that they often meet.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "server/model/pattern.h"

namespace recourse {

// The same seed gives the same sequence in every run.
class RandomRegexes {
 public:
  explicit RandomRegexes(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }

  // A regex that compiles.
  std::string Regex() {
    while (true) {
      std::string regex = absl::StrCat(Prefix(), Alternation(3));
      if (RE2(regex, RE2::Quiet).ok()) return regex;
    }
  }

  // Words, parts of words, newlines and characters that fold surprisingly.
  std::string Text() {
    std::string text;
    const size_t words = Below(9);
    for (size_t i = 0; i < words; ++i) {
      absl::StrAppend(&text, Case(Word()), Pick(kGlue));
    }
    return text;
  }

  SharedPattern NewPattern(const std::string& id) {
    auto pattern = std::make_shared<Pattern>();
    pattern->id = id;
    pattern->regex = std::make_shared<const RE2>(Regex(), RE2::Quiet);
    pattern->priority = static_cast<int>(Below(4)) * 50;
    pattern->origin = Below(2) == 0 ? Origin::kUser : Origin::kLibrary;
    pattern->match_stack = Below(5) == 0;
    const size_t mode = Below(8);
    if (mode == 0) pattern->mode = PatternMode::kDisabled;
    if (mode == 1 || mode == 2) pattern->mode = PatternMode::kShadow;
    if (Below(6) == 0) pattern->conditions.http_statuses = {429};
    return pattern;
  }

  Failure NewFailure() {
    Failure failure;
    failure.message = Text();
    if (Below(3) == 0) failure.exception_type = std::string(Word());
    if (Below(4) == 0) failure.causes.push_back({"", Text()});
    if (Below(2) == 0) failure.stack_trace = Text();
    if (Below(2) == 0) failure.http_status = 429;
    failure.text = MatchText(failure);
    return failure;
  }

 private:
  template <size_t N>
  absl::string_view Pick(const absl::string_view (&from)[N]) {
    return from[Below(N)];
  }

  absl::string_view Word() { return Pick(kWords); }
  absl::string_view Prefix() { return Pick(kPrefixes); }

  std::string Case(absl::string_view word) {
    std::string cased(word);
    const size_t how = Below(4);
    for (char& c : cased) {
      if (how == 1 || (how == 2 && Below(2) == 0)) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      }
    }
    if (how == 3 && !cased.empty() && Below(2) == 0) {
      cased.resize(Below(cased.size()) + 1);  // May cut a character.
    }
    return cased;
  }

  std::string Alternation(int depth) {
    std::string out = Sequence(depth);
    for (size_t i = Below(3); i > 0; --i) {
      absl::StrAppend(&out, "|", Sequence(depth));
    }
    return out;
  }

  std::string Sequence(int depth) {
    std::string out;
    for (size_t i = Below(4) + 1; i > 0; --i) {
      absl::StrAppend(&out, Piece(depth), Pick(kRepeats));
    }
    return out;
  }

  std::string Piece(int depth) {
    switch (Below(depth > 0 ? 6 : 4)) {
      case 0:
      case 1:
        return absl::StrCat("(?:", RE2::QuoteMeta(std::string(Word())), ")");
      case 2:
        return std::string(Pick(kClasses));
      case 3:
        return std::string(Word());
      case 4:
        return absl::StrCat("(", Alternation(depth - 1), ")");
      default:
        return absl::StrCat("(?i:", Alternation(depth - 1), ")");
    }
  }

  static constexpr absl::string_view kWords[] = {
      "error",    "timed out", "Timeout",    "rate limit",
      "ask",      "risks",     "disk",       "desk",
      "429",      "50",        "e",          "Straße",
      "größe",    "ÄÖÜ",       "接続エラー", "タイムアウト",
      "ошибка",   "ОШИБКА",    "ſkip",       "\u212Aelvin",
      "kelvin",   "skip",      "connection", "refused",
      "İstanbul", "ǅungla",    "σίγμας",     "ΣΊΓΜΑΣ",
  };
  static constexpr absl::string_view kGlue[] = {" ", "", "\n", ": ", "\t", "."};
  static constexpr absl::string_view kPrefixes[] = {"",     "",     "(?i)",
                                                    "(?s)", "(?m)", "(?im)"};
  static constexpr absl::string_view kRepeats[] = {
      "", "", "", "", "?", "*", "+", "{2}", "{0,3}", "+?"};
  static constexpr absl::string_view kClasses[] = {
      ".",      "\\d+",        "[a-f]",      "[^x]",   "\\b",    "\\B",
      "^",      "$",           "\\s*",       "\\w+",   "[eE]rr", "[äöü]",
      ".*",     "\\pL",        "()",         "\\A",    "\\z",    "[ksKS]",
      "(?i:k)", "[[:upper:]]", "\\p{Greek}", "[^\\n]*"};

  std::mt19937 random_;
};

}  // namespace recourse
