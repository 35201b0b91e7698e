#include "server/catalog/pattern_view.h"

#include <functional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

// Those that count, by id.
void ForEachVisible(
    const EntryMap& library, const EntryMap& users,
    const std::function<void(const std::string&, const PatternEntry&)>& visit) {
  auto shipped = library.begin();
  for (const auto& [id, entry] : users) {
    for (; shipped != library.end() && shipped->first < id; ++shipped) {
      visit(shipped->first, *shipped->second);
    }
    if (shipped != library.end() && shipped->first == id) ++shipped;
    if (!entry->hidden) visit(id, *entry);
  }
  for (; shipped != library.end(); ++shipped) {
    visit(shipped->first, *shipped->second);
  }
}

absl::Status CheckRequest(const v1::ListErrorPatternsRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kMaxPageSize) {
    return InvalidField("page_size",
                        absl::StrCat("must be between 1 and ", kMaxPageSize,
                                     ", is ", request.page_size()));
  }
  if (!v1::PatternOrigin_IsValid(request.origin())) {
    return InvalidField("origin", "is no value of PatternOrigin");
  }
  if (!v1::PatternMode_IsValid(request.mode())) {
    return InvalidField("mode", "is no value of PatternMode");
  }
  return absl::OkStatus();
}

bool Asked(const v1::ListErrorPatternsRequest& request,
           const v1::ErrorPattern& pattern) {
  if (request.origin() != v1::PATTERN_ORIGIN_UNSPECIFIED &&
      request.origin() != pattern.origin()) {
    return false;
  }
  const v1::PatternMode mode = pattern.mode() == v1::PATTERN_MODE_UNSPECIFIED
                                   ? v1::PATTERN_MODE_ACTIVE
                                   : pattern.mode();
  return request.mode() == v1::PATTERN_MODE_UNSPECIFIED ||
         request.mode() == mode;
}

}  // namespace

v1::ErrorPattern PublicPattern(const StoredItem& item) {
  v1::ErrorPattern pattern = item.content.pattern();
  pattern.set_origin(v1::PATTERN_ORIGIN_USER);
  pattern.set_revision(item.revision);
  if (item.content.has_create_time()) {
    *pattern.mutable_create_time() = item.content.create_time();
  }
  if (item.content.has_update_time()) {
    *pattern.mutable_update_time() = item.content.update_time();
  }
  pattern.set_update_by(item.content.update_by());
  return pattern;
}

SharedEntry EntryOf(const std::string& id, const StoredItem& item) {
  auto entry = std::make_shared<PatternEntry>();
  entry->revision = item.revision;
  entry->hidden = item.content.hidden();
  if (entry->hidden) return entry;
  entry->message = PublicPattern(item);
  absl::StatusOr<SharedPattern> compiled =
      ParsePattern(entry->message, Origin::kUser);
  if (compiled.ok()) {
    entry->compiled = *std::move(compiled);
  } else {
    spdlog::error("pattern {} of revision {} is left out: field {}: {}", id,
                  item.revision, FieldOf(compiled.status()),
                  ReasonOf(compiled.status()));
  }
  return entry;
}

absl::StatusOr<EntryMap> LibraryEntries(
    const std::vector<v1::ErrorPattern>& library,
    std::vector<RequiredLiterals> literals) {
  const bool checked = literals.size() == library.size();
  EntryMap entries;
  for (size_t i = 0; i < library.size(); ++i) {
    const v1::ErrorPattern& pattern = library[i];
    auto entry = std::make_shared<PatternEntry>();
    entry->message = WithoutOutputFields(pattern);
    entry->message.set_origin(v1::PATTERN_ORIGIN_LIBRARY);
    absl::StatusOr<SharedPattern> compiled =
        checked ? ParseCheckedPattern(entry->message, Origin::kLibrary,
                                      std::move(literals[i]))
                : ParsePattern(entry->message, Origin::kLibrary);
    if (!compiled.ok()) {
      return PrefixField(absl::StrCat("library ", pattern.pattern_id()),
                         compiled.status());
    }
    entry->compiled = *std::move(compiled);
    if (!entries.emplace(pattern.pattern_id(), std::move(entry)).second) {
      return InvalidField("pattern_id", absl::StrCat("stands twice in the "
                                                     "library: ",
                                                     pattern.pattern_id()));
    }
  }
  return entries;
}

const PatternEntry* PatternView::Find(const std::string& id) const {
  if (const auto user = users.find(id); user != users.end()) {
    return user->second->hidden ? nullptr : user->second.get();
  }
  const auto entry = library->find(id);
  return entry == library->end() ? nullptr : entry->second.get();
}

absl::StatusOr<std::shared_ptr<const PatternRegistry>> BuildRegistry(
    const EntryMap& library, const EntryMap& users, int64_t revision,
    size_t max_patterns, const PatternRegistry* previous,
    absl::string_view saved_literals) {
  std::vector<SharedPattern> patterns;
  ForEachVisible(library, users,
                 [&](const std::string&, const PatternEntry& entry) {
                   if (entry.compiled) patterns.push_back(entry.compiled);
                 });
  const auto full = [](absl::string_view message) {
    return WithRetryDelay(Refusal(absl::StatusCode::kResourceExhausted,
                                  reason::kRegistryFull, message),
                          absl::Minutes(1));
  };
  if (patterns.size() > max_patterns) {
    return full(absl::StrCat("the registry would have ", patterns.size(),
                             " patterns, at most ", max_patterns));
  }
  auto registry = PatternRegistry::Create(std::move(patterns), revision,
                                          previous, saved_literals);
  if (absl::IsResourceExhausted(registry.status())) {
    return full(registry.status().message());
  }
  return registry;
}

absl::StatusOr<v1::ListErrorPatternsResponse> PageOf(
    const PatternView& view, const v1::ListErrorPatternsRequest& request) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  std::string last_id;
  if (!absl::WebSafeBase64Unescape(request.page_token(), &last_id)) {
    return InvalidField("page_token", "is none of ours");
  }
  const size_t size =
      request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  v1::ListErrorPatternsResponse response;
  response.set_registry_revision(view.head);
  int total = 0;
  ForEachVisible(
      *view.library, view.users,
      [&](const std::string& id, const PatternEntry& entry) {
        if (!Asked(request, entry.message)) return;
        ++total;
        if (id <= last_id) return;
        if (static_cast<size_t>(response.patterns_size()) < size) {
          *response.add_patterns() = entry.message;
        } else if (response.next_page_token().empty()) {
          response.set_next_page_token(absl::WebSafeBase64Escape(
              response.patterns(response.patterns_size() - 1).pattern_id()));
        }
      });
  response.set_total_size(total);
  return response;
}

}  // namespace recourse
