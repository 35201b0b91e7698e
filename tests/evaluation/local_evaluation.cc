#include "tests/evaluation/local_evaluation.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/context.h"
#include "client/cli/labelled_errors.h"
#include "client/cli/line_findings.h"
#include "client/cli/terminal.h"
#include "server/match/classifier.h"
#include "server/wire/context.h"
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
  std::ifstream in;
  if (absl::Status s = cli::OpenErrors(path, in); !s.ok()) return s;
  std::istringstream no_input;
  std::ostringstream out, err;
  cli::Context context(no_input, out, err, cli::Terminal{});
  cli::LineFindings findings;
  cli::ErrorReader reader(in, path, findings, context);
  while (true) {
    const auto error = reader.NextLabelled();
    if (!error.ok()) return error.status();
    if (!error->has_value()) return absl::OkStatus();
    auto asked = std::make_shared<v1::RecoveryContext>();
    *asked->mutable_error() = (*error)->error;
    const auto request = ParseContext(std::move(asked));
    if (!request.ok()) return request.status();
    MatchResult match = registry.Match(request->failure);
    const Classification answer = ClassifyMatch(request->failure, now, &match);
    evaluation->labels.Add(path, **error, ToMessage(answer));
    if (answer.retryable && !(*error)->retryable.Accepts("true")) {
      ++evaluation->wrong_retries;
    }
  }
}

}  // namespace recourse
