// What the C++ client adds to a call that succeeds at once, beside the plain
// call; exits with 1 where that is more than its goal on one thread. No server
// is needed: nobody is asked while all goes well.
//
// No peer stands beside it: Debian packages no C++ library of retries and
// circuit breakers, and what comes nearest does less and is no choice of a
// caller's: gRPC's retries are its channel's own, Envoy's another process.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "client/cpp/recovery_runner.h"

namespace recourse {
namespace {

// Of what is added on one thread, in nanoseconds: a target looked up by name
// and a time budget included.
constexpr double kGoal = 60;
constexpr int kRounds = 5;  // The best counts: a busy machine slows some.

void Rounds(benchmark::internal::Benchmark* bench) {
  bench->Threads(1)->Threads(2)->Repetitions(kRounds)->MinTime(0.2);
}

// As cheap as a call can be, and never inlined.
[[gnu::noinline]] absl::StatusOr<int> Work(int input) {
  benchmark::DoNotOptimize(input);
  return input + 1;
}

// One for all threads, as a program has it.
Client& SharedClient() {
  static Client* const kClient =
      Client::Create("127.0.0.1:1")->release();  // Nobody listens there.
  return *kClient;
}

const RunOptions& Options() {
  static const auto* const kOptions =
      new RunOptions{.target = "payments/charge"};
  return *kOptions;
}

void BM_PlainCall(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Work(1));
}
BENCHMARK(BM_PlainCall)->Apply(Rounds);

// Without a target nothing is counted and nothing gated.
void BM_RunWithoutTarget(benchmark::State& state) {
  Client& client = SharedClient();
  const RunOptions options;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Run(client, options, [](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_RunWithoutTarget)->Apply(Rounds);

// Counted, and its circuit looked at; the target is looked up by name.
void BM_Run(benchmark::State& state) {
  Client& client = SharedClient();
  const RunOptions& options = Options();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Run(client, options, [](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_Run)->Apply(Rounds);

// The same, its target known.
void BM_Operation(benchmark::State& state) {
  static const auto* const kOperation =
      new Operation(SharedClient(), Options());
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        kOperation->Run([](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_Operation)->Apply(Rounds);

// With a time budget: the clock is read once.
void BM_OperationWithTimeBudget(benchmark::State& state) {
  static const auto* const kOperation = new Operation(
      SharedClient(),
      {.target = "payments/charge", .time_budget = absl::Seconds(5)});
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        kOperation->Run([](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_OperationWithTimeBudget)->Apply(Rounds);

// Keeps the best round of each, by threads.
class BestReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      double& best = best_[run.threads]
                         .try_emplace(run.run_name.function_name,
                                      std::numeric_limits<double>::infinity())
                         .first->second;
      best = std::min(best, run.GetAdjustedCPUTime());
    }
  }

  // Prints what each adds to the plain call by as many threads; whether the
  // most that is added on one thread meets the goal.
  bool PrintAdded() const {
    double most = 0;
    for (const auto& [threads, best] : best_) {
      const auto plain = best.find("BM_PlainCall");
      if (plain == best.end()) continue;
      for (const auto& [name, ns] : best) {
        const double added = ns - plain->second;
        std::printf("%s, threads %d: plain call x %.2f, + %.1f ns\n",
                    name.c_str(), static_cast<int>(threads), ns / plain->second,
                    added);
        if (threads == 1) most = std::max(most, added);
      }
    }
    std::printf("added on one thread: %.1f ns at most (goal %.0f)\n", most,
                kGoal);
    return most <= kGoal;
  }

 private:
  std::map<int64_t, std::map<std::string, double>> best_;
};

}  // namespace
}  // namespace recourse

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  recourse::BestReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.PrintAdded() ? 0 : 1;
}
