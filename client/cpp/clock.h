// Time and chance. A test replaces them (see testing.h).
#pragma once

#include <stop_token>

#include "absl/time/time.h"

namespace recourse {

// The machine's. Thread safety: safe for concurrent use, as overrides must be.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time Now() const;
  // A number in [0, 1).
  virtual double Random();
  // Waits; false when `stop` was asked before the end.
  virtual bool Sleep(absl::Duration duration, const std::stop_token& stop);
  // True: Sleep returns at once, and nothing else waits either.
  virtual bool NeverWaits() const { return false; }
};

}  // namespace recourse
