// The calls that are under way, and how those end that would stay open for
// ever: streams and long polls. A server waits for every call when it shuts
// down.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

// Thread safety: safe for concurrent use.
class OpenCalls {
 public:
  // Registers a call; `end` is called once, if the server drains before
  // Remove. It must not block and must not call back into OpenCalls. Returns 0
  // when the server drains already: the call must end itself.
  uint64_t Add(std::function<void()> end);
  // After this returns `end` is not running and will not run.
  void Remove(uint64_t id);

  // A call that ends by itself, soon.
  void Enter();
  void Leave();

  // Ends every registered call, and every later one at once.
  void EndAll();
  // Returns when no call is left, or at `deadline`; whether none is left.
  bool AwaitNone(absl::Time deadline);

 private:
  absl::Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<uint64_t, std::function<void()>> calls_ ABSL_GUARDED_BY(mu_);
  int64_t entered_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace recourse
