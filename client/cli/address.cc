#include "client/cli/address.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace recourse::cli {
namespace {

constexpr absl::string_view kDefaultPort = ":50051";
constexpr absl::string_view kSchemes[] = {
    "unix:", "unix-abstract:", "dns:", "ipv4:", "ipv6:", "vsock:", "xds:"};

bool HasScheme(absl::string_view address) {
  return std::any_of(std::begin(kSchemes), std::end(kSchemes),
                     [&](absl::string_view scheme) {
                       return absl::StartsWith(address, scheme);
                     });
}

// The name under which people gave the address.
absl::string_view Giver(const std::string& address) {
  // Nothing sets it meanwhile.
  const char* variable =
      std::getenv("RECOURSE_SERVER");  // NOLINT(concurrency-mt-unsafe)
  return variable != nullptr && address == variable ? "RECOURSE_SERVER"
                                                    : "--server";
}

absl::Status Wrong(const std::string& address, absl::string_view what,
                   absl::string_view right) {
  return absl::InvalidArgumentError(
      absl::StrCat(Giver(address), ": ", what, "; did you mean ", right, "?"));
}

// Of "http://HOST:PORT/path".
absl::Status NoUrl(const std::string& address) {
  std::string host = address.substr(address.find("://") + 3);
  host.resize(std::min(host.size(), host.find('/')));
  const size_t port = host.rfind(':');
  if (host.empty()) host = "127.0.0.1";
  if (port == host.npos || absl::EndsWith(host, "]"))
    absl::StrAppend(&host, kDefaultPort);
  const bool https = absl::StartsWithIgnoreCase(address, "https");
  return Wrong(address,
               absl::StrCat(address, " is a URL, but gRPC takes HOST:PORT"),
               absl::StrCat(host, https ? " with --tls" : ""));
}

}  // namespace

absl::Status CheckAddress(const std::string& address) {
  if (HasScheme(address)) return absl::OkStatus();
  if (address.empty()) {
    return Wrong(address, "the address of the server is empty",
                 "127.0.0.1:50051");
  }
  if (absl::StrContains(address, "://")) return NoUrl(address);
  const size_t colon = address.rfind(':');
  const bool brackets = address[0] == '[';
  const bool bare_ipv6 =
      !brackets && colon != address.npos && address.find(':') != colon;
  if (bare_ipv6) {
    return Wrong(address, absl::StrCat("no port in ", address),
                 absl::StrCat("[", address, "]", kDefaultPort));
  }
  if (colon == address.npos || absl::EndsWith(address, "]")) {
    return Wrong(address, absl::StrCat("no port in ", address),
                 absl::StrCat(address, kDefaultPort));
  }
  const std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  const std::string right =
      absl::StrCat(host.empty() ? "127.0.0.1" : host, kDefaultPort);
  int number = 0;
  if (port.empty()) {
    return Wrong(address, absl::StrCat("no port in ", address), right);
  }
  if (host.empty()) {
    return Wrong(address, absl::StrCat("no host in ", address),
                 absl::StrCat("127.0.0.1:", port));
  }
  if (!absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
    return Wrong(
        address,
        absl::StrCat("the port of ", address, " is no number of 1-65535"),
        right);
  }
  return absl::OkStatus();
}

bool IsLoopback(const std::string& address) {
  return absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "127.") ||
         absl::StartsWith(address, "[::1]:") ||
         absl::StartsWith(address, "unix:");
}

std::string ConnectionHint(const absl::Status& status,
                           const std::string& address, bool tls) {
  const std::string message = absl::AsciiStrToLower(status.message());
  const auto says = [&](absl::string_view words) {
    return absl::StrContains(message, words);
  };
  if (tls && says("wrong version number")) {
    return absl::StrCat(address,
                        " answers without TLS: leave out --tls, --tls-ca, "
                        "--tls-cert and --tls-key");
  }
  if (tls && says("certificate verify failed")) {
    return absl::StrCat("the certificate of ", address,
                        " is not signed by whom --tls-ca names (without it: "
                        "the system's roots); give the PEM of who signed it");
  }
  if (tls && says("peer name")) {
    return absl::StrCat("the certificate is for another name than ", address,
                        ": give --server a name that stands in it");
  }
  const bool closed =
      says("socket closed") || says("connection reset") || says("broken pipe");
  if (tls && closed) {
    return absl::StrCat(
        "something listens at ", address,
        " and closed the connection, most likely during TLS: a server with "
        "tls.client_ca needs --tls-cert and --tls-key, signed by that CA");
  }
  if (closed) {
    return absl::StrCat(
        "something listens at ", address,
        " and does not go on in plain text: a server with TLS needs --tls, or "
        "--tls-ca FILE with the PEM of who signed its certificate");
  }
  const std::string start =
      IsLoopback(address)
          ? absl::StrCat("? Start one with `recourse-server --listen ", address,
                         "`, or name")
          : ", and can it be reached from here? Name";
  return absl::StrCat("is a server running at ", address, start,
                      " another with --server or RECOURSE_SERVER");
}

}  // namespace recourse::cli
