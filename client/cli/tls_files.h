// The files behind --tls-ca, --tls-cert and --tls-key.
#pragma once

#include "absl/status/status.h"
#include "client/cpp/client.h"

namespace recourse::cli {

// What gRPC would only log and then never connect. INVALID_ARGUMENT, naming the
// flag: a file that cannot be read, is not PEM of its kind, or a key that is
// not the certificate's. Files that are not given are fine.
absl::Status CheckTlsFiles(const TlsOptions& tls);

}  // namespace recourse::cli
