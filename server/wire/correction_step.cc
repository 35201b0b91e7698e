#include "server/wire/correction_step.h"

#include "absl/strings/strip.h"
#include "server/wire/enums.h"
#include "server/wire/regex.h"

namespace recourse {
namespace {

constexpr absl::string_view kErrorGroup = "${error.";

// Every ${error.NAME} of `text` must be a named group of the error's regex.
void CheckErrorGroups(absl::string_view text, const RE2* error_regex,
                      Checker& check, absl::string_view field) {
  size_t begin = text.find(kErrorGroup);
  for (; begin != absl::string_view::npos;
       begin = text.find(kErrorGroup, begin + 1)) {
    const absl::string_view rest = text.substr(begin + kErrorGroup.size());
    const size_t end = rest.find('}');
    if (end == absl::string_view::npos) {
      return check.Fail(field, "${error. has no closing brace");
    }
    const std::string name(rest.substr(0, end));
    if (error_regex == nullptr) {
      return check.Fail(field,
                        absl::StrCat(kErrorGroup, name,
                                     "} needs a pattern's regex_pattern, and "
                                     "these steps belong to no pattern"));
    }
    if (error_regex->NamedCapturingGroups().count(name) == 0) {
      return check.Fail(
          field, absl::StrCat(kErrorGroup, name,
                              "}: regex_pattern has no group named ", name));
    }
  }
}

void CheckReplacement(const std::string& text, const RE2& pattern,
                      Checker& check) {
  std::string error;
  if (!pattern.CheckRewriteString(text, &error)) {
    check.Fail("replacement", error);
  }
}

void ParseFixer(v1::Fixer fixer, Checker& check, Rewrite& rewrite) {
  if (fixer == v1::FIXER_UNSPECIFIED) check.Fail("fixer", "is required");
  check.KnownEnum("fixer", fixer);
  if (check.ok()) rewrite.fixer = FromMessageEnum<Fixer>(fixer);
}

std::vector<SharedRegex> CompileAll(const TextList& texts,
                                    const StepRules& rules, Checker& check,
                                    absl::string_view field) {
  check.Count(field, texts.size(), kMaxGuards);
  std::vector<SharedRegex> regexes;
  for (int i = 0; check.ok() && i < texts.size(); ++i) {
    regexes.push_back(
        CompileRegex(texts[i], rules.regex_budget, check, field, i));
  }
  return regexes;
}

// What the rewrite does; returns the name of the field that says it.
absl::string_view ParseOperation(const v1::Rewrite& message, Checker& check,
                                 Rewrite& rewrite) {
  switch (message.operation_case()) {
    case v1::Rewrite::kReplacement:
      rewrite.text = message.replacement();
      CheckReplacement(rewrite.text, *rewrite.pattern, check);
      return "replacement";
    case v1::Rewrite::kPrepend:
      rewrite.operation = Rewrite::Operation::kPrepend;
      rewrite.text = message.prepend();
      return "prepend";
    case v1::Rewrite::kAppend:
      rewrite.operation = Rewrite::Operation::kAppend;
      rewrite.text = message.append();
      return "append";
    case v1::Rewrite::kFixer:
      rewrite.operation = Rewrite::Operation::kFix;
      ParseFixer(message.fixer(), check, rewrite);
      return "fixer";
    case v1::Rewrite::OPERATION_NOT_SET:
      check.Fail("", "needs one of replacement, prepend, append, fixer");
  }
  return "";
}

Rewrite ParseRewrite(const v1::Rewrite& message, const StepRules& rules,
                     Checker& check) {
  Rewrite rewrite;
  check.Text("description", message.description(), kMaxDescriptionBytes);
  rewrite.description = message.description();
  const bool fixes = message.operation_case() == v1::Rewrite::kFixer;
  if (!fixes || !message.pattern().empty()) {
    rewrite.pattern =
        CompileRegex(message.pattern(), rules.regex_budget, check, "pattern");
  }
  if (!check.ok()) return rewrite;
  const absl::string_view field = ParseOperation(message, check, rewrite);
  if (field.empty()) return rewrite;
  check.Text(field, rewrite.text, kMaxRewriteTextBytes);
  CheckErrorGroups(rewrite.text, rules.error_regex, check, field);
  rewrite.only_if = CompileAll(message.only_if_text_matches(), rules, check,
                               "only_if_text_matches");
  rewrite.unless = CompileAll(message.unless_text_matches(), rules, check,
                              "unless_text_matches");
  return rewrite;
}

void AddTo(const TextList& texts, RegexTotals& totals) {
  totals.count += texts.size();
  for (const std::string& text : texts) totals.bytes += text.size();
}

}  // namespace

ErrorCorrectionStep ParseCorrection(const v1::ErrorCorrectionStep& message,
                                    const StepRules& rules, Checker& check) {
  ErrorCorrectionStep step;
  if (message.rewrites().empty()) check.Fail("rewrites", "is required");
  check.Count("rewrites", message.rewrites_size(), kMaxRewrites);
  for (int i = 0; check.ok() && i < message.rewrites_size(); ++i) {
    Checker rewrite_check(check, "rewrites", i);
    step.rewrites.push_back(
        ParseRewrite(message.rewrites(i), rules, rewrite_check));
  }
  step.must_match_after =
      CompileAll(message.must_match_after(), rules, check, "must_match_after");
  step.must_not_match_after = CompileAll(message.must_not_match_after(), rules,
                                         check, "must_not_match_after");
  return step;
}

void AddRegexes(const v1::ErrorCorrectionStep& message, RegexTotals& totals) {
  AddTo(message.must_match_after(), totals);
  AddTo(message.must_not_match_after(), totals);
  for (const v1::Rewrite& rewrite : message.rewrites()) {
    totals.count += rewrite.has_fixer() && rewrite.pattern().empty() ? 0 : 1;
    totals.bytes += rewrite.pattern().size();
    AddTo(rewrite.only_if_text_matches(), totals);
    AddTo(rewrite.unless_text_matches(), totals);
  }
}

}  // namespace recourse
