#include "bench/drill/policies/recourse_client.h"

#include <algorithm>

namespace recourse::drill {
namespace {

// A push takes from 20 to 100 ms, to each client its own time.
constexpr Nanos kQuickest = 20 * kMilli;
constexpr double kSpread = 80 * kMilli;

}  // namespace

CircuitFeed::CircuitFeed(int callers, uint64_t seed)
    : seed_(seed), own_(static_cast<size_t>(callers)) {}

Nanos CircuitFeed::LatencyOf(int caller) const {
  const double unit =
      Chance(seed_, Draw::kPush, static_cast<uint64_t>(caller), 0);
  return kQuickest + static_cast<Nanos>(kSpread * unit);
}

void CircuitFeed::TellOwn(int caller, bool gates, Nanos now) {
  Own& own = own_[static_cast<size_t>(caller)];
  own = {now, gates, own.gates};
}

bool CircuitFeed::Gates(int caller, Nanos now) const {
  const Own& own = own_[static_cast<size_t>(caller)];
  if (shared_.empty() && own.at == 0) return false;
  const Nanos told = now - LatencyOf(caller);
  if (told >= own.at ? own.gates : own.gated_before) return true;
  for (auto change = shared_.rbegin(); change != shared_.rend(); ++change) {
    if (change->at <= told) return change->gates;
  }
  return false;
}

std::optional<CallSums> RecourseClient::TakeSums(Nanos now) {
  if (calls == 0) return std::nullopt;
  CallSums sums;
  sums.calls = calls;
  sums.failures = failures;
  sums.period =
      told_at < 0 ? absl::Seconds(1) : absl::Nanoseconds(now - told_at);
  calls = failures = 0;
  return sums;
}

void RecourseClient::Asked(bool answered, Nanos now) {
  if (answered) {
    failed_questions = 0;
  } else if (++failed_questions >= kFailuresToBypass) {
    bypass_until = now + kBypass;
  }
}

bool RecourseClient::PayLocalRetry(double ratio) {
  budget = static_cast<float>(std::min(
      kMaxBudget, budget + ratio * static_cast<double>(first_attempts)));
  first_attempts = 0;
  if (budget < 1) return false;
  budget -= 1;
  return true;
}

}  // namespace recourse::drill
