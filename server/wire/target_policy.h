// Target policies: API messages <-> model; the one place that checks them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "recourse/v1/target_policies.pb.h"
#include "server/model/target_policy.h"

namespace recourse {

// Checks and converts, with the defaults for what is unset; the output-only
// fields are taken over. Fields in errors are relative to the policy
// ("breaker.failure_rate"): out of range, NaN, no id, no target, a glob whose *
// is not its end: INVALID_ARGUMENT.
absl::StatusOr<TargetPolicy> ParseTargetPolicy(const v1::TargetPolicy& message);

// A target and the namespace it is in.
struct TargetName {
  std::string ns;
  std::string target;
};

// `ns` empty: the default one. INVALID_ARGUMENT names `namespace` or `target`.
absl::StatusOr<TargetName> ParseTargetName(const std::string& ns,
                                           const std::string& target);

// Every field filled in; durations that mean "none" stay unset.
v1::TargetPolicy ToMessage(const TargetPolicy& policy);

}  // namespace recourse
