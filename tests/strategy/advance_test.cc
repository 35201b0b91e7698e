#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/model/stable_hash.h"
#include "tests/strategy/situation.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;

AlternativeAction TakeAlternative(const std::string& name) {
  AlternativeAction action;
  action.alternative.name = name;
  return action;
}

DegradationAction TakeLevel(int level) {
  DegradationAction action;
  action.level = level;
  return action;
}

RetryAction TakeRetry(absl::Duration delay, const std::string& remediation) {
  RetryAction action;
  action.delay = delay;
  action.remediation = remediation;
  return action;
}

TEST(AdvanceTest, OnlyRepeatedRunsCountAsAttempts) {
  const struct {
    Action action;
    bool runs_again;
    absl::Duration delay;
  } kRows[] = {
      {TakeRetry(absl::Seconds(3), ""), true, absl::Seconds(3)},
      {TakeAlternative("a"), true, absl::ZeroDuration()},
      {TakeLevel(1), true, absl::ZeroDuration()},
      {CorrectionAction(), true, absl::ZeroDuration()},
      {FallbackAction(), false, absl::ZeroDuration()},
      {EscalationAction(), false, absl::ZeroDuration()},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(RunsAgain(row.action), row.runs_again) << row.action.index();
    EXPECT_EQ(DelayOf(row.action), row.delay) << row.action.index();
    Progress progress;
    Cursor cursor{1, 2, 3, 4};
    Advance(row.action, progress, cursor);
    EXPECT_EQ(cursor, (Cursor{1, 2, 3, 5}));
    EXPECT_EQ(progress.total_attempts, row.runs_again ? 1 : 0);
    EXPECT_EQ(progress.last_delay, row.delay);
  }
}

TEST(AdvanceTest, RemembersWhatWasDone) {
  Progress progress;
  Cursor cursor;
  Advance(TakeRetry(absl::Seconds(2), "refetch"), progress, cursor);
  Advance(TakeRetry(absl::Seconds(5), "refetch"), progress, cursor);
  Advance(TakeAlternative("a"), progress, cursor);
  Advance(TakeAlternative("b"), progress, cursor);
  Advance(TakeAlternative("a"), progress, cursor);
  Advance(TakeLevel(2), progress, cursor);
  EXPECT_THAT(progress.remediations_done, ElementsAre(StableHash("refetch")));
  EXPECT_THAT(progress.alternatives_tried,
              ElementsAre(StableHash("a"), StableHash("b")));
  EXPECT_EQ(progress.degradation_level, 2);
  EXPECT_EQ(progress.last_delay, absl::Seconds(5));  // The last wait given.
  EXPECT_EQ(progress.total_attempts, 6);
  EXPECT_EQ(cursor.granted, 6);
}

TEST(AdvanceTest, ListsForgetTheOldest) {
  Progress progress;
  Cursor cursor;
  for (int i = 0; i < 100; ++i) {
    Advance(TakeAlternative(std::to_string(i)), progress, cursor);
    Advance(TakeRetry(absl::Seconds(1), std::to_string(i)), progress, cursor);
  }
  ASSERT_EQ(progress.alternatives_tried.size(), kMaxTriedAlternatives);
  ASSERT_EQ(progress.remediations_done.size(), kMaxDoneRemediations);
  EXPECT_EQ(progress.alternatives_tried.back(), StableHash("99"));
  EXPECT_EQ(progress.remediations_done.back(), StableHash("99"));
  EXPECT_EQ(progress.alternatives_tried.front(),
            StableHash(std::to_string(100 - kMaxTriedAlternatives)));
}

}  // namespace
}  // namespace recourse
