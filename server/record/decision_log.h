// The last decisions, for GetDecision: a bounded ring, redacted.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/model/decision.h"
#include "server/model/redacted.h"

namespace recourse {

// A decision as it is kept: no state, no corrected text, no edits, no token.
struct DecisionEntry {
  Decision decision;
  RedactedFailure failure;
  Outcome outcome = Outcome::kUnspecified;
};
using SharedDecisionEntry = std::shared_ptr<const DecisionEntry>;

// `decision` without what must not be kept: the token, states, edits, corrected
// text and diff, fallback value.
Decision WithoutPayload(const Decision& decision);

// Thread safety: safe for concurrent use; a lookup copies a pointer under the
// lock, an append is O(1).
class DecisionLog {
 public:
  // Keeps the last `capacity` decisions; 0 keeps none.
  explicit DecisionLog(size_t capacity);
  ~DecisionLog();

  void Append(SharedDecisionEntry entry);
  // Marks the decision with its outcome; nothing when it is gone.
  void SetOutcome(absl::string_view decision_id, Outcome outcome);
  // Null: unknown or too old.
  SharedDecisionEntry Find(absl::string_view decision_id) const;

 private:
  struct State;
  const size_t capacity_;
  mutable absl::Mutex mu_;
  const std::unique_ptr<State> state_ ABSL_PT_GUARDED_BY(mu_);
};

}  // namespace recourse
