#include "server/record/secret_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

using WordSet = absl::flat_hash_set<absl::string_view>;

constexpr absl::string_view kAfterWord = " ,.;:!?'\")]}\t\r\n";
constexpr size_t kMaxWordLength = 24;
constexpr size_t kMaxProseWords = 8;  // Looked at.

constexpr absl::string_view kProseWords =
    "a absent accepted access account after all already an and any api are "
    "aren as at attempt auth authentication authorization be because been "
    "before blank bool boolean but by bytes callback can cannot changed "
    "char characters check contains could couldn credential credentials "
    "decode decoding decrypt default denied did didn disabled do does doesn "
    "don empty end entry eof error exceeded exceeds expected expired "
    "expires failed failure false field file filtered for forbidden format "
    "found from function given got had has hasn have haven header hidden "
    "identifier if in incorrect input int integer invalid is isn it key "
    "keyword length literal login malformed masked maximum may mechanism "
    "minimum mismatch missing must mustn name needed needs never newline "
    "nil no none not nothing null number object of off ok okay omitted on "
    "only operator optional or parameter parse parsing password permission "
    "please policy property provided realm received redacted refused "
    "rejected removed required retry revoked schema scheme secret sensitive "
    "session set should shouldn signature str string support supported text "
    "the there this timed timeout to token too true try type unable "
    "unauthorized undefined unexpected unknown unrecognized unset "
    "unspecified unsupported use used user using validation value varchar "
    "verification verify violates was wasn were weren when which with "
    "without won would wouldn wrong yes you your";

const WordSet& ProseWords() {
  static const WordSet& words = *new WordSet(absl::StrSplit(kProseWords, ' '));
  return words;
}

bool IsMask(absl::string_view value) {
  return value.find_first_not_of("*.xX#-_") == absl::string_view::npos;
}

// $NAME and $1, but not a password that merely begins with a dollar.
bool IsShellVariable(absl::string_view value) {
  if (!absl::ConsumePrefix(&value, "$") || value.empty()) return false;
  return std::all_of(value.begin(), value.end(), [](char c) {
    return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
  });
}

bool PassesLuhn(absl::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    const int digit = (*it - '0') * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

// First four digits, inclusive, and the lengths in use (ISO/IEC 7812).
struct IssuerRange {
  int first;
  int last;
  size_t min_length;
  size_t max_length;
};
constexpr IssuerRange kIssuers[] = {
    {2221, 2720, 16, 16}, {3000, 3059, 14, 19}, {3400, 3499, 15, 15},
    {3528, 3589, 16, 19}, {3600, 3699, 14, 19}, {3700, 3799, 15, 15},
    {3800, 3999, 14, 19}, {4000, 4999, 13, 19}, {5000, 5099, 13, 19},
    {5100, 5599, 16, 16}, {5600, 5899, 13, 19}, {6011, 6011, 16, 19},
    {6200, 6299, 16, 19}, {6304, 6304, 13, 19}, {6440, 6599, 16, 19},
    {6700, 6799, 13, 19}};

bool IsOfIssuer(absl::string_view digits) {
  int prefix = 0;
  for (const char c : digits.substr(0, 4)) prefix = prefix * 10 + (c - '0');
  const bool thirteen = digits.size() == 13 && digits[0] == '4';
  return std::any_of(std::begin(kIssuers), std::end(kIssuers),
                     [&](const IssuerRange& range) {
                       return prefix >= range.first && prefix <= range.last &&
                              digits.size() >= range.min_length &&
                              digits.size() <= range.max_length &&
                              (digits.size() != 13 || thirteen);
                     });
}

// 2024-05-01T12:00:00Z mixes letters and digits and is no secret.
bool IsTimestamp(absl::string_view value) {
  if (value.size() < 10 || value[4] != '-' || value[7] != '-') return false;
  return IsAsciiDigits(value.substr(0, 4)) &&
         IsAsciiDigits(value.substr(5, 2)) && IsAsciiDigits(value.substr(8, 2));
}

}  // namespace

bool IsAsciiDigits(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool StandsForSecret(absl::string_view value) {
  if (value.empty() || IsMask(value) || IsShellVariable(value)) return true;
  if (absl::StartsWith(value, "${") || absl::StartsWith(value, "{{") ||
      absl::StartsWith(value, "$(") || absl::StartsWith(value, "%(")) {
    return true;
  }
  if (value.front() == '<') return true;
  if (value == "?" || (value.size() == 2 && value.front() == '%')) return true;
  static constexpr absl::string_view kNothing[] = {
      "null",     "none",  "nil",     "undefined", "true",    "false",
      "yes",      "no",    "empty",   "redacted",  "masked",  "hidden",
      "filtered", "unset", "omitted", "removed",   "missing", "nan"};
  return std::any_of(std::begin(kNothing), std::end(kNothing),
                     [&](absl::string_view word) {
                       return absl::EqualsIgnoreCase(word, value);
                     });
}

bool IsProseWord(absl::string_view word) {
  if (word.size() > kMaxWordLength) return false;
  std::array<char, kMaxWordLength> lower;
  std::transform(word.begin(), word.end(), lower.begin(), absl::ascii_tolower);
  return ProseWords().contains(absl::string_view(lower.data(), word.size()));
}

bool BeginsAsProse(absl::string_view text) {
  size_t length = 0;
  while (length < text.size() && absl::ascii_isalpha(text[length])) ++length;
  // "no" begins "no such user" and "no.", but neither "no1" nor "no.One4#".
  const absl::string_view after = text.substr(length, 2);
  const bool contraction = after == "'t";  // can't, isn't
  const bool ends_word =
      after.find_first_not_of(kAfterWord) == absl::string_view::npos ||
      absl::ascii_isspace(after[0]);
  return (ends_word || contraction) && IsProseWord(text.substr(0, length));
}

bool ReadsAsProse(absl::string_view text) {
  static constexpr absl::string_view kGuessable[] = {
      "access",  "account", "api",  "changed", "default",  "key",
      "login",   "name",    "ok",   "okay",    "password", "secret",
      "session", "token",   "user", "never",   "nothing"};
  if (std::any_of(std::begin(kGuessable), std::end(kGuessable),
                  [&](absl::string_view word) {
                    return absl::EqualsIgnoreCase(word, text);
                  })) {
    return false;
  }
  for (size_t words = 0; !text.empty() && words < kMaxProseWords; ++words) {
    if (BeginsAsProse(text)) return true;
    const size_t space = text.find(' ');
    if (space == absl::string_view::npos) return false;
    text.remove_prefix(space + 1);
  }
  return false;
}

bool LooksGenerated(absl::string_view value) {
  if (value.size() < 6 || IsTimestamp(value)) return false;
  const auto any = [&](auto test) {
    return std::any_of(value.begin(), value.end(), test);
  };
  if (!any(absl::ascii_isalpha)) return false;
  if (any(absl::ascii_isdigit)) return true;
  return value.size() >= 20 && any(absl::ascii_isupper) &&
         any(absl::ascii_islower) &&
         value.find_first_of("._/: ") == absl::string_view::npos;
}

bool IsBasicCredential(absl::string_view value) {
  std::string decoded;
  if (value.size() < 4 || value.size() % 4 != 0) return false;
  return absl::Base64Unescape(value, &decoded) &&
         decoded.find(':') != std::string::npos;
}

bool IsCardNumber(absl::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (absl::ascii_isdigit(c)) digits.push_back(c);
  }
  return digits.size() >= 13 && digits.size() <= 19 && IsOfIssuer(digits) &&
         PassesLuhn(digits);
}

}  // namespace recourse
