// The PEM files that flags of the server and of the command line name.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace recourse {

struct TlsFile {
  std::string flag;  // What errors name it by.
  std::string path;  // Empty: not given.
};

struct TlsFiles {
  TlsFile authority;  // Who signs the other side's certificate.
  TlsFile certificate;
  TlsFile key;
};

// What gRPC would only log, call by call. INVALID_ARGUMENT, naming flag and
// path: a file that cannot be read, is not PEM of its kind, or a key that is
// not the certificate's. Files that are not given are fine.
absl::Status CheckTlsFiles(const TlsFiles& files);

}  // namespace recourse
