// Recourse: what its Python client does, and its server's own code.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "bench/drill/policies/recourse_client.h"
#include "bench/drill/policies/recourse_server.h"
#include "bench/drill/policy.h"

namespace recourse::drill {
namespace {

constexpr Nanos kAskTime = 5 * kMilli;       // A question and its answer.
constexpr Nanos kAskTimeout = 250 * kMilli;  // Where there is no answer.
constexpr Nanos kStreamTime = 20 * kMilli;   // Until circuits are told.
constexpr int kMaxQuestions = 200;           // Of one recovery.
constexpr int64_t kTicksPerSecond = kSecond / Policy::kTick;
constexpr Nanos kPlanValidity = 300 * kSecond;

// A local plan: as the default plans say, or where none was told.
struct LocalPlan {
  int max_retries = 2;
  double base = 0.2;
  double cap = 2;
  double budget_ratio = 0.2;
};
constexpr LocalPlan kSmallPlan;
constexpr LocalPlan kToldPlan = {3, 1, 60, 0.2};

class OursPolicy : public Policy {
 public:
  OursPolicy(const Scenario& scenario, const OursOptions& options,
             uint64_t seed)
      : scenario_(scenario),
        options_(options),
        seed_(seed),
        feed_(scenario.callers, seed),
        clients_(static_cast<size_t>(scenario.callers)),
        server_(scenario.callers, scenario.call_time,
                [this](const CircuitView& view) { Tell(view); }) {}

  Next Begin(Operation& operation, Nanos now) override {
    if (operation.slot >= recoveries_.size()) {
      recoveries_.resize(operation.slot + 1);
    }
    recoveries_[operation.slot] = {};
    return CallOrAsk(operation, now);
  }
  Next Woke(Operation& operation, Nanos now) override {
    const Recovery& recovery = RecoveryOf(operation);
    if (recovery.trial) return Next::Call();
    if (recovery.recheck) return Ask(operation, /*circuit_open=*/true, now);
    return CallOrAsk(operation, now);
  }
  Next Failed(Operation& operation, Nanos now) override {
    Count(operation, /*failed=*/true);
    RecoveryOf(operation).trial = false;
    return Ask(operation, /*circuit_open=*/false, now);
  }
  void Succeeded(Operation& operation, Nanos now) override {
    Count(operation, /*failed=*/false);
    Report(operation, Outcome::kSuccess, now);
  }
  void RanOut(Operation& operation, Nanos now) override {
    Report(operation, Outcome::kAbandoned, now);
  }

  // Each client has its own hundredth of a second for its sums.
  void Tick(Nanos now) override {
    now_ = now;
    const int64_t tick = now / kTick;
    if (tick % kTicksPerSecond == 0) server_.Sweep(now);
    if (!options_.tells_calls) return;
    for (size_t i = static_cast<size_t>(tick % kTicksPerSecond);
         i < clients_.size(); i += kTicksPerSecond) {
      SendSums(static_cast<int>(i), now);
    }
  }

  int64_t questions() const override { return questions_; }

 private:
  struct Recovery {
    Token token;
    uint8_t questions = 0;
    uint8_t local_retries = 0;
    bool recheck = false;
    bool trial = false;
  };

  RecourseClient& ClientOf(const Operation& operation) {
    return clients_[static_cast<size_t>(operation.caller)];
  }
  void Count(const Operation& operation, bool failed) {
    ClientOf(operation).Count(failed, /*is_first=*/operation.attempts == 1);
  }
  Recovery& RecoveryOf(const Operation& operation) {
    return recoveries_[operation.slot];
  }
  bool IsAway(Nanos now) const {
    return now >= scenario_.away_begin && now < scenario_.away_end;
  }

  void Tell(const CircuitView& view) {
    const bool gates = view.state == CircuitState::kOpen ||
                       view.state == CircuitState::kHalfOpen;
    if (view.shared) {
      feed_.TellShared(gates, now_);
    } else if (const int caller = RecourseServer::CallerOf(view); caller >= 0) {
      feed_.TellOwn(caller, gates, now_);
    }
  }

