// Short ways to build what Statistics is told.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "server/model/decision.h"
#include "server/model/progress.h"

namespace recourse {

inline const absl::Time kNoon = absl::FromUnixSeconds(1'714'564'800);

inline Decision MakeDecision(Strategy strategy,
                             const std::string& pattern_id = "",
                             Disposition disposition = Disposition::kAct) {
  Decision decision;
  decision.strategy = strategy;
  decision.disposition = disposition;
  decision.classification.error_type = ErrorType::kNetwork;
  decision.classification.category = Category::kConnection;
  decision.classification.pattern_id = pattern_id;
  decision.decide_duration = absl::Microseconds(40);
  return decision;
}

// What the token says after a decision of `strategy` at `issued`.
inline Progress MakeProgress(const std::string& recovery_id, Strategy strategy,
                             absl::Time issued, absl::Time started) {
  Progress progress;
  progress.recovery_id = recovery_id;
  progress.strategy = strategy;
  progress.issue_time = progress.decision_time = issued;
  progress.start_time = started;
  return progress;
}

}  // namespace recourse
