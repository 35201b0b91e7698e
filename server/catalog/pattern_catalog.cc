#include "server/catalog/pattern_catalog.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/catalog/match_counts.h"
#include "server/catalog/pattern_apply.h"
#include "server/catalog/pattern_edit.h"
#include "server/catalog/pattern_mirror.h"
#include "server/catalog/pattern_store.h"
#include "server/catalog/pattern_view.h"
#include "server/model/utf8.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "server/wire/times.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

using internal::v1::StoredPattern;

// Times that a change begins again because another server was faster.
constexpr int kMaxAttempts = 8;

// One that was asked for may be no id at all.
std::string ShownId(const std::string& id) {
  return ShortenUtf8(id, kMaxRefusalValueBytes);
}

absl::Status NotFound(const std::string& id) {
  return Refusal(absl::StatusCode::kNotFound, reason::kPatternNotFound,
                 absl::StrCat("there is no pattern ", ShownId(id)),
                 {{"pattern_id", id}});
}

absl::Status Stale(const std::string& id, int64_t given, int64_t current) {
  return Refusal(absl::StatusCode::kAborted, reason::kStaleRevision,
                 absl::StrCat("pattern ", id, " is of revision ", current,
                              ", not ", given),
                 {{"pattern_id", id}, {"revision", absl::StrCat(current)}});
}

absl::Status Overtaken() {
  return Refusal(absl::StatusCode::kAborted, reason::kStaleRevision,
                 "other changes were faster each time; try again");
}

bool IsUsers(const std::optional<StoredItem>& item) {
  return item && !item->content.hidden();
}

}  // namespace

struct PatternCatalog::State {
  Store* store;
  std::set<std::string> known_channels;
  size_t max_patterns;
  MatchCounts counts;
  std::unique_ptr<PatternMirror> mirror;

  void Listen(std::function<void(int64_t)> listener);
  std::vector<std::string> WarningsOf(const v1::ErrorPattern& pattern,
                                      const Pattern& compiled) const;
  absl::Status CheckRoom(const v1::ErrorPattern& pattern,
                         SharedPattern compiled) const;
  absl::StatusOr<PatternChange> Put(const std::string& id,
                                    const std::optional<StoredItem>& base,
                                    const v1::ErrorPattern& pattern,
                                    bool validate_only, const std::string& by,
                                    absl::Time now, bool& overtaken);
};

void PatternCatalog::State::Listen(std::function<void(int64_t)> listener) {
  mirror->OnChange([this, listener = std::move(listener)](int64_t head) {
    counts.Retain(*mirror->view());
    if (listener) listener(head);
  });
}

std::vector<std::string> PatternCatalog::State::WarningsOf(
    const v1::ErrorPattern& pattern, const Pattern& compiled) const {
  std::vector<std::string> warnings = PatternWarnings(pattern, known_channels);
  for (std::string& failing : FailingExamples(pattern, compiled)) {
    warnings.push_back(std::move(failing));
  }
  return warnings;
}

// Builds the registry that the change would give, before it is made.
absl::Status PatternCatalog::State::CheckRoom(const v1::ErrorPattern& pattern,
                                              SharedPattern compiled) const {
  const std::shared_ptr<const PatternView> view = mirror->view();
  EntryMap users = view->users;
  auto entry = std::make_shared<PatternEntry>();
  entry->compiled = std::move(compiled);
  users[pattern.pattern_id()] = std::move(entry);
  return BuildRegistry(*view->library, users, view->head, max_patterns,
                       view->registry.get())
      .status();
}

