// What OpenStore makes of files it did not leave behind itself.
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/sqlite_db.h"
#include "server/store/store.h"
#include "tests/store/child_process.h"
#include "tests/store/store_testing.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

std::string Name(const TempDirectory& directory) {
  return directory.File("store.db");
}

// Creates a store with enough in it that the file has many pages.
void MakeStore(const std::string& path) {
  auto store = OpenStore("sqlite:" + path);
  ASSERT_TRUE(store.ok()) << store.status();
  for (int i = 0; i < 50; ++i) {
    auto commit = (*store)->Commit(
        {{}, {Put("key/" + std::to_string(i), std::string(2000, 'v'))}});
    ASSERT_TRUE(commit.ok()) << commit.status();
  }
}

// Leaves a store whose last commits are in its log only, as a crash does.
void MakeCrashedStore(const std::string& path) {
  ChildProcess child([&](const NumberPipe& parent) {
    MakeStore(path);
    auto store = OpenStore("sqlite:" + path);
    if (!store.ok() || !(*store)->Commit({{}, {Put("last", "1")}}).ok()) {
      return 1;
    }
    parent.Send(1);
    parent.Receive();
    return 0;
  });
  ASSERT_TRUE(child.pipe_to_child().Receive().has_value());
  child.Kill();
}

void Execute(const std::string& path, const std::string& sql) {
  auto db = SqliteDb::Open(path, SqliteDb::Mode::kReadWrite);
  ASSERT_TRUE(db.ok()) << db.status();
  absl::Status status = (*db)->Execute(sql);
  ASSERT_TRUE(status.ok()) << status;
}

// Overwrites bytes from `from` to the end of the file with noise.
void Scribble(const std::string& path, size_t from) {
  std::string bytes = TempDirectory::Read(path);
  for (size_t i = from; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i * 31 + 7);
  }
  TempDirectory::Write(path, bytes);
}

void Truncate(const std::string& path, size_t bytes) {
  ASSERT_EQ(truncate(path.c_str(), static_cast<off_t>(bytes)), 0);
}

struct BadFile {
  const char* what;
  std::function<void(const std::string& path)> make;
  const char* message;
};

