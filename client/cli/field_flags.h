// Which flag sets a field of a request.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace recourse::cli {

// "--http-status" for error.http_status and context.error.http_status; empty
// where no flag of its own sets the field.
std::string FlagOfField(absl::string_view field);

}  // namespace recourse::cli
