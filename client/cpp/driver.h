// Carries out what a recovery asks for, on the caller's thread.
#pragma once

#include "client/cpp/engine.h"
#include "client/cpp/run_options.h"
#include "client/cpp/shared.h"

namespace recourse {

// Does what `effect` says and what follows from it, until the operation is to
// be run or the recovery is over: kRun, kStandIn, kSkip or kEnd.
Recovery::Effect DriveToNextAttempt(Shared& shared, const RunOptions& options,
                                    Recovery& recovery,
                                    Recovery::Effect effect);

}  // namespace recourse
