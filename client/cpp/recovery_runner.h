// Try, ask, obey, report: runs an operation under Recourse's guidance.
//
//   auto answer = recourse::Run(
//       *client, {.node_name = "summarise", .target = "openai/gpt-4"},
//       [&](const recourse::Attempt& attempt) -> absl::StatusOr<std::string> {
//         return Ask(attempt.target, prompt, attempt.timeout);
//       });
//
// No RPC is made while the operation succeeds at once. In a hot path keep the
// options, or an Operation, which keeps them and looks its target up once:
//
//   recourse::Operation summarise(*client, {.target = "openai/gpt-4"});
//   auto answer = summarise.Run([&](const recourse::Attempt& attempt) { ... });
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cpp/client.h"
#include "client/cpp/driver.h"
#include "client/cpp/engine.h"
#include "client/cpp/run_options.h"
#include "client/cpp/substitutes.h"

namespace recourse {

namespace internal {

// What is begun at once, without a recovery: nothing but memory is looked at.
struct FirstAttempt {
  // The time is read only where something is measured by it.
  FirstAttempt(Shared& shared, const Site& site, const RunOptions& options)
      : is_timed(options.time_budget != absl::InfiniteDuration() ||
                 options.deadline != absl::InfiniteFuture() ||
                 options.slow_call != absl::InfiniteDuration()) {
    if (ABSL_PREDICT_FALSE(is_timed)) {
      began = shared.clock.Now();
      left = std::min(options.time_budget, options.deadline - began);
    }
    may_begin = !site.special() && left > absl::ZeroDuration() &&
                !options.stop.stop_requested();
  }
  Attempt attempt(const RunOptions& options) const {
    return {.number = 1,
            .target = options.target,
            .state = GivenState(options),
            .timeout = left,
            .stop = options.stop};
  }

