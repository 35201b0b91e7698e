#include "server/store/sqlite_store.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/store/sqlite_db.h"
#include "server/store/sqlite_file.h"
#include "server/store/sqlite_reader.h"
#include "server/store/sqlite_writer.h"
#include "server/store/store_limits.h"
#include "server/store/watch_hub.h"

namespace recourse {
namespace {

constexpr int64_t kMaxHistoryRevisions = int64_t{1} << 40;

// The log is cut back to this after a burst; it is moved into the database
// every 1000 pages (SQLite's default).
constexpr char kWriterPragmas[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "PRAGMA journal_size_limit=67108864";

// Hands out reading connections, one caller each.
class ReaderPool {
 public:
  void Add(std::unique_ptr<SqliteReader> reader) {
    absl::MutexLock lock(&mutex_);
    free_.push_back(std::move(reader));
    returned_.SignalAll();
  }
  std::unique_ptr<SqliteReader> Take() {
    absl::MutexLock lock(&mutex_);
    while (free_.empty()) returned_.Wait(&mutex_);
    std::unique_ptr<SqliteReader> reader = std::move(free_.back());
    free_.pop_back();
    return reader;
  }

 private:
  absl::Mutex mutex_;
  absl::CondVar returned_;
  std::vector<std::unique_ptr<SqliteReader>> free_ ABSL_GUARDED_BY(mutex_);
};

class SqliteStore : public Store {
 public:
  // `file` is null for a database in memory.
  explicit SqliteStore(std::unique_ptr<SqliteFile> file)
      : file_(std::move(file)) {}
  ~SqliteStore() override;

  // REQUIRES: called once, before anything else.
  absl::Status Start(const SqliteStoreOptions& options);

  absl::StatusOr<std::optional<StoreEntry>> Get(std::string_view key) override;
  absl::StatusOr<StorePage> List(const StoreRange& range) override;
  absl::StatusOr<StoreCommit> Commit(
      const StoreTransaction& transaction) override;
  absl::StatusOr<std::unique_ptr<StoreWatch>> Watch(
      std::string_view prefix, int64_t from_revision,
      StoreWatchCallback callback) override;
  absl::StatusOr<int64_t> GrantLease(absl::Duration ttl) override;
  absl::Status KeepLeaseAlive(int64_t lease_id) override;
  absl::Status RevokeLease(int64_t lease_id) override;
  absl::Status Ping() override;

 private:
  absl::Status OpenWriter(const SqliteStoreOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  absl::Status OpenReaders();
  // Runs `read` on a reader that nobody else uses meanwhile.
  void Read(absl::FunctionRef<void(SqliteReader&)> read);
  absl::Status EndLease(int64_t lease_id);

  // Constant after Start. Declared in the order of what needs what: the lock
  // on the file goes last.
  const std::unique_ptr<SqliteFile> file_;

  absl::Mutex write_mutex_;
  std::unique_ptr<SqliteWriter> writer_ ABSL_GUARDED_BY(write_mutex_);
  // In memory there is one connection for all; null for a file.
  std::unique_ptr<SqliteReader> memory_reader_ ABSL_GUARDED_BY(write_mutex_);

  // Internally synchronized; constant after Start.
  ReaderPool readers_;
  std::shared_ptr<WatchHub> hub_;
  std::unique_ptr<LeaseKeeper> leases_;
};

absl::Status SqliteStore::Start(const SqliteStoreOptions& options) {
  std::vector<std::pair<int64_t, absl::Duration>> leases;
  {
    absl::MutexLock lock(&write_mutex_);
    if (absl::Status status = OpenWriter(options); !status.ok()) return status;
    auto found = writer_->Leases();
    if (!found.ok()) return found.status();
    leases = *std::move(found);
  }
  if (file_ != nullptr) {
    if (absl::Status status = OpenReaders(); !status.ok()) return status;
  }
  absl::StatusOr<StoreHead> head;
  Read([&](SqliteReader& reader) { head = reader.Head(); });
  if (!head.ok()) return head.status();
  hub_ = std::make_shared<WatchHub>(
      head->revision,
      [this](std::string_view prefix, int64_t from) {
        absl::StatusOr<StoreChangePage> page;
        Read(
            [&](SqliteReader& reader) { page = reader.Changes(prefix, from); });
        return page;
      },
      options.watch_retry_delay);
  leases_ = std::make_unique<LeaseKeeper>(
      options.leases, [this](int64_t lease_id) { return EndLease(lease_id); });
  for (const auto& [id, ttl] : leases) leases_->Add(id, ttl);
  return absl::OkStatus();
}

SqliteStore::~SqliteStore() {
  // Their threads use everything else.
  leases_.reset();
  if (hub_ != nullptr) hub_->Stop();
}

absl::Status SqliteStore::OpenWriter(const SqliteStoreOptions& options) {
  auto db = file_ == nullptr
                ? SqliteDb::OpenInMemory()
                : SqliteDb::Open(file_->path(), SqliteDb::Mode::kReadWrite);
  if (!db.ok()) return db.status();
  absl::Status status = file_ == nullptr ? CreateStoreSchema(**db)
                                         : (*db)->Execute(kWriterPragmas);
  if (status.ok() && options.max_pages > 0) {
    status = (*db)->Execute(
        absl::StrCat("PRAGMA max_page_count=", options.max_pages));
  }
  if (!status.ok()) return status;
  auto writer = SqliteWriter::Create(*db, options.history_revisions);
  if (!writer.ok()) return writer.status();
  writer_ = *std::move(writer);
  if (file_ != nullptr) return absl::OkStatus();
  auto reader = SqliteReader::Create(*std::move(db));
  if (!reader.ok()) return reader.status();
  memory_reader_ = *std::move(reader);
  return absl::OkStatus();
}

absl::Status SqliteStore::OpenReaders() {
  for (int i = 0; i < kStoreReaders; ++i) {
    auto db = SqliteDb::Open(file_->path(), SqliteDb::Mode::kReadOnly);
    if (!db.ok()) return db.status();
    auto reader = SqliteReader::Create(*std::move(db));
    if (!reader.ok()) return reader.status();
    readers_.Add(*std::move(reader));
  }
  return absl::OkStatus();
}

void SqliteStore::Read(absl::FunctionRef<void(SqliteReader&)> read) {
  if (file_ == nullptr) {
    absl::MutexLock lock(&write_mutex_);
    read(*memory_reader_);
    return;
  }
  std::unique_ptr<SqliteReader> reader = readers_.Take();
  read(*reader);
  readers_.Add(std::move(reader));
}

absl::StatusOr<std::optional<StoreEntry>> SqliteStore::Get(
    std::string_view key) {
  if (absl::Status status = CheckStoreKey(key); !status.ok()) return status;
  absl::StatusOr<std::optional<StoreEntry>> entry;
  Read([&](SqliteReader& reader) { entry = reader.Get(key); });
  return entry;
}

absl::StatusOr<StorePage> SqliteStore::List(const StoreRange& range) {
  if (absl::Status status = CheckStoreRange(range); !status.ok()) return status;
  absl::StatusOr<StorePage> page;
  Read([&](SqliteReader& reader) { page = reader.List(range); });
  return page;
}

absl::StatusOr<StoreCommit> SqliteStore::Commit(
    const StoreTransaction& transaction) {
  absl::Status status = CheckStoreTransaction(transaction);
  if (!status.ok()) return status;
  absl::StatusOr<StoreCommit> commit;
  {
    absl::MutexLock lock(&write_mutex_);
    commit = writer_->Apply(transaction,
                            [&](int64_t id) { return leases_->IsAlive(id); });
  }
  if (commit.ok() && commit->committed) hub_->Publish(commit->revision);
  return commit;
}

absl::StatusOr<std::unique_ptr<StoreWatch>> SqliteStore::Watch(
    std::string_view prefix, int64_t from_revision,
    StoreWatchCallback callback) {
  if (absl::Status status = CheckStorePrefix(prefix); !status.ok()) {
    return status;
  }
  if (callback == nullptr) {
    return absl::InvalidArgumentError("a watch needs a callback");
  }
  return hub_->Add(prefix, from_revision, std::move(callback));
}

absl::StatusOr<int64_t> SqliteStore::GrantLease(absl::Duration ttl) {
  if (absl::Status status = CheckStoreLeaseTtl(ttl); !status.ok()) {
    return status;
  }
  absl::MutexLock lock(&write_mutex_);
  if (absl::Status status = leases_->CheckRoom(); !status.ok()) return status;
  absl::StatusOr<int64_t> id = writer_->AddLease(ttl);
  if (id.ok()) leases_->Add(*id, ttl);
  return id;
}

absl::Status SqliteStore::KeepLeaseAlive(int64_t lease_id) {
  return leases_->KeepAlive(lease_id);
}

absl::Status SqliteStore::RevokeLease(int64_t lease_id) {
  if (!leases_->IsAlive(lease_id)) {
    return absl::NotFoundError(
        absl::StrCat("lease ", lease_id, " is not alive"));
  }
  absl::Status status = EndLease(lease_id);
  if (status.ok()) leases_->Remove(lease_id);
  return status;
}

absl::Status SqliteStore::EndLease(int64_t lease_id) {
  absl::StatusOr<int64_t> revision;
  {
    absl::MutexLock lock(&write_mutex_);
    revision = writer_->RemoveLease(lease_id);
  }
  if (revision.ok()) hub_->Publish(*revision);
  return revision.status();
}

absl::Status SqliteStore::Ping() {
  absl::StatusOr<StoreHead> head;
  Read([&](SqliteReader& reader) { head = reader.Head(); });
  return head.status();
}

absl::StatusOr<std::unique_ptr<Store>> StartStore(
    std::unique_ptr<SqliteFile> file, const SqliteStoreOptions& options) {
  auto store = std::make_unique<SqliteStore>(std::move(file));
  if (absl::Status status = store->Start(options); !status.ok()) return status;
  return store;
}

absl::Status CheckOptions(const SqliteStoreOptions& options) {
  if (options.history_revisions < 1 ||
      options.history_revisions > kMaxHistoryRevisions ||
      options.max_pages < 0 || options.leases.now == nullptr ||
      options.leases.check_interval <= absl::ZeroDuration() ||
      options.watch_retry_delay <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("a store option is out of range");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(
    std::string_view path, const SqliteStoreOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  auto file = SqliteFile::Acquire(path);
  if (!file.ok()) return file.status();
  return StartStore(*std::move(file), options);
}

absl::StatusOr<std::unique_ptr<Store>> OpenMemoryStore(
    const SqliteStoreOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  return StartStore(nullptr, options);
}

}  // namespace recourse
