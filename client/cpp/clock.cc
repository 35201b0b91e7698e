#include "client/cpp/clock.h"

#include "absl/random/random.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace recourse {

absl::Time Clock::Now() const { return absl::Now(); }

double Clock::Random() {
  thread_local absl::BitGen generator;
  return absl::Uniform(generator, 0.0, 1.0);
}

bool Clock::Sleep(absl::Duration duration, const std::stop_token& stop) {
  absl::Notification stopped;
  const std::stop_callback on_stop(stop, [&] { stopped.Notify(); });
  return !stopped.WaitForNotificationWithTimeout(duration);
}

}  // namespace recourse
