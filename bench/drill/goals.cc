#include "bench/drill/goals.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace recourse::drill {
namespace {

constexpr double kComparable = 0.02;
constexpr double kLessWaste = 0.5;
constexpr double kMaxPeak = 1.1;
constexpr double kLongerDrain = 1.1;
// Of what the others waited: chance.
constexpr double kNoLonger = 0.01;

using Rows = std::vector<const Row*>;

const Row* OursOf(const Experiment& experiment) {
  for (const Row& row : experiment.rows) {
    if (row.is_ours) return &row;
  }
  return nullptr;
}

const Row* Least(const Rows& rows, double Figures::*figure) {
  return *std::min_element(rows.begin(), rows.end(),
                           [figure](const Row* a, const Row* b) {
                             return a->figures.*figure < b->figures.*figure;
                           });
}

template <typename Wanted>
Rows Those(const Rows& rows, Wanted wanted) {
  Rows those;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(those), wanted);
  return those;
}

Goal SuccessGoal(const Row& ours, const Row& best) {
  return {
      "share of successes >= the best peer's",
      absl::StrFormat("%.2f %%, %s %.2f %%", 100 * ours.figures.success_share,
                      best.policy, 100 * best.figures.success_share),
      ours.figures.success_share >= best.figures.success_share};
}

Goal WasteGoal(const Row& ours, const Row& best) {
  return {"wasted attempts <= 0.5 x the best comparable peer's",
          absl::StrFormat("%.0f, %s %.0f", ours.figures.wasted, best.policy,
                          best.figures.wasted),
          ours.figures.wasted <= kLessWaste * best.figures.wasted};
}

Goal DrainGoal(const Scenario& scenario, const Row& ours, const Rows& peers) {
  const Rows savers = Those(peers, [&](const Row* row) {
    return row->figures.trouble_share >= ours.figures.trouble_share / 2;
  });
  double bound = ToSeconds(scenario.operation_time);
  std::string of =
      absl::StrFormat("no peer saved half as many, operations have %.0f s",
                      ToSeconds(scenario.operation_time));
  if (!savers.empty()) {
    const Row* best = Least(savers, &Figures::drain);
    bound = best->figures.drain;
    of = absl::StrFormat("%s %.1f s", best->policy, bound);
  }
  return {"backlog drained in <= 1.1 x the best peer's time",
          absl::StrFormat("%.1f s, %s", ours.figures.drain, of),
          ours.figures.drain <= kLongerDrain * bound};
}

void AddReading(const Experiment& experiment, const Row& ours,
                const Rows& peers, const char* reading,
                std::vector<Goal>* goals) {
  if (peers.empty()) return;
  const Row* best = *std::max_element(
      peers.begin(), peers.end(), [](const Row* a, const Row* b) {
        return a->figures.success_share < b->figures.success_share;
      });
  const Rows comparable = Those(peers, [best](const Row* row) {
    return row->figures.success_share >=
           best->figures.success_share - kComparable;
  });
  std::vector<Goal> added = {
      SuccessGoal(ours, *best),
      WasteGoal(ours, *Least(comparable, &Figures::wasted)),
      DrainGoal(experiment.scenario, ours, peers)};
  for (Goal& goal : added) {
    absl::StrAppend(&goal.text, reading);
    goals->push_back(std::move(goal));
  }
}

std::vector<Goal> OutageGoals(const Experiment& experiment, const Row& ours) {
  Rows peers;
  Rows with_baseline;
  for (const Row& row : experiment.rows) {
    if (row.is_ours) continue;
    with_baseline.push_back(&row);
    if (!row.is_baseline) peers.push_back(&row);
  }
  std::vector<Goal> goals;
  if (with_baseline.empty()) return goals;
  goals.push_back({"peak load after the outage <= 1.1 x capacity",
                   absl::StrFormat("%.2f", ours.figures.peak),
                   ours.figures.peak <= kMaxPeak});
  AddReading(experiment, ours, peers, "", &goals);
  AddReading(experiment, ours, with_baseline, ", no retry counted as a peer",
             &goals);
  return goals;
}

Goal OthersGoal(const char* text, const Row& ours, bool waits_count) {
  const OthersFigures& with = *ours.others;
  const OthersFigures& without = *ours.others_untroubled;
  return {text,
          absl::StrFormat("lost %.1f, else %.1f; waited %.3f s, else %.3f s; "
                          "the slowest %.2f s, else %.2f s",
                          with.lost, without.lost, with.wait, without.wait,
                          with.longest, without.longest),
          with.lost <= without.lost &&
              (!waits_count || with.wait <= (1 + kNoLonger) * without.wait)};
}

}  // namespace

std::vector<Goal> GoalsOf(const Experiment& experiment) {
  const Row* ours = OursOf(experiment);
  if (ours == nullptr) return {};
  if (experiment.scenario.name == "hard") return OutageGoals(experiment, *ours);
  if (experiment.scenario.broken_caller >= 0) {
    // Without it the target has a tenth less to do, and is quicker.
    return {OthersGoal("the nine other callers lose nothing", *ours,
                       /*waits_count=*/false)};
  }
  if (experiment.scenario.lie) {
    return {OthersGoal("nobody else waits for what one was told", *ours,
                       /*waits_count=*/true)};
  }
  return {};
}

}  // namespace recourse::drill
