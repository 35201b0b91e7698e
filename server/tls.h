// Credentials of the listener.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "recourse/config/v1/config.pb.h"

namespace recourse {

// Certificates are read again every minute, so that a renewed one needs no
// restart. INVALID_ARGUMENT, naming the file: it cannot be read, is not PEM, or
// the key is not the certificate's. With no certificate: plain text.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ListenerCredentials(
    const config::v1::Tls& tls);

}  // namespace recourse
