// What the tests of Run share: a scripted server, fake time, and an operation
// that plays a list of results.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/cpp/recovery_runner.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/scripted_server.h"

namespace recourse {

class RunFixture : public testing::Test {
 protected:
  RunFixture() {
    options.target = "openai/gpt-4";
    options.workflow_id = "w1";
    options.node_name = "n1";
    options.ask_timeout = absl::Seconds(30);  // Machines under test are slow.
    options.now = [this] { return now; };
    options.sleep = [this](absl::Duration duration, std::stop_token stop) {
      sleeps.push_back(duration);
      now += duration;
      return !stop.stop_requested();
    };
    options.random = [] { return 0.5; };
    server.orchestrator.ReportOutcome_.Always(
        [](const v1::RecoveryOutcome&, v1::ReportOutcomeResponse& response) {
          response.set_recorded(true);
          return grpc::Status::OK;
        });
  }

  // Runs an operation whose k-th attempt gives the k-th of `results`; the
  // attempts as they were are in `attempts`.
  absl::StatusOr<std::string> Play(
      std::vector<absl::StatusOr<std::string>> results,
      const Substitutes<std::string>& substitutes = {}) {
    attempts.clear();
    return recourse::Run<std::string>(
        *client, options,
        [&](const Attempt& attempt) -> absl::StatusOr<std::string> {
          attempts.push_back(attempt);
          if (attempts.size() > results.size()) {
            ADD_FAILURE() << "attempt " << attempts.size();
            return absl::InternalError("too many attempts");
          }
          return results[attempts.size() - 1];
        },
        substitutes);
  }

  std::vector<v1::RecoveryContext> Asked() const {
    return server.orchestrator.HandleError_.requests();
  }
  // Outcomes reported, in order; a correct run reports one.
  std::vector<v1::Outcome> Reported() const {
    std::vector<v1::Outcome> outcomes;
    for (const auto& report : server.orchestrator.ReportOutcome_.requests()) {
      outcomes.push_back(report.outcome());
    }
    return outcomes;
  }

  ScriptedServer server;
  std::unique_ptr<Client> client = server.Connect();
  absl::Time now = absl::FromUnixSeconds(1'000'000);
  std::vector<absl::Duration> sleeps;
  std::vector<Attempt> attempts;
  RunOptions options;
};

}  // namespace recourse
