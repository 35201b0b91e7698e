// What an acknowledged commit is worth: after kill -9 and on a full disk.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "server/store/store.h"
#include "tests/store/child_process.h"
#include "tests/store/store_testing.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

// Commits pairs a/N, b/N from `first` on and reports each acknowledged N.
int CommitForever(const std::string& uri, int64_t first,
                  const NumberPipe& parent) {
  auto store = OpenStore(uri);
  if (!store.ok()) return 1;
  for (int64_t n = first;; ++n) {
    const std::string number = std::to_string(n);
    // Some are large, so that the log is moved into the file now and then.
    const std::string value(n % 7 == 0 ? 300'000 : 10, 'v');
    auto commit = (*store)->Commit(
        {{}, {Put("a/" + number, number), Put("b/" + number, value)}});
    if (!commit.ok() || !commit->committed) return 2;
    parent.Send(n);
  }
}

TEST(StoreCrash, EveryAcknowledgedCommitSurvivesKill9) {
  constexpr int kRounds = 8;
  TempDirectory directory;
  const std::string uri = "sqlite:" + directory.File("store.db");
  int64_t acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    ChildProcess child([&](const NumberPipe& parent) {
      return CommitForever(uri, acknowledged + 1, parent);
    });
    const int64_t until = acknowledged + 5 + round * 9;
    while (acknowledged < until) {
      auto number = child.pipe_to_child().Receive();
      ASSERT_TRUE(number.has_value()) << "the child ended by itself";
      acknowledged = *number;
    }
    child.Kill();
    while (auto number = child.pipe_to_child().Receive()) {
      acknowledged = *number;
    }

    auto store = OpenStore(uri);
    ASSERT_TRUE(store.ok()) << store.status();
    for (int64_t n = 1; n <= acknowledged; ++n) {
      auto entry = (*store)->Get("a/" + std::to_string(n));
      ASSERT_TRUE(entry.ok() && entry->has_value()) << "lost commit " << n;
    }
    auto first = (*store)->List({.prefix = "a/", .limit = 10'000});
    auto second = (*store)->List({.prefix = "b/", .limit = 10'000});
    ASSERT_TRUE(first.ok() && second.ok());
    // The one commit that was never acknowledged is there whole or not at all.
    EXPECT_LE(first->entries.size(), static_cast<size_t>(acknowledged + 1));
    size_t pairs = second->entries.size();
    while (second->next_start.has_value()) {
      second = (*store)->List({.prefix = "b/", .start = *second->next_start});
      ASSERT_TRUE(second.ok());
      pairs += second->entries.size();
    }
    EXPECT_EQ(pairs, first->entries.size());
    acknowledged = static_cast<int64_t>(pairs);
  }
}

TEST(StoreCrash, LeasesAndTheirKeysSurviveKill9) {
  TempDirectory directory;
  const std::string uri = "sqlite:" + directory.File("store.db");
  ChildProcess child([&](const NumberPipe& parent) {
    auto store = OpenStore(uri);
    if (!store.ok()) return 1;
    auto lease = (*store)->GrantLease(absl::Hours(1));
    if (!lease.ok()) return 2;
    if (!(*store)->Commit({{}, {Put("k", "v", *lease)}}).ok()) return 3;
    parent.Send(*lease);
    parent.Receive();
    return 0;
  });
  auto lease = child.pipe_to_child().Receive();
  ASSERT_TRUE(lease.has_value());
  child.Kill();
  auto store = OpenStore(uri);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE((*store)->KeepLeaseAlive(*lease).ok());
  auto next = (*store)->GrantLease(absl::Hours(1));
  ASSERT_TRUE(next.ok());
  EXPECT_NE(*next, *lease);
  EXPECT_TRUE((*store)->RevokeLease(*lease).ok());
  auto entry = (*store)->Get("k");
  EXPECT_TRUE(entry.ok() && !entry->has_value());
}

// A limit on the size of files is a full disk to SQLite: writes fall short.
void LimitFileSize(rlim_t bytes) {
  struct rlimit limit = {};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

// Fills the disk, checks that the store stands, makes room, goes on. Returns
// the number of the step that failed, or 0.
int FillAndRecover(const std::string& uri, rlim_t disk) {
  signal(SIGXFSZ, SIG_IGN);
  auto store = OpenStore(uri);
  if (!store.ok()) return 1;
  WatchLog log;
  auto watch = (*store)->Watch("", 1, log.Callback());
  if (!watch.ok()) return 2;
  const std::string value(100'000, 'v');
  for (int round = 0; round < 3; ++round) {
    const std::string prefix = std::to_string(round) + "/";
    LimitFileSize(disk * (round + 1));
    int stored = 0;
    absl::Status failure;
    for (; stored < 1000; ++stored) {
      auto commit =
          (*store)->Commit({{}, {Put(prefix + std::to_string(stored), value)}});
      if (commit.ok()) continue;
      failure = commit.status();
      break;
    }
    if (!absl::IsResourceExhausted(failure)) return 3;
    if (failure.message().find("nothing was changed") == failure.message().npos)
      return 4;
    auto before = (*store)->Commit({});  // Changes nothing: only asks.
    if (!before.ok()) return 5;
    auto missing = (*store)->Get(prefix + std::to_string(stored));
    if (!missing.ok() || missing->has_value()) return 6;
    for (int i = 0; i < stored; ++i) {
      auto entry = (*store)->Get(prefix + std::to_string(i));
      if (!entry.ok() || !entry->has_value()) return 7;
    }
    if ((*store)->Commit({{}, {Put("large", value)}}).ok()) return 8;
    LimitFileSize(RLIM_INFINITY);
    auto commit = (*store)->Commit({{}, {Put(prefix + "after", value)}});
    if (!commit.ok() || commit->revision != before->revision + 1) return 9;
  }
  auto revision = (*store)->Commit({});
  // Revisions begin at 1, and each commit here made one change.
  const size_t changes = static_cast<size_t>(revision->revision - 1);
  if (log.Await(changes).size() != changes) return 10;
  watch->reset();
  store->reset();
  store = OpenStore(uri);  // Checks the file.
  return store.ok() && (*store)->Get("2/after")->has_value() ? 0 : 11;
}

TEST(StoreCrash, AFullDiskChangesNothingAndPasses) {
  // With the first the log does not fit; with the second the log does, but
  // what it is to be moved to does not.
  for (rlim_t disk : {rlim_t{1} << 20, rlim_t{6} << 20}) {
    TempDirectory directory;
    const std::string uri = "sqlite:" + directory.File("store.db");
    ChildProcess child(
        [&](const NumberPipe&) { return FillAndRecover(uri, disk); });
    EXPECT_EQ(child.Wait(), 0) << "with a disk of " << disk << " bytes";
  }
}

TEST(StoreCrash, NoRoomForANewFileLeavesNothing) {
  TempDirectory directory;
  ChildProcess child([&](const NumberPipe&) {
    signal(SIGXFSZ, SIG_IGN);
    LimitFileSize(1000);
    return static_cast<int>(
        OpenStore("sqlite:" + directory.File("store.db")).status().code());
  });
  EXPECT_EQ(static_cast<absl::StatusCode>(child.Wait()),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(directory.Contents().empty());
}

}  // namespace
}  // namespace recourse
