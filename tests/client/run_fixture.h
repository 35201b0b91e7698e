// What the tests of Run share: a scripted server, fake time, and an operation
// that plays a list of results.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {

// An attempt as it was.
struct Seen {
  explicit Seen(const Attempt& attempt)
      : number(attempt.number),
        target(attempt.target),
        state(attempt.state),
        edits(attempt.edits.begin(), attempt.edits.end()),
        disabled_features(attempt.disabled_features.begin(),
                          attempt.disabled_features.end()),
        model(attempt.Parameter("model", "gpt-4")),
        tools(attempt.Enabled("tools")),
        keep_ratio(attempt.keep_ratio),
        timeout(attempt.timeout) {}

  int number;
  std::string target;
  google::protobuf::Struct state;
  std::vector<v1::StateEdit> edits;
  std::vector<std::string> disabled_features;
  std::string model;
  bool tools;
  double keep_ratio;
  absl::Duration timeout;
};

class RunFixture : public testing::Test {
 protected:
  RunFixture() {
    options.target = "openai/gpt-4";
    options.workflow_id = "w1";
    options.node_name = "n1";
    server.orchestrator.ReportOutcome_.Always(
        [](const v1::RecoveryOutcome&, v1::ReportOutcomeResponse& response) {
          response.set_recorded(true);
          return grpc::Status::OK;
        });
  }

  ClientOptions Settings() const {
    ClientOptions settings;
    settings.caller = "billing";
    settings.caller_instance = "billing-1";
    settings.ask_timeout = absl::Seconds(30);  // Machines under test are slow.
    settings.clock = clock;
    return settings;
  }

  // Runs an operation whose k-th attempt gives the k-th of `results`; the
  // attempts as they were are in `attempts`.
  absl::StatusOr<std::string> Play(
      std::vector<absl::StatusOr<std::string>> results,
      const Substitutes<std::string>& substitutes = {}) {
    attempts.clear();
    return recourse::RunDetailed<std::string>(
        *client, options,
        [&](const Attempt& attempt) -> absl::StatusOr<std::string> {
          attempts.emplace_back(attempt);
          if (attempts.size() > results.size()) {
            ADD_FAILURE() << "attempt " << attempts.size();
            return absl::InternalError("too many attempts");
          }
          clock->Advance(call_time);
          return results[attempts.size() - 1];
        },
        info, substitutes);
  }

  std::vector<v1::RecoveryContext> Asked() const {
    return server.orchestrator.HandleError_.requests();
  }
  // Reports, in order; a correct run sends one at most.
  std::vector<v1::RecoveryOutcome> Reports() const {
    EXPECT_TRUE(client->Flush(absl::Seconds(30)));
    return server.orchestrator.ReportOutcome_.requests();
  }
  std::vector<v1::Outcome> Reported() const {
    std::vector<v1::Outcome> outcomes;
    for (const auto& report : Reports()) outcomes.push_back(report.outcome());
    return outcomes;
  }

  const std::shared_ptr<test_mode::FakeClock> clock =
      std::make_shared<test_mode::FakeClock>();
  ScriptedServer server;
  std::unique_ptr<Client> client = server.Connect(Settings());
  absl::Duration call_time;  // Of each attempt.
  std::vector<Seen> attempts;
  RecoveryInfo info;
  RunOptions options;
};

}  // namespace recourse