const BadFile kBadFiles[] = {
    {"text",
     [](const std::string& path) { TempDirectory::Write(path, "hello\n"); },
     "not a SQLite database"},
    {"one byte",
     [](const std::string& path) { TempDirectory::Write(path, "S"); },
     "not a SQLite database"},
    {"zeros",
     [](const std::string& path) {
       TempDirectory::Write(path, std::string(8192, '\0'));
     },
     "not a SQLite database"},
    {"only the first bytes of a header",
     [](const std::string& path) {
       MakeStore(path);
       Truncate(path, 50);
     },
     "is corrupt"},
    {"another program's database",
     [](const std::string& path) {
       TempDirectory::Write(path, "");
       Execute(path, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
     },
     "not one of Recourse's"},
    {"a newer version's",
     [](const std::string& path) {
       MakeStore(path);
       Execute(path, "PRAGMA user_version=2");
     },
     "newer version"},
    {"cut off in the middle",
     [](const std::string& path) {
       MakeStore(path);
       Truncate(path, TempDirectory::Read(path).size() / 2);
     },
     "is corrupt"},
    {"cut off within a page",
     [](const std::string& path) {
       MakeStore(path);
       Truncate(path, 5000);
     },
     "is corrupt"},
    {"noise behind the header",
     [](const std::string& path) {
       MakeStore(path);
       Scribble(path, 100);
     },
     "is corrupt"},
    {"noise in later pages",
     [](const std::string& path) {
       MakeStore(path);
       Scribble(path, 4096 * 3);
     },
     "is corrupt"},
    {"a table is missing",
     [](const std::string& path) {
       MakeStore(path);
       Execute(path, "DROP TABLE lease");
     },
     "is corrupt"},
    {"the meta row is missing",
     [](const std::string& path) {
       MakeStore(path);
       Execute(path, "DELETE FROM meta");
     },
     "is corrupt"},
    {"a trigger was smuggled in",
     [](const std::string& path) {
       MakeStore(path);
       Execute(path,
               "CREATE TRIGGER evil AFTER INSERT ON kv BEGIN"
               " DELETE FROM kv; END");
     },
     "is corrupt"},
    {"noise, beside a log",
     [](const std::string& path) {
       MakeCrashedStore(path);
       Scribble(path, 4096 * 3);
     },
     "is corrupt"},
    {"a newer version's, in the log only",
     [](const std::string& path) {
       ChildProcess child([&](const NumberPipe& parent) {
         MakeStore(path);
         Execute(path, "PRAGMA user_version=1");
         auto db = SqliteDb::Open(path, SqliteDb::Mode::kReadWrite);
         if (!(*db)->Execute("PRAGMA user_version=9").ok()) return 1;
         parent.Send(1);
         parent.Receive();
         return 0;
       });
       child.pipe_to_child().Receive();
       child.Kill();
     },
     "newer version"},
    {"a log without its database",
     [](const std::string& path) {
       MakeCrashedStore(path);
       ASSERT_EQ(unlink(path.c_str()), 0);
     },
     "write-ahead log"},
    {"a log beside an emptied database",
     [](const std::string& path) {
       MakeCrashedStore(path);
       Truncate(path, 0);
     },
     "write-ahead log"},
};

TEST(StoreSqliteFile, RefusesBadFilesAndLeavesThemAsTheyAre) {
  for (const BadFile& bad : kBadFiles) {
    SCOPED_TRACE(bad.what);
    TempDirectory directory;
    const std::string path = Name(directory);
    bad.make(path);
    if (HasFatalFailure()) return;
    // A killed process leaves its lock file; it is not what is tested here.
    unlink((path + ".lock").c_str());
    const auto before = directory.Contents();
    auto store = OpenStore("sqlite:" + path);
    EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(store.status().message()), HasSubstr(bad.message));
    EXPECT_THAT(std::string(store.status().message()), HasSubstr(path));
    EXPECT_TRUE(directory.Contents() == before) << "something was written";
  }
}

TEST(StoreSqliteFile, TakesAnEmptyFileAndOddNames) {
  for (const char* name : {"empty.db", "a b", "50%?x=1#y", "file:x", "\xff"}) {
    SCOPED_TRACE(name);
    TempDirectory directory;
    const std::string path = directory.File(name);
    TempDirectory::Write(path, "");
    MakeStore(path);
    auto store = OpenStore("sqlite:" + path);
    ASSERT_TRUE(store.ok()) << store.status();
    auto entry = (*store)->Get("key/49");
    EXPECT_TRUE(entry.ok() && entry->has_value());
  }
}

