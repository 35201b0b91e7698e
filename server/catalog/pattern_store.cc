#include "server/catalog/pattern_store.h"

#include <iterator>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

using internal::v1::PendingSet;
using internal::v1::StoredChange;
using internal::v1::StoredChunk;
using internal::v1::StoredPattern;

constexpr char kSetPrefix[] = "patterns/:set/";
constexpr int kListAttempts = 5;  // A listing may be overtaken by compaction.

std::string KeyOf(const std::string& id) {
  return absl::StrCat(kPatternPrefix, id);
}

// "patterns/:set/SET/": its chunks stand below.
std::string SetPrefix(const std::string& set) {
  return absl::StrCat(kSetPrefix, set, "/");
}

// Writing the same value again still makes a new revision.
StoreOp PutHead() { return {.key = kPatternHeadKey, .value = "changed"}; }

StoreOp OpOf(const std::string& id,
             const std::optional<StoredPattern>& content) {
  StoreOp op{.key = KeyOf(id)};
  if (content) op.value = content->SerializeAsString();
  return op;
}

size_t BytesOf(const StoreOp& op) {
  return op.key.size() + (op.value ? op.value->size() : 0);
}

void ReadChunk(const StoreEntry& entry, int64_t applied_revision,
               PatternChanges& changes) {
  StoredChunk chunk;
  chunk.ParseFromString(entry.value);
  for (StoredChange& change : *chunk.mutable_changes()) {
    auto& content = changes[change.pattern_id()];
    if (!change.has_pattern()) continue;
    change.mutable_pattern()->set_applied_revision(applied_revision);
    content = std::move(*change.mutable_pattern());
  }
}

// `changes` in messages of at most kMaxChunkBytes.
std::vector<StoredChunk> ChunksOf(const PatternChanges& changes,
                                  absl::Time now) {
  std::vector<StoredChunk> chunks;
  size_t bytes = kMaxChunkBytes;
  for (const auto& [id, content] : changes) {
    StoredChange change;
    change.set_pattern_id(id);
    if (content) *change.mutable_pattern() = *content;
    const size_t change_bytes = change.ByteSizeLong() + 8;
    if (bytes + change_bytes > kMaxChunkBytes) {
      *chunks.emplace_back().mutable_write_time() = ToMessage(now);
      bytes = 0;
    }
    bytes += change_bytes;
    *chunks.back().add_changes() = std::move(change);
  }
  return chunks;
}

// Transactions that write `changes` to single keys.
std::vector<StoreTransaction> CopiesOf(
    const PatternChanges& changes, const std::vector<StoreCompare>& compares) {
  std::vector<StoreTransaction> transactions;
  size_t bytes = kMaxDirectBytes;
  for (const auto& [id, content] : changes) {
    StoreOp op = OpOf(id, content);
    if (bytes + BytesOf(op) > kMaxDirectBytes ||
        transactions.back().ops.size() >= kMaxDirectChanges) {
      transactions.emplace_back().compares = compares;
      bytes = 0;
    }
    bytes += BytesOf(op);
    transactions.back().ops.push_back(std::move(op));
  }
  return transactions;
}

// Sorts what was listed at one revision.
StoredPatterns Assemble(const std::vector<StoreEntry>& entries) {
  StoredPatterns all;
  int64_t pending = 0;
  std::string set_prefix;
  for (const StoreEntry& entry : entries) {
    if (entry.key == kPatternHeadKey) {
      all.head = entry.mod_revision;
    } else if (entry.key == kPatternPendingKey) {
      PendingSet message;
      message.ParseFromString(entry.value);
      set_prefix = SetPrefix(message.set());
      pending = entry.mod_revision;
    } else if (const auto id = PatternIdOf(entry.key)) {
      all.items[*id] = DecodeItem(*id, entry);
    }
  }
  PatternChanges changes;
  for (const StoreEntry& entry : entries) {
    if (!absl::StartsWith(entry.key, kSetPrefix)) continue;
    if (pending != 0 && absl::StartsWith(entry.key, set_prefix)) {
      ReadChunk(entry, pending, changes);
    } else {
      StoredChunk chunk;
      chunk.ParseFromString(entry.value);
      all.orphans[entry.key] = FromMessage(chunk.write_time());
    }
  }
  all.pending = pending != 0;
  for (auto& [id, content] : changes) {
    if (!content) {
      all.items.erase(id);
      continue;
    }
    StoredItem& item = all.items[id];
    item.content = std::move(*content);
    item.revision = pending;
  }
  return all;
}

}  // namespace

