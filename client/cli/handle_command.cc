#include "client/cli/commands.h"
#include "client/cli/error_flags.h"
#include "client/cli/result_text.h"

namespace recourse::cli {
namespace {

ExitCode Handle(const ErrorFlags& flags, Context& context) {
  const auto request = ContextFromFlags(flags, context);
  if (!request.ok()) return context.FailUsage(request.status());
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto result = (*client)->HandleError(*request);
  if (!result.ok()) return context.Fail(result.status());
  if (!context.PrintedAsJson(*result)) {
    Fields fields;
    AddResult(*result, context.terminal, fields);
    fields.Print(context.out);
    PrintTrace(*result, context);
  }
  return ExitCodeOf(*result);
}

}  // namespace

void AddHandleCommand(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("handle", "Ask what to do about one error");
  auto flags = std::make_shared<ErrorFlags>();
  AddErrorFlags(*command, *flags);
  command->footer(
      "Exits 1 when the answer is to give up or an incident that nobody waits "
      "for.\n\nExamples:\n"
      "  recourse handle --message 'Rate limit reached for gpt-4o' "
      "--http-status 429 --target openai/gpt-4o\n"
      "  tail -n 20 app.log | recourse handle --message - --type TimeoutError\n"
      "  recourse handle --message 'deadlock detected' --code 40P01 "
      "--token TOKEN --capability remediation=refetch");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Handle(*flags, c); };
  });
}

}  // namespace recourse::cli
