#include "server/correct/error_hints.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "re2/re2.h"
#include "server/correct/characters.h"

namespace recourse {
namespace {

re2::StringPiece Piece(absl::string_view text) {
  return re2::StringPiece(text.data(), text.size());
}

bool Says(absl::string_view text, const RE2& regex) {
  return RE2::PartialMatch(Piece(text), regex);
}

// The first group of every match, each once.
std::vector<std::string> FindNames(const FixerHints& hints, const RE2& regex) {
  std::vector<std::string> names;
  for (const absl::string_view text : {hints.error, hints.stack}) {
    re2::StringPiece rest = Piece(text);
    std::string name;
    while (names.size() < kMaxHintNames &&
           RE2::FindAndConsume(&rest, regex, &name)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
    if (!names.empty()) break;
  }
  return names;
}

}  // namespace

std::vector<std::string> UndefinedNames(const FixerHints& hints) {
  static const RE2& undefined =
      *new RE2("[Nn]ame ['\"]([A-Za-z_]\\w*)['\"] is not defined");
  static const RE2& flake =
      *new RE2("undefined name ['\"]([A-Za-z_]\\w*)['\"]");
  std::vector<std::string> names = FindNames(hints, undefined);
  return names.empty() ? FindNames(hints, flake) : names;
}

std::vector<std::string> NeverAwaited(const FixerHints& hints) {
  static const RE2& regex = *new RE2(
      "coroutine ['\"](?:[^'\"\\n]*\\.)?([A-Za-z_]\\w*)['\"] was never "
      "awaited");
  return FindNames(hints, regex);
}

bool MisusesCoroutine(const FixerHints& hints) {
  static const RE2& regex = *new RE2(
      "['\"]?coroutine['\"]? object (?:is not|has no|does not)|"
      "of type '?coroutine'?|non-iterable coroutine|"
      "operand type\\(s\\)[^\\n]*'coroutine'|instances of 'coroutine'|"
      "instances of '[^'\\n]*' and 'coroutine'");
  return Says(hints.error, regex);
}

bool SpeaksOfByteOrderMark(const FixerHints& hints) {
  static const RE2& regex = *new RE2(
      "(?i)\\bBOM\\b|byte.order mark|u\\+?feff|x\\{?feff|\\\\xef\\\\xbb\\\\xbf|"
      "\\\\357\\\\273\\\\277|65279|\\x{FEFF}|\\x{EF}\\x{BB}\\x{BF}|'\\x{EF}'|"
      "content is not allowed in prolog");
  return Says(hints.error, regex);
}

bool SpeaksOfCarriageReturn(const FixerHints& hints) {
  static const RE2& regex = *new RE2(
      "(?i)carriage.return|\\bCRLF\\b|\\^M\\b|\\\\r['\":)\\s]|"
      "\\\\r\\\\n|\\\\u000d|U\\+000D|\\\\x0d|bad interpreter|"
      "new-line character seen in unquoted field");
  return Says(hints.error, regex);
}

bool SpeaksOfTypographicQuote(const FixerHints& hints) {
  static const RE2& regex = *new RE2(
      "(?i)U\\+201[89A-F]|\\\\u\\{?201[89a-f]|\\\\342\\\\200\\\\23|"
      "stray '?\\\\342|\\\\xe2\\\\x80\\\\x9|"
      "['\"\\x{2018}][\\x{2018}-\\x{201F}]['\"\\x{2019}]|"
      "\\x{E2}\\x{20AC}|smart quote|curly quote|fancy quote|"
      "typographic(?:al)? quote");
  return Says(hints.error, regex);
}

bool SpeaksOfTab(const FixerHints& hints) {
  static const RE2& regex =
      *new RE2("(?i)'\\\\t'|\\\\t\\b|\\btabs?\\b|\\bTAB character");
  return Says(hints.error, regex);
}

}  // namespace recourse
