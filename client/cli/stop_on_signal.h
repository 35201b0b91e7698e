// Ctrl-C as a stop token.
#pragma once

#include <stop_token>
#include <thread>

namespace recourse::cli {

// While it lives, SIGINT and SIGTERM do not end the process but request a stop.
// Create it before other threads, which inherit what it blocks.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace recourse::cli
