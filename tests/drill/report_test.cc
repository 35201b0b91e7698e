#include "bench/drill/report.h"

#include <limits>

#include "bench/drill/svg.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace recourse::drill {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Experiment Two() {
  Row ours;
  ours.policy = "Recourse";
  ours.is_ours = true;
  ours.figures = {0.75, 0.25, 1234, 0.9, 12, 1.5, 99};
  ours.load = {0.5, 1, 2, 3};
  ours.success = {1, 0, 0.5, 1};
  Row peer = ours;
  peer.policy = "Polly";
  peer.is_ours = false;
  peer.figures.drain = std::numeric_limits<double>::infinity();
  Experiment experiment;
  experiment.scenario = *FindScenario("hard");
  experiment.seeds = 2;
  experiment.rows = {peer, ours};
  return experiment;
}

TEST(ReportTest, TableIsForPeople) {
  const std::string table = Table(Two());
  EXPECT_THAT(table, HasSubstr("1000 callers"));
  EXPECT_THAT(table, HasSubstr("never"));
  EXPECT_THAT(table, HasSubstr("75.00 %  25.00 %       1234   0.90x    12 s"));
}

TEST(ReportTest, VerdictSaysPassOrMiss) {
  EXPECT_EQ(Verdict({{"a", "1", true}, {"b", "2", false}}),
            "PASS  a: 1\nMISS  b: 2\n");
}

TEST(ReportTest, CsvHasARowPerPolicy) {
  EXPECT_EQ(Csv({Two()}),
            "scenario,callers,seeds,policy,success_share,trouble_share,wasted,"
            "peak,drain_s,mean_wait_s,questions\n"
            "hard,1000,2,Polly,0.750000,0.250000,1234.0,0.9000,,1.5000,99.0\n"
            "hard,1000,2,Recourse,0.750000,0.250000,1234.0,0.9000,12.0,1.5000,"
            "99.0\n");
}

TEST(ReportTest, JsonHasTheGoalsToo) {
  const auto json = nlohmann::json::parse(Json({Two()}));
  EXPECT_EQ(json[0]["policies"].size(), 2u);
  EXPECT_TRUE(json[0]["policies"][0]["drain_s"].is_null());
  EXPECT_EQ(json[0]["policies"][1]["drain_s"], 12);
  EXPECT_EQ(json[0]["goals"].size(), 7u);
}

TEST(SvgTest, DrawsEveryPolicyTwice) {
  const std::string svg = Svg(Two());
  size_t curves = 0;
  for (size_t at = 0; (at = svg.find("<polyline", at)) != svg.npos; ++at) {
    ++curves;
  }
  EXPECT_EQ(curves, 4u);
  EXPECT_THAT(svg, HasSubstr(">Polly</text>"));
  EXPECT_THAT(svg, HasSubstr("hard down for 60 s, 1000 callers"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
}

}  // namespace
}  // namespace recourse::drill
