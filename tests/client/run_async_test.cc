// RunAsync: the same recoveries without a thread that waits.
#include <atomic>

#include "absl/synchronization/notification.h"
#include "client/cpp/async_runner.h"
#include "tests/client/run_fixture.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Status kDown = absl::UnavailableError("connection refused");

class RunAsyncTest : public RunFixture {
 protected:
  // As Play; the k-th attempt is over before it returns.
  absl::StatusOr<std::string> PlayAsync(
      std::vector<absl::StatusOr<std::string>> results,
      const Substitutes<std::string>& substitutes = {}) {
    attempts.clear();
    absl::StatusOr<std::string> result;
    absl::Notification ended;
    RunAsync<std::string>(
        *client, options,
        [&](const Attempt& attempt, auto done) {
          attempts.emplace_back(attempt);
          done(results.at(attempts.size() - 1));
        },
        [&](absl::StatusOr<std::string> answer) {
          result = std::move(answer);
          ended.Notify();
        },
        substitutes);
    ended.WaitForNotification();
    return result;
  }
};

TEST_F(RunAsyncTest, SuccessAtOnceAsksNothing) {
  EXPECT_EQ(*PlayAsync({"fine"}), "fine");
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(RunAsyncTest, RetriesAndReports) {
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    retry { delay { seconds: 2 } timeout { seconds: 9 } })");
  EXPECT_EQ(*PlayAsync({kDown, "fine"}), "fine");
  EXPECT_THAT(clock->waits(), ElementsAre(absl::Seconds(2)));
  EXPECT_EQ(attempts[1].timeout, absl::Seconds(9));
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_SUCCESS));
}

TEST_F(RunAsyncTest, GivesUpWithTheOperationsError) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_GIVE_UP recovery_token: 't1'");
  EXPECT_EQ(PlayAsync({kDown}).status(), kDown);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_FAILURE));
}

TEST_F(RunAsyncTest, RemediatesAndStandsIn) {
  int remediated = 0;
  options.remediations["refresh"] = [&] {
    ++remediated;
    return absl::OkStatus();
  };
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT retry { remediation: "refresh" })");
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_RECOVERED result { string_value: "cached" })");
  EXPECT_EQ(*PlayAsync({kDown, kDown}), "cached");
  EXPECT_EQ(remediated, 1);
}

TEST_F(RunAsyncTest, AValueThatIsRefusedIsAFailedAttempt) {
  server.orchestrator.HandleError_.Answer(
      "disposition: DISPOSITION_ACT retry { delay { seconds: 1 } }");
  server.orchestrator.HandleError_.Answer("disposition: DISPOSITION_GIVE_UP");
  const Substitutes<std::string> substitutes = {
      .validate = [](const std::string& value) {
        return InvalidValueError(value);
      }};
  const absl::Status status = PlayAsync({"{", "["}, substitutes).status();
  EXPECT_EQ(status.message(), "InvalidValue: [");
  ASSERT_THAT(Asked(), SizeIs(2));
  EXPECT_EQ(Asked()[0].error().exception_type(), "recourse.InvalidValue");
}

TEST_F(RunAsyncTest, AwaitsAPersonWhoSkips) {
  options.await_human = true;
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_WAIT_FOR_HUMAN recovery_token: "t1"
    escalation { incident_id: "i1" })");
  server.incidents.AwaitIncident_.Answer("recovery_token: 't2'");
  server.incidents.AwaitIncident_.Answer(
      "resolution { action: RESOLUTION_ACTION_SKIP note: 'none' }");
  Substitutes<std::string> substitutes;
  substitutes.on_skip = [](const v1::Resolution& resolution) {
    return absl::StatusOr<std::string>(resolution.note());
  };
  EXPECT_EQ(*PlayAsync({kDown}, substitutes), "none");
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_FAILURE));
}

TEST_F(RunAsyncTest, WithoutAServerItGoesOnLocally) {
  server.Stop();
  EXPECT_EQ(PlayAsync({kDown, kDown, kDown}).status(), kDown);
  EXPECT_THAT(clock->waits(), SizeIs(2));
}

TEST_F(RunAsyncTest, StopEndsAQuestion) {
  std::stop_source source;
  absl::Notification release;
  options.stop = source.get_token();
  server.orchestrator.HandleError_.Do(
      [&](const v1::RecoveryContext&, v1::RecoveryResult&) {
        source.request_stop();
        release.WaitForNotification();
        return grpc::Status::OK;
      });
  EXPECT_EQ(PlayAsync({kDown}).status().code(), absl::StatusCode::kCancelled);
  release.Notify();
  server.Stop();  // Before `release` goes away.
}

TEST_F(RunAsyncTest, StopBeforehandRunsNothing) {
  std::stop_source source;
  source.request_stop();
  options.stop = source.get_token();
  EXPECT_EQ(PlayAsync({}).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(RunAsyncTest, StopEndsARealWait) {
  ClientOptions settings = Settings();
  settings.clock = nullptr;
  client = server.Connect(settings);
  std::stop_source source;
  options.stop = source.get_token();
  absl::Notification decided;
  options.on_decision = [&](const v1::RecoveryResult&) { decided.Notify(); };
  server.orchestrator.HandleError_.Answer(R"(
    disposition: DISPOSITION_ACT recovery_token: "t1"
    retry { delay { seconds: 3600 } })");
  absl::Notification ended;
  absl::Status status;
  RunAsync<std::string>(
      *client, options, [](const Attempt&, auto done) { done(kDown); },
      [&](const absl::StatusOr<std::string>& answer) {
        status = answer.status();
        ended.Notify();
      });
  decided.WaitForNotification();
  source.request_stop();
  ended.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(Reported(), ElementsAre(v1::OUTCOME_CANCELLED));
}

TEST_F(RunAsyncTest, ManyAtOnceOverRealTimers) {
  constexpr int kMany = 50;  // Below what may be in flight.
  ClientOptions settings = Settings();
  settings.clock = nullptr;
  client = server.Connect(settings);
  server.orchestrator.HandleError_.Always(
      [](const v1::RecoveryContext&, v1::RecoveryResult& result) {
        result = FromText<v1::RecoveryResult>(R"(
          disposition: DISPOSITION_ACT recovery_token: "t"
          retry { delay { nanos: 1000000 } })");
        return grpc::Status::OK;
      });
  std::atomic<int> left = kMany;
  absl::Notification all_ended;
  for (int i = 0; i < kMany; ++i) {
    RunAsync<int>(
        *client, options,
        [](const Attempt& attempt, auto done) {
          done(attempt.number == 1 ? absl::StatusOr<int>(kDown) : 42);
        },
        [&](const absl::StatusOr<int>& answer) {
          EXPECT_EQ(answer.value_or(0), 42);
          if (--left == 0) all_ended.Notify();
        });
  }
  all_ended.WaitForNotification();
  EXPECT_THAT(Reported(), SizeIs(kMany));
}

}  // namespace
}  // namespace recourse
