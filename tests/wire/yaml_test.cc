#include "server/wire/yaml.h"

#include <random>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "recourse/config/v1/config.pb.h"
#include "recourse/internal/v1/token.pb.h"
#include "recourse/v1/orchestrator.pb.h"
#include "recourse/v1/pattern.pb.h"
#include "tests/wire/random_message.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;
using testing::StartsWith;

template <typename Message>
void ExpectYaml(const std::string& yaml, const std::string& text) {
  Message message;
  const absl::Status status = ParseYaml("f.yaml", yaml, message);
  ASSERT_TRUE(status.ok()) << status;
  const auto want = FromText<Message>(text);
  EXPECT_TRUE(MessageDifferencer::Equals(message, want))
      << yaml << "\n"
      << message.DebugString();
}

std::string ErrorOf(const std::string& yaml) {
  v1::ErrorPattern message;
  const absl::Status status = ParseYaml("f.yaml", yaml, message);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << yaml;
  return std::string(status.message());
}

TEST(YamlTest, ReadsScalars) {
  ExpectYaml<v1::ErrorPattern>("pattern_id: 40001\npriority: 7\n",
                               "pattern_id: '40001' priority: 7");
  ExpectYaml<v1::ErrorPattern>("not_executed: true", "not_executed: true");
  ExpectYaml<v1::ErrorPattern>("error_type: NETWORK",
                               "error_type: ERROR_TYPE_NETWORK");
  ExpectYaml<v1::ErrorPattern>("error_type: ERROR_TYPE_NETWORK",
                               "error_type: ERROR_TYPE_NETWORK");
  ExpectYaml<v1::RetryStep>("factor: 2", "factor: 2");
  ExpectYaml<v1::RetryStep>("factor: 1e3", "factor: 1000");
  ExpectYaml<v1::RetryStep>("base_delay: 1.5s",
                            "base_delay { seconds: 1 nanos: 500000000 }");
  ExpectYaml<v1::RetryStep>("base_delay: {seconds: -1}",
                            "base_delay { seconds: -1 }");
  ExpectYaml<v1::ErrorPattern>("create_time: 2024-05-01T12:00:00.5Z",
                               "create_time { seconds: 1714564800 nanos: "
                               "500000000 }");
  ExpectYaml<internal::v1::TokenPayload>("recovery_id: AQI=",
                                         "recovery_id: '\\001\\002'");
  ExpectYaml<v1::ErrorPattern>("regex_pattern: 'a: #b'",
                               "regex_pattern: 'a: #b'");
  ExpectYaml<v1::ErrorPattern>("pattern_id: !!str 1", "pattern_id: '1'");
  ExpectYaml<v1::ErrorPattern>("description: |+\n  a\n\n",
                               "description: 'a\\n\\n'");
  ExpectYaml<v1::ErrorPattern>("description: |-\n  # a", "description: '# a'");
}

TEST(YamlTest, ReadsNesting) {
  ExpectYaml<v1::ErrorPattern>(
      "conditions: {http_status: [429, 503], labels: {team: a, 5: b}}",
      "conditions { http_status: [429, 503] labels { key: 'team' value: 'a' } "
      "labels { key: '5' value: 'b' } }");
  ExpectYaml<v1::ErrorPattern>("steps:\n- retry:\n- escalation: {}\n",
                               "steps { retry {} } steps { escalation {} }");
  ExpectYaml<v1::ErrorPattern>("", "");
  ExpectYaml<v1::ErrorPattern>("# nothing but a comment\n", "");
  ExpectYaml<v1::ErrorPattern>("{}", "");
}

