#include "server/record/histogram.h"

namespace recourse {
namespace {

constexpr double kFirstBucketMicros = 0.1;
constexpr double kGrowth = 1.1;

size_t BucketOf(double micros) {
  static const double kLogGrowth = std::log(kGrowth);
  if (micros < kFirstBucketMicros) return 0;
  const double steps = std::log(micros / kFirstBucketMicros) / kLogGrowth;
  return std::min(static_cast<size_t>(steps) + 1, kHistogramBuckets - 1);
}

}  // namespace

Measurement::Measurement(absl::Duration duration)
    : micros(absl::ToDoubleMicroseconds(
          std::clamp(duration, absl::ZeroDuration(), kMax))),
      bucket(BucketOf(micros)) {}

double BucketMicros(size_t bucket) {
  if (bucket == 0) return 0;
  const double low =
      kFirstBucketMicros * std::pow(kGrowth, static_cast<double>(bucket - 1));
  return low * 2 * kGrowth / (1 + kGrowth);
}

}  // namespace recourse
