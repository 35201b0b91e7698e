// Mode::kObserve: answers come on another thread, which may stand still
// anywhere.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/random/random.h"
#include "client/cpp/client.h"
#include "client/cpp/observe.h"
#include "client/cpp/testing.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

std::atomic<bool> is_still = false;
std::atomic<bool> may_go_on = false;

// Whoever waits for what the thread holds waits no longer than this.
constexpr std::chrono::milliseconds kLongestStill(1);

extern "C" void StandStill(int) {
  is_still = true;
  const auto end = std::chrono::steady_clock::now() + kLongestStill;
  while (!may_go_on && std::chrono::steady_clock::now() < end) {
  }
}

// Answers on its own thread; the token says how many answers came before.
class ThreadedLink : public test_mode::ScriptedLink {
 public:
  ThreadedLink() : thread_([this] { Run(); }) {}
  ~ThreadedLink() override {
    ends_ = true;
    thread_.join();
  }

  Cancel AskAsync(const v1::RecoveryContext& question, absl::Duration,
                  std::function<void(Link::Answer)> done) override {
    v1::RecoveryResult answer = test_mode::GiveUp();
    answer.set_recovery_token(question.recovery_token() + "+");
    job_ = [answer = std::move(answer), done = std::move(done)] {
      done(answer);
    };
    has_job_ = true;
    return [] {};
  }
  void Report(const v1::RecoveryOutcome& outcome) override {
    token_ = outcome.recovery_token();
    ++reports_;
  }

  // Stops the thread somewhere in its answer of this number, from 1, or after.
  void HaltIn(int answer, int patience) {
    while (begun_ < answer) {
    }
    for (std::atomic<int> i = 0; i < patience; ++i) {
    }
    pthread_kill(thread_.native_handle(), SIGUSR1);
    while (!is_still) {
    }
  }
  std::string TokenOfReport(int number) const {
    while (reports_ < number) std::this_thread::yield();
    return token_;
  }

 private:
  void Run() {
    while (!ends_) {
      if (!has_job_.exchange(false)) continue;
      const std::function<void()> job = std::move(job_);
      ++begun_;
      job();
    }
  }

  std::function<void()> job_;  // One at a time: Observed asks no more.
  std::atomic<bool> has_job_ = false;
  std::atomic<int> begun_ = 0;
  std::atomic<bool> ends_ = false;
  std::string token_;
  std::atomic<int> reports_ = 0;
  std::thread thread_;  // Last: it uses the others.
};

TEST(ObserveThreads, TheReportCarriesTheLastAnswersToken) {
  signal(SIGUSR1, StandStill);
  auto owned = std::make_unique<ThreadedLink>();
  ThreadedLink& link = *owned;
  const auto client = Client::FromLink(std::move(owned));
  const RunOptions options{.target = "svc"};
  const absl::Status error = absl::UnavailableError("refused");
  const v1::ErrorDetails details = DefaultErrorDetails(error);
  absl::BitGen chance;
  for (int i = 1; i <= 10000; ++i) {
    const auto observed = std::make_shared<Observed>(client->shared(), options,
                                                     client->site("svc"));
    is_still = may_go_on = false;
    observed->Failed(error, details, absl::InfiniteDuration());
    link.HaltIn(2 * i - 1, absl::Uniform(chance, 0, 4000));
    observed->Failed(error, details, absl::InfiniteDuration());
    observed->Ended(v1::OUTCOME_FAILURE);
    may_go_on = true;
    ASSERT_EQ(link.TokenOfReport(i), "++") << i;
  }
}

}  // namespace
}  // namespace recourse
