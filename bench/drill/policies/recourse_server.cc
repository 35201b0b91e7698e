#include "bench/drill/policies/recourse_server.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/gates.h"
#include "server/strategy/strategy.h"

namespace recourse::drill {
namespace {

// A circuit that is told without its open_remaining is believed so long.
constexpr Nanos kBlind = 60 * kSecond;

absl::Time TimeOf(Nanos now) {
  return absl::FromUnixSeconds(1'700'000'000) + absl::Nanoseconds(now);
}
Nanos NanosOf(absl::Time time) {
  return absl::ToInt64Nanoseconds(time - TimeOf(0));
}

Category CategoryOf(Ending ending) {
  switch (ending) {
    case Ending::kRefused:
      return Category::kConnection;
    case Ending::kTimedOut:
      return Category::kTimeout;
    case Ending::kRateLimited:
      return Category::kRateLimit;
    case Ending::kUnavailable:
    case Ending::kSuccess:  // The circuit was open.
      break;
  }
  return Category::kTransient;
}

size_t PlaceOf(Category category) {
  switch (category) {
    case Category::kConnection:
      return 0;
    case Category::kTimeout:
      return 1;
    case Category::kRateLimit:
      return 2;
    default:
      return 3;
  }
}

bool Gates(CircuitState state) {
  return state == CircuitState::kOpen || state == CircuitState::kHalfOpen ||
         state == CircuitState::kForcedOpen;
}

}  // namespace

RecourseServer::RecourseServer(int callers, Nanos call_time,
                               Guard::ChangeListener on_change)
    : guard_([policy = std::make_shared<const TargetPolicy>()](
                 absl::string_view, absl::string_view) { return policy; },
             std::move(on_change)) {
  instances_.reserve(static_cast<size_t>(callers));
  for (int i = 0; i < callers; ++i) instances_.push_back(absl::StrCat(i));
  failure_.target = std::string(kTarget);
  failure_.caller_service = "drill";
  failure_.expected_call_time = absl::Nanoseconds(call_time);
  progress_.ns = failure_.ns;
}

int RecourseServer::CallerOf(const CircuitView& view) {
  int caller = -1;
  return absl::SimpleAtoi(view.instance, &caller) ? caller : -1;
}

CallSite RecourseServer::SiteOfCaller(int caller) {
  return {failure_.ns, kTarget, "", failure_.caller_service,
          instances_[static_cast<size_t>(caller)]};
}

CallSite RecourseServer::SiteOfFailure() const {
  return {failure_.ns, failure_.target, failure_.quota_scope,
          failure_.caller_service, failure_.caller_instance};
}

void RecourseServer::Describe(const Question& question) {
  const bool has_error = question.error != Ending::kSuccess;
  failure_.caller_instance = instances_[static_cast<size_t>(question.caller)];
  failure_.time_remaining = absl::Nanoseconds(question.time_remaining);
  failure_.calls = question.sums;
  failure_.circuit_open = question.circuit_open;
  failure_.text = has_error ? "error" : "";
  classification_.category = CategoryOf(question.error);
  classification_.retryable = true;
  classification_.not_executed = false;
  classification_.retry_after.reset();
  if (question.retry_after > 0) {
    classification_.retry_after =
        RetryAfter{.delay = absl::Nanoseconds(question.retry_after)};
  }
  if (question.circuit_open) ClassifyOpenCircuit(failure_, classification_);
}

void RecourseServer::Load(const Token& token, Nanos now) {
  progress_.start_time = TimeOf(token.is_given ? token.begun : now);
  progress_.last_delay = absl::Nanoseconds(token.last_delay);
  progress_.total_attempts = token.total_attempts;
  progress_.grant = {};
  if (token.is_granted) {
    progress_.grant.target = std::string(kTarget);
    progress_.grant.epoch = token.epoch;
    progress_.grant.permit = token.permit;
    progress_.grant.caller = token.caller;
    progress_.grant.budgeted = token.budgeted;
    progress_.grant.reserved_at = TimeOf(token.reserved_at);
  }
}

void RecourseServer::Store(Category category, Token* token) const {
  token->begun = NanosOf(progress_.start_time);
  token->is_given = true;
  token->last_delay = absl::ToInt64Nanoseconds(progress_.last_delay);
  token->total_attempts = static_cast<uint8_t>(progress_.total_attempts);
  token->granted[PlaceOf(category)] =
      static_cast<uint8_t>(progress_.cursors.back().granted);
  token->is_granted = !progress_.grant.target.empty();
  token->epoch = progress_.grant.epoch;
  token->permit = progress_.grant.permit;
  token->caller = progress_.grant.caller;
  token->budgeted = progress_.grant.budgeted;
  token->reserved_at =
      token->budgeted ? NanosOf(progress_.grant.reserved_at) : 0;
}

// As the orchestrator's gates: time, the guard's leave, and time again.
std::optional<Exhausted> RecourseServer::Refuse(const Action& action,
                                                bool has_token, uint64_t seed,
                                                absl::Time now,
                                                HeldGrant* held) {
  const absl::Duration delay =
      failure_.circuit_open ? absl::ZeroDuration() : DelayOf(action);
  auto refused =
      RefuseForTime(action, delay, failure_, progress_, limits_, now);
  if (refused) return refused;
  const CallSite site = SiteOfFailure();
  std::optional<Leave> leave = AskLeave(action,
                                        {.failure = failure_,
                                         .site = site,
                                         .target = site.target,
                                         .classification = classification_,
                                         .limits = limits_,
                                         .has_token = has_token,
                                         .seed = seed,
                                         .now = now},
                                        guard_);
  if (!leave) return std::nullopt;
  if (auto* exhausted = std::get_if<Exhausted>(&*leave)) return *exhausted;
  held->Hold(std::move(std::get<Admitted>(*leave).grant), failure_, now,
             guard_);
  return RefuseForTime(action, held->get()->delay, failure_, progress_, limits_,
                       now);
}

// The first of the steps that gives an action, and leave for it.
Decision RecourseServer::AskSteps(const std::vector<Step>& steps, uint64_t seed,
                                  bool has_token,
                                  std::optional<TraceReason> rerun_refused,
                                  absl::Time now) {
  Decision decision;
  Cursor& current = progress_.cursors.back();
  const int unused = failure_.circuit_open ? 1 : 0;
  for (const Step& step : steps) {
    StepAnswer answer = Decide(
        step, StepContext{.failure = failure_,
                          .classification = classification_,
                          .progress = progress_,
                          .granted = std::max(current.granted - unused, 0),
                          .rerun_refused = rerun_refused,
                          .seed = seed});
    HeldGrant held;
    auto* action = std::get_if<Action>(&answer);
    if (action == nullptr || Refuse(*action, has_token, seed, now, &held)) {
      current.granted = 0;
      continue;
    }
    decision.action = std::move(*action);
    if (held.get() != nullptr)
      ApplyGrant(*held.get(), {.held_back = failure_.circuit_open}, decision);
    progress_.grant = held.Take();
    break;
  }
  return decision;
}

// As Orchestrator::Begin and Finish, in their order.
Verdict RecourseServer::HandleError(const Question& question, Token* token,
                                    Nanos at) {
  const absl::Time now = TimeOf(at);
  Describe(question);
  Load(*token, at);
  const bool has_token = token->is_given;
  const Category category = classification_.category;
  Cursor cursor;
  cursor.granted = token->granted[PlaceOf(category)];
  progress_.cursors.assign(1, cursor);
  const auto rerun_refused =
      RerunRefused(failure_, classification_, progress_, limits_, now);
  TellFailure(failure_, SiteOfFailure(), classification_,
              {.grant = has_token ? &progress_.grant : nullptr}, now, guard_);
  progress_.grant = {};
  const Decision decision =
      AskSteps(*plans_[static_cast<size_t>(category)].steps, question.seed,
               has_token, rerun_refused, now);
  if (decision.action && UsesAnAttempt(decision, failure_)) {
    Advance(*decision.action, progress_, progress_.cursors.back());
  }
  Store(category, token);
  if (!decision.action) return {};
  return {true, absl::ToInt64Nanoseconds(DelayOf(*decision.action)),
          decision.recheck, decision.trial};
}

void RecourseServer::ReportOutcome(const Token& token, Outcome outcome,
                                   Nanos now) {
  Load(token, now);
  TellOutcome(progress_, outcome, TimeOf(now), guard_);
}

void RecourseServer::ReportCalls(int caller, const CallSums& sums, Nanos now) {
  guard_.ObserveCalls(SiteOfCaller(caller), sums, TimeOf(now));
}

Nanos RecourseServer::GatedUntil(int caller, Nanos now) {
  Nanos until = 0;
  for (const CircuitView& view :
       guard_.Circuits(failure_.ns, kTarget, TimeOf(now))) {
    if (!Gates(view.state)) continue;
    if (!view.shared && CallerOf(view) != caller) continue;
    const Nanos left = absl::ToInt64Nanoseconds(view.open_remaining);
    until = std::max(until, now + (left > 0 ? left : kBlind));
  }
  return until;
}

void RecourseServer::Sweep(Nanos now) { guard_.Sweep(TimeOf(now)); }

}  // namespace recourse::drill
