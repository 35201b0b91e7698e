// How long to wait before a retry: pure functions of number and chance.
#pragma once

#include "absl/time/time.h"
#include "recourse/v1/pattern.pb.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// The wait before retry `k` of a step, from 0: its backoff up to max_delay,
// with its jitter; never above max_delay. What the step leaves unset is as the
// API says (pattern.proto: 1 s, x 2, 60 s, full jitter). `last` is the wait
// before (0: none), `chance` is in [0, 1).
absl::Duration RetryDelay(const v1::RetryStep& step, int k, absl::Duration last,
                          double chance);

// The same by a local plan: base_delay x factor^k, a factor below 1 counts
// as 1.
absl::Duration RetryDelay(const v1::LocalPlan& plan, int k, absl::Duration last,
                          double chance);

}  // namespace recourse
