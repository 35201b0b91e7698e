#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "server/wire/pattern.h"
#include "server/wire/utf8.h"

namespace recourse {
namespace {

using Warnings = std::vector<std::string>;

constexpr absl::string_view kLogChannel = "log";
constexpr size_t kShownBytes = 120;  // Of an example in a message.

bool Search(const RE2& regex, absl::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

void WarnAboutRetry(const std::string& at, const v1::RetryStep& step,
                    Warnings& warnings) {
  const auto warn = [&](absl::string_view text) {
    warnings.push_back(absl::StrCat(at, ".retry", text));
  };
  if (step.has_max_retries() && step.max_retries() == 0) {
    warn(": max_retries 0 never retries");
  }
  const bool exponential = step.backoff() == v1::BACKOFF_UNSPECIFIED ||
                           step.backoff() == v1::BACKOFF_EXPONENTIAL;
  if (step.has_factor() && !exponential) {
    warn(".factor: has an effect with backoff EXPONENTIAL only");
  }
  if ((step.has_jitter_min() || step.has_jitter_max()) &&
      step.jitter() != v1::JITTER_RANGE) {
    warn(": jitter_min and jitter_max have an effect with jitter RANGE only");
  }
}

void WarnAboutStep(const std::string& at, const v1::Step& step,
                   const std::set<std::string>& channels, Warnings& warnings) {
  if (step.has_retry()) WarnAboutRetry(at, step.retry(), warnings);
  if (step.has_graceful_degradation() &&
      step.graceful_degradation().levels().empty() &&
      !step.graceful_degradation().has_fallback_value()) {
    warnings.push_back(absl::StrCat(
        at,
        ".graceful_degradation: has neither levels nor fallback_value and "
        "is always passed over"));
  }
  for (const std::string& channel : step.escalation().channels()) {
    if (channel == kLogChannel || channels.count(channel) > 0) continue;
    warnings.push_back(absl::StrCat(
        at, ".escalation.channels: \"", channel,
        "\" is not configured on this server; it goes to the log"));
  }
}

void WarnAboutMatching(const v1::ErrorPattern& message, Warnings& warnings) {
  if (message.mode() == v1::PATTERN_MODE_DISABLED) {
    warnings.push_back("mode: DISABLED matches nothing");
  } else if (message.mode() == v1::PATTERN_MODE_SHADOW) {
    warnings.push_back("mode: SHADOW is counted and never decides");
  }
  for (const std::string& target : message.conditions().target()) {
    absl::string_view stem = target;
    absl::ConsumeSuffix(&stem, "*");
    if (!absl::StrContains(stem, "*")) continue;
    warnings.push_back(absl::StrCat("conditions.target: in \"", target,
                                    "\" only a * at the end is special"));
  }
  RE2::Options options(RE2::Quiet);
  const RE2 regex(message.regex_pattern(), options);
  const bool conditional =
      message.has_conditions() && message.conditions().ByteSizeLong() > 0;
  if (regex.ok() && !conditional && Search(regex, "")) {
    warnings.push_back(
        "regex_pattern: matches the empty text, and so every error");
  }
}

std::string Shown(absl::string_view text) {
  return absl::StrCat("\"", Utf8Prefix(text, kShownBytes),
                      text.size() > kShownBytes ? "...\"" : "\"");
}

}  // namespace

Warnings PatternWarnings(const v1::ErrorPattern& message,
                         const std::set<std::string>& known_channels) {
  Warnings warnings;
  WarnAboutMatching(message, warnings);
  for (int i = 0; i < message.steps_size(); ++i) {
    WarnAboutStep(absl::StrCat("steps[", i, "]"), message.steps(i),
                  known_channels, warnings);
  }
  if (message.examples().match().empty()) {
    warnings.push_back("examples.match: is empty; an example tests the regex");
  }
  return warnings;
}

Warnings FailingExamples(const v1::ErrorPattern& message,
                         const Pattern& pattern) {
  Warnings failing;
  const v1::PatternExamples& examples = message.examples();
  for (int i = 0; i < examples.match_size(); ++i) {
    if (Search(*pattern.regex, examples.match(i))) continue;
    failing.push_back(absl::StrCat("examples.match[", i,
                                   "]: the regex does not match ",
                                   Shown(examples.match(i))));
  }
  for (int i = 0; i < examples.no_match_size(); ++i) {
    if (!Search(*pattern.regex, examples.no_match(i))) continue;
    failing.push_back(absl::StrCat("examples.no_match[", i,
                                   "]: the regex matches ",
                                   Shown(examples.no_match(i))));
  }
  return failing;
}

}  // namespace recourse
