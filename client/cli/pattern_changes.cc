// patterns add, update, remove, apply.
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/pattern_paths.h"
#include "client/cli/pattern_transaction.h"
#include "client/cli/table.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

void PrintWarnings(
    const google::protobuf::RepeatedPtrField<std::string>& warnings,
    Context& context) {
  for (const std::string& warning : warnings) context.Warn(warning);
}

ExitCode ChangeFromFile(const std::string& path, PatternTransaction::Kind kind,
                        bool validate_only, Context& context) {
  const PatternReading reading =
      ReadPatterns({path}, WhenEmpty::kError, context);
  if (!reading.errors.empty()) {
    PrintErrors(reading, context);
    return kBadUsage;
  }
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  PatternTransaction transaction(**client, kind, context);
  const absl::Status status = transaction.Run(reading.sources, validate_only);
  if (!status.ok()) return context.Fail(status);
  if (!context.json) {
    context.out << Counted(reading.sources.size(), "pattern")
                << (validate_only ? " would be " : " ")
                << (kind == PatternTransaction::Kind::kAdd ? "added"
                                                           : "updated")
                << '\n';
  }
  return kDone;
}

ExitCode Remove(const v1::RemoveErrorPatternRequest& request,
                Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  v1::GetErrorPatternRequest get;
  get.set_pattern_id(request.pattern_id());
  const auto before = (*client)->GetErrorPattern(get);
  const auto response = (*client)->RemoveErrorPattern(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.PrintedAsJson(*response)) return kDone;
  const std::string& id = request.pattern_id();
  const bool dry = request.validate_only();
  if (before.ok() && before->pattern().origin() == v1::PATTERN_ORIGIN_LIBRARY) {
    context.out << (dry ? "would be hidden" : "hidden") << ": library pattern "
                << id << (dry ? " would decide" : " decides")
                << " nothing any more; `recourse patterns add` one of that id "
                   "and remove it to bring it back\n";
  } else {
    context.out << id << (dry ? " would be removed\n" : " removed\n");
  }
  return kDone;
}

struct ApplyFlags {
  std::vector<std::string> paths;
  bool prune = false;
  bool dry_run = false;
  bool allow_empty = false;
};

void PrintDifferences(const v1::ApplyErrorPatternsResponse& response,
                      const ApplyFlags& flags, Context& context) {
  std::map<v1::PatternDifference::Kind, int> counts;
  Table table({{"PATTERN"}, {"CHANGE"}, {"FIELDS", false, true}});
  for (const v1::PatternDifference& difference : response.differences()) {
    ++counts[difference.kind()];
    if (difference.kind() == v1::PatternDifference::KIND_UNCHANGED) continue;
    table.AddRow({difference.pattern_id(), ShortName(difference.kind()),
                  absl::StrJoin(difference.changed_fields(), ", ")});
  }
  if (!table.empty()) {
    table.Print(context.terminal, context.out);
    context.out << '\n';
  }
  context.out << (flags.dry_run ? "would be: " : "")
              << counts[v1::PatternDifference::KIND_ADDED] << " added, "
              << counts[v1::PatternDifference::KIND_CHANGED] << " changed, "
              << counts[v1::PatternDifference::KIND_REMOVED] << " removed, "
              << counts[v1::PatternDifference::KIND_UNCHANGED]
              << " unchanged\n";
}

ExitCode Apply(const ApplyFlags& flags, Context& context) {
  const PatternReading reading =
      ReadPatterns(flags.paths, WhenEmpty::kFine, context);
  if (!reading.errors.empty()) {
    PrintErrors(reading, context);
    return kBadUsage;
  }
  if (flags.prune && reading.sources.empty() && !flags.allow_empty) {
    return context.FailUsage(absl::InvalidArgumentError(absl::StrCat(
        "no pattern in ", absl::StrJoin(flags.paths, ", "),
        ": --prune would remove all users' patterns; if that is what you want, "
        "say --allow-empty")));
  }
  v1::ApplyErrorPatternsRequest request;
  for (const PatternSource& source : reading.sources) {
    *request.add_patterns() = source.pattern;
  }
  request.set_prune(flags.prune);
  request.set_dry_run(flags.dry_run);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->ApplyErrorPatterns(request);
  if (!response.ok()) return context.Fail(response.status());
  PrintWarnings(response->warnings(), context);
  if (!context.PrintedAsJson(*response)) {
    PrintDifferences(*response, flags, context);
  }
  return kDone;
}

void AddFileCommand(CLI::App& patterns, const std::string& name,
                    const std::string& help, const std::string& footer,
                    PatternTransaction::Kind kind, Context& context) {
  CLI::App* command = patterns.add_subcommand(name, help);
  auto path = std::make_shared<std::string>();
  auto validate_only = std::make_shared<bool>(false);
  command->add_option("FILE", *path, "A pattern file; - reads standard input")
      ->required();
  command->add_flag("--validate-only,--dry-run", *validate_only,
                    "Let the server check it, change nothing");
  command->footer(footer);
  command->callback([path, validate_only, kind, &context] {
    context.run = [path, validate_only, kind](Context& c) {
      return ChangeFromFile(*path, kind, *validate_only, c);
    };
  });
}

void AddRemove(CLI::App& patterns, Context& context) {
  CLI::App* command = patterns.add_subcommand(
      "remove", "Remove a user's pattern, or hide one of the library");
  auto request = std::make_shared<v1::RemoveErrorPatternRequest>();
  command
      ->add_option_function<std::string>(
          "ID", [request](const std::string& v) { request->set_pattern_id(v); },
          "The pattern's id")
      ->required();
  command->add_option_function<int64_t>(
      "--revision", [request](int64_t v) { request->set_revision(v); },
      "Only if this is its revision");
  command->add_flag(
      "--validate-only,--dry-run",
      [request](int64_t) { request->set_validate_only(true); },
      "Let the server check it, change nothing");
  command->footer("Example:\n  recourse patterns remove my_pattern");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return Remove(*request, c); };
  });
}

void AddApply(CLI::App& patterns, Context& context) {
  CLI::App* command = patterns.add_subcommand(
      "apply", "Make the users' patterns those of a directory or of files");
  auto flags = std::make_shared<ApplyFlags>();
  command
      ->add_option("PATH", flags->paths,
                   "A directory, or files; - reads standard input")
      ->required();
  command->add_flag("--prune", flags->prune,
                    "Remove users' patterns that are not in the set");
  command->add_flag("--allow-empty", flags->allow_empty,
                    "Let --prune remove all when the set is empty");
  command->add_flag("--dry-run", flags->dry_run,
                    "Show the differences, change nothing");
  command->footer(
      "All or nothing.\n\nExamples:\n"
      "  recourse patterns apply ./patterns --prune --dry-run\n"
      "  recourse patterns apply team-a.yaml team-b.yaml");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Apply(*flags, c); };
  });
}

}  // namespace

void AddPatternChanges(CLI::App& patterns, Context& context) {
  AddFileCommand(patterns, "add", "Add the patterns of a file, all or none",
                 "Example:\n  recourse patterns add mine.yaml",
                 PatternTransaction::Kind::kAdd, context);
  AddFileCommand(patterns, "update",
                 "Replace patterns by those of a file, all or none",
                 "Example:\n  recourse patterns get ID > one.yaml\n"
                 "  $EDITOR one.yaml\n  recourse patterns update one.yaml",
                 PatternTransaction::Kind::kUpdate, context);
  AddRemove(patterns, context);
  AddApply(patterns, context);
}

}  // namespace recourse::cli
