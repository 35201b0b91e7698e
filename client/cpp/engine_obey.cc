// What a recovery does about each answer.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cpp/durations.h"
#include "client/cpp/engine.h"
#include "client/cpp/state_edits.h"
#include "client/cpp/status_details.h"
#include "client/cpp/substitutes.h"

namespace recourse {
namespace {

constexpr char kSkippedUrl[] = "recourse/skipped-by-a-person";
// One poll for a person, and the pauses between polls: short after an answer
// that says nothing yet, growing while the server is away.
constexpr absl::Duration kPoll = absl::Seconds(30);
constexpr absl::Duration kPauseAfterAnswer = absl::Milliseconds(100);
constexpr absl::Duration kFirstPollPause = absl::Seconds(1);
constexpr absl::Duration kMaxPollPause = absl::Seconds(30);

}  // namespace

bool IsSkipped(const absl::Status& status) {
  return status.GetPayload(kSkippedUrl).has_value();
}

Recovery::Effect Recovery::Obey() {
  switch (decision_.disposition()) {
    case v1::DISPOSITION_ACT:
      return Act();
    case v1::DISPOSITION_RECOVERED:
      stand_in_ = decision_.result();
      return Effect::kStandIn;
    case v1::DISPOSITION_WAIT_FOR_HUMAN:
      return AwaitHuman();
    case v1::DISPOSITION_ESCALATED:
    case v1::DISPOSITION_GIVE_UP:
      return End(v1::OUTCOME_FAILURE);
    default:  // A newer server's: not understood, so not carried out.
      return End(v1::OUTCOME_ABANDONED);
  }
}

Recovery::Effect Recovery::Act() {
  // What the caller declared stands above any answer.
  if (MustNotRepeat() && !decision_.classification().not_executed()) {
    return End(v1::OUTCOME_ABANDONED);
  }
  trial_ = decision_.trial();
  switch (decision_.action_case()) {
    case v1::RecoveryResult::kRetry:
      return Retry(decision_.retry());
    case v1::RecoveryResult::kAlternativePath:
      Take(decision_.alternative_path().alternative());
      break;
    case v1::RecoveryResult::kGracefulDegradation: {
      const auto& action = decision_.graceful_degradation();
      disabled_features_.assign(action.disable_features().begin(),
                                action.disable_features().end());
      if (action.keep_ratio() > 0) keep_ratio_ *= action.keep_ratio();
      Edit(action);
      break;
    }
    case v1::RecoveryResult::kErrorCorrection:
      Edit(decision_.error_correction());
      break;
    default:
      return End(v1::OUTCOME_ABANDONED);
  }
  return WaitThen(FromProto(decision_.start_delay()),
                  decision_.recheck() ? AfterWait::kRecheck : AfterWait::kRun);
}

Recovery::Effect Recovery::Retry(const v1::RetryAction& action) {
  timeout_ = action.has_timeout() ? FromProto(action.timeout())
                                  : absl::InfiniteDuration();
  if (action.remediation().empty()) return Remediated(absl::OkStatus());
  if (options_.remediations.contains(action.remediation())) {
    return Effect::kRemediate;
  }
  return Remediated(absl::NotFoundError(absl::StrCat(
      "the remediation '", action.remediation(), "' is not declared")));
}

const std::function<absl::Status()>& Recovery::remediation() const {
  return options_.remediations.at(decision_.retry().remediation());
}

Recovery::Effect Recovery::Remediated(const absl::Status& result) {
  if (!result.ok()) {
    timeout_ = absl::InfiniteDuration();
    Note(result, /*counts=*/false);
    return Decide(/*circuit_open=*/false);
  }
  return WaitThen(FromProto(decision_.retry().delay()),
                  decision_.recheck() ? AfterWait::kRecheck : AfterWait::kRun);
}

// Takes it; what the answer leaves out is as the caller declared it.
void Recovery::Take(const v1::Alternative& alternative) {
  v1::Alternative taken = alternative;
  for (const v1::Alternative& declared : options_.alternatives) {
    if (declared.name() != taken.name()) continue;
    if (taken.target().empty() || taken.target() == taken.name()) {
      taken.set_target(declared.target());
    }
    for (const auto& [name, value] : declared.parameters()) {
      taken.mutable_parameters()->insert({name, value});  // Unless it is there.
    }
  }
  target_ = taken.target().empty() ? taken.name() : taken.target();
  site_ = &shared_.sites.Find(target_);
  alternative_ = std::move(taken);
}

template <typename Action>
void Recovery::Edit(const Action& action) {
  edits_.assign(action.edits().begin(), action.edits().end());
  if (action.edits().empty()) return;
  if (!state_.has_value()) {
    state_ = options_.state.value_or(google::protobuf::Struct());
  }
  ApplyEdits(action.edits(), *state_);
}

Recovery::Effect Recovery::WaitThen(absl::Duration delay, AfterWait after) {
  if (delay >= Remaining()) return End(v1::OUTCOME_ABANDONED);
  after_wait_ = after;
  wait_ = delay;
  return delay > absl::ZeroDuration() ? Effect::kWait : Waited();
}

Recovery::Effect Recovery::Waited() {
  if (IsStopped()) return Cancelled();
  switch (after_wait_) {
    case AfterWait::kRecheck:
      return Decide(/*circuit_open=*/true);
    case AfterWait::kPoll:
      return PollAgain();
    case AfterWait::kRun:
      break;
  }
  return RunUnlessGated();
}

// --- People ---

Recovery::Effect Recovery::AwaitHuman() {
  if (!options_.await_human || !decision_.has_escalation()) {
    return End(v1::OUTCOME_FAILURE);
  }
  poll_until_ = std::min(deadline_, Now() + options_.max_human_wait);
  poll_pause_ = kFirstPollPause;
  poll_.set_incident_id(decision_.escalation().incident_id());
  return PollAgain();
}

Recovery::Effect Recovery::PollAgain() {
  const absl::Duration left = poll_until_ - Now();
  if (left <= absl::ZeroDuration()) return End(v1::OUTCOME_ABANDONED);
  poll_.set_recovery_token(token_);
  *poll_.mutable_timeout() = ToProtoDuration(std::min(kPoll, left));
  return Effect::kPoll;
}

Recovery::Effect Recovery::PolledFor(const Link::Polled& answer) {
  if (IsStopped()) return Cancelled();
  absl::Duration pause = kPauseAfterAnswer;
  if (answer.ok()) {
    if (!answer->recovery_token().empty()) token_ = answer->recovery_token();
    if (answer->has_resolution()) {
      resolution_ = answer->resolution();
      return Resolve();
    }
    poll_pause_ = kFirstPollPause;
  } else if (IsAway(answer.status()) || absl::IsAborted(answer.status())) {
    pause =
        std::exchange(poll_pause_, std::min(2 * poll_pause_, kMaxPollPause));
  } else {
    return End(v1::OUTCOME_ABANDONED);
  }
  if (pause >= poll_until_ - Now()) return End(v1::OUTCOME_ABANDONED);
  return WaitThen(pause, AfterWait::kPoll);
}

Recovery::Effect Recovery::Resolve() {
  switch (resolution_.action()) {
    case v1::RESOLUTION_ACTION_RESUME:
      state_ = resolution_.state();
      return RunUnlessGated();
    case v1::RESOLUTION_ACTION_RETRY:
      return RunUnlessGated();
    case v1::RESOLUTION_ACTION_SKIP: {
      Report(v1::OUTCOME_FAILURE);
      const absl::Status last = std::exchange(
          status_, absl::NotFoundError(absl::StrCat("skipped by a person: ",
                                                    resolution_.note())));
      status_.SetPayload(kSkippedUrl, absl::Cord(resolution_.note()));
      SetCause(last, status_);
      return Effect::kSkip;
    }
    default:
      return End(v1::OUTCOME_FAILURE);
  }
}

void Recovery::StoodIn(bool good) {
  if (!good) {
    End(v1::OUTCOME_ABANDONED);
    return;
  }
  Report(v1::OUTCOME_SUCCESS);
}

RecoveryInfo Recovery::info() const {
  RecoveryInfo info{.attempts = runs_, .decision_id = decision_.decision_id()};
  if (decision_.disposition() == v1::DISPOSITION_RECOVERED) {
    info.degraded = decision_.degraded();
    info.result_age = FromProto(decision_.result_age());
  }
  return info;
}

}  // namespace recourse
