// A store too simple to be wrong, and random traffic to compare others with it.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/store.h"
#include "tests/store/store_testing.h"

namespace recourse {

// Every version of every key, in a map.
class NaiveStore {
 public:
  struct Version {
    std::optional<std::string> value;
    int64_t create_revision = 0;
  };

  // The live entry of `key` as of `revision`.
  std::optional<StoreEntry> Get(const std::string& key, int64_t revision) {
    auto& versions = versions_[key];
    auto next = versions.upper_bound(revision);
    if (next == versions.begin()) return std::nullopt;
    const auto& [mod_revision, version] = *--next;
    if (!version.value.has_value()) return std::nullopt;
    return StoreEntry{key, *version.value, version.create_revision,
                      mod_revision};
  }

  bool Holds(const StoreCompare& compare, int64_t revision) {
    auto entry = Get(compare.key, revision);
    return (entry ? entry->mod_revision : 0) == compare.mod_revision;
  }

  // Applies `ops` as `revision`; true when something changed.
  bool Apply(const std::vector<StoreOp>& ops, int64_t revision) {
    bool changed = false;
    for (const StoreOp& op : ops) {
      auto before = Get(op.key, revision - 1);
      if (!op.value.has_value() && !before) continue;
      versions_[op.key][revision] = {
          op.value, before && op.value ? before->create_revision : revision};
      changed = true;
    }
    return changed;
  }

  std::vector<StoreEntry> List(const StoreRange& range) {
    std::vector<StoreEntry> entries;
    for (const auto& [key, versions] : versions_) {
      if (!key.starts_with(range.prefix) || key < range.start) continue;
      auto entry = Get(key, range.revision);
      if (entry) entries.push_back(*entry);
    }
    return entries;
  }

  // "revision key=value" of each change, as a watch of `prefix` shows them.
  std::vector<std::string> Changes(const std::string& prefix, int64_t from) {
    std::map<std::pair<int64_t, std::string>, std::string> ordered;
    for (const auto& [key, versions] : versions_) {
      if (!key.starts_with(prefix)) continue;
      for (const auto& [revision, version] : versions) {
        if (revision < from) continue;
        ordered[{revision, key}] =
            absl::StrCat(revision, version.value ? " " : " -", key,
                         version.value ? "=" + *version.value : std::string());
      }
    }
    std::vector<std::string> lines;
    for (auto& [order, line] : ordered) lines.push_back(line);
    return lines;
  }

 private:
  std::map<std::string, std::map<int64_t, Version>> versions_;
};

// Draws transactions and ranges over few keys, so that they meet often.
class RandomTraffic {
 public:
  explicit RandomTraffic(unsigned seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }
  std::string Key() { return keys_[Below(keys_.size())]; }

  StoreTransaction Transaction(NaiveStore& model, int64_t revision) {
    StoreTransaction transaction;
    for (size_t i = Below(3); i > 0; --i) {
      const std::string key = Key();
      auto entry = model.Get(key, revision);
      const bool right = Below(5) > 0;
      const int64_t held = entry ? entry->mod_revision : 0;
      transaction.compares.push_back({key, right ? held : held + 1});
    }
    std::map<std::string, StoreOp> ops;
    for (size_t i = Below(6); i > 0; --i) {
      const std::string key = Key();
      ops[key] = Below(3) == 0
                     ? Delete(key)
                     : Put(key, std::string(Below(20), 'a' + Below(26)));
    }
    for (auto& [key, op] : ops) transaction.ops.push_back(op);
    return transaction;
  }

  StoreRange Range(const std::vector<int64_t>& revisions) {
    static const std::string kPrefixes[] = {"", "a", "a/", "b", "\xff", "zz"};
    return {.prefix = kPrefixes[Below(std::size(kPrefixes))],
            .start = Below(2) == 0 ? "" : Key(),
            .limit = 1 + Below(5),
            .revision = revisions[Below(revisions.size())]};
  }

 private:
  std::mt19937 random_;
  const std::vector<std::string> keys_ = {
      "a",  "a/", "a/1",  "a/2",      "a/\xff",          "a0",
      "b",  "b0", "\xff", "\xff\xff", std::string(1, 0), std::string("a\0", 2),
      "zzz"};
};

inline std::string Describe(const StoreEntry& entry) {
  return absl::StrCat(entry.key, "=", entry.value, " ", entry.create_revision,
                      " ", entry.mod_revision);
}

}  // namespace recourse
