#include "server/store/sqlite_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr size_t kHeaderBytes = 100;
constexpr size_t kUserVersionOffset = 60;  // https://sqlite.org/fileformat.html
constexpr size_t kApplicationIdOffset = 68;
constexpr mode_t kFileMode = 0600;  // The store holds keys.

// All names that the schema must have, and no others.
constexpr char kSchemaNames[] = "kv kv_by_lease kv_by_revision lease meta";

// Columns are ordered so that a scan which skips `value` never reads the pages
// a large one overflows to. A null value is a deletion.
constexpr char kSchema[] = R"sql(
  CREATE TABLE kv(
    key BLOB NOT NULL,
    revision INTEGER NOT NULL,
    create_revision INTEGER NOT NULL,
    lease_id INTEGER NOT NULL,
    value BLOB,
    PRIMARY KEY(key, revision DESC)) STRICT, WITHOUT ROWID;
  CREATE INDEX kv_by_revision ON kv(revision);
  CREATE INDEX kv_by_lease ON kv(lease_id) WHERE lease_id <> 0;
  CREATE TABLE lease(
    lease_id INTEGER PRIMARY KEY,
    ttl_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE meta(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    revision INTEGER NOT NULL,
    compacted_revision INTEGER NOT NULL,
    next_lease_id INTEGER NOT NULL) STRICT;
  INSERT INTO meta VALUES(1, 1, 0, 1);
)sql";

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// The status of a failed system call on `path`; reads errno.
absl::Status SystemError(const std::string& doing, const std::string& path) {
  const int error = errno;
  const std::string message = absl::StrCat(
      doing, " ", path, ": ", std::generic_category().message(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status Refuse(const std::string& path, const std::string& why) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " ", why, "; it was left untouched"));
}

absl::Status Newer(const std::string& path, int64_t version) {
  return Refuse(path, absl::StrCat("was written by a newer version of Recourse",
                                   " (schema ", version, "; this one reads ",
                                   kStoreSchemaVersion, ")"));
}

// Bytes in `path`; 0 when there is no such file.
int64_t SizeOf(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

uint32_t BigEndian32(const std::array<char, kHeaderBytes>& header,
                     size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(header[offset + i]);
  }
  return value;
}

absl::Status CheckHeader(const std::string& path) {
  FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return SystemError("cannot read", path);
  std::array<char, kHeaderBytes> header = {};
  const ssize_t got = pread(fd.get(), header.data(), header.size(), 0);
  if (got < 0) return SystemError("cannot read", path);
  const size_t bytes = static_cast<size_t>(got);
  if (bytes < kMagic.size() ||
      std::string_view(header.data(), kMagic.size()) != kMagic) {
    return Refuse(path, "is not a SQLite database");
  }
  if (bytes < kHeaderBytes) return Refuse(path, "is corrupt: it is cut off");
  if (BigEndian32(header, kApplicationIdOffset) != kStoreApplicationId) {
    return Refuse(path, "is a SQLite database, but not one of Recourse's");
  }
  const uint32_t version = BigEndian32(header, kUserVersionOffset);
  if (version > kStoreSchemaVersion) return Newer(path, version);
  return absl::OkStatus();
}

enum class Found { kNothing, kOurs };

// The cheap tests, which create nothing and so can run before the lock is
// taken: paths, permissions, the file's header.
absl::StatusOr<Found> Inspect(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path();
  struct stat info = {};
  if (stat(directory.c_str(), &info) != 0) {
    return SystemError("cannot open", directory);
  }
  if (!S_ISDIR(info.st_mode)) {
    return absl::NotFoundError(absl::StrCat(directory, " is not a directory"));
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return SystemError("cannot write in", directory);
  }
  const bool exists = stat(path.c_str(), &info) == 0;
  if (!exists && errno != ENOENT) return SystemError("cannot open", path);
  if (!exists || (S_ISREG(info.st_mode) && info.st_size == 0)) {
    // SQLite would replay it into the new database.
    if (SizeOf(path + "-wal") > 0) {
      return Refuse(path,
                    "is missing, but its write-ahead log PATH-wal is "
                    "there: bring the file back or remove the log");
    }
    return Found::kNothing;
  }
  if (!S_ISREG(info.st_mode)) return Refuse(path, "is not a regular file");
  if (access(path.c_str(), R_OK | W_OK) != 0) {
    return SystemError("cannot write", path);
  }
  if (absl::Status status = CheckHeader(path); !status.ok()) return status;
  return Found::kOurs;
}

// Opens `path` for checks in such a way that nothing is written beside it.
absl::StatusOr<std::shared_ptr<SqliteDb>> OpenForChecks(
    const std::string& path) {
  if (SizeOf(path + "-wal") == 0) {
    return SqliteDb::Open(path, SqliteDb::Mode::kImmutable);
  }
  // After a crash the log is part of the database and must be read too. An
  // exclusive connection keeps the log's index in memory instead of in a file,
  // and closing without a checkpoint leaves file and log as they are.
  auto db = SqliteDb::Open(path, SqliteDb::Mode::kReadWrite);
  if (!db.ok()) return db;
  sqlite3_db_config((*db)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                    nullptr);
  absl::Status status =
      (*db)->Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=ON");
  if (!status.ok()) return status;
  return db;
}

