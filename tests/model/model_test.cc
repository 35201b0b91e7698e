#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/decision.h"
#include "server/model/enums.h"
#include "server/model/failure.h"
#include "server/model/grpc_code.h"
#include "server/model/pattern.h"
#include "server/model/stable_hash.h"
#include "server/model/step.h"

namespace recourse {
namespace {

// The names from 0 up to the first one past the end, which is UNSPECIFIED.
template <typename Enum>
std::vector<std::string> NamesOf() {
  std::vector<std::string> names = {std::string(Name(static_cast<Enum>(0)))};
  for (int i = 1; Name(static_cast<Enum>(i)) != "UNSPECIFIED"; ++i) {
    names.emplace_back(Name(static_cast<Enum>(i)));
  }
  return names;
}

template <typename Enum>
void ExpectNames(Enum last, const std::string& last_name) {
  const std::vector<std::string> names = NamesOf<Enum>();
  EXPECT_EQ(names.front(), "UNSPECIFIED");
  EXPECT_EQ(names.back(), last_name);
  EXPECT_EQ(names.size(), static_cast<size_t>(last) + 1) << last_name;
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(),
            names.size());
}

TEST(EnumsTest, EveryValueHasItsOwnName) {
  ExpectNames(ErrorType::kCustom, "CUSTOM");
  ExpectNames(Strategy::kCustom, "CUSTOM");
  ExpectNames(Category::kUnknown, "UNKNOWN");
  ExpectNames(Severity::kCritical, "CRITICAL");
  ExpectNames(PatternMode::kDisabled, "DISABLED");
  ExpectNames(Origin::kLibrary, "LIBRARY");
  ExpectNames(Idempotency::kNotIdempotent, "NOT_IDEMPOTENT");
  ExpectNames(Disposition::kGiveUp, "GIVE_UP");
  ExpectNames(Outcome::kIgnored, "IGNORED");
  ExpectNames(TraceReason::kIncidentsFull, "INCIDENTS_FULL");
  ExpectNames(Backoff::kNone, "NONE");
  ExpectNames(Jitter::kRange, "RANGE");
  ExpectNames(AlternativeOrder::kQuality, "QUALITY");
  ExpectNames(Fixer::kCodeFence, "CODE_FENCE");
}

TEST(EnumsTest, NamesInTheMiddle) {
  EXPECT_EQ(Name(ErrorType::kAiService), "AI_SERVICE");
  EXPECT_EQ(Name(Strategy::kGracefulDegradation), "GRACEFUL_DEGRADATION");
  EXPECT_EQ(Name(Category::kRateLimit), "RATE_LIMIT");
  EXPECT_EQ(Name(TraceReason::kBudgetExhausted), "BUDGET_EXHAUSTED");
  EXPECT_EQ(Name(static_cast<Category>(200)), "UNSPECIFIED");
}

TEST(EnumsTest, RetryableCategories) {
  for (int i = 0; i <= static_cast<int>(Category::kUnknown); ++i) {
    const auto category = static_cast<Category>(i);
    const bool expected =
        category == Category::kTransient || category == Category::kConnection ||
        category == Category::kTimeout || category == Category::kRateLimit ||
        category == Category::kConcurrency;
    EXPECT_EQ(IsRetryable(category), expected) << Name(category);
  }
  EXPECT_FALSE(IsRetryable(static_cast<Category>(200)));
}

TEST(GrpcCodeTest, ParsesNamesAndNumbers) {
  const struct {
    const char* text;
    std::optional<GrpcCode> code;
  } kCases[] = {
      {"OK", GrpcCode::kOk},
      {"unavailable", GrpcCode::kUnavailable},
      {"Deadline_Exceeded", GrpcCode::kDeadlineExceeded},
      {"UNAUTHENTICATED", GrpcCode::kUnauthenticated},
      {"0", GrpcCode::kOk},
      {"14", GrpcCode::kUnavailable},
      {"16", GrpcCode::kUnauthenticated},
      {"17", std::nullopt},
      {"-1", std::nullopt},
      {"99999999999", std::nullopt},
      {"UNAVAILABLE!", std::nullopt},
      {"DEADLINE EXCEEDED", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(ParseGrpcCode(c.text), c.code) << c.text;
  for (int i = 0; i <= 16; ++i) {
    const auto code = static_cast<GrpcCode>(i);
    EXPECT_EQ(ParseGrpcCode(Name(code)), code);
  }
}

TEST(MatchTextTest, TypeMessageAndCauses) {
  const struct {
    const char* type;
    const char* message;
    std::vector<Cause> causes;
    const char* text;
  } kCases[] = {
      {"", "", {}, ""},
      {"E", "", {}, "E"},
      {"", "boom", {}, "boom"},
      {"IOError", "boom", {}, "IOError: boom"},
      {"IOError", "IOError: boom", {}, "IOError: boom"},
      {"IOError", "an IOError", {}, "IOError: an IOError"},
      {"E", "m", {{"F", "n"}, {"", "o"}, {"G", ""}}, "E: m\nF: n\no\nG"},
      {"E", "m", {{"", ""}, {"F", "F: n"}}, "E: m\nF: n"},
      {"", "", {{"F", "n"}}, "F: n"},
  };
  for (const auto& c : kCases) {
    Failure failure;
    failure.exception_type = c.type;
    failure.message = c.message;
    failure.causes = c.causes;
    EXPECT_EQ(MatchText(failure), c.text);
  }
}

TEST(MatchesGlobTest, ATrailingStarMatchesAnyEnding) {
  EXPECT_TRUE(MatchesGlob("openai/gpt-4", "openai/gpt-4"));
  EXPECT_FALSE(MatchesGlob("openai/gpt-4", "openai/gpt-4o"));
  EXPECT_TRUE(MatchesGlob("openai/*", "openai/gpt-4o"));
  EXPECT_TRUE(MatchesGlob("openai/*", "openai/"));
  EXPECT_FALSE(MatchesGlob("openai/*", "openai"));
  EXPECT_TRUE(MatchesGlob("*", ""));
  EXPECT_FALSE(MatchesGlob("a*b", "axb"));
  EXPECT_TRUE(MatchesGlob("a*b", "a*b"));
  EXPECT_TRUE(MatchesGlob("", ""));
  EXPECT_FALSE(MatchesGlob("", "x"));
}

Failure FullFailure() {
  Failure failure;
  failure.exception_type = "openai.RateLimitError";
  failure.http_status = 429;
  failure.grpc_code = GrpcCode::kResourceExhausted;
  failure.code = "insufficient_quota";
  failure.target = "openai/gpt-4";
  failure.node_name = "summarize";
  failure.labels = {{"env", "prod"}, {"team", "ml"}};
  return failure;
}

TEST(ConditionsTest, EverySetThatIsNotEmptyMustContainTheValue) {
  const Failure failure = FullFailure();
  const struct {
    const char* name;
    Conditions conditions;
    bool holds;
  } kCases[] = {
      {"none", {}, true},
      {"type", {.exception_types = {"openai.RateLimitError"}}, true},
      {"last part", {.exception_types = {"RateLimitError"}}, true},
      {"part of a word", {.exception_types = {"LimitError"}}, false},
      {"first part", {.exception_types = {"openai"}}, false},
      {"empty type", {.exception_types = {""}}, false},
      {"one of types", {.exception_types = {"X", "RateLimitError"}}, true},
      {"status", {.http_statuses = {500, 429}}, true},
      {"other status", {.http_statuses = {500}}, false},
      {"grpc", {.grpc_codes = {GrpcCode::kResourceExhausted}}, true},
      {"other grpc", {.grpc_codes = {GrpcCode::kUnavailable}}, false},
      {"code", {.codes = {"insufficient_quota"}}, true},
      {"other code", {.codes = {"INSUFFICIENT_QUOTA"}}, false},
      {"target", {.targets = {"openai/*"}}, true},
      {"other target", {.targets = {"openai/gpt-3*"}}, false},
      {"node", {.node_names = {"summarize"}}, true},
      {"other node", {.node_names = {"*"}}, false},
      {"labels", {.labels = {{"env", "prod"}, {"team", "ml"}}}, true},
      {"other value", {.labels = {{"env", "dev"}}}, false},
      {"no such label", {.labels = {{"zone", ""}}}, false},
      {"one fails", {.http_statuses = {429}, .node_names = {"other"}}, false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(c.conditions.Hold(failure), c.holds) << c.name;
  }
}

TEST(ConditionsTest, MissingValues) {
  const Failure empty;
  EXPECT_TRUE(Conditions{}.Hold(empty));
  EXPECT_FALSE(Conditions{.grpc_codes = {GrpcCode::kOk}}.Hold(empty));
  EXPECT_FALSE(Conditions{.exception_types = {"E"}}.Hold(empty));
  EXPECT_FALSE(Conditions{.http_statuses = {200}}.Hold(empty));
  EXPECT_TRUE(Conditions{.targets = {"*"}}.Hold(empty));
}

TEST(ConditionsTest, LastPartsInManyLanguages) {
  for (const char* type :
       {"TimeoutError", "asyncio.TimeoutError", "ns::TimeoutError",
        "App\\TimeoutError", "pkg/TimeoutError"}) {
    Failure failure;
    failure.exception_type = type;
    EXPECT_TRUE(Conditions{.exception_types = {"TimeoutError"}}.Hold(failure))
        << type;
  }
  Failure failure;
  failure.exception_type = "ReadTimeoutError";
  EXPECT_FALSE(Conditions{.exception_types = {"TimeoutError"}}.Hold(failure));
}

TEST(AskedBeforeTest, IsAStrictTotalOrder) {
  std::vector<Pattern> patterns;
  for (const Origin origin : {Origin::kUser, Origin::kLibrary}) {
    for (const int priority : {1000, 50, 0}) {
      for (const char* id : {"B", "a", "a1", "b", "\xc3\xa4"}) {
        Pattern pattern;
        pattern.origin = origin;
        pattern.priority = priority;
        pattern.id = id;
        patterns.push_back(pattern);
      }
    }
  }
  // They were made in the order in which they are asked.
  for (size_t i = 0; i < patterns.size(); ++i) {
    for (size_t j = 0; j < patterns.size(); ++j) {
      EXPECT_EQ(AskedBefore(patterns[i], patterns[j]), i < j)
          << patterns[i].id << " " << patterns[j].id;
    }
  }
}

TEST(CapabilitiesTest, UndeclaredMeansAllButRemediationsAndWaiting) {
  const Capabilities none;
  EXPECT_TRUE(none.CanTake("x"));
  EXPECT_FALSE(none.CanRemediate("refetch"));
  EXPECT_TRUE(none.CanDegradeTo({.name = "low"}));
  EXPECT_FALSE(none.await_human);
}

TEST(CapabilitiesTest, DeclaredMeansExactlyThese) {
  Capabilities some;
  some.declared = true;
  EXPECT_FALSE(some.CanTake("x"));
  EXPECT_FALSE(some.CanDegradeTo({.name = "low"}));
  EXPECT_FALSE(some.CanRemediate("refetch"));

  some.alternatives = {"x"};
  some.remediations = {"refetch"};
  some.degradations = {"low", "images", "tools"};
  EXPECT_TRUE(some.CanTake("x"));
  EXPECT_FALSE(some.CanTake("y"));
  EXPECT_TRUE(some.CanRemediate("refetch"));
  EXPECT_FALSE(some.CanRemediate("REFETCH"));
  EXPECT_TRUE(some.CanDegradeTo({.name = "low"}));
  EXPECT_TRUE(some.CanDegradeTo(
      {.name = "high", .disable_features = {"images", "tools"}}));
  EXPECT_FALSE(some.CanDegradeTo(
      {.name = "high", .disable_features = {"images", "web"}}));
  EXPECT_FALSE(some.CanDegradeTo({.name = "high"}));

  some.alternatives = {"*"};
  EXPECT_TRUE(some.CanTake("anything"));
}

TEST(StepTest, StrategyOfEachAlternative) {
  EXPECT_EQ(StrategyOf(RetryStep{}), Strategy::kRetry);
  EXPECT_EQ(StrategyOf(AlternativePathStep{}), Strategy::kAlternativePath);
  EXPECT_EQ(StrategyOf(GracefulDegradationStep{}),
            Strategy::kGracefulDegradation);
  EXPECT_EQ(StrategyOf(ErrorCorrectionStep{}), Strategy::kErrorCorrection);
  EXPECT_EQ(StrategyOf(EscalationStep{}), Strategy::kEscalation);
}

// Tokens of other processes and versions hold these values.
TEST(StableHashTest, NeverChanges) {
  static_assert(StableHash("") == StableHash(""));
  EXPECT_NE(StableHash("a"), StableHash("b"));
  EXPECT_NE(StableHash("ab"), StableHash("ba"));
  EXPECT_NE(StableHash("a", 1), StableHash("a", 2));
  EXPECT_EQ(StableHash(""), 0xfdbdf6ac4fc52e7fu);
  EXPECT_EQ(StableHash("retry"), 0x60d14e5134e9f1a0u);
}

TEST(StableHashTest, UnitIntervalIsEvenlySpread) {
  EXPECT_EQ(UnitInterval(0), 0);
  EXPECT_LT(UnitInterval(~uint64_t{0}), 1);
  int low = 0;
  for (int i = 0; i < 10'000; ++i) {
    low += UnitInterval(StableHash(absl::StrCat("request-", i))) < 0.25;
  }
  EXPECT_NEAR(low, 2500, 200);
}

}  // namespace
}  // namespace recourse
