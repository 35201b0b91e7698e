// The hub with a database made of functions: errors, turns, limits, endings.
#include "server/store/watch_hub.h"

#include <atomic>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/store/store_testing.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kSoon = absl::Milliseconds(1);

// One revision a page, "PREFIX=REVISION".
StoreChangePage PageOf(std::string_view prefix, int64_t revision) {
  StoreChange change;
  change.entry = {std::string(prefix), std::to_string(revision), 0, revision};
  return {{change}, revision + 1};
}

std::unique_ptr<StoreWatch> MustAdd(WatchHub& hub, std::string_view prefix,
                                    int64_t from, StoreWatchCallback callback) {
  auto watch = hub.Add(prefix, from, std::move(callback));
  EXPECT_TRUE(watch.ok()) << watch.status();
  return watch.ok() ? *std::move(watch) : nullptr;
}

TEST(WatchHub, DeliversPageByPageUpToThePublishedRevision) {
  auto hub = std::make_shared<WatchHub>(2, PageOf, kSoon);
  WatchLog log;
  auto watch = MustAdd(*hub, "p", 0, log.Callback());  // 0 counts as 1.
  EXPECT_THAT(Describe(log.Await(2)), ElementsAre("p=1", "p=2"));
  hub->Publish(4);
  hub->Publish(3);  // Commits may report themselves out of order.
  EXPECT_THAT(Describe(log.Await(4)), ElementsAre("p=1", "p=2", "p=3", "p=4"));
}

TEST(WatchHub, WatchersTakeTurns) {
  auto hub = std::make_shared<WatchHub>(0, PageOf, kSoon);
  std::mutex mutex;
  std::string order;
  WatchLog last;
  auto note = [&](auto batch) {
    std::lock_guard<std::mutex> lock(mutex);
    order += batch->front().entry.key;
  };
  auto a = MustAdd(*hub, "a", 1, note);
  auto b = MustAdd(*hub, "b", 1, note);
  auto c = MustAdd(*hub, "c", 1, last.Callback());
  hub->Publish(3);
  last.Await(3);
  EXPECT_EQ(order, "ababab");
}

TEST(WatchHub, PassingErrorsAreTriedAgain) {
  for (absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted}) {
    std::atomic<int> failures = 3;
    auto hub = std::make_shared<WatchHub>(
        1,
        [&](std::string_view prefix,
            int64_t from) -> absl::StatusOr<StoreChangePage> {
          if (failures-- > 0) return absl::Status(code, "not now");
          return PageOf(prefix, from);
        },
        kSoon);
    WatchLog log;
    auto watch = MustAdd(*hub, "p", 1, log.Callback());
    EXPECT_THAT(Describe(log.Await(1)), ElementsAre("p=1"));
  }
}

TEST(WatchHub, OtherErrorsEndTheirWatchOnly) {
  for (absl::StatusCode code :
       {absl::StatusCode::kOutOfRange, absl::StatusCode::kDataLoss,
        absl::StatusCode::kInternal}) {
    auto hub = std::make_shared<WatchHub>(
        0,
        [&](std::string_view prefix,
            int64_t from) -> absl::StatusOr<StoreChangePage> {
          if (prefix == "bad") return absl::Status(code, "no more");
          return PageOf(prefix, from);
        },
        kSoon);
    WatchLog bad, good;
    auto bad_watch = MustAdd(*hub, "bad", 1, bad.Callback());
    auto good_watch = MustAdd(*hub, "good", 1, good.Callback());
    hub->Publish(1);
    EXPECT_EQ(bad.AwaitEnd().code(), code);
    hub->Publish(2);
    EXPECT_EQ(good.Await(2).size(), 2u);
  }
}

TEST(WatchHub, HasALimit) {
  auto hub = std::make_shared<WatchHub>(0, PageOf, kSoon);
  std::vector<std::unique_ptr<StoreWatch>> watches;
  for (size_t i = 0; i < kMaxStoreWatches; ++i) {
    watches.push_back(MustAdd(*hub, "p", 1, [](auto) {}));
  }
  EXPECT_TRUE(
      absl::IsResourceExhausted(hub->Add("p", 1, [](auto) {}).status()));
  watches.pop_back();
  EXPECT_TRUE(hub->Add("p", 1, [](auto) {}).ok());
}

TEST(WatchHub, WatchesMayOutliveTheStoreAndSayNothingThen) {
  auto hub = std::make_shared<WatchHub>(0, PageOf, kSoon);
  std::atomic<int> calls = 0;
  auto watch = MustAdd(*hub, "p", 1, [&](auto) { ++calls; });
  hub->Stop();
  hub->Stop();
  hub->Publish(1);
  EXPECT_EQ(calls, 0);
  hub.reset();
  watch.reset();
}

}  // namespace
}  // namespace recourse
