#include "client/cli/stop_on_signal.h"

#include <csignal>
#include <ctime>

namespace recourse::cli {
namespace {

sigset_t EndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopOnSignal::StopOnSignal() {
  const sigset_t signals = EndingSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiter_ = std::jthread([this, signals](const std::stop_token& over) {
    constexpr timespec kLook = {0, 50'000'000};  // 50 ms
    while (!over.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &kLook) > 0) {
        source_.request_stop();
        return;
      }
    }
  });
}

StopOnSignal::~StopOnSignal() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t signals = EndingSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace recourse::cli
