// The real HTTP client against a real, tiny server.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/incident/http_client.h"
#include "tests/incident/fakes.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::Not;

// Serves one connection: reads a whole request, sends `answer`, and closes.
class TinyServer {
 public:
  // An empty answer: none is ever sent.
  explicit TinyServer(std::string answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~TinyServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url(const std::string& rest = "/") const {
    return absl::StrCat("http://127.0.0.1:", port_, rest);
  }
  void WaitForRequest() { received_.Wait(); }
  bool SentAll() {
    ended_.Wait();
    return sent_all_;
  }
  const std::string& request() {
    received_.Wait();
    return request_;
  }

 private:
  void Serve() {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    char buffer[4096];
    ssize_t size = 1;
    while (!IsWhole() && size > 0) {
      size = read(connection, buffer, sizeof buffer);
      if (size > 0) request_.append(buffer, size);
    }
    received_.Notify();
    const char* data = answer_.data();
    size_t left = answer_.size();
    while (left > 0) {
      const ssize_t sent = send(connection, data, left, MSG_NOSIGNAL);
      if (sent <= 0) break;
      data += sent;
      left -= sent;
    }
    sent_all_ = left == 0;
    ended_.Notify();
    // Without an answer: until the client goes.
    while (answer_.empty() && read(connection, buffer, sizeof buffer) > 0) {
    }
    close(connection);
  }

  bool IsWhole() const {
    const size_t head = request_.find("\r\n\r\n");
    const size_t length = request_.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) return false;
    return request_.size() >=
           head + 4 + std::strtoul(request_.c_str() + length + 16, nullptr, 10);
  }

  const std::string answer_;
  int listener_;
  int port_ = 0;
  std::string request_;
  Signal received_;
  bool sent_all_ = false;
  Signal ended_;
  std::thread thread_;
};

TEST(CurlClientTest, PostsAndReadsTheAnswer) {
  TinyServer server(
      "HTTP/1.1 503 Busy\r\nRetry-After:  7 \r\nX-A: b\r\n"
      "Content-Length: 2\r\n\r\nno");
  const auto client = NewCurlHttpClient();
  const auto answer =
      client->Post(server.url("/hook?x=1"), {{"webhook-id", "msg_1"}},
                   "{\"a\":\"\xC3\xBC\"}", absl::Seconds(30));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->headers.at("retry-after"), "7");
  EXPECT_EQ(answer->headers.at("x-a"), "b");
  EXPECT_THAT(server.request(), HasSubstr("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(server.request(), HasSubstr("webhook-id: msg_1\r\n"));
  EXPECT_THAT(server.request(), HasSubstr("\r\n\r\n{\"a\":\"\xC3\xBC\"}"));
  EXPECT_THAT(server.request(), Not(HasSubstr("Expect:")));
}

TEST(CurlClientTest, FollowsNoRedirect) {
  TinyServer server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
      "Content-Length: 0\r\n\r\n");
  const auto answer =
      NewCurlHttpClient()->Post(server.url(), {}, "{}", absl::Seconds(30));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 302);
}

TEST(CurlClientTest, DoesNotReadOnForEver) {
  // Far more than the sockets' buffers hold.
  TinyServer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(64 << 20, 'x'));
  const auto answer =
      NewCurlHttpClient()->Post(server.url(), {}, "{}", absl::Seconds(30));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
  EXPECT_FALSE(server.SentAll());
}

TEST(CurlClientTest, SendsLargeBodies) {
  TinyServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const std::string body(3 << 20, 'x');
  const auto answer =
      NewCurlHttpClient()->Post(server.url(), {}, body, absl::Seconds(30));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_GT(server.request().size(), body.size());
}

TEST(CurlClientTest, NoAnswerIsAnErrorWithoutSecrets) {
  const auto client = NewCurlHttpClient();
  TinyServer silent("");
  const auto late =
      client->Post(silent.url("/s3cret"), {}, "{}", absl::Milliseconds(50));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late.status())) << late.status();
  EXPECT_THAT(late.status().ToString(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(late.status().ToString(), HasSubstr("127.0.0.1"));

  TinyServer broken("garbage\r\n\r\n");
  const struct {
    std::string url;
  } kRows[] = {
      {broken.url("/s3cret")},
      {"http://s3cret:s3cret@127.0.0.1:1/s3cret?s3cret#s3cret"},
      {"https://127.0.0.1:1/s3cret"},
      {"file:///etc/s3cret"},
      {"gopher://127.0.0.1/s3cret"},
      {"s3cret::// not a URL"},
      {""},
  };
  for (const auto& row : kRows) {
    const auto answer = client->Post(row.url, {}, "{}", absl::Seconds(30));
    EXPECT_TRUE(absl::IsUnavailable(answer.status())) << row.url;
    EXPECT_THAT(answer.status().ToString(), Not(HasSubstr("s3cret")));
  }
}

TEST(CurlClientTest, InterruptEndsRunningAndLaterCalls) {
  TinyServer silent("");
  const auto client = NewCurlHttpClient();
  absl::Status running;
  std::thread caller([&] {
    running = client->Post(silent.url(), {}, "{}", absl::Hours(1)).status();
  });
  silent.WaitForRequest();
  client->Interrupt();
  caller.join();
  EXPECT_TRUE(absl::IsCancelled(running)) << running;
  EXPECT_TRUE(absl::IsCancelled(
      client->Post(silent.url(), {}, "{}", absl::Hours(1)).status()));
}

TEST(CurlClientTest, TheDestructorInterrupts) {
  TinyServer silent("");
  auto client = NewCurlHttpClient();
  absl::Status running;
  std::thread caller([&, raw = client.get()] {
    running = raw->Post(silent.url(), {}, "{}", absl::Hours(1)).status();
  });
  silent.WaitForRequest();
  client.reset();
  caller.join();
  EXPECT_TRUE(absl::IsCancelled(running)) << running;
}

}  // namespace
}  // namespace recourse
