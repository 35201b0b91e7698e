// Rule key_value: a name that announces a secret, a separator, the secret.
//
// A regex finds name and separator. What follows is read by hand, because where
// it ends depends on how it is quoted, and whether it is a secret at all on the
// name: "password=required" is one and "token: required" is wording.
#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/record/redaction_rules.h"
#include "server/record/secret_words.h"

namespace recourse {

const absl::string_view kNamedValueRegex =
    R"re((?i)([\w.\-]*(?:pass(?:word|wd|[ _-]?phrase|code)?|pwd|secret|token|)re"
    R"re(credential|_auth|sig|signature|access[ _-]?key[ _-]?id|)re"
    R"re((?:api|access|secret|private|account|shared|signing|encryption|master|)re"
    R"re(auth|service|subscription|license|ssh|client|admin|root|storage|)re"
    R"re(function|webhook|hmac|jwt|session)[ _-]?key)))re"
    R"re((?:\s(?:provided|given|used|value))?(\\*["'`]?\]?))re"
    R"re((\s*(?:=>|:=|={1,2}|:|%3d)\s*|\s+is:?\s+|\s+|>))re";

namespace {

constexpr size_t kMaxJudgedBytes = 512;  // Of a value.

enum class Separator { kAssign, kColon, kIs, kSpace, kTag };

// How much a name alone says.
enum class Name {
  kNotSecret,  // next_page_token
  kWeak,       // token, secret: also words of grammar and of Kubernetes
  kStrong,     // password, api_key, access_token
};

// A value as it stands in the text.
struct Value {
  TextSpan span;
  bool quoted = false;
};

Separator SeparatorOf(absl::string_view text) {
  if (text.find('=') != absl::string_view::npos ||
      text.find('%') != absl::string_view::npos) {
    return Separator::kAssign;
  }
  const absl::string_view bare = absl::StripAsciiWhitespace(text);
  if (bare.empty()) return Separator::kSpace;
  if (bare == ">") return Separator::kTag;
  return bare == ":" ? Separator::kColon : Separator::kIs;
}

// `name` in lower case without separators: "X-Api-Key" is "xapikey".
std::string Normalized(absl::string_view name) {
  std::string result;
  for (const char c : name) {
    if (absl::ascii_isalnum(c)) result.push_back(absl::ascii_tolower(c));
  }
  return result;
}

bool IsGrammarToken(absl::string_view normalized) {
  static constexpr absl::string_view kPrefixes[] = {
      "page",       "next",     "continuation", "cursor",       "sync",
      "cancel",     "start",    "end",          "eos",          "bos",
      "pad",        "stop",     "unk",          "mask",         "sep",
      "max",        "min",      "missing",      "expired",      "invalid",
      "unexpected", "nextpage", "current",      "expected",     "unknown",
      "last",       "previous", "per",          "cancellation", "pagination"};
  return absl::ConsumeSuffix(&normalized, "token") &&
         std::any_of(
             std::begin(kPrefixes), std::end(kPrefixes),
             [&](absl::string_view prefix) { return normalized == prefix; });
}

// "bypass=", "compass:" and "ambassig=" end like secrets and name none.
bool EndsWithinWord(absl::string_view name, absl::string_view ending) {
  if (!absl::EndsWithIgnoreCase(name, ending)) return false;
  const size_t at = name.size() - ending.size();
  return at > 0 && absl::ascii_islower(name[at - 1]) &&
         absl::ascii_islower(name[at]);
}

Name Judge(absl::string_view name) {
  static constexpr absl::string_view kStrongTokens[] = {
      "access", "auth",   "refresh", "id",       "session", "security",
      "api",    "bearer", "bot",     "secret",   "user",    "deploy",
      "csrf",   "xsrf",   "private", "personal", "service", "app"};
  std::string normalized = Normalized(name);
  if (IsGrammarToken(normalized)) return Name::kNotSecret;
  if (EndsWithinWord(name, "pass") || EndsWithinWord(name, "sig") ||
      EndsWithinWord(name, "signature")) {
    return Name::kNotSecret;
  }
  absl::string_view rest = normalized;
  if (absl::ConsumeSuffix(&rest, "token")) {
    return std::any_of(std::begin(kStrongTokens), std::end(kStrongTokens),
                       [&](absl::string_view kind) {
                         return absl::EndsWith(rest, kind);
                       })
               ? Name::kStrong
               : Name::kWeak;
  }
  if (absl::EndsWith(rest, "clientsecret")) return Name::kStrong;
  const bool weak =
      absl::EndsWith(rest, "secret") || absl::EndsWith(rest, "credential") ||
      absl::EndsWith(rest, "auth") || absl::EndsWith(rest, "sig") ||
      absl::EndsWith(rest, "signature");
  return weak ? Name::kWeak : Name::kStrong;
}

// "unexpected token: x" is a parser's.
bool FollowsGrammarWord(absl::string_view text, size_t name_begin) {
  static constexpr absl::string_view kWords[] = {
      "unexpected", "unrecognized", "unrecognised", "unknown",  "illegal",
      "expected",   "unterminated", "extra",        "missing",  "stray",
      "next",       "last",         "previous",     "current",  "offending",
      "near",       "end",          "first",        "undefined"};
  absl::string_view before =
      absl::StripTrailingAsciiWhitespace(text.substr(0, name_begin));
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](absl::string_view word) {
                       return absl::EndsWithIgnoreCase(before, word);
                     });
}

