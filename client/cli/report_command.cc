#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cpp/durations.h"

namespace recourse::cli {
namespace {

struct ReportFlags {
  std::string token;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  std::optional<absl::Duration> duration;
};

ExitCode Report(const ReportFlags& flags, Context& context) {
  v1::RecoveryOutcome request;
  request.set_recovery_token(flags.token);
  request.set_outcome(flags.outcome);
  if (flags.duration.has_value()) {
    *request.mutable_duration() = ToProtoDuration(*flags.duration);
  }
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->ReportOutcome(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    context.out << (response->recorded()
                        ? "recorded\n"
                        : "reported before; nothing changed\n");
  }
  return kDone;
}

}  // namespace

void AddReportCommand(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("report", "Tell how a recovery ended");
  auto flags = std::make_shared<ReportFlags>();
  command->add_option("--token", flags->token, "Of the last answer")
      ->required();
  AddEnum(*command, "--outcome", flags->outcome, "How it ended")->required();
  AddDuration(*command, "--duration", flags->duration,
              "From the first failure to the end; default: by the server's "
              "clock");
  command->footer(
      "Example:\n  recourse report --token TOKEN --outcome success");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Report(*flags, c); };
  });
}

}  // namespace recourse::cli