absl::Status CheckContent(const std::string& path, SqliteDb& db) {
  absl::StatusOr<int64_t> version = db.ReadInt("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version > kStoreSchemaVersion) return Newer(path, *version);
  absl::StatusOr<std::string> verdict = db.ReadText("PRAGMA quick_check(1)");
  if (!verdict.ok()) return verdict.status();
  if (*verdict != "ok") return absl::DataLossError(*verdict);
  absl::StatusOr<std::string> names = db.ReadText(
      "SELECT group_concat(name, ' ') FROM"
      " (SELECT name FROM sqlite_schema ORDER BY name)");
  if (!names.ok()) return names.status();
  if (*names != kSchemaNames) return absl::DataLossError("tables are missing");
  return db.ReadInt("SELECT revision FROM meta WHERE id = 1").status();
}

// The expensive tests, under the lock.
absl::Status CheckDeeply(const std::string& path) {
  absl::StatusOr<std::shared_ptr<SqliteDb>> db = OpenForChecks(path);
  absl::Status status = db.ok() ? CheckContent(path, **db) : db.status();
  if (absl::IsDataLoss(status) || absl::IsNotFound(status)) {
    return Refuse(path, absl::StrCat("is corrupt: ", status.message()));
  }
  return status;
}

// Makes a finished database appear at `path` at once, so that a crash on the
// way leaves nothing there that a later start would have to doubt.
absl::Status CreateFile(const std::string& path) {
  const std::string draft = path + ".new";
  if (unlink(draft.c_str()) != 0 && errno != ENOENT) {
    return SystemError("cannot remove", draft);
  }
  {
    FileDescriptor fd(
        open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    if (fd.get() < 0) return SystemError("cannot create", draft);
  }
  absl::Status status = absl::OkStatus();
  {
    auto db = SqliteDb::Open(draft, SqliteDb::Mode::kReadWrite);
    status = db.ok() ? CreateStoreSchema(**db) : db.status();
    if (status.ok()) status = (*db)->Execute("PRAGMA journal_mode=WAL");
  }
  if (status.ok() && rename(draft.c_str(), path.c_str()) != 0) {
    status = SystemError("cannot create", path);
  }
  if (!status.ok()) {
    unlink(draft.c_str());
    return status;
  }
  const std::string directory = std::filesystem::path(path).parent_path();
  FileDescriptor fd(open(directory.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) {
    return SystemError("cannot sync", directory);
  }
  return absl::OkStatus();
}

// The descriptor that holds the lock.
absl::StatusOr<int> Lock(const std::string& path) {
  const std::string lock_path = path + ".lock";
  while (true) {
    FileDescriptor fd(
        open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
    if (fd.get() < 0) return SystemError("cannot create", lock_path);
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return SystemError("cannot lock", lock_path);
      return absl::FailedPreconditionError(absl::StrCat(
          path, " is open in another process; one process per file (",
          lock_path, " is locked)"));
    }
    // The previous owner removes the file: this may be one nobody else sees.
    struct stat held = {};
    struct stat named = {};
    if (fstat(fd.get(), &held) == 0 && stat(lock_path.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return fd.Release();
    }
  }
}

}  // namespace

absl::Status CreateStoreSchema(SqliteDb& db) {
  return db.Execute(
      absl::StrCat("PRAGMA synchronous=FULL; BEGIN IMMEDIATE;", kSchema,
                   "PRAGMA application_id=", kStoreApplicationId,
                   "; PRAGMA user_version=", kStoreSchemaVersion, "; COMMIT"));
}

absl::StatusOr<std::unique_ptr<SqliteFile>> SqliteFile::Acquire(
    std::string_view path) {
  if (path.empty() || path.find('\0') != path.npos) {
    return absl::InvalidArgumentError("the path is empty or has a NUL in it");
  }
  std::error_code error;
  std::filesystem::path given = std::filesystem::absolute(path, error);
  std::filesystem::path real = std::filesystem::weakly_canonical(given, error);
  const std::string resolved = error ? given.string() : real.string();
  if (auto found = Inspect(resolved); !found.ok()) return found.status();
  absl::StatusOr<int> lock_fd = Lock(resolved);
  if (!lock_fd.ok()) return lock_fd.status();
  std::unique_ptr<SqliteFile> file(new SqliteFile(resolved, *lock_fd));
  // Again, for what another process did before the lock was ours.
  absl::StatusOr<Found> found = Inspect(resolved);
  if (!found.ok()) return found.status();
  absl::Status status =
      *found == Found::kOurs ? CheckDeeply(resolved) : CreateFile(resolved);
  if (!status.ok()) return status;
  return file;
}

SqliteFile::~SqliteFile() {
  // Removed while still locked: whoever comes next makes a new one.
  unlink((path_ + ".lock").c_str());
  close(lock_fd_);
}

}  // namespace recourse
