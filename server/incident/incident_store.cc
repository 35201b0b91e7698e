#include "server/incident/incident_store.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "server/wire/errors.h"

namespace recourse {
namespace {

constexpr absl::string_view kIdPrefix = "inc_";
constexpr size_t kIdDigits = 16;
constexpr uint64_t kMaxMillis = (uint64_t{1} << 44) - 1;  // The year 2527.
constexpr uint64_t kChanceBits = 20;
constexpr size_t kMaxWaiterIdBytes = 128;

uint64_t TimePart(absl::Time time) {
  const int64_t millis = std::clamp<int64_t>(absl::ToUnixMillis(time), 0,
                                             static_cast<int64_t>(kMaxMillis));
  return (kMaxMillis - static_cast<uint64_t>(millis)) << kChanceBits;
}

std::string FormatId(uint64_t number) {
  return absl::StrFormat("%s%016x", kIdPrefix, number);
}

absl::Status Corrupt(const std::string& key) {
  return Refusal(absl::StatusCode::kDataLoss, reason::kStoreCorrupt,
                 absl::StrCat("the store's value of ", key, " is not readable"),
                 {{"key", key}});
}

}  // namespace

std::string IncidentKey(absl::string_view incident_id) {
  return absl::StrCat(kIncidentPrefix, incident_id);
}

std::string OpenKey(absl::string_view fingerprint) {
  return absl::StrCat(kOpenPrefix, fingerprint);
}

std::string WaitersOf(absl::string_view incident_id) {
  return absl::StrCat(kWaiterPrefix, incident_id, "/");
}

std::string WaiterKey(absl::string_view incident_id,
                      absl::string_view waiter_id) {
  return absl::StrCat(kWaiterPrefix, incident_id, "/", waiter_id);
}

std::string DeliveriesOf(absl::string_view incident_id) {
  return absl::StrCat(kDeliveryPrefix, incident_id, "/");
}

std::string NewIncidentId(absl::Time now) {
  std::random_device device;
  const uint64_t chance = device() & ((uint64_t{1} << kChanceBits) - 1);
  return FormatId(TimePart(now) | chance);
}

std::string FirstIncidentIdOf(absl::Time time) {
  return FormatId(TimePart(time));
}

bool IsIncidentId(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kIdPrefix) || text.size() != kIdDigits) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
  });
}

bool IsWaiterId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxWaiterIdBytes &&
         !absl::StrContains(text, '/');
}

std::string RandomHex(size_t bytes) {
  std::random_device device;
  std::string random;
  while (random.size() < bytes) {
    const uint32_t word = device();
    random.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  random.resize(bytes);
  return absl::BytesToHexString(random);
}

StoreTransaction OpeningTransaction(const StoredIncident& incident,
                                    std::vector<StoreOp> messages) {
  const std::string key = IncidentKey(incident.incident_id);
  const std::string open_key =
      OpenKey(incident.record.incident().fingerprint());
  StoreTransaction transaction{.compares = {{open_key, 0}, {key, 0}},
                               .ops = std::move(messages)};
  transaction.ops.push_back(
      {.key = key, .value = incident.record.SerializeAsString()});
  transaction.ops.push_back({.key = open_key, .value = incident.incident_id});
  return transaction;
}

StoreOp DeleteKey(std::string key) {
  return {.key = std::move(key), .value = std::nullopt};
}

absl::StatusOr<StoredIncident> ParseIncident(const StoreEntry& entry) {
  StoredIncident stored;
  absl::string_view id = entry.key;
  if (!absl::ConsumePrefix(&id, kIncidentPrefix) ||
      !stored.record.ParseFromString(entry.value)) {
    return Corrupt(entry.key);
  }
  stored.incident_id = std::string(id);
  stored.create_revision = entry.create_revision;
  stored.mod_revision = entry.mod_revision;
  return stored;
}

absl::StatusOr<StoredWaiter> ParseWaiter(const StoreEntry& entry) {
  StoredWaiter stored;
  absl::string_view ids = entry.key;
  if (!absl::ConsumePrefix(&ids, kWaiterPrefix)) return Corrupt(entry.key);
  const size_t slash = ids.find('/');
  if (slash == absl::string_view::npos ||
      !stored.record.ParseFromString(entry.value)) {
    return Corrupt(entry.key);
  }
  stored.incident_id = std::string(ids.substr(0, slash));
  stored.waiter_id = std::string(ids.substr(slash + 1));
  stored.mod_revision = entry.mod_revision;
  return stored;
}

absl::StatusOr<std::optional<StoredIncident>> ReadIncident(
    Store& store, absl::string_view incident_id) {
  absl::StatusOr<std::optional<StoreEntry>> entry =
      store.Get(IncidentKey(incident_id));
  if (!entry.ok()) return FromStore(entry.status());
  if (!entry->has_value()) return std::nullopt;
  absl::StatusOr<StoredIncident> stored = ParseIncident(**entry);
  if (!stored.ok()) return stored.status();
  return std::optional<StoredIncident>(*std::move(stored));
}

absl::StatusOr<std::optional<StoredWaiter>> ReadWaiter(
    Store& store, absl::string_view incident_id, absl::string_view waiter_id) {
  absl::StatusOr<std::optional<StoreEntry>> entry =
      store.Get(WaiterKey(incident_id, waiter_id));
  if (!entry.ok()) return FromStore(entry.status());
  if (!entry->has_value()) return std::nullopt;
  absl::StatusOr<StoredWaiter> stored = ParseWaiter(**entry);
  if (!stored.ok()) return stored.status();
  return std::optional<StoredWaiter>(*std::move(stored));
}

absl::StatusOr<int64_t> ForEachEntry(
    Store& store, absl::string_view prefix, absl::string_view start,
    const std::function<bool(const StoreEntry&)>& visit) {
  StoreRange range{.prefix = std::string(prefix), .start = std::string(start)};
  while (true) {
    absl::StatusOr<StorePage> page = store.List(range);
    if (!page.ok()) return FromStore(page.status());
    for (const StoreEntry& entry : page->entries) {
      if (!visit(entry)) return page->revision;
    }
    if (!page->next_start.has_value()) return page->revision;
    range.start = *std::move(page->next_start);
    range.revision = page->revision;
  }
}

}  // namespace recourse
