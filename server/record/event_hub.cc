#include "server/record/event_hub.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace recourse {
namespace {

// The queue of one watcher, shared by it and by those who publish.
//
// `on_ready` runs under the lock: that is what lets Close() promise that it
// does not run any more.
class Queue {
 public:
  Queue(EventFilter filter, std::function<void()> on_ready, size_t limit)
      : filter_(std::move(filter)),
        limit_(std::max<size_t>(limit, 1)),
        on_ready_(std::move(on_ready)) {}

  void Offer(const SharedEvent& event) {
    if (!filter_.Matches(*event)) return;
    SharedEvent lost;  // Destroyed after the lock is released.
    absl::MutexLock lock(&mu_);
    if (closed_) return;
    if (events_.size() >= limit_) {
      // The oldest goes, so that the loss is told with the next event taken,
      // however long it takes until something else happens.
      lost = std::move(events_.front());
      events_.pop_front();
      ++missed_;
    }
    events_.push_back(event);
    if (wants_call_) {
      wants_call_ = false;
      on_ready_();
    }
  }

  std::optional<EventHub::Delivery> Take() {
    absl::MutexLock lock(&mu_);
    if (events_.empty()) {
      wants_call_ = true;
      return std::nullopt;
    }
    EventHub::Delivery delivery{std::move(events_.front()), missed_};
    events_.pop_front();
    missed_ = 0;
    return delivery;
  }

  void Close() {
    absl::MutexLock lock(&mu_);
    closed_ = true;
    events_.clear();
  }

 private:
  const EventFilter filter_;
  const size_t limit_;
  const std::function<void()> on_ready_;

  absl::Mutex mu_;
  std::deque<SharedEvent> events_ ABSL_GUARDED_BY(mu_);
  int64_t missed_ ABSL_GUARDED_BY(mu_) = 0;  // Before events_.front().
  bool wants_call_ ABSL_GUARDED_BY(mu_) = true;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

using Queues = std::vector<std::shared_ptr<Queue>>;

}  // namespace

bool EventFilter::Matches(const Event& event) const {
  if (!kinds.empty() &&
      std::find(kinds.begin(), kinds.end(), event.kind) == kinds.end()) {
    return false;
  }
  if (circuit && event.circuit != nullptr && !circuit(*event.circuit)) {
    return false;
  }
  if (ns.empty() && target.empty() && workflow_id.empty() &&
      pattern_id.empty()) {
    return true;
  }
  if (event.circuit != nullptr) {
    return workflow_id.empty() && pattern_id.empty() &&
           (ns.empty() || ns == event.circuit->ns) &&
           (target.empty() || target == event.circuit->target);
  }
  if (event.decision == nullptr) return false;
  const RedactedFailure& failure = event.decision->failure;
  const Classification& classification =
      event.decision->decision.classification;
  const auto holds = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  return holds(ns, failure.ns) && holds(target, failure.target) &&
         holds(workflow_id, failure.workflow_id) &&
         holds(pattern_id, classification.pattern_id);
}

struct EventHub::State {
  class WatcherOfState;

  explicit State(EventHubOptions options) : options(options) {}

  std::shared_ptr<const Queues> Snapshot() {
    absl::MutexLock lock(&mu);
    return queues;
  }
  void Remove(const std::shared_ptr<Queue>& queue) {
    absl::MutexLock lock(&mu);
    auto changed = std::make_shared<Queues>(*queues);
    changed->erase(std::remove(changed->begin(), changed->end(), queue),
                   changed->end());
    count.store(changed->size(), std::memory_order_release);
    queues = std::move(changed);
  }

  const EventHubOptions options;
  std::atomic<size_t> count{0};
  absl::Mutex mu;
  // Replaced as a whole: publishing walks a snapshot without the lock.
  std::shared_ptr<const Queues> queues ABSL_GUARDED_BY(mu) =
      std::make_shared<const Queues>();
};

class EventHub::State::WatcherOfState : public EventHub::Watcher {
 public:
  WatcherOfState(std::shared_ptr<State> state, std::shared_ptr<Queue> queue)
      : state_(std::move(state)), queue_(std::move(queue)) {}
  ~WatcherOfState() override {
    state_->Remove(queue_);
    queue_->Close();
  }
  std::optional<Delivery> Next() override { return queue_->Take(); }

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<Queue> queue_;
};

EventHub::EventHub(EventHubOptions options)
    : state_(std::make_shared<State>(options)) {}
EventHub::~EventHub() = default;

bool EventHub::HasWatchers() const {
  return state_->count.load(std::memory_order_acquire) > 0;
}

void EventHub::Publish(const SharedEvent& event) {
  if (!HasWatchers()) return;
  const std::shared_ptr<const Queues> queues = state_->Snapshot();
  for (const std::shared_ptr<Queue>& queue : *queues) queue->Offer(event);
}

absl::StatusOr<std::unique_ptr<EventHub::Watcher>> EventHub::Watch(
    EventFilter filter, std::function<void()> on_ready) {
  auto queue = std::make_shared<Queue>(std::move(filter), std::move(on_ready),
                                       state_->options.queue_limit);
  absl::MutexLock lock(&state_->mu);
  if (state_->queues->size() >= state_->options.max_watchers) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", state_->queues->size(),
                     " watchers already, which is the limit"));
  }
  auto changed = std::make_shared<Queues>(*state_->queues);
  changed->push_back(queue);
  state_->count.store(changed->size(), std::memory_order_release);
  state_->queues = std::move(changed);
  return std::make_unique<State::WatcherOfState>(state_, std::move(queue));
}

}  // namespace recourse
