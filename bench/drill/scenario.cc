#include "bench/drill/scenario.h"

#include <algorithm>
#include <utility>

namespace recourse::drill {
namespace {

constexpr Nanos kBegin = 30 * kSecond;
constexpr Nanos kMinute = 60 * kSecond;
constexpr Nanos kTenYears = 315'360'000 * kSecond;

Scenario Named(const char* name, const char* title) {
  Scenario scenario;
  scenario.name = name;
  scenario.title = title;
  return scenario;
}

Scenario Hard() {
  Scenario scenario = Named("hard", "hard down for 60 s");
  scenario.troubles = {{kBegin, kBegin + kMinute, 0}};
  return scenario;
}

Scenario BrownOut() {
  Scenario scenario = Named("brownout", "20 % of its capacity for 60 s");
  scenario.troubles = {{kBegin, kBegin + kMinute, 0.2}};
  return scenario;
}

Scenario Flapping() {
  Scenario scenario =
      Named("flapping", "6 times down for 10 s and back for 10 s");
  for (int i = 0; i < 6; ++i) {
    const Nanos begin = kBegin + 2 * i * 10 * kSecond;
    scenario.troubles.push_back({begin, begin + 10 * kSecond, 0});
  }
  scenario.length = 300 * kSecond;
  return scenario;
}

Scenario RateLimit() {
  Scenario scenario = Named(
      "ratelimit", "half of the calls answered 429 and Retry-After for 60 s");
  scenario.quota = Quota{kBegin, kBegin + kMinute};
  return scenario;
}

// Few callers that call often: one of ten is a tenth of the load.
Scenario BadCaller() {
  Scenario scenario =
      Named("badcaller", "the own network of one caller of ten is down");
  scenario.callers = 10;
  scenario.calls_per_second = 70;
  scenario.background_failures = 0.01;
  scenario.broken_caller = 0;
  scenario.own_trouble = {kBegin, kBegin + kMinute, 0};
  return scenario;
}

Scenario Liar() {
  Scenario scenario =
      Named("liar", "one caller is told to come back in ten years");
  scenario.background_failures = 0.05;
  scenario.lie = Lie{kBegin, 0, kTenYears};
  return scenario;
}

Scenario Alone() {
  Scenario scenario = Hard();
  scenario.name = "alone";
  scenario.title = "hard down for 60 s, and Recourse is away all the time";
  scenario.away_end = kTenYears;
  return scenario;
}

}  // namespace

Nanos Scenario::trouble_begin() const {
  if (!troubles.empty()) return troubles.front().begin;
  if (quota) return quota->begin;
  if (lie) return lie->at;
  return own_trouble.begin;
}

Nanos Scenario::trouble_end() const {
  if (!troubles.empty()) return troubles.back().end;
  if (quota) return quota->end;
  if (lie) return lie->at;
  return own_trouble.end;
}

Scenario Scenario::Untroubled() const {
  Scenario same = *this;
  same.broken_caller_is_silent = broken_caller >= 0;
  if (same.lie) same.lie->at = INT64_MAX;
  return same;
}

std::vector<Scenario> AllScenarios() {
  return {Hard(),      BrownOut(), Flapping(), RateLimit(),
          BadCaller(), Liar(),     Alone()};
}

std::optional<Scenario> FindScenario(std::string_view name) {
  for (Scenario& scenario : AllScenarios()) {
    if (scenario.name == name) return std::move(scenario);
  }
  return std::nullopt;
}

}  // namespace recourse::drill
