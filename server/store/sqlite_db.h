// A thin RAII layer over SQLite's C interface: connections, statements,
// transactions, and an absl::Status for each of its error codes.
// Private to server/store/.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace recourse {

// What SQLite's extended result `code` means to a caller of Store:
//   no room (FULL; an I/O error by ENOSPC, EDQUOT, EFBIG; NOMEM) ->
//   RESOURCE_EXHAUSTED; CORRUPT, NOTADB -> DATA_LOSS; READONLY, PERM ->
//   PERMISSION_DENIED; a misuse by us -> INTERNAL; the rest -> UNAVAILABLE.
// `system_errno` is looked at for I/O errors only, and not for failed syncs,
// whose outcome is unknown. `detail` goes into the message.
absl::Status SqliteStatus(int code, int system_errno, std::string_view detail);

// One connection.
//
// Thread safety: none; statements and transactions of a connection count as
// uses of it. Connections to one file may be used by different threads.
class SqliteDb {
 public:
  enum class Mode {
    kReadOnly,
    kReadWrite,  // The file must exist: nothing here creates one by accident.
    kImmutable,  // Reads the main file alone; leaves no other file behind.
  };

  // `path` is taken literally, whatever characters it has.
  static absl::StatusOr<std::shared_ptr<SqliteDb>> Open(std::string_view path,
                                                        Mode mode);
  // A private database that ends with the connection.
  static absl::StatusOr<std::shared_ptr<SqliteDb>> OpenInMemory();
  ~SqliteDb();
  SqliteDb(const SqliteDb&) = delete;
  SqliteDb& operator=(const SqliteDb&) = delete;

  // Runs statements separated by ';' and ignores the rows they give.
  absl::Status Execute(const std::string& sql);
  // Runs one statement and returns the first column of its first row.
  // NOT_FOUND when it gives no row.
  absl::StatusOr<int64_t> ReadInt(const std::string& sql);
  absl::StatusOr<std::string> ReadText(const std::string& sql);

  sqlite3* handle() const { return handle_; }
  // The status of the connection's last call, which gave `code`.
  absl::Status Error(int code) const;

 private:
  explicit SqliteDb(sqlite3* handle) : handle_(handle) {}
  static absl::StatusOr<std::shared_ptr<SqliteDb>> OpenUri(
      const std::string& uri, int flags);

  sqlite3* const handle_;
};

// One prepared statement; run it through SqliteQuery.
class SqliteStatement {
 public:
  static absl::StatusOr<SqliteStatement> Prepare(std::shared_ptr<SqliteDb> db,
                                                 std::string_view sql);

 private:
  friend class SqliteQuery;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_finalize(statement);
    }
  };
  std::shared_ptr<SqliteDb> db_;  // Outlives handle_, which is declared after.
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

// One run of a statement, reset when destroyed, so that no early return leaves
// a read transaction open.
class SqliteQuery {
 public:
  // REQUIRES: no other query of `statement` is alive; it outlives this one.
  explicit SqliteQuery(const SqliteStatement& statement)
      : db_(*statement.db_), statement_(statement.handle_.get()) {}
  ~SqliteQuery();
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;

  // Bind parameter `index`, from 1. A blob's bytes must outlive the query. An
  // error is kept and returned by Step.
  SqliteQuery& Int(int index, int64_t value);
  SqliteQuery& Blob(int index, std::string_view bytes);
  SqliteQuery& Null(int index);

  // True when a row was read; false at the end.
  absl::StatusOr<bool> Step();
  // Runs a statement that gives no rows.
  absl::Status Run();

  // Columns of the row, from 0. The view is valid until the next Step.
  int64_t IntColumn(int column) const;
  std::string_view BlobColumn(int column) const;
  bool IsNull(int column) const;

 private:
  void Keep(int code) {
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
  }

  const SqliteDb& db_;
  sqlite3_stmt* const statement_;
  int bind_code_ = SQLITE_OK;
};

// A transaction that is rolled back unless it was committed.
class SqliteTransaction {
 public:
  enum class Kind { kRead, kWrite };  // kWrite takes the write lock at once.

  static absl::StatusOr<SqliteTransaction> Begin(SqliteDb& db, Kind kind);
  ~SqliteTransaction();
  SqliteTransaction(SqliteTransaction&& other) noexcept;
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;

  // On an error the destructor still rolls back.
  absl::Status Commit();

 private:
  explicit SqliteTransaction(SqliteDb* db) : db_(db) {}
  SqliteDb* db_;  // Null after a move.
};

}  // namespace recourse
