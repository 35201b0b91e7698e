// recourse-drill: outages, played to Recourse and to its peers in virtual time.
// Exit code: 0 all goals met, 1 one missed, 2 bad usage.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "bench/drill/experiment.h"
#include "bench/drill/goals.h"
#include "bench/drill/report.h"
#include "bench/drill/svg.h"

namespace recourse::drill {
namespace {

struct Flags {
  std::vector<std::string> scenarios;
  std::vector<std::string> policies;
  int callers = 1000;
  double rate = 0.7;
  double queue_seconds = 1;
  int seeds = 3;
  std::string format = "table";
  std::string svg;
};

template <typename Named>
std::vector<std::string> NamesOf(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--scenario", flags.scenarios, "Which (all)")
      ->check(CLI::IsMember(NamesOf(AllScenarios())));
  app.add_option("--policy", flags.policies, "Which (all)")
      ->check(CLI::IsMember(NamesOf(AllPolicies())));
  app.add_option("--callers", flags.callers, "How many, but in badcaller")
      ->check(CLI::Range(2, 1'000'000))
      ->capture_default_str();
  app.add_option("--rate", flags.rate,
                 "New operations a second of each caller, but in badcaller")
      ->check(CLI::Range(0.001, 1000.0))
      ->capture_default_str();
  app.add_option("--queue", flags.queue_seconds,
                 "The target's queue, in seconds of its capacity")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  app.add_option("--seeds", flags.seeds, "Runs whose mean is shown")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--format", flags.format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  app.add_option("--svg", flags.svg, "Where the first scenario's picture goes");
}

bool IsWanted(const std::vector<std::string>& wanted, const std::string& name) {
  return wanted.empty() ||
         std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

std::vector<Experiment> Play(const Flags& flags) {
  std::vector<PolicyKind> kinds;
  for (PolicyKind& kind : AllPolicies()) {
    if (IsWanted(flags.policies, kind.name)) kinds.push_back(std::move(kind));
  }
  std::vector<Experiment> experiments;
  for (Scenario& scenario : AllScenarios()) {
    if (!IsWanted(flags.scenarios, scenario.name)) continue;
    scenario.queue_seconds = flags.queue_seconds;
    if (scenario.broken_caller < 0) {
      scenario.callers = flags.callers;
      scenario.calls_per_second = flags.rate;
    }
    experiments.push_back(RunExperiment(scenario, kinds, flags.seeds));
    if (flags.format == "table") {
      std::cout << Table(experiments.back())
                << Verdict(GoalsOf(experiments.back())) << "\n"
                << std::flush;
    }
  }
  return experiments;
}

int Main(int argc, char** argv) {
  CLI::App app("Outages, played to Recourse and to its peers in virtual time",
               "recourse-drill");
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const std::vector<Experiment> experiments = Play(flags);
  if (flags.format == "csv") std::cout << Csv(experiments);
  if (flags.format == "json") std::cout << Json(experiments);
  if (!flags.svg.empty()) {
    std::ofstream file(flags.svg);
    file << Svg(experiments.front());
    if (!file.flush()) {
      std::cerr << "cannot write " << flags.svg << "\n";
      return 2;
    }
  }
  for (const Experiment& experiment : experiments) {
    for (const Goal& goal : GoalsOf(experiment)) {
      if (!goal.is_met) return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace recourse::drill

int main(int argc, char** argv) { return recourse::drill::Main(argc, argv); }
