// patterns validate and test: no server needed.
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/example_winners.h"
#include "client/cli/text.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {
namespace {

using Files = std::vector<std::string>;

absl::StatusOr<std::vector<PatternSource>> Load(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored)
             ? LoadPatternDirectory(path)
             : LoadPatternFile(path);
}

// A file that is not there is bad usage; one that is wrong is the answer.
ExitCode CodeOf(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status)
             ? kBadUsage
             : kNegative;
}

ExitCode Validate(const Files& files, Context& context) {
  ExitCode code = kDone;
  for (const std::string& file : files) {
    const auto sources = Load(file);
    if (!sources.ok()) {
      context.FailUsage(sources.status());
      code = std::max(code, CodeOf(sources.status()));
      continue;
    }
    context.out << file << ": " << Counted(sources->size(), "pattern")
                << ", all valid\n";
  }
  return code;
}

ExitCode Test(const Files& files, Context& context) {
  std::vector<PatternSource> sources;
  for (const std::string& file : files) {
    auto loaded = Load(file);
    if (!loaded.ok()) {
      context.FailUsage(loaded.status());
      return CodeOf(loaded.status());
    }
    sources.insert(sources.end(), loaded->begin(), loaded->end());
  }
  const auto report = TestExamples(sources);
  if (!report.ok()) {
    context.FailUsage(report.status());
    return kNegative;
  }
  for (const std::string& failure : report->failures) {
    context.err << failure << '\n';
  }
  context.out << Counted(sources.size(), "pattern") << ", "
              << Counted(report->examples, "example") << ", "
              << Counted(report->failures.size(), "failure") << '\n';
  return report->failures.empty() ? kDone : kNegative;
}

void AddCheck(CLI::App& patterns, const std::string& name,
              const std::string& help, const std::string& footer,
              ExitCode (*run)(const Files&, Context&), Context& context) {
  CLI::App* command = patterns.add_subcommand(name, help);
  auto files = std::make_shared<Files>();
  command->add_option("FILE", *files, "Pattern files, or directories of them")
      ->required();
  command->footer(footer);
  command->callback([files, run, &context] {
    context.run = [files, run](Context& c) { return run(*files, c); };
  });
}

}  // namespace

void AddPatternFileChecks(CLI::App& patterns, Context& context) {
  AddCheck(patterns, "validate", "Check pattern files, without a server",
           "Exits 1 when one is wrong.\n\n"
           "Example:\n  recourse patterns validate mine.yaml",
           Validate, context);
  AddCheck(patterns, "test",
           "Run the examples of pattern files, without a server",
           "Each example must match its pattern, and the pattern that wins "
           "among all files given must be that one or one of its category. "
           "Exits 1 when one fails.\n\n"
           "Example:\n  recourse patterns test patterns/*.yaml",
           Test, context);
}

}  // namespace recourse::cli
