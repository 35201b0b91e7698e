#include "server/targets/saved_circuits.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "recourse/internal/v1/targets.pb.h"
#include "server/model/stable_hash.h"
#include "server/wire/enums.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

constexpr char kOldKey[] = "circuits/local";

std::string KeyOf(size_t part) {
  return absl::StrFormat("%s%02d", kCircuitsPrefix, part);
}

internal::v1::StoredCircuit ToStored(const CircuitSnapshot& circuit) {
  internal::v1::StoredCircuit item;
  item.set_namespace_(circuit.ns);
  item.set_target(circuit.target);
  item.set_state(ToMessageEnum<v1::CircuitState>(circuit.state));
  item.set_epoch(circuit.epoch);
  item.set_reason(circuit.reason);
  *item.mutable_open_remaining() = ToMessage(circuit.open_remaining);
  item.set_open_count(circuit.open_count);
  item.set_healthy_rate(circuit.healthy_rate);
  return item;
}

CircuitSnapshot FromStored(const internal::v1::StoredCircuit& item,
                           absl::Duration away) {
  return {
      item.namespace_(),
      item.target(),
      FromMessageEnum<CircuitState>(item.state()),
      item.epoch(),
      item.reason(),
      std::max(FromMessage(item.open_remaining()) - away, absl::ZeroDuration()),
      item.open_count(),
      item.healthy_rate()};
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

void SortByName(std::vector<CircuitSnapshot>* circuits) {
  std::sort(circuits->begin(), circuits->end(),
            [](const auto& a, const auto& b) {
              return std::tie(a.ns, a.target) < std::tie(b.ns, b.target);
            });
}

}  // namespace

std::array<std::optional<SavedCircuits::Part>, SavedCircuits::kParts>
SavedCircuits::MakeEmpty() {
  std::array<std::optional<Part>, kParts> parts;
  parts.fill(Part());
  return parts;
}

size_t SavedCircuits::PartOf(absl::string_view ns, absl::string_view target) {
  return StableHash(target, StableHash(ns)) % kParts;
}

void SavedCircuits::Read(const StoreEntry& entry, absl::Time now,
                         Part* restored) {
  const bool old = entry.key == kOldKey;
  size_t part = 0;
  if (!old && (!absl::SimpleAtoi(absl::StripPrefix(entry.key, kCircuitsPrefix),
                                 &part) ||
               part >= kParts)) {
    return;  // A newer version's.
  }
  has_old_key_ = has_old_key_ || old;
  internal::v1::StoredCircuits stored;
  if (!stored.ParseFromString(entry.value)) {
    spdlog::warn("{} is not readable: its circuits start CLOSED", entry.key);
    if (!old) saved_[part] = std::nullopt;
    return;
  }
  const absl::Duration away =
      std::max(now - FromMessage(stored.save_time()), absl::ZeroDuration());
  Part circuits;
  for (const internal::v1::StoredCircuit& item : stored.circuits()) {
    circuits.push_back(FromStored(item, away));
  }
  // What the old key says is older: a part's circuit comes after it.
  restored->insert(old ? restored->begin() : restored->end(), circuits.begin(),
                   circuits.end());
  if (!old) saved_[part] = std::move(circuits);
}

absl::StatusOr<std::vector<CircuitSnapshot>> SavedCircuits::Restore(
    absl::Time now) {
  std::vector<CircuitSnapshot> restored;
  StoreRange range{.prefix = kCircuitsPrefix};
  while (true) {
    absl::StatusOr<StorePage> page = store_->List(range);
    if (!page.ok()) return FromStore(page.status());
    for (const StoreEntry& entry : page->entries) Read(entry, now, &restored);
    if (!page->next_start) return restored;
    range.revision = page->revision;
    range.start = *page->next_start;
  }
}

StoreOp SavedCircuits::WriteOf(size_t number, const Part& part,
                               absl::Time now) {
  if (part.empty()) return {.key = KeyOf(number)};
  std::vector<CircuitSnapshot> longest = part;
  std::stable_sort(longest.begin(), longest.end(),
                   [](const auto& a, const auto& b) {
                     return a.open_remaining > b.open_remaining;
                   });
  internal::v1::StoredCircuits stored;
  *stored.mutable_save_time() = ToMessage(now);
  size_t bytes = stored.ByteSizeLong();
  for (const CircuitSnapshot& circuit : longest) {
    internal::v1::StoredCircuit item = ToStored(circuit);
    bytes += item.ByteSizeLong() + 6;  // At most: its tag and length.
    if (bytes > kMaxStoreValueBytes) {
      if (!std::exchange(told_cut_, true)) {
        spdlog::warn(
            "more circuits are open than are saved: after a restart those "
            "that are open for the shortest time start CLOSED");
      }
      break;
    }
    *stored.add_circuits() = std::move(item);
  }
  return {.key = KeyOf(number), .value = stored.SerializeAsString()};
}

absl::Status SavedCircuits::Save(std::vector<CircuitSnapshot> circuits,
                                 absl::Time now) {
  SortByName(&circuits);
  std::array<Part, kParts> parts;
  for (CircuitSnapshot& circuit : circuits) {
    parts[PartOf(circuit.ns, circuit.target)].push_back(std::move(circuit));
  }
  StoreTransaction batch;
  size_t bytes = 0;
  std::vector<size_t> numbers;  // Of the parts in it.
  const auto commit = [&]() -> absl::Status {
    if (batch.ops.empty()) return absl::OkStatus();
    const auto committed = store_->Commit(std::exchange(batch, {}));
    if (!committed.ok()) return committed.status();
    for (const size_t number : numbers)
      saved_[number] = std::move(parts[number]);
    numbers.clear();
    bytes = 0;
    return absl::OkStatus();
  };
  for (size_t number = 0; number < kParts; ++number) {
    const std::optional<Part>& saved = saved_[number];
    if (saved.has_value() && SameCircuits(parts[number], *saved)) continue;
    StoreOp op = WriteOf(number, parts[number], now);
    const size_t size = op.key.size() + (op.value ? op.value->size() : 0);
    if (bytes + size > kMaxStoreTransactionBytes) {
      if (absl::Status s = commit(); !s.ok()) return s;
    }
    bytes += size;
    numbers.push_back(number);
    batch.ops.push_back(std::move(op));
  }
  if (has_old_key_) batch.ops.push_back({.key = kOldKey});
  absl::Status status = commit();
  if (status.ok()) has_old_key_ = false;
  return status;
}

}  // namespace recourse
