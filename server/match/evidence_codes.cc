#include "server/match/evidence_codes.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "server/match/code_tables.h"

namespace recourse {
namespace {

constexpr double kFromText = 0.8;
constexpr size_t kMaxScannedBytes = 16 << 10;

bool AddHttp(int status, double factor, Evidence* evidence) {
  const Meaning meaning = HttpMeaning(status);
  evidence->Add(meaning, factor, absl::StrCat("http_status ", status));
  return meaning.category != Category::kUnspecified;
}

bool AddSqlState(absl::string_view state, double factor, Evidence* evidence) {
  const Meaning meaning = SqlStateMeaning(absl::AsciiStrToUpper(state));
  evidence->Add(meaning, factor, absl::StrCat("SQLSTATE ", state));
  return meaning.category != Category::kUnspecified;
}

bool AddNumber(int number, double factor, Evidence* evidence) {
  const Meaning meaning = VendorNumberMeaning(number);
  evidence->Add(meaning, factor, absl::StrCat("error number ", number));
  return meaning.category != Category::kUnspecified;
}

// A field that holds a code and nothing else: 40001, 1205, 429, E429.
void AddCodeField(absl::string_view code, bool has_status, Evidence* evidence) {
  static const RE2* const kSqlState = new RE2("[0-9A-Za-z]{5}");
  static const RE2* const kNumber = new RE2("(?:\\D*\\()?E?-?(\\d{3,5})\\)?");
  code = absl::StripAsciiWhitespace(code);
  const re2::StringPiece piece(code.data(), code.size());
  int number = 0;
  if (RE2::FullMatch(piece, *kSqlState) && AddSqlState(code, 1, evidence)) {
    return;
  }
  if (!RE2::FullMatch(piece, *kNumber, &number)) return;
  if (AddNumber(number, 1, evidence) || has_status) return;
  AddHttp(number, 1, evidence);
}

void AddStatusInText(re2::StringPiece text, Evidence* evidence) {
  static const RE2* const kStatus = new RE2(
      "(?i)(?:\\b(?:http(?:/[\\d.]+)?|status|status[ _-]?code|httpcode|"
      "error[ _-]?code|response code|code|got|returned|unexpected status)"
      "[\"']?\\s?[:=(\\[]{0,2}\\s?[\"']?|\\[)([45]\\d\\d)\\b");
  int status = 0;
  while (RE2::FindAndConsume(&text, *kStatus, &status)) {
    if (AddHttp(status, kFromText, evidence)) return;
  }
}

void AddGrpcInText(re2::StringPiece text, Evidence* evidence) {
  static const RE2* const kCode = new RE2(
      "(?:\\bcode = |StatusCode\\.|StatusCode=\"|\\bstatus: |"
      "\"status\": ?\")([A-Za-z_]+)");
  std::string name;
  while (RE2::FindAndConsume(&text, *kCode, &name)) {
    const auto code = ParseGrpcName(name);
    if (!code) continue;
    evidence->Add(GrpcMeaning(*code), kFromText,
                  absl::StrCat("gRPC ", Name(*code)));
    return;
  }
}

void AddDatabaseCodesInText(re2::StringPiece text, Evidence* evidence) {
  static const RE2* const kState =
      new RE2("(?i)\\bsqlstate\\W{0,3}([0-9A-Z]{5})\\b");
  static const RE2* const kNumber = new RE2(
      "(?i)(?:\\b(?:error|errno|code|sqlcode|winerror|msg|number)\\W{0,3}|"
      "[(\\[])(\\d{4,5})(?:[\\s)\\],:;.]|$)");
  std::string state;
  re2::StringPiece rest = text;
  if (RE2::FindAndConsume(&rest, *kState, &state)) {
    AddSqlState(state, kFromText, evidence);
  }
  int number = 0;
  while (RE2::FindAndConsume(&text, *kNumber, &number)) {
    if (AddNumber(number, kFromText, evidence)) return;
  }
}

}  // namespace

void AddCodeEvidence(const Failure& failure, Evidence* evidence) {
  const bool has_status = failure.http_status != 0;
  const re2::StringPiece text(failure.text.data(),
                              std::min(failure.text.size(), kMaxScannedBytes));
  if (has_status) {
    AddHttp(failure.http_status, 1, evidence);
  } else {
    AddStatusInText(text, evidence);
  }
  if (failure.grpc_code) {
    evidence->Add(GrpcMeaning(*failure.grpc_code), 1,
                  absl::StrCat("grpc_code ", Name(*failure.grpc_code)));
  } else {
    AddGrpcInText(text, evidence);
  }
  AddCodeField(failure.code, has_status, evidence);
  AddCodeField(failure.exception_type, has_status, evidence);
  AddDatabaseCodesInText(text, evidence);
}

}  // namespace recourse
