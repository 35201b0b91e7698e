#include "server/strategy/strategy.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/model/stable_hash.h"

namespace recourse {
namespace {

// Keeps the most recent `limit`; a name already there counts once.
void Remember(const std::string& name, size_t limit,
              std::vector<uint64_t>& hashes) {
  const uint64_t hash = StableHash(name);
  if (std::find(hashes.begin(), hashes.end(), hash) != hashes.end()) return;
  hashes.push_back(hash);
  if (hashes.size() > limit) {
    hashes.erase(hashes.begin(), hashes.end() - static_cast<ptrdiff_t>(limit));
  }
}

// What an action leaves behind in Progress beside the counts.
struct Recorder {
  Progress& progress;

  void operator()(const RetryAction& action) const {
    progress.last_delay = action.delay;
    if (action.remediation.empty()) return;
    Remember(action.remediation, kMaxDoneRemediations,
             progress.remediations_done);
  }
  void operator()(const AlternativeAction& action) const {
    // The target that failed is no alternative to its alternatives.
    if (!progress.target.empty()) {
      Remember(progress.target, kMaxTriedAlternatives,
               progress.alternatives_tried);
    }
    Remember(action.alternative.name, kMaxTriedAlternatives,
             progress.alternatives_tried);
  }
  void operator()(const DegradationAction& action) const {
    progress.degradation_level = action.level;
  }
  void operator()(const FallbackAction&) const {}
  void operator()(const CorrectionAction&) const {}
  void operator()(const EscalationAction&) const {}
};

}  // namespace

StepAnswer Decide(const Step& step, const StepContext& context) {
  return std::visit([&](const auto& own) { return Decide(own, context); },
                    step);
}

bool RunsAgain(const Action& action) {
  return !std::holds_alternative<FallbackAction>(action) &&
         !std::holds_alternative<EscalationAction>(action);
}

absl::Duration DelayOf(const Action& action) {
  const auto* retry = std::get_if<RetryAction>(&action);
  return retry == nullptr ? absl::ZeroDuration() : retry->delay;
}

void Advance(const Action& action, Progress& progress, Cursor& cursor) {
  ++cursor.granted;
  if (RunsAgain(action)) ++progress.total_attempts;
  std::visit(Recorder{progress}, action);
}

}  // namespace recourse
