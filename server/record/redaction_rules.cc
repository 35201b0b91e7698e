#include "server/record/redaction_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/record/secret_words.h"

namespace recourse {
namespace {

bool IsWordByte(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// A key in which nothing was generated is a word: "sk-learn-contrib-package".
std::optional<TextSpan> GeneratedGroup(absl::string_view text,
                                       const Groups& groups) {
  const TextSpan span = *FirstGroup(text, groups);
  const absl::string_view value = span.In(text);
  const bool generated = std::any_of(value.begin(), value.end(), [](char c) {
    return absl::ascii_isdigit(c) || c == '*';
  });
  return generated ? std::make_optional(span) : std::nullopt;
}

// A port and a path with an @ behind it look like a password: "8080/@scope".
std::optional<TextSpan> UrlPassword(absl::string_view text,
                                    const Groups& groups) {
  const absl::string_view value = groups[1].In(text);
  size_t digits = 0;
  while (digits < value.size() && absl::ascii_isdigit(value[digits])) ++digits;
  const bool port =
      digits > 0 && digits <= 5 && digits < value.size() &&
      (value[digits] == '/' || value[digits] == '?' || value[digits] == '#');
  if (port || StandsForSecret(value)) return std::nullopt;
  return groups[1];
}

// A user name stays, a token in its place does not.
std::optional<TextSpan> UrlUser(absl::string_view text, const Groups& groups) {
  const absl::string_view value = groups[1].In(text);
  if (value.size() < 16 || !LooksGenerated(value)) return std::nullopt;
  return groups[1];
}

// The body of a PEM block, told from wording about one by a run of base64.
std::optional<TextSpan> PemBlock(absl::string_view text, const Groups& groups) {
  constexpr size_t kShortestRun = 24;
  size_t run = 0;
  for (const char c : groups[0].In(text)) {
    const bool base64 =
        absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '=';
    run = base64 ? run + 1 : 0;
    if (run >= kShortestRun) return groups[0];
  }
  return std::nullopt;
}

// Hosts' and accounts' names that only look like addresses.
std::optional<TextSpan> EmailAddress(absl::string_view text,
                                     const Groups& groups) {
  static constexpr absl::string_view kNodeNames[] = {"git", "hg", "rabbit",
                                                     "celery", "couchdb"};
  static constexpr absl::string_view kInternal[] = {
      "internal", "local", "localdomain", "svc", "lan", "png", "jpg", "webp"};
  const absl::string_view user = groups[1].In(text);
  const absl::string_view host = groups[2].In(text);
  const absl::string_view top = host.substr(host.rfind('.') + 1);
  const auto is = [](absl::string_view word) {
    return [word](absl::string_view entry) {
      return absl::EqualsIgnoreCase(entry, word);
    };
  };
  if (absl::EndsWith(text.substr(0, groups[0].begin), "//") ||
      std::any_of(std::begin(kNodeNames), std::end(kNodeNames), is(user)) ||
      std::any_of(std::begin(kInternal), std::end(kInternal), is(top))) {
    return std::nullopt;
  }
  // A login on a host: scp's host:/path, or what ssh says.
  const absl::string_view after = text.substr(groups[0].end, 20);
  if (absl::StartsWith(after, ":/") || absl::StartsWith(after, ":~") ||
      absl::StartsWith(after, ": Permission denied")) {
    return std::nullopt;
  }
  // package@1.2.3-beta.rc is a version.
  const absl::string_view first = host.substr(0, host.find('.'));
  if (IsAsciiDigits(first)) return std::nullopt;
  return groups[0];
}

// Digits that belong to a longer name or number are no card.
std::optional<TextSpan> CardNumber(absl::string_view text,
                                   const Groups& groups) {
  const TextSpan span = groups[0];
  const auto digit_at = [&](size_t at) {
    return at < text.size() && absl::ascii_isdigit(text[at]);
  };
  if (span.begin > 0) {
    const char before = text[span.begin - 1];
    if (IsWordByte(before) || before == '.' || before == '+') {
      return std::nullopt;  // Of a longer number, or a telephone's.
    }
    if (before == '-' && span.begin > 1 && IsWordByte(text[span.begin - 2])) {
      return std::nullopt;
    }
  }
  if (span.end < text.size()) {
    const char after = text[span.end];
    if (IsWordByte(after)) return std::nullopt;
    if ((after == '.' || after == '-') && digit_at(span.end + 1)) {
      return std::nullopt;
    }
  }
  return IsCardNumber(span.In(text)) ? std::make_optional(span) : std::nullopt;
}

constexpr RulePattern kPrivateKey[] = {
    {R"re((?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)re",
     PemBlock},
    // Its end is cut off.
    {R"re(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\+[nrt]|[A-Za-z0-9+/=]{16,}|(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]*)*[A-Za-z0-9+/=]*)re",
     PemBlock},
    // Its beginning is.
    {R"re((?:[A-Za-z0-9+/=]{16,}(?:\s|\\+[nrt])*)+(?:[A-Za-z0-9+/=]+(?:\s|\\+[nrt])*)?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)re",
     PemBlock},
};

constexpr RulePattern kVendorKey[] = {
    {R"re(\bsk-[A-Za-z0-9_*-]{16,})re", GeneratedGroup},
    {R"re(\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b)re"},
    {R"re(\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}))re"},
    {R"re(\b(?:xox[a-z](?:\.xox[a-z])?-|xapp-)[A-Za-z0-9-]{8,})re"},
    {R"re(\b(?:AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,}|1//0[\w-]{20,}))re"},
    {R"re(\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|ffct)-[\w.-]{16,})re"},
    {R"re(\b(?:hf|r8|gsk|npm|nvapi|figd|ntn|rubygems|dckr_pat|lin_api|shpat|shpca|shppa|shpss|glsa|glc|sbp|sntrys|sntryu|pscale_(?:tkn|pw|oauth)|do[opr]_v1|secret|lsv2_pt|lsv2_sk|phx|phc|re|tvly|fc)[_-][A-Za-z0-9_]{20,}[=\w-]*)re",
     GeneratedGroup},
    {R"re(\b(?:pypi|xai|pplx|nvapi|sq0(?:atp|csp|idp)|PMAK|NRAK|LTAI|key)-[A-Za-z0-9_-]{20,})re",
     GeneratedGroup},
    {R"re(\bSG\.[\w-]{10,}\.[\w-]{10,})re"},
    {R"re(\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|\bwhsec_[A-Za-z0-9+/=]{10,})re"},
    {R"re(\bSK[0-9a-f]{32}\b|\bdapi[0-9a-f]{32}|\b[0-9a-f]{32}-us\d{1,2}\b)re"},
    {R"re(\b(?:hv[sbr]\.|dp\.(?:pt|st|ct|sa)\.|[A-Za-z0-9]{14}\.atlasv1\.|pat[A-Za-z0-9]{14}\.)[\w-]{20,})re"},
    {R"re(\b(?:ATATT3|AGE-SECRET-KEY-1|EAAA)[\w=-]{30,})re"},
    {R"re(\b\d{8,10}:AA[\w-]{30,})re"},
    {R"re(\b\w{3}8Q~[\w~.-]{31,})re"},
    {R"re((?i)\bhooks\.slack\.com/(?:services|workflows|triggers)/([\w/%+-]{8,}))re"},
    {R"re((?i)\bdiscord(?:app)?\.com/api/webhooks/\d+/([\w-]{16,}))re"},
    {R"re((?i)\.webhook\.office\.com/webhookb2/([\w@/-]{16,}))re"},
    {R"re((?i)\b(?:AccountKey|SharedAccessKey)\s*=\s*([A-Za-z0-9+/=]{8,}))re"},
    {R"re((?i)\bSharedAccessSignature\s*=?\s*([^\s"';]*\bsig=[^\s"';]+))re"},
    {R"re((?i)(?:[?&;]|&amp;|\\u0026|\b)sig=([\w%+/=-]{16,}))re"},
};

constexpr RulePattern kJwt[] = {
    {R"re(\beyJ[\w-]{5,}\.[\w-]{4,}(?:\.[\w-]*)*)re"},
    {R"re(\beyJ[\w-]{17,}\z)re"},  // Cut off within its header.
};

constexpr RulePattern kUrlUserinfo[] = {
    {R"re(://[^\s/?#@:"'<>\[\]]*:([^\s/?#"'<>]+)@)re", UrlPassword},
    {R"re(://[^\s/?#@:"'<>\[\]]*:([^\s"'<>]+?)@)re", UrlPassword},
    {R"re(://([^\s/?#@:"'<>\[\]]+)(?::[^\s/?#@"'<>]*)?@)re", UrlUser},
    {R"re((?i)\bjdbc:oracle:\w+:[^\s/@:]+/([^\s@]+)@)re"},
};

