#include "server/guard/count_window.h"

#include <algorithm>

namespace recourse {
namespace {

constexpr uint8_t kFailed = 1;
constexpr uint8_t kSlow = 2;

// Whether the i-th of n calls is one of `marked` that are spread evenly, the
// last one among them.
bool IsMarked(int64_t i, int64_t n, int64_t marked) {
  return (i + 1) * marked / n != i * marked / n;
}

}  // namespace

CountWindow::CountWindow(int size) : calls_(static_cast<size_t>(size)) {}

void CountWindow::Add(const CallTally& sum) {
  if (sum.calls <= 0) return;
  // More than fit: the same shares of as many as do.
  const int64_t n = std::min<int64_t>(sum.calls, size());
  const int64_t failures = sum.failures * n / sum.calls;
  const int64_t slow = sum.slow * n / sum.calls;
  for (int64_t i = 0; i < n; ++i) {
    AddOne(IsMarked(i, n, failures), IsMarked(i, n, slow));
  }
}

void CountWindow::AddOne(bool failed, bool slow) {
  uint8_t& place = calls_[next_];
  if (full()) {
    --total_.calls;
    total_.failures -= (place & kFailed) != 0;
    total_.slow -= (place & kSlow) != 0;
  }
  place = static_cast<uint8_t>((failed ? kFailed : 0) | (slow ? kSlow : 0));
  ++total_.calls;
  total_.failures += failed;
  total_.slow += slow;
  next_ = (next_ + 1) % calls_.size();
}

void CountWindow::Clear() {
  next_ = 0;
  total_ = CallTally{};
}

}  // namespace recourse
