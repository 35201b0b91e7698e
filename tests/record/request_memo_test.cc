#include "server/record/request_memo.h"

#include <memory>
#include <string>
#include <utility>
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

RequestMemo::Entrance Enter(
    RequestMemo& memo, const std::string& key, absl::Time now,
    RequestMemo::Follower follower = [](RequestMemo::Answer) {
      ADD_FAILURE() << "follows nobody";
    }) {
  return memo.Enter(key, /*bytes=*/100, now, std::move(follower));
}

// Decides a request that nobody decides at this moment.
void Decide(RequestMemo& memo, const std::string& key,
            RequestMemo::Answer answer, absl::Time now) {
  const RequestMemo::Entrance entrance = Enter(memo, key, now);
  ASSERT_NE(entrance.claim, nullptr) << key;
  entrance.claim->Complete(std::move(answer), now);
}

std::string Found(RequestMemo& memo, const std::string& key, absl::Time now) {
  const RequestMemo::Entrance entrance = Enter(memo, key, now);
  return entrance.answer == nullptr ? "" : entrance.answer->decision_id;
}

TEST(RequestMemoTest, GivesTheFirstAnswerUntilItExpires) {
  RequestMemo memo;
  EXPECT_EQ(Found(memo, "k", kStart), "");
  Decide(memo, "k", Answer("1"), kStart);
  EXPECT_EQ(Found(memo, "k", kStart), "1");
  EXPECT_EQ(Found(memo, "other", kStart), "");
  const absl::Time end = kStart + RequestMemo::kLifetime;
  EXPECT_EQ(Found(memo, "k", end - absl::Milliseconds(1)), "1");
  EXPECT_EQ(Found(memo, "k", end), "");
  Decide(memo, "k", Answer("3"), end);
  EXPECT_EQ(Found(memo, "k", end), "3");
}

TEST(RequestMemoTest, TheOldestAreForgottenBeyondTheCapacity) {
  RequestMemo memo(3);
  for (int i = 0; i < 5; ++i) {
    Decide(memo, absl::StrCat("k", i), Answer(absl::StrCat(i)),
           kStart + absl::Seconds(i));
  }
  const absl::Time now = kStart + absl::Seconds(5);
  EXPECT_EQ(Found(memo, "k0", now), "");
  EXPECT_EQ(Found(memo, "k1", now), "");
  for (int i = 2; i < 5; ++i) {
    EXPECT_EQ(Found(memo, absl::StrCat("k", i), now), absl::StrCat(i));
  }
  RequestMemo none(0);
  Decide(none, "k", Answer("1"), kStart);
  EXPECT_EQ(Found(none, "k", kStart), "");
}

// Appends what its follower was told: an id, or "none".
RequestMemo::Follower Note(std::string* told) {
  return [told](const RequestMemo::Answer& answer) {
    absl::StrAppend(told, answer == nullptr ? "none" : answer->decision_id,
                    " ");
  };
}

TEST(RequestMemoTest, AnEqualRequestFollowsTheOneThatIsBeingDecided) {
  RequestMemo memo;
  std::string told;
  const RequestMemo::Entrance first = Enter(memo, "k", kStart);
  ASSERT_NE(first.claim, nullptr);
  EXPECT_FALSE(first.follows);
  for (int i = 0; i < 2; ++i) {
    const RequestMemo::Entrance next = Enter(memo, "k", kStart, Note(&told));
    EXPECT_TRUE(next.follows);
    EXPECT_EQ(next.claim, nullptr);
    EXPECT_EQ(next.answer, nullptr);
  }
  EXPECT_NE(Enter(memo, "other", kStart).claim, nullptr);
  EXPECT_EQ(told, "");
  first.claim->Complete(Answer("1"), kStart);
  EXPECT_EQ(told, "1 1 ");
  EXPECT_EQ(Found(memo, "k", kStart), "1");
}

