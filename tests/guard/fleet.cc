#include "tests/guard/fleet.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

const absl::Time kBegin = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kPushDelay = absl::Milliseconds(50);
constexpr absl::Duration kRefusalTime = absl::Milliseconds(10);

// Serves first come, first served; a call that waits longer than its time-out
// fails, and was served in vain.
class Target {
 public:
  explicit Target(const FleetSettings& settings) : settings_(settings) {}

  struct Answer {
    bool success;
    absl::Time at;
  };
  Answer Call(absl::Time now) {
    const absl::Duration since = now - kBegin - settings_.outage_start;
    const bool is_out =
        since >= absl::ZeroDuration() && since < settings_.outage_length;
    const double capacity =
        settings_.capacity * (is_out ? settings_.outage_capacity : 1);
    if (capacity == 0) {
      free_at_ = now;
      return {false, now + kRefusalTime};
    }
    const absl::Time start = std::max(now, free_at_);
    const absl::Time end = start + settings_.latency;
    if (start - now > 2 * settings_.call_timeout) {
      return {false, now + kRefusalTime};  // Its queue is full.
    }
    free_at_ = start + absl::Seconds(1 / capacity);
    if (end - now > settings_.call_timeout) {
      return {false, now + settings_.call_timeout};
    }
    return {true, end};
  }

 private:
  const FleetSettings& settings_;
  absl::Time free_at_ = absl::InfinitePast();
};

struct Event {
  absl::Time at;
  uint64_t order;
  std::function<void()> run;
  bool operator<(const Event& other) const {
    return std::pair(at, order) > std::pair(other.at, other.order);
  }
};

struct Member {
  std::string instance;
  CallSums sums;
  CircuitState shared = CircuitState::kClosed;  // As pushed to it.
  CircuitState own = CircuitState::kClosed;
};

struct Operation {
  Member* member;
  absl::Time deadline;
  GrantStamp stamp;
  int attempts = 0;
};
using SharedOperation = std::shared_ptr<Operation>;

class Fleet {
 public:
  explicit Fleet(const FleetSettings& settings)
      : settings_(settings),
        policy_(std::make_shared<const TargetPolicy>(settings.policy)),
        target_(settings),
        guard_([this](absl::string_view, absl::string_view) { return policy_; },
               [this](const CircuitView& view) { Push(view); }),
        members_(static_cast<size_t>(settings.callers)) {
    result_.load.resize(
        static_cast<size_t>(absl::ToInt64Seconds(settings.length)) + 120);
  }

  FleetResult Run() {
    for (size_t i = 0; i < members_.size(); ++i) {
      members_[i].instance = absl::StrCat("i", i);
      Begin(&members_[i]);
      At(now_ + absl::Seconds(Uniform()), [this, i] { Tell(&members_[i]); });
    }
    Sweep();
    while (!events_.empty()) {
      Event event = events_.top();
      events_.pop();
      now_ = event.at;
      event.run();
    }
    return std::move(result_);
  }

 private:
  double Uniform() {
    return std::uniform_real_distribution<double>(0, 1)(random_);
  }
  void At(absl::Time at, std::function<void()> run) {
    events_.push({at, ++order_, std::move(run)});
  }
  bool IsOver() const { return now_ >= kBegin + settings_.length; }

  CallSite Site(const Member& member) const {
    return {"default", "target", "", "svc", member.instance};
  }

  void Sweep() {
    guard_.Sweep(now_);
    if (!IsOver()) At(now_ + absl::Seconds(1), [this] { Sweep(); });
  }

  void Push(const CircuitView& view) {
    At(now_ + kPushDelay, [this, view] {
      for (Member& member : members_) {
        if (view.shared) {
          member.shared = view.state;
        } else if (member.instance == view.instance) {
          member.own = view.state;
        }
      }
    });
  }

