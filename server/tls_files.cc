#include "server/tls_files.h"

#include <openssl/ssl.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr char kCertificateForm[] =
    "PEM: a file with -----BEGIN CERTIFICATE-----";

// `read`: OpenSSL took it as what it should be.
absl::Status Check(const TlsFile& file, bool read, const std::string& should) {
  if (read) return absl::OkStatus();
  const bool there = std::ifstream(file.path).good();
  return absl::InvalidArgumentError(
      there ? absl::StrCat(file.flag, ": ", file.path, " is not ", should)
            : absl::StrCat(file.flag, ": cannot read ", file.path));
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
      SSL_CTX_new(TLS_method()), &SSL_CTX_free);
  absl::Status status;
  if (const TlsFile& authority = files.authority; !authority.path.empty()) {
    status.Update(Check(
        authority,
        SSL_CTX_load_verify_file(context.get(), authority.path.c_str()) == 1,
        absl::StrCat(kCertificateForm,
                     " of who signs the other side's certificate")));
  }
  if (const TlsFile& certificate = files.certificate;
      !certificate.path.empty()) {
    status.Update(Check(certificate,
                        SSL_CTX_use_certificate_chain_file(
                            context.get(), certificate.path.c_str()) == 1,
                        kCertificateForm));
  }
  // Without its certificate any key would do.
  if (const TlsFile& key = files.key; status.ok() && !key.path.empty()) {
    status.Update(
        Check(key,
              SSL_CTX_use_PrivateKey_file(context.get(), key.path.c_str(),
                                          SSL_FILETYPE_PEM) == 1,
              absl::StrCat("the PEM of the private key of ",
                           files.certificate.path)));
  }
  return status;
}

}  // namespace recourse
