// resilience4j: Retry around CircuitBreaker, each with its defaults.
#include <memory>
#include <vector>

#include "bench/drill/policies/client_breaker.h"
#include "bench/drill/policy.h"

namespace recourse::drill {
namespace {

constexpr int kAttempts = 3;
constexpr Nanos kDelay = kSecond / 2;
constexpr ClientBreakerRules kRules = {};  // Its defaults are those.

class Resilience4jPolicy : public Policy {
 public:
  explicit Resilience4jPolicy(int callers)
      : breakers_(static_cast<size_t>(callers), ClientBreaker(kRules)) {}

  Next Begin(Operation& operation, Nanos now) override {
    return Try(operation, now);
  }
  Next Woke(Operation& operation, Nanos now) override {
    return Try(operation, now);
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
  // A try that the breaker refuses is a try too.
  Next Try(Operation& operation, Nanos now) {
    ++operation.tries;
    return BreakerOf(operation).Passes(now) ? Next::Call()
                                            : Wait(operation, now);
  }
  static Next Wait(Operation& operation, Nanos now) {
    return operation.tries < kAttempts ? Next::Wait(now + kDelay) : Next::End();
  }

  std::vector<ClientBreaker> breakers_;
};

}  // namespace

PolicyKind Resilience4j() {
  PolicyKind kind;
  kind.name = "resilience4j";
  kind.details = "3 tries, 500 ms; breaker 50 % of 100 calls, open 60 s";
  kind.make = [](const Scenario& scenario, uint64_t) {
    return std::make_unique<Resilience4jPolicy>(scenario.callers);
  };
  return kind;
}

}  // namespace recourse::drill
