#include "server/guard/pacer.h"

#include <algorithm>
#include <cmath>

namespace recourse {
namespace {

constexpr double kMinPageSeconds = 0.25;

int64_t SlotsFor(double step_seconds) {
  return std::max<int64_t>(
      1, static_cast<int64_t>(std::ceil(kMinPageSeconds / step_seconds)));
}

}  // namespace

Pacer::Pacer(const PacingPolicy& policy)
    : rate_(policy.max_retry_rate),
      burst_(std::max(1, policy.burst)),
      step_seconds_(burst_ / rate_),
      slots_(SlotsFor(step_seconds_)),
      page_nanos_(std::max<int64_t>(
          1, static_cast<int64_t>(
                 std::min(step_seconds_ * static_cast<double>(slots_), 1e8) *
                 1e9))) {}

int64_t Pacer::PageOf(absl::Time at) const {
  return std::max<int64_t>(0, absl::ToUnixNanos(at) / page_nanos_);
}

// Pages before `page` are over: their places are those of later ones, which are
// full as far as the queue behind the calendar reached.
void Pacer::TurnTo(int64_t page) {
  if (page <= first_page_) return;
  const auto pages = static_cast<int64_t>(kPages);
  const int64_t queued = beyond_ == absl::InfinitePast() ? -1 : PageOf(beyond_);
  const int64_t first_new = first_page_ < 0 ? page : first_page_ + pages;
  for (int64_t i = std::max(first_new, page); i < page + pages; ++i) {
    booked_[static_cast<size_t>(i % pages)] =
        i <= queued ? static_cast<int32_t>(slots_ * burst_) : 0;
  }
  first_page_ = page;
}

absl::Time Pacer::Book(absl::Time at, absl::Time last, absl::Time now) {
  TurnTo(PageOf(now));
  const auto places = static_cast<int32_t>(slots_ * burst_);
  const int64_t end = first_page_ + static_cast<int64_t>(kPages);
  for (int64_t page = std::max(PageOf(at), first_page_); page < end; ++page) {
    int32_t& booked = booked_[static_cast<size_t>(page % kPages)];
    if (booked >= places) continue;
    const absl::Time start = absl::FromUnixNanos(page * page_nanos_);
    // Places of slots that are before `at` are lost to whoever comes later.
    const double passed = absl::ToDoubleSeconds(at - start) / step_seconds_;
    const auto slot = static_cast<int32_t>(
        std::clamp<double>(std::ceil(passed - 1e-9), 0, slots_));
    const int32_t place = std::max(booked, slot * burst_);
    if (place >= places) continue;
    const int32_t slot_of_place = place / burst_;
    const absl::Time found =
        std::max(at, start + absl::Seconds(slot_of_place * step_seconds_));
    if (found <= last) booked = place + 1;
    return found;
  }
  const absl::Time found =
      std::max({beyond_, at, absl::FromUnixNanos(end * page_nanos_)}) +
      absl::Seconds(1 / rate_);
  if (found <= last) beyond_ = found;
  return found;
}

}  // namespace recourse
