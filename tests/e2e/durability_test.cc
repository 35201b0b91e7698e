// What was acknowledged survives kill -9.

#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/e2e/durable_patterns.h"

namespace recourse {
namespace {

using ::testing::Contains;
using ::testing::IsSubsetOf;
using ::testing::Property;

constexpr int kWriters = 4;
constexpr char kPausing[] =
    "{pattern_id: pausing, error_type: CONTRACT, regex_pattern: contract "
    "broken, steps: [{escalation: {pause_workflow: true}}]}";
constexpr char kUnavailable[] = "error: {http_status: 503}";

// A workflow that was told to wait for people.
struct Waiting {
  std::string workflow_id;
  std::string incident_id;
  std::string waiter_id;
  std::string token;
};

// What the server was asked for, and what it acknowledged.
class Ledger {
 public:
  void Ask(const std::string& pattern_id) {
    absl::MutexLock lock(&mu_);
    asked_.insert(pattern_id);
  }
  void Acknowledge(const std::string& pattern_id) {
    absl::MutexLock lock(&mu_);
    patterns_.insert(pattern_id);
  }
  void Acknowledge(Waiting waiting) {
    absl::MutexLock lock(&mu_);
    waiting_.push_back(std::move(waiting));
  }
  // Waits until there are so many more patterns and, with them, an incident.
  bool AwaitMore(size_t patterns) {
    absl::MutexLock lock(&mu_);
    const size_t patterns_wanted = patterns_.size() + patterns;
    const size_t waiting_wanted = waiting_.size() + 1;
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return patterns_.size() >= patterns_wanted &&
             waiting_.size() >= waiting_wanted;
    };
    return mu_.AwaitWithTimeout(absl::Condition(&enough), kProcessTimeout);
  }
  std::set<std::string> asked() const {
    absl::MutexLock lock(&mu_);
    return asked_;
  }
  std::set<std::string> patterns() const {
    absl::MutexLock lock(&mu_);
    return patterns_;
  }
  std::vector<Waiting> waiting() const {
    absl::MutexLock lock(&mu_);
    return waiting_;
  }

 private:
  mutable absl::Mutex mu_;
  std::set<std::string> asked_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> patterns_ ABSL_GUARDED_BY(mu_);
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mu_);
};

class DurabilityTest : public DurablePatternsTest {
 protected:
  // The next two run on threads of their own until the server is gone.
  void AddUntilKilled(const std::string& prefix, Ledger& ledger) {
    for (int i = 0;; ++i) {
      const std::string id = absl::StrCat(prefix, "_", i);
      ledger.Ask(id);
      if (!TryAdd(id).ok()) return;
      ledger.Acknowledge(id);
    }
  }

  void EscalateUntilKilled(int round, Ledger& ledger) {
    for (int i = 0;; ++i) {
      v1::RecoveryContext context;
      context.mutable_error()->set_message("contract broken");
      context.mutable_capabilities()->set_await_human(true);
      context.set_workflow_id(absl::StrCat("workflow_", round, "_", i));
      // Every other one joins the incident of the one before.
      context.set_target(absl::StrCat("service/", round, "_", i / 2));
      v1::RecoveryResult result;
      if (!TryHandle(context, &result).ok()) return;
      if (result.disposition() != v1::DISPOSITION_WAIT_FOR_HUMAN ||
          result.escalation().pending()) {
        ADD_FAILURE() << "not durable: " << result.ShortDebugString();
        return;
      }
      ledger.Acknowledge({.workflow_id = context.workflow_id(),
                          .incident_id = result.escalation().incident_id(),
                          .waiter_id = result.escalation().waiter_id(),
                          .token = result.recovery_token()});
    }
  }

