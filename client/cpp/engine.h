// One recovery, from the first attempt to its end, as docs/client-behaviour.md
// says. It does no I/O, does not wait, and starts nothing: it says what is to
// be done next and is told what came of it. Run and RunAsync both drive it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/error_cause.h"
#include "client/cpp/observe.h"
#include "client/cpp/own_steps.h"
#include "client/cpp/run_options.h"
#include "client/cpp/shared.h"
#include "google/protobuf/struct.pb.h"
#include "recourse/v1/incidents.pb.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// How an operation's value came to be.
struct RecoveryInfo {
  int attempts = 1;       // Of the operation; 0: it never ran.
  bool degraded = false;  // The value stands in for the operation's answer.
  absl::Duration result_age = {};  // Of one that stands in; 0: not told.
  // The last decision's; empty: none, or one by the caller's own steps.
  std::string decision_id = {};
};

namespace internal {

// Whether a call that began then counts as slow, ending now.
inline bool IsSlow(const Shared& shared, const RunOptions& options,
                   absl::Time began) {
  return options.slow_call != absl::InfiniteDuration() &&
         shared.clock.Now() - began >= options.slow_call;
}

// What the caller says of running the operation twice.
inline v1::Idempotency IdempotencyOf(const RunOptions& options) {
  return options.idempotency != v1::IDEMPOTENCY_UNSPECIFIED
             ? options.idempotency
             : options.context.idempotency();
}

// The operation's input before any edit.
inline const google::protobuf::Struct& GivenState(const RunOptions& options) {
  return options.state.has_value()
             ? *options.state
             : google::protobuf::Struct::default_instance();
}

}  // namespace internal

// Begin, or FirstFailed after a first attempt made elsewhere; then, for each
// effect, the call that tells its result and gives the next, until it is a last
// one.
//
// Thread safety: none, but calls may come from different threads one after the
// other. `shared`, `options` and `site` must outlive it.
class Recovery {
 public:
  // Questions of one recovery: far above what a server grants (10 retries and
  // 16 steps), so that a broken one cannot hold a caller for ever.
  static constexpr int kMaxQuestions = 200;

  enum class Effect {
    kRun,        // Run attempt(): Succeeded or Failed.
    kAsk,        // Ask question() within ask_timeout(): Answered.
    kWait,       // Wait wait(): Waited.
    kRemediate,  // Run remediation(): Remediated.
    kPoll,       // Make poll(): PolledFor.
    kStandIn,    // Last but one: stand_in() may be the answer: StoodIn.
    kSkip,       // Last: a person said so; resolution() has the note.
    kEnd,        // Last: status() is the answer.
  };

  // `began`: when the operation did; used where there is a time budget.
  Recovery(Shared& shared, const RunOptions& options, Site& site,
           absl::Time began);
  ~Recovery();

  Effect Begin();
  // `error` is not OK. `slow`: by RunOptions::slow_call.
  Effect FirstFailed(const absl::Status& error, bool slow);
  // The attempt had its value: it is all over.
  void Succeeded();
  Effect Failed(const absl::Status& error);  // Not OK.
  Effect Answered(const Link::Answer& answer);
  Effect Waited();
  Effect Remediated(const absl::Status& result);
  Effect PolledFor(const Link::Polled& answer);
  // Whether stand_in() was of use.
  void StoodIn(bool good);

  // How to run the operation now.
  Attempt attempt() const;
  const v1::RecoveryContext& question() const { return question_; }
  absl::Duration ask_timeout() const { return ask_timeout_; }
  absl::Duration wait() const { return wait_; }
  const std::function<absl::Status()>& remediation() const;
  const v1::AwaitIncidentRequest& poll() const { return poll_; }

  const absl::Status& status() const { return status_; }
  const google::protobuf::Value& stand_in() const { return stand_in_; }
  const v1::Resolution& resolution() const { return resolution_; }
  // At the end.
  RecoveryInfo info() const;

 private:
  enum class AfterWait { kRun, kRecheck, kPoll };

  Effect AttemptFailed(const absl::Status& error);
  void Note(const absl::Status& error, bool counts);
  void Count(const v1::RecoveryResult* decision);
  bool LooksTemporary() const;
  Effect RunUnlessGated();
  void BeginRun();
  Effect Decide(bool circuit_open);
  Effect Ask();
  Effect Refused(const absl::Status& status);

  Effect Obey();
  Effect Act();
  Effect Retry(const v1::RetryAction& action);
  void Take(const v1::Alternative& alternative);
  template <typename Action>
  void Edit(const Action& action);
  Effect WaitThen(absl::Duration delay, AfterWait after);

  Effect AwaitHuman();
  Effect PollAgain();
  Effect Resolve();
  Effect GoOnLocally();
  Effect GoOnByOwnSteps();
  bool PayForRetry();
  Effect GoOnAsBefore(const absl::Status& error);

  void Report(v1::Outcome outcome);
  Effect End(v1::Outcome outcome);
  Effect Cancelled();
  bool IsStopped() const { return options_.stop.stop_requested(); }
  // It ran, and the caller says that running it twice does harm.
  bool MustNotRepeat() const {
    return runs_ > 0 &&
           internal::IdempotencyOf(options_) == v1::IDEMPOTENCY_NOT_IDEMPOTENT;
  }
  absl::Time Now() const { return shared_.clock.Now(); }
  absl::Duration Remaining() const;

  Shared& shared_;
  const RunOptions& options_;
  Site* site_;  // Of target_.
  absl::Time deadline_;

  // The attempt.
  std::string target_;
  std::optional<v1::Alternative> alternative_;
  std::optional<google::protobuf::Struct> state_;  // Once it was edited.
  std::vector<v1::StateEdit> edits_;
  std::vector<std::string> disabled_features_;
  double keep_ratio_ = 1;
  absl::Duration timeout_ = absl::InfiniteDuration();  // As decided.
  bool trial_ = false;
  absl::Time attempt_began_ = absl::InfinitePast();
  int runs_ = 0;
  std::vector<const Site*> called_;  // Sites of attempts so far, each once.
  bool repeated_ = false;  // The attempt is not the first of its target.

  // The failure.
  absl::Status status_;
  absl::Status first_error_;  // OK: none.
  std::optional<v1::ErrorDetails> error_;
  bool uncounted_ = false;
  bool slow_ = false;
  absl::Time failed_since_ = absl::InfinitePast();

  // What is to be done.
  v1::RecoveryContext question_;
  absl::Duration ask_timeout_;
  bool circuit_open_ = false;  // As question_ says.
  bool asked_again_ = false;   // Without the token that was refused.
  absl::Duration wait_;
  AfterWait after_wait_ = AfterWait::kRun;
  v1::AwaitIncidentRequest poll_;
  absl::Time poll_until_;
  absl::Duration poll_pause_;

  v1::RecoveryResult decision_;
  std::string token_;  // Of the last answer; empty: none, or reported.
  int questions_ = 0;
  int local_retries_ = 0;
  absl::Duration local_delay_;
  std::optional<OwnSteps> own_steps_;  // Once they are needed.
  google::protobuf::Value stand_in_;
  v1::Resolution resolution_;
  std::shared_ptr<Observed> observed_;  // With Mode::kObserve.
};

// True for the status of an operation that never ran, since the circuit of its
// target was open and nobody said by which way it may.
bool IsCircuitOpen(const absl::Status& status);

// The id of the decision that ended the operation (GetDecision explains it);
// empty where none did.
std::string DecisionIdOf(const absl::Status& status);

}  // namespace recourse
