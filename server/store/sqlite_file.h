// A database file of ours on disk: the checks made before a byte of it is
// written, its creation, and the lock that gives it to one process.
// Private to server/store/.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/sqlite_db.h"

namespace recourse {

// Marks the file as ours: "RCRS" at byte 68 of the file's header.
inline constexpr int64_t kStoreApplicationId = 0x52435253;
// The schema's version. A higher one in a file means a newer Recourse.
inline constexpr int64_t kStoreSchemaVersion = 1;

// Creates the tables in an empty database.
absl::Status CreateStoreSchema(SqliteDb& db);

// The right to use a database file that exists, has passed its checks and that
// nobody else has open through this class.
//
// The lock is flock(2) on PATH.lock, a file beside it: the kernel drops it with
// the process, however that ends. Destruction unlocks and removes PATH.lock;
// close all connections before.
//
// Thread safety: none needed; immutable after Acquire.
class SqliteFile {
 public:
  // Checks `path`, in this order, and creates the database when nothing or an
  // empty file is there. Errors, which leave the file and its directory as they
  // were:
  //   INVALID_ARGUMENT    an empty path, or one with a NUL
  //   NOT_FOUND           the directory does not exist
  //   PERMISSION_DENIED   the file or its directory cannot be written
  //   FAILED_PRECONDITION not an SQLite database; another program's; from a
  //                       newer version; open elsewhere; damaged
  //   RESOURCE_EXHAUSTED  no room to create it
  // Reads the whole file once (PRAGMA quick_check).
  static absl::StatusOr<std::unique_ptr<SqliteFile>> Acquire(
      std::string_view path);
  ~SqliteFile();
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  // Absolute, with symbolic links resolved.
  const std::string& path() const { return path_; }

 private:
  SqliteFile(std::string path, int lock_fd)
      : path_(std::move(path)), lock_fd_(lock_fd) {}

  const std::string path_;
  const int lock_fd_;
};

}  // namespace recourse
