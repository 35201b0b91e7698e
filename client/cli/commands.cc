#include "client/cli/commands.h"

#include "absl/strings/str_cat.h"
#include "client/cli/flags.h"
#include "server/wire/yaml.h"

namespace recourse::cli {
namespace {

void AddGlobalFlags(CLI::App& app, Context& context) {
  app.add_option("--server", context.server, "Address of the server")
      ->envname("RECOURSE_SERVER")
      ->capture_default_str();
  app.add_flag("--json", context.json,
               "Print responses as proto JSON, one per line");
  TlsOptions& tls = context.client_options.tls;
  app.add_flag("--tls", tls.enabled,
               "Use TLS with the system's roots; implied by --tls-...");
  app.add_option("--tls-ca", tls.ca_file, "PEM of who signs the server");
  CLI::Option* certificate =
      app.add_option("--tls-cert", tls.cert_file, "PEM of our certificate");
  CLI::Option* key =
      app.add_option("--tls-key", tls.key_file, "PEM of its key");
  certificate->needs(key);
  key->needs(certificate);
  auto timeout = std::make_shared<std::optional<absl::Duration>>();
  AddDuration(app, "--timeout", *timeout, "Of each call; default 5s")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const auto parsed = ParseDuration(text);
            return parsed.ok() && *parsed == absl::ZeroDuration()
                       ? absl::StrCat(text, " must be above 0, such as 5s")
                       : std::string();
          },
          ""));
  app.parse_complete_callback([timeout, &context] {
    TlsOptions& tls = context.client_options.tls;
    tls.enabled |= !tls.ca_file.empty() || !tls.cert_file.empty();
    context.client_options.timeout = timeout->value_or(absl::Seconds(5));
  });
}

// Global flags may stand after the command, too.
void LetGlobalFlagsFollow(CLI::App& app) {
  for (CLI::App* command :
       app.get_subcommands([](CLI::App*) { return true; })) {
    command->fallthrough();
    LetGlobalFlagsFollow(*command);
  }
}

}  // namespace

void AddEverything(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "recourse " RECOURSE_VERSION);
  AddGlobalFlags(app, context);
  AddHandleCommand(app, context);
  AddMatchCommand(app, context);
  AddReportCommand(app, context);
  AddPatternsCommand(app, context);
  AddStatsCommand(app, context);
  AddWatchCommand(app, context);
  AddDecisionCommand(app, context);
  AddHealthCommand(app, context);
  AddIncidentsCommand(app, context);
  AddBreakersCommand(app, context);
  AddPoliciesCommand(app, context);
  AddEvaluateCommand(app, context);
  AddReplayCommand(app, context);
  AddCompletionCommand(app, context);
  LetGlobalFlagsFollow(app);
  app.footer(
      "Exits 0: done; 1: the answer is negative (give up, escalated, a failed "
      "test); 2: bad usage; 3: the server refused; 4: it cannot be "
      "reached.\n\nExamples:\n"
      "  recourse handle --message 'connection reset by peer'\n"
      "  recourse patterns test mine.yaml && recourse patterns add mine.yaml\n"
      "  recourse handle --help");
}

}  // namespace recourse::cli
