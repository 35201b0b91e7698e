#include "server/record/request_memo.h"

#include <deque>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace recourse {
namespace {

constexpr size_t kEntryOverheadBytes = 256;

size_t SizeOf(const std::string& text) { return text.size(); }
size_t SizeOf(const StateEdit& edit) {
  const auto* set = std::get_if<SetEdit>(&edit.operation);
  return edit.path.size() + (set == nullptr ? 0 : set->value.SpaceUsedLong());
}
template <typename T>
size_t SizeOf(const std::vector<T>& list) {
  size_t bytes = list.size() * sizeof(T);
  for (const T& entry : list) bytes += SizeOf(entry);
  return bytes;
}

struct ActionSize {
  size_t operator()(const RetryAction& action) const {
    return action.remediation.size();
  }
  size_t operator()(const AlternativeAction& action) const {
    size_t bytes = SizeOf(action.remaining) + action.alternative.name.size() +
                   action.alternative.target.size();
    for (const auto& [name, value] : action.alternative.parameters) {
      bytes += name.size() + value.size() + 2 * sizeof(std::string);
    }
    return bytes;
  }
  size_t operator()(const DegradationAction& action) const {
    return action.level_name.size() + SizeOf(action.disable_features) +
           SizeOf(action.edits) +
           (action.state.has_value() ? action.state->SpaceUsedLong() : 0);
  }
  size_t operator()(const FallbackAction& action) const {
    return action.value.SpaceUsedLong();
  }
  size_t operator()(const CorrectionAction& action) const {
    return action.subject_field.size() + action.corrected_text.size() +
           SizeOf(action.edits) + action.state.SpaceUsedLong() +
           action.unified_diff.size() + SizeOf(action.applied);
  }
  size_t operator()(const EscalationAction& action) const {
    return action.assignee.size() + SizeOf(action.channels) +
           SizeOf(action.include_state_keys) + action.incident_id.size() +
           action.waiter_id.size();
  }
};

size_t SizeOf(const Decision& decision) {
  size_t bytes = sizeof(Decision) + decision.error_message.size() +
                 decision.recovery_token.size() +
                 decision.classification.suggested_action.size() +
                 decision.classification.evidence.size();
  for (const StepTrace& trace : decision.trace) {
    bytes += sizeof(StepTrace) + trace.text.size();
  }
  if (decision.action.has_value()) {
    bytes += std::visit(ActionSize(), *decision.action);
  }
  return bytes;
}

}  // namespace

struct RequestMemo::State {
  struct Entry {
    std::shared_ptr<const Decision> decision;
    absl::Time time;
    size_t bytes = 0;
  };

  explicit State(size_t capacity) : capacity(capacity) {}

  void DropOldest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const auto found = entries.find(order.front());
    total_bytes -= found->second.bytes;
    entries.erase(found);
    order.pop_front();
  }
  bool OldestIsExpired(absl::Time now) const ABSL_SHARED_LOCKS_REQUIRED(mu) {
    return now - entries.find(order.front())->second.time >= kLifetime;
  }

  const size_t capacity;
  absl::Mutex mu;
  absl::flat_hash_map<std::string, Entry> entries ABSL_GUARDED_BY(mu);
  // The keys of `entries`, oldest first.
  std::deque<std::string> order ABSL_GUARDED_BY(mu);
  size_t total_bytes ABSL_GUARDED_BY(mu) = 0;
};

RequestMemo::RequestMemo(size_t capacity)
    : state_(std::make_unique<State>(capacity)) {}
RequestMemo::~RequestMemo() = default;

std::shared_ptr<const Decision> RequestMemo::Find(absl::string_view key,
                                                  absl::Time now) {
  absl::MutexLock lock(&state_->mu);
  const auto found = state_->entries.find(key);
  if (found == state_->entries.end() || now - found->second.time >= kLifetime) {
    return nullptr;
  }
  return found->second.decision;
}

void RequestMemo::Remember(absl::string_view key,
                           std::shared_ptr<const Decision> decision,
                           absl::Time now) {
  const size_t bytes = SizeOf(*decision);
  if (bytes > kMaxDecisionBytes || state_->capacity == 0) return;
  absl::MutexLock lock(&state_->mu);
  while (!state_->order.empty() && state_->OldestIsExpired(now)) {
    state_->DropOldest();
  }
  State::Entry& entry = state_->entries[key];
  // Of two that were decided at once, the first stays the answer.
  if (entry.decision != nullptr) return;
  entry = {std::move(decision), now,
           bytes + 2 * key.size() + kEntryOverheadBytes};
  state_->total_bytes += entry.bytes;
  state_->order.emplace_back(key);
  while (state_->entries.size() > state_->capacity ||
         state_->total_bytes > kMaxTotalBytes) {
    state_->DropOldest();
  }
}

}  // namespace recourse
