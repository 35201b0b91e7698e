#include "client/cli/tls_files.h"

#include <openssl/ssl.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

namespace recourse::cli {
namespace {

// `read`: OpenSSL took it as what it should be.
absl::Status Check(const std::string& flag, const std::string& path, bool read,
                   const std::string& should) {
  if (read) return absl::OkStatus();
  const bool there = std::ifstream(path).good();
  return absl::InvalidArgumentError(
      there ? absl::StrCat(flag, ": ", path, " is not ", should)
            : absl::StrCat(flag, ": cannot read ", path));
}

}  // namespace

absl::Status CheckTlsFiles(const TlsOptions& tls) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
      SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  absl::Status status;
  if (const std::string& path = tls.ca_file; !path.empty()) {
    status.Update(
        Check("--tls-ca", path,
              SSL_CTX_load_verify_file(context.get(), path.c_str()) == 1,
              "PEM: a file with -----BEGIN CERTIFICATE----- of who signs the "
              "server's certificate"));
  }
  if (const std::string& path = tls.cert_file; !path.empty()) {
    status.Update(Check(
        "--tls-cert", path,
        SSL_CTX_use_certificate_chain_file(context.get(), path.c_str()) == 1,
        "PEM: a file with -----BEGIN CERTIFICATE-----"));
  }
  if (const std::string& path = tls.key_file; status.ok() && !path.empty()) {
    status.Update(
        Check("--tls-key", path,
              SSL_CTX_use_PrivateKey_file(context.get(), path.c_str(),
                                          SSL_FILETYPE_PEM) == 1,
              absl::StrCat("the PEM of the private key of ", tls.cert_file)));
  }
  return status;
}

}  // namespace recourse::cli
