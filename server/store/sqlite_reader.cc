#include "server/store/sqlite_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/store/store_limits.h"

namespace recourse {
namespace {

constexpr char kHeadSql[] =
    "SELECT revision, compacted_revision FROM meta WHERE id = 1";
constexpr char kGetSql[] =
    "SELECT revision, create_revision, value FROM kv"
    " WHERE key = ?1 ORDER BY revision DESC LIMIT 1";
// Newest version first within a key, as the primary key stores them.
constexpr char kListSql[] =
    "SELECT key, revision, create_revision, value FROM kv"
    " WHERE key >= ?1 AND key < ?2 AND revision <= ?3"
    " ORDER BY key, revision DESC";
constexpr char kChangesSql[] =
    "SELECT key, revision, create_revision, value"
    " FROM kv INDEXED BY kv_by_revision"
    " WHERE revision >= ?1 AND key >= ?2 AND key < ?3"
    " ORDER BY revision, key";

// Old versions of one key to step over before seeking to the next key.
constexpr int kMaxSteppedVersions = 16;

StoreEntry EntryOfRow(const SqliteQuery& row) {
  return {.key = std::string(row.BlobColumn(0)),
          .value = std::string(row.BlobColumn(3)),
          .create_revision = row.IntColumn(2),
          .mod_revision = row.IntColumn(1)};
}

absl::Status Compacted(int64_t revision, const StoreHead& head) {
  return absl::OutOfRangeError(
      absl::StrCat("revision ", revision, " was compacted; history begins at ",
                   head.compacted));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteReader>> SqliteReader::Create(
    std::shared_ptr<SqliteDb> db) {
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(db)));
  const std::pair<SqliteStatement*, const char*> statements[] = {
      {&reader->head_, kHeadSql},
      {&reader->get_, kGetSql},
      {&reader->list_, kListSql},
      {&reader->changes_, kChangesSql}};
  for (const auto& [statement, sql] : statements) {
    auto prepared = SqliteStatement::Prepare(reader->db_, sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return reader;
}

absl::StatusOr<StoreHead> SqliteReader::Head() {
  SqliteQuery query(head_);
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError("sqlite: the meta row is missing");
  return StoreHead{.revision = query.IntColumn(0),
                   .compacted = query.IntColumn(1)};
}

absl::StatusOr<std::optional<StoreEntry>> SqliteReader::Get(
    std::string_view key) {
  SqliteQuery query(get_);
  absl::StatusOr<bool> row = query.Blob(1, key).Step();
  if (!row.ok()) return row.status();
  if (!*row || query.IsNull(2)) return std::nullopt;
  return StoreEntry{.key = std::string(key),
                    .value = std::string(query.BlobColumn(2)),
                    .create_revision = query.IntColumn(1),
                    .mod_revision = query.IntColumn(0)};
}

absl::StatusOr<StorePage> SqliteReader::List(const StoreRange& range) {
  auto transaction =
      SqliteTransaction::Begin(*db_, SqliteTransaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<StoreHead> head = Head();
  if (!head.ok()) return head.status();
  StorePage page;
  page.revision = range.revision == 0 ? head->revision : range.revision;
  if (page.revision < head->compacted) return Compacted(page.revision, *head);
  if (page.revision > head->revision) {
    return absl::OutOfRangeError(absl::StrCat("revision ", page.revision,
                                              " is not reached; the store",
                                              " is at ", head->revision));
  }
  std::string lower = std::max(range.prefix, range.start);
  size_t bytes = 0;
  while (true) {
    auto skipped = ScanInto(page, range, lower, bytes);
    if (!skipped.ok()) return skipped.status();
    if (!skipped->has_value()) return page;
    lower = **std::move(skipped);
    lower.push_back('\0');  // The smallest key behind it.
  }
}

absl::StatusOr<std::optional<std::string>> SqliteReader::ScanInto(
    StorePage& page, const StoreRange& range, std::string_view lower,
    size_t& bytes) {
  const std::string upper = StorePrefixEnd(range.prefix);
  SqliteQuery query(list_);
  query.Blob(1, lower).Blob(2, upper).Int(3, page.revision);
  std::optional<std::string> key;
  int stepped = 0;
  while (true) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return std::nullopt;
    if (key.has_value() && *key == query.BlobColumn(0)) {
      if (++stepped >= kMaxSteppedVersions) return key;
      continue;
    }
    key = std::string(query.BlobColumn(0));
    stepped = 0;
    if (query.IsNull(3)) continue;
    if (page.entries.size() == range.limit || bytes > kMaxStorePageBytes) {
      page.next_start = std::move(key);
      return std::nullopt;
    }
    page.entries.push_back(EntryOfRow(query));
    bytes += page.entries.back().key.size() + page.entries.back().value.size();
  }
}

absl::StatusOr<StoreChangePage> SqliteReader::Changes(std::string_view prefix,
                                                      int64_t from_revision) {
  auto transaction =
      SqliteTransaction::Begin(*db_, SqliteTransaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<StoreHead> head = Head();
  if (!head.ok()) return head.status();
  if (from_revision <= head->compacted) return Compacted(from_revision, *head);
  const std::string upper = StorePrefixEnd(prefix);
  SqliteQuery query(changes_);
  query.Int(1, from_revision).Blob(2, prefix).Blob(3, upper);
  StoreChangePage page;
  size_t bytes = 0;
  while (true) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const bool full = page.changes.size() >= kMaxWatchBatchChanges ||
                      bytes >= kMaxWatchBatchBytes;
    const int64_t revision = query.IntColumn(1);
    if (full && revision != page.changes.back().entry.mod_revision) {
      page.next_revision = revision;
      return page;
    }
    page.changes.push_back(
        {.entry = EntryOfRow(query), .deleted = query.IsNull(3)});
    const StoreEntry& entry = page.changes.back().entry;
    bytes += entry.key.size() + entry.value.size();
  }
  page.next_revision = std::max(head->revision + 1, from_revision);
  return page;
}

}  // namespace recourse
