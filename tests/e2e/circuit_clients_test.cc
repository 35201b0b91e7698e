// Circuits and budgets as whole clients share them, in a time that passes only
// when one of them waits, or the test says so.

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "recourse/v1/target_policies.grpc.pb.h"
#include "server/wire/times.h"
#include "tests/e2e/server_fixture.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;

// What may have been done: NOT_IDEMPOTENT ones end with it, and are told.
const absl::Status kTimedOut = absl::DeadlineExceededError("read timed out");
const absl::Status kRefused = absl::UnavailableError("connection refused");
// Less than any circuit here stays open, and the most that a question has.
constexpr absl::Duration kLittleTime = kCallTimeout;
constexpr absl::Duration kOpen = absl::Seconds(600);
constexpr absl::Duration kMuchTime = absl::Hours(1);

// The time of another clock. Its own waits take none of it.
class TimelessClock : public Clock {
 public:
  explicit TimelessClock(std::shared_ptr<Clock> time)
      : time_(std::move(time)) {}
  absl::Time Now() const override { return time_->Now(); }
  double Random() override { return 0.5; }
  bool Sleep(absl::Duration, const std::stop_token& stop) override {
    return !stop.stop_requested();
  }
  bool NeverWaits() const override { return true; }

 private:
  const std::shared_ptr<Clock> time_;
};

class CircuitClientsTest : public ServerTest {
 protected:
  using Programs = std::vector<std::unique_ptr<Client>>;

  void SetUp() override { Serve(Config()); }

  void Serve(const config::v1::ServerConfig& config) {
    Start(config, [clock = clock_] { return clock->Now(); });
  }

  // For the target db, whose circuit stays open for kOpen; `more` goes into its
  // breaker's settings.
  void SetBreaker(const std::string& more = "") {
    SetPolicy(absl::StrCat(
        "{policy_id: p, target: db, breaker: {caller_open_duration: 600s, "
        "open_duration: 600s, max_open_duration: 600s",
        more, "}}"));
  }

  void SetPolicy(const std::string& yaml) {
    v1::SetTargetPolicyRequest request;
    *request.mutable_policy() = Parse<v1::TargetPolicy>(yaml);
    Call(*v1::TargetPolicies::NewStub(channel_),
         &v1::TargetPolicies::Stub::SetTargetPolicy, request);
  }

  v1::GetCircuitResponse Circuit() {
    return Call(*v1::CircuitBreakers::NewStub(channel_),
                &v1::CircuitBreakers::Stub::GetCircuit,
                Parse<v1::GetCircuitRequest>("{target: db}"));
  }

  // A program of its own.
  std::unique_ptr<Client> Program(const std::string& service,
                                  std::shared_ptr<Clock> clock = nullptr) {
    ClientOptions options;
    options.caller = service;
    options.caller_instance = service + "-1";
    options.ask_timeout = options.send_timeout = kCallTimeout;
    options.clock = clock != nullptr ? std::move(clock) : clock_;
    auto client = Client::Create(server_->address(), options);
    EXPECT_EQ(client.status(), absl::OkStatus());
    return *std::move(client);
  }

  Programs ManyPrograms(int count, const std::shared_ptr<Clock>& clock) {
    Programs programs;
    for (int i = 0; i < count; ++i) {
      programs.push_back(Program(absl::StrCat("s", i), clock));
    }
    return programs;
  }

  // One that knows how the circuits stand now.
  std::unique_ptr<Client> Newcomer(const std::string& service) {
    auto client = Program(service);
    EXPECT_TRUE(client->Connect(kCallTimeout));
    return client;
  }

  static void FlushAll(const Programs& programs) {
    for (const auto& client : programs) {
      EXPECT_TRUE(client->Flush(kCallTimeout));
    }
  }

  // One call that fails if it says so, and is not to be repeated; whether it
  // ran.
  static bool RunOnce(Client& client, bool fails) {
    int runs = 0;
    const absl::Status status =
        recourse::Run(client,
                      {.target = "db",
                       .idempotency = v1::IDEMPOTENCY_NOT_IDEMPOTENT,
                       .time_budget = kLittleTime},
                      [&](const Attempt&) -> absl::StatusOr<bool> {
                        ++runs;
                        if (fails) return kTimedOut;
                        return true;
                      })
            .status();
    EXPECT_EQ(IsCircuitOpen(status), runs == 0) << status;
    if (runs > 0) {
      EXPECT_EQ(status.code(),
                fails ? kTimedOut.code() : absl::StatusCode::kOk);
    }
    EXPECT_LE(runs, 1);
    return runs == 1;
  }

  // Whether a call that has little time is let through.
  static bool LetsThrough(Client& client) { return RunOnce(client, false); }

