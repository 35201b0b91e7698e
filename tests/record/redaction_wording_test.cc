// Texts without a secret, which must come out as they went in.
#include <string>

#include "gtest/gtest.h"
#include "server/record/redaction.h"

namespace recourse {
namespace {

const char* const kTexts[] = {
    // The word "token" of grammars and language models.
    "SyntaxError: Unexpected token < in JSON at position 0",
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "unexpected token: StringLiteral (12:7)",
    "Unrecognized token 'foo': was expecting ('true', 'false' or 'null')",
    "{\"max_tokens\": 4096, \"total_tokens\": 11414}",
    "max_tokens: 4096",
    "max_token=4096 is too large",
    "completion_tokens=4096, prompt_tokens=7318",
    "This model's maximum context length is 8192 tokens",
    "expected token: ')' near line 12",
    "missing token: identifier",
    "next_page_token=CAUQAA nextPageToken: \"CAUQAA\"",
    "org.json.JSONException: Unterminated string token = at 14",
    "Limit 30000 tokens per min, token: 401",
    "invalid_token: Token expired at 2024-05-01T12:00:00Z",
    "error=\"invalid_token\", error_description=\"The token is expired\"",
    "Invalid access token: Session has expired",
    "token: expired",
    "CSRF token missing or incorrect.",
    "token_type: bearer, expires_in: 3600",
    // Words about passwords, keys and secrets.
    "FATAL: password authentication failed for user \"app\"",
    "Access denied for user 'root'@'localhost' (using password: YES)",
    "Access denied for user 'root'@'10.0.0.7' (using password: NO)",
    "password: must be at least 8 characters",
    "{\"password\": [\"This field is required.\"]}",
    "{\"password\": \"is too short\"}",
    "password: required",
    "{\"password\": \"can't be blank\"}",
    "password: isn't strong enough",
    "password=${DB_PASSWORD} is not set",
    "password=$DB_PASSWORD",
    "password=********",
    "api_key: null",
    "{\"api_key\": null, \"password\": \"\"}",
    "token=<token>",
    "Invalid API key: not found",
    "You didn't provide an API key. You need to provide your API key",
    "secret \"db-credentials\" not found",
    "MountVolume.SetUp failed for volume \"v\" : secret \"tls-2\" not found",
    "Enter passphrase for key '/root/.ssh/id_ed25519':",
    "duplicate key value violates unique constraint \"users_pkey\"",
    "Key (id)=(550e8400) already exists.",
    "KeyError: 'user_id'",
    "ssl_private_key: /etc/ssl/server.pem",
    "PWD=/home/app",
    "bypass=true compass: north",
    "pass: 12, fail: 0",
    "design=flat signal=11",
    "secret_name=my-secret secretName: web-tls",
    "password_file=/run/secrets/db",
    "idempotency_key=7f3a9c public_key=abc",
    "--password must be given",
    "--token-file /run/token --password-stdin",
    // Authentication without credentials.
    "WWW-Authenticate: Bearer realm=\"api\", error=\"invalid_token\"",
    "Authorization header is missing",
    "Authorization: Bearer <token>",
    "Authorization: Bearer token is missing or malformed",
    "HTTP Basic: Access denied",
    "basic authentication required",
    "Bearer authentication failed",
    "Authorization: Digest authentication failed",
    "curl: (7) Failed to connect to db port 5432: Connection refused",
    "docker run -u 1000:1000 image",
    // Hosts, addresses and URLs.
    "connect ECONNREFUSED 127.0.0.1:5432",
    "dial tcp [::1]:6379: connect: connection refused",
    "https://api.example.com:8443/v1/users?page=2&limit=10#top",
    "postgres://app@db.example.com/orders",
    "ssh://git@github.com/org/repo.git",
    "git@github.com:org/repo.git: Repository not found",
    "deploy@git.example.com: Permission denied (publickey).",
    "scp app@web.example.com:/var/log/x",
    "http://registry:4873/@scope/pkg not found",
    "https://registry.npmjs.org/@types/node: 404",
    "rabbit@mq1.example.com: nodedown",
    "user@db01.prod.internal",
    "npm ERR! react-dom@18.2.0-rc.next could not resolve",
    "com.example.Foo@6d06d69c",
    "postgres://app:***@db/orders",
    // Ids, numbers, hashes and times.
    "request id: req_66026c5cafcb3a9eec6d6fead518e143",
    "550e8400-e29b-41d4-a716-446655440000",
    "41111111-1111-1111-1111-111111111111",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
    "2024-05-01T12:00:00.123456Z 1714564800000 1714564800123456",
    "snowflake 1125899906842624 and 175928847299117063",
    "order 4111111111111112 not found",
    "lat=0.4111111111111111 id-4111111111111111-7",
    "x4111111111111111 4111111111111111y",
    "project_number:518823670914 account 123456789012",
    "arn:aws:iam::123456789012:role/app",
    "+49 170 1234567 ext 12, tel:+4915112345678",
    "def login(password: str, token: Optional[str] = None):",
    "syntax error near unexpected token `newline'",
    "Key: 'User.Password' Error:Field validation for 'Password' failed",
    "{\"field\":\"password\",\"message\":\"Password must contain a digit\"}",
    "The security token included in the request is invalid",
    "The request signature we calculated does not match",
    "\"secret\": {\"name\": \"db\"}",
    "10.50.8.23:6380 MOVED 12706",
    "0x7ffee4c0a8f0 rip=0000000000401136",
    "gpt-4o-mini sk-learn-contrib-packages disk-usage-report-of-today",
    "eyJ and eyJhIjox are short",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq\n"
    "-----END CERTIFICATE-----",
    "key must begin with -----BEGIN PRIVATE KEY----- and end with "
    "-----END PRIVATE KEY-----",
    "no start line: Expecting: ANY PRIVATE KEY",
    "Пароль неверен: попробуйте ещё раз",
    "[REDACTED:jwt] [REDACTED:key_value]",
    "",
    "a",
};

TEST(RedactionWordingTest, OrdinaryTextsSurvive) {
  const auto redactor = Redactor::Create({});
  ASSERT_TRUE(redactor.ok()) << redactor.status();
  for (const char* text : kTexts) {
    EXPECT_EQ((*redactor)->Redact(absl::string_view(text)), text);
  }
}

}  // namespace
}  // namespace recourse
