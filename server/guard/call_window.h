// The calls of the last while, of one caller or of all together.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "server/guard/call_tally.h"
#include "server/guard/sliding_window.h"

namespace recourse {

// A SlidingWindow of sums of calls. At kMaxCalls it counts no more until older
// ones leave; its rates stay true.
//
// Thread-compatible.
class CallWindow {
 public:
  static constexpr int kParts = SlidingWindow<SmallCallTally>::kParts;
  static constexpr int64_t kMaxCalls = 2'000'000'000;

  explicit CallWindow(absl::Duration length) : window_(length) {}

  void Add(const CallTally& sum, absl::Time now) {
    if (HasRoom(sum, now)) window_.Add(Small(sum), now);
  }
  // What ended at an earlier time.
  void AddAt(const CallTally& sum, absl::Time at, absl::Time now) {
    if (HasRoom(sum, now)) window_.AddAt(Small(sum), at, now);
  }

  // As of SlidingWindow.
  const SmallCallTally& Total(absl::Time now) { return window_.Total(now); }
  SmallCallTally Newest(int parts, absl::Time now) {
    return window_.Newest(parts, now);
  }
  SmallCallTally Completed(int age, absl::Time now) {
    return window_.Completed(age, now);
  }
  absl::Duration part_length() const { return window_.part_length(); }
  absl::Duration length() const { return window_.length(); }
  void SetLength(absl::Duration length, absl::Time now) {
    window_.SetLength(length, now);
  }
  void Clear() { window_.Clear(); }
  size_t heap_bytes() const { return window_.heap_bytes(); }

 private:
  bool HasRoom(const CallTally& sum, absl::Time now) {
    return window_.Total(now).calls + sum.calls <= kMaxCalls;
  }
  static SmallCallTally Small(const CallTally& tally) {
    return {static_cast<int32_t>(tally.calls),
            static_cast<int32_t>(tally.failures),
            static_cast<int32_t>(tally.slow)};
  }

  SlidingWindow<SmallCallTally> window_;
};

}  // namespace recourse
