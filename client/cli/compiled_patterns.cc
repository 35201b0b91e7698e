#include "client/cli/compiled_patterns.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/wire/pattern.h"

namespace recourse::cli {

std::string Place(const PatternSource& source) {
  return absl::StrCat(source.file, ":", source.line);
}

bool SameCategory(const Pattern& a, const Pattern& b) {
  if (a.category == Category::kUnspecified ||
      b.category == Category::kUnspecified) {
    return a.error_type == b.error_type;
  }
  return a.category == b.category;
}

absl::StatusOr<CompiledPatterns> CompiledPatterns::Compile(
    const std::vector<PatternSource>& sources) {
  CompiledPatterns set;
  std::map<std::string, const PatternSource*> seen;
  std::vector<SharedPattern> patterns;
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
    patterns.push_back(*pattern);
    set.members_.push_back({&source, *std::move(pattern)});
  }
  std::sort(set.members_.begin(), set.members_.end(),
            [](const Member& a, const Member& b) {
              return AskedBefore(*a.pattern, *b.pattern);
            });
  auto registry = PatternRegistry::Create(std::move(patterns), /*revision=*/0);
  if (!registry.ok()) return registry.status();
  set.registry_ = *std::move(registry);
  return set;
}

std::vector<const CompiledPatterns::Member*> CompiledPatterns::Deciding(
    const std::string& text) const {
  Failure bare;
  bare.text = text;
  std::vector<const Member*> deciding;
  for (const SharedPattern& match :
       registry_->MatchAll(bare, PatternRegistry::kMaxPatterns)) {
    if (match->mode != PatternMode::kActive) continue;
    const auto member =
        std::lower_bound(members_.begin(), members_.end(), *match,
                         [](const Member& a, const Pattern& b) {
                           return AskedBefore(*a.pattern, b);
                         });
    deciding.push_back(&*member);
  }
  return deciding;
}

}  // namespace recourse::cli
