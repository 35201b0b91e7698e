#include "server/record/redaction.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::Not;

std::unique_ptr<const Redactor> Make(const RedactionOptions& options = {}) {
  auto redactor = Redactor::Create(options);
  EXPECT_TRUE(redactor.ok()) << redactor.status();
  return *std::move(redactor);
}

TEST(RedactorOptionsTest, BadOptionsAreRefused) {
  struct Row {
    RedactionOptions options;
    const char* message;
  };
  const Row rows[] = {
      {{{"ok", "a(b"}, {}}, "redaction.patterns[1]: at offset 0: missing )"},
      {{{"x[z-a]"}, {}},
       "redaction.patterns[0]: at offset 2: invalid character class range"},
      {{{"(?=a)"}, {}}, "redaction.patterns[0]: at offset 0"},
      {{{}, {"emails"}}, "there is no built-in rule \"emails\"; there are "},
      {{{}, {"emails"}}, ", email, "},
      {{std::vector<std::string>(Redactor::kMaxPatterns + 1, "x"), {}},
       "65 patterns, at most 64"},
  };
  for (const Row& row : rows) {
    const auto redactor = Redactor::Create(row.options);
    ASSERT_FALSE(redactor.ok()) << row.message;
    EXPECT_EQ(redactor.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(redactor.status().message()),
                HasSubstr(row.message));
  }
  EXPECT_TRUE(Redactor::Create(
                  {std::vector<std::string>(Redactor::kMaxPatterns, "x"), {}})
                  .ok());
}

TEST(RedactorOptionsTest, EachBuiltInRuleCanBeTurnedOff) {
  const std::pair<const char*, const char*> rows[] = {
      {"bearer", "Authorization: Bearer abc"},
      {"key_value", "password=hunter2"},
      {"url_userinfo", "a://u:pass@h/x"},
      {"vendor_key",
       "xox"
       "b-123456789012-abcdefABCDEF"},
      {"jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP"},
      {"email", "jane@example.com"},
      {"card_number", "4111111111111111"},
      {"private_key",
       "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFA"},
  };
  const auto all = Make();
  for (const auto& [rule, text] : rows) {
    EXPECT_NE(all->Redact(absl::string_view(text)), text) << rule;
    EXPECT_EQ(Make({{}, {rule}})->Redact(absl::string_view(text)), text);
  }
}

TEST(RedactorOptionsTest, UserPatternsHideTheirFirstGroupOrTheMatch) {
  const auto redactor =
      Make({{R"(customer=(\d+))", R"(ACME-\d+)", R"(pin (?:(\d+)|none))"}, {}});
  EXPECT_EQ(redactor->Redact("customer=42 at ACME-7, pin 1, pin none"),
            "customer=[REDACTED:custom] at [REDACTED:custom], "
            "pin [REDACTED:custom], [REDACTED:custom]");
}

TEST(RedactorOptionsTest, UserPatternsSeeCodePointsOrElseBytes) {
  const auto redactor = Make({{"^.{3}$", "name: .*"}, {}});
  EXPECT_EQ(redactor->Redact("äöü"), "[REDACTED:custom]");
  EXPECT_EQ(redactor->Redact("äöüß"), "äöüß");
  EXPECT_EQ(redactor->Redact("name: \xff secret"), "[REDACTED:custom]");
}

TEST(RedactorTest, APatternThatMatchesMarkersDoesNotGrowThem) {
  for (const char* pattern : {R"(\w+)", ".", "REDACTED", "", "a*", "[^]]+"}) {
    const auto redactor = Make({{pattern}, {}});
    const std::string once = redactor->Redact("see a and password=b here");
    EXPECT_EQ(redactor->Redact(once), once) << pattern;
    EXPECT_LT(once.size(), 500u) << pattern;
  }
}

TEST(RedactorTest, TextThatKeepsChangingIsHiddenWhole) {
  // Each pass uncovers the next "x" from the left.
  const auto redactor = Make({{R"((?:^|\])(x))"}, {}});
  const std::string text(30, 'x');
  const std::string redacted = redactor->Redact(text);
  EXPECT_THAT(redacted, Not(HasSubstr("x")));
  EXPECT_EQ(redactor->Redact(redacted), redacted);
}

