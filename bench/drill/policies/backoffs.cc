// Ways to wait that need no memory beside the operation's own.
#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/drill/policy.h"

namespace recourse::drill {
namespace {

class NoRetry : public Policy {
 public:
  Next Failed(Operation&, Nanos) override { return Next::End(); }
};

// In seconds, before retry `k` (from 0) of the operation; `last` is the wait
// before it (0: none), `unit` chance.
using Delay = double (*)(int k, double last, double unit);

// Retries until the operation's deadline. A Retry-After is waited for, and the
// usual wait on top of it, so that those who were told the same are spread.
class Backoff : public Policy {
 public:
  Backoff(Delay delay, bool honours_retry_after, uint64_t seed)
      : delay_(delay), honours_(honours_retry_after), seed_(seed) {}

  Next Failed(Operation& operation, Nanos now) override {
    const double unit = JitterOf(operation, seed_);
    operation.last_delay = FromSeconds(
        delay_(operation.attempts - 1, ToSeconds(operation.last_delay), unit));
    const Nanos told = honours_ ? operation.retry_after : 0;
    return Next::Wait(now + told + operation.last_delay);
  }

 private:
  const Delay delay_;
  const bool honours_;
  const uint64_t seed_;
};

constexpr double kBase = 1;
constexpr double kCap = 20;

double Grown(int k, double cap) {
  return std::min(cap, kBase * std::exp2(std::min(k, 30)));
}
double Fixed(int, double, double) { return kBase; }
double Exponential(int k, double, double) { return Grown(k, kCap); }
double FullJitter(int k, double, double unit) { return unit * Grown(k, kCap); }
double Decorrelated(int, double last, double unit) {
  const double most = 3 * std::max(last, kBase);
  return std::min(kCap, kBase + unit * (most - kBase));
}
double AtOnce(int, double, double) { return 0; }
// tenacity: random between 0 and min(60, 2^k).
double RandomExponential(int k, double, double unit) {
  return unit * Grown(k, 60);
}

PolicyKind Waiting(const char* name, const char* details, Delay delay,
                   bool honours = true) {
  PolicyKind kind;
  kind.name = name;
  kind.details = details;
  kind.make = [=](const Scenario&, uint64_t seed) {
    return std::make_unique<Backoff>(delay, honours, seed);
  };
  return kind;
}

}  // namespace

std::vector<PolicyKind> BackoffPolicies() {
  PolicyKind none;
  none.name = "no retry";
  none.details = "the baseline";
  none.is_baseline = true;
  none.make = [](const Scenario&, uint64_t) {
    return std::make_unique<NoRetry>();
  };
  PolicyKind at_once = Waiting("tenacity", "@retry: at once, for ever", AtOnce,
                               /*honours=*/false);
  at_once.is_hot_loop = true;
  return {
      std::move(none),
      Waiting("fixed", "1 s, until the deadline", Fixed),
      Waiting("exponential", "1 s x2, cap 20 s, until the deadline",
              Exponential),
      Waiting("full jitter", "1 s x2, cap 20 s, until the deadline",
              FullJitter),
      Waiting("decorrelated", "1 s, x3 at most, cap 20 s, until the deadline",
              Decorrelated),
      std::move(at_once),
      Waiting("tenacity wre", "wait_random_exponential(1, max=60)",
              RandomExponential, /*honours=*/false),
  };
}

}  // namespace recourse::drill
