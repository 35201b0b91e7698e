#include "client/cli/pattern_lint.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/compiled_patterns.h"
#include "client/cli/terminal.h"
#include "server/match/literal_requirement.h"
#include "server/wire/pattern.h"

namespace recourse::cli {
namespace {

using Member = CompiledPatterns::Member;

constexpr int kShownColumns = 80;  // Of an example in a finding.

bool IsActive(const Member& member) {
  return member.pattern->mode == PatternMode::kActive;
}

bool HasConditions(const v1::ErrorPattern& message) {
  return message.conditions().ByteSizeLong() > 0;
}

bool IsLeftToWords(const v1::ErrorPattern& message) {
  const auto label = message.labels().find(kCategoryLabel);
  return label != message.labels().end() && label->second == kCategoryByWords;
}

std::string Shown(const std::string& text) {
  return absl::StrCat("\"", Cut(OneLine(text), kShownColumns), "\"");
}

std::string Named(const Member& member) {
  return absl::StrCat(member.pattern->id, " (", Place(*member.source), ")");
}

class Linter {
 public:
  explicit Linter(const CompiledPatterns& set) : set_(set) {}

  std::vector<LintFinding> Run() {
    for (const Member& member : set_.members()) {
      CheckWords(member);
      CheckEffect(member);
      CheckRegex(member);
      if (IsActive(member)) CheckExamples(member);
    }
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const LintFinding& a, const LintFinding& b) {
                       return std::tie(a.file, a.line) <
                              std::tie(b.file, b.line);
                     });
    return std::move(findings_);
  }

 private:
  void Add(const Member& member, const char* rule, std::string text) {
    findings_.push_back({member.source->file, member.source->line,
                         member.pattern->id, rule, std::move(text)});
  }

  // What people and tests need.
  void CheckWords(const Member& member) {
    const v1::ErrorPattern& message = member.source->pattern;
    const int matches = message.examples().match_size();
    if (message.description().empty()) {
      Add(member, "no-description", "description is missing");
    }
    if (message.category() == v1::FAILURE_CATEGORY_UNSPECIFIED &&
        !IsLeftToWords(message)) {
      Add(member, "no-category",
          "category is missing: what the error's words say decides; where "
          "that is meant, say so with labels: {category: classified}");
    }
    if (message.suggested_action().empty()) {
      Add(member, "no-action",
          "suggested_action is missing: what should a person do?");
    }
    if (matches < kMinMatchExamples) {
      Add(member, "few-examples",
          absl::StrCat("examples.match has ", matches, "; give at least ",
                       kMinMatchExamples, " realistic ones"));
    }
    if (message.examples().no_match().empty()) {
      Add(member, "no-near-miss",
          "examples.no_match is empty; give a text that is close and must not "
          "match");
    }
  }

  // What the server would warn about, but for what is said of modes, which are
  // chosen, and of channels, which it alone knows.
  void CheckEffect(const Member& member) {
    v1::ErrorPattern message = member.source->pattern;
    message.set_mode(v1::PATTERN_MODE_ACTIVE);
    message.mutable_examples()->add_match();
    std::set<std::string> channels;
    for (const v1::Step& step : message.steps()) {
      channels.insert(step.escalation().channels().begin(),
                      step.escalation().channels().end());
    }
    for (std::string& warning : PatternWarnings(message, channels)) {
      Add(member, "no-effect", std::move(warning));
    }
  }

  void CheckRegex(const Member& member) {
    const v1::ErrorPattern& message = member.source->pattern;
    // With conditions the regex runs on few errors only.
    if (!HasConditions(message) &&
        LearnRequirement(*member.pattern->regex).clauses.empty()) {
      Add(member, "no-literal",
          absl::StrCat("no word of ", LiteralRequirement::kMinLiteralBytes,
                       " bytes or more stands in every match, so the regex is "
                       "tried on every error"));
    }
    if (member.pattern->mode == PatternMode::kDisabled) return;
    const auto [first, added] = regexes_.emplace(
        std::make_tuple(message.regex_pattern(), message.match_stack(),
                        message.conditions().ShortDebugString()),
        &member);
    if (!added) {
      Add(member, "duplicate-regex",
          absl::StrCat("has the regex and the conditions of ",
                       Named(*first->second)));
    }
  }

  void CheckExamples(const Member& member) {
    const auto& examples = member.source->pattern.examples().match();
    std::map<const Member*, int> before;  // How many examples each one takes.
    std::set<const Member*> ties;
    for (const std::string& text : examples) {
      for (const Member* other : set_.Deciding(text)) {
        if (other == &member) continue;
        if (AskedBefore(*other->pattern, *member.pattern)) ++before[other];
        const bool tie = other->pattern->priority == member.pattern->priority &&
                         !SameCategory(*other->pattern, *member.pattern);
        if (tie && ties.insert(other).second) AddTie(member, *other, text);
      }
    }
    for (const auto& [other, count] : before) {
      if (count != examples.size()) continue;
      Add(member, "shadowed",
          absl::StrCat(
              Named(*other), ", asked before it, matches ",
              examples.size() == 1 ? "its only example" : "all its examples"));
    }
  }

  void AddTie(const Member& member, const Member& other,
              const std::string& text) {
    Add(member, "rank-tie",
        absl::StrCat(Named(other), " of the same priority ",
                     other.pattern->priority, " and category ",
                     Name(other.pattern->category), ", not ",
                     Name(member.pattern->category), ", matches ", Shown(text),
                     " too; give one of them a higher priority"));
  }

  const CompiledPatterns& set_;
  std::vector<LintFinding> findings_;
  std::map<std::tuple<std::string, bool, std::string>, const Member*> regexes_;
};

}  // namespace

absl::StatusOr<std::vector<LintFinding>> LintPatterns(
    const std::vector<PatternSource>& sources) {
  const auto set = CompiledPatterns::Compile(sources);
  if (!set.ok()) return set.status();
  return Linter(*set).Run();
}

}  // namespace recourse::cli
