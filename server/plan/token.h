// Recovery tokens: Progress, sealed. docs/token.md is the specification.
#pragma once

#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/progress.h"

namespace recourse {

inline constexpr size_t kMaxTokenBytes = 2048;
inline constexpr absl::Duration kTokenLifetime = absl::Hours(24);
inline constexpr size_t kTokenKeyBytes = 32;

enum class TokenFault {
  kMalformed,  // Not base64url, cut, too long, or of an unknown layout.
  kForged,     // Changed, or sealed with another server's key.
  kExpired,    // Issued more than kTokenLifetime ago, or as far in the future.
};

struct TokenRefusal {
  TokenFault fault;
  std::string text;  // For people: "it is cut, or of an unknown layout".
};

using OpenedToken = std::variant<Progress, TokenRefusal>;

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

  // What is more than 5 minutes in the future is refused as expired, too.
  OpenedToken Open(absl::string_view token, absl::Time now) const;

 private:
  const std::string key_;
};

}  // namespace recourse
