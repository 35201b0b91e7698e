#include "client/cpp/testing.h"

#include <utility>

#include "client/cpp/durations.h"

namespace recourse::test_mode {
namespace {

v1::RecoveryResult Act(v1::RecoveryStrategy strategy) {
  v1::RecoveryResult result;
  result.set_disposition(v1::DISPOSITION_ACT);
  result.set_success(true);
  result.set_strategy_used(strategy);
  result.set_recovery_token("scripted");
  return result;
}

}  // namespace

absl::Time FakeClock::Now() const {
  absl::MutexLock lock(&mu_);
  return now_;
}

bool FakeClock::Sleep(absl::Duration duration, const std::stop_token& stop) {
  std::function<void(int)> on_wait;
  int number = 0;
  {
    absl::MutexLock lock(&mu_);
    now_ += duration;
    waits_.push_back(duration);
    number = static_cast<int>(waits_.size());
    on_wait = on_wait_;
  }
  if (on_wait) on_wait(number);
  return !stop.stop_requested();
}

void FakeClock::Advance(absl::Duration duration) {
  absl::MutexLock lock(&mu_);
  now_ += duration;
}

void FakeClock::OnWait(std::function<void(int)> function) {
  absl::MutexLock lock(&mu_);
  on_wait_ = std::move(function);
}

std::vector<absl::Duration> FakeClock::waits() const {
  absl::MutexLock lock(&mu_);
  return waits_;
}

void FakeClock::ForgetWaits() {
  absl::MutexLock lock(&mu_);
  waits_.clear();
}

void ScriptedLink::Answer(v1::RecoveryResult result) {
  absl::MutexLock lock(&mu_);
  answers_.emplace_back(std::move(result));
}

void ScriptedLink::Fail(absl::Status status) {
  absl::MutexLock lock(&mu_);
  answers_.emplace_back(std::move(status));
}

void ScriptedLink::Resolve(v1::Resolution resolution) {
  absl::MutexLock lock(&mu_);
  resolutions_.push_back(std::move(resolution));
}

std::vector<v1::RecoveryContext> ScriptedLink::questions() const {
  absl::MutexLock lock(&mu_);
  return questions_;
}

std::vector<v1::RecoveryOutcome> ScriptedLink::reports() const {
  absl::MutexLock lock(&mu_);
  return reports_;
}

Link::Answer ScriptedLink::Ask(const v1::RecoveryContext& question,
                               absl::Duration, const std::stop_token&) {
  absl::MutexLock lock(&mu_);
  questions_.push_back(question);
  if (answers_.empty()) return GiveUp();
  Link::Answer answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

Link::Polled ScriptedLink::Poll(const v1::AwaitIncidentRequest& request,
                                const std::stop_token&) {
  v1::AwaitIncidentResponse response;
  response.set_recovery_token(request.recovery_token());
  response.mutable_resolution()->set_action(v1::RESOLUTION_ACTION_ABORT);
  absl::MutexLock lock(&mu_);
  if (resolutions_.empty()) return response;
  *response.mutable_resolution() = std::move(resolutions_.front());
  resolutions_.pop_front();
  return response;
}

Link::Cancel ScriptedLink::AskAsync(const v1::RecoveryContext& question,
                                    absl::Duration timeout,
                                    std::function<void(Link::Answer)> done) {
  done(Ask(question, timeout, {}));
  return [] {};
}

Link::Cancel ScriptedLink::PollAsync(const v1::AwaitIncidentRequest& request,
                                     std::function<void(Polled)> done) {
  done(Poll(request, {}));
  return [] {};
}

void ScriptedLink::Report(const v1::RecoveryOutcome& outcome) {
  absl::MutexLock lock(&mu_);
  reports_.push_back(outcome);
}

v1::RecoveryResult RetryAfter(absl::Duration delay) {
  v1::RecoveryResult result = Act(v1::RECOVERY_STRATEGY_RETRY);
  *result.mutable_retry()->mutable_delay() = ToProtoDuration(delay);
  return result;
}

v1::RecoveryResult TakeAlternative(const std::string& name,
                                   const std::string& target) {
  v1::RecoveryResult result = Act(v1::RECOVERY_STRATEGY_ALTERNATIVE_PATH);
  v1::Alternative& alternative =
      *result.mutable_alternative_path()->mutable_alternative();
  alternative.set_name(name);
  alternative.set_target(target);
  return result;
}

v1::RecoveryResult GiveUp() {
  v1::RecoveryResult result;
  result.set_disposition(v1::DISPOSITION_GIVE_UP);
  result.set_recovery_token("scripted");
  return result;
}

}  // namespace recourse::test_mode
