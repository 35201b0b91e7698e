#include "client/cli/commands.h"
#include "client/cli/table.h"
#include "nlohmann/json.hpp"

namespace recourse::cli {
namespace {

using grpc::health::v1::HealthCheckResponse;

// What is asked about unless services are named: the whole, and the store.
constexpr const char* kUsual[] = {"", "store"};

struct ServiceHealth {
  std::string service;
  std::string status;
};

absl::StatusOr<ServiceHealth> Check(Client& client,
                                    const std::string& service) {
  const auto response = client.CheckHealth(service);
  if (absl::IsNotFound(response.status())) {
    return ServiceHealth{service, "SERVICE_UNKNOWN"};
  }
  if (!response.ok()) return response.status();
  return ServiceHealth{
      service, HealthCheckResponse::ServingStatus_Name(response->status())};
}

ExitCode Health(std::vector<std::string> services, Context& context) {
  const bool usual = services.empty();
  if (usual) services.assign(std::begin(kUsual), std::end(kUsual));
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  Table table({{"SERVICE"}, {"STATUS"}});
  ExitCode code = kDone;
  for (const std::string& service : services) {
    const auto health = Check(**client, service);
    if (!health.ok()) return context.Fail(health.status());
    // Without its store the server still decides: the whole is what counts.
    const bool counts = !usual || service.empty();
    if (counts && health->status != "SERVING") code = kNegative;
    table.AddRow({service.empty() ? "(server)" : service, health->status});
    if (context.json) {
      context.out << nlohmann::ordered_json{{"service", service},
                                            {"status", health->status}}
                  << '\n';
    }
  }
  if (!context.json) table.Print(context.terminal, context.out);
  return code;
}

}  // namespace

void AddHealthCommand(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("health", "Ask whether the server serves");
  auto services = std::make_shared<std::vector<std::string>>();
  command->add_option("SERVICE", *services,
                      "Services; default: the server as a whole, and store");
  command->footer(
      "Exits 1 when it does not serve (without its store it still does).\n\n"
      "Examples:\n  recourse health\n"
      "  recourse health recourse.v1.Incidents");
  command->callback([services, &context] {
    context.run = [services](Context& c) { return Health(*services, c); };
  });
}

}  // namespace recourse::cli
