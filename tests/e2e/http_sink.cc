#include "tests/e2e/http_sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace recourse {
namespace {

constexpr size_t kMaxRequestBytes = 4 << 20;
constexpr char kHeadersEnd[] = "\r\n\r\n";

void DieUnless(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

// Bytes of the request that begins in `bytes`; 0 while its headers last.
size_t RequestBytes(const std::string& bytes) {
  const size_t end = bytes.find(kHeadersEnd);
  if (end == std::string::npos) return 0;
  size_t body = 0;
  const std::string headers = absl::AsciiStrToLower(bytes.substr(0, end));
  constexpr char kLength[] = "\r\ncontent-length:";
  const size_t at = headers.find(kLength);
  if (at != std::string::npos) {
    const size_t from = at + sizeof(kLength) - 1;
    const std::string value =
        headers.substr(from, headers.find('\r', from) - from);
    if (!absl::SimpleAtoi(value, &body)) body = 0;
  }
  return end + sizeof(kHeadersEnd) - 1 + body;
}

}  // namespace

HttpSink::HttpSink() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  DieUnless(bind(listener_, generic, size) == 0, "bind");
  DieUnless(listen(listener_, SOMAXCONN) == 0, "listen");
  DieUnless(getsockname(listener_, generic, &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

HttpSink::~HttpSink() {
  shutdown(listener_, SHUT_RDWR);  // Ends accept.
  thread_.join();
  close(listener_);
}

void HttpSink::Serve() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ServeOne(fd);
    close(fd);
  }
}

void HttpSink::ServeOne(int fd) {
  std::string bytes;
  size_t wanted = 0;
  while (wanted == 0 || bytes.size() < wanted) {
    char buffer[4096];
    const ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
    if (got <= 0 || bytes.size() > kMaxRequestBytes) return;
    bytes.append(buffer, static_cast<size_t>(got));
    wanted = RequestBytes(bytes);
  }
  const size_t begin = bytes.find(' ') + 1;
  const std::string path = bytes.substr(begin, bytes.find(' ', begin) - begin);
  const std::string answer =
      std::string("HTTP/1.1 ") +
      (absl::StartsWith(path, "/fail") ? "500 Internal Server Error"
                                       : "200 OK") +
      "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  {
    absl::MutexLock lock(&mu_);
    requests_.push_back({path, std::move(bytes)});
  }
  send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
}

std::vector<ReceivedRequest> HttpSink::requests() const {
  absl::MutexLock lock(&mu_);
  return requests_;
}

bool HttpSink::AwaitText(const std::string& path, const std::string& text,
                         absl::Duration timeout) const {
  absl::MutexLock lock(&mu_);
  const auto found = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (const ReceivedRequest& request : requests_) {
      if (absl::StartsWith(request.path, path) &&
          absl::StrContains(request.bytes, text)) {
        return true;
      }
    }
    return false;
  };
  return mu_.AwaitWithTimeout(absl::Condition(&found), timeout);
}

}  // namespace recourse
