// For tests of programs that recover: nothing sleeps, nothing is sent.
//
//   auto clock = std::make_shared<recourse::test_mode::FakeClock>();
//   auto link = std::make_unique<recourse::test_mode::ScriptedLink>();
//   link->Answer(recourse::test_mode::RetryAfter(absl::Seconds(2)));
//   const auto client =
//       recourse::Client::FromLink(std::move(link), {.clock = clock});
//   const absl::StatusOr<int> answer = recourse::Run(
//       *client, {.target = "search"},
//       [](const recourse::Attempt& attempt) -> absl::StatusOr<int> {
//         if (attempt.number == 1) return absl::UnavailableError("reset");
//         return 42;
//       });
//   EXPECT_EQ(*answer, 42);
//   EXPECT_THAT(clock->waits(), testing::ElementsAre(absl::Seconds(2)));
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cpp/clock.h"
#include "client/cpp/link.h"

namespace recourse::test_mode {

// Time that passes only when something waits; chance that is always 0.5.
//
// Thread safety: safe for concurrent use.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'000'000))
      : now_(start) {}

  absl::Time Now() const override;
  double Random() override { return 0.5; }
  bool Sleep(absl::Duration duration, const std::stop_token& stop) override;
  bool NeverWaits() const override { return true; }

  void Advance(absl::Duration duration);
  // Called in the k-th wait, from 1, before it ends.
  void OnWait(std::function<void(int)> function);
  // All waits so far, in order.
  std::vector<absl::Duration> waits() const;
  void ForgetWaits();

 private:
  mutable absl::Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  std::vector<absl::Duration> waits_ ABSL_GUARDED_BY(mu_);
  std::function<void(int)> on_wait_ ABSL_GUARDED_BY(mu_);
};

// Plays the server: gives the answers that were written down, in order, then
// GIVE_UP; for people, ABORT. It notes what it is asked.
//
// Thread safety: safe for concurrent use.
class ScriptedLink : public Link {
 public:
  void Answer(v1::RecoveryResult result);
  void Fail(absl::Status status);
  // What a person says, in order.
  void Resolve(v1::Resolution resolution);

  std::vector<v1::RecoveryContext> questions() const;
  std::vector<v1::RecoveryOutcome> reports() const;

  Link::Answer Ask(const v1::RecoveryContext& question, absl::Duration timeout,
                   const std::stop_token& stop) override;
  Polled Poll(const v1::AwaitIncidentRequest& request,
              const std::stop_token& stop) override;
  Cancel AskAsync(const v1::RecoveryContext& question, absl::Duration timeout,
                  std::function<void(Link::Answer)> done) override;
  Cancel PollAsync(const v1::AwaitIncidentRequest& request,
                   std::function<void(Polled)> done) override;
  void Report(const v1::RecoveryOutcome& outcome) override;
  void Start(bool) override {}

 private:
  mutable absl::Mutex mu_;
  std::deque<Link::Answer> answers_ ABSL_GUARDED_BY(mu_);
  std::deque<v1::Resolution> resolutions_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::RecoveryContext> questions_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::RecoveryOutcome> reports_ ABSL_GUARDED_BY(mu_);
};

// Answers to write down.
v1::RecoveryResult RetryAfter(absl::Duration delay);
v1::RecoveryResult TakeAlternative(const std::string& name,
                                   const std::string& target);
v1::RecoveryResult GiveUp();

}  // namespace recourse::test_mode