// Letters beyond ASCII are those of Latin scripts in UTF-8; in others, what
// stands before an address may be the sentence.
constexpr RulePattern kEmail[] = {
    {R"re(((?:[A-Za-z0-9]|[\xC3-\xC9][\x80-\xBF])(?:[A-Za-z0-9._%+\-]|[\xC3-\xC9][\x80-\xBF])*)(?:@|%40)((?:[A-Za-z0-9.-]|[\xC3-\xC9][\x80-\xBF])+\.[A-Za-z]{2,24})\b)re",
     EmailAddress},
};

constexpr RulePattern kCardNumber[] = {
    {R"re(\d{13,})re", CardNumber},
    {R"re(\d{4}(?:[ .-]{1,2}\d{4}){2,3}(?:[ .-]{1,2}\d{1,4})?)re", CardNumber},
    {R"re(\d{4}[ .-]{1,2}\d{6}[ .-]{1,2}\d{4,5})re", CardNumber},
};

// What a text must have for a rule to be tried on it.
constexpr char kVendorKeyHint[] =
    R"re(\bsk-|A(?:KIA|SIA|BIA|CCA)[A-Z0-9]|gh[pousr]_|github_pat_|xox[a-z]|)re"
    R"re(xapp-|AIza|ya29\.|GOCSPX|1//0|\bgl[a-z]+-|(?:hf|r8|gsk|npm|nvapi|)re"
    R"re(figd|ntn|rubygems|dckr_pat|lin_api|shpat|shpca|shppa|shpss|glsa|)re"
    R"re(glc|sbp|sntrys|sntryu|pscale_[a-z]+|do[opr]_v1|secret|lsv2_[ps][tk]|)re"
    R"re(phx|phc|re|tvly|fc)[_-][A-Za-z0-9_]{6}|(?:pypi|xai|pplx|sq0[a-z]+|)re"
    R"re(PMAK|NRAK|LTAI|key)-[A-Za-z0-9]{6}|\bSG\.|[sr]k_(?:live|test)|)re"
    R"re(whsec_|SK[0-9a-f]{6}|dapi[0-9a-f]{6}|[0-9a-f]{6}-us\d|hv[sbr]\.|)re"
    R"re(dp\.[a-z]{2}\.|atlasv1|pat[A-Za-z0-9]{14}\.|ATATT3|AGE-SECRET|EAAA|)re"
    R"re(:AA|8Q~|(?i:hooks\.slack|/api/webhooks|webhookb2|AccountKey|)re"
    R"re(SharedAccess|sig=))re";
