// Files that are not ours, are damaged or come from the future: the program
// says which, and leaves every byte as it was.

#include "absl/strings/str_cat.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

// Offsets in SQLite's header (https://sqlite.org/fileformat.html).
constexpr size_t kUserVersionOffset = 60;
constexpr size_t kApplicationIdOffset = 68;
constexpr size_t kPageBytes = 4096;

class StoreFileTest : public ServerProcessTest {
 protected:
  // The file of a server that held something and was stopped.
  std::string GoodFile() {
    StartProcess();
    Add("{pattern_id: kept, error_type: NETWORK, regex_pattern: flux, "
        "recovery_strategy: RETRY}");
    StopProcess();
    return ReadWholeFile(dir_.File("store.db"));
  }
};

TEST_F(StoreFileTest, IsRefusedUntouched) {
  const std::string good = GoodFile();
  ASSERT_GT(good.size(), 2 * kPageBytes);
  std::string newer = good;
  newer.replace(kUserVersionOffset, 4, std::string("\0\0\x03\xe7", 4));
  std::string foreign = good;
  foreign.replace(kApplicationIdOffset, 4, "GPKG");
  std::string damaged = good;
  damaged.replace(kPageBytes, good.size() - kPageBytes,
                  std::string(good.size() - kPageBytes, '\xab'));
  struct Row {
    const char* name;
    std::string content;
    const char* told;
  };
  const Row rows[] = {
      {"of a newer version", newer, "newer version"},
      {"a database of another program", foreign, "not one of Recourse's"},
      {"no database", "patterns:\n- pattern_id: x\n", "not a SQLite database"},
      {"garbage in its pages", damaged, "corrupt"},
      {"cut off in its pages", good.substr(0, good.size() / 2), "corrupt"},
      {"cut off in its header", good.substr(0, 50), "corrupt"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    TempDir folder;
    const std::string path = folder.Write("store.db", row.content);
    const auto before = folder.Contents();
    const FinishedRun run = RunServerToEnd(
        dir_.path(), WithDefaults({}, absl::StrCat("sqlite:", path)));
    EXPECT_EQ(run.ending, (Ending{.code = 1, .signal = 0}));
    EXPECT_EQ(run.stdout_text, "");
    EXPECT_THAT(run.stderr_text, HasSubstr(row.told));
    EXPECT_THAT(run.stderr_text, HasSubstr(path));
    EXPECT_TRUE(folder.Contents() == before) << "something was written";
  }
}

TEST_F(StoreFileTest, AGoodOneIsTakenAgain) {
  GoodFile();
  StartProcess();
  EXPECT_EQ(Handle("error: {message: flux}").classification().pattern_id(),
            "kept");
}

// A log without its database would be replayed into a new one.
TEST_F(StoreFileTest, ALogWithoutItsDatabaseIsRefused) {
  TempDir folder;
  folder.Write("store.db-wal", "remains");
  const auto before = folder.Contents();
  const FinishedRun run = RunServerToEnd(
      dir_.path(),
      WithDefaults({}, absl::StrCat("sqlite:", folder.File("store.db"))));
  EXPECT_EQ(run.ending, (Ending{.code = 1, .signal = 0}));
  EXPECT_THAT(run.stderr_text, HasSubstr("is missing"));
  EXPECT_TRUE(folder.Contents() == before) << "something was written";
}

}  // namespace
}  // namespace recourse
