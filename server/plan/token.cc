#include "server/plan/token.h"

#include <array>
#include <cassert>
#include <utility>

#include "absl/strings/escaping.h"
#include "openssl/crypto.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"
#include "server/plan/token_payload.h"

namespace recourse {
namespace {

constexpr char kEnvelopeVersion = 1;
constexpr size_t kMacBytes = 32;
// A server's clock may be ahead of the wall's until it is restarted
// (server/clock.h), and of other servers' in a fleet: what is sealed is ours,
// so there is no harm in a token of tomorrow.
constexpr absl::Duration kMaxClockSkew = kTokenLifetime;

using Mac = std::array<unsigned char, kMacBytes>;

Mac MacOf(const std::string& key, absl::string_view bytes) {
  Mac mac;
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           mac.data(), &size);
  assert(made != nullptr && size == kMacBytes);
  static_cast<void>(made);
  return mac;
}

// The bytes of `token`; false unless it is exactly what Seal would have written
// for them: absl also takes padding, spaces and loose trailing bits.
bool Unescape(absl::string_view token, std::string& bytes) {
  return absl::WebSafeBase64Unescape(token, &bytes) &&
         absl::WebSafeBase64Escape(bytes) == token;
}

}  // namespace

TokenSealer::TokenSealer(std::string key) : key_(std::move(key)) {
  assert(key_.size() == kTokenKeyBytes);
}

std::string TokenSealer::Seal(const Progress& progress) const {
  std::string bytes(1, kEnvelopeVersion);
  bytes += EncodePayload(progress);
  const Mac mac = MacOf(key_, bytes);
  bytes.append(reinterpret_cast<const char*>(mac.data()), mac.size());
  std::string token = absl::WebSafeBase64Escape(bytes);
  assert(token.size() <= kMaxTokenBytes);
  return token;
}

OpenedToken TokenSealer::Open(absl::string_view token, absl::Time now) const {
  std::string bytes;
  if (token.size() > kMaxTokenBytes) {
    return TokenRefusal{TokenFault::kMalformed, "it is too long"};
  }
  if (!Unescape(token, bytes)) {
    return TokenRefusal{TokenFault::kMalformed,
                        "it is not base64url without padding"};
  }
  if (bytes.size() < 1 + kMacBytes || bytes[0] != kEnvelopeVersion) {
    return TokenRefusal{TokenFault::kMalformed,
                        "it is cut, or of an unknown layout"};
  }
  const size_t sealed_size = bytes.size() - kMacBytes;
  const absl::string_view sealed(bytes.data(), sealed_size);
  const Mac mac = MacOf(key_, sealed);
  if (CRYPTO_memcmp(mac.data(), bytes.data() + sealed_size, kMacBytes) != 0) {
    return TokenRefusal{TokenFault::kForged,
                        "it was changed, or another server's key "
                        "sealed it"};
  }
  std::optional<Progress> progress = DecodePayload(sealed.substr(1));
  if (!progress.has_value()) {
    return TokenRefusal{TokenFault::kMalformed, "its payload breaks a limit"};
  }
  const absl::Duration age = now - progress->issue_time;
  if (age > kTokenLifetime || age < -kMaxClockSkew) {
    return TokenRefusal{TokenFault::kExpired,
                        "it was issued more than 24 hours ago, or "
                        "in the future"};
  }
  return *std::move(progress);
}

}  // namespace recourse
