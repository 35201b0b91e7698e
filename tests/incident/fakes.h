// Stand-ins for what incidents depend on.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/incident/http_client.h"
#include "tests/store/flaky_store.h"

namespace recourse {

// A one-way switch. Unlike absl::Notification it bears to be thrown again.
class Signal {
 public:
  void Notify() {
    std::lock_guard<std::mutex> lock(mutex_);
    notified_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return notified_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool notified_ = false;
};

class FakeClock {
 public:
  absl::Time Now() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    std::lock_guard<std::mutex> lock(mutex_);
    now_ += by;
  }

 private:
  mutable std::mutex mutex_;
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

inline HttpResponse Answer(int status,
                           std::map<std::string, std::string> headers = {}) {
  return HttpResponse{status, std::move(headers)};
}

// Remembers what was posted; answers by script, then 200.
class FakeHttp : public HttpClient {
 public:
  struct Request {
    std::string url;
    std::map<std::string, std::string> headers;
    std::string body;
    absl::Duration timeout;
  };

  absl::StatusOr<HttpResponse> Post(
      const std::string& url, const std::map<std::string, std::string>& headers,
      const std::string& body, absl::Duration timeout) override {
    std::unique_lock<std::mutex> lock(mutex_);
    requests_.push_back({url, headers, body, timeout});
    changed_.notify_all();
    changed_.wait(lock,
                  [&] { return interrupted_ || hanging_.count(url) == 0; });
    if (interrupted_) return absl::CancelledError("interrupted");
    if (on_post_) on_post_();
    if (script_.empty()) return Answer(200);
    absl::StatusOr<HttpResponse> answer = std::move(script_.front());
    script_.pop_front();
    return answer;
  }

  void Interrupt() override {
    std::lock_guard<std::mutex> lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }

  void Revive() {
    std::lock_guard<std::mutex> lock(mutex_);
    interrupted_ = false;
  }

  void Script(std::vector<absl::StatusOr<HttpResponse>> answers) {
    std::lock_guard<std::mutex> lock(mutex_);
    script_ = {answers.begin(), answers.end()};
  }
  void OnPost(std::function<void()> on_post) {
    std::lock_guard<std::mutex> lock(mutex_);
    on_post_ = std::move(on_post);
  }
  // Posts there return only after Interrupt.
  void Hang(const std::string& url) {
    std::lock_guard<std::mutex> lock(mutex_);
    hanging_.insert(url);
  }
  void WaitForPostTo(const std::string& url) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] {
      for (const Request& request : requests_) {
        if (request.url == url) return true;
      }
      return false;
    });
  }
  // What was posted since the last call.
  std::vector<Request> Take() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(requests_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> requests_;
  std::deque<absl::StatusOr<HttpResponse>> script_;
  std::function<void()> on_post_;
  std::set<std::string> hanging_;
  bool interrupted_ = false;
};

}  // namespace recourse
