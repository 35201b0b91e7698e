// What is durable about circuits, on a store in a file.
#include "server/targets/circuit_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "recourse/internal/v1/targets.pb.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"
#include "tests/store/flaky_store.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CircuitBookTest : public testing::Test {
 protected:
  void SetUp() override { Restart(); }

  void Restart() {
    book_.reset();
    guard_.reset();
    store_.reset();
    store_ = *OpenStore("sqlite:" + directory_.File("db"));
    OpenBook();
  }
  void OpenBook() {
    book_.reset();
    guard_ = std::make_unique<Guard>([](absl::string_view, absl::string_view) {
      TargetPolicy policy;
      policy.breaker.max_open_duration = absl::Hours(2);
      return std::make_shared<const TargetPolicy>(policy);
    });
    auto opened = CircuitBook::Open(store_.get(), guard_.get(), [this] {
      if (has_meanwhile_.exchange(false)) meanwhile_();
      return absl::Now();
    });
    ASSERT_TRUE(opened.ok()) << opened.status();
    book_ = *std::move(opened);
  }
  // Has something happen as the book looks at its clock next.
  void Meanwhile(std::function<void()> event) {
    meanwhile_ = std::move(event);
    has_meanwhile_ = true;
  }
  void BreakOpen(const std::string& target) {
    CircuitSnapshot snapshot;
    snapshot.ns = "default";
    snapshot.target = target;
    snapshot.epoch = 5;
    snapshot.open_remaining = absl::Hours(1);
    guard_->Restore({snapshot}, absl::Now());
  }
  CircuitState StateOf(const std::string& target) {
    const auto circuits = guard_->Circuits("default", target, absl::Now());
    return circuits.empty() ? CircuitState::kClosed : circuits[0].state;
  }
  absl::Status Override(const std::string& target, absl::Time now,
                        absl::Time until) {
    v1::OverrideCircuitRequest request;
    request.set_namespace_("default");
    request.set_target(target);
    request.mutable_override()->set_state(v1::CIRCUIT_STATE_FORCED_OPEN);
    request.mutable_override()->set_owner("ann");
    return book_->Override(request,
                           {CircuitState::kForcedOpen, "ann", "", until}, now);
  }
  // Overrides t0, t1, ... as if they had been set; a few commits.
  void Store(int count, absl::Time until) {
    for (int i = 0; i < count;) {
      StoreTransaction transaction;
      while (i < count && transaction.ops.size() < kMaxStoreTransactionOps) {
        internal::v1::StoredOverride stored;
        stored.set_namespace_("default");
        stored.set_target(absl::StrCat("t", i));
        stored.mutable_override()->set_state(v1::CIRCUIT_STATE_FORCED_OPEN);
        *stored.mutable_override()->mutable_expire_time() = ToMessage(until);
        transaction.ops.push_back({absl::StrCat("overrides/default/t", i++),
                                   stored.SerializeAsString()});
      }
      ASSERT_TRUE(store_->Commit(transaction).ok());
    }
  }

  std::function<void()> meanwhile_;
  std::atomic<bool> has_meanwhile_ = false;
  TempDirectory directory_;
  std::unique_ptr<recourse::Store> store_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<CircuitBook> book_;
};

TEST_F(CircuitBookTest, AResetCircuitStaysResetOverARestart) {
  BreakOpen("a");
  BreakOpen("b");
  ASSERT_TRUE(book_->Save(absl::Now()).ok());
  Restart();
  ASSERT_EQ(StateOf("a"), CircuitState::kOpen);
  // Before this server has saved anything.
  ASSERT_TRUE(book_->Reset("default", "a").ok());
  ASSERT_TRUE(book_->Save(absl::Now()).ok());
  Restart();
  EXPECT_EQ(StateOf("a"), CircuitState::kClosed);
  EXPECT_EQ(StateOf("b"), CircuitState::kOpen);
}

TEST_F(CircuitBookTest, ManyOpenCircuitsSurviveARestart) {
  constexpr int kCircuits = 10'000;
  for (int i = 0; i < kCircuits; ++i) {
    BreakOpen(absl::StrCat(std::string(80, 'x'), i));
  }
  ASSERT_TRUE(book_->Save(absl::Now()).ok());
  Restart();
  EXPECT_THAT(guard_->Snapshot(absl::Now()), SizeIs(kCircuits));
}

TEST_F(CircuitBookTest, OverridesComeAndGo) {
  const absl::Time now = absl::Now();
  ASSERT_TRUE(Override("a", now, now + absl::Hours(1)).ok());
  ASSERT_TRUE(Override("a/b", now, now + absl::Hours(1)).ok());
  EXPECT_EQ(StateOf("a"), CircuitState::kForcedOpen);
  EXPECT_EQ(StateOf("a/b"), CircuitState::kForcedOpen);
  Restart();
  EXPECT_EQ(StateOf("a"), CircuitState::kForcedOpen);
  EXPECT_EQ(StateOf("a/b"), CircuitState::kForcedOpen);
  ASSERT_TRUE(book_->Reset("default", "a/b").ok());
  EXPECT_EQ(StateOf("a/b"), CircuitState::kClosed);
  EXPECT_EQ(StateOf("a"), CircuitState::kForcedOpen);
  // It expires, and is forgotten.
  ASSERT_TRUE(book_->Save(now + absl::Hours(2)).ok());
  EXPECT_THAT(store_->List({.prefix = kOverridePrefix})->entries, IsEmpty());
}

