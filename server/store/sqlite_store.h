// The SQLite engine of Store: one file for one process, or memory.
//
// How a database is laid out, and why:
//   kv      every version of every key that history still needs; ordered by
//           key, newest first, and indexed by revision
//   lease   what leases there are; their deadlines are in memory
//   meta    one row: revision, compacted revision, next lease id
// A file is in WAL mode with synchronous=FULL: an acknowledged commit is on the
// disk, and readers, on connections of their own, never wait for that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/lease_keeper.h"
#include "server/store/store.h"

namespace recourse {

// Enough for any watch of the same process to catch up. Statistics rewrite one
// value a second, so history is what a quiet server's file consists of.
inline constexpr int64_t kDefaultHistoryRevisions = 1'000;
inline constexpr int kStoreReaders = 4;  // Reads of a file at the same time.

struct SqliteStoreOptions {
  // Revisions back from the newest that can be listed and watched; compaction
  // removes superseded versions behind them. 1 .. 2^40.
  int64_t history_revisions = kDefaultHistoryRevisions;

  // Lease time; see lease_keeper.h.
  LeaseKeeper::Options leases = {};

  // Largest size of the database in pages of 4096 bytes; above it commits fail
  // with RESOURCE_EXHAUSTED. 0: as large as the disk.
  int64_t max_pages = 0;

  // How soon a watch reads again after the database could not be read.
  absl::Duration watch_retry_delay = absl::Seconds(1);
};

// Opens or creates the database at `path`. Errors: as OpenStore, and
// INVALID_ARGUMENT for options out of range.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(
    std::string_view path, const SqliteStoreOptions& options);

// A new, empty store that ends with the process.
absl::StatusOr<std::unique_ptr<Store>> OpenMemoryStore(
    const SqliteStoreOptions& options);

}  // namespace recourse
