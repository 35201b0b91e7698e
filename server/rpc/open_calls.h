// The calls that would stay open for ever: streams and long polls. Shutting
// down ends them first, since a server waits for every call that is open.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "absl/synchronization/mutex.h"

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
  // Ends every call, and every later one at once.
  void EndAll();

 private:
  absl::Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<uint64_t, std::function<void()>> calls_ ABSL_GUARDED_BY(mu_);
};

}  // namespace recourse
