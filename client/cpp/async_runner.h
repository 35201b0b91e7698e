// Run without a thread that waits: for operations that call back.
//
//   recourse::RunAsync<std::string>(
//       *client, {.target = "openai/gpt-4"},
//       [=](const recourse::Attempt& attempt, auto done) {
//         AskLater(attempt.target, prompt, attempt.timeout, std::move(done));
//       },
//       [](absl::StatusOr<std::string> answer) { ... });
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/async_driver.h"
#include "client/cpp/client.h"
#include "client/cpp/run_options.h"
#include "client/cpp/substitutes.h"

namespace recourse {

// Starts the operation; called once with each attempt, to which `done` is to be
// called once, from any thread, even before this returns. The Attempt lives
// until then.
template <typename T>
using AsyncOperation = std::function<void(
    const Attempt&, std::function<void(absl::StatusOr<T>)> done)>;

namespace internal {

template <typename T>
class AsyncRun : public AsyncDriver {
 public:
  AsyncRun(Client& client, RunOptions options, AsyncOperation<T> operation,
           std::function<void(absl::StatusOr<T>)> done,
           Substitutes<T> substitutes)
      : AsyncDriver(client, std::move(options)),
        operation_(std::move(operation)),
        done_(std::move(done)),
        substitutes_(std::move(substitutes)) {}

 private:
  void StartAttempt(const Attempt& attempt) override {
    operation_(attempt, [self = std::static_pointer_cast<AsyncRun>(
                             shared_from_this())](absl::StatusOr<T> given) {
      absl::StatusOr<T> answer = self->substitutes_.Checked(std::move(given));
      const absl::Status status = answer.status();
      self->AttemptEnded(status);
      if (status.ok()) self->done_(std::move(answer));
    });
  }
  void Ended(Recovery& recovery, Recovery::Effect how) override {
    if (how == Recovery::Effect::kStandIn) {
      absl::StatusOr<T> value = substitutes_.StandIn(recovery.stand_in());
      recovery.StoodIn(value.ok());
      if (value.ok()) return done_(std::move(value));
    } else if (how == Recovery::Effect::kSkip && substitutes_.on_skip) {
      return done_(substitutes_.on_skip(recovery.resolution()));
    }
    done_(recovery.status());
  }

  const AsyncOperation<T> operation_;
  const std::function<void(absl::StatusOr<T>)> done_;
  const Substitutes<T> substitutes_;
};

}  // namespace internal

// As Run (recovery_runner.h), with `done` called once with what Run would have
// returned, from whichever thread the end came on: the caller's, the
// operation's or one of gRPC's. Questions, waits and polls occupy no thread.
// Remediations and hooks must not block.
//
// `options.stop` ends questions and waits at once; the operation is to look at
// Attempt::stop itself. `client` must live until `done` has returned, and must
// not be destroyed in it.
//
// Thread safety: as that of `operation`; the client may be shared.
template <typename T>
void RunAsync(Client& client, RunOptions options,
              std::type_identity_t<AsyncOperation<T>> operation,
              std::type_identity_t<std::function<void(absl::StatusOr<T>)>> done,
              std::type_identity_t<Substitutes<T>> substitutes = {}) {
  std::make_shared<internal::AsyncRun<T>>(client, std::move(options),
                                          std::move(operation), std::move(done),
                                          std::move(substitutes))
      ->Begin();
}

}  // namespace recourse
