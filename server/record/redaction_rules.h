// The built-in redaction rules: names, regexes and what of a match is secret.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace recourse {

// What replaces a secret begins so; the rule's name and "]" follow.
inline constexpr absl::string_view kMarkerOpening = "[REDACTED:";

// Bytes [begin, end) of a text.
struct TextSpan {
  static constexpr size_t kNone = static_cast<size_t>(-1);

  size_t begin = kNone;
  size_t end = kNone;

  bool matched() const { return begin != kNone; }
  absl::string_view In(absl::string_view text) const {
    return text.substr(begin, end - begin);
  }
};

inline constexpr size_t kMaxGroups = 5;
// [0] is the whole match; a group that took no part has matched() false.
using Groups = std::array<TextSpan, kMaxGroups>;

// What of a match is secret; nullopt: nothing, the search goes on after it.
using Resolve = std::optional<TextSpan> (*)(absl::string_view text,
                                            const Groups& groups);

// The first group that took part, else the whole match.
std::optional<TextSpan> FirstGroup(absl::string_view text,
                                   const Groups& groups);

struct RulePattern {
  absl::string_view regex;  // RE2 over bytes (Latin-1).
  Resolve resolve = FirstGroup;
};

struct BuiltinRule {
  absl::string_view name;  // As RedactionOptions::disable spells it.
  // A regex that finds something in every text in which the rule does: cheap,
  // because all of them run as one automaton over every text.
  absl::string_view trigger;
  absl::Span<const RulePattern> patterns;
};

// In the order in which they run: the more specific name wins.
absl::Span<const BuiltinRule> BuiltinRules();

// key_value.cc: the value that follows a name such as `password` and its
// separator. Groups: 1 name, 2 what closes a quoted name, 3 separator.
extern const absl::string_view kNamedValueRegex;
std::optional<TextSpan> ResolveNamedValue(absl::string_view text,
                                          const Groups& groups);

// authorization.cc: the credentials after an Authorization header's separator.
// Group 1: the header's name and all up to its value.
extern const absl::string_view kAuthorizationRegex;
std::optional<TextSpan> ResolveAuthorization(absl::string_view text,
                                             const Groups& groups);
// Credentials after the word "bearer" or "basic" alone. Groups: 1 scheme, 2
// value.
extern const absl::string_view kSchemeRegex;
std::optional<TextSpan> ResolveScheme(absl::string_view text,
                                      const Groups& groups);

}  // namespace recourse
