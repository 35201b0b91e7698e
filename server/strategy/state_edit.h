// Edits of a JSON state by path.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/model/step.h"

namespace recourse {

inline constexpr size_t kMaxPathBytes = 512;
inline constexpr size_t kMaxPathParts = 30;

// Splits options.stops.0 into its parts; a backslash makes the next character
// part of the name. INVALID_ARGUMENT: empty part, too long, too deep, dangling
// backslash.
absl::StatusOr<std::vector<std::string>> ParsePath(absl::string_view path);

// The value at `path`, or null when there is none.
const JsonValue* FindValue(const JsonObject& state, absl::string_view path);

// Applies one edit; true when it changed something. `set` creates missing
// objects on the way (never list items); the others skip what is not there or
// is of another type. A path that does not parse changes nothing.
bool ApplyEdit(const StateEdit& edit, JsonObject& state);

}  // namespace recourse
