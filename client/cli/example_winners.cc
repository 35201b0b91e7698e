#include "client/cli/example_winners.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "server/model/pattern.h"
#include "server/wire/pattern.h"

namespace recourse::cli {
namespace {

struct Compiled {
  const PatternSource* source;
  SharedPattern pattern;
};

std::string Place(const PatternSource& source) {
  return absl::StrCat(source.file, ":", source.line);
}

// In the order in which they are asked.
absl::StatusOr<std::vector<Compiled>> Compile(
    const std::vector<PatternSource>& sources) {
  std::vector<Compiled> result;
  std::map<std::string, const PatternSource*> seen;
  for (const PatternSource& source : sources) {
    const auto [it, added] = seen.emplace(source.pattern.pattern_id(), &source);
    if (!added) {
      return absl::AlreadyExistsError(
          absl::StrCat(Place(source), ": ", source.pattern.pattern_id(),
                       " stands at ", Place(*it->second), " too"));
    }
    auto pattern = ParsePattern(source.pattern, Origin::kUser);
    if (!pattern.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(Place(source), ": ", pattern.status().message()));
    }
    result.push_back({&source, *std::move(pattern)});
  }
  std::sort(result.begin(), result.end(),
            [](const Compiled& a, const Compiled& b) {
              return AskedBefore(*a.pattern, *b.pattern);
            });
  return result;
}

bool Matches(const Pattern& pattern, const std::string& text) {
  return re2::RE2::PartialMatch(text, *pattern.regex);
}

bool IsUnconditional(const Pattern& pattern) {
  Failure bare;
  return pattern.conditions.Hold(bare);
}

bool SameCategory(const Pattern& a, const Pattern& b) {
  if (a.category == Category::kUnspecified ||
      b.category == Category::kUnspecified) {
    return a.error_type == b.error_type;
  }
  return a.category == b.category;
}

// Who takes `text`, an example of `owner`; null: nobody.
const Compiled* Winner(const std::vector<Compiled>& all, const Compiled& owner,
                       const std::string& text) {
  for (const Compiled& other : all) {
    const bool own = other.pattern == owner.pattern;
    if (!own && (other.pattern->mode != PatternMode::kActive ||
                 !IsUnconditional(*other.pattern))) {
      continue;
    }
    if (Matches(*other.pattern, text)) return &other;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<ExampleReport> TestExamples(
    const std::vector<PatternSource>& sources) {
  const auto all = Compile(sources);
  if (!all.ok()) return all.status();
  ExampleReport report;
  for (const Compiled& owner : *all) {
    const v1::ErrorPattern& message = owner.source->pattern;
    const auto fail = [&](absl::string_view what) {
      report.failures.push_back(absl::StrCat(Place(*owner.source), ": ",
                                             message.pattern_id(), ": ", what));
    };
    report.examples +=
        message.examples().match_size() + message.examples().no_match_size();
    for (const std::string& failure :
         FailingExamples(message, *owner.pattern)) {
      fail(failure);
    }
    for (const std::string& text : message.examples().match()) {
      const Compiled* winner = Winner(*all, owner, text);
      if (winner == nullptr || winner->pattern == owner.pattern ||
          SameCategory(*winner->pattern, *owner.pattern)) {
        continue;
      }
      fail(absl::StrCat("\"", text, "\" is won by ", winner->pattern->id, " (",
                        Place(*winner->source), ") of category ",
                        Name(winner->pattern->category)));
    }
  }
  std::sort(report.failures.begin(), report.failures.end());
  return report;
}

}  // namespace recourse::cli
