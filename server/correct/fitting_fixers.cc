#include "server/correct/fitting_fixers.h"

#include <algorithm>

#include "re2/re2.h"
#include "server/correct/error_hints.h"

namespace recourse {
namespace {

// The words of JSON's common readers.
constexpr const char* kJsonWords =
    "JSONDecodeError|Expecting (?:value|property name|'[,:]' delimiter)|"
    "Illegal trailing comma before end of|Extra data: line|"
    "(?i:(?:not valid|invalid|malformed) json\\b|unexpected (?:token|string|"
    "number|identifier|end|non-whitespace character)\\b[^\\n]{0,60}\\bjson\\b|"
    "(?:in|after) json at position)|"
    "invalid character '[^\\n]{1,8}' (?:looking for|after|in (?:string|literal|"
    "numeric))|Json(?:Parse|Syntax|Reader)Exception|MalformedJsonException|"
    "(?:expected value|key must be a string|trailing comma|expected `[,:]`"
    "[^\\n]{0,20}) at line \\d+";

// Python's reader of source, which has words of its own.
constexpr const char* kPythonSyntax =
    "SyntaxError: (?:invalid syntax|unexpected EOF|expected '[:(]'|"
    "expected an indented block|'[(\\[{]' was never closed|unmatched '|"
    "closing parenthesis '|invalid (?:non-printable )?character|EOL while|"
    "unterminated (?:string|triple-quoted)|multiple statements found)";
constexpr const char* kPythonBlocks = "IndentationError: |TabError: ";
constexpr const char* kPythonAsync =
    "'(?:await|async with|async for)' outside|"
    "asynchronous comprehension outside";

constexpr const char* kYaml =
    "(?i)found (?:character|a tab)[^\\n]{0,20} that (?:cannot start any token|"
    "violates indentation)|bad indentation of a mapping|tab characters? must "
    "not be used|yaml: line \\d+|\\byaml\\.(?:scanner|parser)\\.";
constexpr const char* kBackquote = "'`' that cannot start any token";

bool Says(const FixerHints& hints, const RE2& regex) {
  return RE2::PartialMatch(
      re2::StringPiece(hints.error.data(), hints.error.size()), regex);
}

struct Fit {
  bool (*says)(const FixerHints& hints);
  std::vector<Fixer> fixers;
};

template <const char* const& kRegex>
bool SaysOneOf(const FixerHints& hints) {
  static const RE2& regex = *new RE2(kRegex);
  return Says(hints, regex);
}

// In the order of application: first what hides the rest of the text.
const std::vector<Fit>& Fits() {
  static const auto& fits = *new std::vector<Fit>{
      {SpeaksOfByteOrderMark, {Fixer::kByteOrderMark}},
      {SpeaksOfCarriageReturn, {Fixer::kLineEndings}},
      {SaysOneOf<kJsonWords>, {Fixer::kJsonRepair}},
      {SaysOneOf<kPythonSyntax>,
       {Fixer::kCodeFence, Fixer::kPythonTypography, Fixer::kPythonBrackets,
        Fixer::kPythonMissingColon, Fixer::kPythonTabs,
        Fixer::kPythonIndentation}},
      {SaysOneOf<kPythonBlocks>,
       {Fixer::kPythonTabs, Fixer::kPythonIndentation}},
      {SaysOneOf<kPythonAsync>, {Fixer::kPythonAsync}},
      {[](const FixerHints& hints) {
         return MisusesCoroutine(hints) || !NeverAwaited(hints).empty();
       },
       {Fixer::kPythonAwait}},
      {[](const FixerHints& hints) { return !UndefinedNames(hints).empty(); },
       {Fixer::kPythonImports}},
      {SaysOneOf<kBackquote>, {Fixer::kCodeFence}},
      {SaysOneOf<kYaml>, {Fixer::kYamlTabs}},
  };
  return fits;
}

bool Holds(const std::vector<Fixer>& fixers, Fixer fixer) {
  return std::find(fixers.begin(), fixers.end(), fixer) != fixers.end();
}

}  // namespace

std::vector<Fixer> FittingFixers(const FixerHints& hints) {
  std::vector<Fixer> fitting;
  for (const Fit& fit : Fits()) {
    if (!fit.says(hints)) continue;
    for (const Fixer fixer : fit.fixers) {
      if (!Holds(fitting, fixer)) fitting.push_back(fixer);
    }
  }
  // Both languages' own fixers know better which quotes are part of a string.
  if (SpeaksOfTypographicQuote(hints) && !Holds(fitting, Fixer::kJsonRepair) &&
      !Holds(fitting, Fixer::kPythonTypography)) {
    fitting.push_back(Fixer::kSmartQuotes);
  }
  return fitting;
}

}  // namespace recourse
