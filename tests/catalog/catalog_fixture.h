// What the tests of the catalog share.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "server/catalog/pattern_catalog.h"
#include "server/catalog/pattern_store.h"
#include "server/wire/errors.h"
#include "tests/catalog/faulty_store.h"
#include "tests/wire/text_proto.h"

namespace recourse {

inline const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// Waits for a registry that is as new as some revision.
class RevisionWaiter {
 public:
  explicit RevisionWaiter(PatternCatalog& catalog)
      : seen_(std::make_shared<Seen>()) {
    seen_->revision = catalog.registry()->revision();
    // The catalog may outlive this, and be telling just now.
    catalog.OnChange(
        [seen = seen_](int64_t revision) { seen->Take(revision); });
  }
  // False when it does not come, long after it should have.
  bool WaitFor(int64_t revision) {
    absl::MutexLock lock(&seen_->mu);
    const auto seen = [&] { return seen_->revision >= revision; };
    return seen_->mu.AwaitWithTimeout(absl::Condition(&seen),
                                      absl::Seconds(30));
  }
  int changes() {
    absl::MutexLock lock(&seen_->mu);
    return seen_->changes;
  }

 private:
  struct Seen {
    void Take(int64_t newer) {
      absl::MutexLock lock(&mu);
      revision = std::max(revision, newer);
      ++changes;
    }

    absl::Mutex mu;
    int64_t revision = 0;
    int changes = 0;
  };
  const std::shared_ptr<Seen> seen_;
};

inline v1::ErrorPattern PatternOf(const std::string& id,
                                  const std::string& more = "") {
  auto pattern = FromText<v1::ErrorPattern>(
      "error_type: ERROR_TYPE_NETWORK examples { match: 'x' } ");
  pattern.set_pattern_id(id);
  pattern.set_regex_pattern("x");
  MergeText(more, pattern);
  return pattern;
}

inline Failure FailureOf(const std::string& text) {
  Failure failure;
  failure.message = failure.text = text;
  return failure;
}

// The id of the pattern that wins for a text; empty: none.
inline std::string Winner(const PatternCatalog& catalog,
                          const std::string& text) {
  const MatchResult match = catalog.registry()->Match(FailureOf(text));
  return match.winner ? match.winner->id : "";
}

inline std::vector<std::string> Ids(const PatternCatalog& catalog) {
  std::vector<std::string> ids;
  v1::ListErrorPatternsRequest request;
  request.set_page_size(1000);
  do {
    const auto page = catalog.List(request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    for (const auto& pattern : page->patterns()) {
      ids.push_back(pattern.pattern_id());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return ids;
}

// One store in memory, behind one that can be told to fail.
class CatalogTest : public testing::Test {
 protected:
  CatalogTest() : inner_(MustOpen("memory:")), store_(inner_.get()) {}

  static std::unique_ptr<Store> MustOpen(const std::string& uri) {
    absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(uri);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  std::unique_ptr<PatternCatalog> Open(CatalogOptions options = {}) {
    return OpenOn(&store_, std::move(options));
  }
  static std::unique_ptr<PatternCatalog> OpenOn(Store* store,
                                                CatalogOptions options = {}) {
    auto catalog = PatternCatalog::Open(store, std::move(options));
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return *std::move(catalog);
  }

  static absl::StatusOr<PatternChange> Add(PatternCatalog& catalog,
                                           const v1::ErrorPattern& pattern) {
    return catalog.Add(pattern, /*validate_only=*/false, "me", kNow);
  }
  static absl::StatusOr<PatternChange> Update(PatternCatalog& catalog,
                                              const std::string& request) {
    return catalog.Update(FromText<v1::UpdateErrorPatternRequest>(request),
                          "you", kNow + absl::Hours(1));
  }
  static absl::StatusOr<int64_t> Remove(PatternCatalog& catalog,
                                        const std::string& id,
                                        int64_t revision = 0) {
    v1::RemoveErrorPatternRequest request;
    request.set_pattern_id(id);
    request.set_revision(revision);
    return catalog.Remove(request, kNow);
  }

  // Everything the store holds, as text: to see that nothing changed.
  std::string StoreContents() {
    std::string contents;
    StoreRange range;
    const auto page = inner_->List(range);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const StoreEntry& entry : page->entries) {
      absl::StrAppend(&contents, entry.key, "@", entry.mod_revision, "\n");
    }
    return contents;
  }

  std::unique_ptr<Store> inner_;
  FaultyStore store_;
};

}  // namespace recourse
