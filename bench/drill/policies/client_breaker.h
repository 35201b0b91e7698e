// A circuit breaker of one client, as libraries have them.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "bench/drill/chance.h"
#include "server/guard/count_window.h"
#include "server/guard/sliding_window.h"

namespace recourse::drill {

// The window is one of time (`window` > 0) or of calls (`window_calls`).
struct ClientBreakerRules {
  double failure_rate = 0.5;
  int min_calls = 100;
  Nanos window = 0;
  int window_calls = 100;
  Nanos open = 60 * kSecond;
  int half_open_calls = 10;  // Trials; their rate decides.
};

// CLOSED, OPEN, HALF_OPEN. Thread-compatible.
class ClientBreaker {
 public:
  explicit ClientBreaker(const ClientBreakerRules& rules);

  // May a call pass? Whoever may tells how it ended.
  bool Passes(Nanos now);
  void Ended(bool success, Nanos now);

 private:
  enum class State : uint8_t { kClosed, kOpen, kHalfOpen };
  CallTally Count(bool success, Nanos now);

  const ClientBreakerRules& rules_;
  State state_ = State::kClosed;
  Nanos open_until_ = 0;
  int trials_ = 0;  // That passed, of this HALF_OPEN.
  CallTally trial_calls_;
  std::optional<CountWindow> calls_;
  std::optional<SlidingWindow<SmallCallTally>> times_;
};

}  // namespace recourse::drill
