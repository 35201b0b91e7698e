// Who listens is told of what changed, and of nothing else.
#include "server/targets/key_mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "server/wire/errors.h"
#include "tests/incident/fakes.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// What was told, as "+key=value" and "-key".
class Told {
 public:
  void Take(const KeyChanges& changes) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const StoreEntry& entry : changes.put) {
      told_.push_back("+" + entry.key + "=" + entry.value);
    }
    for (const std::string& key : changes.deleted) told_.push_back("-" + key);
  }
  std::vector<std::string> Since() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(told_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> told_;
};

class KeyMirrorTest : public testing::Test {
 protected:
  KeyMirrorTest() : engine_(*OpenStore("memory:")), store_(engine_.get()) {}

  void Put(std::vector<StoreOp> ops) {
    ASSERT_TRUE(engine_->Commit({.ops = std::move(ops)}).ok());
  }
  void Open() {
    auto opened = KeyMirror::Open(
        &store_, "p/", [this](const KeyChanges& c) { told_.Take(c); });
    ASSERT_TRUE(opened.ok()) << opened.status();
    mirror_ = *std::move(opened);
  }

  std::unique_ptr<Store> engine_;
  FlakyStore store_;
  Told told_;
  std::unique_ptr<KeyMirror> mirror_;  // Last: it tells.
};

TEST_F(KeyMirrorTest, TellsEverythingOnceThenChanges) {
  Put({{"p/a", "1"}, {"p/b", "2"}, {"other", "3"}});
  Open();
  EXPECT_THAT(told_.Since(), UnorderedElementsAre("+p/a=1", "+p/b=2"));
  ASSERT_TRUE(mirror_->Commit({.ops = {{"p/c", "3"}}}).ok());
  EXPECT_THAT(told_.Since(), ElementsAre("+p/c=3"));
  ASSERT_TRUE(mirror_->Commit({.ops = {{"p/a"}, {"p/b", "4"}}}).ok());
  EXPECT_THAT(told_.Since(), UnorderedElementsAre("-p/a", "+p/b=4"));
}

TEST_F(KeyMirrorTest, ACompareThatFailsIsStale) {
  Open();
  const auto commit =
      mirror_->Commit({.compares = {{"p/a", 7}}, .ops = {{"p/a", "1"}}});
  EXPECT_EQ(ReasonOf(commit.status()), "STALE_REVISION");
  EXPECT_THAT(told_.Since(), ElementsAre());
}

TEST_F(KeyMirrorTest, AfterABrokenWatchItTellsWhatItHasMissed) {
  Put({{"p/same", "1"}, {"p/gone", "1"}, {"p/changed", "1"}});
  Open();
  told_.Since();
  store_.Set(FlakyStore::Mode::kAway);
  store_.BreakWatches();
  Put({{"p/gone"}, {"p/changed", "2"}, {"p/new", "1"}});
  store_.Set(FlakyStore::Mode::kWorks);
  ASSERT_TRUE(mirror_->Commit({.ops = {{"p/last", "1"}}}).ok());
  EXPECT_THAT(told_.Since(), UnorderedElementsAre("-p/gone", "+p/changed=2",
                                                  "+p/new=1", "+p/last=1"));
}

}  // namespace
}  // namespace recourse
