#include "server/store/sqlite_writer.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr char kCurrentSql[] =
    "SELECT revision, create_revision, value IS NULL FROM kv"
    " WHERE key = ?1 ORDER BY revision DESC LIMIT 1";
constexpr char kInsertSql[] =
    "INSERT INTO kv(key, revision, create_revision, lease_id, value)"
    " VALUES(?1, ?2, ?3, ?4, ?5)";
constexpr char kSetHeadSql[] =
    "UPDATE meta SET revision = ?1, compacted_revision = ?2 WHERE id = 1";
constexpr char kSpanSql[] =
    "SELECT key, revision, value IS NULL FROM kv INDEXED BY kv_by_revision"
    " WHERE revision > ?1 AND revision <= ?2 ORDER BY revision";
constexpr char kRemoveVersionsSql[] =
    "DELETE FROM kv WHERE key = ?1 AND revision <= ?2";
// "<> 0" lets SQLite use the partial index.
constexpr char kLeaseKeysSql[] =
    "SELECT key FROM kv AS a WHERE lease_id = ?1 AND lease_id <> 0"
    " AND NOT EXISTS (SELECT 1 FROM kv AS b"
    "   WHERE b.key = a.key AND b.revision > a.revision)";

absl::Status NotApplied(const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; nothing was changed"));
}

