#include "server/wire/regex.h"

#include <memory>

#include "server/model/utf8.h"
#include "server/wire/pattern.h"

namespace recourse {
namespace {

// RE2 gives up once a program takes a quarter of the memory, and an instruction
// is 16 bytes long.
constexpr int64_t kMemoryPerInstruction = 64;
// Of RE2's error, which may repeat all of the regex.
constexpr size_t kMaxShownErrorBytes = 200;

// "at offset 4: missing ): (ab". RE2 tells the culprit, not where it stands.
std::string Describe(absl::string_view text, const RE2& regex) {
  const std::string& culprit = regex.error_arg();
  const size_t offset = text.find(culprit);
  const std::string error = ShortenUtf8(regex.error(), kMaxShownErrorBytes);
  // RE2's text ends with the culprit, where there is one.
  if (culprit.empty() || offset == absl::string_view::npos) {
    return absl::StrCat("is no regular expression of RE2: ", error);
  }
  return absl::StrCat("is no regular expression of RE2: at offset ", offset,
                      ": ", error);
}

}  // namespace

RE2::Options RegexOptions(int64_t max_memory) {
  RE2::Options options(RE2::DefaultOptions);
  options.set_max_mem(max_memory);
  options.set_log_errors(false);
  return options;
}

SharedRegex CompileRegex(absl::string_view text, RegexBudget& budget,
                         Checker& check, absl::string_view field, int index) {
  if (!check.ok()) return nullptr;
  if (text.empty()) {
    check.FailItem(field, index, "is required");
    return nullptr;
  }
  if (text.size() > kMaxRegexBytes) {
    check.FailItem(field, index,
                   absl::StrCat("is ", text.size(), " bytes long, at most ",
                                kMaxRegexBytes),
                   reason::kRegexTooLarge);
    return nullptr;
  }
  auto regex =
      std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()),
                                  RegexOptions(budget.max_memory));
  if (regex->ok()) {
    budget.instructions += regex->ProgramSize();
    if (budget.instructions <= budget.max_instructions) return regex;
    check.FailItem(field, index,
                   absl::StrCat("brings the regexes to ", budget.instructions,
                                " instructions together, at most ",
                                budget.max_instructions),
                   reason::kRegexTooLarge);
    return nullptr;
  }
  if (regex->error_code() == RE2::ErrorPatternTooLarge) {
    budget.instructions += budget.max_memory / kMemoryPerInstruction;
    check.FailItem(field, index,
                   absl::StrCat("takes more than ", budget.max_memory >> 10,
                                " KiB when compiled; large repetitions such "
                                "as {1000} are the usual cause"),
                   reason::kRegexTooLarge);
  } else {
    budget.instructions += static_cast<int64_t>(text.size());
    check.FailItem(field, index, Describe(text, *regex), reason::kInvalidRegex);
  }
  return nullptr;
}

}  // namespace recourse
