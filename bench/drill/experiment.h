// One scenario, played to several policies with several seeds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/drill/figures.h"
#include "bench/drill/policy.h"
#include "bench/drill/scenario.h"

namespace recourse::drill {

// What the callers without a trouble of their own had, beside the same run in
// which nobody was in trouble. Means over the seeds.
struct OthersFigures {
  double lost = 0;     // Operations.
  double wait = 0;     // Seconds from begin to success, on average.
  double longest = 0;  // The same, of the slowest.
};

struct Row {
  std::string policy;
  std::string details;
  bool is_ours = false;
  bool is_baseline = false;
  Figures figures;
  // Where one caller alone is in trouble.
  std::optional<OthersFigures> others;
  std::optional<OthersFigures> others_untroubled;
  // By second of the run: load ÷ capacity, and the share of the operations
  // begun then that succeeded in time.
  std::vector<double> load;
  std::vector<double> success;
};

struct Experiment {
  Scenario scenario;
  int seeds = 1;
  std::vector<Row> rows;
};

// A hot loop is played by a fiftieth of the callers to a fiftieth of the
// target, and its attempts are multiplied: its callers share nothing.
Experiment RunExperiment(const Scenario& scenario,
                         const std::vector<PolicyKind>& kinds, int seeds);

}  // namespace recourse::drill
