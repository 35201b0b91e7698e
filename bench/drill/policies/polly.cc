// Polly v8: retry around circuit breaker, each with its defaults.
#include <memory>
#include <vector>

#include "bench/drill/policies/client_breaker.h"
#include "bench/drill/policy.h"

namespace recourse::drill {
namespace {

constexpr int kRetries = 3;
constexpr Nanos kDelay = 2 * kSecond;
constexpr ClientBreakerRules kRules = {.failure_rate = 0.1,
                                       .min_calls = 100,
                                       .window = 30 * kSecond,
                                       .window_calls = 0,
                                       .open = 5 * kSecond,
                                       .half_open_calls = 1};

class PollyPolicy : public Policy {
 public:
  explicit PollyPolicy(int callers)
      : breakers_(static_cast<size_t>(callers), ClientBreaker(kRules)) {}

  Next Begin(Operation& operation, Nanos now) override {
    return CallOrWait(operation, now);
  }
  Next Woke(Operation& operation, Nanos now) override {
    return CallOrWait(operation, now);
  }
  Next Failed(Operation& operation, Nanos now) override {
    BreakerOf(operation).Ended(false, now);
    return Wait(operation, now);
  }
  void Succeeded(Operation& operation, Nanos now) override {
    BreakerOf(operation).Ended(true, now);
  }

 private:
  ClientBreaker& BreakerOf(const Operation& operation) {
    return breakers_[static_cast<size_t>(operation.caller)];
  }
  // The breaker's own refusal is handled by the default retry too: it uses up
  // one of the tries.
  Next CallOrWait(Operation& operation, Nanos now) {
    return BreakerOf(operation).Passes(now) ? Next::Call()
                                            : Wait(operation, now);
  }
  static Next Wait(Operation& operation, Nanos now) {
    if (operation.tries == kRetries) return Next::End();
    ++operation.tries;
    return Next::Wait(now + kDelay);
  }

  std::vector<ClientBreaker> breakers_;
};

}  // namespace

PolicyKind Polly() {
  PolicyKind kind;
  kind.name = "Polly";
  kind.details = "3 retries, 2 s; breaker 10 % of 100 in 30 s";
  kind.make = [](const Scenario& scenario, uint64_t) {
    return std::make_unique<PollyPolicy>(scenario.callers);
  };
  return kind;
}

}  // namespace recourse::drill