std::optional<std::string> PatternIdOf(const std::string& key) {
  absl::string_view id = key;
  if (!absl::ConsumePrefix(&id, kPatternPrefix) || id.empty() ||
      id.front() == ':') {
    return std::nullopt;
  }
  return std::string(id);
}

StoredItem DecodeItem(const std::string& pattern_id, const StoreEntry& entry) {
  StoredItem item;
  item.key_revision = entry.mod_revision;
  if (!item.content.ParseFromString(entry.value) ||
      item.content.content_case() == StoredPattern::CONTENT_NOT_SET) {
    item.content.mutable_pattern()->set_pattern_id(pattern_id);
  }
  item.revision = item.content.applied_revision() != 0
                      ? item.content.applied_revision()
                      : entry.mod_revision;
  return item;
}

absl::StatusOr<PatternStore::Listing> PatternStore::ListOnce(
    const std::string& prefix) {
  Listing listing;
  StoreRange range{.prefix = prefix};
  while (true) {
    absl::StatusOr<StorePage> page = store_->List(range);
    if (!page.ok()) return page.status();
    listing.revision = page->revision;
    std::move(page->entries.begin(), page->entries.end(),
              std::back_inserter(listing.entries));
    if (!page->next_start) return listing;
    range.start = *page->next_start;
    range.revision = page->revision;
  }
}

absl::StatusOr<PatternStore::Listing> PatternStore::ListAll(
    const std::string& prefix) {
  absl::StatusOr<Listing> listing = ListOnce(prefix);
  for (int i = 1; i < kListAttempts && absl::IsOutOfRange(listing.status());
       ++i) {
    listing = ListOnce(prefix);
  }
  if (!listing.ok()) return FromStore(listing.status());
  return listing;
}

absl::StatusOr<StoredPatterns> PatternStore::ReadAll() {
  const absl::StatusOr<Listing> listing = ListAll(kPatternPrefix);
  if (!listing.ok()) return listing.status();
  StoredPatterns all = Assemble(listing->entries);
  all.revision = listing->revision;
  return all;
}

absl::StatusOr<std::optional<StoredItem>> PatternStore::Read(
    const std::string& id) {
  absl::Status finished = FinishPending();
  if (!finished.ok()) return finished;
  const auto entry = store_->Get(KeyOf(id));
  if (!entry.ok()) return FromStore(entry.status());
  if (!entry->has_value()) return std::nullopt;
  return DecodeItem(id, **entry);
}

absl::StatusOr<std::optional<int64_t>> PatternStore::Write(
    const std::string& id, const std::optional<StoredItem>& base,
    const std::optional<StoredPattern>& content) {
  StoreTransaction transaction;
  transaction.compares = {{KeyOf(id), base ? base->key_revision : 0},
                          {kPatternPendingKey, 0}};
  transaction.ops = {OpOf(id, content), PutHead()};
  const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
  if (!commit.ok()) return FromStore(commit.status());
  if (!commit->committed) return std::nullopt;
  return commit->revision;
}

absl::StatusOr<std::optional<int64_t>> PatternStore::WriteAll(
    const StoredPatterns& base, const PatternChanges& changes, absl::Time now) {
  if (base.pending) {
    absl::Status finished = FinishPending();
    if (!finished.ok()) return finished;
  }
  std::vector<std::string> orphans;
  for (const auto& [key, write_time] : base.orphans) {
    if (now - write_time > kOrphanAge) orphans.push_back(key);
  }
  DeleteKeys(orphans);
  size_t bytes = 0;
  for (const auto& [id, content] : changes) bytes += BytesOf(OpOf(id, content));
  return changes.size() <= kMaxDirectChanges && bytes <= kMaxDirectBytes
             ? WriteDirectly(base, changes)
             : WriteAsSet(base, changes, now);
}