TEST_F(CircuitBookTest, WhatIsGoneAlreadyCanBeReset) {
  const absl::Time now = absl::Now();
  ASSERT_TRUE(Override("a", now, now + absl::Hours(1)).ok());
  BreakOpen("b");
  ASSERT_TRUE(store_->Commit({.ops = {{"overrides/default/a"}}}).ok());
  EXPECT_TRUE(book_->Reset("default", "a").ok());
  EXPECT_TRUE(book_->Reset("default", "a").ok());
  EXPECT_EQ(StateOf("b"), CircuitState::kOpen);
}

TEST_F(CircuitBookTest, WhatIsForcedWhileItIsResetStaysForced) {
  BreakOpen("a");
  const absl::Time until = absl::Now() + absl::Hours(1);
  Meanwhile(
      [&] { ASSERT_TRUE(Override("a", until - absl::Hours(1), until).ok()); });
  ASSERT_TRUE(book_->Reset("default", "a").ok());
  EXPECT_THAT(store_->List({.prefix = kOverridePrefix})->entries, SizeIs(1));
  EXPECT_EQ(StateOf("a"), CircuitState::kForcedOpen);
  // As it was before the reset it is not.
  ASSERT_TRUE(book_->Reset("default", "a").ok());
  EXPECT_EQ(StateOf("a"), CircuitState::kClosed);
}

TEST_F(CircuitBookTest, AResetOutlivesAKill) {
  BreakOpen("a");
  BreakOpen("b");
  ASSERT_TRUE(book_->Save(absl::Now()).ok());
  ASSERT_TRUE(book_->Reset("default", "a").ok());
  Restart();  // Without another Save.
  EXPECT_EQ(StateOf("a"), CircuitState::kClosed);
  EXPECT_EQ(StateOf("b"), CircuitState::kOpen);
}

// Renewed elsewhere, and the news of it are not here yet.
TEST_F(CircuitBookTest, WhatIsRenewedAsItExpiresStays) {
  const absl::Time now = absl::Now();
  ASSERT_TRUE(Override("a", now, now + absl::Hours(1)).ok());
  FlakyStore store(store_.get());
  const auto book = CircuitBook::Open(&store, guard_.get(), absl::Now);
  ASSERT_TRUE(book.ok()) << book.status();
  store.BeforeCommit([&](const StoreTransaction&) {
    store.BeforeCommit(nullptr);
    ASSERT_TRUE(Override("a", now, now + absl::Hours(9)).ok());
  });
  ASSERT_TRUE((*book)->Save(now + absl::Hours(2)).ok());
  EXPECT_THAT(store_->List({.prefix = kOverridePrefix})->entries, SizeIs(1));
}

TEST_F(CircuitBookTest, WhatDoesNotDecodeIsNotInForce) {
  const absl::Time now = absl::Now();
  ASSERT_TRUE(Override("a", now, now + absl::Hours(1)).ok());
  ASSERT_TRUE(store_
                  ->Commit({.ops = {{"overrides/default/a", "\xff"},
                                    {"overrides/nonsense", "\xff"}}})
                  .ok());
  // The mirror tells in order: with this one, it has told of those.
  ASSERT_TRUE(Override("b", now, now + absl::Hours(1)).ok());
  EXPECT_NE(StateOf("a"), CircuitState::kForcedOpen);
  EXPECT_EQ(StateOf("b"), CircuitState::kForcedOpen);
}

TEST_F(CircuitBookTest, OverridesAreBounded) {
  const absl::Time now = absl::Now();
  Store(kMaxOverrides, now + absl::Hours(1));
  OpenBook();
  EXPECT_EQ(StateOf("t0"), CircuitState::kForcedOpen);
  const absl::Status full = Override("one more", now, now + absl::Hours(1));
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  EXPECT_EQ(ReasonOf(full), "TOO_MANY_OVERRIDES");
  EXPECT_THAT(std::string(full.message()), HasSubstr("1000 overrides"));
  EXPECT_EQ(StateOf("one more"), CircuitState::kClosed);
  // One that is there may change; one that ended makes room, and so do all when
  // they have expired.
  EXPECT_TRUE(Override("t1", now, now + absl::Hours(3)).ok());
  EXPECT_TRUE(book_->Reset("default", "t2").ok());
  EXPECT_TRUE(Override("one more", now, now + absl::Hours(3)).ok());
  EXPECT_FALSE(Override("another", now, now + absl::Hours(3)).ok());
  const absl::Time later = now + absl::Hours(2);
  EXPECT_TRUE(Override("another", later, later + absl::Hours(1)).ok());
}

}  // namespace
}  // namespace recourse
