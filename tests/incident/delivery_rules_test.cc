#include "server/incident/delivery_rules.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace recourse {
namespace {

TEST(JudgeTest, ReadsTheAnswer) {
  const struct {
    int status;
    DeliveryVerdict expected;
  } kRows[] = {
      {200, DeliveryVerdict::kDelivered}, {201, DeliveryVerdict::kDelivered},
      {204, DeliveryVerdict::kDelivered}, {301, DeliveryVerdict::kTryAgain},
      {302, DeliveryVerdict::kTryAgain},  {400, DeliveryVerdict::kRefused},
      {401, DeliveryVerdict::kRefused},   {403, DeliveryVerdict::kRefused},
      {404, DeliveryVerdict::kRefused},   {408, DeliveryVerdict::kTryAgain},
      {409, DeliveryVerdict::kTryAgain},  {410, DeliveryVerdict::kGone},
      {422, DeliveryVerdict::kRefused},   {425, DeliveryVerdict::kTryAgain},
      {429, DeliveryVerdict::kTryAgain},  {499, DeliveryVerdict::kRefused},
      {500, DeliveryVerdict::kTryAgain},  {503, DeliveryVerdict::kTryAgain},
  };
  for (const auto& row : kRows) {
    const Judgement judgement =
        Judge(HttpResponse{row.status, {}}, absl::UnixEpoch());
    EXPECT_EQ(judgement.verdict, row.expected) << row.status;
    EXPECT_EQ(judgement.error.empty(),
              row.expected == DeliveryVerdict::kDelivered);
  }
  EXPECT_EQ(Judge(absl::UnavailableError("x"), absl::UnixEpoch()).verdict,
            DeliveryVerdict::kTryAgain);
  EXPECT_EQ(Judge(absl::DeadlineExceededError("x"), absl::UnixEpoch()).verdict,
            DeliveryVerdict::kTryAgain);
  EXPECT_EQ(Judge(absl::CancelledError("x"), absl::UnixEpoch()).verdict,
            DeliveryVerdict::kInterrupted);
}

TEST(RetryAfterTest, SecondsOrDate) {
  const absl::Time now = absl::FromCivil(
      absl::CivilSecond(2026, 11, 6, 8, 49, 37), absl::UTCTimeZone());
  const struct {
    const char* value;
    std::optional<absl::Duration> expected;
  } kRows[] = {
      {"120", absl::Seconds(120)},
      {" 0 ", absl::ZeroDuration()},
      {"Fri, 06 Nov 2026 08:50:37 GMT", absl::Seconds(60)},
      {"Fri, 06 Nov 2026 08:00:00 GMT", absl::ZeroDuration()},
      {"-1", std::nullopt},
      {"1.5", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
      {"99999999999999999999", std::nullopt},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(ParseRetryAfter(row.value, now), row.expected) << row.value;
  }
}

TEST(RetryWaitTest, DoublesToTenMinutes) {
  const struct {
    int attempts;
    std::optional<absl::Duration> asked;
    absl::Duration expected;
  } kRows[] = {
      {1, std::nullopt, absl::Seconds(1)},
      {2, std::nullopt, absl::Seconds(2)},
      {3, std::nullopt, absl::Seconds(4)},
      {10, std::nullopt, absl::Seconds(512)},
      {11, std::nullopt, absl::Minutes(10)},
      {1000, std::nullopt, absl::Minutes(10)},
      {1, absl::Seconds(30), absl::Seconds(30)},
      {10, absl::Seconds(30), absl::Seconds(512)},
      {11, absl::Minutes(20), absl::Minutes(20)},
      {1, absl::Hours(100), absl::Hours(1)},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(RetryWait(row.attempts, row.asked), row.expected) << row.attempts;
  }
}

// After Alertmanager's TestDedupStageNeedsUpdate, where our rules are its own;
// the rows about times are NotifierTest's.
TEST(WorthTellingTest, LikeAlertmanagersDedupStage) {
  const struct {
    const char* what;
    const char* event;
    v1::IncidentState state;
    bool was_told;
    bool expected;
  } kRows[] = {
      {"no entry, firing", "opened", v1::INCIDENT_STATE_OPEN, false, true},
      {"no entry, firing, taken", "opened", v1::INCIDENT_STATE_ACKNOWLEDGED,
       false, true},
      {"no entry, resolved by now", "opened", v1::INCIDENT_STATE_RESOLVED,
       false, false},
      {"no entry, only resolved", "resolved", v1::INCIDENT_STATE_RESOLVED,
       false, false},
      {"entry, resolved", "resolved", v1::INCIDENT_STATE_RESOLVED, true, true},
      {"entry, still firing", "repeated", v1::INCIDENT_STATE_OPEN, true, true},
      {"entry, no longer firing", "repeated", v1::INCIDENT_STATE_RESOLVED, true,
       false},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(WorthTelling(row.event, row.state, row.was_told), row.expected)
        << row.what;
  }
}

}  // namespace
}  // namespace recourse
