// Which failures are the same incident. Private to server/incident/.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/model/decision.h"
#include "server/model/redacted.h"

namespace recourse {

// More of a template does not tell incidents apart: long messages end in dumps.
inline constexpr size_t kMaxTemplateBytes = 512;

// `message` with what changes from one occurrence to the next replaced: times
// <time>, UUIDs <uuid>, addresses <ip>, quoted texts <str>, segments of paths
// that hold a digit <var>, hexadecimal words <hex>, long words with digits
// <id>, other digits <num>; runs of white space become one space. At most
// kMaxTemplateBytes. Linear time (RE2).
//
// It rather merges than splits: an incident too many for every order number
// buries people, one too few shows them both messages.
//
// Source: log template mining (P. He et al., Drain, ICWS 2017), its masking
// step.
std::string MessageTemplate(absl::string_view message);

// 32 hex digits: half of the SHA-256 of namespace, target, pattern (or, without
// one, category), exception type and the message's template.
std::string Fingerprint(const RedactedFailure& failure,
                        const Classification& classification);

// Of the incident that collects the further failures of a caller, or, without
// one, of its namespace: "collects:" and 32 hex digits.
std::string CollectingFingerprint(const std::string& ns,
                                  const std::optional<std::string>& caller);

}  // namespace recourse
