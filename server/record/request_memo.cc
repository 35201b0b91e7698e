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
    Answer answer;
    absl::Time time;
    size_t bytes = 0;
  };
  // The requests that wait for one that is being decided.
  struct Flight {
    std::vector<Follower> followers = {};
    size_t bytes = 0;
  };

  explicit State(size_t capacity) : capacity(capacity) {}

  Answer Find(absl::string_view key, absl::Time now) const
      ABSL_SHARED_LOCKS_REQUIRED(mu) {
    const auto found = entries.find(key);
    if (found == entries.end() || now - found->second.time >= kLifetime) {
      return nullptr;
    }
    return found->second.answer;
  }
  void Remember(const std::string& key, Answer answer, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  std::vector<Follower> Land(const std::string& key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
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
  // One per claim that is out.
  absl::flat_hash_map<std::string, Flight> flights ABSL_GUARDED_BY(mu);
  size_t follower_count ABSL_GUARDED_BY(mu) = 0;
  size_t follower_bytes ABSL_GUARDED_BY(mu) = 0;
};

void RequestMemo::State::Remember(const std::string& key, Answer answer,
                                  absl::Time now) {
  const size_t bytes = SizeOf(*answer);
  if (bytes > kMaxDecisionBytes || capacity == 0) return;
  while (!order.empty() && OldestIsExpired(now)) DropOldest();
  Entry& entry = entries[key];
  if (entry.answer != nullptr) return;  // The clock was set back.
  entry = {std::move(answer), now,
           bytes + 2 * key.size() + kEntryOverheadBytes};
  total_bytes += entry.bytes;
  order.push_back(key);
  while (entries.size() > capacity || total_bytes > kMaxTotalBytes) {
    DropOldest();
  }
}

// Ends the flight; returns who is to be called.
std::vector<RequestMemo::Follower> RequestMemo::State::Land(
    const std::string& key) {
  const auto flight = flights.find(key);
  std::vector<Follower> followers = std::move(flight->second.followers);
  follower_count -= followers.size();
  follower_bytes -= flight->second.bytes;
  flights.erase(flight);
  return followers;
}

RequestMemo::Claim::Claim(std::shared_ptr<State> state, std::string key)
    : state_(std::move(state)), key_(std::move(key)) {}

RequestMemo::Claim::~Claim() {
  if (key_.empty()) return;
  std::vector<Follower> followers;
  {
    absl::MutexLock lock(&state_->mu);
    followers = state_->Land(key_);
  }
  for (const Follower& follower : followers) follower(nullptr);
}

void RequestMemo::Claim::Complete(const Answer& answer, absl::Time now) {
  std::vector<Follower> followers;
  {
    absl::MutexLock lock(&state_->mu);
    state_->Remember(key_, answer, now);
    followers = state_->Land(key_);
  }
  key_.clear();
  for (const Follower& follower : followers) follower(answer);
}

RequestMemo::RequestMemo(size_t capacity)
    : state_(std::make_shared<State>(capacity)) {}
RequestMemo::~RequestMemo() = default;

RequestMemo::Entrance RequestMemo::Enter(absl::string_view key, size_t bytes,
                                         absl::Time now, Follower follower) {
  absl::MutexLock lock(&state_->mu);
  if (Answer answer = state_->Find(key, now)) {
    return {.answer = std::move(answer)};
  }
  const auto [flight, first] = state_->flights.try_emplace(key);
  if (first) {
    return {.claim = std::make_unique<Claim>(state_, std::string(key))};
  }
  if (state_->follower_count >= kMaxFollowers ||
      state_->follower_bytes + bytes > kMaxFollowerBytes) {
    return {};
  }
  flight->second.followers.push_back(std::move(follower));
  flight->second.bytes += bytes;
  ++state_->follower_count;
  state_->follower_bytes += bytes;
  return {.follows = true};
}

}  // namespace recourse
