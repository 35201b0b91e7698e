#include "server/catalog/pattern_apply.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/catalog/pattern_edit.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

using internal::v1::StoredPattern;

bool IsUsers(const StoredItem& item) { return !item.content.hidden(); }

// The user's pattern of this id; null: none.
const StoredItem* FindUsers(const StoredPatterns& base, const std::string& id) {
  const auto item = base.items.find(id);
  return item != base.items.end() && IsUsers(item->second) ? &item->second
                                                           : nullptr;
}

StoredPattern ContentOf(const v1::ErrorPattern& pattern, const StoredItem* old,
                        const std::string& by, absl::Time now) {
  StoredPattern content;
  *content.mutable_pattern() = pattern;
  *content.mutable_create_time() =
      old == nullptr ? ToMessage(now) : old->content.create_time();
  *content.mutable_update_time() = ToMessage(now);
  content.set_update_by(by);
  return content;
}

v1::PatternDifference DifferenceOf(const std::string& id,
                                   const v1::ErrorPattern& pattern,
                                   const StoredItem* old) {
  v1::PatternDifference difference;
  difference.set_pattern_id(id);
  if (old == nullptr) {
    difference.set_kind(v1::PatternDifference::KIND_ADDED);
    return difference;
  }
  for (std::string& name : ChangedFields(old->content.pattern(), pattern)) {
    difference.add_changed_fields(std::move(name));
  }
  difference.set_kind(difference.changed_fields().empty()
                          ? v1::PatternDifference::KIND_UNCHANGED
                          : v1::PatternDifference::KIND_CHANGED);
  return difference;
}

}  // namespace

absl::StatusOr<PatternSet> ParseSet(
    const v1::ApplyErrorPatternsRequest& request,
    const std::set<std::string>& known_channels) {
  if (request.patterns_size() > kMaxAppliedPatterns) {
    return InvalidField("patterns",
                        absl::StrCat("has ", request.patterns_size(),
                                     " items, at most ", kMaxAppliedPatterns));
  }
  PatternSet set;
  for (int i = 0; i < request.patterns_size(); ++i) {
    const std::string at = absl::StrCat("patterns[", i, "]");
    v1::ErrorPattern message = WithoutOutputFields(request.patterns(i));
    absl::StatusOr<SharedPattern> compiled =
        ParsePattern(message, Origin::kUser);
    if (!compiled.ok()) return PrefixField(at, compiled.status());
    const std::string id = message.pattern_id();
    for (const auto& warnings : {PatternWarnings(message, known_channels),
                                 FailingExamples(message, **compiled)}) {
      for (const std::string& warning : warnings) {
        set.warnings.push_back(absl::StrCat(id, ": ", warning));
      }
    }
    if (!set.messages.emplace(id, std::move(message)).second) {
      return InvalidField(absl::StrCat(at, ".pattern_id"),
                          absl::StrCat("stands twice in the set: ", id));
    }
    set.compiled[id] = *std::move(compiled);
  }
  return set;
}

PatternPlan PlanApply(const StoredPatterns& base, const PatternSet& set,
                      bool prune, const std::string& by, absl::Time now) {
  PatternPlan plan;
  std::map<std::string, v1::PatternDifference> differences;
  for (const auto& [id, pattern] : set.messages) {
    const StoredItem* old = FindUsers(base, id);
    v1::PatternDifference difference = DifferenceOf(id, pattern, old);
    if (difference.kind() != v1::PatternDifference::KIND_UNCHANGED) {
      plan.changes[id] = ContentOf(pattern, old, by, now);
    }
    differences[id] = std::move(difference);
  }
  for (const auto& [id, item] : base.items) {
    if (!prune || !IsUsers(item) || set.messages.count(id) > 0) continue;
    plan.changes[id] = std::nullopt;
    differences[id].set_pattern_id(id);
    differences[id].set_kind(v1::PatternDifference::KIND_REMOVED);
  }
  for (auto& [id, difference] : differences) {
    *plan.response.add_differences() = std::move(difference);
  }
  plan.response.mutable_warnings()->Assign(set.warnings.begin(),
                                           set.warnings.end());
  return plan;
}

absl::Status CheckRoomFor(const StoredPatterns& base, const PatternSet& set,
                          const PatternChanges& changes,
                          const PatternView& view, size_t max_patterns) {
  EntryMap users;
  for (const auto& [id, item] : base.items) {
    const auto known = view.users.find(id);
    users[id] =
        known != view.users.end() && known->second->revision == item.revision
            ? known->second
            : EntryOf(id, item);
  }
  for (const auto& [id, content] : changes) {
    users.erase(id);
    if (!content) continue;
    auto entry = std::make_shared<PatternEntry>();
    entry->compiled = set.compiled.at(id);
    users[id] = std::move(entry);
  }
  return BuildRegistry(*view.library, users, base.head, max_patterns,
                       view.registry.get())
      .status();
}

}  // namespace recourse
