// Circuits in the parts that the store takes.
#include "server/targets/saved_circuits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "recourse/internal/v1/targets.pb.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

CircuitSnapshot OpenCircuit(const std::string& target,
                            absl::Duration remaining = absl::Minutes(1)) {
  CircuitSnapshot circuit;
  circuit.ns = "default";
  circuit.target = target;
  circuit.epoch = 3;
  circuit.reason = "too many of its calls failed";
  circuit.open_remaining = remaining;
  circuit.open_count = 1;
  return circuit;
}

class SavedCircuitsTest : public testing::Test {
 protected:
  void SetUp() override { Restart(); }

  void Restart() {
    saved_.reset();
    store_.reset();
    store_ = *OpenStore("sqlite:" + directory_.File("db"));
    saved_ = std::make_unique<SavedCircuits>(store_.get());
  }
  std::vector<CircuitSnapshot> Restore(absl::Time now = kNow) {
    auto restored = saved_->Restore(now);
    EXPECT_TRUE(restored.ok()) << restored.status();
    return restored.ok() ? *std::move(restored)
                         : std::vector<CircuitSnapshot>();
  }
  void Save(const std::vector<CircuitSnapshot>& circuits) {
    const absl::Status status = saved_->Save(circuits, kNow);
    EXPECT_TRUE(status.ok()) << status;
  }
  std::vector<StoreEntry> Entries() {
    return store_->List({.prefix = kCircuitsPrefix})->entries;
  }

  TempDirectory directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<SavedCircuits> saved_;
};

TEST_F(SavedCircuitsTest, ComesBackWithTheTimeAwayTakenOff) {
  const CircuitSnapshot open = OpenCircuit("db", absl::Seconds(50));
  Save({open});
  Restart();
  CircuitSnapshot expected = open;
  expected.open_remaining = absl::Seconds(30);
  EXPECT_THAT(Restore(kNow + absl::Seconds(20)), ElementsAre(expected));
  Restart();
  expected.open_remaining = absl::ZeroDuration();
  EXPECT_THAT(Restore(kNow + absl::Hours(1)), ElementsAre(expected));
}

TEST_F(SavedCircuitsTest, ManyAreMoreThanOneValueHolds) {
  std::vector<CircuitSnapshot> circuits;
  for (int i = 0; i < 20'000; ++i) {
    circuits.push_back(OpenCircuit(absl::StrCat(std::string(60, 'x'), i)));
  }
  Save(circuits);
  size_t bytes = 0;
  for (const StoreEntry& entry : Entries()) {
    EXPECT_LE(entry.value.size(), kMaxStoreValueBytes);
    bytes += entry.value.size();
  }
  EXPECT_GT(bytes, kMaxStoreValueBytes);
  Restart();
  EXPECT_THAT(Restore(), SizeIs(circuits.size()));

  // What is as it was is not written; what changes writes its part alone.
  const auto before = store_->List({.prefix = kCircuitsPrefix});
  Save(circuits);
  EXPECT_EQ(store_->List({.prefix = kCircuitsPrefix})->revision,
            before->revision);
  circuits.pop_back();
  Save(circuits);
  const std::vector<StoreEntry> after = Entries();
  EXPECT_EQ(std::count_if(after.begin(), after.end(),
                          [&](const StoreEntry& entry) {
                            return entry.mod_revision > before->revision;
                          }),
            1);
  Restart();
  EXPECT_THAT(Restore(), SizeIs(circuits.size()));
}

// What was reset before anything was saved must not come back.
TEST_F(SavedCircuitsTest, WhatIsNoLongerThereIsForgotten) {
  Save({OpenCircuit("a"), OpenCircuit("b")});
  Restart();
  EXPECT_THAT(Restore(), SizeIs(2));
  Save({OpenCircuit("b")});
  Restart();
  EXPECT_THAT(Restore(), ElementsAre(OpenCircuit("b")));
  Save({});
  EXPECT_THAT(Entries(), IsEmpty());
}

TEST_F(SavedCircuitsTest, OfAFullPartThoseStayThatAreOpenLongest) {
  std::vector<CircuitSnapshot> circuits;
  for (int i = 0; circuits.size() < 4000; ++i) {
    const std::string target = absl::StrCat(std::string(240, 'x'), i);
    if (SavedCircuits::PartOf("default", target) != 7) continue;
    circuits.push_back(
        OpenCircuit(target, absl::Seconds(1 + circuits.size() % 1000)));
  }
  Save(circuits);
  Restart();
  const std::vector<CircuitSnapshot> kept = Restore();
  ASSERT_LT(kept.size(), circuits.size());
  ASSERT_GT(kept.size(), 1000);
  const auto shortest = std::min_element(
      kept.begin(), kept.end(), [](const auto& a, const auto& b) {
        return a.open_remaining < b.open_remaining;
      });
  const auto longer = std::count_if(
      circuits.begin(), circuits.end(), [&](const CircuitSnapshot& circuit) {
        return circuit.open_remaining > shortest->open_remaining;
      });
  EXPECT_LE(static_cast<size_t>(longer), kept.size());
  // That it does not fit is no reason to write it again and again.
  Save(circuits);
  const int64_t revision = store_->List({.prefix = kCircuitsPrefix})->revision;
  Save(circuits);
  EXPECT_EQ(store_->List({.prefix = kCircuitsPrefix})->revision, revision);
}

TEST_F(SavedCircuitsTest, TheOldKeyIsReadAndReplaced) {
  internal::v1::StoredCircuits old;
  internal::v1::StoredCircuit& item = *old.add_circuits();
  item.set_namespace_("default");
  item.set_target("db");
  item.set_state(v1::CIRCUIT_STATE_OPEN);
  item.set_epoch(2);
  ASSERT_TRUE(
      store_->Commit({.ops = {{"circuits/local", old.SerializeAsString()}}})
          .ok());
  const std::vector<CircuitSnapshot> restored = Restore();
  ASSERT_THAT(restored, SizeIs(1));
  EXPECT_EQ(restored[0].target, "db");
  Save(restored);
  ASSERT_THAT(Entries(), SizeIs(1));
  EXPECT_NE(Entries()[0].key, "circuits/local");
  Restart();
  EXPECT_THAT(Restore(), SizeIs(1));
}

TEST_F(SavedCircuitsTest, WhatIsNotReadableStartsClosed) {
  Save({OpenCircuit("a")});
  const std::string key = Entries().at(0).key;
  ASSERT_TRUE(store_
                  ->Commit({.ops = {{key, "\xff\xff"},
                                    {"circuits/99", "of a newer version"},
                                    {"circuits/else", "the same"}}})
                  .ok());
  Restart();
  EXPECT_THAT(Restore(), IsEmpty());
  Save({});
  std::vector<std::string> keys;
  for (const StoreEntry& entry : Entries()) keys.push_back(entry.key);
  EXPECT_THAT(keys, ElementsAre("circuits/99", "circuits/else"));
}

}  // namespace
}  // namespace recourse
