#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/current_user.h"
#include "client/cli/flags.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cpp/durations.h"

namespace recourse::cli {
namespace {

std::string OwnerText(const v1::Circuit& circuit) {
  if (circuit.scope() == v1::CIRCUIT_SCOPE_SHARED) return "all callers";
  const v1::Caller& caller = circuit.caller();
  return caller.service().empty()
             ? caller.instance()
             : absl::StrCat(caller.service(), "/", caller.instance());
}

std::string FailureText(const v1::Circuit& circuit) {
  if (circuit.calls() == 0) return "";
  return absl::StrCat(circuit.failures(), " of ", circuit.calls());
}

std::string BudgetText(const v1::RetryBudgetState& budget) {
  return absl::StrFormat("%d of %.0f used%s", budget.used(), budget.limit(),
                         budget.volume_unknown() ? ", calls unknown" : "");
}

void PrintCircuit(const v1::Circuit& circuit, Context& context) {
  Fields fields;
  fields.Add("target", circuit.target());
  fields.Add("for", OwnerText(circuit));
  fields.Add("state", ShortName(circuit.state()));
  if (circuit.shadow_state() != v1::CIRCUIT_STATE_UNSPECIFIED) {
    fields.Add("would be", ShortName(circuit.shadow_state()));
  }
  fields.Add("since", TimeText(circuit.change_time()));
  fields.Add("why", circuit.reason());
  if (circuit.has_open_remaining()) {
    fields.Add("next trial in", DurationText(circuit.open_remaining()));
  }
  fields.Add("failed", FailureText(circuit));
  if (circuit.scope() == v1::CIRCUIT_SCOPE_SHARED) {
    fields.Add("callers",
               absl::StrCat(circuit.failing_callers(), " failing of ",
                            circuit.active_callers(), ", ", circuit.quorum(),
                            " would open it"));
  }
  if (circuit.has_retry_budget()) {
    fields.Add("retries", BudgetText(circuit.retry_budget()));
  }
  for (const v1::CircuitHold& hold : circuit.holds()) {
    fields.Add("held back",
               absl::StrCat(DurationText(hold.remaining()),
                            hold.quota_scope().empty()
                                ? ""
                                : absl::StrCat(" for ", hold.quota_scope())));
  }
  if (circuit.has_override()) {
    const v1::CircuitOverride& set = circuit.override();
    fields.Add("set by", absl::StrCat(set.owner(), ": ", set.reason(),
                                      ", until ", TimeText(set.expire_time())));
  }
  fields.Print(context.out);
}

ExitCode List(v1::ListCircuitsRequest request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  Table table({{"TARGET", false, true},
               {"FOR"},
               {"STATE"},
               {"FAILED", true},
               {"NEXT TRIAL", true},
               {"WHY", false, true}});
  do {
    const auto page = (*client)->ListCircuits(request);
    if (!page.ok()) return context.Fail(page.status());
    request.set_page_token(page->next_page_token());
    if (context.PrintedAsJson(*page)) continue;
    for (const v1::Circuit& circuit : page->circuits()) {
      table.AddRow({circuit.target(), OwnerText(circuit),
                    ShortName(circuit.state()), FailureText(circuit),
                    circuit.has_open_remaining()
                        ? DurationText(circuit.open_remaining())
                        : "",
                    circuit.reason()});
    }
  } while (!request.page_token().empty());
  if (context.json) return kDone;
  if (table.empty()) {
    context.out << "No circuits.\n";
  } else {
    table.Print(context.terminal, context.out);
  }
  return kDone;
}

ExitCode Get(const v1::GetCircuitRequest& request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->GetCircuit(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.PrintedAsJson(*response)) return kDone;
  PrintCircuit(response->shared(), context);
  for (const v1::Circuit& circuit : response->callers()) {
    context.out << '\n';
    PrintCircuit(circuit, context);
  }
  return kDone;
}

struct SetFlags {
  std::string target, ns, reason, owner = CurrentUser();
  std::optional<absl::Duration> lasts;
};

ExitCode Set(const SetFlags& flags, v1::CircuitState state, Context& context) {
  v1::OverrideCircuitRequest request;
  request.set_namespace_(flags.ns);
  request.set_target(flags.target);
  request.mutable_override()->set_state(state);
  request.mutable_override()->set_owner(flags.owner);
  request.mutable_override()->set_reason(flags.reason);
  if (flags.lasts) {
    *request.mutable_expire_after() = ToProtoDuration(*flags.lasts);
  }
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->OverrideCircuit(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    PrintCircuit(response->circuit(), context);
  }
  return kDone;
}

ExitCode Reset(const v1::ResetCircuitRequest& request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->ResetCircuit(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    PrintCircuit(response->circuit(), context);
  }
  return kDone;
}

void AddList(CLI::App& breakers, Context& context) {
  CLI::App* command =
      breakers.add_subcommand("list", "Circuits of the targets that are known");
  auto request = std::make_shared<v1::ListCircuitsRequest>();
  command->add_flag_function(
      "--open", [request](int64_t) { request->set_only_open(true); },
      "Leave out those that are CLOSED");
  command->add_option_function<std::string>(
      "--namespace",
      [request](const std::string& v) { request->set_namespace_(v); },
      "Only this namespace");
  command->footer("Example:\n  recourse breakers list --open");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return List(*request, c); };
  });
}

