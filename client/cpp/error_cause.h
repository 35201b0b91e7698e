// The error that came before an error, carried as its payload.
#pragma once

#include "absl/status/status.h"

namespace recourse {

// Of what an operation ends with: its first error, with its payloads, where the
// last one says something else; of a skipped one its last error. OK: none.
absl::Status CauseOf(const absl::Status& error);

// Makes `cause` the cause of `error`, unless it is OK, or says the same, or
// `error` has one already. REQUIRES: `error` is not OK.
void SetCause(const absl::Status& cause, absl::Status& error);

}  // namespace recourse
