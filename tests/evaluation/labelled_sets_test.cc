// The labelled sets through registry and classifier. The floors stand a little
// under what is reached: a change that loses ground fails here.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/evaluation/local_evaluation.h"

namespace recourse {
namespace {

struct Floors {
  const char* file;
  double category, retryable, strategy;
  double wrong_retries;      // Of all; at most.
  double calibration_error;  // At most.
};

void ExpectFloors(const PatternRegistry& registry, const Floors& floors) {
  const std::string file =
      std::string("tests/evaluation/") + floors.file + ".jsonl";
  LocalEvaluation got;
  const absl::Status status = EvaluateFile(file, registry, &got);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_GE(got.labels.count(), 100) << file;
  EXPECT_GE(got.labels.category_accuracy(), floors.category) << file;
  EXPECT_GE(got.labels.retryable_accuracy(), floors.retryable) << file;
  EXPECT_GE(got.labels.strategy_accuracy(), floors.strategy) << file;
  EXPECT_LE(got.WrongRetriesOfAll(), floors.wrong_retries) << file;
  EXPECT_LE(got.labels.calibration_error(), floors.calibration_error) << file;
}

TEST(LabelledSetsTest, WithTheLibrary) {
  const auto registry = LoadRegistry("patterns");
  ASSERT_TRUE(registry.ok()) << registry.status();
  for (const Floors& floors : {
           Floors{"set_a", 0.985, 0.99, 0.985, 0.01, 0.06},
           Floors{"set_b", 0.99, 0.99, 0.98, 0.01, 0.07},
           Floors{"set_c", 0.99, 0.99, 0.97, 0.01, 0.07},
           Floors{"set_d", 0.99, 0.99, 0.97, 0.01, 0.07},
           Floors{"set_e", 0.975, 0.99, 0.975, 0.01, 0.07},
           Floors{"set_f", 0.98, 0.98, 0.975, 0.016, 0.07},
           Floors{"set_g", 0.975, 0.985, 0.97, 0.015, 0.08},
           Floors{"set_h", 0.98, 0.98, 0.955, 0.017, 0.1},
           Floors{"set_i", 0.965, 0.99, 0.96, 0.01, 0.11},
           Floors{"set_j", 0.985, 0.985, 0.98, 0.014, 0.09},
           Floors{"set_k", 0.985, 0.99, 0.98, 0.01, 0.09},
           Floors{"set_l", 0.99, 0.99, 0.97, 0.01, 0.07},
           Floors{"set_m", 0.99, 0.99, 0.975, 0.01, 0.07},
           Floors{"set_n", 0.98, 0.985, 0.95, 0.01, 0.07},
           Floors{"held_out", 0.955, 0.97, 0.94, 0.02, 0.07},
           Floors{"held_out_3", 0.91, 0.96, 0.88, 0.03, 0.05},
           Floors{"held_out_4", 0.95, 0.96, 0.9, 0.015, 0.06},
       }) {
    ExpectFloors(**registry, floors);
  }
}

TEST(LabelledSetsTest, TheClassifierAlone) {
  const auto registry = LoadRegistry("");
  ASSERT_TRUE(registry.ok()) << registry.status();
  for (const Floors& floors : {
           Floors{"set_a", 0.98, 0.99, 0.98, 0.01, 0.1},
           Floors{"set_b", 0.95, 0.985, 0.98, 0.01, 0.1},
           Floors{"set_c", 0.98, 0.985, 0.98, 0.01, 0.1},
           Floors{"set_d", 0.98, 0.98, 0.97, 0.01, 0.11},
           Floors{"set_e", 0.925, 0.98, 0.94, 0.01, 0.1},
           Floors{"set_f", 0.96, 0.97, 0.95, 0.025, 0.1},
           Floors{"set_g", 0.965, 0.98, 0.95, 0.02, 0.12},
           Floors{"set_h", 0.935, 0.97, 0.905, 0.025, 0.11},
           Floors{"set_i", 0.88, 0.975, 0.91, 0.025, 0.12},
           Floors{"set_j", 0.965, 0.97, 0.93, 0.025, 0.1},
           Floors{"set_k", 0.93, 0.97, 0.92, 0.02, 0.1},
           Floors{"set_l", 0.94, 0.975, 0.93, 0.02, 0.07},
           Floors{"held_out", 0.915, 0.94, 0.9, 0.03, 0.06},
       }) {
    ExpectFloors(**registry, floors);
  }
}

TEST(LocalEvaluationTest, SaysWhatItCannotRead) {
  const auto registry = LoadRegistry("");
  ASSERT_TRUE(registry.ok());
  LocalEvaluation got;
  EXPECT_EQ(EvaluateFile("tests/evaluation/none", **registry, &got).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(EvaluateFile("tests/evaluation/README.md", **registry, &got).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(LoadRegistry("tests/evaluation/none").ok());
}

}  // namespace
}  // namespace recourse
