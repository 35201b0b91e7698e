// Try, ask, obey, report: runs an operation under Recourse's guidance.
//
//   auto answer = recourse::Run(
//       *client, {.node_name = "summarise", .target = "openai/gpt-4"},
//       [&](const recourse::Attempt& attempt) -> absl::StatusOr<std::string> {
//         return Ask(attempt.target, prompt, attempt.timeout);
//       });
//
// No RPC is made while the operation succeeds at once.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cpp/client.h"
#include "client/cpp/recovery_engine.h"
#include "client/cpp/run_options.h"
#include "client/cpp/substitutes.h"

namespace recourse {

// Runs `operation` until it succeeds or Recourse, the deadline or the caller
// ends it. `operation` is called on this thread, once per attempt, and must not
// throw. Returns:
//   the operation's value       it succeeded, or a stand-in (see Substitutes)
//   the operation's last error  nothing more can be done, or time is up
//   CANCELLED                   options.stop was asked
//   NOT_FOUND, IsSkipped true   a person said to go on without the answer
//
// Recourse out of reach: the last local plan for the target, else two retries
// of what looks temporary; never for a NOT_IDEMPOTENT operation, and within
// the target's budget of local retries. One report is sent at the end, if
// Recourse ever answered:
//   SUCCESS    a value, or a stand-in, came back
//   FAILURE    given up, escalated, aborted or skipped by a person
//   ABANDONED  something was left to try, but not the time or means
//   CANCELLED  options.stop was asked
//
// Thread safety: as that of `operation`; the client may be shared.
template <typename T>
absl::StatusOr<T> Run(
    Client& client, const RunOptions& options,
    const std::type_identity_t<
        std::function<absl::StatusOr<T>(const Attempt&)>>& operation,
    const std::type_identity_t<Substitutes<T>>& substitutes = {}) {
  RecoveryEngine engine(client, options);
  absl::Status begun = engine.Begin();
  if (!begun.ok()) return begun;
  while (true) {
    absl::StatusOr<T> answer = operation(engine.attempt());
    if (answer.ok()) {
      engine.Report(v1::OUTCOME_SUCCESS);
      return answer;
    }
    switch (engine.Failed(answer.status())) {
      case RecoveryEngine::Next::kRunAgain:
        continue;
      case RecoveryEngine::Next::kEnd:
        return engine.status();
      case RecoveryEngine::Next::kStandIn:
        if (substitutes.from_value) {
          absl::StatusOr<T> value = substitutes.from_value(engine.stand_in());
          engine.Report(value.ok() ? v1::OUTCOME_SUCCESS
                                   : v1::OUTCOME_ABANDONED);
          return value.ok() ? std::move(value) : engine.status();
        }
        engine.Report(v1::OUTCOME_ABANDONED);
        return engine.status();
      case RecoveryEngine::Next::kSkip:
        if (substitutes.on_skip)
          return substitutes.on_skip(engine.resolution());
        return engine.status();
    }
  }
}

// The same, with T taken from what `operation` returns.
template <typename Operation,
          typename Answer = std::invoke_result_t<Operation&, const Attempt&>>
Answer Run(Client& client, const RunOptions& options, Operation&& operation) {
  return Run<typename Answer::value_type>(client, options,
                                          std::forward<Operation>(operation));
}

}  // namespace recourse
