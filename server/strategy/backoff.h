// How long to wait before retry k. Clamped to the cap before jitter and never
// above the cap after it, so that callers at the cap are still spread out.
#pragma once

#include "absl/time/time.h"
#include "server/model/step.h"

namespace recourse {

// The wait before retry `k` (from 0) without jitter:
// min(base_delay x factor^k, max_delay), saturating. Series for base 1 s,
// factor 2, cap 60 s: 1, 2, 4, 8, 16, 32, 60, 60, ... s.
absl::Duration BackoffDelay(const RetryStep& step, int k);

// `delay` spread as the step's jitter says; `unit` in [0, 1) is chance,
// `last_delay` the recovery's previous wait (DECORRELATED only; 0: none). In
// [0, max_delay].
absl::Duration AddJitter(const RetryStep& step, absl::Duration delay,
                         absl::Duration last_delay, double unit);

// A wait that the failed server asked for, spread upward only, by at most 10 %
// and 5 s: nobody comes back early, and not all at once.
absl::Duration SpreadUpward(absl::Duration asked, double unit);

}  // namespace recourse
