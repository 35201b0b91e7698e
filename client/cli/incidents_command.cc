#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/current_user.h"
#include "client/cli/flags.h"
#include "client/cli/incident_text.h"
#include "client/cli/input.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cpp/durations.h"
#include "client/cpp/status_details.h"

namespace recourse::cli {
namespace {

constexpr absl::Duration kPoll = absl::Seconds(30);
constexpr absl::Duration kBetweenPolls = absl::Milliseconds(100);
constexpr absl::Duration kReconnect = absl::Milliseconds(500);

ExitCode List(v1::ListIncidentsRequest request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  Table table({{"INCIDENT"},
               {"STATE"},
               {"PRIORITY"},
               {"FAILURES", true},
               {"WAITING", true},
               {"LAST SEEN"},
               {"TARGET", false, true},
               {"TITLE", false, true}});
  do {
    const auto page = (*client)->ListIncidents(request);
    if (!page.ok()) return context.Fail(page.status());
    request.set_page_token(page->next_page_token());
    if (context.PrintedAsJson(*page)) continue;
    for (const v1::Incident& incident : page->incidents()) {
      table.AddRow({incident.incident_id(), ShortName(incident.state()),
                    ShortName(incident.priority()),
                    absl::StrCat(incident.occurrence_count()),
                    absl::StrCat(incident.waiting_count()),
                    TimeText(incident.last_seen_time()), incident.target(),
                    incident.title()});
    }
  } while (!request.page_token().empty());
  if (context.json) return kDone;
  if (table.empty()) {
    context.out << "No incidents.\n";
  } else {
    table.Print(context.terminal, context.out);
  }
  return kDone;
}

ExitCode Get(const std::string& id, Context& context) {
  v1::GetIncidentRequest request;
  request.set_incident_id(id);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->GetIncident(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    PrintIncident(response->incident(), context);
  }
  return kDone;
}

// A refusal because the incident is resolved, with who did what and when.
absl::Status WithResolution(const absl::Status& refusal, Client& client,
                            const std::string& id, const std::string& waiter) {
  if (ErrorReason(refusal) != "INCIDENT_RESOLVED") return refusal;
  v1::GetIncidentRequest request;
  request.set_incident_id(id);
  const auto response = client.GetIncident(request);
  if (!response.ok()) return refusal;
  v1::Resolution resolution = response->incident().resolution();
  for (const v1::IncidentWaiter& other : response->incident().waiters()) {
    if (other.waiter_id() == waiter && other.has_resolution()) {
      resolution = other.resolution();
    }
  }
  return WithMessage(refusal, absl::StrCat(refusal.message(), ", at ",
                                           TimeText(resolution.resolve_time()),
                                           ": ", ResolutionText(resolution)));
}

ExitCode Acknowledge(const v1::AcknowledgeIncidentRequest& request,
                     Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->AcknowledgeIncident(request);
  if (!response.ok()) {
    return context.Fail(
        WithResolution(response.status(), **client, request.incident_id(), ""));
  }
  if (!context.PrintedAsJson(*response)) {
    context.out << "taken by " << response->incident().acknowledged_by()
                << '\n';
  }
  return kDone;
}

struct ResolveFlags {
  std::string id, waiter, note, by = CurrentUser();
  std::optional<std::string> state;
  v1::ResolutionAction action = v1::RESOLUTION_ACTION_UNSPECIFIED;
};

// What the server would refuse, said in flags.
absl::Status CheckResume(const ResolveFlags& flags) {
  const bool resume = flags.action == v1::RESOLUTION_ACTION_RESUME;
  if (resume && flags.waiter.empty()) {
    return absl::InvalidArgumentError(
        "--action resume needs --waiter W, for one state cannot fit all; "
        "`recourse incidents get ID` shows who waits");
  }
  if (resume && !flags.state.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--action resume needs --state, the new state: ", kStateForms));
  }
  if (!resume && flags.state.has_value()) {
    return absl::InvalidArgumentError("--state goes with --action resume only");
  }
  return absl::OkStatus();
}

ExitCode Resolve(const ResolveFlags& flags, Context& context) {
  if (const absl::Status checked = CheckResume(flags); !checked.ok()) {
    return context.FailUsage(checked);
  }
  v1::ResolveIncidentRequest request;
  request.set_incident_id(flags.id);
  request.set_waiter_id(flags.waiter);
  request.set_action(flags.action);
  request.set_note(flags.note);
  request.set_resolved_by(flags.by);
  if (flags.state.has_value()) {
    const absl::Status status =
        ReadState(*flags.state, context, *request.mutable_state());
    if (!status.ok()) return context.FailUsage(status);
  }
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->ResolveIncident(request);
  if (!response.ok()) {
    return context.Fail(
        WithResolution(response.status(), **client, flags.id, flags.waiter));
  }
  if (context.PrintedAsJson(*response)) return kDone;
  context.out << ShortName(flags.action) << " for "
              << response->resolved_waiters() << " waiting; incident "
              << ShortName(response->incident().state()) << '\n';
  if (response->refused_waiters() > 0) {
    context.out << response->refused_waiters()
                << " of them must not run again (not idempotent) and abort\n";
  }
  return kDone;
}

struct AwaitFlags {
  std::string id, token;
  std::optional<absl::Duration> wait;
};

ExitCode PrintAwaited(const v1::AwaitIncidentResponse& response,
                      Context& context) {
  if (!context.PrintedAsJson(response)) {
    Fields fields;
    fields.Add("resolution", response.has_resolution()
                                 ? ResolutionText(response.resolution())
                                 : "none yet");
    if (response.resolution().has_state()) {
      fields.Add("state", ToJsonLine(response.resolution().state()));
    }
    fields.Add("token", response.recovery_token());
    fields.Print(context.out);
  }
  return response.has_resolution() &&
                 response.resolution().action() != v1::RESOLUTION_ACTION_ABORT
             ? kDone
             : kNegative;
}

// A server that is restarted, behind a load balancer or not.
bool IsAway(const absl::Status& status) {
  return IsUnreachable(status) || ErrorReason(status) == "DRAINING";
}

ExitCode Await(const AwaitFlags& flags, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const absl::Time end = absl::Now() + flags.wait.value_or(kPoll);
  v1::AwaitIncidentRequest request;
  request.set_incident_id(flags.id);
  request.set_recovery_token(flags.token);
  bool answered = false;  // The first poll does not wait: is all as it should?
  bool told = false;
  while (true) {
    const absl::Duration left =
        std::max(absl::ZeroDuration(), end - absl::Now());
    *request.mutable_timeout() =
        ToProtoDuration(answered ? std::min(kPoll, left) : absl::Duration());
    const auto response = (*client)->AwaitIncident(request);
    if (response.ok()) {
      answered = true;
      if (response->has_resolution() || absl::Now() >= end) {
        return PrintAwaited(*response, context);
      }
      request.set_recovery_token(response->recovery_token());
    } else if (!answered || !IsAway(response.status()) || absl::Now() >= end) {
      return context.Fail(response.status());
    } else if (!std::exchange(told, true)) {
      context.Warn(absl::StrCat(context.server,
                                " is away; asking again until --wait ends"));
    }
    absl::SleepFor(std::min(response.ok() ? kBetweenPolls : kReconnect, left));
  }
}

void AddList(CLI::App& incidents, Context& context) {
  CLI::App* command = incidents.add_subcommand("list", "Newest first");
  auto request = std::make_shared<v1::ListIncidentsRequest>();
  AddEnum(
      *command, "--state",
      *google::protobuf::GetEnumDescriptor<v1::IncidentState>(),
      [request](int state) {
        request->add_states(static_cast<v1::IncidentState>(state));
      },
      "Only these, repeatable; default: open and acknowledged")
      ->expected(1)
      ->take_all();
  command->add_option_function<std::string>(
      "--target", [request](const std::string& v) { request->set_target(v); },
      "Only this target");
  command->add_option_function<std::string>(
      "--namespace",
      [request](const std::string& v) { request->set_namespace_(v); },
      "Only this namespace");
  command->footer("Example:\n  recourse incidents list --state open");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return List(*request, c); };
  });
}

