// The retries of a caller's own plan.
#pragma once

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "recourse/v1/pattern.pb.h"

namespace recourse {

// Grants the retries of the plan's retry steps, one step after the other; the
// other steps are passed over.
//
// Thread safety: none.
class OwnRetries {
 public:
  explicit OwnRetries(const google::protobuf::RepeatedPtrField<v1::Step>& plan);

  // The wait before the next retry; nullopt: there is none left, or the failed
  // server asked (`retry_after`, 0: it did not) for more than the step honours.
  // `chance` is in [0, 1).
  std::optional<absl::Duration> Next(absl::Duration retry_after, double chance);

 private:
  std::vector<v1::RetryStep> steps_;
  size_t current_ = 0;
  int used_ = 0;  // Of the current step.
  absl::Duration last_;
};

}  // namespace recourse
