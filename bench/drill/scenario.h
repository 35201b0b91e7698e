// What happens to the target, and to whom.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/drill/chance.h"

namespace recourse::drill {

// A while in which the target can do less.
struct Trouble {
  Nanos begin = 0;
  Nanos end = 0;
  double capacity_share = 0;  // What is left of its capacity; 0: it is down.
};

// A while in which the target takes only so many calls per window of time and
// answers the others at once with 429 and the time until the next window.
struct Quota {
  Nanos begin = 0;
  Nanos end = 0;
  Nanos window = 10 * kSecond;
  double share = 0.5;  // Of the calls that are made.
};

// One answer to one caller: come back after `retry_after`.
struct Lie {
  Nanos at = 0;
  int caller = 0;
  Nanos retry_after = 0;
};

// One experiment: the callers, the target, and what goes wrong. Loads are in
// calls a second of all callers together.
struct Scenario {
  std::string name;   // As it is called on the command line.
  std::string title;  // For people.

  int callers = 1000;
  double calls_per_second = 0.7;  // New operations of each caller (Poisson).
  double utilisation = 0.7;       // Load without trouble ÷ capacity.
  Nanos operation_time = 60 * kSecond;  // Not answered by then: lost.
  Nanos call_timeout = kSecond;         // Of one attempt.

  Nanos length = 240 * kSecond;  // Operations begin in this time.
  std::vector<Trouble> troubles;
  std::optional<Quota> quota;
  double background_failures = 0;  // Share of served calls that fail by chance.
  std::optional<Lie> lie;
  // A caller whose own network is broken while there is `own_trouble`: its
  // calls fail and do not reach the target. -1: none.
  int broken_caller = -1;
  Trouble own_trouble;
  bool broken_caller_is_silent = false;  // It makes no calls at all.
  // Recourse cannot be reached between these; for ours alone.
  Nanos away_begin = 0;
  Nanos away_end = 0;

  Nanos call_time = 100 * kMilli;  // Served by an idle target, on average.
  double queue_seconds = 1;  // Places in its queue, in seconds of its capacity.

  double load() const { return callers * calls_per_second; }
  double capacity() const { return load() / utilisation; }
  // Of all that goes wrong.
  Nanos trouble_begin() const;
  Nanos trouble_end() const;
  // Who alone is in trouble, or lied to; -1: nobody.
  int special_caller() const { return lie ? lie->caller : broken_caller; }
  // The same without that trouble.
  Scenario Untroubled() const;
};

// The scenarios of the drill, in the order in which they are shown.
std::vector<Scenario> AllScenarios();
std::optional<Scenario> FindScenario(std::string_view name);

}  // namespace recourse::drill
