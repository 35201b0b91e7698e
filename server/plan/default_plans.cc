// What to do about a category when neither a pattern nor the caller says.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/stable_hash.h"
#include "server/plan/planner.h"

namespace recourse {
namespace {

// A text with every value that the default plans set: equal texts, equal
// steps. Its hash is in tokens, so its form must not change.
struct Describer {
  std::string operator()(const RetryStep& step) const {
    return absl::StrCat("retry{", step.max_retries, " ", Name(step.backoff),
                        " ", absl::FormatDuration(step.base_delay), " ",
                        step.factor, " ", absl::FormatDuration(step.max_delay),
                        " ", Name(step.jitter), " ",
                        absl::FormatDuration(step.max_retry_after), " ",
                        step.timeout_multiplier, " ", step.remediation, "}");
  }
  std::string operator()(const AlternativePathStep&) const {
    return "alternative_path{}";
  }
  std::string operator()(const GracefulDegradationStep&) const {
    return "graceful_degradation{}";
  }
  std::string operator()(const ErrorCorrectionStep&) const {
    return "error_correction{}";
  }
  std::string operator()(const EscalationStep&) const { return "escalation{}"; }
};

DefaultPlan MakePlan(std::vector<Step> steps) {
  std::string text = "built-in";
  for (const Step& step : steps) {
    absl::StrAppend(&text, ";", std::visit(Describer(), step));
  }
  DefaultPlan plan;
  plan.steps_hash = StableHash(text);
  plan.steps = std::make_shared<const std::vector<Step>>(std::move(steps));
  return plan;
}

RetryStep RateLimitRetry() {
  RetryStep step;
  step.max_retries = 5;
  step.jitter = Jitter::kEqual;
  return step;
}

RetryStep ConcurrencyRetry() {
  RetryStep step;
  step.max_retries = 5;
  step.base_delay = absl::Milliseconds(50);
  step.max_delay = absl::Seconds(1);
  return step;
}

// The client runs `remediation`, then tries once more, at once.
RetryStep RetryAfterRemedy(const char* remediation) {
  RetryStep step;
  step.max_retries = 1;
  step.backoff = Backoff::kNone;
  step.remediation = remediation;
  return step;
}

}  // namespace

DefaultPlans BuiltInDefaultPlans() {
  const AlternativePathStep alternatives;  // Those the caller declares.
  const EscalationStep escalate;           // To the log.
  const GracefulDegradationStep degrade;
  DefaultPlans plans;
  plans.fill(MakePlan({}));  // UNKNOWN, and what is not said: give up.
  // `otherwise` of a category that is retryable: waiting is vain, and somebody
  // must know.
  const auto set_both = [&](Category category, std::vector<Step> steps,
                            std::vector<Step> otherwise) {
    DefaultPlan plan = MakePlan(std::move(steps));
    plan.otherwise =
        std::make_shared<const DefaultPlan>(MakePlan(std::move(otherwise)));
    plans[static_cast<size_t>(category)] = std::move(plan);
  };
  // Of one that is not: waiting helps.
  const auto set = [&](Category category, std::vector<Step> steps) {
    std::vector<Step> otherwise = steps;
    otherwise.insert(otherwise.begin(), RetryStep());
    set_both(category, std::move(steps), std::move(otherwise));
  };
  for (const Category category :
       {Category::kTransient, Category::kConnection, Category::kTimeout}) {
    set_both(category, {RetryStep(), alternatives}, {alternatives, escalate});
  }
  set_both(Category::kRateLimit, {RateLimitRetry(), alternatives},
           {alternatives, escalate});
  // A stale version has to be read again first.
  set_both(Category::kConcurrency, {ConcurrencyRetry()},
           {RetryAfterRemedy("refetch")});
  set(Category::kIntegrity, {RetryAfterRemedy("refetch"), escalate});
  set(Category::kAuthentication,
      {RetryAfterRemedy("refresh_credentials"), escalate});
  set(Category::kResource,
      {RetryAfterRemedy("free_resources"), degrade, escalate});
  // Without rewrites: the built-in fixers that fit the error.
  set(Category::kPermanent, {ErrorCorrectionStep()});
  return plans;
}

}  // namespace recourse