absl::StatusOr<std::optional<int64_t>> PatternStore::WriteDirectly(
    const StoredPatterns& base, const PatternChanges& changes) {
  StoreTransaction transaction;
  transaction.compares = {{kPatternHeadKey, base.head},
                          {kPatternPendingKey, 0}};
  for (const auto& [id, content] : changes) {
    transaction.ops.push_back(OpOf(id, content));
  }
  transaction.ops.push_back(PutHead());
  const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
  if (!commit.ok()) return FromStore(commit.status());
  if (!commit->committed) return std::nullopt;
  return commit->revision;
}

absl::StatusOr<std::optional<int64_t>> PatternStore::WriteAsSet(
    const StoredPatterns& base, const PatternChanges& changes, absl::Time now) {
  const std::vector<StoredChunk> chunks = ChunksOf(changes, now);
  if (chunks.size() > kMaxChunks) {
    return WithRetryDelay(
        Refusal(absl::StatusCode::kResourceExhausted, reason::kMessageTooLarge,
                "the set is too large for one change"),
        absl::Minutes(1));
  }
  const std::string set =
      absl::StrFormat("%016x", absl::Uniform<uint64_t>(absl::BitGen()));
  PendingSet pending;
  pending.set_set(set);
  StoreTransaction flip;
  flip.compares = {{kPatternHeadKey, base.head}, {kPatternPendingKey, 0}};
  flip.ops = {{.key = kPatternPendingKey, .value = pending.SerializeAsString()},
              PutHead()};
  std::vector<std::string> keys;
  for (const StoredChunk& chunk : chunks) {
    keys.push_back(
        absl::StrCat(SetPrefix(set), absl::StrFormat("%03d", keys.size())));
    StoreTransaction put;
    put.ops = {{.key = keys.back(), .value = chunk.SerializeAsString()}};
    const absl::StatusOr<StoreCommit> commit = store_->Commit(put);
    if (!commit.ok()) {
      DeleteKeys(keys);
      return FromStore(commit.status());
    }
    flip.compares.push_back({keys.back(), commit->revision});
  }
  const absl::StatusOr<StoreCommit> commit = store_->Commit(flip);
  // Unknown whether it was applied: the chunks must stay.
  if (!commit.ok()) return FromStore(commit.status());
  if (commit->committed) return commit->revision;
  DeleteKeys(keys);
  return std::nullopt;
}

// Best effort: what stays is deleted by a later change.
void PatternStore::DeleteKeys(const std::vector<std::string>& keys) {
  for (size_t begin = 0; begin < keys.size(); begin += kMaxDirectChanges) {
    StoreTransaction transaction;
    // A chunk of a set that is in force is no orphan any more.
    transaction.compares = {{kPatternPendingKey, 0}};
    for (size_t i = begin; i < keys.size() && i < begin + kMaxDirectChanges;
         ++i) {
      transaction.ops.push_back({.key = keys[i]});
    }
    if (!store_->Commit(transaction).ok()) return;
  }
}

absl::Status PatternStore::FinishPending() {
  const auto entry = store_->Get(kPatternPendingKey);
  if (!entry.ok()) return FromStore(entry.status());
  if (!entry->has_value()) return absl::OkStatus();
  PendingSet pending;
  pending.ParseFromString((*entry)->value);
  const int64_t revision = (*entry)->mod_revision;
  const absl::StatusOr<Listing> chunks = ListAll(SetPrefix(pending.set()));
  if (!chunks.ok()) return chunks.status();
  PatternChanges changes;
  StoreTransaction last;
  last.compares = {{kPatternPendingKey, revision}};
  last.ops = {{.key = kPatternPendingKey}};
  for (const StoreEntry& chunk : chunks->entries) {
    ReadChunk(chunk, revision, changes);
    last.ops.push_back({.key = chunk.key});
  }
  std::vector<StoreTransaction> transactions = CopiesOf(changes, last.compares);
  transactions.push_back(std::move(last));
  for (const StoreTransaction& transaction : transactions) {
    const absl::StatusOr<StoreCommit> commit = store_->Commit(transaction);
    if (!commit.ok()) return FromStore(commit.status());
    if (!commit->committed) return absl::OkStatus();  // Somebody finished it.
  }
  return absl::OkStatus();
}

}  // namespace recourse
