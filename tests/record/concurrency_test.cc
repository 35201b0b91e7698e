// What several threads may do at once, for ThreadSanitizer. Messages with maps
// (Struct) stay out: the prebuilt Protobuf does not bear that sanitizer.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/record/decision_log.h"
#include "server/record/redaction.h"
#include "server/record/request_memo.h"
#include "server/record/statistics.h"
#include "tests/record/statistics_fixture.h"

namespace recourse {
namespace {

constexpr int kThreads = 4;

// Runs `work` with the numbers of four threads.
void OnThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
}

TEST(ConcurrencyTest, DecisionLog) {
  DecisionLog log(64);
  OnThreads([&log](int t) {
    for (int i = 0; i < 2000; ++i) {
      auto entry = std::make_shared<DecisionEntry>();
      const std::string id = absl::StrCat((t + i) % 100);
      entry->decision.decision_id = id;
      log.Append(entry);
      log.SetOutcome(id, Outcome::kSuccess);
      if (const SharedDecisionEntry found = log.Find(id)) {
        EXPECT_EQ(found->decision.decision_id, id);
      }
    }
  });
}

TEST(ConcurrencyTest, RequestMemo) {
  constexpr int kEach = 3000;
  RequestMemo memo(50);
  std::atomic<int> answered = 0;
  OnThreads([&](int t) {
    for (int i = 0; i < kEach; ++i) {
      const std::string key = absl::StrCat(i % 80);
      const absl::Time now = kNoon + absl::Seconds(i);
      const auto check = [&answered, key](const RequestMemo::Answer& answer) {
        EXPECT_TRUE(answer == nullptr || answer->decision_id == key);
        ++answered;
      };
      RequestMemo::Entrance entrance = memo.Enter(key, 1, now, check);
      if (entrance.follows) continue;
      ++answered;
      if (entrance.answer != nullptr) {
        EXPECT_EQ(entrance.answer->decision_id, key);
      } else if ((i + t) % 3 != 0) {
        auto decision = std::make_shared<Decision>();
        decision->decision_id = key;
        entrance.claim->Complete(std::move(decision), now);
      }
    }
  });
  EXPECT_EQ(answered, kThreads * kEach) << "everyone is answered once";
}

TEST(ConcurrencyTest, StatisticsLoseNothing) {
  constexpr int kEach = 500;
  Statistics statistics(kNoon);
  OnThreads([&statistics](int t) {
    for (int i = 0; i < kEach; ++i) {
      const absl::Time now = kNoon + absl::Milliseconds(20 * i);
      const Decision decision = MakeDecision(Strategy::kRetry, "p");
      statistics.RecordDecision({decision, nullptr, now});
      statistics.RecordOutcome(
          MakeProgress(absl::StrCat(t, "-", i), Strategy::kRetry, now, now),
          Outcome::kSuccess, std::nullopt, now);
      if (i % 100 == 0) {
        statistics.Report(v1::STATISTICS_WINDOW_ONE_MINUTE, now);
        statistics.Save(now);
      }
    }
  });
  for (const auto window :
       {v1::STATISTICS_WINDOW_ALL, v1::STATISTICS_WINDOW_ONE_MINUTE}) {
    const auto report = statistics.Report(window, kNoon + absl::Seconds(10));
    EXPECT_EQ(report.total_attempts(), kThreads * kEach);
    EXPECT_EQ(report.succeeded(), kThreads * kEach);
    EXPECT_EQ(report.pending(), 0);
  }
}

TEST(ConcurrencyTest, Redactor) {
  const auto redactor = Redactor::Create({});
  ASSERT_TRUE(redactor.ok()) << redactor.status();
  OnThreads([&redactor](int t) {
    for (int i = 0; i < 200; ++i) {
      const std::string tail = absl::StrCat(" end ", t, " ", i);
      EXPECT_EQ((*redactor)->Redact(absl::StrCat("password=hunter2", tail)),
                absl::StrCat("password=[REDACTED:key_value]", tail));
    }
  });
}

}  // namespace
}  // namespace recourse
