#include "server/match/evidence.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/match/code_tables.h"
#include "server/match/meaning.h"

namespace recourse {
namespace {

TEST(EvidenceTest, WeighsCategoriesAgainstEachOther) {
  Evidence evidence;
  EXPECT_EQ(evidence.Decide().category, Category::kUnknown);
  evidence.Add(Says(Category::kTimeout, 1), 1, "hint");
  EXPECT_EQ(evidence.Decide().category, Category::kUnknown);
  evidence.Add(Says(Category::kTimeout, 4), 1, "clear");
  evidence.Add(Says(Category::kResource, 5), 0.1, "quoted");
  evidence.Add(Meaning{}, 1, "nothing");
  const Verdict sure = evidence.Decide();
  EXPECT_EQ(sure.category, Category::kTimeout);
  EXPECT_EQ(sure.evidence, "clear, hint");
  evidence.Add(Says(Category::kResource, 4).First(Strategy::kEscalation), 1,
               "other");
  const Verdict doubtful = evidence.Decide();
  EXPECT_EQ(doubtful.category, Category::kTimeout);
  EXPECT_LT(doubtful.confidence, sure.confidence);
  EXPECT_EQ(doubtful.first_move, Strategy::kUnspecified);
  evidence.Add(Says(Category::kResource, 9), 1, "decisive");
  EXPECT_EQ(evidence.Decide().category, Category::kResource);
  EXPECT_EQ(evidence.Decide().first_move, Strategy::kEscalation);
}

// What the confidence is, over the whole range of shares.
TEST(EvidenceTest, ConfidenceRisesWithTheShareAndIsNeverLow) {
  double last = 0;
  for (float against = 6; against >= 0; against -= 0.5F) {
    Evidence evidence;
    evidence.Add(Says(Category::kTimeout, 6), 1, "for");
    evidence.Add(Says(Category::kResource, against), 1, "against");
    const Verdict verdict = evidence.Decide();
    EXPECT_EQ(verdict.category, Category::kTimeout) << against;
    EXPECT_GT(verdict.confidence, last) << against;
    EXPECT_GE(verdict.confidence, 0.5) << against;
    EXPECT_LT(verdict.confidence, 1) << against;
    last = verdict.confidence;
  }
}

TEST(EvidenceTest, WeakFindingsThatDisagreeAreUnknown) {
  Evidence evidence;
  evidence.Add(Says(Category::kTimeout, 2), 1, "for");
  EXPECT_EQ(evidence.Decide().category, Category::kTimeout);
  evidence.Add(Says(Category::kResource, 2), 1, "against");
  const Verdict verdict = evidence.Decide();
  EXPECT_EQ(verdict.category, Category::kUnknown);
  EXPECT_EQ(verdict.confidence, 0);
  EXPECT_EQ(verdict.evidence, "");
}

TEST(EvidenceTest, NotExecutedNeedsProofWithoutVeto) {
  constexpr auto kProof = Meaning::kNotExecuted;
  struct Item {
    Meaning meaning;
    double factor = 1;
  };
  const Item refused = {Says(Category::kConnection, 5).With(kProof)};
  const struct {
    const char* name;
    std::vector<Item> items;
    bool proven;
  } rows[] = {
      {"alone", {refused}, true},
      {"agreeing",
       {refused, {Says(Category::kConnection, 6).With(kProof)}},
       true},
      {"a vague word", {refused, {Says(Category::kConnection, 3.5)}}, true},
      {"another family", {refused, {Says(Category::kTransient, 4)}}, true},
      {"a stack frame", {refused, {Says(Category::kTimeout, 5), 0.05}}, true},
      {"a clear one", {refused, {Says(Category::kConnection, 5)}}, false},
      {"a clear one in a wrapper",
       {{refused.meaning, 1.4}, {Says(Category::kConnection, 5), 0.3}},
       false},
      {"a time-out", {refused, {Says(Category::kTimeout, 4)}}, false},
      {"a time-out against a stronger proof",
       {{Says(Category::kRateLimit, 8).With(kProof)},
        {Says(Category::kTimeout, 5)}},
       false},
      {"a weak proof needs less",
       {{Says(Category::kRateLimit, 3).With(kProof)},
        {Says(Category::kTimeout, 2.5)}},
       false},
      {"the strongest does not say so",
       {{Says(Category::kTimeout, 2.5)},
        {Says(Category::kTimeout, 5).With(kProof), 0.15}},
       false},
  };
  for (const auto& row : rows) {
    Evidence evidence;
    for (const Item& item : row.items) {
      evidence.Add(item.meaning, item.factor, "x");
    }
    EXPECT_EQ((evidence.Decide().flags & kProof) != 0, row.proven) << row.name;
  }
}

TEST(CodeTablesTest, GrpcNamesInBothSpellings) {
  EXPECT_EQ(ParseGrpcName("DeadlineExceeded"), GrpcCode::kDeadlineExceeded);
  EXPECT_EQ(ParseGrpcName("DEADLINE_EXCEEDED"), GrpcCode::kDeadlineExceeded);
  EXPECT_EQ(ParseGrpcName("Unavailable"), GrpcCode::kUnavailable);
  EXPECT_EQ(ParseGrpcName("Nonsense"), std::nullopt);
}

TEST(CodeTablesTest, UnknownCodesSayNothing) {
  EXPECT_EQ(HttpMeaning(0).category, Category::kUnspecified);
  EXPECT_EQ(HttpMeaning(302).category, Category::kUnspecified);
  EXPECT_EQ(HttpMeaning(600).category, Category::kUnspecified);
  EXPECT_EQ(HttpMeaning(432).category, Category::kPermanent);
  EXPECT_EQ(HttpMeaning(555).category, Category::kTransient);
  EXPECT_EQ(SqlStateMeaning("ZZ000").category, Category::kUnspecified);
  EXPECT_EQ(SqlStateMeaning("").category, Category::kUnspecified);
  EXPECT_EQ(VendorNumberMeaning(7).category, Category::kUnspecified);
  EXPECT_EQ(OracleMeaning(7).category, Category::kUnspecified);
  EXPECT_EQ(SqlCodeMeaning(0).category, Category::kUnspecified);
  EXPECT_EQ(ErrnoMeaning(-1).category, Category::kUnspecified);
  EXPECT_EQ(WindowsMeaning(0).category, Category::kUnspecified);
  EXPECT_EQ(HresultMeaning(0).category, Category::kUnspecified);
  EXPECT_EQ(HresultMeaning(0x80070000).category, Category::kUnspecified);
  EXPECT_EQ(ExitMeaning(1).category, Category::kUnspecified);
  EXPECT_EQ(SignalMeaning(99).category, Category::kUnspecified);
  EXPECT_EQ(CurlMeaning(0).category, Category::kUnspecified);
  EXPECT_EQ(MailMeaning(250, "").category, Category::kUnspecified);
}

}  // namespace
}  // namespace recourse