// A command about one target: `get` or `reset`.
template <typename Request>
void AddAboutTarget(CLI::App& breakers, const std::string& name,
                    const std::string& help,
                    ExitCode (*run)(const Request&, Context&),
                    Context& context) {
  CLI::App* command = breakers.add_subcommand(name, help);
  auto request = std::make_shared<Request>();
  AddTarget(*command, request);
  command->footer(
      absl::StrCat("Example:\n  recourse breakers ", name, " postgres/orders"));
  command->callback([request, run, &context] {
    context.run = [request, run](Context& c) { return run(*request, c); };
  });
}

void AddSet(CLI::App& breakers, const std::string& name,
            const std::string& help, v1::CircuitState state, Context& context) {
  CLI::App* command = breakers.add_subcommand(name, help);
  auto flags = std::make_shared<SetFlags>();
  flags->reason = absl::StrCat("set with recourse breakers ", name);
  command->add_option("TARGET", flags->target, "For example postgres/orders")
      ->required();
  command->add_option("--namespace", flags->ns, "Default: default");
  command->add_option("--reason", flags->reason, "Why, for the record");
  command->add_option("--by", flags->owner, "Who sets it; default: you");
  AddDuration(*command, "--for", flags->lasts, "Until it ends; default 1h");
  command->footer(
      absl::StrCat("Example:\n  recourse breakers ", name,
                   " postgres/orders --reason migration --for 20m"));
  command->callback([flags, state, &context] {
    context.run = [flags, state](Context& c) { return Set(*flags, state, c); };
  });
}

}  // namespace

void AddBreakersCommand(CLI::App& app, Context& context) {
  CLI::App* breakers =
      app.add_subcommand("breakers", "Circuit breakers that all callers share");
  breakers->require_subcommand(1);
  AddList(*breakers, context);
  AddAboutTarget<v1::GetCircuitRequest>(
      *breakers, "get", "Show one target's circuits, retries and holds", Get,
      context);
  AddSet(*breakers, "open", "Let no call pass until it ends",
         v1::CIRCUIT_STATE_FORCED_OPEN, context);
  AddSet(*breakers, "close", "Let every call pass until it ends",
         v1::CIRCUIT_STATE_FORCED_CLOSED, context);
  AddSet(*breakers, "shadow", "Work it out, but let every call pass",
         v1::CIRCUIT_STATE_SHADOW, context);
  AddSet(*breakers, "disable", "Switch it off: nothing is counted",
         v1::CIRCUIT_STATE_DISABLED, context);
  AddAboutTarget<v1::ResetCircuitRequest>(
      *breakers, "reset", "End what was set and forget what was counted", Reset,
      context);
}

}  // namespace recourse::cli