TEST(RequestMemoTest, FollowersShareAnAnswerThatIsTooLargeToRemember) {
  RequestMemo memo;
  std::string told;
  const RequestMemo::Entrance first = Enter(memo, "k", kStart);
  Enter(memo, "k", kStart, Note(&told));
  auto large = std::make_shared<Decision>();
  large->decision_id = "large";
  large->error_message = std::string(RequestMemo::kMaxDecisionBytes, 'x');
  first.claim->Complete(large, kStart);
  EXPECT_EQ(told, "large ");
  EXPECT_EQ(Found(memo, "k", kStart), "");
}

TEST(RequestMemoTest, AClaimThatIsDroppedLeavesTheRequestToTheNext) {
  RequestMemo memo;
  std::string told;
  RequestMemo::Entrance first = Enter(memo, "k", kStart);
  std::unique_ptr<RequestMemo::Claim> second;
  Enter(memo, "k", kStart, [&](const RequestMemo::Answer& answer) {
    EXPECT_EQ(answer, nullptr);
    second = Enter(memo, "k", kStart).claim;
  });
  Enter(memo, "k", kStart, [&](const RequestMemo::Answer& answer) {
    EXPECT_EQ(answer, nullptr);
    EXPECT_TRUE(Enter(memo, "k", kStart, Note(&told)).follows);
  });
  first.claim.reset();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(told, "");
  second->Complete(Answer("2"), kStart);
  EXPECT_EQ(told, "2 ");
}

TEST(RequestMemoTest, WhoFollowsIsLimitedInNumberAndBytes) {
  const struct {
    size_t bytes;
    size_t room;
  } kRows[] = {
      {0, RequestMemo::kMaxFollowers},
      {RequestMemo::kMaxFollowerBytes / 4, 4},
      {RequestMemo::kMaxFollowerBytes + 1, 0},
  };
  for (const auto& row : kRows) {
    RequestMemo memo;
    const RequestMemo::Entrance first = Enter(memo, "k", kStart);
    std::string told;
    size_t following = 0;
    while (memo.Enter("k", row.bytes, kStart, Note(&told)).follows) ++following;
    EXPECT_EQ(following, row.room) << row.bytes;
    first.claim->Complete(Answer("1"), kStart);
    EXPECT_EQ(told.size(), 2 * row.room) << row.bytes;
    const RequestMemo::Entrance later = Enter(memo, "k2", kStart);
    EXPECT_EQ(memo.Enter("k2", row.bytes, kStart, Note(&told)).follows,
              row.room > 0)
        << "there is room again";
  }
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
    Decide(memo, key, decision, kStart);
    EXPECT_EQ(Enter(memo, key, kStart).answer, nullptr) << i;
  }
  auto small = std::make_shared<Decision>();
  small->action = CorrectionAction{};
  std::get<CorrectionAction>(*small->action).state = StateOf(large / 2);
  Decide(memo, "small", small, kStart);
  EXPECT_EQ(Enter(memo, "small", kStart).answer, small);
}

TEST(RequestMemoTest, AllAnswersTogetherAreLimited) {
  RequestMemo memo;
  const size_t bytes = RequestMemo::kMaxDecisionBytes / 2;
  const size_t count = 2 * RequestMemo::kMaxTotalBytes / bytes;
  for (size_t i = 0; i < count; ++i) {
    auto decision = std::make_shared<Decision>();
    decision->decision_id = absl::StrCat(i);
    decision->error_message = std::string(bytes, 'x');
    Decide(memo, absl::StrCat(i), decision, kStart);
  }
  size_t found = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!Found(memo, absl::StrCat(i), kStart).empty()) ++found;
  }
  EXPECT_LE(found * bytes, RequestMemo::kMaxTotalBytes);
  EXPECT_GE(found * bytes, RequestMemo::kMaxTotalBytes * 9 / 10);
  EXPECT_NE(Found(memo, absl::StrCat(count - 1), kStart), "");
  EXPECT_EQ(Found(memo, "0", kStart), "");
}

}  // namespace
}  // namespace recourse
