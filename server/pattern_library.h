// The patterns that decide after the users' own.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/catalog/pattern_catalog.h"

namespace recourse {

// The library of the catalog: the patterns of `folder`, or, where that is
// empty, those that the program carries in itself. INVALID_ARGUMENT, naming
// --patterns: the folder cannot be read or holds none, or all errors of its
// files with FILE:LINE.
absl::StatusOr<CatalogOptions> LoadPatternLibrary(const std::string& folder);

}  // namespace recourse
