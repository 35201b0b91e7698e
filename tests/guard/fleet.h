// A fleet of callers, a target with a capacity, and a guard between them, in
// virtual time: what happens when the target goes away and comes back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/guard/guard.h"

namespace recourse {

// What the fleet does, and what the target bears.
struct FleetSettings {
  int callers = 1000;
  double calls_per_second = 0.7;  // Of each caller: new operations.
  double capacity = 1000;         // Calls a second.
  absl::Duration latency = absl::Milliseconds(100);
  absl::Duration call_timeout = absl::Seconds(1);
  absl::Duration operation_time = absl::Seconds(60);  // All in all.
  absl::Duration length = absl::Seconds(240);
  absl::Duration outage_start = absl::Seconds(30);
  absl::Duration outage_length = absl::Seconds(60);
  double outage_capacity = 0;  // Share of `capacity` left in the outage.
  // False: callers know nothing of circuits and just run when told.
  bool watches_circuits = true;
  bool tells_calls = true;
  int max_retries = 3;
  TargetPolicy policy;
};

struct FleetResult {
  std::vector<int> load;  // Calls that reached the target, by second.
  int operations = 0;
  int succeeded = 0;
  int wasted = 0;     // Calls that failed.
  int questions = 0;  // Asked of the guard.
  double success_share() const {
    return static_cast<double>(succeeded) / operations;
  }
};

// Runs the whole time; the same settings give the same result.
FleetResult RunFleet(const FleetSettings& settings);

}  // namespace recourse
