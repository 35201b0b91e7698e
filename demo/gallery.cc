#include "demo/gallery.h"

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/cli/result_text.h"
#include "client/cli/table.h"
#include "client/cli/text.h"

namespace recourse::demo {
namespace {

using nlohmann::json;

v1::RecoveryContext ToContext(const json& line) {
  v1::RecoveryContext context;
  context.set_workflow_id("gallery");
  context.set_target(line.value("target", ""));
  v1::ErrorDetails* error = context.mutable_error();
  error->set_exception_type(line.value("exception_type", ""));
  error->set_message(line.value("message", ""));
  error->set_code(line.value("code", ""));
  error->set_http_status(line.value("http_status", 0));
  error->set_grpc_code(line.value("grpc_code", ""));
  const json headers = line.value("headers", json::object());
  for (const auto& [name, value] : headers.items()) {
    (*error->mutable_headers())[name] = value.get<std::string>();
  }
  return context;
}

std::string DecisionText(const v1::RecoveryResult& result) {
  const std::string action = cli::ActionText(result);
  return action.empty() ? cli::ShortName(result.disposition()) : action;
}

// Asks about one error and says that nobody recovers from it.
absl::StatusOr<v1::RecoveryResult> Decide(Client& client,
                                          const v1::RecoveryContext& context) {
  absl::StatusOr<v1::RecoveryResult> result = client.HandleError(context);
  if (!result.ok()) return result;
  v1::RecoveryOutcome outcome;
  outcome.set_recovery_token(result->recovery_token());
  outcome.set_outcome(v1::OUTCOME_IGNORED);
  const auto sent = client.ReportOutcome(outcome);
  if (!sent.ok()) return sent.status();
  return result;
}

}  // namespace

absl::Status ShowGallery(Client& client, const std::string& path,
                         const cli::Terminal& terminal) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  cli::Table table({{.title = "from"},
                    {.title = "error", .flexible = true},
                    {.title = "category"},
                    {.title = "decision", .flexible = true},
                    {.title = "decided by"}});
  std::set<std::string> ecosystems;
  int errors = 0;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (line.is_discarded()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", errors + 1, ": is no JSON object"));
    }
    const v1::RecoveryContext context = ToContext(line);
    const absl::StatusOr<v1::RecoveryResult> result = Decide(client, context);
    if (!result.ok()) return result.status();
    const v1::Classification& taken_for = result->classification();
    table.AddRow({line.value("ecosystem", ""),
                  cli::Cut(cli::OneLine(context.error().message()), 58),
                  cli::ShortName(taken_for.category()), DecisionText(*result),
                  taken_for.pattern_id().empty() ? "classifier"
                                                 : taken_for.pattern_id()});
    ecosystems.insert(line.value("ecosystem", ""));
    ++errors;
  }
  table.Print(terminal, std::cout);
  std::cout << "\n"
            << errors << " errors of " << ecosystems.size() << " ecosystems\n";
  return absl::OkStatus();
}

}  // namespace recourse::demo
