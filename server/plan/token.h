// Recovery tokens: Progress, sealed. docs/token.md is the specification.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/progress.h"

namespace recourse {

inline constexpr size_t kMaxTokenBytes = 2048;
inline constexpr absl::Duration kTokenLifetime = absl::Hours(24);
inline constexpr size_t kTokenKeyBytes = 32;

// Seals and opens tokens with one key: base64url(no padding) of version byte,
// payload and HMAC-SHA-256. Servers that share the key read each other's.
//
// Thread safety: immutable, safe for concurrent use.
class TokenSealer {
 public:
  // REQUIRES: key.size() == kTokenKeyBytes.
  explicit TokenSealer(std::string key);

  // Never longer than kMaxTokenBytes: texts in `progress` that would exceed it
  // are checked at the edge, and its lists have limits (model/progress.h).
  std::string Seal(const Progress& progress) const;

  // Errors, INVALID_ARGUMENT all of them, the message beginning with one of
  // these words: "TOKEN_MALFORMED" (not base64url, cut, too long, of an unknown
  // layout), "TOKEN_FORGED" (changed, or of another server), "TOKEN_EXPIRED"
  // (issued more than kTokenLifetime before `now`, or more than 5 minutes
  // after it).
  absl::StatusOr<Progress> Open(absl::string_view token, absl::Time now) const;

 private:
  const std::string key_;
};

}  // namespace recourse
