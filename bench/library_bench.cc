// The built-in library as the server carries it: what "match" costs where no
// pattern matches, the classifier included, as the median of single calls; and
// what loading it costs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/unmatched_texts.h"
#include "server/catalog/pattern_catalog.h"
#include "server/match/classifier.h"
#include "server/match/registry.h"
#include "server/pattern_library.h"
#include "server/store/store.h"

namespace recourse {
namespace {

constexpr double kGoalMicroseconds = 20;
constexpr double kGoalLoadMilliseconds = 300;

using Clock = std::chrono::steady_clock;

double MicrosecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start)
      .count();
}

absl::StatusOr<std::unique_ptr<PatternCatalog>> OpenCatalog(Store* store) {
  absl::StatusOr<CatalogOptions> library = LoadPatternLibrary("");
  if (!library.ok()) return library.status();
  return PatternCatalog::Open(store, *std::move(library));
}

std::vector<Failure> Failures() {
  std::vector<Failure> failures;
  for (const char* text : kUnmatchedTexts) {
    Failure& failure = failures.emplace_back();
    failure.message = text;
    failure.text = MatchText(failure);
  }
  return failures;
}

void DecideUnmatched(benchmark::State& state) {
  const auto store = OpenStore("memory:");
  const auto catalog = OpenCatalog(store->get());
  if (!catalog.ok()) {
    state.SkipWithError("the library does not load");
    return;
  }
  const auto registry = (*catalog)->registry();
  const std::vector<Failure> failures = Failures();
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  std::vector<double> microseconds;
  size_t i = 0;
  int64_t matched = 0;
  for (auto _ : state) {
    const Failure& failure = failures[i++ % failures.size()];
    const Clock::time_point start = Clock::now();
    MatchResult match = registry->Match(failure);
    benchmark::DoNotOptimize(ClassifyMatch(failure, *registry, now, &match));
    microseconds.push_back(MicrosecondsSince(start));
    matched += match.winner != nullptr ? 1 : 0;
  }
  const auto percentile = [&](double share) {
    const auto at = microseconds.begin() +
                    static_cast<ptrdiff_t>(share * (microseconds.size() - 1));
    std::nth_element(microseconds.begin(), at, microseconds.end());
    return *at;
  };
  const double median = percentile(0.5);
  state.counters["p50_us"] = median;
  state.counters["p99_us"] = percentile(0.99);
  state.counters["p50_of_goal"] = median / kGoalMicroseconds;
  state.counters["matched"] = static_cast<double>(matched);
}
BENCHMARK(DecideUnmatched);

void LoadLibrary(benchmark::State& state) {
  double best = 0;
  const auto store = OpenStore("memory:");
  for (auto _ : state) {
    const Clock::time_point start = Clock::now();
    const auto catalog = OpenCatalog(store->get());
    benchmark::DoNotOptimize(catalog.ok());
    const double took = MicrosecondsSince(start) / 1000;
    if (best == 0 || took < best) best = took;
  }
  state.counters["best_ms"] = best;
  state.counters["best_of_goal"] = best / kGoalLoadMilliseconds;
}
BENCHMARK(LoadLibrary)->Unit(benchmark::kMillisecond)->Iterations(5);

}  // namespace
}  // namespace recourse