absl::Status LeaseNotFound(int64_t lease_id) {
  return absl::NotFoundError(
      absl::StrCat("lease ", lease_id, " is not alive; nothing was changed"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteWriter>> SqliteWriter::Create(
    std::shared_ptr<SqliteDb> db, int64_t history_revisions) {
  auto reader = SqliteReader::Create(db);
  if (!reader.ok()) return reader.status();
  std::unique_ptr<SqliteWriter> writer(
      new SqliteWriter(std::move(db), history_revisions));
  writer->reader_ = *std::move(reader);
  const std::pair<SqliteStatement*, const char*> statements[] = {
      {&writer->current_, kCurrentSql},
      {&writer->insert_, kInsertSql},
      {&writer->set_head_, kSetHeadSql},
      {&writer->span_, kSpanSql},
      {&writer->remove_versions_, kRemoveVersionsSql},
      {&writer->lease_keys_, kLeaseKeysSql}};
  for (const auto& [statement, sql] : statements) {
    auto prepared = SqliteStatement::Prepare(writer->db_, sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return writer;
}

absl::StatusOr<StoreCommit> SqliteWriter::Apply(
    const StoreTransaction& transaction,
    absl::FunctionRef<bool(int64_t)> lease_is_alive) {
  auto scope = SqliteTransaction::Begin(*db_, SqliteTransaction::Kind::kWrite);
  if (!scope.ok()) return NotApplied(scope.status());
  absl::StatusOr<StoreHead> head = reader_->Head();
  if (!head.ok()) return NotApplied(head.status());
  absl::StatusOr<bool> hold = ComparesHold(transaction);
  if (!hold.ok()) return NotApplied(hold.status());
  if (!*hold) return StoreCommit{false, head->revision};
  const int64_t revision = head->revision + 1;
  bool changed = false;
  for (const StoreOp& op : transaction.ops) {
    if (op.lease_id != 0 && !lease_is_alive(op.lease_id)) {
      return LeaseNotFound(op.lease_id);
    }
    absl::StatusOr<bool> applied = ApplyOp(op, revision);
    if (!applied.ok()) return NotApplied(applied.status());
    changed |= *applied;
  }
  if (!changed) return StoreCommit{true, head->revision};
  if (absl::Status status = Finish(*scope, *head, revision); !status.ok()) {
    return status;
  }
  return StoreCommit{true, revision};
}

absl::StatusOr<bool> SqliteWriter::ComparesHold(
    const StoreTransaction& transaction) {
  for (const StoreCompare& compare : transaction.compares) {
    absl::StatusOr<Current> current = CurrentOf(compare.key);
    if (!current.ok()) return current.status();
    const int64_t revision = current->exists ? current->revision : 0;
    if (revision != compare.mod_revision) return false;
  }
  return true;
}

absl::StatusOr<SqliteWriter::Current> SqliteWriter::CurrentOf(
    std::string_view key) {
  SqliteQuery query(current_);
  absl::StatusOr<bool> row = query.Blob(1, key).Step();
  if (!row.ok()) return row.status();
  if (!*row) return Current{};
  return Current{.exists = query.IntColumn(2) == 0,
                 .revision = query.IntColumn(0),
                 .create_revision = query.IntColumn(1)};
}

absl::StatusOr<bool> SqliteWriter::ApplyOp(const StoreOp& op,
                                           int64_t revision) {
  absl::StatusOr<Current> current = CurrentOf(op.key);
  if (!current.ok()) return current.status();
  if (!op.value.has_value()) {
    if (!current->exists) return false;
    if (absl::Status status = Delete(op.key, revision); !status.ok()) {
      return status;
    }
    return true;
  }
  SqliteQuery query(insert_);
  query.Blob(1, op.key).Int(2, revision);
  query.Int(3, current->exists ? current->create_revision : revision);
  query.Int(4, op.lease_id).Blob(5, *op.value);
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return true;
}

absl::Status SqliteWriter::Delete(std::string_view key, int64_t revision) {
  SqliteQuery query(insert_);
  return query.Blob(1, key).Int(2, revision).Int(3, 0).Int(4, 0).Null(5).Run();
}

absl::Status SqliteWriter::Finish(SqliteTransaction& transaction,
                                  StoreHead head, int64_t revision) {
  const int64_t until = std::min(revision - history_revisions_,
                                 head.compacted + kStoreCompactionBite);
  if (until > head.compacted) {
    absl::Status status = Compact(head.compacted, until);
    if (!status.ok()) return NotApplied(status);
  }
  {
    SqliteQuery query(set_head_);
    query.Int(1, revision).Int(2, std::max(until, head.compacted));
    absl::Status status = query.Run();
    if (!status.ok()) return NotApplied(status);
  }
  absl::Status status = transaction.Commit();
  // A commit that ran out of room is undone whole, now and after a crash. One
  // that failed while syncing is undone now, but a crash before the next
  // commit may bring it back.
  return absl::IsResourceExhausted(status) ? NotApplied(status) : status;
}

absl::Status SqliteWriter::Compact(int64_t from, int64_t until) {
  // Read before deleting: the two statements walk the same trees.
  std::vector<std::pair<std::string, int64_t>> superseded;
  {
    SqliteQuery query(span_);
    query.Int(1, from).Int(2, until);
    while (true) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      // A deletion need not stay itself once nobody can ask from before it.
      const bool deleted = query.IntColumn(2) != 0;
      superseded.emplace_back(query.BlobColumn(0),
                              query.IntColumn(1) - (deleted ? 0 : 1));
    }
  }
  for (const auto& [key, revision] : superseded) {
    SqliteQuery query(remove_versions_);
    absl::Status status = query.Blob(1, key).Int(2, revision).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteWriter::AddLease(absl::Duration ttl) {
  auto scope = SqliteTransaction::Begin(*db_, SqliteTransaction::Kind::kWrite);
  if (!scope.ok()) return scope.status();
  absl::StatusOr<int64_t> id =
      db_->ReadInt("SELECT next_lease_id FROM meta WHERE id = 1");
  if (!id.ok()) return id.status();
  absl::Status status = db_->Execute(absl::StrCat(
      "INSERT INTO lease VALUES(", *id, ", ",
      absl::ToInt64Milliseconds(absl::Ceil(ttl, absl::Milliseconds(1))),
      "); UPDATE meta SET next_lease_id = ", *id + 1, " WHERE id = 1"));
  if (status.ok()) status = scope->Commit();
  if (!status.ok()) return status;
  return id;
}

absl::StatusOr<std::vector<std::string>> SqliteWriter::KeysOf(
    int64_t lease_id) {
  std::vector<std::string> keys;
  SqliteQuery query(lease_keys_);
  query.Int(1, lease_id);
  while (true) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return keys;
    keys.emplace_back(query.BlobColumn(0));
  }
}

absl::StatusOr<int64_t> SqliteWriter::RemoveLease(int64_t lease_id) {
  auto scope = SqliteTransaction::Begin(*db_, SqliteTransaction::Kind::kWrite);
  if (!scope.ok()) return NotApplied(scope.status());
  absl::StatusOr<StoreHead> head = reader_->Head();
  if (!head.ok()) return NotApplied(head.status());
  absl::Status status = db_->Execute(
      absl::StrCat("DELETE FROM lease WHERE lease_id = ", lease_id));
  if (!status.ok()) return NotApplied(status);
  if (sqlite3_changes(db_->handle()) == 0) return LeaseNotFound(lease_id);
  absl::StatusOr<std::vector<std::string>> keys = KeysOf(lease_id);
  if (!keys.ok()) return NotApplied(keys.status());
  if (keys->empty()) {
    if (status = scope->Commit(); !status.ok()) return status;
    return head->revision;
  }
  const int64_t revision = head->revision + 1;
  for (const std::string& key : *keys) {
    if (status = Delete(key, revision); !status.ok()) {
      return NotApplied(status);
    }
  }
  if (status = Finish(*scope, *head, revision); !status.ok()) return status;
  return revision;
}

absl::StatusOr<std::vector<std::pair<int64_t, absl::Duration>>>
SqliteWriter::Leases() {
  std::vector<std::pair<int64_t, absl::Duration>> leases;
  auto all =
      SqliteStatement::Prepare(db_, "SELECT lease_id, ttl_ms FROM lease");
  if (!all.ok()) return all.status();
  SqliteQuery query(*all);
  while (true) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return leases;
    leases.emplace_back(query.IntColumn(0),
                        absl::Milliseconds(query.IntColumn(1)));
  }
}

}  // namespace recourse
