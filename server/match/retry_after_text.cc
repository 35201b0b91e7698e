#include "server/match/retry_after_text.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "server/match/duration_text.h"
#include "server/match/quota_reset.h"

namespace recourse {
namespace {

using Delay = std::optional<absl::Duration>;

constexpr absl::string_view kAbout =
    "(?: for)?(?: about| approximately| at least| another| roughly)? ";

// What may stand between a field's name and its value: ": ", "=", " => ", and
// the quotes and brackets of JSON, Python, Ruby and Go.
constexpr absl::string_view kBetween =
    "(?:\\\\*[\"'])?(?:\\s?(?:=>|[:=])\\s?[\\[(\"'\\\\ ]{0,5}|,\\s?[\"'])";

// What may follow a bare number that is a value.
constexpr absl::string_view kEnd = "(?:[\\s,;)\\]}\"'\\\\]|\\.\\s|\\.?$)";

// How far back the words are read that say what a time is.
constexpr size_t kContext = 48;

// The last bytes of `text` before `place`, which is within it.
re2::StringPiece Before(absl::string_view text, re2::StringPiece place) {
  const auto end = static_cast<size_t>(place.data() - text.data());
  const size_t begin = end > kContext ? end - kContext : 0;
  return {text.data() + begin, end - begin};
}

// A client tells of its own next try, or of one that it made: will retry in
// 5s, failed on retry after 30s.
bool IsOwnTry(absl::string_view text, re2::StringPiece place) {
  static const RE2* const kOwn = new RE2(
      "(?i)\\b(?:will|'ll|to|on|not|next|last|during|automatic(?:ally)?|auto|"
      "each|every|(?:going|about|scheduled) to)[ -](?:be |then |now )?$");
  static const RE2* const kAsked = new RE2(
      "(?i)\\b(?:have|need|wait|able|sure|asked|want|how|free|please) to $");
  const re2::StringPiece before = Before(text, place);
  return RE2::PartialMatch(before, *kOwn) &&
         !RE2::PartialMatch(before, *kAsked);
}

// A setting's value is found fault with, or told of.
bool IsSetting(absl::string_view text, re2::StringPiece place,
               re2::StringPiece after) {
  static const RE2* const kBefore = new RE2(
      "(?i)\\b(?:invalid|illegal|bad|malformed|unknown|unexpected|"
      "unrecogni[sz]ed|unsupported|missing|expected|parse|parsing|default|"
      "configured)(?: (?:value|type|format|duration|for|of|the|field|header|"
      "parameter|argument|option|setting|key))*[\\s:=\"'`]*$");
  static const RE2* const kAfter = new RE2(
      "(?i)^\\s?(?:is|was|must|should|cannot|can't|attempts?|retries|tries|"
      "times)\\b");
  return RE2::PartialMatch(Before(text, place), *kBefore) ||
         RE2::PartialMatch(after, *kAfter);
}

// Something is waited for in vain: no connection available in 30s.
bool IsDenied(absl::string_view text, re2::StringPiece place) {
  static const RE2* const kDenied =
      new RE2("(?i)\\b(?:no|not|none|never|nothing)\\b[^\\n.;]*$");
  return RE2::PartialMatch(Before(text, place), *kDenied);
}

// Retry-After: 7; "retry_after": 0.65; retryAfterMs=250: a bare number is in
// seconds, but for a delay, which a client's own settings have in
// milliseconds.
Delay FromField(absl::string_view text) {
  static const RE2* const kField = new RE2(absl::StrCat(
      "(?i)(?:\\b|_)(retry[-_ ]?(after|delay|in)(?:header)?)[-_ ]?(?:in[-_ ]?)?"
      "(ms|millis|milliseconds|s|secs?|seconds)?",
      kBetween, "(?:", DurationRegex(),
      "|(0?0:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)|(", kNumberRegex, ")", kEnd, ")"));
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece name;
  std::string kind;
  std::string unit;
  std::string duration;
  std::string clock;
  std::string bare;
  while (RE2::FindAndConsume(&rest, *kField, &name, &kind, &unit, &duration,
                             &clock, &bare)) {
    if (IsSetting(text, name, rest)) continue;
    if (!duration.empty()) return ParseDurationText(duration);
    if (!clock.empty()) return ParseClock(clock);
    double number = 0;
    if (!absl::EqualsIgnoreCase(kind, "delay") &&
        absl::SimpleAtod(bare, &number)) {
      return number * UnitLength(unit);
    }
  }
  return std::nullopt;
}

// Durations of google.protobuf as texts and JSON of other languages write
// them: retry_delay { seconds: 41 nanos: 500000000 }.
Delay FromRetryInfo(absl::string_view text) {
  static const RE2* const kDelay = new RE2(
      "(?i)\\bretry_?delay(?:\\\\*[\"'])?\\s?[:=]?\\s?\\{\\s*"
      "(?:\\\\*[\"']?seconds\\\\*[\"']?[:=]\\s?[\"'\\\\]*(\\d{1,12}))?"
      "[\"'\\\\,\\s]*(?:nanos\\\\*[\"']?[:=]\\s?[\"'\\\\]*(\\d{1,9}))?");
  std::string seconds;
  std::string nanos;
  if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *kDelay,
                         &seconds, &nanos) ||
      (seconds.empty() && nanos.empty())) {
    return std::nullopt;
  }
  int64_t whole = 0;
  int64_t part = 0;
  if (!seconds.empty() && !absl::SimpleAtoi(seconds, &whole)) return {};
  if (!nanos.empty() && !absl::SimpleAtoi(nanos, &part)) return {};
  return absl::Seconds(whole) + absl::Nanoseconds(part);
}

