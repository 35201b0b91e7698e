#include "server/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/ssl.h>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr unsigned kReloadSeconds = 60;

// What gRPC would only log later, call by call.
absl::Status CheckFiles(const config::v1::Tls& tls) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
      SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.cert().c_str()) !=
      1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--tls-cert: ", tls.cert(), " is no readable PEM chain"));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), tls.key().c_str(),
                                  SSL_FILETYPE_PEM) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--tls-key: ", tls.key(), " is no readable PEM key of the certificate ",
        tls.cert()));
  }
  if (!tls.client_ca().empty() &&
      SSL_CTX_load_verify_file(context.get(), tls.client_ca().c_str()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--tls-client-ca: ", tls.client_ca(), " is no readable PEM file"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ListenerCredentials(
    const config::v1::Tls& tls) {
  if (tls.cert().empty()) return grpc::InsecureServerCredentials();
  if (absl::Status s = CheckFiles(tls); !s.ok()) return s;
  namespace experimental = grpc::experimental;
  auto provider =
      std::make_shared<experimental::FileWatcherCertificateProvider>(
          tls.key(), tls.cert(), tls.client_ca(), kReloadSeconds);
  experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (tls.client_ca().empty()) {
    options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  } else {
    options.watch_root_certs();
    options.set_cert_request_type(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return experimental::TlsServerCredentials(options);
}

}  // namespace recourse
