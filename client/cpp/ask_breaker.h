// Whether Recourse may be asked just now.
#pragma once

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

// After kFailuresToBypass failed questions in a row nobody asks for kBypass;
// then one question probes. Never more than kMaxInFlight at once.
//
// Thread safety: safe for concurrent use.
class AskBreaker {
 public:
  static constexpr int kFailuresToBypass = 3;
  static constexpr absl::Duration kBypass = absl::Seconds(4);
  static constexpr int kMaxInFlight = 64;

  enum class Fate {
    kAnswered,  // By a decision or a refusal.
    kFailed,    // Nobody answered, or not in time.
    kCancelled  // It says nothing.
  };

  // Takes the right to one question, to be given back by End; or false.
  bool Begin(absl::Time now);
  void End(Fate fate, absl::Time now);

  // The server was heard of by another way: a probe may go at once.
  void Alive();

 private:
  absl::Mutex mu_;
  int failures_ ABSL_GUARDED_BY(mu_) = 0;
  int in_flight_ ABSL_GUARDED_BY(mu_) = 0;
  bool probing_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time bypass_until_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

}  // namespace recourse
