// The users' patterns as they stand in the Store.
//
// Keys (an id has no ':', so names of ours never meet a pattern's):
//   patterns/ID            a StoredPattern
//   patterns/:head         written by every change: its revision is the
//                          registry's
//   patterns/:set/SET/N    a StoredChunk; has no effect by itself
//   patterns/:pending      a PendingSet: the chunks of this set are in force
//
// A set of patterns may be larger than a transaction (128 operations in etcd).
// A large one is written as chunks first, which nobody heeds; then one
// transaction writes :pending and :head, and at that revision the whole set is
// in force for every reader: what its chunks say goes before the single keys.
// After that the changes are copied to the single keys, in as many transactions
// as it takes, and :pending and the chunks are deleted. No reader sees a
// difference while that goes on, so it may stop at any point (kill -9 included)
// and any server may finish it: every writer does so before it changes
// something, and transactions of writers hold only while there is no :pending.
// The transaction that brings a set into force holds only if :head is as it was
// when the set was made, and if every chunk is still there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "recourse/internal/v1/catalog.pb.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr char kPatternPrefix[] = "patterns/";
inline constexpr char kPatternHeadKey[] = "patterns/:head";
inline constexpr char kPatternPendingKey[] = "patterns/:pending";

// Changes that fit into one transaction beside its compares.
inline constexpr size_t kMaxDirectChanges = 100;
inline constexpr size_t kMaxDirectBytes = 1 << 20;
// Chunks of a set, each compared by the transaction that brings it into force.
inline constexpr size_t kMaxChunks = 100;
inline constexpr size_t kMaxChunkBytes = 768 << 10;
// Chunks that have no effect are deleted when they are older than this; if
// their writer still lives, it has to begin again.
inline constexpr absl::Duration kOrphanAge = absl::Minutes(10);

// The id of a single key; nullopt for any other key.
std::optional<std::string> PatternIdOf(const std::string& key);

// What the Store has for one id.
struct StoredItem {
  internal::v1::StoredPattern content;
  int64_t key_revision = 0;  // Of its own key; 0: it has none.
  int64_t revision = 0;      // Of its last change, as users see it.
};

// Reads a single key's value. A value that does not decode (a newer version
// wrote it) is a pattern of that id without anything else.
StoredItem DecodeItem(const std::string& pattern_id, const StoreEntry& entry);

// All patterns as they stood at one revision of the Store.
struct StoredPatterns {
  std::map<std::string, StoredItem> items;  // By id; a set in force included.
  int64_t head = 0;                         // Of the last change; 0: none ever.
  int64_t revision = 0;                     // Of the Store.
  bool pending = false;
  std::map<std::string, absl::Time> orphans;  // Chunks without effect.
};

// What becomes of each id; nullopt: its key is deleted.
using PatternChanges =
    std::map<std::string, std::optional<internal::v1::StoredPattern>>;

// Thread safety: safe for concurrent use, since its methods hold no state.
// Every method blocks on the Store and gives its errors with the reasons of
// wire/errors.h.
class PatternStore {
 public:
  explicit PatternStore(Store* store) : store_(store) {}

  absl::StatusOr<StoredPatterns> ReadAll();

  // One id, after finishing a pending set; nullopt: there is nothing.
  absl::StatusOr<std::optional<StoredItem>> Read(const std::string& id);

  // Writes (or with nullopt deletes) what `base` was read as. The revision of
  // the change; nullopt when somebody else was faster: read again.
  absl::StatusOr<std::optional<int64_t>> Write(
      const std::string& id, const std::optional<StoredItem>& base,
      const std::optional<internal::v1::StoredPattern>& content);

  // All `changes` or none, if nothing has changed since `base` was read.
  // nullopt: something has. RESOURCE_EXHAUSTED: more than kMaxChunks.
  absl::StatusOr<std::optional<int64_t>> WriteAll(const StoredPatterns& base,
                                                  const PatternChanges& changes,
                                                  absl::Time now);

  // Copies a set that is in force to single keys; nothing when there is none.
  absl::Status FinishPending();

 private:
  struct Listing {
    std::vector<StoreEntry> entries;
    int64_t revision = 0;
  };

  absl::StatusOr<Listing> ListOnce(const std::string& prefix);
  absl::StatusOr<Listing> ListAll(const std::string& prefix);
  absl::StatusOr<std::optional<int64_t>> WriteDirectly(
      const StoredPatterns& base, const PatternChanges& changes);
  absl::StatusOr<std::optional<int64_t>> WriteAsSet(
      const StoredPatterns& base, const PatternChanges& changes,
      absl::Time now);
  void DeleteKeys(const std::vector<std::string>& keys);

  Store* const store_;
};

}  // namespace recourse
