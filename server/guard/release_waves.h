// The trials by which a circuit finds out that its target is back, and the
// waves in which it then lets calls pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "server/guard/permits.h"

namespace recourse {

// The first wave lets `first_size` trials be out at once until
// `success_threshold` of them succeeded. Each wave after it lets a number of
// calls pass, spread over its length, and never more at once: 2, 4, 8, ...
// times first_size while they succeed. A little more than the wave before where
// a tenth of it failed; less where a quarter did, or where calls took twice as
// long as when they were quickest: a queue grows before calls fail of it.
//
// Half of a wave's size failed: the circuit opens again. A wave passed that
// nobody filled in its length (that is all the demand there is), or that let
// calls pass as fast as they came before the outage, or, where nobody knows how
// fast that was, as fast as the target was seen to bear: it closes.
//
// A wave passes when so many succeeded that half cannot fail any more, and all
// its slots are over.
//
// Thread-compatible. The idea (canaries, then cohorts that double) is that of
// Altinn's failure-storm throttling.
class ReleaseWaves {
 public:
  static constexpr int kMaxSize = 1'000'000;
  static constexpr int kMinTimed = 20;  // Fewer tell more of chance.
  static constexpr absl::Duration kMinLength = absl::Milliseconds(200);
  static constexpr absl::Duration kMaxLength = absl::Seconds(1);
  static constexpr absl::Duration kUnknownLength = absl::Milliseconds(500);

  struct Rules {
    int first_size = 1;
    int success_threshold = 2;
    double healthy_rate = 0;    // Calls a second before; 0: unknown.
    double failure_rate = 0.5;  // At which the circuit opens.
  };

  // `start`: when the first trial may run.
  ReleaseWaves(const Rules& rules, absl::Time start);

  struct Trial {
    absl::Time at;
    uint64_t permit;
  };
  // A place in the current wave for a call that may run at `at` or later, by
  // `last` at the latest. nullopt: none is left, or it comes too late for this
  // wave. Call Advance first.
  std::optional<Trial> Take(absl::Time at, absl::Time last,
                            absl::Duration call_time, uint64_t seed,
                            absl::Time now);

  bool HasPlace() const { return Taken() < size_ && permits_.out() < size_; }

  // A trial ended; nullopt: neither well nor badly, its place is free again.
  // False: its lease is not out.
  bool End(uint64_t permit, std::optional<bool> success, absl::Time now);
  void Move(uint64_t permit, absl::Time at) { permits_.Move(permit, at); }

  enum class Verdict : uint8_t { kNone, kReopen, kClose };
  // Ends leases that are over, and the wave if it is decided.
  Verdict Advance(absl::Time now);

  // Of the wave: calls it lets pass, and those out, of whatever wave.
  int size() const { return size_; }
  int out() const { return permits_.out(); }
  int failures() const { return failures_; }
  // Calls a second that the wave lets pass; and time until the next, at best.
  double rate() const;
  absl::Duration pace() const { return length_ + call_time_; }
  // The highest rate that passed so far.
  double proven_rate() const { return proven_rate_; }
  // How long trials that succeeded took, on average of the quickest kMinTimed;
  // 0: unknown.
  absl::Duration trial_time() const {
    return quickest_ == absl::InfiniteDuration() ? absl::ZeroDuration()
                                                 : quickest_;
  }
  size_t heap_bytes() const { return permits_.heap_bytes(); }

 private:
  bool IsFirst() const { return number_ == 0; }
  int Taken() const { return IsFirst() ? permits_.out() : granted_; }
  int Settled() const { return successes_ + failures_; }
  bool IsPassed(absl::Time now) const;
  bool IsUnfilled(absl::Time now) const;
  void BeginNext(int size, absl::Time now);
  int NextSize(double times_longer) const;
  double FailureShare() const;
  double TimesLonger();

  Rules rules_;
  Permits permits_;  // Grouped by number of wave.
  int number_ = 0;
  int size_;
  int granted_ = 0;  // Of this wave, less those given back or expired.
  int successes_ = 0;
  int failures_ = 0;  // Also of earlier waves, when they come late.
  absl::Time start_;
  absl::Time next_slot_;
  absl::Duration length_ = kUnknownLength;
  absl::Duration call_time_;  // The longest expected in this wave.
  double proven_rate_ = 0;
  int timed_ = 0;        // Successes since times were last compared, ...
  absl::Duration time_;  // ... and their time.
  absl::Duration quickest_ = absl::InfiniteDuration();
};

}  // namespace recourse
