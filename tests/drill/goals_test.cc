// What Recourse claims of outages, with fewer callers than `make drill` has.
#include "bench/drill/goals.h"

#include <string>
#include <vector>

#include "bench/drill/report.h"
#include "gtest/gtest.h"

namespace recourse::drill {
namespace {

Experiment Play(const char* name, const std::vector<std::string>& policies) {
  Scenario scenario = *FindScenario(name);
  if (scenario.broken_caller < 0) scenario.callers = 200;
  std::vector<PolicyKind> kinds;
  for (PolicyKind& kind : AllPolicies()) {
    for (const std::string& policy : policies) {
      if (kind.name == policy) kinds.push_back(std::move(kind));
    }
  }
  return RunExperiment(scenario, kinds, 1);
}

void ExpectMet(const Experiment& experiment, size_t goals) {
  const std::vector<Goal> all = GoalsOf(experiment);
  EXPECT_EQ(all.size(), goals);
  for (const Goal& goal : all) {
    EXPECT_TRUE(goal.is_met) << goal.text << ": " << goal.figures << "\n"
                             << Table(experiment);
  }
}

TEST(DrillTest, HardOutage) {
  ExpectMet(Play("hard", {"no retry", "full jitter", "Polly", "gRPC",
                          "resilience4j", "Recourse"}),
            7);
}

TEST(DrillTest, TheNineOthersOfABadCallerLoseNothing) {
  const Experiment experiment = Play("badcaller", {"Recourse"});
  ExpectMet(experiment, 1);
  EXPECT_GE(experiment.rows[0].figures.success_share, 0.99)
      << "it is back itself as soon as its network is";
}

TEST(DrillTest, ALieAboutRetryAfterHarmsNobodyElse) {
  ExpectMet(Play("liar", {"Recourse"}), 1);
}

// With Recourse away its clients make an outage little worse than not retrying
// at all does, and lose no more.
TEST(DrillTest, Alone) {
  const Experiment experiment = Play("alone", {"no retry", "Recourse"});
  const Figures& none = experiment.rows[0].figures;
  const Figures& ours = experiment.rows[1].figures;
  EXPECT_GE(ours.success_share, none.success_share);
  EXPECT_LE(ours.wasted, 2 * none.wasted);
  EXPECT_EQ(ours.questions, 0);
}

Row RowOf(const char* policy, double success, double wasted, double drain) {
  Row row;
  row.policy = policy;
  row.is_ours = row.policy == "Recourse";
  row.is_baseline = row.policy == "no retry";
  row.figures.success_share = success;
  row.figures.trouble_share = row.is_baseline ? 0 : success / 2;
  row.figures.wasted = wasted;
  row.figures.drain = drain;
  row.figures.peak = 1;
  return row;
}

std::vector<bool> Met(const std::vector<Row>& rows) {
  std::vector<bool> met;
  for (const Goal& goal : GoalsOf({*FindScenario("hard"), 1, rows})) {
    met.push_back(goal.is_met);
  }
  return met;
}

// Peak; then success, waste and backlog without and with the baseline.
TEST(GoalsTest, EachCanBeMissed) {
  const Row ours = RowOf("Recourse", 0.8, 100, 50);
  const Row peer = RowOf("a", 0.8, 200, 50);
  const Row none = RowOf("no retry", 0.5, 150, 0);
  EXPECT_EQ(Met({peer, none, ours}), std::vector<bool>(7, true));
  EXPECT_EQ(Met({RowOf("a", 0.81, 200, 50), none, ours}),
            (std::vector<bool>{true, false, true, true, false, true, true}));
  EXPECT_EQ(Met({RowOf("a", 0.8, 199, 50), none, ours}),
            (std::vector<bool>{true, true, false, true, true, false, true}));
  EXPECT_EQ(Met({RowOf("a", 0.8, 200, 45), none, ours}),
            (std::vector<bool>{true, true, true, false, true, true, false}));
  Row peaky = ours;
  peaky.figures.peak = 1.11;
  EXPECT_FALSE(Met({peer, none, peaky}).front());
}

TEST(GoalsTest, WhoIsCompared) {
  const Row ours = RowOf("Recourse", 0.8, 100, 50);
  // It wastes little since it gives up: not comparable to the best.
  EXPECT_EQ(Met({RowOf("a", 0.8, 200, 50), RowOf("b", 0.7, 10, 50), ours}),
            std::vector<bool>(7, true));
  // The baseline is a peer in the second reading alone.
  EXPECT_EQ(
      Met({RowOf("a", 0.8, 200, 50), RowOf("no retry", 0.8, 100, 50), ours}),
      (std::vector<bool>{true, true, true, true, true, false, true}));
  // Nobody has a backlog: it must be over when the operations are.
  EXPECT_EQ(Met({RowOf("a", 0.3, 200, 0), RowOf("Recourse", 0.8, 100, 66)}),
            std::vector<bool>(7, true));
  EXPECT_FALSE(
      Met({RowOf("a", 0.3, 200, 0), RowOf("Recourse", 0.8, 100, 67)})[3]);
  EXPECT_TRUE(Met({ours}).empty());
}

}  // namespace
}  // namespace recourse::drill
