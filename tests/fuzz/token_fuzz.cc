// Feeds a recovery token's reader: the input as a token, and the input as what
// is inside a good seal. Whatever opens must survive another round.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/escaping.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"
#include "server/plan/token.h"

namespace recourse {
namespace {

const std::string& Key() {
  static const std::string* const key = new std::string(kTokenKeyBytes, 'k');
  return *key;
}

std::string SealBytes(const std::string& bytes) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), Key().data(), static_cast<int>(Key().size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), mac,
       &size);
  return absl::WebSafeBase64Escape(
      bytes + std::string(reinterpret_cast<const char*>(mac), size));
}

void FuzzToken(const std::string& input) {
  static const TokenSealer* const sealer = new TokenSealer(Key());
  // The first eight bytes choose the time, so that tokens of any age open.
  int64_t micros = 0;
  for (size_t i = 0; i < 8 && i < input.size(); ++i) {
    micros = (micros << 8) | static_cast<unsigned char>(input[i]);
  }
  const absl::Time now = absl::FromUnixMicros(micros);
  if (std::holds_alternative<Progress>(sealer->Open(input, now))) {
    std::abort();
  }  // A forgery.
  const OpenedToken opened = sealer->Open(
      SealBytes("\x01" + input.substr(input.size() < 8 ? input.size() : 8)),
      now);
  const auto* progress = std::get_if<Progress>(&opened);
  if (progress == nullptr) return;
  if (std::get<Progress>(sealer->Open(sealer->Seal(*progress), now)) !=
      *progress) {
    std::abort();
  }
}

}  // namespace
}  // namespace recourse

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  recourse::FuzzToken(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
