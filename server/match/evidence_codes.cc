#include "server/match/evidence_codes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/match/code_context.h"
#include "server/match/code_tables.h"

namespace recourse {
namespace {

constexpr double kFromText = 0.8;
constexpr size_t kSqlStateBytes = 5;
constexpr int kMaxLdapCode = 124;

bool AddIfKnown(const Meaning& meaning, double factor, std::string label,
                Evidence* evidence) {
  if (meaning.category == Category::kUnspecified) return false;
  evidence->Add(meaning, factor, std::move(label));
  return true;
}

bool AddHttp(int status, double factor, Evidence* evidence) {
  return AddIfKnown(HttpMeaning(status), factor,
                    absl::StrCat("http_status ", status), evidence);
}

bool LooksLikeSqlState(absl::string_view text) {
  if (text.size() != kSqlStateBytes) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c) && !absl::ascii_isupper(c)) return false;
  }
  return absl::ascii_isdigit(text[4]) || absl::ascii_isdigit(text[3]);
}

bool AddSqlState(absl::string_view state, double factor, Evidence* evidence) {
  return AddIfKnown(SqlStateMeaning(state), factor,
                    absl::StrCat("SQLSTATE ", state), evidence);
}

bool AddNumber(int number, double factor, Evidence* evidence) {
  return AddIfKnown(VendorNumberMeaning(number), factor,
                    absl::StrCat("error number ", number), evidence);
}

// E429, WriteConflict (112), -911: the number that ends a field.
bool EndingNumber(absl::string_view code, int* number) {
  absl::ConsumeSuffix(&code, ")");
  size_t begin = code.size();
  while (begin > 0 && absl::ascii_isdigit(code[begin - 1])) --begin;
  const absl::string_view digits = code.substr(begin);
  if (digits.size() < 3 || digits.size() > 5) return false;
  const absl::string_view before = code.substr(0, begin);
  const bool bare = before.empty() || before == "E" || before == "-" ||
                    absl::EndsWith(before, "(");
  return bare && absl::SimpleAtoi(digits, number);
}

// SQL0911N, as Db2 names the message of SQLCODE -911; 0: it is none.
int Db2Code(absl::string_view word) {
  int number = 0;
  const bool named =
      absl::ConsumePrefix(&word, "SQL") &&
      (absl::ConsumeSuffix(&word, "N") || absl::ConsumeSuffix(&word, "C"));
  return named && absl::SimpleAtoi(word, &number) ? -number : 0;
}

// A field that holds a code and nothing else: 40001, 1205, 429, ORA-00060.
void AddCodeField(absl::string_view code, bool has_status, Evidence* evidence) {
  code = absl::StripAsciiWhitespace(code);
  const std::string upper = absl::AsciiStrToUpper(code.substr(0, 16));
  if (LooksLikeSqlState(upper) && AddSqlState(upper, 1, evidence)) return;
  int number = 0;
  absl::string_view rest = upper;
  if (absl::ConsumePrefix(&rest, "ORA-") && absl::SimpleAtoi(rest, &number)) {
    AddIfKnown(OracleMeaning(number), 1, absl::StrCat("ORA-", rest), evidence);
    return;
  }
  if (!EndingNumber(code, &number)) return;
  if (AddNumber(number, 1, evidence) || has_status) return;
  AddHttp(number, 1, evidence);
}

// The codes of one text, from left to right.
class TextCodes {
 public:
  TextCodes(const Failure& failure, absl::Span<const Token> tokens,
            Evidence* evidence)
      : tokens_(tokens),
        evidence_(evidence),
        has_status_(failure.http_status != 0),
        has_grpc_(failure.grpc_code.has_value()) {}

  void Read() {
    for (size_t at = 0; at < tokens_.size() && found_ < kMaxFound; ++at) {
      const Token& token = tokens_[at];
      if (token.Has(Token::kNumber)) {
        found_ += ReadNumber(at) ? 1 : 0;
      } else if (ReadGrpcName(at)) {
        ++found_;
      } else if (const int code = Db2Code(token.raw); code != 0) {
        found_ += Add(SqlCodeMeaning(code), at, "SQLCODE") ? 1 : 0;
      } else if (token.raw.size() == kSqlStateBytes &&
                 LooksLikeSqlState(token.raw) &&
                 (ContextBefore(tokens_, at) & kSqlStateContext) != 0) {
        found_ += AddSqlState(token.raw, FactorOf(token), evidence_) ? 1 : 0;
      }
    }
  }

