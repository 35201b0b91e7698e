// What the SQLite engine adds to the suite: compaction, lease time, errors.
#include <atomic>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/sqlite_db.h"
#include "server/store/sqlite_store.h"
#include "tests/store/naive_store.h"
#include "tests/store/store_testing.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A clock that moves when told to.
class FakeClock {
 public:
  void Advance(absl::Duration by) { ms_ += absl::ToInt64Milliseconds(by); }
  LeaseKeeper::Options Options() {
    return {.now = [this] { return absl::FromUnixMillis(ms_); },
            .check_interval = absl::Milliseconds(1)};
  }

 private:
  std::atomic<int64_t> ms_ = 1'000'000;
};

std::unique_ptr<Store> MustOpen(const std::string& path,
                                const SqliteStoreOptions& options) {
  auto store =
      path.empty() ? OpenMemoryStore(options) : OpenSqliteStore(path, options);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

int64_t MustCommit(Store& store, std::vector<StoreOp> ops) {
  auto commit = store.Commit({{}, std::move(ops)});
  EXPECT_TRUE(commit.ok()) << commit.status();
  return commit.ok() ? commit->revision : 0;
}

bool Has(Store& store, std::string_view key) {
  auto entry = store.Get(key);
  EXPECT_TRUE(entry.ok()) << entry.status();
  return entry.ok() && entry->has_value();
}

int64_t CountVersions(const std::string& path) {
  auto db = SqliteDb::Open(path, SqliteDb::Mode::kReadOnly);
  EXPECT_TRUE(db.ok()) << db.status();
  auto count = (*db)->ReadInt("SELECT count(*) FROM kv");
  EXPECT_TRUE(count.ok()) << count.status();
  return count.ok() ? *count : -1;
}

TEST(SqliteStore, RevisionsBeginAtOneAndGoOnAfterReopening) {
  TempDirectory directory;
  const std::string path = directory.File("store.db");
  {
    auto store = MustOpen(path, {});
    EXPECT_EQ(store->List({})->revision, 1);
    EXPECT_EQ(MustCommit(*store, {Put("k", "1")}), 2);
  }
  auto store = MustOpen(path, {});
  EXPECT_EQ(MustCommit(*store, {Put("k", "2")}), 3);
  WatchLog log;
  auto watch = store->Watch("", 1, log.Callback());
  EXPECT_THAT(Describe(log.Await(2)), ElementsAre("k=1", "k=2"));
}

TEST(SqliteStore, RefusesOptionsOutOfRange) {
  const struct {
    const char* what;
    SqliteStoreOptions options;
  } kRows[] = {
      {"no history", {.history_revisions = 0}},
      {"negative history", {.history_revisions = -1}},
      {"endless history", {.history_revisions = INT64_MAX}},
      {"negative pages", {.max_pages = -1}},
      {"no clock", {.leases = {.now = nullptr}}},
      {"no interval", {.leases = {.check_interval = absl::ZeroDuration()}}},
      {"no retry delay", {.watch_retry_delay = absl::ZeroDuration()}},
  };
  for (const auto& row : kRows) {
    EXPECT_TRUE(absl::IsInvalidArgument(OpenMemoryStore(row.options).status()))
        << row.what;
  }
}

TEST(SqliteStore, CompactionKeepsTheLastRevisionsOnly) {
  TempDirectory directory;
  const std::string path = directory.File("store.db");
  {
    auto store = MustOpen(path, {.history_revisions = 10});
    MustCommit(*store, {Put("still", "here")});
    MustCommit(*store, {Put("gone", "1")});
    MustCommit(*store, {Delete("gone")});
    int64_t last = 0;
    for (int i = 0; i < 100; ++i) {
      last = MustCommit(*store, {Put("k", std::to_string(i))});
    }
    // What can be listed, and what can be watched from.
    EXPECT_TRUE(store->List({.revision = last - 10}).ok());
    auto old = store->List({.revision = last - 9});
    ASSERT_TRUE(old.ok()) << old.status();
    EXPECT_THAT(Describe(old->entries[0]), HasSubstr("k=90 "));
    EXPECT_TRUE(
        absl::IsOutOfRange(store->List({.revision = last - 11}).status()));
    WatchLog log, compacted;
    auto watch = store->Watch("", last - 9, log.Callback());
    EXPECT_EQ(log.Await(10).size(), 10u);
    auto ended = store->Watch("", last - 10, compacted.Callback());
    EXPECT_TRUE(absl::IsOutOfRange(compacted.AwaitEnd()));
    EXPECT_TRUE(Has(*store, "still"));
    EXPECT_FALSE(Has(*store, "gone"));
  }
  // Ten revisions of "k", the one before them, and "still".
  EXPECT_EQ(CountVersions(path), 12);
}

TEST(SqliteStore, AShorterHistoryIsReachedStepByStep) {
  TempDirectory directory;
  const std::string path = directory.File("store.db");
  {
    auto store = MustOpen(path, {.history_revisions = 1000});
    for (int i = 0; i < 200; ++i) MustCommit(*store, {Put("k", "v")});
  }
  EXPECT_EQ(CountVersions(path), 200);
  {
    auto store = MustOpen(path, {.history_revisions = 1});
    MustCommit(*store, {Put("k", "v")});
  }
  EXPECT_GT(CountVersions(path), 190);  // A small bite.
  {
    auto store = MustOpen(path, {.history_revisions = 1});
    for (int i = 0; i < 100; ++i) MustCommit(*store, {Put("k", "v")});
  }
  EXPECT_EQ(CountVersions(path), 2);
}

TEST(SqliteStore, AWatchThatFallsBehindCompactionIsEnded) {
  auto store = MustOpen("", {.history_revisions = 5});
  std::atomic<bool> entered = false;
  std::mutex hold;
  std::unique_lock<std::mutex> held(hold);
  WatchLog log;
  auto record = log.Callback();
  auto watch = store->Watch("", 1, [&](auto batch) {
    entered = true;
    entered.notify_all();
    std::lock_guard<std::mutex> wait(hold);
    record(std::move(batch));
  });
  MustCommit(*store, {Put("k", "0")});
  entered.wait(false);
  for (int i = 0; i < 20; ++i) MustCommit(*store, {Put("k", "v")});
  held.unlock();
  EXPECT_TRUE(absl::IsOutOfRange(log.AwaitEnd()));
  // It hears no more; others do.
  WatchLog other;
  auto other_watch =
      store->Watch("", store->List({})->revision + 1, other.Callback());
  MustCommit(*store, {Put("k", "last")});
  EXPECT_EQ(other.Await(1).size(), 1u);
  EXPECT_EQ(log.batches().size(), 1u);
}

TEST(SqliteStore, AgreesWithTheNaiveModelWhileCompacting) {
  constexpr int64_t kHistory = 20;
  auto store = MustOpen("", {.history_revisions = kHistory});
  RandomTraffic traffic(7);
  NaiveStore model;
  int64_t now = 1;
  for (int i = 0; i < 2000; ++i) {
    StoreTransaction transaction = traffic.Transaction(model, now);
    auto commit = store->Commit(transaction);
    ASSERT_TRUE(commit.ok()) << commit.status();
    if (commit->committed && model.Apply(transaction.ops, now + 1)) ++now;
    ASSERT_EQ(commit->revision, now);
    const int64_t oldest = std::max<int64_t>(1, now - kHistory);
    StoreRange range = traffic.Range({oldest, oldest + 1, now});
    range.limit = 1000;
    auto page = store->List(range);
    ASSERT_TRUE(page.ok()) << page.status();
    std::vector<std::string> got, want;
    for (const StoreEntry& e : page->entries) got.push_back(Describe(e));
    for (const StoreEntry& e : model.List(range)) want.push_back(Describe(e));
    ASSERT_EQ(got, want) << "after transaction " << i;
  }
  const std::vector<std::string> want = model.Changes("", now - kHistory + 1);
  WatchLog log;
  auto watch = store->Watch("", now - kHistory + 1, log.Callback());
  EXPECT_EQ(log.Await(want.size()).size(), want.size());
}

TEST(SqliteStore, ALeaseLivesByItsClockAlone) {
  FakeClock clock;
  auto store = MustOpen("", {.leases = clock.Options()});
  auto kept = store->GrantLease(absl::Seconds(10));
  auto left = store->GrantLease(absl::Seconds(10));
  ASSERT_TRUE(kept.ok() && left.ok());
  MustCommit(*store, {Put("kept", "1", *kept), Put("left", "1", *left)});
  const int64_t last = MustCommit(*store, {Put("left2", "1", *left)});
  WatchLog log;
  auto watch = store->Watch("", last + 1, log.Callback());
  clock.Advance(absl::Milliseconds(9'999));
  EXPECT_TRUE(store->KeepLeaseAlive(*kept).ok());
  EXPECT_TRUE(Has(*store, "left"));
  clock.Advance(absl::Milliseconds(1));
  // From this moment on it is dead, swept or not.
  EXPECT_TRUE(absl::IsNotFound(store->KeepLeaseAlive(*left)));
  EXPECT_TRUE(absl::IsNotFound(store->RevokeLease(*left)));
  EXPECT_TRUE(absl::IsNotFound(
      store->Commit({{}, {Put("late", "1", *left)}}).status()));
  std::vector<StoreChange> changes = log.Await(2);
  EXPECT_THAT(Describe(changes), UnorderedElementsAre("-left", "-left2"));
  EXPECT_EQ(changes[0].entry.mod_revision, changes[1].entry.mod_revision);
  EXPECT_TRUE(Has(*store, "kept"));
}

TEST(SqliteStore, ReopeningGivesLeasesTheirFullTtlAgain) {
  TempDirectory directory;
  const std::string path = directory.File("store.db");
  FakeClock clock;
  int64_t lease = 0;
  {
    auto store = MustOpen(path, {.leases = clock.Options()});
    lease = *store->GrantLease(absl::Seconds(10));
    MustCommit(*store, {Put("k", "1", lease)});
  }
  clock.Advance(absl::Hours(1));
  auto store = MustOpen(path, {.leases = clock.Options()});
  clock.Advance(absl::Milliseconds(9'999));
  EXPECT_TRUE(Has(*store, "k"));
  WatchLog log;
  auto watch = store->Watch("", store->List({})->revision + 1, log.Callback());
  clock.Advance(absl::Milliseconds(1));
  EXPECT_THAT(Describe(log.Await(1)), ElementsAre("-k"));
}

TEST(SqliteStore, AFullDatabaseChangesNothingAndExpiryIsTriedAgain) {
  TempDirectory directory;
  for (const std::string& path : {std::string(), directory.File("store.db")}) {
    FakeClock clock;
    auto store = MustOpen(
        path,
        {.history_revisions = 1, .leases = clock.Options(), .max_pages = 64});
    const int64_t first = MustCommit(*store, {Put("k", "v")});
    auto lease = store->GrantLease(absl::Seconds(10));
    ASSERT_TRUE(lease.ok());
    const std::string value(9000, 'v');
    int stored = 0;
    absl::Status failure;
    while (failure.ok()) {
      const std::string key = "fill/" + std::to_string(stored);
      failure = store->Commit({{}, {Put(key, value, *lease)}}).status();
      stored += failure.ok();
    }
    EXPECT_TRUE(absl::IsResourceExhausted(failure)) << failure;
    EXPECT_THAT(std::string(failure.message()),
                HasSubstr("nothing was changed"));
    EXPECT_EQ(store->List({})->revision, first + stored);
    EXPECT_EQ(store->List({.prefix = "fill/"})->entries.size(),
              static_cast<size_t>(stored));
    // Deleting all of them makes room again, sooner or later.
    clock.Advance(absl::Seconds(10));
    WatchLog log;
    auto watch = store->Watch("fill/", first + stored + 1, log.Callback());
    EXPECT_EQ(log.Await(stored).size(), static_cast<size_t>(stored));
    for (int i = 0; i < stored; ++i) MustCommit(*store, {Put("k", "v")});
    MustCommit(*store, {Put("fill/0", value)});
  }
}

TEST(SqliteStore, DamageFoundLaterIsDataLoss) {
  TempDirectory directory;
  const std::string path = directory.File("store.db");
  const std::string value(3000, 'v');
  {
    auto store = MustOpen(path, {});
    for (int i = 0; i < 300; ++i) {
      MustCommit(*store, {Put("k/" + std::to_string(i), value)});
    }
  }
  auto store = MustOpen(path, {});
  std::string bytes = TempDirectory::Read(path);
  for (size_t i = 4096 * 2; i < bytes.size(); ++i) bytes[i] = '\x5a';
  TempDirectory::Write(path, bytes);
  auto page = store->List({});
  EXPECT_TRUE(absl::IsDataLoss(page.status())) << page.status();
  // The watch is told so and ends.
  WatchLog log;
  auto watch = store->Watch("", 1, log.Callback());
  EXPECT_TRUE(absl::IsDataLoss(log.AwaitEnd()));
}

TEST(SqliteStatus, SaysWhatACallerCanDo) {
  const struct {
    int code;
    int system_errno;
    absl::StatusCode want;
  } kRows[] = {
      {SQLITE_OK, 0, absl::StatusCode::kOk},
      {SQLITE_FULL, 0, absl::StatusCode::kResourceExhausted},
      {SQLITE_NOMEM, 0, absl::StatusCode::kResourceExhausted},
      {SQLITE_IOERR_WRITE, ENOSPC, absl::StatusCode::kResourceExhausted},
      {SQLITE_IOERR_WRITE, EDQUOT, absl::StatusCode::kResourceExhausted},
      {SQLITE_IOERR_WRITE, EFBIG, absl::StatusCode::kResourceExhausted},
      {SQLITE_IOERR_SHMSIZE, ENOSPC, absl::StatusCode::kResourceExhausted},
      {SQLITE_CANTOPEN, ENOSPC, absl::StatusCode::kResourceExhausted},
      {SQLITE_IOERR_WRITE, EIO, absl::StatusCode::kUnavailable},
      {SQLITE_IOERR_READ, EIO, absl::StatusCode::kUnavailable},
      {SQLITE_IOERR_FSYNC, ENOSPC, absl::StatusCode::kUnavailable},
      {SQLITE_CANTOPEN, EMFILE, absl::StatusCode::kUnavailable},
      {SQLITE_BUSY, 0, absl::StatusCode::kUnavailable},
      {SQLITE_LOCKED, 0, absl::StatusCode::kUnavailable},
      {SQLITE_PROTOCOL, 0, absl::StatusCode::kUnavailable},
      {SQLITE_CORRUPT, 0, absl::StatusCode::kDataLoss},
      {SQLITE_CORRUPT_INDEX, 0, absl::StatusCode::kDataLoss},
      {SQLITE_NOTADB, 0, absl::StatusCode::kDataLoss},
      {SQLITE_READONLY, 0, absl::StatusCode::kPermissionDenied},
      {SQLITE_READONLY_DIRECTORY, 0, absl::StatusCode::kPermissionDenied},
      {SQLITE_MISUSE, 0, absl::StatusCode::kInternal},
      {SQLITE_CONSTRAINT_PRIMARYKEY, 0, absl::StatusCode::kInternal},
      {SQLITE_TOOBIG, 0, absl::StatusCode::kInternal},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(SqliteStatus(row.code, row.system_errno, "x").code(), row.want)
        << row.code << " " << row.system_errno;
  }
}

}  // namespace
}  // namespace recourse