  // When a call ran that waits until it may. `meanwhile`: what happens before
  // it ends.
  absl::Time RunWhenLet(
      Client& client,
      const std::function<void(const v1::RecoveryResult&)>& on_decision = {},
      const std::function<void()>& meanwhile = [] {}) {
    absl::Time ran = absl::InfinitePast();
    EXPECT_EQ(recourse::Run(client,
                            {.target = "db",
                             .time_budget = kMuchTime,
                             .on_decision = on_decision},
                            [&](const Attempt&) -> absl::StatusOr<bool> {
                              ran = clock_->Now();
                              meanwhile();
                              return true;
                            })
                  .status(),
              absl::OkStatus());
    return ran;
  }

  // Of ten calls of each six fail.
  static void FailSixOfTen(const Programs& programs) {
    for (int call = 0; call < 10; ++call) {
      const bool fails = call % 5 != 0 && call % 5 != 2;
      for (const auto& client : programs) RunOnce(*client, fails);
    }
    FlushAll(programs);
  }

  // Ten programs see the target fail. No time passes.
  void OpenForAll() {
    FailSixOfTen(ManyPrograms(10, clock_));
    ASSERT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_OPEN);
  }

  const std::shared_ptr<test_mode::FakeClock> clock_ =
      std::make_shared<test_mode::FakeClock>();
};

// CB15 (a): nine see a healthy target, one sees nothing else but failures.
TEST_F(CircuitClientsTest, WhoAloneFailsIsAloneKeptBack) {
  SetBreaker();
  const Programs healthy = ManyPrograms(9, clock_);
  for (int call = 0; call < 20; ++call) {
    for (const auto& client : healthy) EXPECT_TRUE(RunOnce(*client, false));
  }
  FlushAll(healthy);
  const auto bad = Newcomer("bad");
  int ran = 0;
  for (int call = 0; call < 20; ++call) {
    ran += RunOnce(*bad, true);
  }
  EXPECT_GE(ran, 5);

  const v1::GetCircuitResponse circuit = Circuit();
  EXPECT_EQ(circuit.shared().state(), v1::CIRCUIT_STATE_CLOSED);
  EXPECT_EQ(circuit.shared().active_callers(), 10);
  EXPECT_EQ(circuit.shared().failing_callers(), 1);
  ASSERT_EQ(circuit.callers_size(), 1);
  EXPECT_EQ(circuit.callers(0).caller().service(), "bad");
  EXPECT_EQ(circuit.callers(0).state(), v1::CIRCUIT_STATE_OPEN);
  EXPECT_EQ(circuit.callers(0).scope(), v1::CIRCUIT_SCOPE_CALLER);

  for (const auto& client : healthy) EXPECT_TRUE(LetsThrough(*client));
  EXPECT_FALSE(LetsThrough(*Newcomer("bad")));
}

// CB15 (b): six of ten calls of each fail, in less than a report's interval.
TEST_F(CircuitClientsTest, WhatAQuorumSeesHoldsForAll) {
  SetBreaker();
  const auto early = Newcomer("early");
  EXPECT_TRUE(LetsThrough(*early));
  FailSixOfTen(ManyPrograms(10, clock_));
  EXPECT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_OPEN);
  // Told by the watch, or at the latest in answer to its next report.
  LetsThrough(*early);
  EXPECT_TRUE(early->Flush(kCallTimeout));
  EXPECT_FALSE(LetsThrough(*early));
  EXPECT_FALSE(LetsThrough(*Newcomer("newcomer")));
}

// CB15 (c): who was given the trial is not heard of again, until it is too
// late.
TEST_F(CircuitClientsTest, ATrialOfAProgramThatDiedIsGivenToAnother) {
  SetBreaker(", success_threshold: 1");
  const absl::Time opened = clock_->Now();
  OpenForAll();
  const auto dead = Newcomer("dead");
  const auto alive = Newcomer("alive");
  std::vector<v1::RecoveryResult> answers;
  v1::Circuit after;
  const absl::Time died = RunWhenLet(*dead, {}, [&] {
    const absl::Time ran = RunWhenLet(
        *alive, [&](const auto& answer) { answers.push_back(answer); });
    // The lease of a call of which nobody knows how long it takes.
    EXPECT_GE(ran, opened + kOpen + absl::Seconds(5));
    EXPECT_LE(ran, opened + kOpen + absl::Seconds(6));
    EXPECT_TRUE(alive->Flush(kCallTimeout));
    after = Circuit().shared();
    EXPECT_EQ(after.wave_size(), 2) << "its trial was the one";
    EXPECT_EQ(after.late_outcomes(), 0);
  });
  EXPECT_EQ(died, opened + kOpen);
  ASSERT_GE(answers.size(), 2);
  EXPECT_TRUE(answers.back().trial());
  answers.pop_back();
  EXPECT_THAT(answers, Each(Property(&v1::RecoveryResult::recheck, true)));

  EXPECT_TRUE(dead->Flush(kCallTimeout));
  const v1::Circuit last = Circuit().shared();
  EXPECT_EQ(last.late_outcomes(), 1);
  EXPECT_EQ(last.state(), after.state());
  EXPECT_EQ(last.epoch(), after.epoch());
}

