#include "server/pattern_library.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "patterns/built_in.h"
#include "recourse/internal/v1/built_in_library.pb.h"
#include "server/wire/pattern_file.h"

namespace recourse {
namespace {

absl::StatusOr<CatalogOptions> BuiltInLibrary() {
  const absl::string_view bytes = BuiltInLibraryBytes();
  internal::v1::BuiltInLibrary built_in;
  if (!built_in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InternalError("the built-in pattern library is damaged");
  }
  CatalogOptions options;
  options.library_index = std::move(*built_in.mutable_literal_index());
  for (internal::v1::BuiltInPattern& entry : *built_in.mutable_patterns()) {
    RequiredLiterals& literals = options.library_literals.emplace_back();
    for (const internal::v1::LiteralClause& clause : entry.clauses()) {
      literals.emplace_back(clause.literals().begin(), clause.literals().end());
    }
    options.library.push_back(std::move(*entry.mutable_pattern()));
  }
  return options;
}

}  // namespace

absl::StatusOr<CatalogOptions> LoadPatternLibrary(const std::string& folder) {
  if (folder.empty()) return BuiltInLibrary();
  PatternReading reading = ReadPatternDirectory(folder);
  if (reading.sources.empty() && reading.errors.empty()) {
    reading.errors.push_back(absl::NotFoundError(absl::StrCat(
        "no pattern in ", folder,
        ", directly in a *.yaml or *.yml file; without the flag the built-in "
        "library decides")));
  }
  if (!reading.errors.empty()) {
    std::string text = "--patterns:";
    for (const absl::Status& error : reading.errors) {
      absl::StrAppend(&text, reading.errors.size() > 1 ? "\n  " : " ",
                      error.message());
    }
    return absl::InvalidArgumentError(text);
  }
  CatalogOptions options;
  for (PatternSource& source : reading.sources) {
    options.library.push_back(std::move(source.pattern));
  }
  return options;
}

}  // namespace recourse
