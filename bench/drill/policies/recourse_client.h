// What one client of Recourse keeps in memory (docs/client-behaviour.md).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/drill/chance.h"
#include "server/model/calls.h"

namespace recourse::drill {

// Changes of circuits on their way to clients: each client hears them after a
// time of its own.
class CircuitFeed {
 public:
  CircuitFeed(int callers, uint64_t seed);

  void TellShared(bool gates, Nanos now) { shared_.push_back({now, gates}); }
  void TellOwn(int caller, bool gates, Nanos now);
  // Whether what this client was told gates it; it hears everything.
  bool Gates(int caller, Nanos now) const;

 private:
  struct Change {
    Nanos at;
    bool gates;
  };
  struct Own {
    Nanos at = 0;
    bool gates = false;
    bool gated_before = false;
  };

  Nanos LatencyOf(int caller) const;

  const uint64_t seed_;
  std::vector<Change> shared_;
  std::vector<Own> own_;
};

// Counts, the breaker around asking, and the budget of local retries: 1.2, 2.4
// and 5.2 of the page. Thread-compatible.
struct RecourseClient {
  static constexpr int kFailuresToBypass = 3;
  static constexpr Nanos kBypass = 4 * kSecond;
  static constexpr double kMaxBudget = 10;
  static constexpr int kMaxInFlight = 64;

  void Count(bool failed, bool is_first) {
    ++calls;
    first_attempts += is_first;
    failures += failed;
  }
  // What was not told yet; nullopt: nothing.
  std::optional<CallSums> TakeSums(Nanos now);
  bool MayAsk(Nanos now) const {
    return failed_questions < kFailuresToBypass || now >= bypass_until;
  }
  void Asked(bool answered, Nanos now);
  bool PayLocalRetry(double ratio);

  int32_t calls = 0;             // Not told yet, ...
  int32_t failures = 0;          // ... and those of them that failed.
  int32_t first_attempts = 0;    // Since the budget was filled last.
  int32_t failed_questions = 0;  // In a row.
  float budget = kMaxBudget;
  Nanos told_at = -1;  // Sums, by the task that sends them; -1: never.
  Nanos bypass_until = 0;
  Nanos plan_until = 0;      // A local plan holds until then.
  Nanos listens_since = -1;  // The stream of circuits is there; -1: none.
  Nanos gated_until = 0;     // As the answer to sums said.
};

}  // namespace recourse::drill