constexpr char kKeyValueHint[] =
    R"re((?i)(?:pass(?:word|wd|code|[ _-]?phrase)?|pwd|secret|token|)re"
    R"re(credential|_auth|sig|signature|key(?:[ _-]?id)?|cookie))re"
    R"re((?:\s(?:provided|given|used|value))?\\*["'`]?\]?(?:\s*(?:[=:>]|%3d)|)re"
    R"re(\s+is[\s:])|password\s+'|identified|)re"
    R"re(-[\w.-]*(?:pass|word|wd|phrase|code|pwd|secret|token|key)\s|)re"
    R"re((?:password|passwd|secret|token|key)\\*["']\s*,)re";

}  // namespace

std::optional<TextSpan> FirstGroup(absl::string_view, const Groups& groups) {
  for (size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].matched()) return groups[i];
  }
  return groups[0];
}

absl::Span<const BuiltinRule> BuiltinRules() {
  static const RulePattern kBearer[] = {
      {kAuthorizationRegex, ResolveAuthorization},
      {kSchemeRegex, ResolveScheme},
      {R"re((?i)\bcurl\b[^\n]*?\s(?:-u|--user|--proxy-user)[ =]?["']?[^\s:'"]+:([^\s'"]+))re"},
  };
  static const RulePattern kKeyValue[] = {
      {R"re((?i)\b(?:set-)?cookie\\*["']?\s*[:=]\s*\\*["']?([\w.-]+=[^\r\n"'\\]+))re"},
      {R"re((?i)["'](?:name|key)\\*["']\s*:\s*\\*["'][\w.-]*(?:password|passwd|secret|token|api[_-]?key)\\*["']\s*,\s*\\*["']value\\*["']\s*:\s*\\*["']([^"'\\]+))re"},
      {R"re((?i)\bidentified\s+by\s+(?:password\s+)?["']([^"']+))re"},
      {R"re((?i)[?&]key=([\w-]{16,}))re", GeneratedGroup},
      {kNamedValueRegex, ResolveNamedValue},
  };
  static const BuiltinRule kRules[] = {
      {"private_key", "PRIVATE KEY", kPrivateKey},
      {"vendor_key", kVendorKeyHint, kVendorKey},
      {"jwt", "eyJ", kJwt},
      {"url_userinfo", R"re(://\S*@|(?i:jdbc:oracle))re", kUrlUserinfo},
      {"bearer", "(?i)authorization|bearer|basic|curl", kBearer},
      {"key_value", kKeyValueHint, kKeyValue},
      {"email", "@|%40", kEmail},
      {"card_number", R"re(\d{4}(?:[ .-]{0,2}\d){9})re", kCardNumber},
  };
  return kRules;
}

}  // namespace recourse
