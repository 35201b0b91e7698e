// What several threads may do at once, for ThreadSanitizer.
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "server/guard/guard.h"

namespace recourse {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 1500;
const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

void OnThreads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
}

struct Listener {
  void Take(const CircuitView& view) {
    absl::MutexLock lock(&mutex);
    if (!view.shared) return;
    int64_t& last = epochs[view.target];
    in_order = in_order && view.epoch > last;
    last = view.epoch;
    ++told;
  }

  absl::Mutex mutex;
  std::map<std::string, int64_t> epochs ABSL_GUARDED_BY(mutex);
  bool in_order ABSL_GUARDED_BY(mutex) = true;
  int told ABSL_GUARDED_BY(mutex) = 0;
};

TEST(GuardConcurrencyTest, EverythingAtOnce) {
  Listener listener;
  const SharedTargetPolicy policy = std::make_shared<const TargetPolicy>();
  Guard guard([policy](absl::string_view, absl::string_view) { return policy; },
              [&listener](const CircuitView& view) { listener.Take(view); });
  OnThreads([&guard](int t) {
    const std::string instance = absl::StrCat("i", t);
    for (int i = 0; i < kRounds; ++i) {
      const absl::Time now = kStart + absl::Milliseconds(20 * i);
      const std::string target = absl::StrCat("t", i % 3);
      const CallSite site = {"default", target, "", "svc", instance};
      const bool is_ill = i / 200 % 2 == 1;
      guard.ObserveCalls(site, {10, is_ill ? 10 : 0, 0, absl::Seconds(1)}, now);
      AdmitRequest request;
      request.site = site;
      request.seed = static_cast<uint64_t>(i * kThreads + t);
      request.tokenless_key = static_cast<uint64_t>(1 + i % 50);
      const AdmitAnswer answer = guard.Admit(request, now);
      if (const auto* admitted = std::get_if<Admitted>(&answer)) {
        guard.Settle(site.ns, admitted->grant.stamp,
                     is_ill ? RunOutcome::kFailure : RunOutcome::kSuccess, now);
      }
      guard.IsOpen(site, now);
      guard.ShareOf(site, now);
      switch (i % 100) {
        case 10:
          guard.Sweep(now);
          break;
        case 20:
          guard.AllCircuits({.only_open = i % 200 == 20}, /*limit=*/100, now);
          break;
        case 30:
          guard.PoliciesChanged();
          break;
        case 40:
          guard.Override("default", target,
                         CircuitOverride{CircuitState::kForcedOpen, "me", "x",
                                         now + absl::Seconds(1)},
                         now);
          break;
        case 50:
          guard.Restore(guard.Snapshot(now), now);
          break;
        case 60:
          guard.Reset("default", target, now);
          break;
        default:
          break;
      }
    }
  });
  absl::MutexLock lock(&listener.mutex);
  EXPECT_GT(listener.told, 0);
  EXPECT_LE(guard.target_count(), 3u);
}

// Without Restore, which may go back in epochs, changes are told in order.
TEST(GuardConcurrencyTest, ChangesAreToldInOrder) {
  Listener listener;
  const SharedTargetPolicy policy = std::make_shared<const TargetPolicy>();
  Guard guard([policy](absl::string_view, absl::string_view) { return policy; },
              [&listener](const CircuitView& view) { listener.Take(view); });
  OnThreads([&guard](int t) {
    for (int i = 0; i < kRounds; ++i) {
      const absl::Time now = kStart + absl::Milliseconds(i);
      const std::string target = absl::StrCat("t", i % 2);
      guard.Override("default", target,
                     CircuitOverride{t % 2 == 0 ? CircuitState::kForcedOpen
                                                : CircuitState::kForcedClosed,
                                     "me", "x", now + absl::Hours(1)},
                     now);
    }
  });
  absl::MutexLock lock(&listener.mutex);
  EXPECT_TRUE(listener.in_order);
  EXPECT_EQ(listener.told, kThreads * kRounds);
}

// The budget's limit holds whoever reserves.
TEST(GuardConcurrencyTest, TheBudgetIsNotExceeded) {
  const SharedTargetPolicy policy = std::make_shared<const TargetPolicy>();
  Guard guard(
      [policy](absl::string_view, absl::string_view) { return policy; });
  std::atomic<int> granted = 0;
  OnThreads([&](int t) {
    const std::string instance = absl::StrCat("i", t);
    for (int i = 0; i < 200; ++i) {
      AdmitRequest request;
      request.site = {"default", "target", "", "svc", instance};
      const AdmitAnswer answer = guard.Admit(request, kStart);
      granted += std::holds_alternative<Admitted>(answer);
    }
  });
  EXPECT_EQ(granted, 100) << "10 a second for 10 s";
}

// A listener may ask the guard.
TEST(GuardConcurrencyTest, ListenersMayCallBack) {
  const SharedTargetPolicy policy = std::make_shared<const TargetPolicy>();
  Guard* guard = nullptr;
  std::atomic<int> told = 0;
  Guard made([policy](absl::string_view, absl::string_view) { return policy; },
             [&](const CircuitView& view) {
               ++told;
               guard->Circuits(view.ns, view.target, kStart);
               if (view.state == CircuitState::kForcedOpen) {
                 guard->Reset(view.ns, view.target, kStart);
               }
             });
  guard = &made;
  OnThreads([&](int) {
    for (int i = 0; i < 200; ++i) {
      guard->Override("default", "target",
                      CircuitOverride{CircuitState::kForcedOpen, "me", "x",
                                      kStart + absl::Hours(1)},
                      kStart);
    }
  });
  EXPECT_EQ(told, 2 * kThreads * 200);
}

}  // namespace
}  // namespace recourse