// Texts of fragments that mean something to the rules, in any order.
std::string RandomText(std::mt19937_64& random) {
  static const std::vector<std::string> fragments = {
      "password",
      "token",
      "api_key",
      "=",
      ":",
      ": ",
      " ",
      "\"",
      "'",
      "\\\"",
      "\n",
      "://",
      "@",
      "u:p@h",
      "Bearer ",
      "Basic ",
      "Authorization",
      "eyJ",
      "abc123",
      ".",
      "-",
      "4111",
      "1111 ",
      "sk"
      "-",
      "ghp"
      "_",
      "AKIA",
      "-----BEGIN PRIVATE KEY-----",
      "-----END PRIVATE KEY-----",
      "MIIEvQIBADANBgkqhkiG9w0BAQEFA",
      "[REDACTED:",
      "jwt",
      "key_value",
      "]",
      "[REDACTED:jwt]",
      "[",
      "(",
      "{",
      "}",
      ",",
      "&",
      ";",
      "<",
      ">",
      "%3D",
      "ä",
      "€",
      "\xff",
      "\x80",
      "must",
      "null",
      "a@b.example",
      "?sig=",
      "0123456789abcdef",
      "https",
      "curl -u ",
      "Cookie: a=",
      "\\n"};
  std::string text;
  const size_t count = random() % 24;
  for (size_t i = 0; i < count; ++i) {
    text += fragments[random() % fragments.size()];
  }
  return text;
}

TEST(RedactorTest, IsIdempotentAndKeepsUtf8) {
  const auto redactor = Make();
  const RE2 any_text("(?s).*");
  std::mt19937_64 random(20240501);
  int valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = RandomText(random);
    const std::string once = redactor->Redact(text);
    ASSERT_EQ(redactor->Redact(once), once) << text;
    if (RE2::FullMatch(text, any_text)) {
      ++valid;
      ASSERT_TRUE(RE2::FullMatch(once, any_text)) << text;
    }
  }
  EXPECT_GT(valid, 1000);
}

TEST(RedactorTest, LongSecretsVanishToTheirEnd) {
  const auto redactor = Make();
  for (size_t size = 500; size < 530; ++size) {
    const std::string value = std::string(size, '.') + std::string(2000, 's');
    EXPECT_EQ(redactor->Redact("password=z" + value + " end"),
              "password=[REDACTED:key_value] end");
    EXPECT_EQ(redactor->Redact("{\"password\": \"z" + value + "\"}"),
              "{\"password\": \"[REDACTED:key_value]\"}");
  }
}

TEST(RedactorTest, InvalidUtf8StaysAsItIs) {
  const auto redactor = Make();
  EXPECT_EQ(redactor->Redact("\xff\xfe caf\xe9 failed"),
            "\xff\xfe caf\xe9 failed");
  EXPECT_EQ(redactor->Redact("\xff password=\xe9t\xe9 end"),
            "\xff password=[REDACTED:key_value] end");
}

TEST(RedactFailureTest, EveryTextIsRedacted) {
  Failure failure;
  failure.ns = "ns password=a1";
  failure.workflow_id = "w password=a2";
  failure.node_name = "n password=a3";
  failure.step_count = 7;
  failure.exception_type = "E password=a4";
  failure.message = "m password=a5";
  failure.code = "c password=a6";
  failure.http_status = 503;
  failure.grpc_code = GrpcCode::kUnavailable;
  failure.target = "https://u:a7@h";
  failure.caller_service = "s password=a8";
  failure.caller_instance = "i password=a9";
  failure.stack_trace = "never kept";
  failure.headers = {{"authorization", "never kept"}};
  failure.labels = {{"api_key", "b1"},
                    {"team", "x password=b2"},
                    {"region", "eu-west-1"},
                    {"password=b3", "v"}};
  const RedactedFailure redacted = Make()->Redact(failure);
  const std::string hidden = "[REDACTED:key_value]";
  EXPECT_EQ(redacted.ns, "ns password=" + hidden);
  EXPECT_EQ(redacted.workflow_id, "w password=" + hidden);
  EXPECT_EQ(redacted.node_name, "n password=" + hidden);
  EXPECT_EQ(redacted.step_count, 7);
  EXPECT_EQ(redacted.exception_type, "E password=" + hidden);
  EXPECT_EQ(redacted.message, "m password=" + hidden);
  EXPECT_EQ(redacted.code, "c password=" + hidden);
  EXPECT_EQ(redacted.http_status, 503);
  EXPECT_EQ(redacted.grpc_code, "UNAVAILABLE");
  EXPECT_EQ(redacted.target, "https://u:[REDACTED:url_userinfo]@h");
  EXPECT_EQ(redacted.caller_service, "s password=" + hidden);
  EXPECT_EQ(redacted.caller_instance, "i password=" + hidden);
  ASSERT_EQ(redacted.labels.size(), 4u);
  EXPECT_EQ(redacted.labels.at("api_key"), hidden);
  EXPECT_EQ(redacted.labels.at("team"), "x password=" + hidden);
  EXPECT_EQ(redacted.labels.at("region"), "eu-west-1");
  EXPECT_EQ(redacted.labels.count("password=" + hidden), 1u);
}