// The news that it closed came out of order, or were missed.
TEST_F(CircuitClientsTest, WhoTakesAClosedCircuitForOpenAsksOnceAndRuns) {
  const auto client = Newcomer("late");
  EXPECT_TRUE(LetsThrough(*client));
  EXPECT_TRUE(client->Flush(kCallTimeout));
  ASSERT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_CLOSED);
  client->shared().sites.Tell(
      Parse<v1::Circuit>("{target: db, state: HALF_OPEN}"), clock_->Now());
  int answers = 0;
  const absl::StatusOr<int> answer = recourse::Run(
      *client, {.target = "db", .on_decision = [&](const auto&) { ++answers; }},
      [](const Attempt&) -> absl::StatusOr<int> { return 42; });
  EXPECT_EQ(answer.status(), absl::OkStatus());
  EXPECT_EQ(answers, 1);
}

// CB15 (d): the circuit opens while a retry runs that was granted before.
TEST_F(CircuitClientsTest, AnOutcomeOfAnOldEpochIsLateAndChangesNothing) {
  SetBreaker();
  for (const absl::Status& outcome : {absl::OkStatus(), kRefused}) {
    SCOPED_TRACE(outcome);
    const auto slow = Newcomer("slow");
    EXPECT_TRUE(LetsThrough(*slow));
    EXPECT_TRUE(slow->Flush(kCallTimeout));
    const int late = Circuit().shared().late_outcomes();
    v1::Circuit before;
    int runs = 0;
    const absl::Status status =
        recourse::Run(*slow, {.target = "db", .time_budget = kLittleTime},
                      [&](const Attempt&) -> absl::StatusOr<bool> {
                        if (++runs == 1) return kRefused;
                        OpenForAll();
                        before = Circuit().shared();
                        if (!outcome.ok()) return outcome;
                        return true;
                      })
            .status();
    EXPECT_EQ(status.code(), outcome.code());
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(before.late_outcomes(), late);
    EXPECT_TRUE(slow->Flush(kCallTimeout));
    const v1::Circuit after = Circuit().shared();
    EXPECT_EQ(after.late_outcomes(), late + 1);
    EXPECT_EQ(after.state(), v1::CIRCUIT_STATE_OPEN);
    EXPECT_EQ(after.epoch(), before.epoch());
    // As its program counted it, and not once more.
    EXPECT_EQ(after.calls(), before.calls() + 1);
    EXPECT_EQ(after.failures(), before.failures() + (outcome.ok() ? 0 : 1));

    Call(*v1::CircuitBreakers::NewStub(channel_),
         &v1::CircuitBreakers::Stub::ResetCircuit,
         Parse<v1::ResetCircuitRequest>("{target: db}"));
  }
}

// Ten programs whose calls take 20 s, and that begin as many at once as they
// may.
class CircuitWavesTest : public CircuitClientsTest {
 protected:
  // The first waits until it may; of those who come while it runs none has time
  // to. How many are at it when the next one is turned away.
  int RunAtOnce(bool is_first) {
    Client& client = *programs_[next_++ % programs_.size()];
    int at_once = 0;
    const absl::Status status =
        recourse::Run(
            client,
            {.target = "db",
             .time_budget = is_first ? kMuchTime : kCall + absl::Seconds(1),
             .expected_call_time = kCall},
            [&](const Attempt&) -> absl::StatusOr<bool> {
              at_once = 1 + RunAtOnce(/*is_first=*/false);
              return true;
            })
            .status();
    EXPECT_EQ(status.ok(), at_once > 0);
    EXPECT_EQ(IsCircuitOpen(status), at_once == 0) << status;
    EXPECT_TRUE(client.Flush(kCallTimeout));
    return at_once;
  }

  static constexpr absl::Duration kCall = absl::Seconds(20);
  Programs programs_;
  size_t next_ = 0;
};

