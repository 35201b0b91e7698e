#include "server/match/target_hint.h"

#include <gtest/gtest.h>

namespace recourse {
namespace {

TEST(TargetHintTest, WhatTextsSayWasCalled) {
  const struct {
    const char* text;
    const char* hint;
  } kCases[] = {
      {"could not connect to db-1.internal:5432", "db-1.internal:5432"},
      {"dial tcp 10.0.0.5:6379: connect: connection refused", "10.0.0.5:6379"},
      {"dial tcp [::1]:6379: connect: connection refused", "[::1]:6379"},
      {"dial tcp: lookup db-1.internal on 10.0.0.2:53: no such host",
       "db-1.internal"},
      {"read tcp 10.0.0.9:43122->10.0.0.5:6379: i/o timeout", "10.0.0.5:6379"},
      {"Get \"https://user:pa55@api.x.example/v1?key=s3cret\": EOF",
       "api.x.example"},
      {"Post \"http://orders:8080/v1/orders\": context deadline exceeded",
       "orders:8080"},
      {"Post \"https://orders.svc:443/v1\": dial tcp 10.96.14.2:443: refused",
       "orders.svc:443"},
      {"HTTPSConnectionPool(host='api.x.example', port=443): Max retries "
       "exceeded with url: /v1?key=s3cret",
       "api.x.example:443"},
      {"connection to server at \"db-1\" (10.0.0.5), port 5432 failed: refused",
       "db-1:5432"},
      {"Is the server running on host \"db-1\" (10.0.0.5) and accepting TCP/IP "
       "connections on port 5432?",
       "db-1:5432"},
      {"Failed to connect to api.x.example port 443 after 3 ms",
       "api.x.example:443"},
      {"connect ECONNREFUSED 127.0.0.1:5432", "127.0.0.1:5432"},
      {"getaddrinfo ENOTFOUND api.x.example", "api.x.example"},
      {"Could not resolve host: api.x.example", "api.x.example"},
      {"java.net.UnknownHostException: api.x.example", "api.x.example"},
      {"Connection refused: db-1.internal/10.0.0.5:5432", "10.0.0.5:5432"},
      {"Can't connect to MySQL server on 'db-1.internal:3306' (111)",
       "db-1.internal:3306"},
      {"Error 111 connecting to localhost:6379. Connection refused.",
       "localhost:6379"},
      {"404 Client Error: Not Found for url: https://api.x.example/v1?k=s",
       "api.x.example"},
      {"request to https://api.x.example/v1 failed, reason: socket hang up",
       "api.x.example"},
      {"Could not connect to the endpoint URL: "
       "\"https://sqs.us-east-1.amazonaws.com/\"",
       "sqs.us-east-1.amazonaws.com"},
      {"SignatureDoesNotMatch for s3.eu-west-1.amazonaws.com today",
       "s3.eu-west-1.amazonaws.com"},
      {"cannot open redis://:hunter2@cache-1:6379/0", "cache-1:6379"},
      {"bad dsn postgres://u:p@db-1.internal:5432/orders?sslmode=x",
       "db-1.internal:5432"},
      {"502 Bad Gateway\nHost: api.x.example\nVia: proxy", "api.x.example"},
      {"{'Host': 'api.x.example', 'Accept': '*/*'}", "api.x.example"},
  };
  for (const auto& c : kCases) EXPECT_EQ(TargetHint(c.text), c.hint) << c.text;
}

TEST(TargetHintTest, OtherNamesAreNoTarget) {
  const char* const kTexts[] = {
      "",
      "connection refused",
      "could not connect to server",
      "unable to connect to the database",
      "connection to server was lost",
      "Rate limit reached. Visit https://platform.example.com/limits to learn",
      "For details see https://docs.example.com/errors",
      "mail to someone@example.com bounced",
      "error in main.go:42",
      "at 12:30 the job failed",
      "TypeError: cannot read x of undefined at app.js:10",
      "no such host",
      "Host: unknown",
      "the version is 1.2.3",
      "get a new key at https://example.com",
  };
  for (const char* text : kTexts) EXPECT_EQ(TargetHint(text), "") << text;
}

}  // namespace
}  // namespace recourse
