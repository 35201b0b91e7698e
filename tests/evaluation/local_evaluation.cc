#include "tests/evaluation/local_evaluation.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/labelled_failures.h"
#include "server/match/classifier.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"
#include "server/wire/result.h"

namespace recourse {

absl::StatusOr<std::shared_ptr<const PatternRegistry>> LoadRegistry(
    const std::string& directory) {
  std::vector<SharedPattern> patterns;
  if (!directory.empty()) {
    const auto sources = LoadPatternDirectory(directory);
    if (!sources.ok()) return sources.status();
    for (const PatternSource& source : *sources) {
      auto pattern = ParsePattern(source.pattern, Origin::kLibrary);
      if (!pattern.ok()) return pattern.status();
      auto built_in = std::make_shared<Pattern>(**pattern);
      built_in->yields = true;
      patterns.push_back(std::move(built_in));
    }
  }
  return PatternRegistry::Create(std::move(patterns), 1);
}

absl::Status EvaluateFile(const std::string& path,
                          const PatternRegistry& registry,
                          LocalEvaluation* evaluation) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  return cli::ForEachLabelled(path, [&](const cli::LabelledError& error,
                                        const Failure& failure) {
    MatchResult match = registry.Match(failure);
    const Classification answer = ClassifyMatch(failure, registry, now, &match);
    evaluation->labels.Add(path, error, ToMessage(answer));
    if (answer.retryable && !error.retryable.Accepts("true")) {
      ++evaluation->wrong_retries;
    }
  });
}

}  // namespace recourse