// Writes `pattern` over `base`. Sets `overtaken` when that has changed since:
// the result means nothing then.
absl::StatusOr<PatternChange> PatternCatalog::State::Put(
    const std::string& id, const std::optional<StoredItem>& base,
    const v1::ErrorPattern& pattern, bool validate_only, const std::string& by,
    absl::Time now, bool& overtaken) {
  absl::StatusOr<SharedPattern> compiled = ParsePattern(pattern, Origin::kUser);
  if (!compiled.ok()) return PrefixField("pattern", compiled.status());
  if (absl::Status room = CheckRoom(pattern, *compiled); !room.ok())
    return room;
  StoredItem item;
  *item.content.mutable_pattern() = pattern;
  *item.content.mutable_create_time() =
      IsUsers(base) ? base->content.create_time() : ToMessage(now);
  *item.content.mutable_update_time() = ToMessage(now);
  item.content.set_update_by(by);
  PatternChange change{.pattern = {},
                       .warnings = WarningsOf(pattern, **compiled),
                       .registry_revision = mirror->view()->head};
  if (!validate_only) {
    const auto written = PatternStore(store).Write(id, base, item.content);
    if (!written.ok()) return written.status();
    overtaken = !written->has_value();
    if (overtaken) return change;
    item.revision = change.registry_revision = **written;
    if (absl::Status arrived = mirror->WaitFor(**written); !arrived.ok()) {
      return arrived;
    }
  }
  change.pattern = PublicPattern(item);
  counts.FillIn(change.pattern);
  return change;
}

