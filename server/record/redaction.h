// Hides secrets and personal data in texts, before anything is stored, sent,
// logged, streamed or kept.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/model/failure.h"
#include "server/model/redacted.h"
#include "server/record/clean_names.h"

namespace recourse {

struct RedactionOptions {
  std::vector<std::string> patterns;  // RE2; the first group, or the match.
  std::vector<std::string> disable;   // Names of built-in rules.
};

// What it answers never changes; safe for concurrent use. Linear time (RE2).
class Redactor {
 public:
  static constexpr size_t kMaxPatterns = 64;

  // INVALID_ARGUMENT: a regex that does not compile (with offset and reason),
  // an unknown rule's name, too many patterns.
  static absl::StatusOr<std::unique_ptr<const Redactor>> Create(
      const RedactionOptions& options);
  ~Redactor();

  // `text` with each secret replaced by [REDACTED:rule]. Idempotent. Invalid
  // UTF-8 is treated as Latin-1 and stays as it is.
  std::string Redact(absl::string_view text) const;

  // The same, for texts of which a few come again and again, such as targets:
  // one that was found to hold no secret costs a look at a small table. What
  // redaction makes longer than kMaxNameBytes is cut, or it would be refused
  // as a name.
  static constexpr size_t kMaxNameBytes = 256;
  std::string RedactName(absl::string_view name) const;

  // Redacts every text of the failure, cut to its limits. A secret at a cut is
  // redacted before the cut.
  RedactedFailure Redact(const Failure& failure) const;

  // Failure::text of the failure that `redacted` was made of, redacted and cut
  // to kMaxRedactedMessageBytes. Costs a second redaction only where there are
  // causes.
  std::string RedactText(const Failure& failure,
                         const RedactedFailure& redacted) const;

 private:
  struct Rules;
  explicit Redactor(std::unique_ptr<const Rules> rules);
  const std::unique_ptr<const Rules> rules_;
  const std::unique_ptr<CleanNames> clean_;
};

}  // namespace recourse
