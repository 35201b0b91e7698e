#include "demo/stories.h"

#include <cstdlib>
#include <iostream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/result_text.h"
#include "client/cpp/recovery_runner.h"

namespace recourse::demo {
namespace {

using google::protobuf::Struct;

void Title(const std::string& text) { std::cout << "\n-- " << text << "\n"; }

void Say(const std::string& text) { std::cout << "   " << text << "\n"; }

// Prints each decision before it is obeyed.
RunOptions Options(const std::string& target) {
  RunOptions options;
  options.workflow_id = "demo";
  options.node_name = target;
  options.target = target;
  options.on_decision = [](const v1::RecoveryResult& result) {
    // Edits and diffs take several lines.
    Say(absl::StrReplaceAll(absl::StrCat("recourse: ", cli::ActionText(result)),
                            {{"\n", "\n             "}}));
  };
  return options;
}

absl::Status Fails(absl::StatusCode code, const std::string& message) {
  Say(absl::StrCat("fails:    ", message));
  return absl::Status(code, message);
}

// Prints how a story ended; an error is one that should not have been.
absl::Status Told(const absl::StatusOr<std::string>& answer) {
  if (answer.ok()) Say(absl::StrCat("ends:     ", *answer));
  return answer.status();
}

absl::Status Retries(Client& client) {
  Title("a retry that works the third time");
  return Told(Run(client, Options("quotes"),
                  [](const Attempt& attempt) -> absl::StatusOr<std::string> {
                    if (attempt.number <= 2) {
                      return Fails(absl::StatusCode::kUnavailable,
                                   "quotes service: connection reset by peer");
                    }
                    return absl::StrCat("quoted on attempt ", attempt.number);
                  }));
}

absl::Status Switches(Client& client) {
  Title("alternatives, cheapest first, until one works");
  return Told(Run(client, Options("lab-a/large"),
                  [](const Attempt& attempt) -> absl::StatusOr<std::string> {
                    if (attempt.target != "lab-b/medium") {
                      return Fails(absl::StatusCode::kUnavailable,
                                   absl::StrCat("model ", attempt.target,
                                                " is currently overloaded"));
                    }
                    return absl::StrCat("answered by ", attempt.target);
                  }));
}

absl::Status Degrades(Client& client) {
  Title("a degradation: fewer features, then fewer rows");
  RunOptions options = Options("reports");
  Struct state;
  Struct* report = (*state.mutable_fields())["report"].mutable_struct_value();
  (*report->mutable_fields())["rows"].set_number_value(5000);
  options.state = state;
  return Told(
      Run(client, options,
          [](const Attempt& attempt) -> absl::StatusOr<std::string> {
            const double rows = attempt.state.fields()
                                    .at("report")
                                    .struct_value()
                                    .fields()
                                    .at("rows")
                                    .number_value();
            if (attempt.Enabled("charts") || rows > 1000) {
              return Fails(absl::StatusCode::kDeadlineExceeded,
                           absl::StrCat("report generation exceeded its time "
                                        "limit with ",
                                        rows, " rows"));
            }
            return absl::StrCat("a report of ", rows, " rows without ",
                                attempt.disabled_features.size(), " features");
          }));
}

absl::Status Corrects(Client& client) {
  Title("a correction of generated source text");
  RunOptions options = Options("codegen");
  Struct state;
  (*state.mutable_fields())["code"].set_string_value(
      "class NodeMyEffect(NodeEffect):\n"
      "    def execute_effect(self, context: dict) -> dict:\n"
      "        result = await self.process_data(context)\n"
      "        return result\n");
  options.state = state;
  options.subject_field = "code";
  return Told(Run(client, options,
                  [](const Attempt& attempt) -> absl::StatusOr<std::string> {
                    const std::string& code =
                        attempt.state.fields().at("code").string_value();
                    if (!absl::StrContains(code, "async def execute_effect")) {
                      return Fails(
                          absl::StatusCode::kInvalidArgument,
                          "SyntaxError: 'await' outside async function");
                    }
                    return "the corrected text compiles";
                  }));
}

absl::Status WaitsForAPerson(Client& client,
                             const std::string& resolve_command) {
  Title("an incident that a person resolves while the workflow waits");
  RunOptions options = Options("invoicing");
  options.await_human = true;
  options.time_budget = absl::Seconds(30);
  Struct state;
  (*state.mutable_fields())["contract"].set_string_value("contradictory");
  options.state = state;
  std::thread person;
  const auto print = options.on_decision;
  options.on_decision = [&](const v1::RecoveryResult& result) {
    print(result);
    if (!result.has_escalation() || person.joinable()) return;
    const std::string command =
        absl::StrCat(resolve_command, " ", result.escalation().incident_id(),
                     " --waiter ", result.escalation().waiter_id(),
                     " --action resume --state '{\"contract\": \"corrected\"}'"
                     " --note 'total is net of tax' > /dev/null");
    Say("the workflow waits; a person types: recourse incidents resolve "
        "INCIDENT --waiter WAITER --action resume --state ...");
    person = std::thread([command] {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread at a time does so.
      if (std::system(command.c_str()) != 0) Say("the command failed");
    });
  };
  const absl::StatusOr<std::string> answer =
      Run(client, options,
          [](const Attempt& attempt) -> absl::StatusOr<std::string> {
            const std::string& contract =
                attempt.state.fields().at("contract").string_value();
            if (contract != "corrected") {
              return Fails(absl::StatusCode::kFailedPrecondition,
                           "contract invoice-v2 contradicts itself in total");
            }
            return "invoiced by the corrected contract";
          });
  if (person.joinable()) person.join();
  return Told(answer);
}

}  // namespace

absl::Status TellStories(Client& client, const std::string& resolve_command) {
  absl::Status status = Retries(client);
  if (status.ok()) status = Switches(client);
  if (status.ok()) status = Degrades(client);
  if (status.ok()) status = Corrects(client);
  if (status.ok()) status = WaitsForAPerson(client, resolve_command);
  return status;
}

}  // namespace recourse::demo
