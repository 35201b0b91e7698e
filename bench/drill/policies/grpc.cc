// gRPC's retryPolicy with retryThrottling (proposal A6).
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "bench/drill/policy.h"

namespace recourse::drill {
namespace {

// gRPC retries only as a service config says: these are A6's own example.
constexpr int kMaxAttempts = 4;
constexpr double kInitial = 0.1;
constexpr double kMax = 1;
constexpr double kMultiplier = 2;
constexpr double kMaxTokens = 10;
constexpr double kTokenRatio = 0.1;

class GrpcPolicy : public Policy {
 public:
  GrpcPolicy(int callers, uint64_t seed)
      : tokens_(static_cast<size_t>(callers), kMaxTokens), seed_(seed) {}

  Next Failed(Operation& operation, Nanos now) override {
    double& tokens = TokensOf(operation);
    tokens = std::max(0.0, tokens - 1);
    if (tokens <= kMaxTokens / 2) return Next::End();
    if (operation.attempts >= kMaxAttempts) return Next::End();
    // Retry-After stands for its pushback, which is waited for exactly.
    if (operation.retry_after > 0) {
      return Next::Wait(now + operation.retry_after);
    }
    const double unit = JitterOf(operation, seed_);
    const double delay = std::min(
        kMax, kInitial * std::pow(kMultiplier, operation.attempts - 1));
    return Next::Wait(now + FromSeconds(delay * (0.8 + 0.4 * unit)));
  }
  void Succeeded(Operation& operation, Nanos) override {
    double& tokens = TokensOf(operation);
    tokens = std::min(kMaxTokens, tokens + kTokenRatio);
  }

 private:
  double& TokensOf(const Operation& operation) {
    return tokens_[static_cast<size_t>(operation.caller)];
  }

  std::vector<double> tokens_;
  const uint64_t seed_;
};

}  // namespace

PolicyKind Grpc() {
  return PeerKind<GrpcPolicy>(
      "gRPC", "4 attempts, 0.1 s x2 to 1 s; throttling 10 tokens, 0.1");
}

}  // namespace recourse::drill
