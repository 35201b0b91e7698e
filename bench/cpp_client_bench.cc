// What the C++ client adds to a call that succeeds at once, beside the plain
// call. No server is needed: nobody is asked while all goes well.
#include <benchmark/benchmark.h>

#include <map>
#include <vector>

#include "client/cpp/recovery_runner.h"

namespace recourse {
namespace {

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
BENCHMARK(BM_PlainCall)->Threads(1)->Threads(2);

// Without a target nothing is counted and nothing gated.
void BM_RunWithoutTarget(benchmark::State& state) {
  Client& client = SharedClient();
  const RunOptions options;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Run(client, options, [](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_RunWithoutTarget)->Threads(1)->Threads(2);

// Counted, and its circuit looked at; the target is looked up by name.
void BM_Run(benchmark::State& state) {
  Client& client = SharedClient();
  const RunOptions& options = Options();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Run(client, options, [](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_Run)->Threads(1)->Threads(2);

// The same, its target known.
void BM_Operation(benchmark::State& state) {
  static const auto* const kOperation =
      new Operation(SharedClient(), Options());
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        kOperation->Run([](const Attempt&) { return Work(1); }));
  }
}
BENCHMARK(BM_Operation)->Threads(1)->Threads(2);

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
BENCHMARK(BM_OperationWithTimeBudget)->Threads(1)->Threads(2);

// Prints what each costs as a multiple of the plain call by as many threads.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const double ns = run.GetAdjustedCPUTime();
      const bool is_plain = run.run_name.function_name == "BM_PlainCall";
      if (is_plain) plain_[run.threads] = ns;
      const auto plain = plain_.find(run.threads);
      if (is_plain || plain == plain_.end()) continue;
      GetOutputStream() << "  = plain call x " << ns / plain->second << ", + "
                        << ns - plain->second << " ns\n";
    }
  }

 private:
  std::map<int64_t, double> plain_;  // By threads.
};

}  // namespace
}  // namespace recourse

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  recourse::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
