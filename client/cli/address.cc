#include "client/cli/address.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace recourse::cli {

absl::Status CheckAddress(const std::string& address) {
  const bool unbracketed = absl::StartsWith(address, "::");
  const bool without_port = address.find(':') == std::string::npos ||
                            absl::EndsWith(address, "]") ||
                            absl::EndsWith(address, ":") || unbracketed;
  if (!without_port || absl::StartsWith(address, "unix")) {
    return absl::OkStatus();
  }
  if (address.empty()) {
    return absl::InvalidArgumentError(
        "the address of the server is empty; did you mean 127.0.0.1:50051?");
  }
  std::string host = address;
  if (unbracketed) {
    host = absl::StrCat("[", address, "]");
  } else if (host.back() == ':') {
    host.pop_back();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no port in ", address, "; did you mean ", host, ":50051?"));
}

bool IsLoopback(const std::string& address) {
  return absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "127.") ||
         absl::StartsWith(address, "[::1]:") ||
         absl::StartsWith(address, "unix:");
}

}  // namespace recourse::cli
