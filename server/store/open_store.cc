#include "absl/strings/str_cat.h"
#include "server/store/sqlite_store.h"
#include "server/store/store.h"

namespace recourse {

absl::StatusOr<std::unique_ptr<Store>> OpenStore(std::string_view uri) {
  if (uri == "memory:") return OpenMemoryStore(SqliteStoreOptions());
  constexpr std::string_view kScheme = "sqlite:";
  if (!uri.starts_with(kScheme)) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(uri),
                     " is no store; say sqlite:PATH, such as "
                     "sqlite:./recourse.db, or memory:"));
  }
  const std::string_view path = uri.substr(kScheme.size());
  if (path == ":memory:") {
    return absl::InvalidArgumentError(
        "for a store in memory say memory:, not sqlite::memory:");
  }
  return OpenSqliteStore(path, SqliteStoreOptions());
}

}  // namespace recourse
