// The object graph: built top to bottom, served, drained, torn down.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "recourse/config/v1/config.pb.h"

namespace recourse {

// One running server. Start and Shutdown from one thread.
class Server {
 public:
  // `config` as FinishConfig leaves it. Serves when it returns. The errors are
  // for people: the store, a pattern file, a channel, the certificate or the
  // address that could not be used, and why. INVALID_ARGUMENT: the
  // configuration is wrong, and trying again will not help. `clock`: for tests;
  // safe for concurrent use and never goes back. Null: a ForwardClock.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const config::v1::ServerConfig& config,
      std::function<absl::Time()> clock = nullptr);
  ~Server();

  // HOST:PORT it serves on, with the port it really took.
  const std::string& address() const;

  // Refuses new calls, ends open streams and long polls, lets calls under way
  // finish within limits.drain_timeout, then cancels them and drops those that
  // wait for a worker. One that is being worked on is waited for, and so is the
  // store, however long that takes. Idempotent.
  void Shutdown();

 private:
  struct Graph;
  explicit Server(std::unique_ptr<Graph> graph);
  const std::unique_ptr<Graph> graph_;
};

}  // namespace recourse