// "name=" or "name:" at `at`: another pair begins there.
bool PairBeginsAt(absl::string_view text, size_t at) {
  const size_t begin = at;
  while (at < text.size() &&
         (absl::ascii_isalnum(text[at]) ||
          absl::string_view("_-.").find(text[at]) != absl::string_view::npos)) {
    ++at;
  }
  return at > begin && at < text.size() && (text[at] == '=' || text[at] == ':');
}

bool EndsValueAt(absl::string_view text, size_t at) {
  const char c = text[at];
  const absl::string_view rest = text.substr(at + 1);
  if (absl::ascii_isspace(c) || c == '"' || c == '\'' || c == '`' || c == '<') {
    return true;
  }
  if (c == '\\') {
    return !rest.empty() && absl::string_view("nrt\"'\\").find(rest[0]) !=
                                absl::string_view::npos;
  }
  if (c == '%') return absl::StartsWith(rest, "26");
  const bool last = rest.empty() || absl::ascii_isspace(rest[0]);
  if (c == ',' || c == ';' || c == '&') {
    return last || PairBeginsAt(text, at + 1) || rest[0] == '"' ||
           rest[0] == '\'' || rest[0] == '\\';
  }
  if (c == ')' || c == ']' || c == '}' || c == '>') {
    return last || absl::string_view(",;.:\"'`)]}>&<\\").find(rest[0]) !=
                       absl::string_view::npos;
  }
  return false;
}

Value ReadBare(absl::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && !EndsValueAt(text, end)) ++end;
  while (end > begin && absl::string_view(".,;:!?").find(text[end - 1]) !=
                            absl::string_view::npos) {
    --end;
  }
  return {{begin, end}, false};
}

// `opening` is the quote with its backslashes. A value that is cut off ends
// with its line.
Value ReadQuoted(absl::string_view text, size_t begin,
                 absl::string_view opening) {
  const char quote = opening.back();
  size_t at = begin;
  while (at < text.size() && text[at] != '\n') {
    const absl::string_view rest = text.substr(at);
    if (absl::StartsWith(rest, opening)) {
      // A doubled quote is SQL's way of escaping one.
      if (quote != '\'' || opening.size() > 1 ||
          !absl::StartsWith(rest.substr(1), "'")) {
        break;
      }
      at += 2;
    } else {
      at += opening.size() == 1 && rest[0] == '\\' && rest.size() > 1 ? 2 : 1;
    }
  }
  return {{begin, std::min(at, text.size())}, true};
}

Value ReadValue(absl::string_view text, size_t at) {
  if (at < text.size() && (text[at] == '[' || text[at] == '(')) ++at;
  size_t quote = at;
  // Python's and Rust's b'…', r"…", u'…'.
  if (quote + 1 < text.size() &&
      absl::string_view("bruBRU").find(text[quote]) !=
          absl::string_view::npos &&
      (text[quote + 1] == '"' || text[quote + 1] == '\'')) {
    ++quote;
  }
  const size_t opening = quote;
  while (quote < text.size() && text[quote] == '\\') ++quote;
  if (quote < text.size() &&
      absl::string_view("\"'`").find(text[quote]) != absl::string_view::npos) {
    return ReadQuoted(text, quote + 1,
                      text.substr(opening, quote + 1 - opening));
  }
  return ReadBare(text, at);
}

// Key files are named in configurations, secrets are not paths elsewhere.
bool IsPathOfName(absl::string_view name, absl::string_view value) {
  const std::string normalized = Normalized(name);
  const bool may_be_path = absl::EndsWith(normalized, "pwd") ||
                           absl::EndsWith(normalized, "privatekey") ||
                           absl::EndsWith(normalized, "sshkey");
  return may_be_path &&
         (absl::StartsWith(value, "/") || absl::StartsWith(value, "./") ||
          absl::StartsWith(value, "~/") || absl::StartsWith(value, "C:\\"));
}

