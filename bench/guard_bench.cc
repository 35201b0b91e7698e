// What the guard adds to a decision, and what a target costs in memory. One
// figure per line; bench/guard_bench runs all of them.
//   BM_Decision     ObserveError + Admit for a target that is known: by 1 and 2
//                   threads, going round among so many targets, each with so
//                   many callers
//   BM_NewTarget    the same for a target met for the first time
//   BM_Settle       what a report adds
//   BM_Memory       what 100,000 targets with so many callers each take: by how
//                   much the process grows, what its allocator counts, and what
//                   the guard says. All callers tell of so many calls in each
//                   of so many seconds: in 10, all parts of all windows are in
//                   use.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
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
void Decide(Guard& guard, const CallSite& site, uint64_t seed, absl::Time now,
            int64_t calls = 10) {
  ErrorEvidence evidence;
  evidence.counts = true;
  evidence.sums = CallSums{calls, calls / 10, 0, absl::Seconds(1)};
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
  CallSite Site(size_t i, size_t caller = 0) const {
    return {"default", targets_[i % targets_.size()], "", "orders",
            instances_[caller]};
  }

 private:
  std::vector<std::string> targets_;
  const std::vector<std::string> instances_ = {
      "orders-7c9f-0", "orders-7c9f-1", "orders-7c9f-2", "orders-7c9f-3"};
};

std::unique_ptr<Guard> shared_guard;

void BM_Decision(benchmark::State& state) {
  static Names names(100'000);
  const auto targets = static_cast<size_t>(state.range(0));
  const auto callers = static_cast<size_t>(state.range(1));
  if (state.thread_index() == 0) {
    shared_guard = NewGuard();
    for (size_t t = 0; t < targets * callers; ++t) {
      Decide(*shared_guard, names.Site(t % targets, t / targets), t, kStart);
    }
  }
  size_t i = static_cast<size_t>(state.thread_index()) * 31;
  size_t caller = 0;
  absl::Time now = kStart;
  for (auto _ : state) {
    i = (i + 7919) % targets;
    if (++caller == callers) caller = 0;
    now += absl::Microseconds(10);
    Decide(*shared_guard, names.Site(i, caller), i, now);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Decision)
    ->ArgNames({"targets", "callers"})
    ->Args({1, 1})
    ->Args({1, 4})
    ->Args({1000, 1})
    ->Args({1000, 4})
    ->Args({100'000, 1})
    ->ThreadRange(1, 2);

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

size_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  size_t all_pages = 0;
  size_t resident_pages = 0;
  in >> all_pages >> resident_pages;
  return resident_pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

void BM_Memory(benchmark::State& state) {
  constexpr size_t kTargets = 100'000;
  static Names names(kTargets);
  const auto callers = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    malloc_trim(0);  // What earlier rows took goes back to the system.
    const size_t resident = ResidentBytes();
    const size_t allocated = mallinfo2().uordblks;
    std::unique_ptr<Guard> guard = NewGuard();
    for (int64_t second = 0; second < state.range(1); ++second) {
      for (size_t t = 0; t < kTargets * callers; ++t) {
        Decide(*guard, names.Site(t % kTargets, t / kTargets), t,
               kStart + absl::Seconds(second), state.range(2));
      }
    }
    const auto megabytes = [](size_t bytes) {
      return static_cast<double>(bytes) / 1e6;
    };
    state.counters["MB_resident"] = megabytes(ResidentBytes() - resident);
    state.counters["MB_allocated"] =
        megabytes(mallinfo2().uordblks - allocated);
    state.counters["MB_estimated"] = megabytes(guard->memory_bytes());
  }
}
BENCHMARK(BM_Memory)
    ->ArgNames({"callers", "seconds", "calls"})
    ->Args({1, 1, 10})
    ->Args({2, 1, 10})
    ->Args({4, 1, 10})
    ->Args({1, 2, 10})
    ->Args({4, 2, 10})
    ->Args({4, 10, 10})
    ->Args({4, 10, 10'000})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

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
