// What is called: it has a capacity, a queue, and troubles.
#pragma once

#include <cstdint>

#include "bench/drill/chance.h"
#include "bench/drill/scenario.h"

namespace recourse::drill {

// How one attempt ended, as its caller sees it.
enum class Ending : uint8_t {
  kSuccess,
  kRefused,      // No connection.
  kTimedOut,     // No answer in time; where it was served, in vain.
  kUnavailable,  // 503: the queue is full, or chance.
  kRateLimited,  // 429, with retry_after.
};

struct Answer {
  Ending ending = Ending::kSuccess;
  Nanos at = 0;
  Nanos retry_after = 0;
  bool reached = true;  // False: it failed before the target saw it.
};

// One attempt of an operation.
struct Attempt {
  uint64_t operation = 0;  // Its number.
  int caller = 0;
  int number = 1;
  Nanos timeout = 0;
};

// Serves first come, first served: `capacity` calls begin to be served a
// second. Being served takes call_time on average, and the longer the busier
// the target is: twice that at its capacity (of the last second or so). The
// queue before it is bounded; who finds it full is refused. Whoever has given
// up is served all the same, in vain: the target cannot know.
class Target {
 public:
  Target(const Scenario& scenario, uint64_t seed)
      : scenario_(scenario), seed_(seed), capacity_(scenario.capacity()) {}

  Answer Call(const Attempt& attempt, Nanos now);

 private:
  double CapacityShare(Nanos now) const;
  bool IsOverQuota(Nanos now, Nanos* retry_after);
  Nanos ServiceTime(const Attempt& attempt, Nanos now, double capacity);

  const Scenario& scenario_;
  const uint64_t seed_;
  const double capacity_;
  Nanos free_at_ = 0;    // When the next call can begin to be served.
  double arrivals_ = 0;  // Of the last second, older ones fading.
  Nanos last_arrival_ = 0;
  int64_t quota_window_ = -1;
  double quota_used_ = 0;
  bool lied_ = false;
};

}  // namespace recourse::drill
