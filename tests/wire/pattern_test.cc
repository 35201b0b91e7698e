#include "server/wire/pattern.h"

#include <string>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/errors.h"
#include "tests/wire/bad_rows.h"

namespace recourse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SharedPattern Good(const std::string& more) {
  absl::StatusOr<SharedPattern> pattern =
      ParsePattern(Message(more), Origin::kUser);
  EXPECT_TRUE(pattern.ok()) << pattern.status();
  return pattern.ok() ? *pattern : std::make_shared<const Pattern>();
}

TEST(PatternTest, RefusesBadFields) {
  const BadRow rows[] = {
      {"pattern_id: ''", "pattern_id", "is required"},
      {"pattern_id: " + Quoted(129), "pattern_id", "at most 128"},
      {"pattern_id: 'a b'", "pattern_id", "letters, digits and any of _.-"},
      {"pattern_id: 'a/b'", "pattern_id"},
      {"pattern_id: '\\303\\244'", "pattern_id"},
      {"description: " + Quoted(1025), "description", "at most 1024"},
      {"suggested_action: " + Quoted(1025), "suggested_action", "at most 1024"},
      {"error_type: ERROR_TYPE_UNSPECIFIED", "error_type", "is required"},
      {"priority: -1", "priority", "must be between 0 and 1000, is -1"},
      {"priority: 1001", "priority"},
      {"labels { key: '' value: '' }", "labels"},
      {"labels { key: 'a' value: " + Quoted(129) + "}", "labels"},
      {"examples { " + Times(65, "match: 'x' ") + "}", "examples.match",
       "has 65 items, at most 64"},
      {"examples { no_match: '' }", "examples.no_match[0]", "not be empty"},
      {"conditions { http_status: [200, 99] }", "conditions.http_status[1]",
       "must be between 100 and 599, is 99"},
      {"conditions { http_status: 600 }", "conditions.http_status[0]"},
      {"conditions { grpc_code: ['OK', 'NOPE'] }", "conditions.grpc_code[1]",
       "\"NOPE\" is no code of gRPC"},
      {"conditions { exception_type: '' }", "conditions.exception_type[0]"},
      {"conditions { " + Times(65, "code: '1' ") + "}", "conditions.code",
       "has 65 items"},
      {"conditions { " + Times(65, "http_status: 500 ") + "}",
       "conditions.http_status", "has 65 items"},
      {"conditions { target: " + Quoted(257) + "}", "conditions.target[0]"},
      {"conditions { node_name: '' }", "conditions.node_name[0]"},
      {"conditions { labels { key: '' value: '' } }", "conditions.labels"},
      {"recovery_strategy: RECOVERY_STRATEGY_NONE", "recovery_strategy",
       "may be RETRY, ALTERNATIVE_PATH or ESCALATION"},
      {"recovery_strategy: RECOVERY_STRATEGY_GRACEFUL_DEGRADATION",
       "recovery_strategy", "write steps"},
      {"recovery_strategy: RECOVERY_STRATEGY_ERROR_CORRECTION",
       "recovery_strategy", "write steps"},
      {"recovery_strategy: RECOVERY_STRATEGY_CUSTOM", "recovery_strategy",
       "write steps"},
      {"recovery_strategy: RECOVERY_STRATEGY_RETRY steps { retry {} }",
       "recovery_strategy", "excludes steps"},
      {"steps {}", "steps[0]", "needs one of retry,"},
      {"steps { retry {} } steps {}", "steps[1]", "needs one of retry,"},
      {Times(17, "steps { retry {} } "), "steps", "has 17 items, at most 16"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(PatternTest, RefusesUnknownEnums) {
  v1::ErrorPattern message = Message();
  message.set_category(static_cast<v1::FailureCategory>(77));
  EXPECT_EQ(FieldOf(ParsePattern(message, Origin::kUser).status()), "category");
  message = Message();
  message.set_severity(static_cast<v1::Severity>(77));
  EXPECT_EQ(FieldOf(ParsePattern(message, Origin::kUser).status()), "severity");
  message = Message();
  message.set_mode(static_cast<v1::PatternMode>(-1));
  EXPECT_EQ(FieldOf(ParsePattern(message, Origin::kUser).status()), "mode");
  message = Message();
  message.set_error_type(static_cast<v1::ErrorType>(77));
  EXPECT_EQ(FieldOf(ParsePattern(message, Origin::kUser).status()),
            "error_type");
  message = Message();
  message.set_recovery_strategy(static_cast<v1::RecoveryStrategy>(77));
  EXPECT_EQ(FieldOf(ParsePattern(message, Origin::kUser).status()),
            "recovery_strategy");
  message = Message();
  auto& retry = *message.add_steps()->mutable_retry();
  retry.set_backoff(static_cast<v1::Backoff>(77));
  EXPECT_EQ(FieldOf(ParsePattern(message, Origin::kUser).status()),
            "steps[0].retry.backoff");
}

TEST(PatternTest, RefusesBadRegexes) {
  const BadRow rows[] = {
      {"regex_pattern: ''", "regex_pattern", "is required"},
      {"regex_pattern: 'ab(cd'", "regex_pattern", "missing ): ab(cd",
       "INVALID_REGEX"},
      {"regex_pattern: 'a**'", "regex_pattern",
       "at offset 1: bad repetition operator: **", "INVALID_REGEX"},
      {"regex_pattern: 'ok(?<=a)'", "regex_pattern",
       "at offset 2: ", "INVALID_REGEX"},
      {"regex_pattern: '(a)\\\\1'", "regex_pattern",
       "at offset 3: invalid escape sequence: \\1", "INVALID_REGEX"},
      {"regex_pattern: 'xa{1001}'", "regex_pattern",
       "at offset 2: invalid repetition size: {1001}", "INVALID_REGEX"},
      {"regex_pattern: '[z-a]'", "regex_pattern",
       "at offset 1: invalid character class range: z-a", "INVALID_REGEX"},
      {"regex_pattern: '((a{100}){100}){100}'", "regex_pattern",
       "invalid repetition size", "INVALID_REGEX"},
      {"regex_pattern: '((\\\\pL{30}){30}b){1}'", "regex_pattern", "8192 KiB",
       "REGEX_TOO_LARGE"},
      {"regex_pattern: " + Quoted(4097), "regex_pattern",
       "is 4097 bytes long, at most 4096", "REGEX_TOO_LARGE"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(PatternTest, RefusesAPatternThatIsTooLarge) {
  v1::ErrorPattern message = Message();
  for (int i = 0; i < 16; ++i) {
    message.mutable_examples()->add_match(std::string(15'000, 'x'));
  }
  const absl::Status status = ParsePattern(message, Origin::kUser).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("at most 131072"));
}

TEST(PatternTest, FillsInDefaults) {
  const SharedPattern pattern = Good("steps { retry {} }");
  EXPECT_EQ(pattern->severity, Severity::kMedium);
  EXPECT_EQ(pattern->priority, 50);
  EXPECT_EQ(pattern->mode, PatternMode::kActive);
  EXPECT_EQ(pattern->category, Category::kUnspecified);
  const RetryStep& retry = std::get<RetryStep>(pattern->steps.at(0));
  EXPECT_EQ(retry.max_retries, 3);
  EXPECT_EQ(retry.backoff, Backoff::kExponential);
  EXPECT_EQ(retry.base_delay, absl::Seconds(1));
  EXPECT_EQ(retry.factor, 2);
  EXPECT_EQ(retry.max_delay, absl::Seconds(60));
  EXPECT_EQ(retry.jitter, Jitter::kFull);
  EXPECT_EQ(retry.jitter_min, 0.8);
  EXPECT_EQ(retry.jitter_max, 1.2);
  EXPECT_EQ(retry.max_retry_after, absl::Minutes(10));
  EXPECT_EQ(retry.timeout_multiplier, 1);
}

// Zero is a value where the field is optional.
TEST(PatternTest, ZeroIsNotTheDefault) {
  const SharedPattern pattern = Good(R"pb(
    priority: 0
    steps {
      retry {
        max_retries: 0
        base_delay {}
        max_delay {}
        jitter_min: 0
        max_retry_after {}
      }
    })pb");
  EXPECT_EQ(pattern->priority, 0);
  const RetryStep& retry = std::get<RetryStep>(pattern->steps.at(0));
  EXPECT_EQ(retry.max_retries, 0);
  EXPECT_EQ(retry.base_delay, absl::ZeroDuration());
  EXPECT_EQ(retry.max_delay, absl::ZeroDuration());
  EXPECT_EQ(retry.jitter_min, 0);
  EXPECT_EQ(retry.max_retry_after, absl::ZeroDuration());
}

TEST(PatternTest, TakesEverythingOver) {
  const SharedPattern pattern = Good(R"pb(
    category: FAILURE_CATEGORY_RESOURCE
    severity: SEVERITY_CRITICAL
    priority: 1000
    mode: PATTERN_MODE_SHADOW
    match_stack: true
    regex_pattern: 'name (?P<word>\\w+)'
    conditions {
      exception_type: 'E'
      http_status: 429
      grpc_code: 'unavailable'
      code: 'c'
      target: 'openai/*'
      node_name: 'n'
      labels { key: 'k' value: 'v' }
    }
    suggested_action: 'do'
    not_executed: true
    revision: 12
    steps {
      alternative_path {
        alternatives { name: 'a' }
        alternatives {
          name: 'b'
          target: 't'
          cost: 0.5
          quality: 0.9
          parameters { key: 'k' value: 'v' }
        }
        order_by: ALTERNATIVE_ORDER_COST
        exclude: 'c'
      }
    }
    steps {
      graceful_degradation {
        levels {
          name: 'l'
          disable_features: 'f'
          edits {
            path: 'a.b'
            set { number_value: 1 }
          }
          edits { path: 'a.c' cap: 10 }
          edits { path: 'a.d' truncate: 3 }
          edits { path: 'a.e' remove: true }
        }
        fallback_value { string_value: 'f' }
      }
    }
    steps {
      error_correction {
        rewrites {
          description: 'd'
          pattern: '(a)'
          replacement: '\\1 ${error.word}'
          only_if_text_matches: 'x'
          unless_text_matches: 'y'
        }
        rewrites { pattern: 'a' prepend: 'p' }
        rewrites { pattern: 'a' append: 'q' }
        rewrites { fixer: FIXER_CODE_FENCE }
        rewrites { pattern: 'a' fixer: FIXER_JSON_REPAIR }
        must_match_after: 'm'
        must_not_match_after: 'n'
      }
    }
    steps {
      escalation {
        channels: 'slack'
        assignee: 'me'
        priority: SEVERITY_HIGH
        pause_workflow: true
        include_context: true
        include_state_keys: 's'
      }
    }
  )pb");
  EXPECT_EQ(pattern->id, "p");
  EXPECT_EQ(pattern->error_type, ErrorType::kNetwork);
  EXPECT_EQ(pattern->category, Category::kResource);
  EXPECT_EQ(pattern->severity, Severity::kCritical);
  EXPECT_EQ(pattern->mode, PatternMode::kShadow);
  EXPECT_EQ(pattern->origin, Origin::kUser);
  EXPECT_EQ(pattern->revision, 12);
  EXPECT_TRUE(pattern->match_stack);
  EXPECT_TRUE(pattern->not_executed);
  EXPECT_EQ(pattern->suggested_action, "do");
  EXPECT_THAT(pattern->conditions.http_statuses, ElementsAre(429));
  EXPECT_THAT(pattern->conditions.grpc_codes,
              ElementsAre(GrpcCode::kUnavailable));
  EXPECT_THAT(pattern->conditions.targets, ElementsAre("openai/*"));
  EXPECT_EQ(pattern->conditions.labels.at("k"), "v");
  ASSERT_EQ(pattern->steps.size(), 4u);
  const auto& path = std::get<AlternativePathStep>(pattern->steps[0]);
  EXPECT_EQ(path.alternatives.at(0).target, "a");
  EXPECT_EQ(path.alternatives.at(1).target, "t");
  EXPECT_EQ(path.alternatives.at(1).parameters.at("k"), "v");
  EXPECT_EQ(path.order_by, AlternativeOrder::kCost);
  EXPECT_THAT(path.exclude, ElementsAre("c"));
  const auto& degradation =
      std::get<GracefulDegradationStep>(pattern->steps[1]);
  const auto& edits = degradation.levels.at(0).edits;
  ASSERT_EQ(edits.size(), 4u);
  EXPECT_EQ(std::get<SetEdit>(edits[0].operation).value.number_value(), 1);
  EXPECT_EQ(std::get<CapEdit>(edits[1].operation).limit, 10);
  EXPECT_EQ(std::get<TruncateEdit>(edits[2].operation).length, 3u);
  EXPECT_TRUE(std::holds_alternative<RemoveEdit>(edits[3].operation));
  EXPECT_EQ(degradation.fallback_value->string_value(), "f");
  const auto& correction = std::get<ErrorCorrectionStep>(pattern->steps[2]);
  ASSERT_EQ(correction.rewrites.size(), 5u);
  EXPECT_EQ(correction.rewrites[0].operation, Rewrite::Operation::kReplace);
  EXPECT_EQ(correction.rewrites[0].text, "\\1 ${error.word}");
  EXPECT_EQ(correction.rewrites[0].only_if.size(), 1u);
  EXPECT_EQ(correction.rewrites[0].unless.size(), 1u);
  EXPECT_EQ(correction.rewrites[1].operation, Rewrite::Operation::kPrepend);
  EXPECT_EQ(correction.rewrites[2].operation, Rewrite::Operation::kAppend);
  EXPECT_EQ(correction.rewrites[2].fixer, Fixer::kUnspecified);
  EXPECT_EQ(correction.rewrites[3].operation, Rewrite::Operation::kFix);
  EXPECT_EQ(correction.rewrites[3].fixer, Fixer::kCodeFence);
  EXPECT_EQ(correction.rewrites[3].pattern, nullptr);
  EXPECT_EQ(correction.rewrites[4].fixer, Fixer::kJsonRepair);
  EXPECT_NE(correction.rewrites[4].pattern, nullptr);
  EXPECT_EQ(correction.must_match_after.size(), 1u);
  EXPECT_EQ(correction.must_not_match_after.size(), 1u);
  const auto& escalation = std::get<EscalationStep>(pattern->steps[3]);
  EXPECT_THAT(escalation.channels, ElementsAre("slack"));
  EXPECT_EQ(escalation.priority, Severity::kHigh);
  EXPECT_TRUE(escalation.pause_workflow);
  EXPECT_TRUE(escalation.include_context);
}

TEST(PatternTest, ShorthandIsOneStepWithDefaults) {
  const SharedPattern shorthand =
      Good("recovery_strategy: RECOVERY_STRATEGY_RETRY");
  const SharedPattern written = Good("steps { retry {} }");
  ASSERT_EQ(shorthand->steps.size(), 1u);
  EXPECT_EQ(StrategyOf(shorthand->steps[0]), Strategy::kRetry);
  EXPECT_EQ(shorthand->steps_hash, written->steps_hash);
  EXPECT_EQ(
      StrategyOf(Good("recovery_strategy: RECOVERY_STRATEGY_ALTERNATIVE_PATH")
                     ->steps.at(0)),
      Strategy::kAlternativePath);
  EXPECT_EQ(
      StrategyOf(
          Good("recovery_strategy: RECOVERY_STRATEGY_ESCALATION")->steps.at(0)),
      Strategy::kEscalation);
  EXPECT_THAT(Good("")->steps, IsEmpty());
}

TEST(PatternTest, HashTellsStepsApart) {
  const auto hash = [](const std::string& text) {
    return HashSteps(Message(text).steps());
  };
  const char* const kMap =
      "steps { alternative_path { alternatives { name: 'a' "
      "parameters { key: '%s' value: '1' } parameters { key: '%s' value: '1' } "
      "} } }";
  std::string forth = kMap, back = kMap;
  forth.replace(forth.find("%s"), 2, "x").replace(forth.find("%s"), 2, "y");
  back.replace(back.find("%s"), 2, "y").replace(back.find("%s"), 2, "x");
  EXPECT_EQ(hash(forth), hash(back));
  EXPECT_NE(hash(""), hash("steps { retry {} }"));
  EXPECT_NE(hash("steps { retry {} }"), hash("steps { escalation {} }"));
  EXPECT_NE(hash("steps { retry {} }"),
            hash("steps { retry {} } steps { retry {} }"));
  EXPECT_NE(hash("steps { retry {} }"),
            hash("steps { retry { max_retries: 3 } }"));
  // Tokens hold hashes: a new value restarts the cursors of all recoveries.
  EXPECT_EQ(hash("steps { retry {} }"), 880751539457404690u);
}

TEST(PatternTest, ParseStepsNamesItsField) {
  const auto message =
      FromText<v1::ErrorPattern>("steps { retry { factor: 0 } }");
  EXPECT_EQ(FieldOf(ParseSteps(message.steps(), nullptr).status()),
            "steps[0].retry.factor");
  const auto good = FromText<v1::ErrorPattern>("steps { retry {} }");
  EXPECT_EQ(ParseSteps(good.steps(), nullptr)->size(), 1u);
}

TEST(PatternTest, WithoutOutputFields) {
  const auto message = FromText<v1::ErrorPattern>(R"pb(
    pattern_id: 'p'
    origin: PATTERN_ORIGIN_USER
    revision: 3
    create_time {}
    update_time {}
    update_by: 'me'
    match_count: 4
    priority: 0)pb");
  const auto want = FromText<v1::ErrorPattern>("pattern_id: 'p' priority: 0");
  EXPECT_EQ(WithoutOutputFields(message).SerializeAsString(),
            want.SerializeAsString());
}

TEST(PatternAdviceTest, Warns) {
  struct Row {
    const char* text;
    const char* warning;
  };
  const Row rows[] = {
      {"steps { escalation { channels: 'pager' } }",
       "steps[0].escalation.channels: \"pager\" is not configured"},
      {"mode: PATTERN_MODE_SHADOW",
       "mode: SHADOW is counted and never decides"},
      {"mode: PATTERN_MODE_DISABLED", "mode: DISABLED matches nothing"},
      {"conditions { target: 'a*b*' }", "in \"a*b*\" only a * at the end"},
      {"regex_pattern: 'a*'", "regex_pattern: matches the empty text"},
      {"steps { retry { factor: 3 backoff: BACKOFF_FIXED } }",
       "steps[0].retry.factor: has an effect with backoff EXPONENTIAL only"},
      {"steps { retry { jitter_min: 1 } }", "with jitter RANGE only"},
      {"steps { retry { max_retries: 0 } }", "max_retries 0 never retries"},
      {"steps { graceful_degradation {} }",
       "has neither levels nor fallback_value"},
  };
  const std::set<std::string> channels = {"slack"};
  const std::string example = "examples { match: 'x' } ";
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_THAT(PatternWarnings(Message(example + row.text), channels),
                ElementsAre(HasSubstr(row.warning)));
  }
  EXPECT_THAT(PatternWarnings(Message(), channels),
              ElementsAre("examples.match: is empty; an example tests the "
                          "regex"));
  EXPECT_THAT(
      PatternWarnings(
          Message(example + "steps { escalation { channels: ['log', 'slack'] } "
                            "} conditions { target: 'a*' }"),
          channels),
      IsEmpty());
  // Conditions make a regex that matches everything useful.
  EXPECT_THAT(PatternWarnings(Message(example + "regex_pattern: '' conditions "
                                                "{ http_status: 503 }"),
                              channels),
              IsEmpty());
}

TEST(PatternAdviceTest, RunsExamples) {
  v1::ErrorPattern message = Message(R"pb(
    regex_pattern: '(?i)rate limit'
    examples {
      match: 'Rate limit reached'
      match: 'slow down'
      no_match: 'rate'
      no_match: 'a rate limit'
    })pb");
  const auto pattern = ParsePattern(message, Origin::kUser);
  ASSERT_TRUE(pattern.ok());
  EXPECT_THAT(
      FailingExamples(message, **pattern),
      ElementsAre("examples.match[1]: the regex does not match \"slow down\"",
                  "examples.no_match[1]: the regex matches \"a rate limit\""));
  message.clear_examples();
  EXPECT_THAT(FailingExamples(message, **pattern), IsEmpty());
}

}  // namespace
}  // namespace recourse
