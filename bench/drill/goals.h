// What Recourse claims, and whether an experiment bears it out.
#pragma once

#include <string>
#include <vector>

#include "bench/drill/experiment.h"

namespace recourse::drill {

struct Goal {
  std::string text;     // "wasted attempts <= 0.5 x the best peer's".
  std::string figures;  // What was measured, and what it is held against.
  bool is_met = false;
};

// A peer is comparable when its share of successes is within 2 points of the
// best peer's: what one wastes says nothing where one gives up. Without a peer
// or without ours in the experiment there are no goals.
//
// The backlog's: a peer that gives the outage's operations up has none. So
// only those count that save at least half as many of them as ours does; where
// nobody does, the bound is the time that operations have: then none of the
// outage can be left.
//
// Two readings: without the baseline that never retries among the peers, and
// with it.
std::vector<Goal> GoalsOf(const Experiment& experiment);

}  // namespace recourse::drill
