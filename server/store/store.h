// The one narrow interface to durable state: revisioned keys, compare-and-set
// transactions, paged ranges at a revision, watches from a revision, leases.
// It is shaped so that an embedded SQLite file and an etcd cluster give the
// same answers; tests/store/conformance.h holds every engine to that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace recourse {

// Limits every engine enforces (etcd's own defaults are the model).
inline constexpr size_t kMaxStoreKeyBytes = 1024;
inline constexpr size_t kMaxStoreValueBytes = 1 << 20;
inline constexpr size_t kMaxStoreTransactionOps =
    128;  // Compares + operations.
// All keys and values of a transaction together; with what the encoding adds,
// this stays below etcd's 1.5 MiB a request.
inline constexpr size_t kMaxStoreTransactionBytes = 5 << 18;  // 1.25 MiB.

// One key as it stood at some revision.
struct StoreEntry {
  std::string key;
  std::string value;
  int64_t create_revision = 0;  // Revision that created this incarnation.
  int64_t mod_revision = 0;     // Revision of the last change.
};

// A page of a range. `revision` is the store's revision the page was read at:
// pass it to the next page's request, with `start` set to `next_start`.
struct StorePage {
  std::vector<StoreEntry> entries;  // In byte order of the keys.
  int64_t revision = 0;
  std::optional<std::string> next_start;  // Absent on the last page.
};

// All keys k with start <= k and k beginning with `prefix`.
struct StoreRange {
  std::string prefix{};  // Empty: all keys. ("{}": designated initializers.)
  std::string start{};   // Empty: from the first key of the prefix.
  // Entries a page, 1..10,000. A page with large values may end before, after
  // some megabytes; `next_start` tells.
  size_t limit = 1000;
  int64_t revision = 0;  // 0: the newest; else as of that revision.
};

// Holds when the key's mod_revision equals `mod_revision`; 0 means that the
// key must not exist.
struct StoreCompare {
  std::string key;
  int64_t mod_revision = 0;
};

// A put when `value` is set, a delete otherwise. A key may appear in one
// operation of a transaction (and in compares besides). Deleting a key that is
// not there is not an error.
struct StoreOp {
  std::string key;
  std::optional<std::string> value{};
  int64_t lease_id = 0;  // Puts only; 0: lives until deleted.
};

struct StoreTransaction {
  std::vector<StoreCompare> compares;  // All must hold.
  std::vector<StoreOp> ops;            // Then all are applied, atomically.
};

struct StoreCommit {
  bool committed = false;  // False: a compare failed and nothing was changed.
  int64_t revision = 0;    // The commit's revision, or the store's own.
};

// One change, as a watcher sees it.
struct StoreChange {
  StoreEntry entry;  // For a delete: the key and the deleting revision.
  bool deleted = false;
};

// Changes in the order of their revisions; one call never splits a revision.
// A non-OK status ends the watch: OUT_OF_RANGE when `from_revision` was
// compacted (list again, then watch from there), UNAVAILABLE when the
// connection to the store is lost for good, DATA_LOSS as below. Callbacks of
// all watches may share one thread: a slow one delays no commit, but other
// watches.
using StoreWatchCallback =
    std::function<void(absl::StatusOr<std::vector<StoreChange>>)>;

// Ends its watch when destroyed, after a running callback has returned; so it
// must not be destroyed from inside its own callback. It may outlive its store;
// nothing is called then.
class StoreWatch {
 public:
  virtual ~StoreWatch() = default;
};

// Thread safety: every method may be called from any thread at any time. Calls
// may block on the disk or the network: never call them on an event loop.
//
// Errors of every method, unless it says otherwise:
//   INVALID_ARGUMENT    a limit above is exceeded, an empty key, a key twice
//   RESOURCE_EXHAUSTED  the disk or the engine's quota is full, or there are
//                       too many watches or leases; nothing changed
//   UNAVAILABLE         out of reach or busy; whether a commit was applied is
//                       then unknown unless the message says that it was not
//   DATA_LOSS           the engine found its data corrupt
class Store {
 public:
  virtual ~Store() = default;

  // The newest value of `key`, or nullopt when there is none.
  virtual absl::StatusOr<std::optional<StoreEntry>> Get(
      std::string_view key) = 0;

  // One page. OUT_OF_RANGE when `range.revision` is compacted or not reached.
  virtual absl::StatusOr<StorePage> List(const StoreRange& range) = 0;

  // Atomic and durable: when this returns with `committed`, the change
  // survives kill -9 and loss of power. Every commit that changes something
  // takes one new revision, greater than all before it; deleting an absent key
  // changes nothing, putting the value that is there does. NOT_FOUND when the
  // compares hold and a lease id is not alive.
  virtual absl::StatusOr<StoreCommit> Commit(
      const StoreTransaction& transaction) = 0;

  // Calls `callback`, from a thread of the store's, with every change below
  // `prefix` of revision >= `from_revision`, the past ones first. Below 1
  // counts as 1, the beginning of history.
  virtual absl::StatusOr<std::unique_ptr<StoreWatch>> Watch(
      std::string_view prefix, int64_t from_revision,
      StoreWatchCallback callback) = 0;

  // A lease deletes the keys attached to it when it is not kept alive for
  // `ttl` (1 s .. 24 h). Engine time decides; no clocks are compared.
  virtual absl::StatusOr<int64_t> GrantLease(absl::Duration ttl) = 0;
  virtual absl::Status KeepLeaseAlive(
      int64_t lease_id) = 0;                               // NOT_FOUND: gone.
  virtual absl::Status RevokeLease(int64_t lease_id) = 0;  // NOT_FOUND: gone.

  // Cheap test that the store can answer, for the health service.
  virtual absl::Status Ping() = 0;
};

// Opens the store that `uri` names; `memory:` and `sqlite:PATH` (":memory:" is
// refused: say `memory:`).
// Errors: INVALID_ARGUMENT for a URI of no known form; FAILED_PRECONDITION for
// a file that is not ours, is corrupt or was written by a newer version (the
// file is left untouched, byte for byte, and the message says which of these),
// or that another process has open; NOT_FOUND / PERMISSION_DENIED for its path;
// RESOURCE_EXHAUSTED when there is no room to create it.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(std::string_view uri);

}  // namespace recourse
