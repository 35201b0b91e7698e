// Many recoveries leave nothing behind: no thread, connection, timer, memory.
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "client/cpp/async_runner.h"
#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"
#include "gtest/gtest.h"
#include "tests/e2e/server_process.h"

namespace recourse {
namespace {

constexpr int kRecoveries = 100'000;
// gRPC's own threads and connections come and go; what leaked with each
// thousandth recovery would be twice that.
constexpr int kSlack = 50;

// It speaks against no target: no circuit opens.
const absl::Status kConflict = absl::AbortedError("could not serialize access");

// Threads ("task") or open files ("fd") of this process.
int Count(const std::string& what) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/self/" + what)) {
    ++count;
  }
  return count;
}

// Resident pages.
long Memory() {
  long pages = 0;
  FILE* const file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%*d %ld", &pages), 1);
  std::fclose(file);
  return pages;
}

// Threads, files and memory as they are when it is made.
class Baseline {
 public:
  void ExpectUnchanged() const {
    EXPECT_LT(Count("task"), threads_ + kSlack);
    EXPECT_LT(Count("fd"), files_ + kSlack);
    if (RECOURSE_KEEPS_FREED_MEMORY) return;  // As sanitizers do.
    // 100 bytes of each of so many recoveries would be 2,400 pages.
    EXPECT_LT(Memory() - memory_, 2'400);
  }

 private:
  const int threads_ = Count("task");
  const int files_ = Count("fd");
  const long memory_ = Memory();
};

// Waits no time and remembers nothing.
class HastyClock : public Clock {
 public:
  bool Sleep(absl::Duration, const std::stop_token&) override { return true; }
  bool NeverWaits() const override { return true; }
};

// Fails once, then answers.
absl::StatusOr<int> SecondTime(const Attempt& attempt) {
  return attempt.number == 1 ? absl::StatusOr<int>(kConflict) : 1;
}

TEST(LeaksTest, RecoveriesByAServer) {
  const TempDir folder;
  ServerProcess server(folder.path(),
                       {"--listen", "127.0.0.1:0", "--store", "memory:"});
  const absl::StatusOr<std::string> address = server.WaitReady();
  ASSERT_EQ(address.status(), absl::OkStatus());
  const auto client = *Client::Create(
      *address, {.ask_timeout = absl::Minutes(1),  // However busy it is here.
                 .clock = std::make_shared<HastyClock>()});
  std::atomic<int> decisions = 0;
  const auto recover = [&](int count) {
    RunOptions options;
    options.target = "svc";
    options.on_decision = [&](const v1::RecoveryResult&) { ++decisions; };
    for (int i = 0; i < count; ++i) {
      // Whatever is decided: with its budget spent, a target is given up.
      const auto answer = recourse::Run(*client, options, SecondTime);
      EXPECT_EQ(answer.ok() ? kConflict.message() : answer.status().message(),
                kConflict.message());
    }
  };
  const auto by_two_threads = [&](int count) {
    std::thread other([&] { recover(count / 2); });
    recover(count / 2);
    other.join();
  };
  by_two_threads(kRecoveries / 100);
  const Baseline before;
  by_two_threads(kRecoveries);
  EXPECT_EQ(decisions, kRecoveries / 100 + kRecoveries);
  before.ExpectUnchanged();
}

// Asks for one retry each time and keeps nothing.
class ForgettingLink : public test_mode::ScriptedLink {
 public:
  Link::Answer Ask(const v1::RecoveryContext&, absl::Duration,
                   const std::stop_token&) override {
    return test_mode::RetryAfter(absl::Microseconds(1));
  }
  void Report(const v1::RecoveryOutcome&) override {}
};

TEST(LeaksTest, TimersOfRecoveriesThatCallBack) {
  constexpr int kAtOnce = 100;
  const auto client = Client::FromLink(std::make_unique<ForgettingLink>());
  std::atomic<int> answers = 0;
  const auto recover = [&](int count) {
    for (int i = 0; i < count; i += kAtOnce) {
      absl::BlockingCounter running(kAtOnce);
      for (int k = 0; k < kAtOnce; ++k) {
        RunAsync<int>(
            *client, {.target = "svc"},
            [](const Attempt& attempt, auto done) {
              done(SecondTime(attempt));
            },
            [&](const absl::StatusOr<int>& answer) {
              answers += answer.value_or(0);
              running.DecrementCount();
            });
      }
      running.Wait();
    }
  };
  recover(kRecoveries / 100);
  const Baseline before;
  recover(kRecoveries);
  EXPECT_EQ(answers, kRecoveries / 100 + kRecoveries);
  before.ExpectUnchanged();
}

TEST(LeaksTest, ClientsEndWithTheirThreadsAndConnections) {
  const auto use_clients = [](int count) {
    for (int i = 0; i < count; ++i) {
      const auto client = *Client::Create("127.0.0.1:1");
      EXPECT_EQ(*recourse::Run(
                    *client, {.target = "svc"},
                    [](const Attempt&) -> absl::StatusOr<int> { return 1; }),
                1);
    }
  };
  use_clients(2);
  const Baseline before;
  use_clients(2 * kSlack);
  before.ExpectUnchanged();
}

}  // namespace
}  // namespace recourse