TEST(YamlTest, ReadsJsonValues) {
  const auto value = [](const std::string& yaml, const std::string& text) {
    ExpectYaml<v1::StateEdit>("set: " + yaml, "set { " + text + " }");
  };
  value("1", "number_value: 1");
  value("-1.5e3", "number_value: -1500");
  value(".5", "number_value: 0.5");
  value("'1'", "string_value: '1'");
  value("\"1\"", "string_value: '1'");
  value("1.2.3", "string_value: '1.2.3'");
  value("1s", "string_value: '1s'");
  value("true", "bool_value: true");
  value("'true'", "string_value: 'true'");
  value("yes", "string_value: 'yes'");
  value("null", "null_value: NULL_VALUE");
  value("~", "null_value: NULL_VALUE");
  value("", "null_value: NULL_VALUE");
  value("[1, a, []]",
        "list_value { values { number_value: 1 } values { string_value: 'a' } "
        "values { list_value {} } }");
  value("{a: {b: 1}, 'c': ~}",
        "struct_value { fields { key: 'a' value { struct_value { fields { key: "
        "'b' value { number_value: 1 } } } } } fields { key: 'c' value { "
        "null_value: NULL_VALUE } } }");
  ExpectYaml<v1::RecoveryContext>(
      "state: {a: 1}",
      "state { fields { key: 'a' value { number_value: 1 } } }");
}

TEST(YamlTest, ReadsAliases) {
  ExpectYaml<v1::ErrorPattern>(
      "steps:\n- retry: &r {max_retries: 2}\n- retry: *r\n",
      "steps { retry { max_retries: 2 } } steps { retry { max_retries: 2 } }");
}

