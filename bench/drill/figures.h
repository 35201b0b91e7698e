// What a run comes to.
#pragma once

#include <optional>

#include "bench/drill/run.h"
#include "bench/drill/scenario.h"

namespace recourse::drill {

// Means over the seeds of an experiment. docs/drill.md defines each.
struct Figures {
  double success_share = 0;  // Of all operations: succeeded in time.
  double trouble_share = 0;  // The same of those that began in the trouble.
  double wasted = 0;         // Attempts, from the trouble's begin on.
  // Attempts that reached the target in the worst 3 s after the trouble ÷ what
  // it can serve.
  double peak = 0;
  // Seconds from the trouble's end on until load and success are, and stay, as
  // they were before. Infinite: not within the run.
  double drain = 0;
  double mean_wait = 0;  // Seconds from begin to success.
  double questions = 0;  // Asked of Recourse.
};

Figures Measure(const Scenario& scenario, const RunRecord& run);
Figures Mean(const std::vector<Figures>& figures);

}  // namespace recourse::drill