// CB15 (e): there is always one more who would run, and is not let.
TEST_F(CircuitWavesTest, CallsComeBackInWavesAndNeverAllAtOnce) {
  SetBreaker(", success_threshold: 1");
  OpenForAll();
  for (int i = 0; i < 10; ++i) {
    programs_.push_back(Newcomer(absl::StrCat("s", i)));
  }
  std::vector<int> waves;
  for (int i = 0; i < 5; ++i) waves.push_back(RunAtOnce(/*is_first=*/true));
  EXPECT_THAT(waves, ElementsAre(1, 2, 4, 8, 16));
  EXPECT_EQ(Circuit().shared().state(), v1::CIRCUIT_STATE_HALF_OPEN);
}

// CB15 (f).
TEST_F(CircuitClientsTest, ARestartKeepsAnOpenCircuitForTheTimeThatRemains) {
  const TempDirectory directory;
  const auto config = Config(
      absl::StrCat("store: 'sqlite:", directory.path(), "/recourse.db'"));
  server_.reset();
  Serve(config);
  SetBreaker();
  const absl::Time opened = clock_->Now();
  OpenForAll();
  const int64_t epoch = Circuit().shared().epoch();
  clock_->Advance(absl::Seconds(200));
  server_.reset();
  clock_->Advance(absl::Seconds(100));

  Serve(config);
  const v1::Circuit kept = Circuit().shared();
  EXPECT_EQ(kept.state(), v1::CIRCUIT_STATE_OPEN);
  EXPECT_GE(kept.epoch(), epoch);
  EXPECT_EQ(FromMessage(kept.open_remaining()), kOpen - absl::Seconds(300));
  const auto client = Newcomer("newcomer");
  EXPECT_FALSE(LetsThrough(*client));
  EXPECT_EQ(RunWhenLet(*client), opened + kOpen);
}

// 100 programs that call the same target once a second.
class SharedBudgetTest : public CircuitClientsTest {
 protected:
  static constexpr int kPrograms = 100;
  static constexpr int kWindow = 10;  // Seconds.
  static constexpr int kRetries = 3;  // Of one call, where the budget allows.
  static constexpr int kMost = kPrograms * kWindow / 5 + 3;

  void SetUp() override {
    CircuitClientsTest::SetUp();
    SetPolicy(
        "{policy_id: p, target: db, breaker: {consecutive_failures: 0, "
        "min_calls: 1000000}, retry_budget: {retry_ratio: 0.2, "
        "min_retries_per_second: 0.3}}");
    programs_ =
        ManyPrograms(kPrograms, std::make_shared<TimelessClock>(clock_));
  }

  // Programs tell their calls once a second.
  void EndSecond() {
    FlushAll(programs_);
    clock_->Advance(absl::Seconds(1));
  }

  // How often a call that always fails is repeated. Whoever refuses one says
  // why.
  static int RetriesOf(Client& client) {
    int runs = 0;
    int refusals = 0;
    RunOptions options;
    options.target = "db";
    options.on_decision = [&](const v1::RecoveryResult& decision) {
      if (decision.disposition() != v1::DISPOSITION_GIVE_UP) return;
      ++refusals;
      EXPECT_THAT(decision.trace(),
                  Contains(Property(&v1::StepTrace::reason,
                                    runs > kRetries
                                        ? v1::TRACE_REASON_ATTEMPTS_EXHAUSTED
                                        : v1::TRACE_REASON_BUDGET_EXHAUSTED)));
      EXPECT_THAT(decision.error_message(), HasSubstr("retr"));
    };
    EXPECT_EQ(recourse::Run(client, options,
                            [&](const Attempt&) -> absl::StatusOr<bool> {
                              ++runs;
                              return kRefused;
                            })
                  .status()
                  .code(),
              kRefused.code());
    EXPECT_EQ(refusals, 1);
    return runs - 1;
  }

  Programs programs_;
};

// BU10: an outage of 60 s, and the window after it.
TEST_F(SharedBudgetTest, RetriesOfAllStayWithinOneBudget) {
  std::vector<int> retries;  // Of each second.
  for (int second = 0; second < 60; ++second) {
    retries.push_back(0);
    for (const auto& client : programs_) retries.back() += RetriesOf(*client);
    EndSecond();
  }
  for (auto end = retries.begin() + kWindow; end <= retries.end(); ++end) {
    const int in_window = std::accumulate(end - kWindow, end, 0);
    EXPECT_LE(in_window, kMost);
    EXPECT_GE(in_window, kMost - 3);
  }

  for (int second = 0; second < kWindow; ++second) {
    for (const auto& client : programs_) EXPECT_TRUE(RunOnce(*client, false));
    EndSecond();
  }
  EXPECT_EQ(Circuit().shared().retry_budget().used(), 0);
  for (const auto& client : programs_) {
    EXPECT_EQ(RetriesOf(*client), kRetries) << "50 of them fit";
    if (Circuit().shared().retry_budget().used() >= 150) break;
  }
}

}  // namespace
}  // namespace recourse
