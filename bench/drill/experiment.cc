#include "bench/drill/experiment.h"

#include <algorithm>

#include "bench/drill/run.h"

namespace recourse::drill {
namespace {

constexpr int kHotLoopPart = 50;

void AddOthers(const RunRecord& run, int seeds, OthersFigures* sum) {
  const auto n = static_cast<double>(seeds);
  const auto succeeded = static_cast<double>(
      std::max<int64_t>(1, run.others.begun - run.others.lost));
  sum->lost += static_cast<double>(run.others.lost) / n;
  sum->wait += ToSeconds(run.others.waited) / succeeded / n;
  sum->longest += ToSeconds(run.others.longest) / n;
}

void AddCurves(const RunRecord& run, const Scenario& scenario, int seeds,
               Row* row) {
  const auto length = static_cast<size_t>(scenario.length / kSecond);
  row->load.resize(length);
  row->success.resize(length);
  for (size_t i = 0; i < length; ++i) {
    const Second& second = run.seconds[i];
    row->load[i] +=
        static_cast<double>(second.load) / scenario.capacity() / seeds;
    row->success[i] += second.begun == 0
                           ? 0
                           : static_cast<double>(second.succeeded) /
                                 static_cast<double>(second.begun) / seeds;
  }
}

Row Play(Scenario scenario, const PolicyKind& kind, int seeds) {
  Row row;
  row.policy = kind.name;
  row.details = kind.details;
  row.is_ours = kind.is_ours;
  row.is_baseline = kind.is_baseline;
  const int callers = scenario.callers;
  if (kind.is_hot_loop) {
    scenario.callers = std::max(callers / kHotLoopPart,
                                std::min(callers, 2 + scenario.broken_caller));
  }
  std::vector<Figures> figures;
  for (int seed = 1; seed <= seeds; ++seed) {
    const RunRecord run = RunOnce(scenario, kind, static_cast<uint64_t>(seed));
    figures.push_back(Measure(scenario, run));
    AddCurves(run, scenario, seeds, &row);
    if (scenario.special_caller() < 0) continue;
    if (!row.others) row.others.emplace();
    if (!row.others_untroubled) row.others_untroubled.emplace();
    AddOthers(run, seeds, &*row.others);
    AddOthers(RunOnce(scenario.Untroubled(), kind, static_cast<uint64_t>(seed)),
              seeds, &*row.others_untroubled);
  }
  row.figures = Mean(figures);
  row.figures.wasted *= static_cast<double>(callers) / scenario.callers;
  return row;
}

}  // namespace

Experiment RunExperiment(const Scenario& scenario,
                         const std::vector<PolicyKind>& kinds, int seeds) {
  Experiment experiment{scenario, seeds, {}};
  for (const PolicyKind& kind : kinds) {
    experiment.rows.push_back(Play(scenario, kind, seeds));
  }
  return experiment;
}

}  // namespace recourse::drill