PatternCatalog::PatternCatalog(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

PatternCatalog::~PatternCatalog() = default;

absl::StatusOr<std::unique_ptr<PatternCatalog>> PatternCatalog::Open(
    Store* store, CatalogOptions options) {
  absl::StatusOr<EntryMap> library =
      LibraryEntries(options.library, std::move(options.library_literals));
  if (!library.ok()) return library.status();
  auto state = std::make_unique<State>();
  state->store = store;
  state->known_channels = std::move(options.known_channels);
  state->max_patterns = options.max_patterns;
  auto mirror = PatternMirror::Open(store, *std::move(library),
                                    options.library_index, state->max_patterns);
  if (!mirror.ok()) return mirror.status();
  state->mirror = *std::move(mirror);
  state->Listen(nullptr);
  // What a server that died had begun; everybody sees its effect already.
  const absl::Status finished = PatternStore(store).FinishPending();
  if (!finished.ok()) {
    spdlog::warn("an applied set is not copied yet: {}", ReasonOf(finished));
  }
  return std::unique_ptr<PatternCatalog>(new PatternCatalog(std::move(state)));
}

std::shared_ptr<const PatternRegistry> PatternCatalog::registry() const {
  return state_->mirror->view()->registry;
}

void PatternCatalog::CountMatch(const MatchResult& match) {
  state_->counts.Count(match);
}

absl::StatusOr<PatternChange> PatternCatalog::Add(
    const v1::ErrorPattern& pattern, bool validate_only, const std::string& by,
    absl::Time now) {
  const v1::ErrorPattern message = WithoutOutputFields(pattern);
  const std::string& id = message.pattern_id();
  const auto compiled = ParsePattern(message, Origin::kUser);
  if (!compiled.ok()) return PrefixField("pattern", compiled.status());
  for (int i = 0; i < kMaxAttempts; ++i) {
    const auto base = PatternStore(state_->store).Read(id);
    if (!base.ok()) return base.status();
    if (IsUsers(*base)) {
      return Refusal(absl::StatusCode::kAlreadyExists, reason::kPatternExists,
                     absl::StrCat("there is a pattern ", id, " already"),
                     {{"pattern_id", id}});
    }
    bool overtaken = false;
    auto change =
        state_->Put(id, *base, message, validate_only, by, now, overtaken);
    if (!overtaken) return change;
  }
  return Overtaken();
}

absl::StatusOr<PatternChange> PatternCatalog::Update(
    const v1::UpdateErrorPatternRequest& request, const std::string& by,
    absl::Time now) {
  const std::string& id = request.pattern().pattern_id();
  if (id.empty()) return InvalidField("pattern.pattern_id", "is required");
  for (int i = 0; i < kMaxAttempts; ++i) {
    const auto base = PatternStore(state_->store).Read(id);
    if (!base.ok()) return base.status();
    const EntryMap& library = *state_->mirror->view()->library;
    const auto shipped = library.find(id);
    if (!IsUsers(*base) && (base->has_value() || shipped == library.end())) {
      return NotFound(id);
    }
    const int64_t revision = base->has_value() ? (*base)->revision : 0;
    const int64_t given = request.pattern().revision();
    if (given != 0 && given != revision) return Stale(id, given, revision);
    const auto merged =
        MergePattern(base->has_value() ? (*base)->content.pattern()
                                       : shipped->second->message,
                     request.pattern(), request.update_mask());
    if (!merged.ok()) return merged.status();
    bool overtaken = false;
    auto change = state_->Put(id, *base, *merged, request.validate_only(), by,
                              now, overtaken);
    if (!overtaken) return change;
  }
  return Overtaken();
}

absl::StatusOr<int64_t> PatternCatalog::Remove(
    const v1::RemoveErrorPatternRequest& request, absl::Time now) {
  const std::string& id = request.pattern_id();
  if (id.empty()) return InvalidField("pattern_id", "is required");
  for (int i = 0; i < kMaxAttempts; ++i) {
    PatternStore store(state_->store);
    const auto base = store.Read(id);
    if (!base.ok()) return base.status();
    const bool shipped = state_->mirror->view()->library->count(id) > 0;
    if (!IsUsers(*base) && (base->has_value() || !shipped)) return NotFound(id);
    const int64_t revision = base->has_value() ? (*base)->revision : 0;
    if (request.revision() != 0 && request.revision() != revision) {
      return Stale(id, request.revision(), revision);
    }
    if (request.validate_only()) return state_->mirror->view()->head;
    std::optional<StoredPattern> content;
    if (!base->has_value()) {
      content.emplace().set_hidden(true);
      *content->mutable_create_time() = ToMessage(now);
      *content->mutable_update_time() = ToMessage(now);
    }
    const auto written = store.Write(id, *base, content);
    if (!written.ok()) return written.status();
    if (!written->has_value()) continue;
    absl::Status arrived = state_->mirror->WaitFor(**written);
    if (!arrived.ok()) return arrived;
    return **written;
  }
  return Overtaken();
}

absl::StatusOr<v1::ApplyErrorPatternsResponse> PatternCatalog::Apply(
    const v1::ApplyErrorPatternsRequest& request, const std::string& by,
    absl::Time now) {
  absl::StatusOr<PatternSet> set = ParseSet(request, state_->known_channels);
  if (!set.ok()) return set.status();
  PatternStore store(state_->store);
  for (int i = 0; i < kMaxAttempts; ++i) {
    const absl::StatusOr<StoredPatterns> base = store.ReadAll();
    if (!base.ok()) return base.status();
    PatternPlan plan = PlanApply(*base, *set, request.prune(), by, now);
    const std::shared_ptr<const PatternView> view = state_->mirror->view();
    absl::Status room =
        CheckRoomFor(*base, *set, plan.changes, *view, state_->max_patterns);
    if (!room.ok()) return room;
    plan.response.set_registry_revision(base->head);
    if (request.dry_run() || plan.changes.empty()) return plan.response;
    const auto written = store.WriteAll(*base, plan.changes, now);
    if (!written.ok()) return written.status();
    if (!written->has_value()) continue;
    absl::Status arrived = state_->mirror->WaitFor(**written);
    if (!arrived.ok()) return arrived;
    // The change is made; that it is copied to single keys can wait.
    const absl::Status finished = store.FinishPending();
    if (!finished.ok()) {
      spdlog::warn("an applied set is not copied yet: {}", ReasonOf(finished));
    }
    plan.response.set_registry_revision(**written);
    return plan.response;
  }
  return Overtaken();
}

absl::StatusOr<v1::ErrorPattern> PatternCatalog::Get(
    const std::string& pattern_id) const {
  const std::shared_ptr<const PatternView> view = state_->mirror->view();
  const PatternEntry* entry = view->Find(pattern_id);
  if (entry == nullptr) return NotFound(pattern_id);
  v1::ErrorPattern pattern = entry->message;
  state_->counts.FillIn(pattern);
  return pattern;
}

absl::StatusOr<v1::ListErrorPatternsResponse> PatternCatalog::List(
    const v1::ListErrorPatternsRequest& request) const {
  absl::StatusOr<v1::ListErrorPatternsResponse> page =
      PageOf(*state_->mirror->view(), request);
  if (!page.ok()) return page;
  for (v1::ErrorPattern& pattern : *page->mutable_patterns()) {
    state_->counts.FillIn(pattern);
  }
  return page;
}

void PatternCatalog::OnChange(
    std::function<void(int64_t registry_revision)> listener) {
  state_->Listen(std::move(listener));
}

}  // namespace recourse
