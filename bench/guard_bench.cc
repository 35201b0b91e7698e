// What the guard adds to a decision, and what a target costs in memory.
//   BM_Decision     ObserveError + Admit for a target that is known, by 1 and 2
//                   threads: of one target each, or all of the same
//   BM_NewTarget    the same for a target met for the first time
//   BM_Settle       what a report adds
//   BM_Memory       bytes a target with 1, 2 or 4 callers takes, by the
//                   allocator's own count
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/guard/guard.h"

namespace recourse {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

std::unique_ptr<Guard> NewGuard() {
  auto policy = std::make_shared<TargetPolicy>();
  // Nothing is refused: refusals are cheaper than grants.
  policy->retry_budget.min_retries_per_second = 1e6;
  policy->breaker.consecutive_failures = 0;
  policy->breaker.failure_rate = 1;
  SharedTargetPolicy shared = policy;
  return std::make_unique<Guard>(
      [shared](absl::string_view, absl::string_view) { return shared; });
}

// A mix of calls that never opens the circuit.
ErrorEvidence Evidence() {
  ErrorEvidence evidence;
  evidence.counts = true;
  evidence.sums = CallSums{10, 1, 0, absl::Seconds(1)};
  return evidence;
}

void Decide(Guard& guard, const CallSite& site, uint64_t seed, absl::Time now) {
  static const ErrorEvidence evidence = Evidence();
  guard.ObserveError(site, evidence, now);
  AdmitRequest request;
  request.site = site;
  request.delay = absl::Milliseconds(100);
  request.expected_call_time = absl::Milliseconds(100);
  request.time_remaining = absl::Seconds(30);
  request.seed = seed;
  AdmitAnswer answer = guard.Admit(request, now);
  benchmark::DoNotOptimize(answer);
}

class Names {
 public:
  explicit Names(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      targets_.push_back(absl::StrCat("provider/model-", i));
    }
  }
  CallSite Site(size_t i) const {
    return {"default", targets_[i % targets_.size()], "", "orders",
            "orders-7c9f-0"};
  }

 private:
  std::vector<std::string> targets_;
};

std::unique_ptr<Guard> shared_guard;

// Argument: number of targets among which each thread goes round.
void BM_Decision(benchmark::State& state) {
  static Names names(100'000);
  const auto targets = static_cast<size_t>(state.range(0));
  if (state.thread_index() == 0) shared_guard = NewGuard();
  size_t i = static_cast<size_t>(state.thread_index()) * 31;
  absl::Time now = kStart;
  bool warm = false;
  for (auto _ : state) {
    if (!warm) {
      state.PauseTiming();
      for (size_t t = 0; t < targets; ++t) {
        Decide(*shared_guard, names.Site(t), t, now);
      }
      warm = true;
      state.ResumeTiming();
    }
    i = (i + 7919) % targets;
    now += absl::Microseconds(10);
    Decide(*shared_guard, names.Site(i), i, now);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Decision)->Arg(1)->Arg(1000)->Arg(100'000)->ThreadRange(1, 2);

void BM_NewTarget(benchmark::State& state) {
  static Names names(100'000);
  std::unique_ptr<Guard> guard = NewGuard();
  size_t i = 0;
  for (auto _ : state) {
    if (++i == 100'000) {
      state.PauseTiming();
      guard = NewGuard();
      i = 0;
      state.ResumeTiming();
    }
    Decide(*guard, names.Site(i), i, kStart);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_NewTarget);

void BM_Settle(benchmark::State& state) {
  static Names names(1000);
  std::unique_ptr<Guard> guard = NewGuard();
  for (size_t t = 0; t < 1000; ++t) Decide(*guard, names.Site(t), t, kStart);
  absl::Time now = kStart;
  size_t i = 0;
  GrantStamp stamp;
  for (auto _ : state) {
    i = (i + 7) % 1000;
    now += absl::Microseconds(10);
    stamp.target = names.Site(i).target.data();
    guard->Settle(names.Site(i).ns, stamp, RunOutcome::kSuccess, now);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Settle);

void BM_Memory(benchmark::State& state) {
  constexpr size_t kTargets = 100'000;
  static Names names(kTargets);
  const auto callers = static_cast<int>(state.range(0));
  for (auto _ : state) {
    malloc_trim(0);
    const size_t before = mallinfo2().uordblks;
    std::unique_ptr<Guard> guard = NewGuard();
    for (size_t t = 0; t < kTargets; ++t) {
      for (int c = 0; c < callers; ++c) {
        CallSite site = names.Site(t);
        const std::string instance = absl::StrCat("orders-7c9f-", c);
        site.instance = instance;
        Decide(*guard, site, t, kStart);
      }
    }
    const size_t after = mallinfo2().uordblks;
    state.counters["bytes_per_target"] =
        static_cast<double>(after - before) / kTargets;
    state.counters["MB_of_100000"] = static_cast<double>(after - before) / 1e6;
    state.counters["estimate_MB"] =
        static_cast<double>(guard->memory_bytes()) / 1e6;
  }
}
BENCHMARK(BM_Memory)->Arg(1)->Arg(2)->Arg(4)->Iterations(1)->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace recourse

int main(int argc, char** argv) {
  // As the server does: see server/main.cc.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
