// Rule bearer: what HTTP's authentication headers carry.
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/record/redaction_rules.h"
#include "server/record/secret_words.h"

namespace recourse {

const absl::string_view kAuthorizationRegex =
    R"re((?i)([\w-]*authorization\\*["'`]?\]?\s*(?:=>|[:=,]|%3a)[\s\\("'`\[]*))re";

const absl::string_view kSchemeRegex =
    R"re((?i)\b(bearer|basic)(?:\s+|%20|:\s*)([^\s"'`\\,;<>()\[\]{}]+))re";

namespace {

// Schemes whose credentials are a list with quotes and spaces.
constexpr absl::string_view kListSchemes[] = {"digest",
                                              "oauth",
                                              "hawk",
                                              "aws4-hmac-sha256",
                                              "aws4-ecdsa-p256-sha256",
                                              "signature",
                                              "sharedaccesssignature"};

constexpr absl::string_view kSchemes[] = {
    "bearer",  "basic",     "token",       "negotiate",    "ntlm", "apikey",
    "api-key", "key",       "sharedkey",   "jwt",          "aws",  "bot",
    "sso-key", "genie-key", "googlelogin", "sharedkeylite"};

template <size_t N>
bool IsOneOf(absl::string_view word, const absl::string_view (&list)[N]) {
  return std::any_of(std::begin(list), std::end(list),
                     [&](absl::string_view entry) {
                       return absl::EqualsIgnoreCase(entry, word);
                     });
}

TextSpan WordAt(absl::string_view text, size_t begin) {
  const size_t end = text.find_first_of(" \t\r\n\"'`\\,;<>()[]{}", begin);
  return {begin, std::min(end, text.size())};
}

size_t SkipBlanks(absl::string_view text, size_t at) {
  while (at < text.size() && absl::ascii_isspace(text[at])) ++at;
  return absl::StartsWith(text.substr(at), "%20") ? at + 3 : at;
}

// To the end of the header: its closing quote, else its line.
TextSpan RestOfHeader(absl::string_view text, size_t header_end, size_t begin) {
  const char before = header_end > 0 ? text[header_end - 1] : ' ';
  const bool quoted = before == '"' || before == '\'' || before == '`';
  const size_t end = text.find_first_of(
      quoted ? absl::string_view(&before, 1) : "\r\n", begin);
  return {begin, std::min({end, text.find('\n', begin), text.size()})};
}

bool IsWording(absl::string_view value) {
  return StandsForSecret(value) || BeginsAsProse(value);
}

}  // namespace

std::optional<TextSpan> ResolveAuthorization(absl::string_view text,
                                             const Groups& groups) {
  const size_t header_end = groups[1].end;
  const TextSpan first = WordAt(text, header_end);
  const TextSpan second = WordAt(text, SkipBlanks(text, first.end));
  const absl::string_view scheme = first.In(text);
  if (IsOneOf(scheme, kListSchemes)) {
    const TextSpan rest = RestOfHeader(text, header_end, second.begin);
    // "Digest authentication failed" has no parameter.
    if (rest.In(text).find('=') == absl::string_view::npos) return std::nullopt;
    return rest;
  }
  if (IsOneOf(scheme, kSchemes)) {
    if (second.begin == first.end || IsWording(second.In(text))) {
      return std::nullopt;
    }
    return second;
  }
  if (LooksGenerated(scheme)) return first;
  if (second.begin > first.end && LooksGenerated(second.In(text))) {
    return second;
  }
  return std::nullopt;
}

std::optional<TextSpan> ResolveScheme(absl::string_view text,
                                      const Groups& groups) {
  const absl::string_view value = groups[2].In(text);
  if (IsWording(value)) return std::nullopt;
  const bool bearer = absl::EqualsIgnoreCase(groups[1].In(text), "bearer");
  const bool secret = bearer ? LooksGenerated(value) : IsBasicCredential(value);
  return secret ? std::make_optional(groups[2]) : std::nullopt;
}

}  // namespace recourse
