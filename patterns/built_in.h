// The pattern library that the program carries.
#pragma once

#include "absl/strings/string_view.h"

namespace recourse {

// The files of patterns/ (packs in sub-folders are opt-in and not carried), as
// a serialized recourse.internal.v1.BuiltInLibrary.
absl::string_view BuiltInLibraryBytes();

}  // namespace recourse
