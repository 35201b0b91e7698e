#include "server/store/sqlite_db.h"

#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr int kBusyTimeoutMs = 5000;

bool IsNoRoom(int code, int system_errno) {
  // After a failed sync the bytes may be there all the same: the outcome is
  // unknown, whatever the reason.
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return false;
  }
  // EFBIG: a file-size limit (ulimit -f), which is a full disk to the caller.
  return system_errno == ENOSPC || system_errno == EDQUOT ||
         system_errno == EFBIG;
}

int LastErrno(sqlite3_file* file) {
  int last = 0;
  if (file == nullptr || file->pMethods == nullptr) return 0;
  file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &last);
  return last;
}

// Why a write just failed. sqlite3_system_errno may have been overwritten
// since, by what SQLite did to clean up; its files remember their own.
int WriteErrno(sqlite3* db) {
  for (int pointer :
       {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db, "main", pointer, &file) != SQLITE_OK) continue;
    const int last = LastErrno(file);
    if (IsNoRoom(SQLITE_IOERR_WRITE, last)) return last;
  }
  return sqlite3_system_errno(db);
}

// SQLite reads names as URIs here, so their special characters are escaped.
std::string EscapePath(std::string_view path) {
  std::string escaped;
  for (char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      absl::StrAppend(&escaped, "%", absl::Hex(c, absl::kZeroPad2));
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

}  // namespace

absl::Status SqliteStatus(int code, int system_errno, std::string_view detail) {
  const std::string message =
      absl::StrCat("sqlite: ", std::string(detail), " (code ", code, ")");
  switch (code & 0xff) {
    case SQLITE_OK:
      return absl::OkStatus();
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::ResourceExhaustedError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::PermissionDeniedError(message);
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return absl::InternalError(message);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (IsNoRoom(code, system_errno)) {
        return absl::ResourceExhaustedError(message);
      }
      return absl::UnavailableError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::shared_ptr<SqliteDb>> SqliteDb::Open(std::string_view path,
                                                         Mode mode) {
  const std::string uri = absl::StrCat("file:", EscapePath(path));
  switch (mode) {
    case Mode::kReadOnly:
      return OpenUri(uri, SQLITE_OPEN_READONLY);
    case Mode::kReadWrite:
      return OpenUri(uri, SQLITE_OPEN_READWRITE);
    case Mode::kImmutable:
      return OpenUri(absl::StrCat(uri, "?immutable=1"), SQLITE_OPEN_READONLY);
  }
  return absl::InternalError("unknown mode");
}

absl::StatusOr<std::shared_ptr<SqliteDb>> SqliteDb::OpenInMemory() {
  return OpenUri(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY);
}

absl::StatusOr<std::shared_ptr<SqliteDb>> SqliteDb::OpenUri(
    const std::string& uri, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      uri.c_str(), &handle,
      flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  if (handle == nullptr) return SqliteStatus(SQLITE_NOMEM, 0, "out of memory");
  std::shared_ptr<SqliteDb> db(new SqliteDb(handle));
  if (code != SQLITE_OK) return db->Error(code);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  // Files may be damaged or hostile: no functions from the schema, every cell
  // checked before use (https://www.sqlite.org/security.html).
  absl::Status status = db->Execute(
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
      "PRAGMA temp_store=MEMORY");
  if (!status.ok()) return status;
  return db;
}

SqliteDb::~SqliteDb() { sqlite3_close_v2(handle_); }

absl::Status SqliteDb::Error(int code) const {
  const int system_errno = code == SQLITE_IOERR_WRITE
                               ? WriteErrno(handle_)
                               : sqlite3_system_errno(handle_);
  return SqliteStatus(code, system_errno, sqlite3_errmsg(handle_));
}

absl::Status SqliteDb::Execute(const std::string& sql) {
  const int code =
      sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code);
}

absl::StatusOr<std::string> SqliteDb::ReadText(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code);
  absl::StatusOr<std::string> text = absl::NotFoundError("no row");
  code = sqlite3_step(statement);
  if (code == SQLITE_ROW) {
    const auto* bytes =
        reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    text = std::string(bytes == nullptr ? "" : bytes);
  } else if (code != SQLITE_DONE) {
    text = Error(code);
  }
  sqlite3_finalize(statement);
  return text;
}

absl::StatusOr<int64_t> SqliteDb::ReadInt(const std::string& sql) {
  absl::StatusOr<std::string> text = ReadText(sql);
  if (!text.ok()) return text.status();
  int64_t value = 0;
  if (!absl::SimpleAtoi(*text, &value)) {
    return absl::DataLossError("sqlite: not an integer");
  }
  return value;
}

absl::StatusOr<SqliteStatement> SqliteStatement::Prepare(
    std::shared_ptr<SqliteDb> db, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(db->handle(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return db->Error(code);
  SqliteStatement statement;
  statement.db_ = std::move(db);
  statement.handle_.reset(handle);
  return statement;
}

SqliteQuery::~SqliteQuery() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqliteQuery& SqliteQuery::Int(int index, int64_t value) {
  Keep(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

SqliteQuery& SqliteQuery::Blob(int index, std::string_view bytes) {
  // A null pointer would bind NULL, which here means "deleted".
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  Keep(sqlite3_bind_blob64(statement_, index, data, bytes.size(),
                           SQLITE_STATIC));
  return *this;
}

SqliteQuery& SqliteQuery::Null(int index) {
  Keep(sqlite3_bind_null(statement_, index));
  return *this;
}

absl::StatusOr<bool> SqliteQuery::Step() {
  if (bind_code_ != SQLITE_OK) return db_.Error(bind_code_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_.Error(code);
}

absl::Status SqliteQuery::Run() { return Step().status(); }

int64_t SqliteQuery::IntColumn(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteQuery::BlobColumn(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

bool SqliteQuery::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

absl::StatusOr<SqliteTransaction> SqliteTransaction::Begin(SqliteDb& db,
                                                           Kind kind) {
  absl::Status status =
      db.Execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!status.ok()) return status;
  return SqliteTransaction(&db);
}

SqliteTransaction::SqliteTransaction(SqliteTransaction&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)) {}

SqliteTransaction::~SqliteTransaction() {
  // SQLite rolls back on its own after some errors; then there is none open.
  if (db_ == nullptr || sqlite3_get_autocommit(db_->handle()) != 0) return;
  sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

absl::Status SqliteTransaction::Commit() { return db_->Execute("COMMIT"); }

}  // namespace recourse
