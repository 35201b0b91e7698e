#include "server/match/code_context.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace recourse {
namespace {

constexpr size_t kMaxWord = 16;

// A short word in lower case; empty when it is longer than any that is looked
// for.
class LowerWord {
 public:
  explicit LowerWord(absl::string_view word) {
    if (word.size() > kMaxWord) return;
    for (const char c : word) bytes_[size_++] = absl::ascii_tolower(c);
  }
  absl::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kMaxWord> bytes_;
  size_t size_ = 0;
};

uint32_t ContextOf(absl::string_view word) {
  static const auto* const contexts =
      new absl::flat_hash_map<absl::string_view, uint32_t>{
          {"http", kHttpContext},
          {"https", kHttpContext},
          {"httpcode", kHttpContext},
          {"statuscode", kHttpContext},
          {"status", kHttpContext},
          {"response", kHttpContext},
          {"responded", kHttpContext},
          {"returned", kHttpContext | kFailedContext},
          {"got", kHttpContext},
          {"received", kHttpContext},
          {"replied", kHttpContext},
          {"code", kCodeContext},
          {"codes", kCodeContext},
          {"error", kErrorContext},
          {"err", kErrorContext},
          {"exception", kErrorContext},
          {"errno", kErrnoContext},
          {"os", kSystemContext},
          {"system", kSystemContext},
          {"socket", kSystemContext},
          {"wsa", kSystemContext},
          {"winsock", kSystemContext},
          {"winerror", kWindowsContext},
          {"win", kWindowsContext},
          {"win32", kWindowsContext},
          {"windows", kWindowsContext},
          {"sqlstate", kSqlStateContext},
          {"state", kSqlStateContext},
          {"sqlcode", kSqlCodeContext},
          {"number", kNumberContext},
          {"msg", kNumberContext | kMessageContext},
          {"native", kNumberContext},
          {"exit", kExitContext},
          {"exited", kExitContext},
          {"exitcode", kExitContext},
          {"signal", kSignalContext},
          {"curl", kCurlContext},
          {"ora", kOracleContext},
          {"tns", kOracleContext},
          {"failed", kFailedContext},
          {"failure", kFailedContext},
          {"ret", kFailedContext},
          {"rc", kFailedContext},
          {"result", kFailedContext},
          {"rpc", kRpcContext},
          {"grpc", kRpcContext},
          {"smtp", kMailContext},
          {"ftp", kMailContext},
          {"mongo", kMongoContext},
      };
  const auto it = contexts->find(LowerWord(word).view());
  return it == contexts->end() ? 0 : it->second;
}

absl::string_view Reason(int status) {
  switch (status) {
    case 400:
      return "bad";
    case 401:
      return "unauthorized";
    case 402:
      return "payment";
    case 403:
      return "forbidden";
    case 404:
    case 405:
      return "not";
    case 408:
      return "request";
    case 409:
      return "conflict";
    case 410:
      return "gone";
    case 412:
      return "precondition";
    case 413:
      return "payload";
    case 422:
      return "unprocessable";
    case 423:
      return "locked";
    case 429:
      return "too";
    case 500:
      return "internal";
    case 501:
      return "not";
    case 502:
      return "bad";
    case 503:
      return "service";
    case 504:
      return "gateway";
    default:
      return "";
  }
}

}  // namespace

uint32_t ContextBefore(absl::Span<const Token> tokens, size_t at) {
  constexpr size_t kWords = 2;
  size_t words = 0;
  uint32_t contexts = 0;
  for (size_t back = 1; words < kWords && back <= at; ++back) {
    if (tokens[at - back + 1].Has(Token::kHardBreak)) break;
    const absl::string_view word = tokens[at - back].raw;
    if (word == "is" || word == "was" || word == "with") continue;
    contexts |= ContextOf(word);
    ++words;
  }
  return contexts;
}

bool IsQuantity(absl::Span<const Token> tokens, size_t at) {
  static const auto* const units = new absl::flat_hash_set<absl::string_view>{
      "ms",         "s",        "sec",          "secs",     "seconds",
      "second",     "minutes",  "bytes",        "byte",     "kb",
      "mb",         "gb",       "kib",          "mib",      "gib",
      "times",      "rows",     "row",          "items",    "item",
      "tokens",     "token",    "requests",     "files",    "lines",
      "records",    "messages", "milliseconds", "attempts", "retries",
      "characters", "chars",    "entries",      "samples",  "users",
      "days",       "hours"};
  return at + 1 < tokens.size() && !tokens[at + 1].Has(Token::kHardBreak) &&
         units->contains(LowerWord(tokens[at + 1].raw).view());
}

bool HasReasonPhrase(absl::Span<const Token> tokens, size_t at) {
  if (at + 1 >= tokens.size() || tokens[at + 1].Has(Token::kHardBreak)) {
    return false;
  }
  const absl::string_view next = tokens[at + 1].raw;
  return absl::EqualsIgnoreCase(next, Reason(tokens[at].number)) ||
         absl::EqualsIgnoreCase(next, "error") ||
         absl::EqualsIgnoreCase(next, "response") ||
         absl::EqualsIgnoreCase(next, "client") ||
         absl::EqualsIgnoreCase(next, "server");
}

bool SpeaksOfMail(absl::Span<const Token> tokens) {
  static const auto* const words = new absl::flat_hash_set<absl::string_view>{
      "smtp", "ftp",    "smtplib", "mailbox", "recipient", "relay",
      "mta",  "ftplib", "esmtp",   "mailer",  "postfix",   "greylisted"};
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return words->contains(LowerWord(token.raw).view());
  });
}

bool SpeaksOfLdap(absl::Span<const Token> tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return absl::StartsWithIgnoreCase(token.raw, "ldap");
  });
}

}  // namespace recourse
