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
#include "server/store/store.h"

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

// Passes everything on, or fails on demand.
class FlakyStore : public Store {
 public:
  enum class Mode {
    kWorks,
    kAway,        // Every call fails.
    kReadOnly,    // Commits fail.
    kAnswerLost,  // Commits are applied, and then said to have failed.
  };

  explicit FlakyStore(Store* store) : store_(store) {}

  void Set(Mode mode) {
    std::lock_guard<std::mutex> lock(mutex_);
    mode_ = mode;
  }
  // Commits for which `refuse` returns an error fail with it.
  void RefuseCommits(
      std::function<absl::Status(const StoreTransaction&)> refuse) {
    std::lock_guard<std::mutex> lock(mutex_);
    refuse_ = std::move(refuse);
  }
  // Called before each commit, without a lock.
  void BeforeCommit(std::function<void(const StoreTransaction&)> hook) {
    std::lock_guard<std::mutex> lock(mutex_);
    before_commit_ = std::move(hook);
  }

  absl::StatusOr<std::optional<StoreEntry>> Get(std::string_view key) override {
    if (mode() == Mode::kAway) return Away();
    return store_->Get(key);
  }
  absl::StatusOr<StorePage> List(const StoreRange& range) override {
    if (mode() == Mode::kAway) return Away();
    return store_->List(range);
  }
  absl::StatusOr<StoreCommit> Commit(
      const StoreTransaction& transaction) override {
    std::function<void(const StoreTransaction&)> hook;
    std::function<absl::Status(const StoreTransaction&)> refuse;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      hook = before_commit_;
      refuse = refuse_;
    }
    if (hook) hook(transaction);
    if (refuse) {
      if (absl::Status s = refuse(transaction); !s.ok()) return s;
    }
    const Mode now = mode();
    if (now == Mode::kAway || now == Mode::kReadOnly) return Away();
    absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
    if (now == Mode::kAnswerLost) return Away();
    return commit;
  }
  absl::StatusOr<std::unique_ptr<StoreWatch>> Watch(
      std::string_view prefix, int64_t from_revision,
      StoreWatchCallback callback) override {
    if (mode() == Mode::kAway) return Away();
    auto shared = std::make_shared<BreakableCallback>(std::move(callback));
    {
      std::lock_guard<std::mutex> lock(mutex_);
      callbacks_.push_back(shared);
    }
    return store_->Watch(prefix, from_revision,
                         [shared](auto changes) { shared->Call(changes); });
  }
  // Ends all watches with UNAVAILABLE; they see nothing more.
  void BreakWatches() {
    std::vector<std::shared_ptr<BreakableCallback>> callbacks;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      callbacks.swap(callbacks_);
    }
    for (const auto& callback : callbacks) callback->Break();
  }
  absl::StatusOr<int64_t> GrantLease(absl::Duration ttl) override {
    if (mode() == Mode::kAway) return Away();
    return store_->GrantLease(ttl);
  }
  absl::Status KeepLeaseAlive(int64_t lease_id) override {
    if (mode() == Mode::kAway) return Away();
    return store_->KeepLeaseAlive(lease_id);
  }
  absl::Status RevokeLease(int64_t lease_id) override {
    if (mode() == Mode::kAway) return Away();
    return store_->RevokeLease(lease_id);
  }
  absl::Status Ping() override {
    return mode() == Mode::kAway ? Away() : store_->Ping();
  }

 private:
  class BreakableCallback {
   public:
    explicit BreakableCallback(StoreWatchCallback callback)
        : callback_(std::move(callback)) {}
    void Call(absl::StatusOr<std::vector<StoreChange>> changes) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!broken_) callback_(std::move(changes));
    }
    void Break() {
      std::lock_guard<std::mutex> lock(mutex_);
      broken_ = true;
      callback_(Away());
    }

   private:
    std::mutex mutex_;
    const StoreWatchCallback callback_;
    bool broken_ = false;
  };

  static absl::Status Away() { return absl::UnavailableError("store away"); }
  Mode mode() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return mode_;
  }

  Store* const store_;
  mutable std::mutex mutex_;
  Mode mode_ = Mode::kWorks;
  std::function<void(const StoreTransaction&)> before_commit_;
  std::function<absl::Status(const StoreTransaction&)> refuse_;
  std::vector<std::shared_ptr<BreakableCallback>> callbacks_;
};

}  // namespace recourse
