// Recourse's side of the drill: the server's own stages, in virtual time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bench/drill/chance.h"
#include "bench/drill/target.h"
#include "server/guard/guard.h"
#include "server/guarding.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/progress.h"
#include "server/plan/planner.h"
#include "server/strategy/strategy.h"

namespace recourse::drill {

// What a recovery's token carries, as far as a drill needs it: there are
// millions of them.
struct Token {
  static constexpr int kPlans = 4;  // Of the categories that are met here.

  bool is_given = false;  // Some answer brought it.
  bool is_granted = false;
  bool budgeted = false;
  uint8_t total_attempts = 0;
  std::array<uint8_t, kPlans> granted{};  // By plan.
  uint64_t permit = 0;
  int64_t epoch = 0;
  uint64_t caller = 0;
  Nanos reserved_at = 0;
  Nanos begun = 0;
  Nanos last_delay = 0;
};

struct Question {
  int caller = 0;
  bool circuit_open = false;
  Ending error = Ending::kSuccess;  // kSuccess: the operation never ran.
  Nanos retry_after = 0;
  Nanos time_remaining = 0;
  std::optional<CallSums> sums;
  uint64_t seed = 0;
};

struct Verdict {
  bool runs_again = false;  // Else: give up.
  Nanos delay = 0;
  bool recheck = false;
  bool trial = false;
};

// What HandleError, ReportOutcome and ReportCalls do: the guard, the default
// plans, the strategies and the gates are the server's; errors are classified
// beforehand, and nothing is matched, sealed or recorded.
class RecourseServer {
 public:
  static constexpr absl::string_view kTarget = "target";

  RecourseServer(int callers, Nanos call_time, Guard::ChangeListener on_change);

  Verdict HandleError(const Question& question, Token* token, Nanos now);
  void ReportOutcome(const Token& token, Outcome outcome, Nanos now);
  void ReportCalls(int caller, const CallSums& sums, Nanos now);
  // The circuits that are not CLOSED for this caller, as ReportCalls answers:
  // until when they gate it; 0: they do not.
  Nanos GatedUntil(int caller, Nanos now);
  void Sweep(Nanos now);

  static int CallerOf(const CircuitView& view);

 private:
  CallSite SiteOfCaller(int caller);
  CallSite SiteOfFailure() const;
  void Describe(const Question& question);
  void Load(const Token& token, Nanos now);
  void Store(Category category, Token* token) const;
  Decision AskSteps(const std::vector<Step>& steps, uint64_t seed,
                    bool has_token, std::optional<TraceReason> rerun_refused,
                    absl::Time now);
  std::optional<Exhausted> Refuse(const Action& action, bool has_token,
                                  uint64_t seed, absl::Time now,
                                  HeldGrant* held);

  Guard guard_;
  const DefaultPlans plans_ = BuiltInDefaultPlans();
  const RecoveryLimits limits_;
  std::vector<std::string> instances_;
  // Of the question in hand; kept so that nothing is allocated.
  Failure failure_;
  Classification classification_;
  Progress progress_;
};

}  // namespace recourse::drill
