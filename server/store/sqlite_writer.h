// Everything that changes the database: transactions, leases, compaction.
// Private to server/store/.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/sqlite_db.h"
#include "server/store/sqlite_reader.h"
#include "server/store/store.h"

namespace recourse {

// Revisions that one commit compacts at most: more than the one it adds, so
// that a backlog shrinks, and few, so that no commit pays for all of it.
inline constexpr int64_t kStoreCompactionBite = 4;

// Every call is one SQLite transaction: on an error it has changed nothing,
// and the message says so, except where the final COMMIT itself was lost.
//
// Thread safety: as its connection's: one caller at a time.
class SqliteWriter {
 public:
  // Keeps every version visible from at least the last `history_revisions`
  // revisions, >= 1.
  static absl::StatusOr<std::unique_ptr<SqliteWriter>> Create(
      std::shared_ptr<SqliteDb> db, int64_t history_revisions);

  // As Store::Commit; `transaction` was checked before.
  absl::StatusOr<StoreCommit> Apply(
      const StoreTransaction& transaction,
      absl::FunctionRef<bool(int64_t)> lease_is_alive);

  // A new lease's id, never used before in this database.
  absl::StatusOr<int64_t> AddLease(absl::Duration ttl);

  // Deletes the lease and its keys, in one revision when it has any. Returns
  // the store's revision. NOT_FOUND when there is no such lease.
  absl::StatusOr<int64_t> RemoveLease(int64_t lease_id);

  absl::StatusOr<std::vector<std::pair<int64_t, absl::Duration>>> Leases();

 private:
  SqliteWriter(std::shared_ptr<SqliteDb> db, int64_t history_revisions)
      : db_(std::move(db)), history_revisions_(history_revisions) {}

  // The newest version of a key; all zero when it never was.
  struct Current {
    bool exists = false;  // And is not deleted.
    int64_t revision = 0;
    int64_t create_revision = 0;
  };
  absl::StatusOr<Current> CurrentOf(std::string_view key);
  absl::StatusOr<bool> ComparesHold(const StoreTransaction& transaction);
  // True when it changed something.
  absl::StatusOr<bool> ApplyOp(const StoreOp& op, int64_t revision);
  absl::Status Delete(std::string_view key, int64_t revision);
  absl::StatusOr<std::vector<std::string>> KeysOf(int64_t lease_id);
  // Ends a transaction that made `revision`: compacts, records it, commits.
  absl::Status Finish(SqliteTransaction& transaction, StoreHead head,
                      int64_t revision);
  // Removes what no revision above `until` needs; `from` was done before.
  absl::Status Compact(int64_t from, int64_t until);

  const std::shared_ptr<SqliteDb> db_;
  const int64_t history_revisions_;
  std::unique_ptr<SqliteReader> reader_;  // For the head.
  SqliteStatement current_;
  SqliteStatement insert_;
  SqliteStatement set_head_;
  SqliteStatement span_;
  SqliteStatement remove_versions_;
  SqliteStatement lease_keys_;
};

}  // namespace recourse