  void SendSums(int caller, Nanos now) {
    RecourseClient& client = clients_[static_cast<size_t>(caller)];
    const std::optional<CallSums> sums = client.TakeSums(now);
    client.told_at = now;
    if (!sums || IsAway(now)) return;
    server_.ReportCalls(caller, *sums, now);
    if (client.listens_since < 0) {
      client.gated_until = server_.GatedUntil(caller, now);
    }
  }

  bool IsGated(const Operation& operation, Nanos now) {
    if (!options_.watches_circuits) return false;
    const RecourseClient& client = ClientOf(operation);
    if (client.listens_since >= 0 && now >= client.listens_since) {
      return feed_.Gates(operation.caller, now);
    }
    return now < client.gated_until;
  }

  Next CallOrAsk(Operation& operation, Nanos now) {
    return IsGated(operation, now) ? Ask(operation, /*circuit_open=*/true, now)
                                   : Next::Call();
  }

  Next Ask(Operation& operation, bool circuit_open, Nanos now) {
    now_ = now;
    RecourseClient& client = ClientOf(operation);
    Recovery& recovery = RecoveryOf(operation);
    if (client.listens_since < 0 && !IsAway(now)) {
      client.listens_since = now + kStreamTime;
    }
    if (++recovery.questions > kMaxQuestions) {
      return End(operation, Outcome::kAbandoned, now);
    }
    if (!client.MayAsk(now)) return GoOnLocally(operation, now);
    if (IsAway(now)) {
      client.Asked(/*answered=*/false, now);
      return GoOnLocally(operation, now + kAskTimeout);
    }
    client.Asked(/*answered=*/true, now);
    ++questions_;
    Question question;
    question.caller = operation.caller;
    question.circuit_open = circuit_open;
    question.error =
        operation.attempts == 0 ? Ending::kSuccess : operation.ending;
    question.retry_after = operation.retry_after;
    question.time_remaining = operation.deadline - now;
    if (options_.tells_calls) question.sums = client.TakeSums(now);
    question.seed =
        Bits(seed_, Draw::kSeed, operation.number, recovery.questions);
    const Verdict verdict = server_.HandleError(question, &recovery.token, now);
    client.plan_until = now + kPlanValidity;
    if (!verdict.runs_again) return End(operation, Outcome::kFailure, now);
    recovery.recheck = verdict.recheck && options_.watches_circuits;
    recovery.trial = verdict.trial;
    return Next::Wait(now + kAskTime + verdict.delay);
  }

  Next GoOnLocally(Operation& operation, Nanos now) {
    RecourseClient& client = ClientOf(operation);
    Recovery& recovery = RecoveryOf(operation);
    const LocalPlan& plan = now < client.plan_until ? kToldPlan : kSmallPlan;
    if (recovery.local_retries >= plan.max_retries ||
        !client.PayLocalRetry(plan.budget_ratio)) {
      return End(operation, Outcome::kAbandoned, now);
    }
    const double unit = JitterOf(operation, seed_);
    const Nanos delay = FromSeconds(
        unit *
        std::min(plan.cap, plan.base * std::exp2(recovery.local_retries)));
    ++recovery.local_retries;
    recovery.recheck = recovery.trial = false;
    return Next::Wait(now + std::max(delay, operation.retry_after));
  }

  Next End(Operation& operation, Outcome outcome, Nanos now) {
    Report(operation, outcome, now);
    return Next::End();
  }

  void Report(const Operation& operation, Outcome outcome, Nanos now) {
    now_ = now;
    const Recovery& recovery = RecoveryOf(operation);
    if (recovery.token.is_given && !IsAway(now)) {
      server_.ReportOutcome(recovery.token, outcome, now);
    }
  }

  const Scenario& scenario_;
  const OursOptions options_;
  const uint64_t seed_;
  Nanos now_ = 0;
  CircuitFeed feed_;
  std::vector<RecourseClient> clients_;
  std::vector<Recovery> recoveries_;  // By slot.
  int64_t questions_ = 0;
  RecourseServer server_;  // Tells while the others are there.
};

}  // namespace

PolicyKind Ours(const OursOptions& options) {
  PolicyKind kind;
  kind.name = "Recourse";
  kind.details = "its defaults: no policy, no pattern";
  kind.is_ours = true;
  kind.make = [options](const Scenario& scenario, uint64_t seed) {
    return std::make_unique<OursPolicy>(scenario, options, seed);
  };
  return kind;
}

}  // namespace recourse::drill