  void WorkUntilKilled(int round, size_t acknowledgements, Ledger& ledger) {
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([=, this, &ledger] {
        AddUntilKilled(absl::StrCat("p_", round, "_", writer), ledger);
      });
    }
    threads.emplace_back(
        [=, this, &ledger] { EscalateUntilKilled(round, ledger); });
    EXPECT_TRUE(ledger.AwaitMore(acknowledgements)) << process_->StderrText();
    process_->Signal(SIGKILL);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(process_->Wait(), kKilled);
  }

  v1::AwaitIncidentResponse Await(const Waiting& waiting) {
    v1::AwaitIncidentRequest request;
    request.set_incident_id(waiting.incident_id);
    request.set_recovery_token(waiting.token);
    request.mutable_timeout()->set_seconds(0);
    return Call(*incidents_, &v1::Incidents::Stub::AwaitIncident, request);
  }

  v1::Incident Get(const std::string& incident_id) {
    v1::GetIncidentRequest request;
    request.set_incident_id(incident_id);
    return Call(*incidents_, &v1::Incidents::Stub::GetIncident, request)
        .incident();
  }

  void ExpectAllWait(const std::vector<Waiting>& all) {
    for (const Waiting& waiting : all) {
      const v1::Incident incident = Get(waiting.incident_id);
      EXPECT_EQ(incident.state(), v1::INCIDENT_STATE_OPEN);
      ASSERT_THAT(incident.waiters(),
                  Contains(AllOf(Property(&v1::IncidentWaiter::waiter_id,
                                          waiting.waiter_id),
                                 Property(&v1::IncidentWaiter::workflow_id,
                                          waiting.workflow_id))));
      EXPECT_FALSE(Await(waiting).has_resolution());
    }
  }

  Waiting Pause() {
    const v1::RecoveryResult result = Handle(
        "{error: {message: contract broken}, workflow_id: paused, "
        "capabilities: {await_human: true}}");
    EXPECT_EQ(result.disposition(), v1::DISPOSITION_WAIT_FOR_HUMAN);
    return {.workflow_id = "paused",
            .incident_id = result.escalation().incident_id(),
            .waiter_id = result.escalation().waiter_id(),
            .token = result.recovery_token()};
  }

  void Resolve(const std::string& incident_id, int expected_waiters) {
    v1::ResolveIncidentRequest request;
    request.set_incident_id(incident_id);
    request.set_action(v1::RESOLUTION_ACTION_RETRY);
    request.set_note("fixed the contract");
    EXPECT_EQ(Call(*incidents_, &v1::Incidents::Stub::ResolveIncident, request)
                  .resolved_waiters(),
              expected_waiters);
  }

  static void ExpectResolved(const v1::AwaitIncidentResponse& response) {
    EXPECT_EQ(response.resolution().action(), v1::RESOLUTION_ACTION_RETRY);
    EXPECT_EQ(response.resolution().note(), "fixed the contract");
    EXPECT_NE(response.recovery_token(), "");
  }
};

TEST_F(DurabilityTest, KilledAtAnyPointItKeepsWhatItAcknowledged) {
  constexpr int kRounds = 5;
  constexpr unsigned kMostAcknowledgements = 80;
  Ledger ledger;
  StartProcess();
  Add(kPausing);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    std::mt19937 random(static_cast<unsigned>(round));
    const std::string token = Handle(kUnavailable).recovery_token();
    WorkUntilKilled(round, 1 + random() % kMostAcknowledgements, ledger);
    ASSERT_NO_FATAL_FAILURE(StartProcess());
    ASSERT_NO_FATAL_FAILURE(ExpectAllDecide(ledger.patterns()));
    ASSERT_NO_FATAL_FAILURE(ExpectAllWait(ledger.waiting()));
    std::set<std::string> asked = ledger.asked();
    asked.insert("pausing");
    EXPECT_THAT(UserPatterns(), IsSubsetOf(asked));
    EXPECT_EQ(Handle(kUnavailable, token).retry().attempt(), 2);
  }
  for (const Waiting& waiting : ledger.waiting()) {
    if (Get(waiting.incident_id).state() == v1::INCIDENT_STATE_OPEN) {
      Resolve(waiting.incident_id, Get(waiting.incident_id).waiters_size());
    }
    ExpectResolved(Await(waiting));
  }
}

TEST_F(DurabilityTest, APausedWorkflowIsResolvedAfterARestart) {
  StartProcess();
  Add(kPausing);
  const Waiting waiting = Pause();
  v1::AwaitIncidentRequest request;
  request.set_incident_id(waiting.incident_id);
  request.set_recovery_token(waiting.token);
  request.mutable_timeout()->set_seconds(600);
  grpc::ClientContext call;
  grpc::CompletionQueue queue;
  const auto pending = incidents_->AsyncAwaitIncident(&call, request, &queue);
  v1::AwaitIncidentResponse response;
  grpc::Status status;
  pending->Finish(&response, &status, nullptr);
  EXPECT_FALSE(Await(waiting).has_resolution());
  KillProcess();
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);

  StartProcess();
  grpc::ClientContext second_call;
  SetDeadline(second_call);
  const auto again =
      incidents_->AsyncAwaitIncident(&second_call, request, &queue);
  again->Finish(&response, &status, nullptr);
  Resolve(waiting.incident_id, 1);
  ASSERT_TRUE(queue.Next(&tag, &ok));
  ASSERT_TRUE(status.ok()) << status.error_message();
  ExpectResolved(response);
  // The recovery goes on, and is reported, with what came back.
  v1::RecoveryOutcome outcome;
  outcome.set_recovery_token(response.recovery_token());
  outcome.set_outcome(v1::OUTCOME_SUCCESS);
  EXPECT_TRUE(
      Call(*stub_, &OrchestratorStub::ReportOutcome, outcome).recorded());
  queue.Shutdown();
}

TEST_F(DurabilityTest, AResolutionIsKnownAfterARestart) {
  StartProcess();
  Add(kPausing);
  const Waiting waiting = Pause();
  Resolve(waiting.incident_id, 1);
  KillProcess();
  StartProcess();
  ExpectResolved(Await(waiting));
  EXPECT_EQ(Get(waiting.incident_id).state(), v1::INCIDENT_STATE_RESOLVED);
}

}  // namespace
}  // namespace recourse