TEST(RedactNameTest, NamesThatComeAgainAreRedactedAsTheFirstTime) {
  const auto redactor = Make();
  const std::string secret = "postgres://app:Xk29dLqP@db/orders";
  // Far more than are remembered.
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = absl::StrCat("service-", i);
    ASSERT_EQ(redactor->RedactName(name), name);
    ASSERT_EQ(redactor->RedactName(secret), redactor->Redact(secret));
    ASSERT_EQ(redactor->RedactName(name), name);
  }
  EXPECT_EQ(redactor->RedactName(""), "");
}

TEST(RedactNameTest, NoNameGrowsBeyondWhatANameMayHave) {
  std::string name;
  while (name.size() < 240) absl::StrAppend(&name, "a@bc.de ");
  const auto redactor = Make();
  ASSERT_GT(redactor->Redact(name).size(), Redactor::kMaxNameBytes);
  EXPECT_EQ(redactor->RedactName(name),
            redactor->Redact(name).substr(0, Redactor::kMaxNameBytes));
}

std::string RedactedMessage(const std::string& message) {
  Failure failure;
  failure.message = message;
  return Make()->Redact(failure).message;
}

TEST(RedactFailureTest, MessageIsCutAfterRedactionBetweenCodePoints) {
  EXPECT_EQ(RedactedMessage(std::string(2048, 'a')), std::string(2048, 'a'));
  EXPECT_EQ(RedactedMessage(std::string(2049, 'a')), std::string(2048, 'a'));
  const std::string euros = RedactedMessage(std::string(2047, 'a') + "€€");
  EXPECT_EQ(euros, std::string(2047, 'a'));
  // A secret across the cut, and a marker across it.
  const std::string across = RedactedMessage(
      std::string(2000, 'a') + " password=" + std::string(90, 's') + " end");
  EXPECT_EQ(across,
            std::string(2000, 'a') + " password=[REDACTED:key_value] end");
  const std::string marker =
      RedactedMessage(std::string(2030, 'a') + " password=hunter2");
  EXPECT_EQ(marker, std::string(2030, 'a') + " password=");
}

TEST(RedactFailureTest, WhatTheEdgeCutOffIsNotShownEither) {
  // The head of the message ends within a URL's password, the tail begins
  // within a key; hiding a huge block brings both near.
  std::string block = "-----BEGIN PRIVATE KEY-----\n";
  while (block.size() < 8000) block += std::string(64, 'M') + "\n";
  block += "-----END PRIVATE KEY----- ";
  std::string message = block + std::string(8192 - block.size() - 20, '.');
  message += " db://user:halfpassw";
  message.resize(8192);
  message += "ord@host " + std::string(9000, 'z');
  const std::string redacted = RedactedMessage(message);
  EXPECT_THAT(redacted, HasSubstr("[REDACTED:private_key]"));
  EXPECT_THAT(redacted, Not(HasSubstr("halfp")));
  EXPECT_THAT(redacted, Not(HasSubstr("ord@host")));
  EXPECT_THAT(redacted, Not(HasSubstr("MMMM")));
}

TEST(RedactTextTest, IsTheMatchedTextWithoutSecrets) {
  const auto redactor = Redactor::Create({});
  ASSERT_TRUE(redactor.ok());
  Failure failure;
  failure.exception_type = "LoginError";
  failure.message = "wrong password=hunter2";
  const auto text = [&] {
    failure.text = MatchText(failure);
    return (*redactor)->RedactText(failure, (*redactor)->Redact(failure));
  };
  EXPECT_EQ(text(), "LoginError: wrong password=[REDACTED:key_value]");
  failure.causes = {{"IoError", "api_key=q7w8e9r0t1"}, {"", "disk"}};
  EXPECT_EQ(text(),
            "LoginError: wrong password=[REDACTED:key_value]\n"
            "IoError: api_key=[REDACTED:key_value]\ndisk");
  failure.causes[1].message = std::string(3000, 'x') + " password=hunter2";
  EXPECT_EQ(text().size(), kMaxRedactedMessageBytes);
  EXPECT_THAT(text(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace recourse
