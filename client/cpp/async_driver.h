// The part of RunAsync that does not depend on the answer's type.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "client/cpp/client.h"
#include "client/cpp/engine.h"
#include "client/cpp/run_options.h"

namespace recourse {

// Carries out what a recovery asks for, each thing on the thread on which the
// one before ended. Held by whatever is in progress.
//
// Thread safety: none but for the stop token; one thing is in progress at a
// time.
class AsyncDriver : public std::enable_shared_from_this<AsyncDriver> {
 public:
  AsyncDriver(Client& client, RunOptions options);
  virtual ~AsyncDriver() = default;

  void Begin();

 protected:
  // Starts an attempt, which ends by AttemptEnded: OK when it has its value.
  virtual void StartAttempt(const Attempt& attempt) = 0;
  // It is over without one: kStandIn, kSkip or kEnd.
  virtual void Ended(Recovery& recovery, Recovery::Effect how) = 0;

  void AttemptEnded(const absl::Status& status);

 private:
  struct Stop {
    AsyncDriver* driver;
    void operator()() const { driver->CancelStep(); }
  };

  void Continue(Recovery::Effect effect);
  void Ask();
  void Wait();
  void Poll();

  // A step is what stop can end early, by what SetCancel was given. It may end
  // before that.
  int64_t BeginStep();
  void SetCancel(int64_t step, const std::function<void()>& cancel);
  void EndStep();
  void CancelStep();

  Client& client_;
  const RunOptions options_;
  Recovery recovery_;
  std::optional<Attempt> attempt_;  // The one in progress.

  absl::Mutex mu_;
  int64_t step_ ABSL_GUARDED_BY(mu_) = 0;  // The last one begun.
  bool in_step_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  std::function<void()> cancel_ ABSL_GUARDED_BY(mu_);

  // Last: it may call back as soon as it is there, and until it is gone.
  std::optional<std::stop_callback<Stop>> on_stop_;
};

}  // namespace recourse
