// Labelled errors through registry and classifier, without a server.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/evaluation.h"
#include "server/match/registry.h"

namespace recourse {

// The patterns of `directory`; empty: a registry without patterns.
absl::StatusOr<std::shared_ptr<const PatternRegistry>> LoadRegistry(
    const std::string& directory);

struct LocalEvaluation {
  cli::Evaluation labels;
  int wrong_retries = 0;  // Answers to retry where that is wrong.

  double WrongRetriesOfAll() const {
    return labels.count() == 0
               ? 0
               : static_cast<double>(wrong_retries) / labels.count();
  }
};

// Adds every error of the JSONL file `path` to `evaluation`, answered as
// MatchErrorPattern would. NOT_FOUND, or INVALID_ARGUMENT "PATH:LINE: ...".
absl::Status EvaluateFile(const std::string& path,
                          const PatternRegistry& registry,
                          LocalEvaluation* evaluation);

}  // namespace recourse
