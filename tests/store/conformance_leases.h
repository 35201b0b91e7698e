// Part of conformance.h: leases. Expiry here takes an engine's real seconds;
// the finer points are tested per engine, with a clock of the test's own.
#pragma once

#include "tests/store/conformance.h"

namespace recourse {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TEST_P(StoreConformance, LeaseTtlHasBounds) {
  const struct {
    absl::Duration ttl;
    absl::StatusCode code;
  } kRows[] = {
      {absl::Seconds(1), absl::StatusCode::kOk},
      {absl::Hours(24), absl::StatusCode::kOk},
      {absl::Milliseconds(999), absl::StatusCode::kInvalidArgument},
      {absl::ZeroDuration(), absl::StatusCode::kInvalidArgument},
      {-absl::Seconds(1), absl::StatusCode::kInvalidArgument},
      {absl::Hours(24) + absl::Seconds(1), absl::StatusCode::kInvalidArgument},
      {absl::InfiniteDuration(), absl::StatusCode::kInvalidArgument},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(store_->GrantLease(row.ttl).status().code(), row.code)
        << absl::FormatDuration(row.ttl);
  }
}

TEST_P(StoreConformance, AnUnknownLeaseIsNotFoundAndNothingIsWritten) {
  EXPECT_TRUE(absl::IsNotFound(store_->KeepLeaseAlive(123456)));
  EXPECT_TRUE(absl::IsNotFound(store_->RevokeLease(123456)));
  const int64_t before = Revision();
  auto commit = store_->Commit({{}, {Put("a", "1"), Put("b", "1", 123456)}});
  EXPECT_TRUE(absl::IsNotFound(commit.status())) << commit.status();
  EXPECT_EQ(ValueOf("a"), "(none)");
  EXPECT_EQ(Revision(), before);
}

TEST_P(StoreConformance, RevokingDeletesTheLeasesKeysInOneRevision) {
  auto lease = store_->GrantLease(absl::Hours(1));
  auto other = store_->GrantLease(absl::Hours(1));
  ASSERT_TRUE(lease.ok() && other.ok());
  EXPECT_NE(*lease, *other);
  MustCommit({Put("a", "1", *lease), Put("b", "1", *lease), Put("c", "1"),
              Put("detached", "1", *lease), Put("moved", "1", *lease),
              Put("deleted", "1", *lease), Put("joined", "1")});
  MustCommit({Put("a", "2", *lease), Put("detached", "2"),
              Put("moved", "2", *other), Delete("deleted"),
              Put("joined", "2", *lease)});
  const int64_t before = MustCommit({Put("deleted", "3")});
  WatchLog log;
  auto watch = MustWatch("", before + 1, log.Callback());
  EXPECT_TRUE(store_->RevokeLease(*lease).ok());
  EXPECT_THAT(Describe(ListAll({})),
              ElementsAre("c=1", "deleted=3", "detached=2", "moved=2"));
  std::vector<StoreChange> changes = log.Await(3);
  EXPECT_THAT(Describe(changes), UnorderedElementsAre("-a", "-b", "-joined"));
  for (const StoreChange& change : changes) {
    EXPECT_EQ(change.entry.mod_revision, changes[0].entry.mod_revision);
  }
  EXPECT_TRUE(absl::IsNotFound(store_->RevokeLease(*lease)));
  EXPECT_TRUE(absl::IsNotFound(store_->KeepLeaseAlive(*lease)));
  EXPECT_TRUE(absl::IsNotFound(
      store_->Commit({{}, {Put("late", "1", *lease)}}).status()));
  EXPECT_TRUE(store_->KeepLeaseAlive(*other).ok());
}

TEST_P(StoreConformance, AFailedCompareComesBeforeAMissingLease) {
  MustCommit({Put("k", "1")});
  auto commit = store_->Commit({{{"k", 0}}, {Put("k", "2", 123456)}});
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_FALSE(commit->committed);
}

TEST_P(StoreConformance, ALeaseThatIsNotKeptAliveTakesItsKeysAlong) {
  auto lease = store_->GrantLease(absl::Seconds(1));
  ASSERT_TRUE(lease.ok());
  const int64_t before = MustCommit({Put("stays", "1")});
  auto commit =
      store_->Commit({{}, {Put("a", "1", *lease), Put("b", "1", *lease)}});
  ASSERT_TRUE(commit.ok()) << commit.status();
  WatchLog log;
  auto watch = MustWatch("", before + 1, log.Callback());
  std::vector<StoreChange> changes = log.Await(4);
  EXPECT_THAT(Describe(changes),
              UnorderedElementsAre("a=1", "b=1", "-a", "-b"));
  EXPECT_THAT(Describe(ListAll({})), ElementsAre("stays=1"));
  EXPECT_TRUE(absl::IsNotFound(store_->KeepLeaseAlive(*lease)));
}

}  // namespace recourse
