// The questions a Store answers, asked of one SQLite connection. Each call
// reads one consistent state of the database. Private to server/store/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/sqlite_db.h"
#include "server/store/store.h"
#include "server/store/watch_hub.h"

namespace recourse {

// A page ends early, after at least one entry, when its values exceed this.
inline constexpr size_t kMaxStorePageBytes = 8 << 20;

// Where a store stands. Revisions above `compacted` have their whole history;
// `compacted` itself can be listed but no longer watched from.
struct StoreHead {
  int64_t revision = 0;
  int64_t compacted = 0;
};

// Thread safety: as its connection's: one caller at a time.
class SqliteReader {
 public:
  // DATA_LOSS or UNAVAILABLE when the tables cannot be read.
  static absl::StatusOr<std::unique_ptr<SqliteReader>> Create(
      std::shared_ptr<SqliteDb> db);

  // These answer as Store does; arguments were checked before.
  absl::StatusOr<StoreHead> Head();
  absl::StatusOr<std::optional<StoreEntry>> Get(std::string_view key);
  absl::StatusOr<StorePage> List(const StoreRange& range);

  // The changes below `prefix` of whole revisions, `from_revision` first; ends
  // after the revision that reaches a limit of watch_hub.h.
  // OUT_OF_RANGE when `from_revision` is compacted.
  absl::StatusOr<StoreChangePage> Changes(std::string_view prefix,
                                          int64_t from_revision);

 private:
  explicit SqliteReader(std::shared_ptr<SqliteDb> db) : db_(std::move(db)) {}
  // Adds entries from `lower` on. Returns the key to go on behind, when a key
  // has so many old versions that seeking beats stepping; nullopt when done.
  absl::StatusOr<std::optional<std::string>> ScanInto(StorePage& page,
                                                      const StoreRange& range,
                                                      std::string_view lower,
                                                      size_t& bytes);

  const std::shared_ptr<SqliteDb> db_;
  SqliteStatement head_;
  SqliteStatement get_;
  SqliteStatement list_;
  SqliteStatement changes_;
};

}  // namespace recourse
