#include "server/record/request_memo.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'714'564'800);

std::shared_ptr<const Decision> Answer(const std::string& id) {
  auto decision = std::make_shared<Decision>();
  decision->decision_id = id;
  return decision;
}

std::string Found(RequestMemo& memo, const std::string& key, absl::Time now) {
  const auto decision = memo.Find(key, now);
  return decision == nullptr ? "" : decision->decision_id;
}

TEST(RequestMemoTest, GivesTheFirstAnswerUntilItExpires) {
  RequestMemo memo;
  EXPECT_EQ(Found(memo, "k", kStart), "");
  memo.Remember("k", Answer("1"), kStart);
  memo.Remember("k", Answer("2"), kStart + absl::Seconds(1));
  EXPECT_EQ(Found(memo, "k", kStart), "1");
  EXPECT_EQ(Found(memo, "other", kStart), "");
  const absl::Time end = kStart + RequestMemo::kLifetime;
  EXPECT_EQ(Found(memo, "k", end - absl::Milliseconds(1)), "1");
  EXPECT_EQ(Found(memo, "k", end), "");
  memo.Remember("k", Answer("3"), end);
  EXPECT_EQ(Found(memo, "k", end), "3");
}

TEST(RequestMemoTest, TheOldestAreForgottenBeyondTheCapacity) {
  RequestMemo memo(3);
  for (int i = 0; i < 5; ++i) {
    memo.Remember(absl::StrCat("k", i), Answer(absl::StrCat(i)),
                  kStart + absl::Seconds(i));
  }
  const absl::Time now = kStart + absl::Seconds(5);
  EXPECT_EQ(Found(memo, "k0", now), "");
  EXPECT_EQ(Found(memo, "k1", now), "");
  for (int i = 2; i < 5; ++i) {
    EXPECT_EQ(Found(memo, absl::StrCat("k", i), now), absl::StrCat(i));
  }
  RequestMemo none(0);
  none.Remember("k", Answer("1"), kStart);
  EXPECT_EQ(Found(none, "k", kStart), "");
}

JsonObject StateOf(size_t bytes) {
  JsonObject state;
  (*state.mutable_fields())["text"].set_string_value(std::string(bytes, 'x'));
  return state;
}

TEST(RequestMemoTest, LargeAnswersAreNotRemembered) {
  const size_t large = RequestMemo::kMaxDecisionBytes;
  JsonValue value;
  value.set_string_value(std::string(large, 'x'));
  DegradationAction state;
  state.state = StateOf(large);
  DegradationAction edits;
  edits.edits = {StateEdit{"path", SetEdit{value}}};
  CorrectionAction text;
  text.corrected_text = std::string(large, 'x');
  CorrectionAction corrected;
  corrected.state = StateOf(large);
  AlternativeAction alternative;
  alternative.alternative.parameters["x"] = std::string(large, 'x');
  EscalationAction escalation;
  escalation.channels.assign(large / 8, "log");
  RetryAction retry;
  retry.remediation = std::string(large, 'x');
  const Action actions[] = {
      state,       edits,      text,  corrected,
      alternative, escalation, retry, FallbackAction{value}};
  RequestMemo memo;
  for (size_t i = 0; i < std::size(actions); ++i) {
    auto decision = std::make_shared<Decision>();
    decision->action = actions[i];
    const std::string key = absl::StrCat(i);
    memo.Remember(key, decision, kStart);
    EXPECT_EQ(memo.Find(key, kStart), nullptr) << i;
  }
  auto small = std::make_shared<Decision>();
  small->action = CorrectionAction{};
  std::get<CorrectionAction>(*small->action).state = StateOf(large / 2);
  memo.Remember("small", small, kStart);
  EXPECT_EQ(memo.Find("small", kStart), small);
}

TEST(RequestMemoTest, AllAnswersTogetherAreLimited) {
  RequestMemo memo;
  const size_t bytes = RequestMemo::kMaxDecisionBytes / 2;
  const size_t count = 2 * RequestMemo::kMaxTotalBytes / bytes;
  for (size_t i = 0; i < count; ++i) {
    auto decision = std::make_shared<Decision>();
    decision->decision_id = absl::StrCat(i);
    decision->error_message = std::string(bytes, 'x');
    memo.Remember(absl::StrCat(i), decision, kStart);
  }
  size_t found = 0;
  for (size_t i = 0; i < count; ++i) {
    if (memo.Find(absl::StrCat(i), kStart) != nullptr) ++found;
  }
  EXPECT_LE(found * bytes, RequestMemo::kMaxTotalBytes);
  EXPECT_GE(found * bytes, RequestMemo::kMaxTotalBytes * 9 / 10);
  EXPECT_NE(memo.Find(absl::StrCat(count - 1), kStart), nullptr);
  EXPECT_EQ(memo.Find("0", kStart), nullptr);
}

}  // namespace
}  // namespace recourse
