#include "client/cli/example_winners.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/compiled_patterns.h"
#include "server/wire/pattern.h"

namespace recourse::cli {
namespace {

// Who decides `text`, an example of `owner`; null: nobody. The owner counts
// whatever its conditions and its mode.
const CompiledPatterns::Member* Winner(const CompiledPatterns& set,
                                       const CompiledPatterns::Member& owner,
                                       const std::string& text) {
  const auto deciding = set.Deciding(text);
  if (!deciding.empty() &&
      AskedBefore(*deciding.front()->pattern, *owner.pattern)) {
    return deciding.front();
  }
  if (re2::RE2::PartialMatch(text, *owner.pattern->regex)) return &owner;
  return deciding.empty() ? nullptr : deciding.front();
}

}  // namespace

absl::StatusOr<ExampleReport> TestExamples(
    const std::vector<PatternSource>& sources) {
  const auto set = CompiledPatterns::Compile(sources);
  if (!set.ok()) return set.status();
  ExampleReport report;
  for (const CompiledPatterns::Member& owner : set->members()) {
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
      const CompiledPatterns::Member* winner = Winner(*set, owner, text);
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
