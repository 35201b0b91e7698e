#include "client/cpp/async_driver.h"

#include <utility>

#include "absl/time/clock.h"
#include "grpcpp/alarm.h"

namespace recourse {

using Effect = Recovery::Effect;

AsyncDriver::AsyncDriver(Client& client, RunOptions options)
    : client_(client),
      options_(std::move(options)),
      recovery_(client.shared(), options_, client.site(options_.target),
                client.shared().clock.Now()) {}

void AsyncDriver::Begin() {
  if (options_.stop.stop_possible()) {
    on_stop_.emplace(options_.stop, Stop{this});
  }
  Continue(recovery_.Begin());
}

void AsyncDriver::AttemptEnded(const absl::Status& status) {
  if (status.ok()) {
    recovery_.Succeeded();
  } else {
    Continue(recovery_.Failed(status));
  }
}

void AsyncDriver::Continue(Effect effect) {
  while (effect == Effect::kRemediate) {
    effect = recovery_.Remediated(recovery_.remediation()());
  }
  switch (effect) {
    case Effect::kRun:
      attempt_.emplace(recovery_.attempt());
      return StartAttempt(*attempt_);
    case Effect::kAsk:
      return Ask();
    case Effect::kWait:
      return Wait();
    case Effect::kPoll:
      return Poll();
    default:
      return Ended(recovery_, effect);
  }
}

void AsyncDriver::Ask() {
  const int64_t step = BeginStep();
  SetCancel(step, client_.shared().link->AskAsync(
                      recovery_.question(), recovery_.ask_timeout(),
                      [self = shared_from_this()](const Link::Answer& answer) {
                        self->EndStep();
                        self->Continue(self->recovery_.Answered(answer));
                      }));
}

void AsyncDriver::Poll() {
  const int64_t step = BeginStep();
  SetCancel(step, client_.shared().link->PollAsync(
                      recovery_.poll(),
                      [self = shared_from_this()](const Link::Polled& answer) {
                        self->EndStep();
                        self->Continue(self->recovery_.PolledFor(answer));
                      }));
}

void AsyncDriver::Wait() {
  Clock& clock = client_.shared().clock;
  if (clock.NeverWaits()) {
    clock.Sleep(recovery_.wait(), options_.stop);
    return Continue(recovery_.Waited());
  }
  const int64_t step = BeginStep();
  // Held by what cancels it, not by what it calls: that would be a circle.
  const auto alarm = std::make_shared<grpc::Alarm>();
  alarm->Set(absl::ToChronoTime(absl::Now() + recovery_.wait()),
             [self = shared_from_this()](bool) {
               self->EndStep();
               self->Continue(self->recovery_.Waited());
             });
  SetCancel(step, [alarm] { alarm->Cancel(); });
}

int64_t AsyncDriver::BeginStep() {
  absl::MutexLock lock(&mu_);
  in_step_ = true;
  return ++step_;
}

void AsyncDriver::SetCancel(int64_t step, const std::function<void()>& cancel) {
  {
    absl::MutexLock lock(&mu_);
    if (!in_step_ || step != step_) return;
    cancel_ = cancel;
    if (!cancelled_) return;
  }
  cancel();
}

void AsyncDriver::EndStep() {
  std::function<void()> ended;  // What it holds goes after the lock.
  absl::MutexLock lock(&mu_);
  in_step_ = false;
  ended.swap(cancel_);
}

void AsyncDriver::CancelStep() {
  std::function<void()> cancel;
  {
    absl::MutexLock lock(&mu_);
    cancelled_ = true;
    cancel = cancel_;
  }
  if (cancel) cancel();
}

}  // namespace recourse
