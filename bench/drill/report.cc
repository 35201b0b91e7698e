#include "bench/drill/report.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace recourse::drill {
namespace {

std::string DrainText(double seconds) {
  return std::isfinite(seconds) ? absl::StrFormat("%.0f s", seconds) : "never";
}

std::string OthersText(const Row& row) {
  if (!row.others) return "";
  return absl::StrFormat("  others lost %.1f, else %.1f", row.others->lost,
                         row.others_untroubled->lost);
}

}  // namespace

std::string Table(const Experiment& experiment) {
  const Scenario& scenario = experiment.scenario;
  std::string text = absl::StrFormat(
      "%s: %s\n%d callers, %.0f operations a second, capacity %.0f, mean of %d "
      "seeds\n",
      scenario.name, scenario.title, scenario.callers, scenario.load(),
      scenario.capacity(), experiment.seeds);
  absl::StrAppend(&text, absl::StrFormat("%-14s %8s %8s %10s %7s %7s %8s %9s\n",
                                         "", "success", "of these", "wasted",
                                         "peak", "drained", "waited", "asked"));
  for (const Row& row : experiment.rows) {
    const Figures& figures = row.figures;
    absl::StrAppend(
        &text,
        absl::StrFormat("%-14s %6.2f %% %6.2f %% %10.0f %6.2fx %7s %6.2f s "
                        "%9.0f%s\n",
                        row.policy, 100 * figures.success_share,
                        100 * figures.trouble_share, figures.wasted,
                        figures.peak, DrainText(figures.drain),
                        figures.mean_wait, figures.questions, OthersText(row)));
  }
  return text;
}

std::string Verdict(const std::vector<Goal>& goals) {
  std::string text;
  for (const Goal& goal : goals) {
    absl::StrAppend(&text, goal.is_met ? "PASS  " : "MISS  ", goal.text, ": ",
                    goal.figures, "\n");
  }
  return text;
}

std::string Csv(const std::vector<Experiment>& experiments) {
  std::string text =
      "scenario,callers,seeds,policy,success_share,trouble_share,wasted,peak,"
      "drain_s,mean_wait_s,questions\n";
  for (const Experiment& experiment : experiments) {
    for (const Row& row : experiment.rows) {
      const Figures& f = row.figures;
      absl::StrAppend(
          &text,
          absl::StrFormat(
              "%s,%d,%d,%s,%.6f,%.6f,%.1f,%.4f,%s,%.4f,%.1f\n",
              experiment.scenario.name, experiment.scenario.callers,
              experiment.seeds, row.policy, f.success_share, f.trouble_share,
              f.wasted, f.peak,
              std::isfinite(f.drain) ? absl::StrFormat("%.1f", f.drain) : "",
              f.mean_wait, f.questions));
    }
  }
  return text;
}

std::string Json(const std::vector<Experiment>& experiments) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Experiment& experiment : experiments) {
    nlohmann::ordered_json one = {{"scenario", experiment.scenario.name},
                                  {"callers", experiment.scenario.callers},
                                  {"seeds", experiment.seeds},
                                  {"policies", nlohmann::ordered_json::array()},
                                  {"goals", nlohmann::ordered_json::array()}};
    for (const Row& row : experiment.rows) {
      const Figures& f = row.figures;
      one["policies"].push_back({{"policy", row.policy},
                                 {"success_share", f.success_share},
                                 {"trouble_share", f.trouble_share},
                                 {"wasted", f.wasted},
                                 {"peak", f.peak},
                                 // Not finite: null.
                                 {"drain_s", f.drain},
                                 {"mean_wait_s", f.mean_wait},
                                 {"questions", f.questions}});
    }
    for (const Goal& goal : GoalsOf(experiment)) {
      one["goals"].push_back({{"goal", goal.text},
                              {"figures", goal.figures},
                              {"met", goal.is_met}});
    }
    all.push_back(std::move(one));
  }
  return all.dump(2) + "\n";
}

}  // namespace recourse::drill
