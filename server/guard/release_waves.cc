#include "server/guard/release_waves.h"

#include <algorithm>
#include <cmath>

#include "server/model/stable_hash.h"

namespace recourse {
namespace {

// Shares of failed calls up to which a wave is followed by one twice as large,
// and, as a part of the rate that opens the circuit, by a somewhat larger one.
constexpr double kCalm = 0.1;
constexpr double kBearable = 0.5;
// The same of the time that calls take, in times of the quickest.
constexpr double kLittleLonger = 1.5;
constexpr double kMuchLonger = 2;
constexpr absl::Duration kNoise = absl::Milliseconds(10);

absl::Duration LengthFor(absl::Duration call_time) {
  if (call_time <= absl::ZeroDuration()) return ReleaseWaves::kUnknownLength;
  return std::clamp(2 * std::min(call_time, ReleaseWaves::kMaxLength),
                    ReleaseWaves::kMinLength, ReleaseWaves::kMaxLength);
}

}  // namespace

ReleaseWaves::ReleaseWaves(const Rules& rules, absl::Time start)
    : rules_(rules),
      size_(std::clamp(rules.first_size, 1, kMaxSize)),
      start_(start),
      next_slot_(start) {}

std::optional<ReleaseWaves::Trial> ReleaseWaves::Take(absl::Time at,
                                                      absl::Time last,
                                                      absl::Duration call_time,
                                                      uint64_t seed,
                                                      absl::Time now) {
  if (!HasPlace()) return std::nullopt;
  const absl::Duration gap = length_ / size_;
  const absl::Time slot = std::max(now, next_slot_);
  const absl::Time run =
      std::max(at, size_ == 1 ? slot : slot + gap * UnitInterval(seed));
  // Who waits longer than the wave would hold up its verdict.
  if (run > last || run > slot + length_) return std::nullopt;
  next_slot_ = slot + gap;
  ++granted_;
  call_time_ = std::max(call_time_, std::min(call_time, kMaxLeasedCall));
  length_ = LengthFor(call_time_);
  return Trial{run, permits_.Take({number_, run, call_time}, seed)};
}

bool ReleaseWaves::End(uint64_t permit, std::optional<bool> success,
                       absl::Time now) {
  const std::optional<Permits::Lease> lease = permits_.End(permit);
  if (!lease) return false;
  const bool current = lease->group == number_;
  if (!success) {
    granted_ -= current;
  } else if (!*success) {
    ++failures_;
  } else {
    successes_ += current;
    ++timed_;
    time_ += std::max(now - lease->at, absl::ZeroDuration());
  }
  return true;
}

ReleaseWaves::Verdict ReleaseWaves::Advance(absl::Time now) {
  granted_ -= permits_.Expire(number_, now);
  if (2 * failures_ >= size_) return Verdict::kReopen;
  if (!IsPassed(now)) return Verdict::kNone;
  const double seconds = absl::ToDoubleSeconds(length_);
  const double longer = TimesLonger();
  if (!IsFirst() && longer <= kMuchLonger) {
    proven_rate_ = std::max(proven_rate_, granted_ / seconds);
  }
  const bool fast_enough =
      rules_.healthy_rate > 0 && size_ / seconds >= rules_.healthy_rate;
  const bool bearable = FailureShare() <= kBearable * rules_.failure_rate;
  if (bearable && (fast_enough || IsUnfilled(now))) return Verdict::kClose;
  BeginNext(NextSize(longer), now);
  if (longer > kMuchLonger && rules_.healthy_rate == 0) {
    rules_.healthy_rate = size_ / seconds;
  }
  return Verdict::kNone;
}

// The mean time of the last trials, in times of the quickest.
double ReleaseWaves::TimesLonger() {
  if (timed_ < kMinTimed) return 1;
  const absl::Duration mean = time_ / timed_;
  timed_ = 0;
  time_ = absl::ZeroDuration();
  quickest_ = std::min(quickest_, mean);
  return absl::FDivDuration(mean, quickest_ + kNoise);
}

bool ReleaseWaves::IsPassed(absl::Time now) const {
  if (IsFirst()) return successes_ >= rules_.success_threshold;
  const bool all_settled = Settled() >= granted_;
  if (granted_ < size_) return all_settled && now >= start_ + length_;
  return now >= next_slot_ && (all_settled || 2 * successes_ > size_);
}

bool ReleaseWaves::IsUnfilled(absl::Time now) const {
  return !IsFirst() && granted_ < size_ && now >= start_ + length_;
}

void ReleaseWaves::BeginNext(int size, absl::Time now) {
  size_ = size;
  ++number_;
  granted_ = successes_ = failures_ = 0;
  start_ = next_slot_ = now;
}

int ReleaseWaves::NextSize(double times_longer) const {
  const double share = FailureShare();
  double size = 2.0 * size_;
  if (share > kBearable * rules_.failure_rate || times_longer > kMuchLonger) {
    size = std::floor(0.75 * size_);
  } else if (share > kCalm) {
    size = std::ceil(1.25 * size_);
  } else if (times_longer > kLittleLonger) {
    size = size_;
  }
  if (rules_.healthy_rate > 0) {
    size = std::min(
        size, std::ceil(rules_.healthy_rate * absl::ToDoubleSeconds(length_)));
  }
  return static_cast<int>(std::clamp<double>(
      size, std::min(rules_.first_size, kMaxSize), kMaxSize));
}

double ReleaseWaves::FailureShare() const {
  return Settled() == 0 ? 0 : static_cast<double>(failures_) / Settled();
}

double ReleaseWaves::rate() const {
  return size_ / absl::ToDoubleSeconds(length_);
}

}  // namespace recourse
