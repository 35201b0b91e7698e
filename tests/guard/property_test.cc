// Random sequences of everything that callers, people and time can do, against
// what must always hold.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/guard/guard.h"

namespace recourse {
namespace {

class Chaos {
 public:
  explicit Chaos(uint64_t seed)
      : random_(seed),
        policy_(RandomPolicy()),
        guard_([this](absl::string_view, absl::string_view) { return policy_; },
               [this](const CircuitView& view) { Told(view); }) {
    for (int i = 0; i < 6; ++i) {
      services_.push_back(absl::StrCat("svc", i % 2));
      instances_.push_back(absl::StrCat("i", i));
    }
  }

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      Step();
      Check();
      if (::testing::Test::HasFailure()) return;
    }
    now_ += absl::Hours(24 * 40);
    guard_.Sweep(now_);
    now_ += absl::Hours(24);
    guard_.Sweep(now_);
    EXPECT_EQ(guard_.target_count(), 0u) << "what is idle is forgotten";
    for (int i = 0; i < 50; ++i) Step();
  }

 private:
  struct Pending {
    size_t caller;
    Grant grant;
  };

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  absl::Duration Millis(uint64_t bound) {
    return absl::Milliseconds(static_cast<int64_t>(Below(bound)));
  }

  SharedTargetPolicy RandomPolicy() {
    auto policy = std::make_shared<TargetPolicy>();
    BreakerPolicy& breaker = policy->breaker;
    breaker.consecutive_failures = static_cast<int>(Below(8));
    breaker.success_threshold = 1 + static_cast<int>(Below(4));
    breaker.half_open_permits = 1 + static_cast<int>(Below(4));
    breaker.min_calls = 1 + static_cast<int>(Below(30));
    breaker.failure_rate = 0.1 + 0.1 * static_cast<double>(Below(10));
    breaker.slow_call_rate = 0.5 + 0.1 * static_cast<double>(Below(6));
    breaker.count_window = static_cast<int>(Below(2) * Below(50));
    breaker.window = absl::Seconds(1 + static_cast<int64_t>(Below(30)));
    breaker.caller_open_duration = absl::Milliseconds(100) + Millis(20'000);
    breaker.open_duration = absl::Milliseconds(100) + Millis(5'000);
    breaker.max_open_duration = breaker.open_duration + Millis(60'000);
    breaker.open_growth = 1 + static_cast<double>(Below(4));
    policy->retry_budget.retry_ratio = 0.1 * static_cast<double>(Below(10));
    policy->retry_budget.min_retries_per_second = static_cast<double>(Below(5));
    policy->pacing.max_retry_rate =
        static_cast<double>(Below(2)) * static_cast<double>(1 + Below(50));
    policy->pacing.burst = 1 + static_cast<int>(Below(3));
    policy->pacing.max_hold = Millis(300'000);
    return policy;
  }

  CallSite Site(size_t caller) {
    return {"default", targets_[caller % 2], caller % 3 == 0 ? "key" : "",
            services_[caller], instances_[caller]};
  }

  void Told(const CircuitView& view) {
    auto& told =
        told_[absl::StrCat(view.target, "|", view.service, "|", view.instance)];
    if (view.shared) {
      EXPECT_GT(view.epoch, told.first) << view.target;
    }
    told = {view.epoch, view.state};
  }

  void Step() {
    now_ += Below(20) == 0 ? Millis(30'000) : Millis(200);
    const size_t caller = Below(instances_.size());
    const bool is_ill = (absl::ToUnixSeconds(now_) / 60) % 2 == 1;
    switch (Below(12)) {
      case 0:
      case 1: {
        const auto calls = static_cast<int64_t>(Below(20));
        const int64_t bad = is_ill ? calls : calls / 10;
        guard_.ObserveCalls(Site(caller), {calls, bad, bad / 2, Millis(20'000)},
                            now_);
        break;
      }
      case 2:
      case 3:
        ObserveError(caller);
        break;
      case 4:
      case 5:
      case 6:
      case 7:
        Admit(caller);
        break;
      case 8:
      case 9:
        End(is_ill);
        break;
      case 10:
        guard_.IsOpen(Site(caller), now_);
        EXPECT_GE(guard_.ShareOf(Site(caller), now_).min_retries_per_second, 0);
        break;
      default:
        Rarely(caller);
    }
  }

  void ObserveError(size_t caller) {
    ErrorEvidence evidence;
    evidence.counts = Below(3) != 0;
    if (Below(2) == 0) evidence.sums = CallSums{3, 1, 0, absl::Seconds(1)};
    if (Below(10) == 0) evidence.retry_after = Millis(1'000'000);
    guard_.ObserveError(Site(caller), evidence, now_);
  }

  void Admit(size_t caller) {
    AdmitRequest request;
    request.site = Site(caller);
    request.first_call = Below(2) == 0;
    request.delay = Millis(5'000);
    request.expected_call_time = Millis(3'000);
    if (Below(3) != 0) request.time_remaining = Millis(60'000);
    request.seed = random_();
    request.tokenless_key = Below(4) == 0 ? 1 + Below(3) : 0;
    const AdmitAnswer answer = guard_.Admit(request, now_);
    if (const auto* refused = std::get_if<NotAdmitted>(&answer)) {
      EXPECT_FALSE(refused->text.empty());
      return;
    }
    const Grant& grant = std::get<Admitted>(answer).grant;
    EXPECT_GE(grant.delay, request.delay);
    if (request.time_remaining) {
      const absl::Duration last =
          *request.time_remaining - request.expected_call_time;
      if (request.delay <= last) {
        EXPECT_LE(grant.delay, last);
      }
    }
    if (grant.recheck) {
      EXPECT_EQ(grant.stamp.permit, 0u);
      EXPECT_FALSE(grant.stamp.budgeted);
      return;
    }
    if (grant.stamp.budgeted) {
      const BudgetView budget = Shared(request.site.target).budget.value();
      EXPECT_LE(static_cast<double>(budget.used), budget.limit + 1e-6);
    }
    pending_.push_back({caller, grant});
  }

  void End(bool is_ill) {
    if (pending_.empty()) return;
    const size_t i = Below(pending_.size());
    const Pending ended = pending_[i];
    if (Below(20) != 0) {  // Else its outcome comes twice.
      pending_[i] = pending_.back();
      pending_.pop_back();
    }
    const CallSite site = Site(ended.caller);
    switch (Below(8)) {
      case 0:
        guard_.Release(site.ns, ended.grant, now_);
        break;
      case 1:
        guard_.Settle(site.ns, ended.grant.stamp, RunOutcome::kNeutral, now_);
        break;
      default:
        guard_.Settle(site.ns, ended.grant.stamp,
                      is_ill ? RunOutcome::kFailure : RunOutcome::kSuccess,
                      now_);
    }
  }

  void Rarely(size_t caller) {
    const CallSite site = Site(caller);
    switch (Below(12)) {
      case 0:
        guard_.Reset(site.ns, site.target, now_);
        break;
      case 1:
        policy_ = RandomPolicy();
        guard_.PoliciesChanged();
        break;
      case 2: {
        const CircuitState states[] = {
            CircuitState::kForcedOpen, CircuitState::kForcedClosed,
            CircuitState::kDisabled, CircuitState::kShadow};
        guard_.Override(site.ns, site.target,
                        CircuitOverride{states[Below(4)], "me", "because",
                                        now_ + Millis(60'000)},
                        now_);
        break;
      }
      case 3:
        guard_.Override(site.ns, site.target, std::nullopt, now_);
        break;
      case 4:
        guard_.Restore(guard_.Snapshot(now_), now_);
        break;
      default:
        guard_.Sweep(now_);
    }
  }

  CircuitView Shared(absl::string_view target) {
    for (CircuitView& view : guard_.Circuits("default", target, now_)) {
      if (view.shared) return view;
    }
    return {};
  }

  void Check() {
    for (const CircuitView& view :
         guard_.AllCircuits({}, 1'000'000, now_).circuits) {
      EXPECT_GE(view.calls, view.failures);
      EXPECT_GE(view.failures, 0);
      EXPECT_GE(view.calls, view.slow_calls);
      EXPECT_GE(view.slow_calls, 0);
      EXPECT_GE(view.open_remaining, absl::ZeroDuration());
      if (!view.shared) continue;
      EXPECT_LE(view.permits_out, view.wave_size);
      EXPECT_LE(view.failing_callers, view.active_callers);
      EXPECT_GE(view.budget->used, 0);
      const auto told = told_.find(absl::StrCat(view.target, "||"));
      const CircuitState last =
          told == told_.end() ? CircuitState::kClosed : told->second.second;
      EXPECT_EQ(view.state, last) << "every change is told";
    }
  }

  std::mt19937_64 random_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::vector<std::string> services_;
  std::vector<std::string> instances_;
  const std::vector<std::string> targets_ = {"t0", "t1"};
  SharedTargetPolicy policy_;
  std::map<std::string, std::pair<int64_t, CircuitState>> told_;
  std::vector<Pending> pending_;
  Guard guard_;
};

TEST(GuardPropertyTest, InvariantsHoldWhateverHappens) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Chaos(seed).Run(1500);
    if (::testing::Test::HasFailure()) return;
  }
}

// Where nothing but the budget keeps a run back, the answer comes by a shorter
// way. A hold of a scope that nobody asks for leads past it.
class TwoWays {
 public:
  explicit TwoWays(uint64_t seed) : random_(seed) {
    ErrorEvidence evidence;
    short_.ObserveError(kOther, evidence, now_);
    evidence.retry_after = absl::Minutes(5);
    long_.ObserveError(kOther, evidence, now_);
  }

  void Step() {
    now_ += absl::Milliseconds(random_() % 50);
    const std::string instance = absl::StrCat("i", random_() % 3);
    const CallSite site{"default", "t", "", "svc", instance};
    if (random_() % 4 == 0) {
      const bool is_ill = absl::ToUnixSeconds(now_) % 30 == 0;
      const int64_t failures =
          is_ill ? 10 : static_cast<int64_t>(random_() % 3);
      const CallSums sums{10, failures, 0, absl::Seconds(1)};
      for (Guard* guard : {&short_, &long_}) {
        guard->ObserveCalls(site, sums, now_);
      }
      return;
    }
    AdmitRequest request;
    request.site = site;
    request.first_call = random_() % 4 == 0;
    request.delay = absl::Milliseconds(static_cast<int64_t>(random_() % 9) - 1);
    if (random_() % 2 == 0) request.time_remaining = absl::Milliseconds(5);
    request.seed = random_();
    ExpectSame(short_.Admit(request, now_), long_.Admit(request, now_));
  }

  int granted() const { return granted_; }
  int refused() const { return refused_; }

 private:
  static constexpr CallSite kOther = {"default", "t", "elsewhere", "other", ""};

  static SharedTargetPolicy Policy(absl::string_view, absl::string_view) {
    auto policy = std::make_shared<TargetPolicy>();
    policy->retry_budget.min_retries_per_second = 1;
    return policy;
  }

  void ExpectSame(const AdmitAnswer& a, const AdmitAnswer& b) {
    ASSERT_EQ(a.index(), b.index());
    if (const auto* refused = std::get_if<NotAdmitted>(&a)) {
      ++refused_;
      EXPECT_EQ(refused->reason, std::get<NotAdmitted>(b).reason);
      EXPECT_EQ(refused->text, std::get<NotAdmitted>(b).text);
      return;
    }
    ++granted_;
    const auto& [grant, notes] = std::get<Admitted>(a);
    const auto& [other_grant, other_notes] = std::get<Admitted>(b);
    EXPECT_EQ(grant.delay, other_grant.delay);
    EXPECT_EQ(grant.recheck, other_grant.recheck);
    EXPECT_EQ(grant.stamp, other_grant.stamp);
    EXPECT_EQ(notes, other_notes);
    if (grant.stamp.permit == 0) return;
    for (Guard* guard : {&short_, &long_}) {  // Trials bring the target back.
      guard->Settle("default", grant.stamp, RunOutcome::kSuccess, now_);
    }
  }

  std::mt19937_64 random_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  int granted_ = 0;
  int refused_ = 0;
  Guard short_{Policy};
  Guard long_{Policy};
};

TEST(GuardPropertyTest, TheShortWayToAnAnswerSaysWhatTheLongOneSays) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    TwoWays ways(seed);
    for (int i = 0; i < 4000; ++i) ways.Step();
    EXPECT_GT(ways.granted(), 100);
    EXPECT_GT(ways.refused(), 100);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace recourse
