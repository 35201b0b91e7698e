#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/error_flags.h"
#include "client/cli/result_text.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

void PrintMatches(const v1::MatchErrorPatternResponse& response,
                  Context& context) {
  if (response.matches().empty()) {
    context.out << "No pattern matches.\n";
  } else {
    Table table({{"PATTERN"},
                 {"ORIGIN"},
                 {"PRIORITY", true},
                 {"MODE"},
                 {"MATCHED TEXT", false, true}});
    for (const v1::PatternMatch& match : response.matches()) {
      table.AddRow({match.pattern_id(),
                    match.candidate() ? "CANDIDATE" : ShortName(match.origin()),
                    absl::StrCat(match.priority()), ShortName(match.mode()),
                    match.matched_text()});
    }
    table.Print(context.terminal, context.out);
  }
  context.out << '\n';
  Fields fields;
  fields.Add("why", response.why());
  AddResult(response.decision(), context.terminal, fields);
  fields.Print(context.out);
  PrintTrace(response.decision(), context);
}

ExitCode Match(const ErrorFlags& flags, int max, Context& context) {
  v1::MatchErrorPatternRequest request;
  auto error = ContextFromFlags(flags, context);
  if (!error.ok()) return context.FailUsage(error.status());
  *request.mutable_context() = *std::move(error);
  request.set_max_matches(max);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->MatchErrorPattern(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) PrintMatches(*response, context);
  return response->matches().empty() ? kNegative : kDone;
}

}  // namespace

void AddMatchCommand(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "match", "Show which patterns match, and why the first won");
  auto flags = std::make_shared<ErrorFlags>();
  auto max = std::make_shared<int>(10);
  AddErrorFlags(*command, *flags);
  command->add_option("--max", *max, "Matches to show, 1-100; default 10");
  command->footer(
      "Records nothing. Exits 1 when no pattern matches.\n\nExamples:\n"
      "  recourse match --message 'connection reset by peer'\n"
      "  recourse --json match --message - < error.txt");
  command->callback([flags, max, &context] {
    context.run = [flags, max](Context& c) { return Match(*flags, *max, c); };
  });
}

}  // namespace recourse::cli
