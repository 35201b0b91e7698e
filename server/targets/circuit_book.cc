#include "server/targets/circuit_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "recourse/internal/v1/targets.pb.h"
#include "server/wire/enums.h"
#include "server/wire/errors.h"
#include "server/wire/result.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// A namespace has no '/', so the key says which part is which.
std::string KeyOf(const std::string& ns, const std::string& target) {
  return absl::StrCat(kOverridePrefix, ns, "/", target);
}

internal::v1::StoredCircuits ToStored(
    const std::vector<CircuitSnapshot>& circuits, absl::Time now) {
  internal::v1::StoredCircuits stored;
  for (const CircuitSnapshot& circuit : circuits) {
    internal::v1::StoredCircuit& item = *stored.add_circuits();
    item.set_namespace_(circuit.ns);
    item.set_target(circuit.target);
    item.set_state(ToMessageEnum<v1::CircuitState>(circuit.state));
    item.set_epoch(circuit.epoch);
    item.set_reason(circuit.reason);
    *item.mutable_open_remaining() = ToMessage(circuit.open_remaining);
    item.set_open_count(circuit.open_count);
    item.set_healthy_rate(circuit.healthy_rate);
  }
  *stored.mutable_save_time() = ToMessage(now);
  return stored;
}

// Snapshots differ in their remaining time alone at every look.
bool SameCircuits(const std::vector<CircuitSnapshot>& a,
                  const std::vector<CircuitSnapshot>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](CircuitSnapshot x, const CircuitSnapshot& y) {
                      x.open_remaining = y.open_remaining;
                      return x == y;
                    });
}

}  // namespace

absl::StatusOr<std::unique_ptr<CircuitBook>> CircuitBook::Open(
    Store* store, Guard* guard, std::function<absl::Time()> clock) {
  std::unique_ptr<CircuitBook> book(
      new CircuitBook(store, guard, std::move(clock)));
  if (absl::Status s = book->RestoreCircuits(); !s.ok()) return s;
  auto mirror = KeyMirror::Open(
      store, kOverridePrefix,
      [raw = book.get()](const StoreEntries& all) { raw->ReadOverrides(all); });
  if (!mirror.ok()) return mirror.status();
  book->mirror_ = *std::move(mirror);
  return book;
}

// The time in which no server ran counts as open time that has passed.
absl::Status CircuitBook::RestoreCircuits() {
  const auto entry = store_->Get(kCircuitsKey);
  if (!entry.ok()) return entry.status();
  if (!entry->has_value()) return absl::OkStatus();
  internal::v1::StoredCircuits stored;
  if (!stored.ParseFromString((*entry)->value)) {
    spdlog::warn("saved circuits are not readable: all start CLOSED");
    return absl::OkStatus();
  }
  const absl::Time now = clock_();
  const absl::Duration away =
      std::max(now - FromMessage(stored.save_time()), absl::ZeroDuration());
  std::vector<CircuitSnapshot> circuits;
  for (const internal::v1::StoredCircuit& item : stored.circuits()) {
    circuits.push_back({item.namespace_(), item.target(),
                        FromMessageEnum<CircuitState>(item.state()),
                        item.epoch(), item.reason(),
                        std::max(FromMessage(item.open_remaining()) - away,
                                 absl::ZeroDuration()),
                        item.open_count(), item.healthy_rate()});
  }
  guard_->Restore(circuits, now);
  return absl::OkStatus();
}

void CircuitBook::ReadOverrides(const StoreEntries& entries) {
  const absl::Time now = clock_();
  std::map<std::pair<std::string, std::string>, CircuitOverride> read;
  for (const auto& [key, entry] : entries) {
    internal::v1::StoredOverride stored;
    if (!stored.ParseFromString(entry.value)) {
      spdlog::warn("{} does not decode and is not in force", key);
      continue;
    }
    const v1::CircuitOverride& item = stored.override();
    read[{stored.namespace_(), stored.target()}] = {
        FromMessageEnum<CircuitState>(item.state()), item.owner(),
        item.reason(), FromMessage(item.expire_time())};
  }
  absl::MutexLock lock(&mu_);
  for (const auto& [where, override] : overrides_) {
    if (!read.contains(where)) {
      guard_->Override(where.first, where.second, std::nullopt, now);
    }
  }
  for (const auto& [where, override] : read) {
    const auto known = overrides_.find(where);
    if (known != overrides_.end() && known->second == override) continue;
    if (override.until > now) {
      guard_->Override(where.first, where.second, override, now);
    }
  }
  overrides_ = std::move(read);
}

absl::Status CircuitBook::Override(const v1::OverrideCircuitRequest& request,
                                   const CircuitOverride& override) {
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

absl::Status CircuitBook::Reset(const std::string& ns,
                                const std::string& target) {
  bool overridden;
  {
    absl::MutexLock lock(&mu_);
    overridden = overrides_.contains({ns, target});
  }
  if (overridden) {
    absl::Status status =
        mirror_->Commit({.ops = {{KeyOf(ns, target)}}}).status();
    if (!status.ok()) return status;
  }
  guard_->Reset(ns, target, clock_());
  return absl::OkStatus();
}

absl::Status CircuitBook::Save(absl::Time now) {
  StoreTransaction forget;
  {
    absl::MutexLock lock(&mu_);
    for (const auto& [where, override] : overrides_) {
      if (override.until > now) continue;
      if (forget.ops.size() == kMaxStoreTransactionOps) break;
      forget.ops.push_back({KeyOf(where.first, where.second)});
    }
  }
  if (!forget.ops.empty()) {
    absl::Status status = store_->Commit(forget).status();
    if (!status.ok()) return status;
  }
  std::vector<CircuitSnapshot> circuits = guard_->Snapshot(now);
  std::sort(circuits.begin(), circuits.end(), [](const auto& a, const auto& b) {
    return std::tie(a.ns, a.target) < std::tie(b.ns, b.target);
  });
  if (SameCircuits(circuits, saved_)) return absl::OkStatus();
  std::string value = ToStored(circuits, now).SerializeAsString();
  // What does not fit starts CLOSED.
  while (value.size() > kMaxStoreValueBytes) {
    circuits.resize(circuits.size() / 2);
    value = ToStored(circuits, now).SerializeAsString();
  }
  absl::Status status =
      store_->Commit({.ops = {{kCircuitsKey, std::move(value)}}}).status();
  if (status.ok()) saved_ = std::move(circuits);
  return status;
}

}  // namespace recourse