// Fields of one vendor's own: wait_seconds of Discourse, FLOOD_WAIT_35 of
// Telegram, the time until a model is loaded.
Delay FromVendorField(absl::string_view text) {
  static const RE2* const kWait =
      new RE2(absl::StrCat("\\b(?:wait_seconds", kBetween,
                           "|FLOOD_(?:PREMIUM_)?WAIT_)(", kNumberRegex, ")"));
  static const RE2* const kLoading = new RE2(
      absl::StrCat("(?s)\\b(?:is currently loading\\b.{0,80}\\bestimated_time",
                   kBetween, ")(", kNumberRegex, ")"));
  const re2::StringPiece piece(text.data(), text.size());
  double number = 0;
  if (RE2::PartialMatch(piece, *kWait, &number) ||
      RE2::PartialMatch(piece, *kLoading, &number)) {
    return absl::Seconds(number);
  }
  return std::nullopt;
}

// try again in 20s; please retry your request after 1 minute; and a bare
// number at the end of its sentence, in seconds: retry after 12.
Delay FromPhrase(absl::string_view text) {
  static const RE2* const kPhrase = new RE2(absl::StrCat(
      "(?i)\\b((?:try(?:ing)?(?: (?:it|this|your request|the request))? "
      "again(?: later)?|retry(?: (?:it|this|your|the)(?: \\w+)?)?(?: again)?)"
      " (in|after))",
      kAbout, "(?:", DurationRegex(), "|", ClockRegex(), "\\b)"));
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece phrase;
  std::string preposition;
  std::string duration;
  std::string clock;
  while (RE2::FindAndConsume(&rest, *kPhrase, &phrase, &preposition, &duration,
                             &clock)) {
    if (IsOwnTry(text, phrase)) continue;
    if (!duration.empty()) return ParseDurationText(duration);
    // After a time of the day, unless it is one that nobody waits for.
    if (absl::EqualsIgnoreCase(preposition, "in") ||
        absl::StartsWith(clock, "00:")) {
      return ParseClock(clock);
    }
  }
  static const RE2* const kBare =
      new RE2(absl::StrCat("(?i)\\b(retry[- ]after) (", kNumberRegex,
                           ")(?:[,;)\\]}\"'\\\\\\n]|\\.\\s|\\.?\\s*$)"));
  rest = re2::StringPiece(text.data(), text.size());
  double number = 0;
  while (RE2::FindAndConsume(&rest, *kBare, &phrase, &number)) {
    if (!IsOwnTry(text, phrase)) return absl::Seconds(number);
  }
  return std::nullopt;
}

