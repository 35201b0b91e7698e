// The labelled sets through registry and classifier. The floors stand a little
// under what is reached: a change that loses ground fails here.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/match/classifier.h"
#include "server/wire/pattern_file.h"
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
           Floors{"set_a", 0.98, 0.99, 0.985, 0.01, 0.06},
           Floors{"set_b", 0.98, 0.99, 0.98, 0.01, 0.06},
           Floors{"set_c", 0.985, 0.99, 0.965, 0.01, 0.07},
           Floors{"set_d", 0.985, 0.99, 0.97, 0.01, 0.07},
           Floors{"set_e", 0.97, 0.99, 0.97, 0.01, 0.07},
           Floors{"set_f", 0.985, 0.99, 0.985, 0.01, 0.08},
           Floors{"set_g", 0.97, 0.985, 0.97, 0.015, 0.09},
           Floors{"set_h", 0.98, 0.98, 0.965, 0.017, 0.09},
           Floors{"set_i", 0.95, 0.99, 0.95, 0.01, 0.10},
           Floors{"set_j", 0.98, 0.985, 0.98, 0.014, 0.08},
           Floors{"set_k", 0.98, 0.99, 0.98, 0.01, 0.08},
           Floors{"set_l", 0.975, 0.99, 0.96, 0.01, 0.06},
           Floors{"set_m", 0.98, 0.99, 0.975, 0.01, 0.07},
           Floors{"set_n", 0.975, 0.985, 0.95, 0.01, 0.07},
           Floors{"held_out", 0.955, 0.98, 0.945, 0.02, 0.07},
           Floors{"held_out_3", 0.915, 0.965, 0.88, 0.02, 0.03},
           Floors{"held_out_4", 0.95, 0.96, 0.895, 0.015, 0.06},
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

// A built-in pattern gives way where all else contradicts it. That must not be
// said of the very texts that it was written for.
TEST(BuiltInPatternsTest, FewGiveWayOnTheirOwnExamples) {
  const auto registry = LoadRegistry("patterns");
  ASSERT_TRUE(registry.ok()) << registry.status();
  const auto sources = LoadPatternDirectory("patterns");
  ASSERT_TRUE(sources.ok()) << sources.status();
  int examples = 0, moved = 0;
  std::string which;
  for (const PatternSource& source : *sources) {
    for (const std::string& example : source.pattern.examples().match()) {
      Failure failure;
      failure.message = example;
      failure.text = MatchText(failure);
      MatchResult match = (*registry)->Match(failure);
      const SharedPattern first = match.winner;
      ClassifyMatch(failure, **registry, absl::UnixEpoch(), &match);
      ++examples;
      if (match.winner == first) continue;
      ++moved;
      absl::StrAppend(&which, "\n", first->id, ": ", example);
    }
  }
  EXPECT_GT(examples, 2'500);
  EXPECT_LE(moved, examples / 400) << which;
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
