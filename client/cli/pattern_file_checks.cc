// patterns validate and test: no server needed.
#include <algorithm>
#include <vector>

#include "client/cli/commands.h"
#include "client/cli/example_winners.h"
#include "client/cli/pattern_lint.h"
#include "client/cli/pattern_paths.h"
#include "client/cli/text.h"
#include "nlohmann/json.hpp"

namespace recourse::cli {
namespace {

using Files = std::vector<std::string>;

// A file that is not there is bad usage; one that is wrong is the answer.
ExitCode CodeOf(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status)
             ? kBadUsage
             : kNegative;
}

ExitCode CodeOf(const PatternReading& reading) {
  ExitCode code = kDone;
  for (const absl::Status& error : reading.errors) {
    code = std::max(code, CodeOf(error));
  }
  return code;
}

nlohmann::ordered_json ErrorsAsJson(const PatternReading& loaded) {
  auto errors = nlohmann::ordered_json::array();
  for (const absl::Status& error : loaded.errors) {
    errors.push_back(std::string(error.message()));
  }
  return errors;
}

void PrintFindingsAsJson(const PatternReading& loaded,
                         const std::vector<LintFinding>& findings,
                         Context& context) {
  nlohmann::ordered_json result = {
      {"patterns", loaded.sources.size()},
      {"errors", ErrorsAsJson(loaded)},
      {"findings", nlohmann::ordered_json::array()}};
  for (const LintFinding& finding : findings) {
    result["findings"].push_back({{"file", finding.file},
                                  {"line", finding.line},
                                  {"pattern_id", finding.pattern_id},
                                  {"rule", finding.rule},
                                  {"text", finding.text}});
  }
  context.out << result.dump() << '\n';
}

ExitCode Validate(const Files& files, Context& context) {
  PatternReading loaded = ReadPatterns(files, WhenEmpty::kError, context);
  auto findings = LintPatterns(loaded.sources);
  if (!findings.ok()) {
    loaded.errors.push_back(findings.status());
    findings.emplace();
  }
  const ExitCode code =
      std::max(CodeOf(loaded), findings->empty() ? kDone : kNegative);
  if (context.json) {
    PrintFindingsAsJson(loaded, *findings, context);
    return code;
  }
  PrintErrors(loaded, context);
  for (const LintFinding& finding : *findings) {
    context.err << finding.file << ':' << finding.line << ": "
                << finding.pattern_id << ": " << finding.text << " ["
                << finding.rule << "]\n";
  }
  context.out << Counted(loaded.sources.size(), "pattern") << ", "
              << Counted(loaded.errors.size(), "error") << ", "
              << Counted(findings->size(), "finding") << '\n';
  return code;
}

ExitCode Test(const Files& files, Context& context) {
  PatternReading loaded = ReadPatterns(files, WhenEmpty::kError, context);
  ExampleReport report;
  if (loaded.errors.empty()) {
    auto tested = TestExamples(loaded.sources);
    if (tested.ok()) {
      report = *std::move(tested);
    } else {
      loaded.errors.push_back(tested.status());
    }
  }
  const ExitCode code =
      std::max(CodeOf(loaded), report.failures.empty() ? kDone : kNegative);
  if (context.json) {
    const nlohmann::ordered_json result = {{"patterns", loaded.sources.size()},
                                           {"examples", report.examples},
                                           {"errors", ErrorsAsJson(loaded)},
                                           {"failures", report.failures}};
    context.out << result.dump() << '\n';
    return code;
  }
  PrintErrors(loaded, context);
  for (const std::string& failure : report.failures) {
    context.err << failure << '\n';
  }
  // Without all files nothing was tested.
  if (!loaded.errors.empty()) return code;
  context.out << Counted(loaded.sources.size(), "pattern") << ", "
              << Counted(report.examples, "example") << ", "
              << Counted(report.failures.size(), "failure") << '\n';
  return code;
}

void AddCheck(CLI::App& patterns, const std::string& name,
              const std::string& help, const std::string& footer,
              ExitCode (*run)(const Files&, Context&), Context& context) {
  CLI::App* command = patterns.add_subcommand(name, help);
  auto files = std::make_shared<Files>();
  command
      ->add_option(
          "FILE", *files,
          "Pattern files, or directories of them; - reads standard input")
      ->required();
  command->footer(footer);
  command->callback([files, run, &context] {
    context.run = [files, run](Context& c) { return run(*files, c); };
  });
}

}  // namespace

void AddPatternFileChecks(CLI::App& patterns, Context& context) {
  AddCheck(patterns, "validate",
           "Check pattern files for errors and likely mistakes, without a "
           "server",
           "Errors are what a server would refuse. Findings are about all "
           "files given together: a pattern that another one hides, a regex "
           "that stands twice or needs no fixed word, two patterns of one "
           "priority that disagree, a missing description, action or example. "
           "Exits 1 when there is one of either.\n\n"
           "Example:\n  recourse patterns validate patterns/*.yaml",
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
