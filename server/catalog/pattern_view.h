// What a catalog shows at one moment: immutable, shared by its readers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "recourse/v1/orchestrator.pb.h"
#include "server/catalog/pattern_store.h"
#include "server/match/registry.h"
#include "server/model/pattern.h"

namespace recourse {

// One id of one origin.
struct PatternEntry {
  // With its output-only fields but match_count; empty when hidden.
  v1::ErrorPattern message;
  SharedPattern compiled;  // Null: hidden, or this version cannot compile it.
  bool hidden = false;     // The library's pattern of this id.
  int64_t revision = 0;    // Of its last change.
};
using SharedEntry = std::shared_ptr<const PatternEntry>;
using EntryMap = std::map<std::string, SharedEntry>;

// The pattern as users see it: content and output-only fields.
v1::ErrorPattern PublicPattern(const StoredItem& item);

// The entry of what the Store has. A pattern that does not compile is logged.
SharedEntry EntryOf(const std::string& id, const StoredItem& item);

// The library's entries by id; `literals` as in CatalogOptions.
// INVALID_ARGUMENT: one does not compile.
absl::StatusOr<EntryMap> LibraryEntries(
    const std::vector<v1::ErrorPattern>& library,
    std::vector<RequiredLiterals> literals);

// Everything below is constant once published.
struct PatternView {
  std::shared_ptr<const EntryMap> library;
  EntryMap users;  // Hidden markers too.
  int64_t head = 0;
  std::shared_ptr<const PatternRegistry> registry;

  // The entry that counts for `id`: the user's, else the library's unless it
  // is hidden; null: none.
  const PatternEntry* Find(const std::string& id) const;
};

// The registry of the library and `users`, reusing what `previous` compiled, or
// `saved_literals` of the library alone (PatternRegistry::SaveLiterals).
// RESOURCE_EXHAUSTED with REGISTRY_FULL: more than `max_patterns`, or more than
// the registry can hold.
absl::StatusOr<std::shared_ptr<const PatternRegistry>> BuildRegistry(
    const EntryMap& library, const EntryMap& users, int64_t revision,
    size_t max_patterns, const PatternRegistry* previous,
    absl::string_view saved_literals = {});

// A page of the patterns that count. INVALID_ARGUMENT names the field.
absl::StatusOr<v1::ListErrorPatternsResponse> PageOf(
    const PatternView& view, const v1::ListErrorPatternsRequest& request);

}  // namespace recourse
