// Mode::kObserve: asks about each failure in the background, obeys nothing.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cpp/own_steps.h"
#include "client/cpp/run_options.h"
#include "client/cpp/shared.h"

namespace recourse {

// One operation that fails and goes on by the retry steps of its caller's own
// plan; others are passed over. Questions go one after the other, so that each
// carries the token of the answer before; when the operation has ended and all
// are answered, the outcome is reported and disagreements are told.
//
// Thread safety: Failed and Ended from one thread at a time; answers come on
// others. `shared` must outlive its questions, as a client does.
class Observed : public std::enable_shared_from_this<Observed> {
 public:
  Observed(Shared& shared, const RunOptions& options, Site& site);

  // An attempt failed. How it is run again by the caller's own retries;
  // nullopt: it is not.
  std::optional<v1::RetryAction> Failed(const absl::Status& error,
                                        const v1::ErrorDetails& details,
                                        absl::Duration time_remaining);

  // The operation ended; the first call counts.
  void Ended(v1::Outcome outcome);

 private:
  struct Failure {
    absl::Status error;
    v1::RecoveryContext question;
    std::optional<absl::Duration> delay;  // Before it ran again.
    std::optional<v1::RecoveryResult> decision;
  };

  void AskNext();
  void Told(size_t index, const Link::Answer& answer);
  void Finish();
  std::optional<Disagreement> Compare(const Failure& failure) const;

  Shared& shared_;
  const RunOptions options_;
  Site& site_;
  const absl::Time since_;
  OwnSteps retries_;

  absl::Mutex mu_;
  std::deque<Failure> failures_ ABSL_GUARDED_BY(mu_);
  size_t asked_ ABSL_GUARDED_BY(mu_) = 0;
  bool asking_ ABSL_GUARDED_BY(mu_) = false;
  std::string token_ ABSL_GUARDED_BY(mu_);
  std::optional<v1::Outcome> outcome_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse
