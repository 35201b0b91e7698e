// A server that is never there, killed, paused, slow: operations end in time
// and by the local plan; when it is back it is used again.
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"
#include "tests/e2e/server_process.h"

namespace recourse {
namespace {

// What an operation may take; far more than any of these needs.
constexpr absl::Duration kBudget = absl::Seconds(60);
// For an answer that comes, however busy it is here.
constexpr absl::Duration kPatience = absl::Seconds(10);
const absl::Status kTimedOut = absl::DeadlineExceededError("read timed out");

// A server of its own at an address of this process alone, which the one after
// it has again.
class Server {
 public:
  void Start() {
    process_ = std::make_unique<ServerProcess>(
        folder_.path(),
        std::vector<std::string>{"--listen", address_, "--store", "memory:"});
    const absl::StatusOr<std::string> address = process_->WaitReady();
    ASSERT_EQ(address.status(), absl::OkStatus());
    address_ = *address;
  }
  void Kill() {
    process_->Signal(SIGKILL);
    ASSERT_TRUE(process_->Wait().has_value());
  }
  void Pause() { process_->Pause(); }
  void Resume() { process_->Signal(SIGCONT); }
  const std::string& address() const { return address_; }

 private:
  const TempDir folder_;
  std::string address_ =
      absl::StrCat("127.1.", getpid() / 256 % 256, ".", getpid() % 256, ":0");
  std::unique_ptr<ServerProcess> process_;
};

class RobustnessTest : public testing::Test {
 protected:
  void Connect(const std::string& address, const ClientOptions& options = {}) {
    auto client = Client::Create(address, options);
    ASSERT_EQ(client.status(), absl::OkStatus());
    client_ = *std::move(client);
  }

  // Fails so many times, then answers. `on_call`: what else happens in call k.
  absl::StatusOr<std::string> Play(
      int failures, const std::function<void(int)>& on_call = {}) {
    const absl::Time began = absl::Now();
    RunOptions options;
    // A target each: budgets and circuits are not what is tested here.
    options.target = absl::StrCat("svc-", ++targets_);
    options.time_budget = kBudget;
    options.ask_timeout = ask_timeout_;
    options.on_decision = [this](const v1::RecoveryResult&) { ++decisions_; };
    decisions_ = 0;
    calls_ = 0;
    auto answer = recourse::Run(
        *client_, options, [&](const Attempt&) -> absl::StatusOr<std::string> {
          if (on_call) on_call(calls_ + 1);
          if (++calls_ <= failures) return kTimedOut;
          return "answer";
        });
    EXPECT_LT(absl::Now() - began, kBudget);
    return answer;
  }

  void ExpectLocalPlanOnly() {
    EXPECT_EQ(*Play(2), "answer");
    EXPECT_EQ(decisions_, 0);
    EXPECT_EQ(Play(9).status(), kTimedOut);
    EXPECT_EQ(decisions_, 0);
    EXPECT_EQ(calls_, 3);  // Two retries by the small default.
  }

  // The server is up: it decides again, soon.
  void ExpectBack() {
    const absl::Time since = absl::Now();
    do {
      ASSERT_LT(absl::Now() - since, kBudget) << "it is not used again";
      EXPECT_TRUE(Play(1).ok());
    } while (decisions_ == 0);
    RecordProperty(
        "back_after_ms",
        absl::StrCat(absl::ToInt64Milliseconds(absl::Now() - since)));
  }

  std::unique_ptr<Client> client_;
  absl::Duration ask_timeout_;  // 0: the client's.
  int targets_ = 0;
  int decisions_ = 0;  // Of the last operation,
  int calls_ = 0;      // and its calls.
};

TEST_F(RobustnessTest, NeverThere) {
  Connect("127.0.0.1:1");
  ExpectLocalPlanOnly();
}

TEST_F(RobustnessTest, KilledInMidRecoveryAndBack) {
  Server server;
  ASSERT_NO_FATAL_FAILURE(server.Start());
  Connect(server.address());
  ask_timeout_ = kPatience;
  EXPECT_EQ(*Play(2,
                  [&](int call) {
                    if (call == 2) server.Kill();
                  }),
            "answer");
  EXPECT_EQ(decisions_, 1);
  ExpectLocalPlanOnly();
  ASSERT_NO_FATAL_FAILURE(server.Start());
  ExpectBack();
}

TEST_F(RobustnessTest, PausedInMidRecoveryAndBack) {
  Server server;
  ASSERT_NO_FATAL_FAILURE(server.Start());
  Connect(server.address());
  ask_timeout_ = kPatience;
  EXPECT_EQ(*Play(2,
                  [&](int call) {
                    if (call == 2) server.Pause();
                  }),
            "answer");
  EXPECT_EQ(decisions_, 1);
  ask_timeout_ = absl::ZeroDuration();
  ExpectLocalPlanOnly();
  server.Resume();
  ask_timeout_ = kPatience;
  ExpectBack();
}

// However often the questions failed before, the first one that may be asked
// after the 4 s is answered: by the client's clock, within 5 s.
TEST_F(RobustnessTest, TheFirstProbeOfAServerThatIsBackCounts) {
  static_assert(AskBreaker::kBypass < absl::Seconds(5));
  Server server;
  ASSERT_NO_FATAL_FAILURE(server.Start());
  const auto channel =
      grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials());
  const auto clock = std::make_shared<test_mode::FakeClock>();
  auto client = Client::FromChannel(channel, {.clock = clock});
  ASSERT_EQ(client.status(), absl::OkStatus());
  client_ = *std::move(client);
  ask_timeout_ = kPatience;
  EXPECT_EQ(*Play(1), "answer");
  EXPECT_EQ(decisions_, 1);
  server.Kill();
  for (int i = 0; i < 20; ++i) {
    ExpectLocalPlanOnly();
    clock->Advance(AskBreaker::kBypass);  // Probes, in vain.
  }
  ASSERT_NO_FATAL_FAILURE(server.Start());
  ASSERT_TRUE(
      channel->WaitForConnected(absl::ToChronoTime(absl::Now() + kBudget)));
  clock->Advance(AskBreaker::kBypass);
  EXPECT_EQ(*Play(1), "answer");
  EXPECT_EQ(decisions_, 1);
}

TEST_F(RobustnessTest, EndsWhileTheServerIsPaused) {
  Server server;
  ASSERT_NO_FATAL_FAILURE(server.Start());
  Connect(server.address());
  EXPECT_EQ(*Play(1), "answer");
  server.Pause();
  EXPECT_EQ(*Play(1), "answer");
  const absl::Time began = absl::Now();
  client_.reset();  // With a report to send, a stream and sums.
  EXPECT_LT(absl::Now() - began, kBudget);
}

TEST_F(RobustnessTest, SlowServerIsNotWaitedForAndUsedAgainWhenItIsQuick) {
  absl::Notification quick;
  ScriptedServer server;
  server.orchestrator.HandleError_.Always(
      [&](const v1::RecoveryContext&, v1::RecoveryResult& result) {
        quick.WaitForNotification();
        result = test_mode::RetryAfter(absl::Seconds(1));
        return grpc::Status::OK;
      });
  server.orchestrator.ReportOutcome_.Always(
      [](const v1::RecoveryOutcome&, v1::ReportOutcomeResponse&) {
        return grpc::Status::OK;
      });
  const auto clock = std::make_shared<test_mode::FakeClock>();
  Connect(server.address(), {.clock = clock});
  for (int i = 0; i < AskBreaker::kFailuresToBypass; ++i) {
    EXPECT_EQ(*Play(1), "answer");
    EXPECT_EQ(decisions_, 0);
  }
  const size_t asked = server.orchestrator.HandleError_.requests().size();
  EXPECT_EQ(*Play(1), "answer");  // Nobody is asked, so nothing is waited for.
  EXPECT_EQ(server.orchestrator.HandleError_.requests().size(), asked);
  quick.Notify();
  const absl::Time since = absl::Now();
  while (decisions_ == 0) {
    ASSERT_LT(absl::Now() - since, kBudget) << "it is not used again";
    clock->Advance(AskBreaker::kBypass);
    EXPECT_EQ(*Play(1), "answer");
  }
  server.Stop();  // Before `quick` goes away.
}

}  // namespace
}  // namespace recourse
