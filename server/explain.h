// What is said to people about a decision: pure wording.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/model/decision.h"
#include "server/model/failure.h"
#include "server/model/pattern.h"

namespace recourse {

// One sentence that says why nothing more is done: what each step of the trace
// answered, or why there was no step. `failure` is what was decided about.
std::string GiveUpMessage(const Decision& decision, const Failure& failure);

// The text of CLASSIFIED: what decided, or that nothing did.
std::string ClassifiedText(const Classification& classification);

// Says what the error seems to have called, and to send that as `target`.
// `hint` is redacted.
std::string TargetHintText(absl::string_view hint);

// Why the first ACTIVE one of `matches`, which are in the order of precedence,
// is before the second, or why it was passed over (null: it was not) for
// `instead` (null: for none).
std::string WhyWon(absl::Span<const SharedPattern> matches,
                   const Pattern* passed_over, const Pattern* instead);

}  // namespace recourse
