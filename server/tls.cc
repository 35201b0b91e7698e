#include "server/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "server/tls_files.h"

namespace recourse {
namespace {

constexpr unsigned kReloadSeconds = 60;

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ListenerCredentials(
    const config::v1::Tls& tls) {
  if (tls.cert().empty()) return grpc::InsecureServerCredentials();
  const absl::Status usable =
      CheckTlsFiles({.authority = {"--tls-client-ca", tls.client_ca()},
                     .certificate = {"--tls-cert", tls.cert()},
                     .key = {"--tls-key", tls.key()}});
  if (!usable.ok()) return usable;
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
