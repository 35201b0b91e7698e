// Incident desks that share a store, as servers of a fleet do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "server/incident/incident_desk.h"
#include "server/incident/incident_store.h"
#include "server/wire/errors.h"
#include "tests/incident/fakes.h"

namespace recourse {

// One escalation, with its parts to change.
struct Escalation {
  RedactedFailure failure;
  Classification classification;
  EscalationAction action;
  std::string recovery_id = "recovery1";
  int error_count = 1;
  bool rerun_allowed = true;
  bool from_default_plan = false;
  std::map<std::string, std::string> state_context;
  absl::Time now = absl::Now();

  explicit Escalation(const std::string& message = "connection refused") {
    failure.ns = "default";
    failure.target = "postgres/orders";
    failure.exception_type = "OperationalError";
    failure.message = message;
    failure.workflow_id = "wf-7";
    failure.node_name = "load";
    classification.category = Category::kConnection;
    classification.error_type = ErrorType::kNetwork;
    classification.suggested_action = "Look at it.";
    action.priority = Severity::kHigh;
    action.assignee = "db-team";
  }
  Escalation& Pause(const std::string& recovery, int failures = 1) {
    action.pause_workflow = true;
    recovery_id = recovery;
    error_count = failures;
    return *this;
  }

  EscalationRequest Request() const {
    return EscalationRequest{.failure = failure,
                             .classification = classification,
                             .action = action,
                             .from_default_plan = from_default_plan,
                             .recovery_id = recovery_id,
                             .error_count = error_count,
                             .rerun_allowed = rerun_allowed,
                             .state_context = state_context,
                             .now = now};
  }
};

inline v1::ResolveIncidentRequest ResolveRequest(
    const std::string& incident_id, v1::ResolutionAction action,
    const std::string& waiter_id = "") {
  v1::ResolveIncidentRequest request;
  request.set_incident_id(incident_id);
  request.set_action(action);
  request.set_waiter_id(waiter_id);
  return request;
}

// An Await, and what comes of it.
class Awaited {
 public:
  using Answer = absl::StatusOr<std::optional<v1::Resolution>>;

  Awaited(IncidentDesk* desk, const std::string& incident_id,
          const std::string& waiter_id,
          absl::Time deadline = absl::InfiniteFuture()) {
    wait_ = desk->Await(incident_id, waiter_id, deadline,
                        [this](Answer answer) { Done(std::move(answer)); });
  }

  void Drop() { wait_.reset(); }
  const Answer& Wait() {
    answered_.Wait();
    return *answer_;
  }
  // The action told; UNSPECIFIED: none at the deadline.
  v1::ResolutionAction Action() {
    const Answer& answer = Wait();
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok() || !answer->has_value()) {
      return v1::RESOLUTION_ACTION_UNSPECIFIED;
    }
    return (*answer)->action();
  }
  int calls() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }

 private:
  void Done(Answer answer) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++calls_;
    }
    answer_ = std::move(answer);
    answered_.Notify();
  }

  mutable std::mutex mutex_;
  int calls_ = 0;
  std::optional<Answer> answer_;
  Signal answered_;
  std::unique_ptr<IncidentDesk::Wait> wait_;  // Last: goes first.
};

// One server's notifier and desk.
class Server {
 public:
  explicit Server(Store* engine, std::vector<config::v1::Channel> channels = {},
                  std::function<absl::Time()> clock = absl::Now)
      : store(engine),
        channels_(std::move(channels)),
        clock_(std::move(clock)) {
    Start();
  }
  ~Server() { Stop(); }  // Before what the desk's listener uses.

  void Start() {
    Notifier::Options options;
    options.start_workers = false;
    options.channels = channels_;
    auto opened = Notifier::Open(&store, std::move(options));
    EXPECT_TRUE(opened.ok()) << opened.status();
    notifier = *std::move(opened);
    auto desk_opened = IncidentDesk::Open(
        &store, notifier.get(),
        [this](IncidentChange change, const auto& id) {
          std::lock_guard<std::mutex> lock(mutex_);
          changes_.emplace_back(change, id);
        },
        clock_);
    EXPECT_TRUE(desk_opened.ok()) << desk_opened.status();
    desk = *std::move(desk_opened);
  }
  void Stop() {
    desk.reset();
    notifier.reset();
  }

  EscalationReceipt Escalate(const Escalation& escalation) {
    const auto receipt = desk->Escalate(escalation.Request());
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? *receipt : EscalationReceipt{};
  }
  v1::Incident Get(const std::string& incident_id) {
    const auto incident = desk->Get(incident_id);
    EXPECT_TRUE(incident.ok()) << incident.status();
    return incident.ok() ? *incident : v1::Incident();
  }
  v1::ResolveIncidentResponse Resolve(
      const v1::ResolveIncidentRequest& request) {
    const auto response = desk->Resolve(request, absl::Now());
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::ResolveIncidentResponse();
  }
  // The store does not take this entry, until RefuseCommits(nullptr).
  void RefuseWritesOf(const std::string& key) {
    store.RefuseCommits([key](const StoreTransaction& transaction) {
      return transaction.ops[0].key == key ? absl::UnavailableError("not now")
                                           : absl::OkStatus();
    });
  }
  std::vector<std::pair<IncidentChange, std::string>> changes() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return changes_;
  }

  FlakyStore store;
  std::unique_ptr<Notifier> notifier;
  std::unique_ptr<IncidentDesk> desk;

 private:
  const std::vector<config::v1::Channel> channels_;
  const std::function<absl::Time()> clock_;
  mutable std::mutex mutex_;
  std::vector<std::pair<IncidentChange, std::string>> changes_;
};

class DeskTest : public testing::Test {
 protected:
  DeskTest() : engine_(*OpenStore("memory:")), server_(engine_.get()) {}

  // Returns when the store has an entry below `prefix` that `wanted` accepts.
  void WaitForEntry(const std::string& prefix,
                    const std::function<bool(const StoreEntry&)>& wanted) {
    Signal seen;
    const auto watch = engine_->Watch(prefix, 1, [&](auto changes) {
      if (!changes.ok()) return;
      for (const StoreChange& change : *changes) {
        if (!change.deleted && wanted(change.entry)) seen.Notify();
      }
    });
    ASSERT_TRUE(watch.ok()) << watch.status();
    seen.Wait();
  }
  void WaitForIncident(
      const std::string& incident_id,
      const std::function<bool(const internal::v1::IncidentRecord&)>& wanted =
          [](const auto&) { return true; }) {
    WaitForEntry(IncidentKey(incident_id), [&](const StoreEntry& entry) {
      return wanted(ParseIncident(entry)->record);
    });
  }
  void WaitForCount(const std::string& incident_id, int64_t count) {
    WaitForIncident(incident_id, [&](const auto& record) {
      return record.incident().occurrence_count() == count;
    });
  }
  std::vector<std::string> Keys(const std::string& prefix) {
    std::vector<std::string> keys;
    EXPECT_TRUE(
        ForEachEntry(*engine_, prefix, "", [&](const StoreEntry& entry) {
          keys.push_back(entry.key);
          return true;
        }).ok());
    return keys;
  }

  std::unique_ptr<Store> engine_;
  Server server_;
};

}  // namespace recourse