 private:
  static constexpr int kMaxFound = 8;

  static double FactorOf(const Token& token) {
    // The value of "status": 503 counts, though its key is a parameter's.
    return kFromText * std::max<double>(token.percent, 60) / 100;
  }

  bool Add(const Meaning& meaning, size_t at, absl::string_view kind) {
    return AddIfKnown(meaning, FactorOf(tokens_[at]),
                      absl::StrCat(kind, " ", tokens_[at].raw), evidence_);
  }

  bool ReadNumber(size_t at) {
    const Token& token = tokens_[at];
    if (token.number == Token::kNoNumber) return ReadHex(at);
    const uint32_t context = ContextBefore(tokens_, at);
    const int number = token.number;
    if ((context & kOracleContext) != 0) {
      return Add(OracleMeaning(number), at, "ORA");
    }
    if ((context & kSqlStateContext) != 0 &&
        token.raw.size() == kSqlStateBytes) {
      return AddSqlState(token.raw, FactorOf(token), evidence_);
    }
    if ((context & kSqlCodeContext) != 0) {
      return Add(SqlCodeMeaning(number), at, "SQLCODE");
    }
    if ((context & kCurlContext) != 0 && number < 100) {
      return Add(CurlMeaning(number), at, "curl");
    }
    return ReadSystem(at, context) || ReadProcess(at, context) ||
           ReadReply(at, context) || ReadStatus(at, context) ||
           ReadVendor(at, context);
  }

  bool ReadHex(size_t at) {
    absl::string_view raw = tokens_[at].raw;
    uint32_t code = 0;
    if (raw.size() != 10 || !absl::ConsumePrefix(&raw, "0x") ||
        !absl::SimpleHexAtoi(raw, &code)) {
      return false;
    }
    return Add(HresultMeaning(code), at, "code");
  }

  bool ReadSystem(size_t at, uint32_t context) {
    const int number = tokens_[at].number;
    if ((context & kWindowsContext) != 0) {
      return Add(WindowsMeaning(number), at, "WinError");
    }
    const bool errno_like =
        (context & kErrnoContext) != 0 ||
        ((context & kSystemContext) != 0 && (context & kErrorContext) != 0);
    if (errno_like) {
      // Windows counts its "system error 53" differently.
      return Add(ErrnoMeaning(number), at, "errno") ||
             ((context & kErrnoContext) == 0 &&
              Add(WindowsMeaning(number), at, "system error"));
    }
    // As the kernel's drivers tell it: "probe failed with error -110".
    const bool negative = number < 0 && number > -134 && number != -1;
    if (negative && (context & (kErrorContext | kFailedContext)) != 0) {
      Meaning meaning = ErrnoMeaning(-number);
      meaning.weight = std::min(meaning.weight, 3.0f);
      return Add(meaning, at, "errno");
    }
    return false;
  }

  bool ReadProcess(size_t at, uint32_t context) {
    const int number = tokens_[at].number;
    if ((context & kSignalContext) != 0) {
      return Add(SignalMeaning(number), at, "signal");
    }
    if ((context & kExitContext) == 0) return false;
    Add(ExitMeaning(number), at, "exit code");
    return true;  // And is no status of HTTP.
  }

  bool ReadReply(size_t at, uint32_t context) {
    const int number = tokens_[at].number;
    if (number < 400 || number > 599) return false;
    absl::string_view enhanced;
    if (at + 1 < tokens_.size() && tokens_[at + 1].Has(Token::kName) &&
        (absl::StartsWith(tokens_[at + 1].raw, "4.") ||
         absl::StartsWith(tokens_[at + 1].raw, "5."))) {
      enhanced = tokens_[at + 1].raw;
    }
    if (enhanced.empty() && (context & kMailContext) == 0 &&
        ((context & kHttpContext) != 0 || !SpeaksOfMail())) {
      return false;
    }
    return Add(MailMeaning(number, enhanced), at, "reply");
  }

  bool ReadStatus(size_t at, uint32_t context) {
    const int number = tokens_[at].number;
    if (number < 400 || number > 599 || IsQuantity(tokens_, at)) return false;
    const bool told =
        (context & (kHttpContext | kCodeContext)) != 0 ||
        ((context & kErrorContext) != 0 && !tokens_[at].Has(Token::kKey)) ||
        HasReasonPhrase(tokens_, at) || at == 0 || IsBracketed(at);
    if (!told) return false;
    return has_status_ || AddHttp(number, FactorOf(tokens_[at]), evidence_);
  }

