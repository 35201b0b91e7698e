#include "bench/drill/run.h"

#include <algorithm>
#include <memory>
#include <queue>
#include <random>

namespace recourse::drill {
namespace {

enum class What : uint8_t { kAnswered, kWoke };

struct Event {
  Nanos at;
  uint64_t order;  // Of equal times the one that was made first.
  uint32_t slot;
  What what;

  bool operator<(const Event& other) const {
    return at != other.at ? at > other.at : order > other.order;
  }
};

class Runner {
 public:
  Runner(const Scenario& scenario, const PolicyKind& kind, uint64_t seed)
      : scenario_(scenario),
        policy_(kind.make(scenario, seed)),
        target_(scenario, seed),
        arrivals_(seed) {
    const Nanos all = scenario.length + scenario.operation_time;
    run_.seconds.resize(static_cast<size_t>(all / kSecond + 2));
  }

  RunRecord Go() {
    NextArrival(0);
    while (true) {
      const Nanos event = events_.empty() ? kNever : events_.top().at;
      const Nanos first = std::min(event, next_arrival_);
      if (first == kNever) break;
      if (next_tick_ <= first) {
        policy_->Tick(next_tick_);
        next_tick_ += Policy::kTick;
      } else if (next_arrival_ <= event) {
        Arrive();
      } else {
        Happen();
      }
    }
    run_.questions = policy_->questions();
    return std::move(run_);
  }

 private:
  static constexpr Nanos kNever = INT64_MAX;

  Second& At(Nanos at) {
    return run_.seconds[std::min(static_cast<size_t>(at / kSecond),
                                 run_.seconds.size() - 1)];
  }

  bool IsOther(const Operation& operation) const {
    return operation.caller != scenario_.special_caller();
  }

  // All callers' streams are Poisson, so they are one together, with each
  // arrival anybody's.
  void NextArrival(Nanos now) {
    const double unit = std::uniform_real_distribution<double>(0, 1)(arrivals_);
    next_arrival_ = now + FromSeconds(Exponential(unit) / scenario_.load());
    next_caller_ =
        std::uniform_int_distribution<int>(0, scenario_.callers - 1)(arrivals_);
    if (next_arrival_ >= scenario_.length) next_arrival_ = kNever;
  }

  void Arrive() {
    const Nanos now = next_arrival_;
    const int caller = next_caller_;
    NextArrival(now);
    const uint64_t number = ++operations_;
    if (caller == scenario_.broken_caller &&
        scenario_.broken_caller_is_silent) {
      return;
    }
    uint32_t slot = static_cast<uint32_t>(slots_.size());
    if (free_.empty()) {
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Operation& operation = slots_[slot];
    operation = Operation{};
    operation.begun = now;
    operation.deadline = now + scenario_.operation_time;
    operation.number = number;
    operation.caller = caller;
    operation.slot = slot;
    ++At(now).begun;
    run_.others.begun += IsOther(operation);
    Do(slot, policy_->Begin(operation, now), now);
  }

  void Happen() {
    const Event event = events_.top();
    events_.pop();
    Operation& operation = slots_[event.slot];
    if (event.what == What::kWoke) {
      Do(event.slot, policy_->Woke(operation, event.at), event.at);
    } else if (operation.ending == Ending::kSuccess) {
      Succeed(operation, event.at);
    } else {
      Do(event.slot, policy_->Failed(operation, event.at), event.at);
    }
  }

  void Succeed(Operation& operation, Nanos now) {
    policy_->Succeeded(operation, now);
    ++At(operation.begun).succeeded;
    const Nanos took = now - operation.begun;
    run_.waited += took;
    if (IsOther(operation)) {
      run_.others.waited += took;
      run_.others.longest = std::max(run_.others.longest, took);
    }
    free_.push_back(operation.slot);
  }

  void Lose(const Operation& operation) {
    run_.others.lost += IsOther(operation);
    free_.push_back(operation.slot);
  }

  void Do(uint32_t slot, const Next& next, Nanos now) {
    Operation& operation = slots_[slot];
    switch (next.what) {
      case Next::Do::kEnd:
        Lose(operation);
        break;
      case Next::Do::kWait:
        if (next.at >= operation.deadline) {
          policy_->RanOut(operation, now);
          Lose(operation);
        } else {
          events_.push({std::max(next.at, now), ++order_, slot, What::kWoke});
        }
        break;
      case Next::Do::kCall:
        Call(operation, now);
        break;
    }
  }

  void Call(Operation& operation, Nanos now) {
    const Nanos left = operation.deadline - now;
    if (left <= 0) {
      policy_->RanOut(operation, now);
      Lose(operation);
      return;
    }
    ++operation.attempts;
    const Answer answer =
        target_.Call({operation.number, operation.caller, operation.attempts,
                      std::min(scenario_.call_timeout, left)},
                     now);
    operation.ending = answer.ending;
    operation.retry_after = answer.retry_after;
    if (answer.reached) {
      Second& second = At(now);
      ++second.load;
      second.wasted += answer.ending != Ending::kSuccess;
    }
    events_.push({answer.at, ++order_, operation.slot, What::kAnswered});
  }

  const Scenario& scenario_;
  const std::unique_ptr<Policy> policy_;
  Target target_;
  std::mt19937_64 arrivals_;
  Nanos next_arrival_ = kNever;
  int next_caller_ = 0;
  Nanos next_tick_ = 0;
  uint64_t operations_ = 0;
  uint64_t order_ = 0;
  std::priority_queue<Event> events_;
  std::vector<Operation> slots_;
  std::vector<uint32_t> free_;
  RunRecord run_;
};

}  // namespace

RunRecord RunOnce(const Scenario& scenario, const PolicyKind& kind,
                  uint64_t seed) {
  return Runner(scenario, kind, seed).Go();
}

}  // namespace recourse::drill
