// Finagle's RetryBudget with its defaults, one per client.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "bench/drill/policy.h"
#include "server/guard/sliding_window.h"

namespace recourse::drill {
namespace {

constexpr double kPercent = 0.2;
constexpr double kMinPerSecond = 10;
constexpr absl::Duration kTtl = absl::Seconds(10);
// Backoff.exponentialJittered(2.seconds, 32.seconds), as its guide shows.
constexpr double kBase = 2;
constexpr double kCap = 32;

class FinaglePolicy : public Policy {
 public:
  FinaglePolicy(int callers, uint64_t seed)
      : budgets_(static_cast<size_t>(callers)), seed_(seed) {}

  Next Begin(Operation& operation, Nanos now) override {
    BudgetOf(operation).Add({1, 0}, absl::FromUnixNanos(now));
    return Next::Call();
  }
  Next Failed(Operation& operation, Nanos now) override {
    SlidingWindow<Counts>& budget = BudgetOf(operation);
    const absl::Time at = absl::FromUnixNanos(now);
    const Counts& counts = budget.Total(at);
    const double limit = kPercent * counts.deposits +
                         kMinPerSecond * absl::ToDoubleSeconds(kTtl);
    if (counts.withdrawals + 1 > limit) return Next::End();
    budget.Add({0, 1}, at);
    const double unit = JitterOf(operation, seed_);
    const double most =
        std::min(kCap, kBase * std::exp2(std::min(operation.attempts - 1, 30)));
    return Next::Wait(now + FromSeconds(unit * most));
  }

 private:
  struct Counts {
    using Count = int;

    int deposits = 0;
    int withdrawals = 0;

    Counts& operator+=(const Counts& other) {
      deposits += other.deposits;
      withdrawals += other.withdrawals;
      return *this;
    }
    Counts& operator-=(const Counts& other) {
      deposits -= other.deposits;
      withdrawals -= other.withdrawals;
      return *this;
    }
    bool operator==(const Counts&) const = default;
  };
  SlidingWindow<Counts>& BudgetOf(const Operation& operation) {
    auto& budget = budgets_[static_cast<size_t>(operation.caller)];
    if (!budget) budget.emplace(kTtl);
    return *budget;
  }

  std::vector<std::optional<SlidingWindow<Counts>>> budgets_;
  const uint64_t seed_;
};

}  // namespace

PolicyKind Finagle() {
  return PeerKind<FinaglePolicy>(
      "Finagle", "budget 20 % + 10/s over 10 s; jitter 2 s x2 to 32 s");
}

}  // namespace recourse::drill