// please wait 60 seconds; wait 5s before retrying; the limit resets in 3m; will
// be available in 30 seconds.
Delay FromWait(absl::string_view text) {
  static const std::string* const kTime = new std::string(
      absl::StrCat("(?:", DurationRegex(), "|", ClockRegex(), "\\b)"));
  static const RE2* const kPlease = new RE2(absl::StrCat(
      "(?i)\\b(?:please|must|should|need to|have to) wait", kAbout, *kTime));
  static const RE2* const kBefore =
      new RE2(absl::StrCat("(?i)\\b(?:wait|break)", kAbout, *kTime,
                           " (?:before|and (?:then )?(?:try|retry))"));
  static const RE2* const kRequired =
      new RE2(absl::StrCat("(?i)\\bwait of ", *kTime, " is required"));
  static const RE2* const kResets = new RE2(absl::StrCat(
      "(?i)\\b(?:limit|quota|rate)\\b[^\\n.]{0,40}\\bresets?\\b (?:in|after)",
      kAbout, *kTime));
  const re2::StringPiece piece(text.data(), text.size());
  std::string duration;
  std::string clock;
  for (const RE2* wording : {kPlease, kBefore, kRequired, kResets}) {
    if (RE2::PartialMatch(piece, *wording, &duration, &clock)) {
      return clock.empty() ? ParseDurationText(duration) : ParseClock(clock);
    }
  }
  static const RE2* const kAvailable = new RE2(absl::StrCat(
      "(?i)\\b((?:available|allowed|possible)(?: again)? in)", kAbout, *kTime));
  re2::StringPiece place;
  if (RE2::PartialMatch(piece, *kAvailable, &place, &duration, &clock) &&
      !IsDenied(text, place)) {
    return clock.empty() ? ParseDurationText(duration) : ParseClock(clock);
  }
  return std::nullopt;
}

// try again at 2024-05-01T12:00:00Z; the quota resets on ...; Retry-After:
// Sun, 06 Nov 1994 08:49:37 GMT.
Delay FromMoment(absl::string_view text, absl::Time now) {
  static const RE2* const kMoment = new RE2(absl::StrCat(
      "(?i)\\b(?:retry[-_ ]?after", kBetween,
      "|(?:(?:try|retry)(?:ing)?(?: again)? (?:at|after|on)|resets? (?:at|on)|"
      "exceeded until|available(?: again)? (?:at|on|after)|access on):? )",
      MomentRegex()));
  std::string moment;
  if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *kMoment,
                         &moment)) {
    return std::nullopt;
  }
  const std::optional<absl::Time> time = ParseMoment(moment, now);
  if (!time) return std::nullopt;
  return std::max(*time - now, absl::ZeroDuration());
}

// x-ratelimit-remaining: 0 and x-ratelimit-reset: 30, pasted.
Delay FromQuotaHeaders(absl::string_view text, bool refused, absl::Time now) {
  static const RE2* const kHeader =
      new RE2(absl::StrCat("(?i)\\b((?:[a-z]{1,12}-)?rate-?limit-[a-z-]{0,24}"
                           "(?:remaining|reset)[a-z-]{0,16})",
                           kBetween, "([0-9][0-9a-z:.+-]{0,40})"));
  std::map<std::string, std::string> headers;
  re2::StringPiece rest(text.data(), text.size());
  std::string name;
  std::string value;
  while (headers.size() < 16 &&
         RE2::FindAndConsume(&rest, *kHeader, &name, &value)) {
    headers.emplace(absl::AsciiStrToLower(name), value);
  }
  return FindQuotaReset(headers, refused, now);
}

// Most errors name neither a number nor a wait.
bool MayTellWait(absl::string_view text) {
  static const RE2* const kWords = new RE2(
      "(?i)retry|try again|trying again|wait|reset|available|allowed|possible|"
      "access on|exceeded until|estimated_time");
  return std::any_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *kWords);
}

// Whether a name such as retryAfterMilliseconds has a value behind it.
bool MayHoldField(absl::string_view text) {
  static const RE2* const kField =
      new RE2("(?i)retry[^\n]{0,32}?[:=,{'\"\\\\]");
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *kField);
}

}  // namespace

std::optional<absl::Duration> FindRetryAfterInText(absl::string_view text,
                                                   bool refused,
                                                   absl::Time now) {
  if (!MayTellWait(text)) return std::nullopt;
  if (MayHoldField(text)) {
    if (const auto delay = FromField(text)) return delay;
    if (const auto delay = FromRetryInfo(text)) return delay;
  }
  if (const auto delay = FromPhrase(text)) return delay;
  if (const auto delay = FromWait(text)) return delay;
  if (const auto delay = FromMoment(text, now)) return delay;
  if (const auto delay = FromVendorField(text)) return delay;
  return FromQuotaHeaders(text, refused, now);
}

}  // namespace recourse
