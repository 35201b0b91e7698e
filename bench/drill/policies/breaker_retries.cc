// Peers that put a plain retry around a circuit breaker of each client, with
// their defaults: Polly v8 and resilience4j.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/drill/policies/client_breaker.h"
#include "bench/drill/policy.h"

namespace recourse::drill {
namespace {

struct BreakerRetryRules {
  int retries = 0;
  Nanos delay = 0;  // Before each of them.
  ClientBreakerRules breaker;
};

class BreakerRetry : public Policy {
 public:
  BreakerRetry(const BreakerRetryRules& rules, int callers) : rules_(rules) {
    breakers_.reserve(static_cast<size_t>(callers));
    for (int i = 0; i < callers; ++i) breakers_.emplace_back(rules_.breaker);
  }

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
  // The breaker's own refusal is retried too: it uses up one of the retries.
  Next CallOrWait(Operation& operation, Nanos now) {
    return BreakerOf(operation).Passes(now) ? Next::Call()
                                            : Wait(operation, now);
  }
  Next Wait(Operation& operation, Nanos now) const {
    if (operation.retries == rules_.retries) return Next::End();
    ++operation.retries;
    return Next::Wait(now + rules_.delay);
  }

  const BreakerRetryRules rules_;
  std::vector<ClientBreaker> breakers_;
};

PolicyKind Kind(std::string name, std::string details,
                const BreakerRetryRules& rules) {
  PolicyKind kind;
  kind.name = std::move(name);
  kind.details = std::move(details);
  kind.make = [rules](const Scenario& scenario, uint64_t) {
    return std::make_unique<BreakerRetry>(rules, scenario.callers);
  };
  return kind;
}

}  // namespace

PolicyKind Polly() {
  return Kind("Polly", "3 retries, 2 s; breaker 10 % of 100 in 30 s",
              {.retries = 3,
               .delay = 2 * kSecond,
               .breaker = {.failure_rate = 0.1,
                           .min_calls = 100,
                           .window = 30 * kSecond,
                           .window_calls = 0,
                           .open = 5 * kSecond,
                           .half_open_calls = 1}});
}

PolicyKind Resilience4j() {
  return Kind("resilience4j",
              "3 tries, 500 ms; breaker 50 % of 100 calls, open 60 s",
              // The breaker's rules are its defaults.
              {.retries = 2, .delay = kSecond / 2, .breaker = {}});
}

}  // namespace recourse::drill
