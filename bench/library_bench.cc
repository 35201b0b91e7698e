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

#include "absl/time/time.h"
#include "patterns/built_in.h"
#include "recourse/internal/v1/built_in_library.pb.h"
#include "server/catalog/pattern_catalog.h"
#include "server/match/classifier.h"
#include "server/match/registry.h"
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

CatalogOptions BuiltInLibrary() {
  const absl::string_view bytes = BuiltInLibraryBytes();
  internal::v1::BuiltInLibrary built_in;
  CatalogOptions options;
  if (!built_in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return options;
  }
  options.library_index = std::move(*built_in.mutable_literal_index());
  for (internal::v1::BuiltInPattern& entry : *built_in.mutable_patterns()) {
    RequiredLiterals& literals = options.library_literals.emplace_back();
    for (const internal::v1::LiteralClause& clause : entry.clauses()) {
      literals.emplace_back(clause.literals().begin(), clause.literals().end());
    }
    options.library.push_back(std::move(*entry.mutable_pattern()));
  }
  return options;
}

// As software that no pattern knows words its failures; short and long, plain
// and nested, with ids, paths and addresses.
constexpr const char* kTexts[] = {
    "OrderImportFailed: row 4411 of batch 2024-03-11 refers to article "
    "77-A19, which the catalogue of this season does not list",
    "the ledger of tenant acme is sealed for March; postings go to April",
    "Rover 7: wheel 3 blocked by an obstacle at 41.2, 9.7; path planned anew",
    "Traceback (most recent call last):\n  File \"/srv/app/jobs/close.py\", "
    "line 88, in run\n    self.book(entry)\n  File "
    "\"/srv/app/ledger/book.py\", line 210, in book\n    raise "
    "LedgerSealed(entry.month)\napp.ledger.LedgerSealed: 2024-03",
    "{\"status\":\"REFUSED\",\"detail\":{\"field\":\"weight\",\"given\":"
    "\"12,5\",\"unit\":\"kg\"},\"trace\":\"9f1c77aa\"}",
    "com.acme.shop.PriceNotAgreed: offer 8812 was made for another customer "
    "at com.acme.shop.Offers.take(Offers.java:312) at "
    "com.acme.shop.Cart.add(Cart.java:77)",
    "E4471 spindle load above plan, feed lowered to 60 %, operator informed",
    "gate B14: scan of boarding pass gave no passenger, seat 22C stays open",
    "warning: 3 of 120 parts left the tolerance band (+0.04 mm); lot held",
    "mailbox rule 'invoices' moved nothing: folder was renamed to 'Invoices "
    "2024' by its owner on 3 March",
    "replica eu-2 answered with an older picture of shelf 12 than eu-1",
    "checkout step 4/7 ended early: basket is empty after discount SPRING24",
    "The tide table for station 0441 ends on 31 December; extend it first.",
    "agent: the plan has 14 steps, 9 are done, step 10 asks for a tool that "
    "the user has switched off",
    "pump P-101: suction head 1.1 m below the curve, started without load",
    "render of frame 1193 differs from its reference by 412 pixels",
    "sync: peer 10.0.4.7 speaks dialect 3, this node speaks 5 and up",
    "cannot book seat 12A for traveller 2 of 3: the fare needs all together",
    "job nightly-close: worker w-17 gave the job back after 3 attempts",
    "user story 4711 has no estimate; sprint 12 starts without it",
    "voucher ABCD-1234 was redeemed on 2024-02-29 at till 7",
    "elevator 3 holds at floor 9: door edge pressed for 40 s",
    "translation de-AT of string 9912 is older than its source",
    "meter 99-13: reading 4411 is below the last one, 4502; not booked",
};

std::vector<Failure> Failures() {
  std::vector<Failure> failures;
  for (const char* text : kTexts) {
    Failure& failure = failures.emplace_back();
    failure.message = text;
    failure.text = MatchText(failure);
  }
  return failures;
}

void DecideUnmatched(benchmark::State& state) {
  const auto store = OpenStore("memory:");
  const auto catalog = PatternCatalog::Open(store->get(), BuiltInLibrary());
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
    const MatchResult match = registry->Match(failure);
    benchmark::DoNotOptimize(Classify(failure, match.winner.get(), now));
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
    const auto catalog = PatternCatalog::Open(store->get(), BuiltInLibrary());
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