// Bad input of the kinds that no fixture of tests/wire/bad_patterns shows.
TEST(YamlTest, RefusesBadInput) {
  EXPECT_EQ(ErrorOf("steps:\n- graceful_degradation:\n    levels:\n"
                    "    - name: a\n      edits:\n      - path: a\n"
                    "        set: {x: 1,\n              x: 2}\n"),
            "f.yaml:8: key x stands twice, first in line 7");
  EXPECT_EQ(ErrorOf("labels: {a: 1,\n  a: 2}"),
            "f.yaml:2: key a stands twice, first in line 1");
  EXPECT_EQ(ErrorOf("labels: {a: [1]}"),
            "f.yaml:1: value: expected one value, found a list");
  EXPECT_EQ(ErrorOf("conditions: {http_status: [1, null]}"),
            "f.yaml:1: http_status: expected a whole number from -2147483648 "
            "to 2147483647, found nothing");
  EXPECT_EQ(ErrorOf("<<: {pattern_id: a}").substr(0, 26),
            "f.yaml:1: unknown key << i");
  EXPECT_EQ(ErrorOf("pattern_id: a\ndescription: '\xff'"),
            "f.yaml:2: is not valid UTF-8");
  EXPECT_EQ(ErrorOf(std::string(1'048'577, ' ')),
            "f.yaml:1: is 1048577 bytes long, at most 1 MiB");
  EXPECT_EQ(ErrorOf("create_time: yesterday"),
            "f.yaml:1: create_time: expected a time such as "
            "2024-05-01T12:00:00Z, found yesterday");
  for (const char* unquoted : {"pattern_id: memory:", "pattern_id: a: b"}) {
    EXPECT_EQ(ErrorOf(unquoted),
              "f.yaml:1: is no YAML: illegal map value; quote a text that ends "
              "with a colon or has one before a space, such as \"memory:\"");
  }
  EXPECT_THAT(ErrorOf("pattern_id: [a"), StartsWith("f.yaml:1: is no YAML: "));
  EXPECT_THAT(ErrorOf("pattern_id: *unknown"),
              StartsWith("f.yaml:1: is no YAML: "));
  EXPECT_THAT(ErrorOf("\tpattern_id: a"), StartsWith("f.yaml:1: "));
  EXPECT_THAT(ErrorOf(std::string(100'000, '[')), StartsWith("f.yaml:1: "));
}

TEST(YamlTest, RefusesBombs) {
  const std::string begin =
      "steps:\n- graceful_degradation:\n    fallback_value:\n";
  std::string laughs = begin + "    - &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    laughs += "    - &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) {
      laughs += (k > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    }
    laughs += "]\n";
  }
  EXPECT_THAT(ErrorOf(laughs),
              HasSubstr("more than 100,000 values, aliases included"));
  EXPECT_THAT(ErrorOf(begin + "      &a [*a]\n"), StartsWith("f.yaml:"));
  EXPECT_THAT(ErrorOf(begin + "      [" + Times(100'001, "1,") + "]\n"),
              HasSubstr("more than 100,000 values"));
  EXPECT_THAT(
      ErrorOf(begin + "      " + Times(200, "[") + Times(200, "]") + "\n"),
      HasSubstr("more than 100 levels of nesting"));
}

// Whatever bytes come, ParseYaml answers.
TEST(YamlTest, SurvivesAnyText) {
  const std::string good =
      "patterns:\n- pattern_id: &a 'x'\n  regex_pattern: \"a\\n\"\n  steps:\n"
      "  - retry: {max_retries: 1, base_delay: 1s}\n  labels: {a: *a}\n"
      "  description: |\n    text\n";
  const std::string characters = " \n\t:-[]{}&*!|>'\"#%@`,?\\a1~.";
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000 / kRoundDivisor; ++i) {
    std::string text = good;
    for (size_t k = random() % 6 + 1; k > 0; --k) {
      text[random() % text.size()] = characters[random() % characters.size()];
    }
    v1::ListErrorPatternsResponse message;
    ParseYaml("f", text, message).IgnoreError();
  }
}

template <typename Message>
void RoundTrip(int count, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < count / kRoundDivisor; ++i) {
    Message message, back;
    FillRandomly(message, random, {});
    const std::string yaml = ToYaml(message);
    if (yaml.size() > (1 << 20)) continue;
    const absl::Status status = ParseYaml("f.yaml", yaml, back);
    ASSERT_TRUE(status.ok()) << status << "\n" << yaml;
    MessageDifferencer differencer;
    std::string difference;
    differencer.ReportDifferencesToString(&difference);
    ASSERT_TRUE(differencer.Compare(message, back)) << difference << "\n"
                                                    << yaml;
  }
}

TEST(YamlTest, RoundTripsRandomMessages) {
  RoundTrip<v1::ErrorPattern>(400, 1);
  RoundTrip<v1::RecoveryContext>(300, 2);
  RoundTrip<config::v1::ServerConfig>(300, 3);
  RoundTrip<v1::RecoveryResult>(100, 4);
}

TEST(YamlTest, WritesForPeople) {
  const auto message = FromText<v1::ErrorPattern>(R"pb(
    pattern_id: 'openai.limit'
    error_type: ERROR_TYPE_RATE_LIMIT
    regex_pattern: '(?i)rate \\d'
    priority: 0
    conditions {
      http_status: [ 429, 503 ]
      labels { key: 'b' value: '1' }
      labels { key: 'a' value: 'true' }
    }
    steps {
      retry {
        max_retries: 5
        base_delay { seconds: 1 nanos: 500000000 }
      }
    }
    steps { escalation {} })pb");
  EXPECT_EQ(ToYaml(message), R"(pattern_id: openai.limit
error_type: RATE_LIMIT
regex_pattern: '(?i)rate \d'
priority: 0
conditions:
  http_status: [429, 503]
  labels:
    a: 'true'
    b: '1'
steps:
  - retry:
      max_retries: 5
      base_delay: 1.5s
  - escalation:
      {}
)");
  EXPECT_EQ(ToYaml(v1::ErrorPattern()), "{}\n");
}

TEST(YamlTest, ParsesDurations) {
  struct Row {
    const char* text;
    absl::Duration want;
  };
  for (const Row& row :
       {Row{"20s", absl::Seconds(20)}, Row{"1.5s", absl::Milliseconds(1500)},
        Row{"200ms", absl::Milliseconds(200)}, Row{"5m", absl::Minutes(5)},
        Row{"2h", absl::Hours(2)}, Row{"1m30s", absl::Seconds(90)},
        Row{"0s", absl::ZeroDuration()}, Row{"3us", absl::Microseconds(3)}}) {
    const auto duration = ParseDuration(row.text);
    ASSERT_TRUE(duration.ok()) << row.text;
    EXPECT_EQ(*duration, row.want);
  }
  for (const char* text :
       {"", "5", "s", "-1s", "+1s", "1 s", "1s ", "1d", "inf", "1.s", ".5s",
        "1S", "1s-1s", "99999999999999h", "0", "1e3s"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

}  // namespace
}  // namespace recourse
