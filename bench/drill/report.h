// Experiments as text.
#pragma once

#include <string>
#include <vector>

#include "bench/drill/experiment.h"
#include "bench/drill/goals.h"

namespace recourse::drill {

// For people: a line about the scenario, then a row per policy.
std::string Table(const Experiment& experiment);
// One line per goal, with PASS or MISS.
std::string Verdict(const std::vector<Goal>& goals);

// For programs. A time that is not within the run is empty, or null.
std::string Csv(const std::vector<Experiment>& experiments);
std::string Json(const std::vector<Experiment>& experiments);

}  // namespace recourse::drill
