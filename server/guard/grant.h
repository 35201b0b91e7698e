// What the guard hands out, and what of it travels in the token.
#pragma once

#include "absl/time/time.h"
#include "server/model/grant_stamp.h"

namespace recourse {

// What a caller does at the end of `delay`:
//   recheck            it does not run: it asks again (circuit_open), whatever
//                      its circuit says by then. It holds no permit and nothing
//                      of the budget, and uses up no attempt.
//   stamp.permit != 0  it runs, whatever its circuit says: it is a trial.
//   else               it runs if its circuit is CLOSED, as any call does, and
//                      else asks again; the grant then settles as kUnused.
// A caller that knows no circuits just runs: the delays are spread so that even
// these are no herd.
struct Grant {
  absl::Duration delay;
  GrantStamp stamp;
  bool recheck = false;
};

// What a caller may do towards a target while the server is away.
struct LocalShare {
  double retry_ratio = 0;             // Retries per call.
  double min_retries_per_second = 0;  // In any case.
};

}  // namespace recourse
