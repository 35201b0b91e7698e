#include "server/targets/circuit_book.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "recourse/internal/v1/targets.pb.h"
#include "server/wire/enums.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// A namespace has no '/', so the key says which part is which.
std::string KeyOf(const std::string& ns, const std::string& target) {
  return absl::StrCat(kOverridePrefix, ns, "/", target);
}

// Of a key; nullopt: it is none of ours.
std::optional<std::pair<std::string, std::string>> WhereOf(
    absl::string_view key) {
  if (!absl::ConsumePrefix(&key, kOverridePrefix)) return std::nullopt;
  const size_t slash = key.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  return std::pair(std::string(key.substr(0, slash)),
                   std::string(key.substr(slash + 1)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CircuitBook>> CircuitBook::Open(
    Store* store, Guard* guard, std::function<absl::Time()> clock) {
  std::unique_ptr<CircuitBook> book(
      new CircuitBook(store, guard, std::move(clock)));
  const absl::Time now = book->clock_();
  absl::StatusOr<std::vector<CircuitSnapshot>> saved;
  {
    absl::MutexLock lock(&book->save_mu_);
    saved = book->saved_circuits_.Restore(now);
  }
  if (!saved.ok()) return saved.status();
  guard->Restore(*saved, now);
  auto mirror = KeyMirror::Open(store, kOverridePrefix,
                                [raw = book.get()](const KeyChanges& changes) {
                                  raw->ReadOverrides(changes);
                                });
  if (!mirror.ok()) return mirror.status();
  book->mirror_ = *std::move(mirror);
  return book;
}

void CircuitBook::ReadOverrides(const KeyChanges& changes) {
  const absl::Time now = clock_();
  absl::MutexLock lock(&mu_);
  for (const std::string& key : changes.deleted) {
    if (const auto where = WhereOf(key)) EndOverride(*where, now);
  }
  for (const StoreEntry& entry : changes.put) {
    const auto where = WhereOf(entry.key);
    internal::v1::StoredOverride stored;
    if (where && stored.ParseFromString(entry.value)) {
      const v1::CircuitOverride& item = stored.override();
      SetOverride(*where,
                  {{FromMessageEnum<CircuitState>(item.state()), item.owner(),
                    item.reason(), FromMessage(item.expire_time())},
                   entry.mod_revision},
                  now);
      continue;
    }
    spdlog::warn("{} does not decode and is not in force", entry.key);
    if (where) EndOverride(*where, now);
  }
}

void CircuitBook::SetOverride(const Where& where, const Stored& stored,
                              absl::Time now) {
  const auto [known, added] = overrides_.emplace(where, stored);
  const bool same = !added && known->second.override == stored.override;
  known->second = stored;
  if (!same && stored.override.until > now) {
    guard_->Override(where.first, where.second, stored.override, now);
  }
}

void CircuitBook::EndOverride(const Where& where, absl::Time now) {
  if (overrides_.erase(where) == 0) return;
  guard_->Override(where.first, where.second, std::nullopt, now);
}

absl::Status CircuitBook::CheckRoom(const Where& where, absl::Time now) {
  absl::MutexLock lock(&mu_);
  if (overrides_.size() < kMaxOverrides) return absl::OkStatus();
  const auto holds = [now](const auto& item) {
    return item.second.override.until > now;
  };
  const auto known = overrides_.find(where);
  if (known != overrides_.end() && holds(*known)) return absl::OkStatus();
  const auto count = std::count_if(overrides_.begin(), overrides_.end(), holds);
  if (static_cast<size_t>(count) < kMaxOverrides) return absl::OkStatus();
  return Refusal(
      absl::StatusCode::kResourceExhausted, reason::kTooManyOverrides,
      absl::StrCat("there are ", kMaxOverrides,
                   " overrides already, as many as there may be: reset some"));
}

absl::Status CircuitBook::Override(const v1::OverrideCircuitRequest& request,
                                   const CircuitOverride& override,
                                   absl::Time now) {
  const Where where(request.namespace_(), request.target());
  if (absl::Status s = CheckRoom(where, now); !s.ok()) return s;
  internal::v1::StoredOverride stored;
  stored.set_namespace_(request.namespace_());
  stored.set_target(request.target());
  *stored.mutable_override() = request.override();
  *stored.mutable_override()->mutable_expire_time() = ToMessage(override.until);
  return mirror_
      ->Commit({.ops = {{KeyOf(request.namespace_(), request.target()),
                         stored.SerializeAsString()}}})
      .status();
}

int64_t CircuitBook::RevisionOf(const Where& where) {
  absl::MutexLock lock(&mu_);
  const auto known = overrides_.find(where);
  return known == overrides_.end() ? 0 : known->second.revision;
}

void CircuitBook::ResetGuard(const Where& where, int64_t revision,
                             absl::Time now) {
  absl::MutexLock lock(&mu_);
  guard_->Reset(where.first, where.second, now);
  const auto known = overrides_.find(where);
  if (known == overrides_.end() || known->second.revision <= revision) return;
  const CircuitOverride& override = known->second.override;
  if (override.until > now) {
    guard_->Override(where.first, where.second, override, now);
  }
}

absl::Status CircuitBook::Reset(const std::string& ns,
                                const std::string& target) {
  const Where where(ns, target);
  const std::string key = KeyOf(ns, target);
  int64_t revision = RevisionOf(where);
  // Not what is known here, while the store answers: that may be late, and a
  // delete of what is gone is no change that would arrive.
  const auto entry = store_->Get(key);
  if (!entry.ok() && revision != 0) return FromStore(entry.status());
  if (entry.ok() && entry->has_value()) {
    absl::Status status =
        mirror_
            ->Commit(
                {.compares = {{key, (*entry)->mod_revision}}, .ops = {{key}}})
            .status();
    if (!status.ok()) return status;
    revision = std::max(revision, (*entry)->mod_revision);
  }
  const absl::Time now = clock_();
  ResetGuard(where, revision, now);
  // As it was, it must not come back with a restart; else the next Save does
  // it.
  SaveCircuits(now).IgnoreError();
  return absl::OkStatus();
}

absl::Status CircuitBook::ForgetExpired(absl::Time now) {
  StoreTransaction forget;
  {
    absl::MutexLock lock(&mu_);
    for (const auto& [where, stored] : overrides_) {
      if (stored.override.until > now) continue;
      if (forget.ops.size() + forget.compares.size() + 2 >
          kMaxStoreTransactionOps) {
        break;
      }
      // One that was just renewed stays, and the others until the next time.
      const std::string key = KeyOf(where.first, where.second);
      forget.compares.push_back({key, stored.revision});
      forget.ops.push_back({key});
    }
  }
  if (forget.ops.empty()) return absl::OkStatus();
  return store_->Commit(forget).status();
}

absl::Status CircuitBook::Save(absl::Time now) {
  if (absl::Status s = ForgetExpired(now); !s.ok()) return s;
  return SaveCircuits(now);
}

absl::Status CircuitBook::SaveCircuits(absl::Time now) {
  absl::MutexLock lock(&save_mu_);
  return saved_circuits_.Save(guard_->Snapshot(now), now);
}

}  // namespace recourse