  const bool is_timed;
  bool may_begin = false;
  absl::Time began = absl::InfinitePast();
  absl::Duration left = absl::InfiniteDuration();
};

// Runs to the end what did not succeed at once.
template <typename T, typename Function>
ABSL_ATTRIBUTE_NOINLINE absl::StatusOr<T> Recover(
    Shared& shared, const RunOptions& options, Recovery& recovery,
    Recovery::Effect effect, Function& operation,
    const Substitutes<T>& substitutes) {
  while (true) {
    switch (DriveToNextAttempt(shared, options, recovery, effect)) {
      case Recovery::Effect::kRun: {
        absl::StatusOr<T> answer =
            substitutes.Checked(operation(recovery.attempt()));
        if (answer.ok()) {
          recovery.Succeeded();
          return answer;
        }
        effect = recovery.Failed(answer.status());
        continue;
      }
      case Recovery::Effect::kStandIn: {
        absl::StatusOr<T> value = substitutes.StandIn(recovery.stand_in());
        recovery.StoodIn(value.ok());
        if (!value.ok()) return recovery.status();
        return value;
      }
      case Recovery::Effect::kSkip:
        if (!substitutes.on_skip) return recovery.status();
        return substitutes.on_skip(recovery.resolution());
      default:
        return recovery.status();
    }
  }
}

// The healthy way is short and allocates nothing; all else is in Recover.
template <typename T, typename Function>
absl::StatusOr<T> RunAt(Shared& shared, Site& site, const RunOptions& options,
                        Function& operation, const Substitutes<T>* substitutes,
                        RecoveryInfo* info) {
  const FirstAttempt first(shared, site, options);
  absl::Status error;
  bool slow = false;
  if (ABSL_PREDICT_TRUE(first.may_begin)) {
    absl::StatusOr<T> answer = operation(first.attempt(options));
    if (substitutes != nullptr) {
      answer = substitutes->Checked(std::move(answer));
    }
    slow = first.is_timed && IsSlow(shared, options, first.began);
    if (ABSL_PREDICT_TRUE(answer.ok())) {
      if (ABSL_PREDICT_FALSE(slow || site.special())) {
        shared.sites.CountSuccess(site, {.slow = slow}, shared.clock.Now());
      } else {
        site.CountCall();
      }
      return answer;
    }
    error = answer.status();
  }
  Recovery recovery(shared, options, site, first.began);
  const Recovery::Effect effect =
      first.may_begin ? recovery.FirstFailed(error, slow) : recovery.Begin();
  absl::StatusOr<T> answer =
      Recover<T>(shared, options, recovery, effect, operation,
                 substitutes != nullptr ? *substitutes : Substitutes<T>());
  if (info != nullptr) *info = recovery.info();
  return answer;
}

template <typename Function>
using ValueOf =
    typename std::invoke_result_t<Function&, const Attempt&>::value_type;

}  // namespace internal

// Runs `operation` until it succeeds or Recourse, the deadline or the caller
// ends it. `operation` takes a const Attempt& and gives an absl::StatusOr<T>;
// it is called on this thread, once per attempt, and must not throw. Returns:
//   the operation's value       it succeeded, or a stand-in (see Substitutes);
//                               never one that Substitutes::validate refuses,
//                               whose error is the attempt's
//   the operation's last error  nothing more can be done, or time is up;
//                               DecisionIdOf says which decision ended it,
//                               CauseOf what it failed with at first
//   CANCELLED                   options.stop was asked, or the operation says
//                               that it was cancelled itself
//   NOT_FOUND, IsSkipped true   a person said to go on without the answer
//   UNAVAILABLE, IsCircuitOpen  it never ran: the circuit of its target is open
//
// Recourse out of reach: the caller's own steps (context.caller_steps), else
// the last local plan for the target, else two retries of what looks temporary;
// never for a NOT_IDEMPOTENT operation, and within the target's budget of local
// retries. One report is sent at the end, in the
// background, if Recourse ever answered:
//   SUCCESS    a value, or a stand-in, came back
//   FAILURE    given up, escalated, aborted or skipped by a person
//   ABANDONED  something was left to try, but not the time or means
//   CANCELLED  as above
//
// Thread safety: as that of `operation`; the client may be shared.
template <typename T, typename Function>
absl::StatusOr<T> Run(Client& client, const RunOptions& options,
                      Function&& operation,
                      const std::type_identity_t<Substitutes<T>>& substitutes) {
  return internal::RunAt<T>(client.shared(), client.site(options.target),
                            options, operation, &substitutes, nullptr);
}

template <typename T, typename Function>
absl::StatusOr<T> Run(Client& client, const RunOptions& options,
                      Function&& operation) {
  return internal::RunAt<T>(client.shared(), client.site(options.target),
                            options, operation, nullptr, nullptr);
}

// The same, with T taken from what `operation` returns.
template <typename Function, typename T = internal::ValueOf<Function>>
absl::StatusOr<T> Run(Client& client, const RunOptions& options,
                      Function&& operation) {
  return internal::RunAt<T>(client.shared(), client.site(options.target),
                            options, operation, nullptr, nullptr);
}

// The same; `info` tells how the value, or the error, came to be.
template <typename T, typename Function>
absl::StatusOr<T> RunDetailed(
    Client& client, const RunOptions& options, Function&& operation,
    RecoveryInfo& info,
    const std::type_identity_t<Substitutes<T>>& substitutes = {}) {
  info = {};
  return internal::RunAt<T>(client.shared(), client.site(options.target),
                            options, operation, &substitutes, &info);
}

// An operation that is run often: its options, and its target looked up once.
//
// Thread safety: Run is safe for concurrent use where the functions in the
// options are. `client` must outlive it.
class Operation {
 public:
  Operation(Client& client, RunOptions options)
      : shared_(client.shared()),
        options_(std::move(options)),
        site_(client.site(options_.target)) {}

  const RunOptions& options() const { return options_; }

  // As the free functions.
  template <typename Function, typename T = internal::ValueOf<Function>>
  absl::StatusOr<T> Run(Function&& operation) const {
    return internal::RunAt<T>(shared_, site_, options_, operation, nullptr,
                              nullptr);
  }
  template <typename Function, typename T = internal::ValueOf<Function>>
  absl::StatusOr<T> Run(
      Function&& operation,
      const std::type_identity_t<Substitutes<T>>& substitutes) const {
    return internal::RunAt<T>(shared_, site_, options_, operation, &substitutes,
                              nullptr);
  }

 private:
  Shared& shared_;
  const RunOptions options_;
  Site& site_;
};

}  // namespace recourse