  void Tell(Member* member) {
    if (settings_.tells_calls && member->sums.calls > 0) {
      guard_.ObserveCalls(Site(*member), member->sums, now_);
      member->sums = {};
    }
    if (!IsOver()) At(now_ + absl::Seconds(1), [=, this] { Tell(member); });
  }

  void Begin(Member* member) {
    At(now_ -
           absl::Seconds(std::log(1 - Uniform()) / settings_.calls_per_second),
       [=, this] {
         if (IsOver()) return;
         ++result_.operations;
         auto operation = std::make_shared<Operation>();
         operation->member = member;
         operation->deadline = now_ + settings_.operation_time;
         RunOrAsk(operation);
         Begin(member);
       });
  }

  bool IsClosed(const Member& member) const {
    return !settings_.watches_circuits ||
           (member.shared == CircuitState::kClosed &&
            member.own == CircuitState::kClosed);
  }

  void RunOrAsk(const SharedOperation& operation) {
    if (IsClosed(*operation->member)) {
      Call(operation);
    } else {
      Settle(operation, RunOutcome::kUnused);
      Ask(operation, absl::ZeroDuration());
    }
  }

  void Settle(const SharedOperation& operation, RunOutcome outcome) {
    if (operation->stamp.target.empty()) return;
    guard_.Settle(Site(*operation->member).ns, operation->stamp, outcome, now_);
    operation->stamp = {};
  }

  void Call(const SharedOperation& operation) {
    ++result_.load[static_cast<size_t>(absl::ToInt64Seconds(now_ - kBegin))];
    const Target::Answer answer = target_.Call(now_);
    result_.wasted += !answer.success;
    ++operation->attempts;
    At(answer.at, [=, this] { Ended(operation, answer.success); });
  }

  void Ended(const SharedOperation& operation, bool success) {
    Member& member = *operation->member;
    ++member.sums.calls;
    member.sums.failures += !success;
    const bool settled = !operation->stamp.target.empty();
    Settle(operation, success ? RunOutcome::kSuccess : RunOutcome::kFailure);
    if (success) {
      ++result_.succeeded;
      return;
    }
    ErrorEvidence evidence;
    evidence.counts = true;
    evidence.settled = settled;
    if (settings_.tells_calls) {
      evidence.sums = member.sums;
      member.sums = {};
    }
    guard_.ObserveError(Site(member), evidence, now_);
    if (operation->attempts > settings_.max_retries) return;
    const double backoff = std::exp2(operation->attempts - 1);
    Ask(operation, absl::Seconds(backoff * Uniform()));
  }

  void Ask(const SharedOperation& operation, absl::Duration delay) {
    ++result_.questions;
    AdmitRequest request;
    request.site = Site(*operation->member);
    request.first_call = operation->attempts == 0;
    request.delay = delay;
    request.expected_call_time = settings_.latency;
    request.time_remaining = operation->deadline - now_;
    request.seed = random_();
    request.can_recheck = settings_.watches_circuits;
    const AdmitAnswer answer = guard_.Admit(request, now_);
    const auto* admitted = std::get_if<Admitted>(&answer);
    if (admitted == nullptr) return;
    const Grant& grant = admitted->grant;
    const bool ask_again = grant.recheck;
    operation->stamp = grant.stamp;
    At(now_ + grant.delay, [=, this] {
      if (ask_again) {
        operation->stamp = {};
        Ask(operation, absl::ZeroDuration());
      } else if (operation->stamp.permit != 0) {
        Call(operation);
      } else {
        RunOrAsk(operation);
      }
    });
  }

  const FleetSettings& settings_;
  const SharedTargetPolicy policy_;
  absl::Time now_ = kBegin;
  Target target_;
  std::mt19937_64 random_{42};
  uint64_t order_ = 0;
  std::priority_queue<Event> events_;
  Guard guard_;
  std::vector<Member> members_;
  FleetResult result_;
};

}  // namespace

FleetResult RunFleet(const FleetSettings& settings) {
  return Fleet(settings).Run();
}

}  // namespace recourse