absl::string_view LineFrom(absl::string_view text, size_t begin) {
  return text.substr(begin,
                     std::min(text.find('\n', begin), text.size()) - begin);
}

bool StrongNameHides(absl::string_view text, Separator separator,
                     const Value& value) {
  const absl::string_view secret = value.span.In(text);
  if (separator == Separator::kIs) return LooksGenerated(secret);
  if (separator == Separator::kAssign) return true;
  if (value.quoted) return !ReadsAsProse(secret);
  if (separator == Separator::kColon || separator == Separator::kSpace) {
    const absl::string_view line = LineFrom(text, value.span.begin);
    if (!BeginsAsProse(line)) return true;
    // The only word of its line may be somebody's password.
    return line == secret && !ReadsAsProse(secret);
  }
  return true;
}

bool WeakNameHides(absl::string_view text, const Groups& groups,
                   Separator separator, const Value& value) {
  const absl::string_view secret = value.span.In(text);
  const absl::string_view between = groups[3].In(text);
  if (FollowsGrammarWord(text, groups[1].begin)) {
    return secret.size() >= 16 && LooksGenerated(secret);
  }
  if (IsAsciiDigits(secret)) {
    return separator == Separator::kAssign && secret.size() >= 6;
  }
  const bool tight = absl::StripAsciiWhitespace(between) == between;
  if (separator == Separator::kAssign && (tight || value.quoted)) {
    return secret.size() >= 3;
  }
  if (separator == Separator::kSpace) {
    return !BeginsAsProse(LineFrom(text, value.span.begin));
  }
  const bool quoted_name = groups[2].end > groups[2].begin;
  if (value.quoted && quoted_name) {
    return secret.size() >= 6 && !ReadsAsProse(secret);
  }
  return LooksGenerated(secret) ||
         (separator == Separator::kTag && !ReadsAsProse(secret));
}

bool SeparatorFits(absl::string_view text, const Groups& groups,
                   Separator separator, size_t value_begin) {
  const absl::string_view name = groups[1].In(text);
  const size_t begin = groups[1].begin;
  switch (separator) {
    case Separator::kSpace: {  // --password x, SQL's PASSWORD 'x'
      if (absl::StartsWith(name, "-")) return true;
      return absl::EndsWithIgnoreCase(name, "password") &&
             absl::StartsWith(text.substr(value_begin), "'");
    }
    case Separator::kTag:
      return begin > 0 && (text[begin - 1] == '<' || text[begin - 1] == ':');
    case Separator::kAssign:
      return true;
    case Separator::kColon:
    case Separator::kIs:
      // "sig:", "_auth:" and "signature:" are wording, or headers in prose.
      return !absl::EndsWithIgnoreCase(name, "sig") &&
             !absl::EndsWithIgnoreCase(name, "signature") &&
             !absl::EndsWithIgnoreCase(name, "pass");
  }
  return false;
}

bool Hides(absl::string_view text, const Groups& groups, Separator separator,
           Name strength, const Value& value) {
  const absl::string_view secret = value.span.In(text);
  // A brace opens an object, but ODBC writes PWD={…}.
  const bool object = secret.size() == 1 || separator != Separator::kAssign;
  if (StandsForSecret(secret) || (secret.front() == '{' && object) ||
      IsPathOfName(groups[1].In(text), secret)) {
    return false;
  }
  // A prompt's next line is not its answer.
  if (!value.quoted &&
      groups[3].In(text).find('\n') != absl::string_view::npos &&
      !LooksGenerated(secret)) {
    return false;
  }
  return strength == Name::kStrong
             ? StrongNameHides(text, separator, value)
             : WeakNameHides(text, groups, separator, value);
}

}  // namespace

std::optional<TextSpan> ResolveNamedValue(absl::string_view text,
                                          const Groups& groups) {
  const absl::string_view name = groups[1].In(text);
  const Separator separator = SeparatorOf(groups[3].In(text));
  const size_t begin = groups[3].end;
  if (!SeparatorFits(text, groups, separator, begin)) return std::nullopt;
  const Name strength = Judge(name);
  if (strength == Name::kNotSecret) return std::nullopt;

  // Judged by its beginning, so that a text full of names costs linear time.
  const absl::string_view head = text.substr(0, begin + kMaxJudgedBytes);
  const Value value = ReadValue(head, begin);
  if (!Hides(head, groups, separator, strength, value)) return std::nullopt;
  return ReadValue(text, begin).span;
}

}  // namespace recourse
