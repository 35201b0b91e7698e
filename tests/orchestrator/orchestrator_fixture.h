// The orchestrator on a store in memory and a clock that the test turns.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/orchestrator.h"
#include "server/wire/yaml.h"

namespace recourse {

// No endpoint is configured, so nothing is ever posted.
class NoHttp : public HttpClient {
 public:
  absl::StatusOr<HttpResponse> Post(const std::string&,
                                    const std::map<std::string, std::string>&,
                                    const std::string&,
                                    absl::Duration) override {
    return absl::UnimplementedError("no channel posts here");
  }
};

class OrchestratorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = *OpenStore("memory:");
    notifier_ =
        *Notifier::Open(store_.get(), {.http = &http_, .start_workers = false});
    OpenDesk();
    catalog_ = *PatternCatalog::Open(store_.get(), {});
    redactor_ = *Redactor::Create({});
    Build(&statistics_);
  }

  void OpenDesk() {
    incidents_.reset();
    incidents_ = *IncidentDesk::Open(
        store_.get(), notifier_.get(),
        [](IncidentChange, const std::string&) {},
        [start = now_] { return start; });  // Its threads ask, too.
  }

  void Build(Statistics* statistics, Guard* guard = nullptr) {
    orchestrator_ = std::make_unique<Orchestrator>(
        OrchestratorParts{.catalog = catalog_.get(),
                          .incidents = incidents_.get(),
                          .tokens = &tokens_,
                          .redactor = redactor_.get(),
                          .statistics = statistics,
                          .reports = &reports_,
                          .settled = &settled_,
                          .told = &told_,
                          .continued = &continued_,
                          .decisions = &decisions_,
                          .events = &events_,
                          .memo = &memo_,
                          .default_plans = BuiltInDefaultPlans(),
                          .guard = guard,
                          .policies =
                              [](absl::string_view, absl::string_view) {
                                return std::make_shared<const TargetPolicy>();
                              },
                          .clock = [this] { return now_; }});
  }

  // Adds a pattern given as YAML.
  void Add(const std::string& yaml) {
    v1::ErrorPattern pattern;
    ASSERT_EQ(ParseYaml("pattern", yaml, pattern), absl::OkStatus());
    ASSERT_EQ(catalog_->Add(pattern, false, "", now_).status(),
              absl::OkStatus());
  }

  // The request that a context given as YAML makes.
  static RecoveryRequest Request(const std::string& yaml) {
    auto context = std::make_shared<v1::RecoveryContext>();
    EXPECT_EQ(ParseYaml("context", yaml, *context), absl::OkStatus());
    absl::StatusOr<RecoveryRequest> request = ParseContext(context);
    EXPECT_EQ(request.status(), absl::OkStatus());
    return *std::move(request);
  }

  Decision Handle(const std::string& yaml, const std::string& token = "") {
    RecoveryRequest request = Request(yaml);
    request.recovery_token = token;
    Orchestrator::Begun begun = Begin(std::move(request));
    EXPECT_EQ(begun.status(), absl::OkStatus());
    return orchestrator_->Finish(*std::move(begun));
  }

  // REQUIRES: no equal request is being decided.
  Orchestrator::Begun Begin(RecoveryRequest request) {
    std::optional<Orchestrator::Begun> result;
    orchestrator_->Begin(std::move(request), [&result](Orchestrator::Begun b) {
      result = std::move(b);
    });
    EXPECT_TRUE(result.has_value());
    return *std::move(result);
  }

  // What an equal one that is being decided lets wait, as it comes.
  std::shared_ptr<std::optional<Orchestrator::Begun>> BeginLater(
      const std::string& yaml) {
    auto result = std::make_shared<std::optional<Orchestrator::Begun>>();
    orchestrator_->Begin(Request(yaml), [result](Orchestrator::Begun begun) {
      EXPECT_FALSE(result->has_value()) << "called once";
      *result = std::move(begun);
    });
    return result;
  }

  static std::vector<TraceReason> Reasons(const Decision& decision) {
    std::vector<TraceReason> reasons;
    for (const StepTrace& entry : decision.trace) {
      reasons.push_back(entry.reason);
    }
    return reasons;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  NoHttp http_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<IncidentDesk> incidents_;
  std::unique_ptr<PatternCatalog> catalog_;
  std::unique_ptr<const Redactor> redactor_;
  TokenSealer tokens_{std::string(kTokenKeyBytes, 'k')};
  Statistics statistics_{now_};
  DecisionLog decisions_{100};
  EventHub events_{EventHubOptions{}};
  RequestMemo memo_;
  RecentIds reports_;
  RecentIds settled_;
  RecentIds told_;
  RecentIds continued_;
  std::unique_ptr<Orchestrator> orchestrator_;
};

}  // namespace recourse
