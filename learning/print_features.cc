// Prints what train.py learns from, one JSON object a line:
//
//   print_features PATTERNS_DIRECTORY FILE.jsonl ...
//
// {"source": FILE, "category": "TIMEOUT", "strategy": "RETRY",
//  "features": {NAME: VALUE, ...}, "weights": {CATEGORY: WEIGHT, ...},
//  "verdict": CATEGORY, "move": STRATEGY, "pattern": CATEGORY}
//
// The last four are what the tables say, and the library's pattern that
// matches ("": none does). The examples of those patterns of
// PATTERNS_DIRECTORY that have a category come first, with the labels that
// these give (no strategy without a plan) and "patterns" for a source.
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/labelled_failures.h"
#include "nlohmann/json.hpp"
#include "server/match/classifier.h"
#include "server/match/registry.h"
#include "server/match/retry_after.h"
#include "server/match/table_verdict.h"
#include "server/match/text_features.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"

namespace recourse {
namespace {

using nlohmann::json;

json FeaturesOf(const Failure& failure, const std::vector<Token>& tokens) {
  std::map<std::string, double> features;
  ReadFeatures(failure, tokens, [&](absl::string_view name, double value) {
    double& known = features[std::string(name)];
    known = std::max(known, value);
  });
  return features;
}

json WeightsOf(const Verdict& verdict) {
  std::map<std::string, double> weights;
  for (size_t i = 0; i < verdict.weights.size(); ++i) {
    if (verdict.weights[i] > 0) {
      weights[std::string(Name(static_cast<Category>(i)))] = verdict.weights[i];
    }
  }
  return weights;
}

void Print(const std::string& source, const Failure& failure,
           const std::string& category, const std::string& strategy,
           const std::string& pattern) {
  const auto retry_after = FindRetryAfter(failure, absl::UnixEpoch());
  std::vector<Token> tokens;
  const Verdict verdict = ReadTables(failure, retry_after, &tokens);
  const json line = {{"source", source},
                     {"category", category},
                     {"strategy", strategy},
                     {"features", FeaturesOf(failure, tokens)},
                     {"weights", WeightsOf(verdict)},
                     {"verdict", std::string(Name(verdict.category))},
                     {"move", std::string(Name(MoveOf(verdict, retry_after)))},
                     {"pattern", pattern}};
  std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace)
            << "\n";
}

absl::StatusOr<std::vector<SharedPattern>> LoadPatterns(
    const std::string& directory, std::vector<PatternSource>* sources) {
  auto read = LoadPatternDirectory(directory);
  if (!read.ok()) return read.status();
  *sources = *std::move(read);
  std::vector<SharedPattern> patterns;
  for (const PatternSource& source : *sources) {
    auto pattern = ParsePattern(source.pattern, Origin::kLibrary);
    if (!pattern.ok()) return pattern.status();
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

void PrintExamples(const Pattern& pattern, const PatternSource& source) {
  if (pattern.category == Category::kUnspecified) return;
  for (const std::string& example : source.pattern.examples().match()) {
    Failure failure;
    failure.message = example;
    failure.text = MatchText(failure);
    const Classification labels =
        Classify(failure, &pattern, absl::UnixEpoch());
    const absl::string_view strategy =
        pattern.steps.empty() ? "" : Name(labels.recommended_strategy);
    Print("patterns", failure, std::string(Name(labels.category)),
          std::string(strategy), "");
  }
}

std::string CategoryOfMatch(const PatternRegistry& registry,
                            const Failure& failure) {
  const SharedPattern winner = registry.Match(failure).winner;
  return winner == nullptr ? "" : std::string(Name(winner->category));
}

absl::Status PrintFile(const std::string& path,
                       const PatternRegistry& registry) {
  return cli::ForEachLabelled(
      path, [&](const cli::LabelledError& error, const Failure& failure) {
        Print(path, failure, error.category.value, error.strategy.value,
              CategoryOfMatch(registry, failure));
      });
}

absl::Status PrintAll(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return absl::InvalidArgumentError(
        "usage: print_features PATTERNS_DIRECTORY FILE.jsonl ...");
  }
  std::vector<PatternSource> sources;
  auto patterns = LoadPatterns(arguments[0], &sources);
  if (!patterns.ok()) return patterns.status();
  for (size_t i = 0; i < sources.size(); ++i) {
    PrintExamples(*(*patterns)[i], sources[i]);
  }
  const auto registry = PatternRegistry::Create(*std::move(patterns), 1);
  if (!registry.ok()) return registry.status();
  absl::Status status;
  for (size_t i = 1; i < arguments.size() && status.ok(); ++i) {
    status = PrintFile(arguments[i], **registry);
  }
  return status;
}

}  // namespace
}  // namespace recourse

int main(int argc, char** argv) {
  const absl::Status status = recourse::PrintAll({argv + 1, argv + argc});
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
