// RetryBudget by itself. BU4 and BU5 are cases that peers' own tests hold; BU1
// to BU3 are questions that theirs ask of buckets of tokens, by our rule.
#include "gtest/gtest.h"
#include "server/guard/retry_budget.h"

namespace recourse {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

RetryBudgetPolicy Policy(double ratio, double floor_per_second) {
  RetryBudgetPolicy policy;
  policy.retry_ratio = ratio;
  policy.min_retries_per_second = floor_per_second;
  return policy;
}

int ReserveAll(RetryBudget& budget, absl::Time now) {
  int reserved = 0;
  while (budget.Reserve(now) != RetryBudget::Reserved::kNo) ++reserved;
  return reserved;
}

TEST(RetryBudgetTest, Bu4RetriesOfTenThousandCalls) {
  const struct {
    double ratio;
    double floor;
    int retries;
  } kRows[] = {
      {0.0001, 0, 1},   {0.001, 0, 10},    {0.01, 0, 100},  {0.1, 0, 1000},
      {0.25, 0, 2500},  {0.5, 0, 5000},    {0.75, 0, 7500}, {0.99, 0, 9900},
      {0.999, 0, 9990}, {0.9999, 0, 9999}, {2, 0, 20'000},  {0, 0, 0},
      {0.1, 10, 1100},  {0, 0.3, 3},
  };
  for (const auto& row : kRows) {
    RetryBudget budget(Policy(row.ratio, row.floor));
    for (int i = 0; i < 10'000; ++i) budget.AddCalls(1, kStart);
    EXPECT_NEAR(ReserveAll(budget, kStart), row.retries, 1) << row.ratio;
  }
}

TEST(RetryBudgetTest, Bu5FloorAndShare) {
  const struct {
    int calls;
    double floor;
    int retries;
  } kRows[] = {{25, 0, 5}, {0, 0.3, 3}, {0, 0.5, 5}, {2, 0.3, 3}};
  for (const auto& row : kRows) {
    RetryBudget budget(Policy(0.2, row.floor));
    budget.AddCalls(row.calls, kStart);
    EXPECT_EQ(ReserveAll(budget, kStart), row.retries) << row.calls;
  }
}

// Events: c a call is told, y a retry is granted, n one is refused, s a second
// passes.
TEST(RetryBudgetTest, Bu1ToBu3SequencesOfCallsAndRetries) {
  const struct {
    const char* what;
    double ratio;
    double floor;  // A second.
    const char* events;
  } kRows[] = {
      {"BU1: a retry costs what earned it", 0.5, 0, "nccynccyn"},
      {"BU1: what is refused costs nothing", 0.5, 0, "nnnnnccyn"},
      {"BU1: half a retry is none", 1.6, 0, "cyncyycynn"},
      {"BU1: what was earned does not last", 1, 0, "ccysssssssssscyn"},
      {"BU2: calls earn beside the floor", 0.5, 0.2, "yynccyncncyn"},
      {"BU2: the floor comes back with time", 0, 0.3, "yyynsssssnsssssyyyn"},
      {"BU3: the tenth call pays for one", 0.1, 0, "cccccccccncynccccccccccyn"},
      {"BU3: more calls than retries are kept", 0.1, 0,
       "ccccccccccccccccccccccccccccccyyyn"},
      {"no budget at all", 0, 0, "ncccccccn"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.what);
    RetryBudget budget(Policy(row.ratio, row.floor));
    absl::Time now = kStart;
    for (const char* event = row.events; *event != 0; ++event) {
      if (*event == 'c') {
        budget.AddCalls(1, now);
      } else if (*event == 's') {
        now += absl::Seconds(1);
      } else {
        EXPECT_EQ(budget.Reserve(now) != RetryBudget::Reserved::kNo,
                  *event == 'y')
            << "event " << event - row.events;
      }
    }
  }
}

TEST(RetryBudgetTest, MoreCallsThanItCountsTakeNothingAway) {
  RetryBudget budget(Policy(1e-6, 0));
  budget.AddCalls(RetryBudget::kMaxCalls, kStart);
  budget.AddCalls(1, kStart);
  EXPECT_EQ(budget.View(kStart).calls, RetryBudget::kMaxCalls);
  EXPECT_EQ(ReserveAll(budget, kStart), 2000);
}

TEST(RetryBudgetTest, RetriesDoNotEarnRetries) {
  RetryBudget budget(Policy(0.5, 0));
  budget.AddCalls(100, kStart);
  EXPECT_EQ(ReserveAll(budget, kStart), 50);
  for (int i = 0; i < 50; ++i) {
    budget.AddRan(kStart);
    budget.AddCalls(1, kStart);  // The retry among its caller's calls.
  }
  EXPECT_EQ(ReserveAll(budget, kStart), 0);
  EXPECT_DOUBLE_EQ(budget.View(kStart).limit, 50);
}

TEST(RetryBudgetTest, CallsAndReservationsExpire) {
  RetryBudget budget(Policy(0.2, 0));
  budget.AddCalls(50, kStart);
  EXPECT_EQ(ReserveAll(budget, kStart), 10);
  EXPECT_EQ(budget.UntilRefill(kStart), absl::Seconds(10));
  const absl::Time later = kStart + absl::Seconds(9);
  budget.AddCalls(50, later);
  EXPECT_EQ(ReserveAll(budget, later), 10) << "20 for 100 calls, 10 are used";
  EXPECT_EQ(budget.UntilRefill(later), absl::Seconds(1));
  const absl::Time expired = kStart + absl::Seconds(10);
  EXPECT_EQ(ReserveAll(budget, expired), 0) << "10 for 50 calls, 10 are used";
  EXPECT_EQ(ReserveAll(budget, kStart + absl::Seconds(60)), 0);
}

TEST(RetryBudgetTest, ReleaseGivesBackOnceAndOnlyWhatIsThere) {
  RetryBudget budget(Policy(0.2, 0));
  budget.AddCalls(10, kStart);
  EXPECT_EQ(ReserveAll(budget, kStart), 2);
  budget.Release(kStart + absl::Seconds(3), kStart + absl::Seconds(3));
  EXPECT_EQ(budget.View(kStart).used, 2) << "nothing was reserved then";
  budget.Release(kStart, kStart + absl::Seconds(3));
  EXPECT_EQ(budget.View(kStart + absl::Seconds(3)).used, 1);
  for (int i = 0; i < 5; ++i) budget.Release(kStart, kStart);
  EXPECT_EQ(budget.View(kStart + absl::Seconds(3)).used, 0);
  budget.Release(kStart - absl::Hours(1), kStart + absl::Seconds(3));
  EXPECT_EQ(budget.View(kStart + absl::Seconds(3)).used, 0);
}

TEST(RetryBudgetTest, UnknownVolume) {
  RetryBudget budget(Policy(0.2, 0.1));
  EXPECT_TRUE(budget.View(kStart).volume_unknown);
  EXPECT_EQ(budget.Reserve(kStart), RetryBudget::Reserved::kYesOfFloorAlone);
  EXPECT_EQ(budget.Reserve(kStart), RetryBudget::Reserved::kNo);
  budget.AddCalls(5, kStart);
  EXPECT_EQ(budget.Reserve(kStart), RetryBudget::Reserved::kYes);
}

// BU1's live replacement: the new policy holds for what was counted before.
TEST(RetryBudgetTest, PolicyChangeKeepsWhatWasCounted) {
  RetryBudget budget(Policy(0.1, 0));
  budget.AddCalls(100, kStart);
  EXPECT_EQ(ReserveAll(budget, kStart), 10);
  budget.SetPolicy(Policy(0.3, 0), kStart);
  EXPECT_EQ(ReserveAll(budget, kStart), 20);
  RetryBudgetPolicy longer = Policy(0.3, 0);
  longer.ttl = absl::Seconds(60);
  budget.SetPolicy(longer, kStart + absl::Seconds(5));
  EXPECT_EQ(ReserveAll(budget, kStart + absl::Seconds(5)), 0);
  EXPECT_EQ(budget.View(kStart + absl::Seconds(5)).used, 30);
  EXPECT_EQ(budget.View(kStart + absl::Seconds(40)).used, 30);
  EXPECT_EQ(budget.View(kStart + absl::Seconds(70)).used, 0);
}

}  // namespace
}  // namespace recourse
