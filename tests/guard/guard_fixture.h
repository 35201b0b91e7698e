// A guard with a virtual clock, and callers to drive it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/guard/guard.h"

namespace recourse {

inline constexpr absl::string_view kTarget = "openai/gpt-4";
inline const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class GuardFixture : public ::testing::Test {
 protected:
  GuardFixture()
      : guard([this](absl::string_view, absl::string_view) { return policy(); },
              [this](const CircuitView& view) { changes.push_back(view); }) {}

  SharedTargetPolicy policy() const {
    return std::make_shared<const TargetPolicy>(settings);
  }

  static CallSite Site(const std::string& service,
                       const std::string& instance) {
    // Outlives its use: a test has few.
    static auto* names = new std::vector<std::unique_ptr<std::string>>();
    const auto keep = [](const std::string& name) -> absl::string_view {
      for (const auto& kept : *names) {
        if (*kept == name) return *kept;
      }
      names->push_back(std::make_unique<std::string>(name));
      return *names->back();
    };
    return {"default", kTarget, "", keep(service), keep(instance)};
  }
  static CallSite Instance(int number) {
    return Site("svc", absl::StrCat("i", number));
  }

  void Pass(absl::Duration time) { now += time; }

  void Tell(const CallSite& site, int64_t calls, int64_t failures,
            int64_t slow = 0) {
    guard.ObserveCalls(site, {calls, failures, slow, absl::Seconds(1)}, now);
  }
  void Fail(const CallSite& site, int times = 1) {
    ErrorEvidence evidence;
    evidence.counts = true;
    for (int i = 0; i < times; ++i) guard.ObserveError(site, evidence, now);
  }

  AdmitRequest Request(const CallSite& site) {
    AdmitRequest request;
    request.site = site;
    request.expected_call_time = absl::Milliseconds(100);
    request.seed = ++seed_;
    return request;
  }
  AdmitAnswer FirstCall(const CallSite& site) {
    AdmitRequest request = Request(site);
    request.first_call = true;
    return guard.Admit(request, now);
  }
  // A grant that may be a time to ask again; fails the test when refused.
  Grant MustAdmit(const AdmitRequest& request) {
    AdmitAnswer answer = guard.Admit(request, now);
    if (const auto* refused = std::get_if<NotAdmitted>(&answer)) {
      ADD_FAILURE() << refused->text;
      return {};
    }
    return std::get<Admitted>(answer).grant;
  }
  static bool Runs(const AdmitAnswer& answer) {
    const auto* admitted = std::get_if<Admitted>(&answer);
    return admitted != nullptr && !admitted->grant.recheck;
  }
  static TraceReason ReasonOf(const AdmitAnswer& answer) {
    const auto* refused = std::get_if<NotAdmitted>(&answer);
    return refused == nullptr ? TraceReason::kUnspecified : refused->reason;
  }

  CircuitView Shared() {
    for (CircuitView& view : guard.Circuits("default", kTarget, now)) {
      if (view.shared) return view;
    }
    ADD_FAILURE() << "unknown target";
    return {};
  }
  CircuitState SharedState() { return Shared().state; }
  std::optional<CircuitView> OwnCircuit(const CallSite& site) {
    for (CircuitView& view : guard.Circuits("default", kTarget, now)) {
      if (!view.shared && view.service == site.service &&
          view.instance == site.instance) {
        return view;
      }
    }
    return std::nullopt;
  }

  // Callers with 10 calls a second each, for as long as the window; then all
  // of them fail until the shared circuit opens.
  void OpenShared(int callers = 4) {
    for (int second = 0; second < 11; ++second) {
      for (int i = 0; i < callers; ++i) Tell(Instance(i), 10, 0);
      Pass(absl::Seconds(1));
    }
    for (int second = 0; second < 20; ++second) {
      for (int i = 0; i < callers; ++i) Tell(Instance(i), 10, 10);
      if (SharedState() == CircuitState::kOpen) return;
      Pass(absl::Seconds(1));
    }
    ADD_FAILURE() << "does not open";
  }

  TargetPolicy settings;
  absl::Time now = kStart;
  std::vector<CircuitView> changes;
  Guard guard;

 private:
  uint64_t seed_ = 0;
};

}  // namespace recourse
