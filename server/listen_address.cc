#include "server/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

// 0, or the errno of the step that failed.
int TryToBind(const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int error =
      bind(fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  close(fd);
  return error;
}

std::string Why(int error, const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  switch (error) {
    case EADDRINUSE:
      return absl::StrCat(
          "the port is taken, perhaps by a server that runs already; choose "
          "another, or ",
          host, ":0 for a free one, which the ready line tells");
    case EADDRNOTAVAIL:
      return "this machine has no such address; 127.0.0.1 serves this machine, "
             "0.0.0.0 all its addresses";
    case EACCES:
      return "the system keeps that port from you; choose one above 1023";
    default:
      return std::generic_category().message(error);
  }
}

}  // namespace

absl::Status CheckListenAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (absl::StartsWith(address, "unix:") || colon == address.npos) {
    return absl::OkStatus();
  }
  const std::string port = address.substr(colon + 1);
  if (port.find_first_not_of('0') == port.npos) return absl::OkStatus();
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int unknown =
      getaddrinfo(std::string(host).c_str(), port.c_str(), &wanted, &found);
  if (unknown != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen: cannot listen on ", address, ": ", gai_strerror(unknown)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found,
                                                                 &freeaddrinfo);
  int error = 0;
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    const int failed = TryToBind(*next);
    if (failed == 0) return absl::OkStatus();
    if (error == 0) error = failed;
  }
  return absl::UnavailableError(absl::StrCat(
      "--listen: cannot listen on ", address, ": ", Why(error, address)));
}

}  // namespace recourse
