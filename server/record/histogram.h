// Durations in log-spaced buckets of fixed number.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "absl/time/time.h"

namespace recourse {

// One duration, with its bucket worked out once for all histograms it goes to.
// Below zero it counts as zero, above kMax as that.
struct Measurement {
  static constexpr absl::Duration kMax = absl::Hours(24 * 7);

  explicit Measurement(absl::Duration duration);

  double micros;
  size_t bucket;
};

// Bucket 0 is below 0.1 us; bucket i > 0 begins at 0.1 us * 1.1^(i-1). The
// harmonic mean of a bucket's ends is within 4.8 % of everything in it.
inline constexpr size_t kHistogramBuckets = 311;  // The last holds kMax.
double BucketMicros(size_t bucket);               // That mean.

// A distribution. Count is int64_t in totals and int32_t in the slots of
// windows. The buckets are allocated by the first measurement and kept by
// Clear().
//
// Thread-compatible.
template <typename Count>
class Histogram {
 public:
  void Add(const Measurement& measured) {
    AddBucket(measured.bucket, 1);
    Extend(measured.micros, measured.micros, measured.micros);
  }

  // Parts of another histogram: its buckets, then its sum and range.
  void AddBucket(size_t bucket, Count count) {
    if (buckets_ == nullptr) buckets_ = std::make_unique<Buckets>();
    (*buckets_)[bucket] += count;
    count_ += count;
    first_ = std::min(first_, bucket);
    last_ = std::max(last_, bucket);
  }
  void Extend(double sum, double min, double max) {
    sum_ += sum;
    min_ = std::min(min_, min);
    max_ = std::max(max_, max);
  }

  template <typename Other>
  void AddTo(Histogram<Other>* sum) const {
    if (count_ == 0) return;
    for (size_t i = first_; i <= last_; ++i) {
      if ((*buckets_)[i] != 0) sum->AddBucket(i, (*buckets_)[i]);
    }
    sum->Extend(sum_, min_, max_);
  }

  void Clear() {
    if (count_ == 0) return;
    std::fill(buckets_->begin() + first_, buckets_->begin() + last_ + 1, 0);
    first_ = kHistogramBuckets;
    last_ = 0;
    count_ = 0;
    sum_ = 0;
    min_ = std::numeric_limits<double>::infinity();
    max_ = 0;
  }

  // The smallest value that at least `share` (0-1] of all are not above, within
  // 5 %; 0 when there is none.
  double QuantileMicros(double share) const {
    if (count_ == 0) return 0;
    const auto rank = std::max<Count>(
        1, static_cast<Count>(std::ceil(share * static_cast<double>(count_))));
    Count seen = 0;
    size_t bucket = first_;
    for (; bucket < last_; ++bucket) {
      seen += (*buckets_)[bucket];
      if (seen >= rank) break;
    }
    return std::clamp(BucketMicros(bucket), min_, max_);
  }
  double MeanMicros() const {
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
  }

  Count count() const { return count_; }
  Count bucket(size_t i) const { return buckets_ ? (*buckets_)[i] : 0; }
  double sum_micros() const { return sum_; }
  double min_micros() const { return count_ == 0 ? 0 : min_; }
  double max_micros() const { return max_; }

 private:
  using Buckets = std::array<Count, kHistogramBuckets>;

  std::unique_ptr<Buckets> buckets_;
  size_t first_ = kHistogramBuckets;  // Buckets in use, inclusive.
  size_t last_ = 0;
  Count count_ = 0;
  double sum_ = 0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = 0;
};

}  // namespace recourse
