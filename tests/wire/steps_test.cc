// One row for every rule about steps.
#include <string>

#include "gtest/gtest.h"
#include "tests/wire/bad_rows.h"

namespace recourse {
namespace {

TEST(StepsTest, RefusesBadRetries) {
  const auto step = [](const std::string& text) {
    return "steps { retry { " + text + " } }";
  };
  const BadRow rows[] = {
      {step("max_retries: -1"), "steps[0].retry.max_retries",
       "must be between 0 and 100, is -1"},
      {step("max_retries: 101"), "steps[0].retry.max_retries"},
      {step("base_delay { seconds: -1 }"), "steps[0].retry.base_delay",
       "must be between 0 and 1h, is -1s"},
      {step("base_delay { seconds: 3601 }"), "steps[0].retry.base_delay",
       "is 1h1s"},
      {step("base_delay { nanos: -5 seconds: 5 }"), "steps[0].retry.base_delay",
       "is not a valid duration"},
      {step("factor: 0.99"), "steps[0].retry.factor"},
      {step("factor: 100.5"), "steps[0].retry.factor"},
      {step("factor: nan"), "steps[0].retry.factor", "is nan"},
      {step("factor: inf"), "steps[0].retry.factor"},
      {step("max_delay { seconds: 86401 }"), "steps[0].retry.max_delay"},
      {step("jitter_min: -0.1"), "steps[0].retry.jitter_min"},
      {step("jitter_min: nan"), "steps[0].retry.jitter_min"},
      {step("jitter_min: 11"), "steps[0].retry.jitter_min"},
      {step("jitter_max: 0.5"), "steps[0].retry.jitter_max",
       "must be between 0.8 and 10, is 0.5"},
      {step("jitter_min: 2"), "steps[0].retry.jitter_max",
       "must be between 2 and 10, is 1.2"},
      {step("jitter_max: nan"), "steps[0].retry.jitter_max"},
      {step("max_retry_after { seconds: 86401 }"),
       "steps[0].retry.max_retry_after"},
      {step("timeout_multiplier: 0"), "steps[0].retry.timeout_multiplier"},
      {step("timeout_multiplier: 10.1"), "steps[0].retry.timeout_multiplier"},
      {step("remediation: " + Quoted(65)), "steps[0].retry.remediation",
       "at most 64"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(StepsTest, RefusesBadAlternatives) {
  const auto step = [](const std::string& text) {
    return "steps { alternative_path { " + text + " } }";
  };
  const auto one = [&](const std::string& text) {
    return step("alternatives { name: 'a' " + text + " }");
  };
  const BadRow rows[] = {
      {step("alternatives {}"),
       "steps[0].alternative_path.alternatives[0].name", "is required"},
      {one("name: " + Quoted(129)),
       "steps[0].alternative_path.alternatives[0].name"},
      {step("alternatives { name: 'a' } alternatives { name: 'a' }"),
       "steps[0].alternative_path.alternatives[1].name", "stands twice"},
      {one("target: " + Quoted(257)),
       "steps[0].alternative_path.alternatives[0].target"},
      {one("cost: -1"), "steps[0].alternative_path.alternatives[0].cost"},
      {one("cost: inf"), "steps[0].alternative_path.alternatives[0].cost"},
      {one("cost: nan"), "steps[0].alternative_path.alternatives[0].cost"},
      {one("quality: 1.1"), "steps[0].alternative_path.alternatives[0].quality",
       "must be between 0 and 1, is 1.1"},
      {one("quality: nan"),
       "steps[0].alternative_path.alternatives[0].quality"},
      {one("parameters { key: '' value: '' }"),
       "steps[0].alternative_path.alternatives[0].parameters"},
      {one("parameters { key: 'a' value: " + Quoted(1025) + "}"),
       "steps[0].alternative_path.alternatives[0].parameters"},
      {step("exclude: ''"), "steps[0].alternative_path.exclude[0]"},
      {step(Times(65, "exclude: 'a' ")), "steps[0].alternative_path.exclude"},
      {step(Times(33, "alternatives { name: 'a' } ")),
       "steps[0].alternative_path.alternatives", "has 33 items, at most 32"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(StepsTest, RefusesBadDegradations) {
  const auto step = [](const std::string& text) {
    return "steps { graceful_degradation { " + text + " } }";
  };
  const auto edit = [&](const std::string& text) {
    return step("levels { name: 'a' edits { " + text + " } }");
  };
#define LEVELS "steps[0].graceful_degradation.levels"
  const BadRow rows[] = {
      {step("levels {}"), LEVELS "[0].name", "is required"},
      {step("levels { name: 'a' } levels { name: 'a' }"), LEVELS "[1].name",
       "stands twice"},
      {step(Times(17, "levels { name: 'a' } ")), LEVELS, "has 17 items"},
      {step("levels { name: 'a' disable_features: '' }"),
       LEVELS "[0].disable_features[0]"},
      {step("levels { name: 'a' " + Times(65, "edits {} ") + "}"),
       LEVELS "[0].edits", "has 65 items"},
      {edit("remove: true"), LEVELS "[0].edits[0].path", "is required"},
      {edit("path: 'a..b' remove: true"), LEVELS "[0].edits[0].path"},
      {edit("path: 'a\\\\' remove: true"), LEVELS "[0].edits[0].path"},
      {edit("path: " + Quoted(513) + " remove: true"),
       LEVELS "[0].edits[0].path"},
      {edit("path: 'a'"), LEVELS "[0].edits[0]",
       "needs one of set, cap, truncate, remove"},
      {edit("path: 'a' remove: false"), LEVELS "[0].edits[0].remove",
       "must be true"},
      {edit("path: 'a' cap: nan"), LEVELS "[0].edits[0].cap"},
      {edit("path: 'a' cap: inf"), LEVELS "[0].edits[0].cap"},
      {edit("path: 'a' set {}"), LEVELS "[0].edits[0].set",
       "must be of some kind"},
      {edit("path: 'a' set { number_value: nan }"), LEVELS "[0].edits[0].set",
       "no NaN"},
      {edit("path: 'a' set { string_value: " + Quoted(65 << 10) + "}"),
       LEVELS "[0].edits[0].set", "at most 65536", "MESSAGE_TOO_LARGE"},
      {step("fallback_value {}"),
       "steps[0].graceful_degradation.fallback_value", "must be of some kind"},
      {step("fallback_value { " + Times(31, "list_value { values { ") +
            "bool_value: true " + Times(31, "} } ") + "}"),
       "steps[0].graceful_degradation.fallback_value",
       "is 31 levels deep, at most 30", "STATE_TOO_DEEP"},
  };
#undef LEVELS
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(StepsTest, RefusesBadCorrections) {
  const auto step = [](const std::string& text) {
    return "steps { error_correction { " + text + " } }";
  };
  const auto rewrite = [&](const std::string& text) {
    return step("rewrites { pattern: '(a)' " + text + " }");
  };
#define REWRITES "steps[0].error_correction.rewrites"
  const BadRow rows[] = {
      {step(""), REWRITES, "is required"},
      {step(Times(33, "rewrites {} ")), REWRITES, "has 33 items, at most 32"},
      {step("rewrites { append: 'x' }"), REWRITES "[0].pattern", "is required"},
      {step("rewrites { pattern: '(' append: 'x' }"), REWRITES "[0].pattern",
       "missing )", "INVALID_REGEX"},
      {rewrite(""), REWRITES "[0]",
       "needs one of replacement, prepend, append, fixer"},
      {rewrite("fixer: FIXER_UNSPECIFIED"), REWRITES "[0].fixer",
       "is required"},
      {rewrite("fixer: 99"), REWRITES "[0].fixer", "99 is no value of Fixer"},
      {step("rewrites { pattern: '(' fixer: FIXER_JSON_REPAIR }"),
       REWRITES "[0].pattern", "missing )", "INVALID_REGEX"},
      {rewrite("replacement: '\\\\2'"), REWRITES "[0].replacement",
       "requests 2 matches"},
      {rewrite("replacement: 'a\\\\'"), REWRITES "[0].replacement"},
      {rewrite("replacement: '\\\\x'"), REWRITES "[0].replacement"},
      {rewrite("replacement: '${error.name}'"), REWRITES "[0].replacement",
       "regex_pattern has no group named name"},
      {rewrite("prepend: '${error.name'"), REWRITES "[0].prepend",
       "no closing brace"},
      {rewrite("append: 'a ${error.x} ${error.}'"), REWRITES "[0].append"},
      {rewrite("append: " + Quoted(8193)), REWRITES "[0].append",
       "at most 8192"},
      {rewrite("append: 'x' description: " + Quoted(1025)),
       REWRITES "[0].description"},
      {rewrite("append: 'x' only_if_text_matches: ['a', '[']"),
       REWRITES "[0].only_if_text_matches[1]", "", "INVALID_REGEX"},
      {rewrite("append: 'x' unless_text_matches: ''"),
       REWRITES "[0].unless_text_matches[0]", "is required"},
      {rewrite("append: 'x' " + Times(17, "unless_text_matches: 'a' ")),
       REWRITES "[0].unless_text_matches", "has 17 items"},
      {step("must_match_after: '(' rewrites { pattern: 'a' append: 'x' }"),
       "steps[0].error_correction.must_match_after[0]", "", "INVALID_REGEX"},
      {step("must_not_match_after: '(' rewrites { pattern: 'a' append: 'x' }"),
       "steps[0].error_correction.must_not_match_after[0]", "",
       "INVALID_REGEX"},
      {step(Times(17,
                  "rewrites { pattern: " + Quoted(4000) + " append: 'x' } ")),
       "steps", "the regexes are 68000 bytes long together, at most 65536",
       "REGEX_TOO_LARGE"},
      {Times(16, step(Times(32,
                            "rewrites { pattern: 'a' append: 'x' "
                            "unless_text_matches: ['a', 'a'] } "))),
       "steps", "has 1536 regexes, at most 1024", "REGEX_TOO_LARGE"},
      // A pattern's regexes are larger than a caller's, but bounded together.
      {"regex_pattern: '.{900}' " +
           step(Times(32,
                      "rewrites { pattern: '.{900}' append: 'x' "
                      "unless_text_matches: '.{900}' } ") +
                Times(5, "must_match_after: '.{900}' ")),
       "steps[0].error_correction.must_match_after[4]",
       "brings the regexes to 504280 instructions together, at most 500000",
       "REGEX_TOO_LARGE"},
  };
#undef REWRITES
  for (const BadRow& row : rows) ExpectRefused(row);
}

TEST(StepsTest, RefusesBadEscalations) {
  const auto step = [](const std::string& text) {
    return "steps { escalation { " + text + " } }";
  };
  const BadRow rows[] = {
      {step("channels: ''"), "steps[0].escalation.channels[0]"},
      {step("channels: " + Quoted(65)), "steps[0].escalation.channels[0]"},
      {step(Times(17, "channels: 'a' ")), "steps[0].escalation.channels",
       "has 17 items, at most 16"},
      {step("assignee: " + Quoted(129)), "steps[0].escalation.assignee"},
      {step(Times(17, "include_state_keys: 'a' ")),
       "steps[0].escalation.include_state_keys"},
  };
  for (const BadRow& row : rows) ExpectRefused(row);
}

}  // namespace
}  // namespace recourse