void AddGet(CLI::App& incidents, Context& context) {
  CLI::App* command =
      incidents.add_subcommand("get", "Show one, with waiters and messages");
  auto id = std::make_shared<std::string>();
  command->add_option("ID", *id, "The incident's id")->required();
  command->footer("Example:\n  recourse incidents get ID");
  command->callback([id, &context] {
    context.run = [id](Context& c) { return Get(*id, c); };
  });
}

void AddAcknowledge(CLI::App& incidents, Context& context) {
  CLI::App* command =
      incidents.add_subcommand("ack", "Say that somebody has taken it");
  auto id = std::make_shared<std::string>();
  auto by = std::make_shared<std::string>(CurrentUser());
  command->add_option("ID", *id, "The incident's id")->required();
  command->add_option("--by", *by, "Who takes it; default: you");
  command->footer("Example:\n  recourse incidents ack ID --by ann");
  command->callback([id, by, &context] {
    context.run = [id, by](Context& c) {
      v1::AcknowledgeIncidentRequest request;
      request.set_incident_id(*id);
      request.set_acknowledged_by(*by);
      return Acknowledge(request, c);
    };
  });
}

void AddResolve(CLI::App& incidents, Context& context) {
  CLI::App* command = incidents.add_subcommand(
      "resolve", "Tell the waiting workflows how to go on");
  auto flags = std::make_shared<ResolveFlags>();
  command->add_option("ID", flags->id, "The incident's id")->required();
  AddEnum(*command, "--action", flags->action, "What they do")->required();
  command->add_option("--waiter", flags->waiter,
                      "Only for this one; default: all, and it is over");
  command->add_option(
      "--state", flags->state,
      absl::StrCat("With resume: the new state: ", kStateForms));
  command->add_option("--note", flags->note, "For the record");
  command->add_option("--by", flags->by, "Who resolves it; default: you");
  command->footer(
      "Examples:\n"
      "  recourse incidents resolve ID --action retry --note 'quota raised'\n"
      "  recourse incidents resolve ID --action resume --waiter W --state "
      "'{\"max_tokens\": 500}'");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Resolve(*flags, c); };
  });
}

void AddAwait(CLI::App& incidents, Context& context) {
  CLI::App* command = incidents.add_subcommand(
      "await", "Wait for the resolution, as a paused workflow does");
  auto flags = std::make_shared<AwaitFlags>();
  command->add_option("ID", flags->id, "The incident's id")->required();
  command
      ->add_option("--token", flags->token,
                   "Of the answer that said WAIT_FOR_HUMAN")
      ->required();
  AddDuration(*command, "--wait", flags->wait, "How long at most; default 30s");
  command->footer(
      "A server that is restarted meanwhile is asked again. Exits 1 for abort "
      "and when nothing is resolved in time; go on with the new "
      "token.\n\nExample:\n"
      "  recourse incidents await ID --token TOKEN --wait 10m");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Await(*flags, c); };
  });
}

}  // namespace

void AddIncidentsCommand(CLI::App& app, Context& context) {
  CLI::App* incidents = app.add_subcommand(
      "incidents", "Failures that people are asked to look at");
  incidents->require_subcommand(1);
  AddList(*incidents, context);
  AddGet(*incidents, context);
  AddAcknowledge(*incidents, context);
  AddResolve(*incidents, context);
  AddAwait(*incidents, context);
}

}  // namespace recourse::cli
