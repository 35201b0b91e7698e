#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/result_text.h"
#include "client/cli/stop_on_signal.h"
#include "client/cli/text.h"
#include "client/cpp/durations.h"

namespace recourse::cli {
namespace {

struct WatchFlags {
  v1::WatchRecoveriesRequest request;
  std::string ns, target, workflow, pattern;
  int64_t count = 0;  // 0: no end.
};

std::string AboutDecision(const v1::DecisionRecord& decision) {
  const v1::RecoveryResult& result = decision.result();
  const std::string action = ActionText(result);
  const std::string& pattern = result.classification().pattern_id();
  return absl::StrCat(
      decision.target().empty() ? "-" : decision.target(), "  ",
      ShortName(result.classification().category()), "  ",
      action.empty() ? ShortName(result.disposition()) : OneLine(action), "  ",
      pattern.empty() ? "no pattern" : pattern, "  ", decision.decision_id(),
      "  ", OneLine(decision.error().message()));
}

std::string AboutEvent(const v1::RecoveryEvent& event) {
  switch (event.kind()) {
    case v1::RecoveryEvent::KIND_INCIDENT_OPENED:
    case v1::RecoveryEvent::KIND_INCIDENT_RESOLVED:
      return event.incident_id();
    case v1::RecoveryEvent::KIND_PATTERNS_CHANGED:
      return absl::StrCat("revision ", event.registry_revision());
    case v1::RecoveryEvent::KIND_WATCHING:
      return "";
    default:
      return AboutDecision(event.decision());
  }
}

void Print(const v1::RecoveryEvent& event, Context& context) {
  if (context.PrintedAsJson(event)) return;
  if (event.missed() > 0) {
    context.out << "(" << event.missed() << " events missed)\n";
  }
  const std::string line = absl::StrFormat(
      "%s  %-17s %s",
      absl::FormatTime("%H:%M:%E3S", FromProto(event.event_time()),
                       absl::UTCTimeZone()),
      ShortName(event.kind()), AboutEvent(event));
  context.out << (context.terminal.width > 0 ? Cut(line, context.terminal.width)
                                             : line)
              << '\n'
              << std::flush;
}

ExitCode Watch(const WatchFlags& flags, Context& context) {
  v1::WatchRecoveriesRequest request = flags.request;
  request.set_namespace_(flags.ns);
  request.set_target(flags.target);
  request.set_workflow_id(flags.workflow);
  request.set_pattern_id(flags.pattern);
  const StopOnSignal stop;
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  int64_t seen = 0;
  CallOptions call;
  call.stop = stop.token();
  const absl::Status status = (*client)->WatchRecoveries(
      request,
      [&](const v1::RecoveryEvent& event) {
        Print(event, context);
        if (event.kind() != v1::RecoveryEvent::KIND_WATCHING) ++seen;
        return context.out.good() && (flags.count == 0 || seen < flags.count);
      },
      call);
  if (status.ok() || stop.token().stop_requested()) return kDone;
  return context.Fail(status);
}

}  // namespace

void AddWatchCommand(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("watch", "Show recoveries as they happen");
  auto flags = std::make_shared<WatchFlags>();
  AddEnum(
      *command, "--kind",
      *google::protobuf::GetEnumDescriptor<v1::RecoveryEvent::Kind>(),
      [flags](int kind) {
        flags->request.add_kinds(static_cast<v1::RecoveryEvent::Kind>(kind));
      },
      "Only these; repeatable")
      ->expected(1)
      ->take_all();
  command->add_option("--target", flags->target, "Only this target");
  command->add_option("--workflow", flags->workflow, "Only this workflow");
  command->add_option("--pattern", flags->pattern, "Only this pattern");
  command->add_option("--namespace", flags->ns, "Only this namespace");
  command
      ->add_option("--count", flags->count,
                   "End after so many events; default: never")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return absl::StartsWith(text, "-")
                       ? absl::StrCat(text, " is below 0; 0 means never")
                       : std::string();
          },
          ""));
  command->footer(
      "Ctrl-C ends it. Times are UTC.\n\nExamples:\n"
      "  recourse watch --kind failure --target openai/gpt-4o\n"
      "  recourse --json watch --count 100 > events.jsonl");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Watch(*flags, c); };
  });
}

}  // namespace recourse::cli
