// One run: callers, a policy and a target, in virtual time.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/drill/policy.h"
#include "bench/drill/scenario.h"

namespace recourse::drill {

// What was counted in one second of the run.
struct Second {
  int64_t begun = 0;      // Operations that began.
  int64_t succeeded = 0;  // Of those, how many succeeded in time, at last.
  int64_t load = 0;       // Attempts that reached the target.
  int64_t wasted = 0;     // Of those, how many failed or were served in vain.
};

// What became of those who had no trouble of their own: of all callers but
// Scenario::special_caller().
struct Others {
  int64_t begun = 0;
  int64_t lost = 0;
  Nanos waited = 0;   // From begin to success, all together.
  Nanos longest = 0;  // Of these.
};

struct RunRecord {
  std::vector<Second> seconds;
  Nanos waited = 0;  // As of Others, of all callers.
  Others others;
  int64_t questions = 0;
};

// The same arguments give the same run. Equal seeds bring the same operations,
// whatever the policy.
RunRecord RunOnce(const Scenario& scenario, const PolicyKind& kind,
                  uint64_t seed);

}  // namespace recourse::drill
