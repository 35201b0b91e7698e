// What Run is told, and what it tells each attempt.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/struct.pb.h"
#include "recourse/v1/enums.pb.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// How to run the operation this time. What it refers to lives until the attempt
// has ended: copy what you keep.
struct Attempt {
  int number = 1;  // From 1.
  // What to call: RunOptions::target, or the alternative's.
  absl::string_view target;
  // The alternative in use; null: the original way.
  const v1::Alternative* alternative = nullptr;
  // The input: RunOptions::state with all edits so far; empty when none was
  // given.
  const google::protobuf::Struct& state;
  // The edits of the last decision, for input that is not a Struct: apply them
  // to your own copy, which has those of earlier attempts. Empty when the last
  // decision made none.
  absl::Span<const v1::StateEdit> edits = {};
  // Features to do without; each level of degradation replaces the last one's.
  absl::Span<const std::string> disabled_features = {};
  // Share of the input, as first given, that is to be sent, in (0, 1]: what
  // decisions to ask for less said of it together; 1: all, or nothing is known.
  double keep_ratio = 1;
  // Time-out to give the call, never more than the time that is left;
  // InfiniteDuration: no limit.
  absl::Duration timeout = absl::InfiniteDuration();
  // RunOptions::stop, to be passed on.
  std::stop_token stop = {};

  // False when the feature is to be done without.
  bool Enabled(absl::string_view feature) const;
  // A parameter of the alternative, else `fallback`.
  std::string Parameter(const std::string& name,
                        const std::string& fallback) const;
};

// grpc_code by the status's code, its message, and RetryInfo where it has one;
// of an InvalidValueError its type and message.
v1::ErrorDetails DefaultErrorDetails(const absl::Status& error);

// Whether decisions are obeyed.
enum class Mode {
  kObey,
  // Nothing is obeyed and nothing is gated; the retries of context.caller_steps
  // go on. Each failure is asked about in the background.
  kObserve,
};

// With Mode::kObserve: what was done is not what was decided.
struct Disagreement {
  absl::Status error;
  v1::RecoveryResult decision;
  std::string decided;  // A strategy's name as in the API, or "ENDED".
  std::string done;     // "RAN_AGAIN" or "ENDED".
  // The wait before the operation runs again, as decided and as done. At least
  // 0; 0, too, where it does not run again.
  absl::Duration decided_delay;
  absl::Duration done_delay;
};

// What Run is told. Defaults suit an operation that may be repeated. Functions
// are called on the thread of Run; with RunAsync, on the client's.
struct RunOptions {
  std::string workflow_id = {};
  std::string node_name = {};
  // What is called, for example openai/gpt-4. Empty: nothing is counted.
  std::string target = {};
  // Whether running it twice is safe. UNSPECIFIED counts as IDEMPOTENT.
  v1::Idempotency idempotency = v1::IDEMPOTENCY_UNSPECIFIED;

  // Time for all of it, waits included; the earlier of the two holds.
  absl::Duration time_budget = absl::InfiniteDuration();
  absl::Time deadline = absl::InfiniteFuture();
  absl::Duration expected_call_time = {};  // Of one call; 0: not known.
  // Calls that take this long or longer count as slow.
  absl::Duration slow_call = absl::InfiniteDuration();

  // What this caller can do. Unset: everything, and of remediations and waiting
  // for people what the next two say; set: exactly this and the next two.
  std::optional<v1::Capabilities> capabilities = {};
  // Actions to run before going on, by name ("refresh_credentials"). One that
  // fails is like a failed attempt: Recourse is asked for what else there is.
  std::map<std::string, std::function<absl::Status()>> remediations = {};
  // Wait for a person, at most this long, when an incident asks for it.
  bool await_human = false;
  absl::Duration max_human_wait = absl::Hours(24);
  // Alternatives that the caller declares: where there are any, exactly these
  // can be taken, and what an answer leaves out of one (target, parameters) is
  // as it is here.
  std::vector<v1::Alternative> alternatives = {};

  // The input as JSON, and the path in it of the text that may be corrected.
  std::optional<google::protobuf::Struct> state = {};
  std::string subject_field = {};
  // Everything else that a context may say (labels, quota scope, ...); fields
  // above win. Caller and namespace are the client's unless they are set here.
  // `caller_steps` are what is done, too, while Recourse cannot be asked (see
  // OwnSteps): in place of the local plan. What they run of the same target
  // again is paid as local retries are; where it cannot be, the next step is
  // taken.
  v1::RecoveryContext context = {};

  // Cancels waits, questions and, through Attempt::stop, the operation.
  std::stop_token stop = {};

  // Unset: the client's.
  std::optional<Mode> mode = {};
  // Longest wait for Recourse's answer to a question; 0: the client's.
  absl::Duration ask_timeout = {};
  // Says what an error is.
  std::function<v1::ErrorDetails(const absl::Status&)> map_error =
      DefaultErrorDetails;
  // For logs: each decision before it is obeyed (one by the caller's own steps
  // has no decision_id), and each failure to get one.
  std::function<void(const v1::RecoveryResult&)> on_decision = {};
  std::function<void(const absl::Status&)> on_ask_failed = {};
  // With Mode::kObserve, when the operation has ended; on a thread of the
  // client's.
  std::function<void(const Disagreement&)> on_disagreement = {};
};

}  // namespace recourse
