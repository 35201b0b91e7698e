#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/result_text.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

void Print(const v1::DecisionRecord& record, Context& context) {
  Fields fields;
  fields.Add("time", TimeText(record.decide_time()));
  fields.Add("recovery", record.recovery_id());
  fields.Add("namespace", record.namespace_());
  fields.Add("workflow", record.workflow_id());
  fields.Add("node", record.node_name());
  fields.Add("target", record.target());
  fields.Add("caller",
             absl::StrCat(record.caller().service(),
                          record.caller().instance().empty() ? "" : " @ ",
                          record.caller().instance()));
  const v1::ErrorSummary& error = record.error();
  fields.Add("error", absl::StrCat(error.exception_type(),
                                   error.exception_type().empty() ? "" : ": ",
                                   error.message()));
  fields.Add("code", error.code());
  fields.Add("http status",
             error.http_status() == 0 ? "" : absl::StrCat(error.http_status()));
  fields.Add("grpc code", error.grpc_code());
  AddResult(record.result(), context.terminal, fields);
  fields.Add("outcome", record.outcome() == v1::OUTCOME_UNSPECIFIED
                            ? "not known yet"
                            : ShortName(record.outcome()));
  fields.Print(context.out);
  PrintTrace(record.result(), context);
}

ExitCode Decision(const std::string& id, Context& context) {
  v1::GetDecisionRequest request;
  request.set_decision_id(id);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->GetDecision(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) Print(response->decision(), context);
  return kDone;
}

}  // namespace

void AddDecisionCommand(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("decision", "Explain a recent decision");
  auto id = std::make_shared<std::string>();
  command->add_option("ID", *id, "The decision's id")->required();
  command->footer("Example:\n  recourse decision ID");
  command->callback([id, &context] {
    context.run = [id](Context& c) { return Decision(*id, c); };
  });
}

}  // namespace recourse::cli
