// ErrorRecoveryOrchestrator: match -> plan -> strategy -> record. The one file
// that knows the order of the stages and reads the clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/catalog/pattern_catalog.h"
#include "server/disclosure.h"
#include "server/guarding.h"
#include "server/incident/incident_desk.h"
#include "server/plan/planner.h"
#include "server/plan/token.h"
#include "server/record/decision_log.h"
#include "server/record/event_hub.h"
#include "server/record/recent_ids.h"
#include "server/record/redaction.h"
#include "server/record/request_memo.h"
#include "server/record/statistics.h"
#include "server/record/template_miner.h"
#include "server/wire/context.h"

namespace recourse {

// What the orchestrator works with. Everything pointed to outlives it.
struct OrchestratorParts {
  PatternCatalog* catalog = nullptr;
  IncidentDesk* incidents = nullptr;
  const TokenSealer* tokens = nullptr;
  const Redactor* redactor = nullptr;
  Statistics* statistics = nullptr;  // Null: none are kept.
  RecentIds* reports = nullptr;
  RecentIds* settled = nullptr;    // Decisions; needed with `guard`.
  RecentIds* told = nullptr;       // Requests; needed with `guard`.
  RecentIds* continued = nullptr;  // Decisions; needed with `statistics`.
  DecisionLog* decisions = nullptr;
  EventHub* events = nullptr;
  RequestMemo* memo = nullptr;
  TemplateMiner* unmatched = nullptr;  // Null: none are kept.
  DefaultPlans default_plans;
  RecoveryLimits limits;
  Guard* guard = nullptr;  // Null: every target may be run against.
  // What is in force for a target; needed with `guard`.
  Guard::PolicyLookup policies;
  std::set<std::string> channels;  // Of the configuration: no secrets.
  std::function<absl::Time()> clock = absl::Now;
  // What dates in errors are compared with; null: `clock`, which may be ahead.
  std::function<absl::Time()> wall_clock = nullptr;
};

// Why a pattern won, and what would be decided.
struct Explanation {
  std::vector<SharedPattern> matches;  // In order, SHADOW ones too.
  std::string why;
  Decision decision;  // Without token or incident.
};

// Thread safety: safe for concurrent use.
class Orchestrator {
 public:
  // One error on its way through the stages.
  class Recovery;

  explicit Orchestrator(OrchestratorParts parts);
  ~Orchestrator();

  // Matches, plans and decides, but leaves a correction of the state to Finish;
  // never blocks. Calls `done` once, before it returns, unless an equal request
  // (its request_id) is being decided: then with that one's answer, from the
  // thread that decides it. The statuses are refusals of wire/errors.h: an
  // unusable token, a registry older than the caller insists on, too many that
  // wait for equal ones. `done` gives its result to Finish; a result that is
  // dropped leaves equal requests to decide.
  using Begun = absl::StatusOr<std::unique_ptr<Recovery>>;
  void Begin(RecoveryRequest request,
             const std::function<void(Begun)>& done) const;

  // True when Finish may take long, since it writes to the Store or runs a
  // correction: not on an event loop then.
  static bool NeedsWorker(const Recovery& recovery);
  // And is busy with a correction for that time, rather than waiting.
  static bool Computes(const Recovery& recovery);

  // Decides, if Begin left that. Opens the incident if one was decided on,
  // falling back to the plan's next step if that cannot be done; seals the
  // token; records.
  Decision Finish(std::unique_ptr<Recovery> recovery);

  // What HandleError would match and decide with `candidates` added. Records
  // nothing.
  absl::StatusOr<Explanation> Explain(RecoveryRequest request,
                                      std::vector<SharedPattern> candidates,
                                      size_t max_matches) const;

  // Books how a recovery ended. False: it was reported before.
  absl::StatusOr<bool> Report(const std::string& token, Outcome outcome,
                              std::optional<absl::Duration> duration);

  // The recovery that a token tells of. The refusal names `recovery_token`.
  absl::StatusOr<Progress> OpenToken(const std::string& token) const;

  absl::Time now() const { return parts_.clock(); }

 private:
  Begun BeginFirst(RecoveryRequest request,
                   std::unique_ptr<RequestMemo::Claim> claim) const;
  Begun Start(RecoveryRequest request,
              std::shared_ptr<const PatternRegistry> registry) const;
  void CatchUp(Recovery& recovery) const;
  absl::Status LoadProgress(Recovery& recovery) const;
  void Understand(Recovery& recovery) const;
  void TellGuard(const Recovery& recovery) const;
  bool SettlesNow(const Progress& progress, absl::Time now) const;
  void ApplyPolicy(Recovery& recovery) const;
  // Whether a correction is run, or the recovery left undecided before it.
  enum class Corrections { kRun, kLeave };
  void DecideNextStep(Recovery& recovery, Corrections corrections) const;
  StepAnswer AskStep(const Step& step, const Recovery& recovery) const;
  std::optional<Exhausted> RefuseAction(const Action& action,
                                        Recovery& recovery) const;
  void Choose(Action action, Strategy strategy, Recovery& recovery) const;
  bool OpenIncident(Recovery& recovery);
  void Conclude(Recovery& recovery) const;
  void Record(Recovery& recovery);

  const OrchestratorParts parts_;
};

// Completes the type, so that owners can destroy what Begin returns.
class Orchestrator::Recovery {
 public:
  RecoveryRequest request;
  GuardedSite site;
  RequestMemo::Answer remembered;             // This request's first answer.
  std::unique_ptr<RequestMemo::Claim> claim;  // Null: no request_id.
  std::shared_ptr<const PatternRegistry> registry;
  MatchResult match;
  Plan plan;
  std::optional<Progress> previous;  // As the token said; none: a new recovery.
  Progress progress;
  std::optional<TraceReason> rerun_refused;
  uint64_t seed = 0;
  absl::Time now;
  std::optional<absl::Time> correct_until;  // All corrections; since the first.
  absl::Time started;
  Decision decision;
  bool undecided = false;  // From the cursor's step on.
  std::optional<RedactedFailure> redacted;
  bool dry_run = false;  // Nothing is taken from the guard.
  HeldGrant grant;       // Comes back when the recovery is dropped.
};

}  // namespace recourse