TEST(StoreSqliteFile, ClosingLeavesOneFileForItsOwnerOnly) {
  TempDirectory directory;
  MakeStore(Name(directory));
  const auto contents = directory.Contents();
  ASSERT_EQ(contents.size(), 1u);
  EXPECT_EQ(contents.begin()->first, "store.db");
  struct stat info = {};
  ASSERT_EQ(stat(Name(directory).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(StoreSqliteFile, ReadsTheLogOfACrashedProcess) {
  TempDirectory directory;
  MakeCrashedStore(Name(directory));
  auto store = OpenStore("sqlite:" + Name(directory));
  ASSERT_TRUE(store.ok()) << store.status();
  auto entry = (*store)->Get("last");
  EXPECT_TRUE(entry.ok() && entry->has_value());
}

TEST(StoreSqliteFile, AHalfMadeFileIsMadeAnew) {
  TempDirectory directory;
  TempDirectory::Write(Name(directory) + ".new", "left by a crash");
  MakeStore(Name(directory));
  EXPECT_EQ(directory.Contents().size(), 1u);
}

TEST(StoreSqliteFile, RefusesBadUris) {
  TempDirectory directory;
  TempDirectory::Write(directory.File("file"), "x");
  const std::string base = "sqlite:" + directory.path();
  const struct {
    std::string uri;
    absl::StatusCode code;
  } kRows[] = {
      {"", absl::StatusCode::kInvalidArgument},
      {"memory", absl::StatusCode::kInvalidArgument},
      {"memory:x", absl::StatusCode::kInvalidArgument},
      {"sqlite:", absl::StatusCode::kInvalidArgument},
      {"sqlite::memory:", absl::StatusCode::kInvalidArgument},
      {"SQLITE:x", absl::StatusCode::kInvalidArgument},
      {"./recourse.db", absl::StatusCode::kInvalidArgument},
      {base + std::string("/a\0b", 4), absl::StatusCode::kInvalidArgument},
      {base + "/missing/store.db", absl::StatusCode::kNotFound},
      {base + "/file/store.db", absl::StatusCode::kNotFound},
      {base, absl::StatusCode::kFailedPrecondition},  // A directory.
      {base + "/", absl::StatusCode::kFailedPrecondition},
  };
  for (const auto& row : kRows) {
    auto store = OpenStore(row.uri);
    EXPECT_EQ(store.status().code(), row.code)
        << row.uri << ": " << store.status();
  }
  EXPECT_EQ(directory.Contents().size(), 1u);
}

// As another user when root runs the tests: root may write everywhere.
absl::StatusCode OpenAsNobody(const std::string& path) {
  ChildProcess child([&](const NumberPipe&) {
    if (geteuid() == 0 && setuid(65534) != 0) return 98;
    return static_cast<int>(OpenStore("sqlite:" + path).status().code());
  });
  return static_cast<absl::StatusCode>(child.Wait());
}

TEST(StoreSqliteFile, UnwritablePathsArePermissionDenied) {
  TempDirectory directory;
  const std::string path = Name(directory);
  ASSERT_EQ(chmod(directory.path().c_str(), 0555), 0);
  EXPECT_EQ(OpenAsNobody(path), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chmod(directory.path().c_str(), 0777), 0);
  MakeStore(path);
  ASSERT_EQ(chmod(path.c_str(), 0444), 0);
  EXPECT_EQ(OpenAsNobody(path), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  EXPECT_EQ(OpenAsNobody(path), absl::StatusCode::kPermissionDenied);
}

TEST(StoreSqliteFile, OneProcessPerFile) {
  TempDirectory directory;
  const std::string path = Name(directory);
  ASSERT_EQ(symlink(path.c_str(), directory.File("link").c_str()), 0);
  ChildProcess child([&](const NumberPipe& parent) {
    auto store = OpenStore("sqlite:" + path);
    parent.Send(store.ok());
    parent.Receive();
    store->reset();
    parent.Send(1);
    parent.Receive();
    return 0;
  });
  ASSERT_EQ(child.pipe_to_child().Receive(), 1);
  for (const std::string& name : {path, directory.File("link")}) {
    auto store = OpenStore("sqlite:" + name);
    EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
    EXPECT_THAT(std::string(store.status().message()), HasSubstr(path));
    EXPECT_THAT(std::string(store.status().message()),
                HasSubstr("another process"));
  }
  child.pipe_to_child().Send(1);
  ASSERT_EQ(child.pipe_to_child().Receive(), 1);
  EXPECT_TRUE(OpenStore("sqlite:" + path).ok());  // It was closed.
}

TEST(StoreSqliteFile, OneStorePerFileWithinAProcessToo) {
  TempDirectory directory;
  auto store = OpenStore("sqlite:" + Name(directory));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(absl::IsFailedPrecondition(
      OpenStore("sqlite:" + Name(directory)).status()));
  EXPECT_TRUE((*store)->Ping().ok());
}

}  // namespace
}  // namespace recourse
