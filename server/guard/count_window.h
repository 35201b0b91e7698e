// The last calls of one caller, by number instead of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/guard/call_tally.h"
#include "server/guard/heap_bytes.h"

namespace recourse {

// The last `size` calls. Of calls that are told in one sum the order is not
// known: failures are taken as spread evenly among them.
//
// Thread-compatible.
class CountWindow {
 public:
  // REQUIRES: size > 0.
  explicit CountWindow(int size);

  void Add(const CallTally& sum);
  // Of the calls in the window, at most `size`.
  const CallTally& total() const { return total_; }
  int size() const { return static_cast<int>(calls_.size()); }
  bool full() const { return total_.calls == size(); }
  void Clear();
  size_t heap_bytes() const { return HeapBytes(calls_); }

 private:
  void AddOne(bool failed, bool slow);

  std::vector<uint8_t> calls_;  // A ring of flags.
  size_t next_ = 0;
  CallTally total_;
};

}  // namespace recourse
