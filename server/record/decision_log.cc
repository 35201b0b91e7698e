#include "server/record/decision_log.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace recourse {
namespace {

struct PayloadRemover {
  Action operator()(const RetryAction& action) const { return action; }
  Action operator()(const AlternativeAction& action) const {
    AlternativeAction kept = action;
    kept.alternative.parameters.clear();  // Whatever a client needs to switch.
    return kept;
  }
  Action operator()(const DegradationAction& action) const {
    DegradationAction kept;
    kept.level_name = action.level_name;
    kept.level = action.level;
    kept.level_count = action.level_count;
    kept.disable_features = action.disable_features;
    return kept;
  }
  Action operator()(const FallbackAction&) const { return FallbackAction(); }
  Action operator()(const CorrectionAction& action) const {
    CorrectionAction kept;
    kept.subject_field = action.subject_field;
    kept.applied = action.applied;
    return kept;
  }
  Action operator()(const EscalationAction& action) const { return action; }
};

}  // namespace

// Field by field, so that states are not copied first to be dropped then.
Decision WithoutPayload(const Decision& decision) {
  Decision kept;
  kept.decision_id = decision.decision_id;
  kept.recovery_id = decision.recovery_id;
  kept.time = decision.time;
  kept.disposition = decision.disposition;
  kept.strategy = decision.strategy;
  if (decision.action.has_value()) {
    kept.action = std::visit(PayloadRemover(), *decision.action);
  }
  kept.classification = decision.classification;
  kept.trace = decision.trace;
  kept.error_message = decision.error_message;
  kept.registry_revision = decision.registry_revision;
  kept.decide_duration = decision.decide_duration;
  return kept;
}

struct DecisionLog::State {
  std::vector<SharedDecisionEntry> ring;            // Grows to the capacity.
  size_t next = 0;                                  // Place of the next entry.
  absl::flat_hash_map<std::string, size_t> places;  // By decision id.
};

DecisionLog::DecisionLog(size_t capacity)
    : capacity_(capacity), state_(std::make_unique<State>()) {}
DecisionLog::~DecisionLog() = default;

void DecisionLog::Append(SharedDecisionEntry entry) {
  if (capacity_ == 0) return;
  const std::string id = entry->decision.decision_id;
  absl::MutexLock lock(&mu_);
  if (state_->ring.size() < capacity_) {
    state_->ring.resize(state_->ring.size() + 1);
  }
  SharedDecisionEntry& place = state_->ring[state_->next];
  if (place != nullptr) {
    const auto old = state_->places.find(place->decision.decision_id);
    if (old != state_->places.end() && old->second == state_->next) {
      state_->places.erase(old);
    }
  }
  // The old entry goes with `entry`, after the lock is released.
  place.swap(entry);
  state_->places.insert_or_assign(id, state_->next);
  state_->next = (state_->next + 1) % capacity_;
}

void DecisionLog::SetOutcome(absl::string_view decision_id, Outcome outcome) {
  // Entries are shared with readers: a changed one takes the old one's place.
  // Copied without the lock; when the entry changed meanwhile, once more.
  SharedDecisionEntry old = Find(decision_id);
  while (old != nullptr) {
    auto changed = std::make_shared<DecisionEntry>(*old);
    changed->outcome = outcome;
    absl::MutexLock lock(&mu_);
    const auto found = state_->places.find(decision_id);
    if (found == state_->places.end()) return;
    SharedDecisionEntry& place = state_->ring[found->second];
    if (place == old) {
      place = std::move(changed);
      return;
    }
    old = place;
  }
}

SharedDecisionEntry DecisionLog::Find(absl::string_view decision_id) const {
  absl::MutexLock lock(&mu_);
  const auto found = state_->places.find(decision_id);
  return found == state_->places.end() ? nullptr : state_->ring[found->second];
}

}  // namespace recourse
