// A small HTTP server that takes whatever is posted to it and remembers it.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

struct ReceivedRequest {
  std::string path;   // With its query.
  std::string bytes;  // All of it: request line, headers and body.
};

// Answers 500 below /fail, 200 elsewhere, one request a connection. Serves
// 127.0.0.1 until it is destroyed. Thread safety: safe for concurrent use.
class HttpSink {
 public:
  HttpSink();
  ~HttpSink();
  HttpSink(const HttpSink&) = delete;
  HttpSink& operator=(const HttpSink&) = delete;

  int port() const { return port_; }
  std::vector<ReceivedRequest> requests() const;
  // Waits until a request whose path begins with `path` has `text` in it.
  bool AwaitText(const std::string& path, const std::string& text,
                 absl::Duration timeout) const;

 private:
  void Serve();
  void ServeOne(int fd);

  int listener_ = -1;
  int port_ = 0;
  mutable absl::Mutex mu_;
  std::vector<ReceivedRequest> requests_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace recourse
