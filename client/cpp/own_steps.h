// A caller's own plan, carried out without Recourse as its strategies would.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "client/cpp/clock.h"
#include "client/cpp/run_options.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "recourse/v1/pattern.pb.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// How far one recovery has come in its plan. A step gives its answers one after
// the other; when it is exhausted the next one does:
//   retry                 as pattern.proto says, time-outs included; exhausted,
//                         too, where its remediation is not declared, or the
//                         failed server asks for more than max_retry_after
//   alternative_path      its alternatives, else those that the caller declares
//   graceful_degradation  its levels, else those that the caller declares; then
//                         its fallback value (RECOVERED)
//   escalation            ESCALATED, once: nobody is told but the caller
//   error_correction      nothing: what it takes is the server's
// A step is exhausted, too, where its answer would run the same target again
// and that cannot be paid for.
//
// Thread safety: none.
class OwnSteps {
 public:
  static constexpr int kMaxRetries = 100;  // Of one step, whatever it says.

  // `options` (alternatives, remediations, capabilities, call time) and `clock`
  // (chance) must outlive it.
  OwnSteps(google::protobuf::RepeatedPtrField<v1::Step> plan,
           const RunOptions& options, Clock& clock);

  // What the plan says about the failure of a call of `target`, in the form of
  // an answer that has no token and no decision_id. After the last step:
  // GIVE_UP, and error_message says why each step was exhausted. `pay` takes
  // one run out of the target's retry budget; false: it is spent.
  v1::RecoveryResult Next(
      const v1::ErrorDetails& error, absl::string_view target,
      absl::FunctionRef<bool()> pay = +[] { return true; });

 private:
  // False: the step is exhausted; why is in `reasons_`.
  bool Ask(const v1::Step& step, const v1::ErrorDetails& error,
           absl::string_view target, v1::RecoveryResult& result);
  bool Retry(const v1::RetryStep& step, const v1::ErrorDetails& error,
             v1::RecoveryResult& result);
  bool TakeAlternative(const v1::AlternativePathStep& step,
                       absl::string_view target, v1::RecoveryResult& result);
  bool Degrade(const v1::GracefulDegradationStep& step,
               v1::RecoveryResult& result);
  bool Escalate(const v1::EscalationStep& step, const v1::ErrorDetails& error,
                v1::RecoveryResult& result);
  std::vector<v1::Alternative> Listed(
      const v1::AlternativePathStep& step) const;
  std::vector<v1::DegradationLevel> Levels(
      const v1::GracefulDegradationStep& step) const;

  const google::protobuf::RepeatedPtrField<v1::Step> plan_;
  const RunOptions& options_;
  Clock& clock_;
  int current_ = 0;
  int used_ = 0;  // Of the current step.
  absl::Duration last_delay_;
  std::set<std::string> tried_;  // Alternatives, by name.
  std::vector<std::string> reasons_;
};

}  // namespace recourse
