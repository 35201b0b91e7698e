// What the stage "match" costs: the registry beside the naive loop and beside
// RE2::Set, for 100 to 10,000 generated patterns and messages of 100-250 bytes
// that no benchmark has seen before (a ring of fresh ones).
#include <benchmark/benchmark.h>

#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "re2/set.h"
#include "server/match/classifier.h"
#include "server/match/registry.h"

namespace recourse {
namespace {

constexpr size_t kMessages = 4096;

// Words, messages and patterns like those of real software: many patterns share
// words, few patterns match.
class Workload {
 public:
  explicit Workload(size_t pattern_count) : random_(42) {
    for (int i = 0; i < 3000; ++i) words_.push_back(NewWord());
    for (size_t i = 0; i < pattern_count; ++i) {
      regexes.push_back(NewRegex());
      patterns.push_back(NewPattern(absl::StrCat("p", i), regexes.back()));
    }
    for (size_t i = 0; i < kMessages; ++i) failures.push_back(NewFailure());
  }

  static SharedPattern NewPattern(const std::string& id,
                                  const std::string& regex) {
    auto pattern = std::make_shared<Pattern>();
    pattern->id = id;
    pattern->regex = std::make_shared<const RE2>(regex);
    return pattern;
  }

  std::vector<std::string> regexes;
  std::vector<SharedPattern> patterns;
  std::vector<Failure> failures;

 private:
  std::string NewWord() {
    std::string word;
    for (size_t i = 4 + random_() % 7; i > 0; --i) {
      word.push_back("etaoinshrdlucmpb"[random_() % 16]);
    }
    return word;
  }

  // Small numbers are more common, as in any language.
  const std::string& Word() {
    const size_t bound = 1 + random_() % words_.size();
    return words_[random_() % bound];
  }

  std::string NewRegex() {
    switch (random_() % 5) {
      case 0:
        return absl::StrCat("(?i)", Word(), " ", Word());
      case 1:
        return absl::StrCat(Word(), "Error: .*", Word(), " ", Word());
      case 2:
        return absl::StrCat("(", Word(), "|", Word(), ") ", Word(), " \\d+");
      case 3:
        return absl::StrCat("\\b", Word(), ".{0,40}", Word(), ".*", Word());
      default:
        return absl::StrCat(Word(), "[ :_-]+", Word(), " (\\w+) ", Word());
    }
  }

  Failure NewFailure() {
    Failure failure;
    const size_t size = 100 + random_() % 150;
    while (failure.message.size() < size) {
      absl::StrAppend(&failure.message, Word(), random_() % 6 ? " " : ": ");
      if (random_() % 8 == 0) {
        absl::StrAppend(&failure.message, random_() % 100'000, " ");
      }
    }
    failure.text = MatchText(failure);
    return failure;
  }

  std::mt19937 random_;
  std::vector<std::string> words_;
};

const Workload& WorkloadOf(size_t pattern_count) {
  static auto* const workloads =
      new std::map<size_t, std::unique_ptr<Workload>>;
  auto& workload = (*workloads)[pattern_count];
  if (workload == nullptr) workload = std::make_unique<Workload>(pattern_count);
  return *workload;
}

void MatchRegistry(benchmark::State& state) {
  const Workload& workload = WorkloadOf(state.range(0));
  const auto registry = *PatternRegistry::Create(workload.patterns, 1);
  size_t i = 0;
  int64_t matched = 0;
  for (auto _ : state) {
    const Failure& failure = workload.failures[i++ % kMessages];
    matched += registry->Match(failure).winner != nullptr;
  }
  state.counters["matched"] = benchmark::Counter(
      static_cast<double>(matched), benchmark::Counter::kAvgIterations);
}
BENCHMARK(MatchRegistry)->Arg(100)->Arg(1000)->Arg(10'000);
BENCHMARK(MatchRegistry)->Arg(10'000)->Threads(2)->UseRealTime();

void MatchNaiveLoop(benchmark::State& state) {
  const Workload& workload = WorkloadOf(state.range(0));
  size_t i = 0;
  for (auto _ : state) {
    const Failure& failure = workload.failures[i++ % kMessages];
    for (const SharedPattern& pattern : workload.patterns) {
      if (Matches(*pattern, failure)) break;
    }
  }
}
BENCHMARK(MatchNaiveLoop)->Arg(100)->Arg(1000)->Arg(10'000);

void MatchRe2Set(benchmark::State& state) {
  const Workload& workload = WorkloadOf(state.range(0));
  RE2::Options options;
  options.set_max_mem(int64_t{1} << 30);
  RE2::Set set(options, RE2::UNANCHORED);
  for (const std::string& regex : workload.regexes) set.Add(regex, nullptr);
  if (!set.Compile()) {
    state.SkipWithError("RE2::Set does not compile");
    return;
  }
  size_t i = 0;
  for (auto _ : state) {
    const std::string& text = workload.failures[i++ % kMessages].text;
    std::vector<int> found;
    benchmark::DoNotOptimize(set.Match(text, &found));
  }
}
BENCHMARK(MatchRe2Set)->Arg(100)->Arg(1000)->Arg(10'000);

void CreateFromNothing(benchmark::State& state) {
  const Workload& workload = WorkloadOf(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(PatternRegistry::Create(workload.patterns, 1));
  }
}
BENCHMARK(CreateFromNothing)->Arg(10'000)->Unit(benchmark::kMillisecond);

// Adds one pattern after another, so that the merges are in the mean.
void CreateWithOneMore(benchmark::State& state) {
  const Workload& workload = WorkloadOf(state.range(0));
  std::vector<SharedPattern> patterns = workload.patterns;
  auto registry = *PatternRegistry::Create(patterns, 1);
  int added = 0;
  for (auto _ : state) {
    patterns.push_back(Workload::NewPattern(
        absl::StrCat("q", added), absl::StrCat("added", added, " .*failed")));
    ++added;
    registry = *PatternRegistry::Create(patterns, 1, registry.get());
  }
}
BENCHMARK(CreateWithOneMore)->Arg(10'000)->Unit(benchmark::kMillisecond);

// Without a pattern: codes, words, retry-after. Half of the messages speak of
// something that the tables know.
void ClassifyFresh(benchmark::State& state) {
  static constexpr absl::string_view kTroubles[] = {
      "connection refused", "HTTP 503 Service Unavailable",
      "Please try again in 20s", "deadlock detected"};
  std::vector<Failure> failures = WorkloadOf(100).failures;
  for (size_t i = 0; i < failures.size(); i += 2) {
    absl::StrAppend(&failures[i].message,
                    kTroubles[i / 2 % std::size(kTroubles)]);
    failures[i].text = MatchText(failures[i]);
  }
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(Classify(failures[i++ % kMessages], nullptr, now));
  }
}
BENCHMARK(ClassifyFresh);

}  // namespace
}  // namespace recourse