  // [429], (503).
  bool IsBracketed(size_t at) const { return tokens_[at].Has(Token::kBracket); }

  // Whether nothing but one character stands between tokens_[at] and the next
  // in the same text: "i/o" is read as a word that stands in none.
  bool IsJoinedToNext(size_t at) const {
    if (at + 1 >= tokens_.size()) return false;
    const Token& next = tokens_[at + 1];
    const char* const end = tokens_[at].raw.data() + tokens_[at].raw.size();
    return !next.Has(Token::kSoftBreak) &&
           (next.raw.data() == end || next.raw.data() == end + 1);
  }

  // The gRPC code that begins at tokens_[at], in whichever spelling; its words
  // stand side by side in the text, so that one view spans them.
  std::optional<GrpcCode> GrpcAt(size_t at) const {
    if (at >= tokens_.size() || tokens_[at].raw.empty() ||
        !absl::ascii_isupper(tokens_[at].raw[0])) {
      return std::nullopt;
    }
    const char* const begin = tokens_[at].raw.data();
    size_t last = at;
    while (IsJoinedToNext(last)) ++last;
    const char* const end = tokens_[last].raw.data() + tokens_[last].raw.size();
    return ParseGrpcName({begin, static_cast<size_t>(end - begin)});
  }

  // code = Unavailable, StatusCode.UNAVAILABLE, "status": "UNAVAILABLE".
  bool ReadGrpcName(size_t at) {
    const absl::string_view word = tokens_[at].raw;
    if (has_grpc_ || !(absl::EqualsIgnoreCase(word, "code") ||
                       absl::EqualsIgnoreCase(word, "status"))) {
      return false;
    }
    return AddGrpc(GrpcAt(at + 1), at + 1);
  }

  bool AddGrpc(const std::optional<GrpcCode>& code, size_t at) {
    return code && AddIfKnown(GrpcMeaning(*code), FactorOf(tokens_[at]),
                              absl::StrCat("gRPC ", Name(*code)), evidence_);
  }

  bool ReadVendor(size_t at, uint32_t context) {
    const int number = tokens_[at].number;
    if (number > 0 && number <= 16 && !has_grpc_ && at + 1 < tokens_.size()) {
      const auto code = static_cast<GrpcCode>(number);
      const bool is_code = (context & kCodeContext) != 0 &&
                           absl::EqualsIgnoreCase(tokens_[at + 1].raw, "desc");
      // 14 UNAVAILABLE, as Node writes it.
      if (is_code || GrpcAt(at + 1) == code) return AddGrpc(code, at);
    }
    const bool told = (context & (kErrorContext | kCodeContext |
                                  kNumberContext | kMongoContext)) != 0 ||
                      IsBracketed(at);
    if (told && number < kMaxLdapCode && recourse::SpeaksOfLdap(tokens_)) {
      return Add(LdapMeaning(number), at, "LDAP");
    }
    const int least = (context & kMessageContext) != 0 ? 200 : 1000;
    return told && number >= least &&
           AddNumber(number, FactorOf(tokens_[at]), evidence_);
  }

  bool SpeaksOfMail() {
    if (!mail_) mail_ = recourse::SpeaksOfMail(tokens_);
    return *mail_;
  }

  const absl::Span<const Token> tokens_;
  Evidence* const evidence_;
  const bool has_status_;
  const bool has_grpc_;
  std::optional<bool> mail_;  // Not asked yet.
  int found_ = 0;
};

}  // namespace

void AddCodeFields(const Failure& failure, Evidence* evidence) {
  const bool has_status = failure.http_status != 0;
  if (has_status) AddHttp(failure.http_status, 1, evidence);
  if (failure.grpc_code) {
    evidence->Add(GrpcMeaning(*failure.grpc_code), 1,
                  absl::StrCat("grpc_code ", Name(*failure.grpc_code)));
  }
  AddCodeField(failure.code, has_status, evidence);
  AddCodeField(failure.exception_type, has_status, evidence);
}

void AddCodesInText(const Failure& failure, absl::Span<const Token> tokens,
                    Evidence* evidence) {
  TextCodes(failure, tokens, evidence).Read();
}

}  // namespace recourse
