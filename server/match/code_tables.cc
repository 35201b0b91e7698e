#include "server/match/code_tables.h"

#include <string>

#include "absl/strings/ascii.h"
#include "server/match/code_entry.h"

namespace recourse {
namespace {

using namespace code_tables;  // NOLINT(build/namespaces)
using enum Category;

constexpr Entry<int> kHttp[] = {
    {400, Says(kPermanent, 2.5)},
    {401, Says(kAuthentication, 5).First(kAskPeople).With(kNotBegun)},
    {402, Says(kResource, 6).First(kAskPeople)},
    {403, Says(kAuthentication, 3.5).First(kAskPeople)},
    {404, Says(kPermanent, 3.5).First(kAskPeople)},
    {407, Says(kAuthentication, 4).First(kAskPeople).With(kNotBegun)},
    {408, Says(kTimeout, 5)},
    {409, Says(kConcurrency, 3)},
    {410, Says(kPermanent, 4).First(kAskPeople)},
    {412, Says(kConcurrency, 3.5)},
    {413, Says(kResource, 4.5).First(kAskForLess)},
    {414, Says(kPermanent, 4).First(kAskForLess)},
    {419, Says(kAuthentication, 4).First(kAskPeople)},  // Laravel: CSRF.
    {421, Says(kConnection, 3)},
    {423, Says(kConcurrency, 4)},
    {424, Says(kTransient, 3)},
    {425, Says(kTransient, 3.5)},
    {429, Says(kRateLimit, 5).With(kNotBegun)},
    {431, Says(kPermanent, 4).First(kAskForLess)},
    {440, Says(kAuthentication, 5).First(kAskPeople)},  // IIS: signed out.
    {444, Says(kConnection, 4)},                        // nginx: no answer.
    {451, Says(kPermanent, 4).First(Strategy::kAlternativePath)},
    {494, Says(kPermanent, 6).First(kAskForLess)},  // nginx: header.
    {495, Says(kAuthentication, 5).First(kAskPeople)},
    {496, Says(kAuthentication, 5).First(kAskPeople)},
    {498, Says(kAuthentication, 3).First(kAskPeople)},
    {499, Says(kConnection, 2)},
    {500, Says(kTransient, 2.5)},
    {501, Says(kPermanent, 4)},
    {502, Says(kTransient, 4.5)},
    {503, Says(kTransient, 4)},
    {504, Says(kTimeout, 5)},
    {505, Says(kPermanent, 4)},
    {506, Says(kPermanent, 3).First(kAskPeople)},
    {507, Says(kResource, 5).First(kAskPeople)},
    {508, Says(kPermanent, 3).First(kAskPeople)},
    {509, Says(kRateLimit, 3)},
    {510, Says(kPermanent, 3.5)},
    {511, Says(kAuthentication, 4).First(kAskPeople)},
    {520, Says(kTransient, 3)},
    {521, Says(kConnection, 4)},
    {522, Says(kTimeout, 4)},
    {523, Says(kConnection, 4)},
    {524, Says(kTimeout, 5)},
    {525, Says(kPermanent, 3).First(kAskPeople)},
    {526, Says(kPermanent, 4).First(kAskPeople)},
    {527, Says(kConnection, 4)},
    {529, Says(kTransient, 5.5)},
    {561, Says(kAuthentication, 5).First(kAskPeople)},  // AWS's balancer.
    {598, Says(kTimeout, 4)},
    {599, Says(kTimeout, 4)},
};

constexpr Entry<GrpcCode> kGrpc[] = {
    {GrpcCode::kInvalidArgument, Says(kPermanent, 3.5)},
    {GrpcCode::kDeadlineExceeded, Says(kTimeout, 5)},
    {GrpcCode::kNotFound, Says(kPermanent, 3.5).First(kAskPeople)},
    {GrpcCode::kAlreadyExists, Says(kPermanent, 3.5).First(kAskPeople)},
    {GrpcCode::kPermissionDenied, Says(kAuthentication, 3.5).First(kAskPeople)},
    {GrpcCode::kResourceExhausted, Says(kRateLimit, 3).With(kNotBegun)},
    {GrpcCode::kFailedPrecondition, Says(kPermanent, 2.5)},
    {GrpcCode::kAborted, Says(kConcurrency, 4.5)},
    {GrpcCode::kOutOfRange, Says(kPermanent, 3.5)},
    {GrpcCode::kUnimplemented, Says(kPermanent, 5)},
    {GrpcCode::kInternal, Says(kTransient, 1.8)},
    {GrpcCode::kUnavailable, Says(kTransient, 3.5)},
    {GrpcCode::kDataLoss, Says(kIntegrity, 5).First(kAskPeople)},
    {GrpcCode::kUnauthenticated,
     Says(kAuthentication, 5).First(kAskPeople).With(kNotBegun)},
};

constexpr Entry<absl::string_view> kSqlStates[] = {
    {"08S01", Says(kConnection, 5)},
    {"25001", Says(kPermanent, 4)},
    {"25006", Says(kTransient, 4)},    // Read-only, as after a failover.
    {"25P02", Says(kConcurrency, 4)},  // An aborted transaction.
    {"25P03", Says(kTimeout, 4)},
    {"40002", Says(kPermanent, 5)},
    {"40003", Says(kConnection, 5)},
    {"42000", Says(kPermanent, 3)},
    {"42501", Says(kAuthentication, 5.5).First(kAskPeople)},
    {"42P01", Says(kPermanent, 5).First(kAskPeople)},
    {"53100", Says(kResource, 6).First(kAskPeople)},
    {"53200", Says(kResource, 6).First(kAskPeople)},
    {"53300", Says(kResource, 6).With(kRetryHelps)},
    {"53400", Says(kResource, 5).First(kAskPeople)},
    {"54000", Says(kPermanent, 4).First(kAskForLess)},
    {"54023", Says(kPermanent, 4)},
    {"55000", Says(kPermanent, 4).First(kAskPeople)},
    {"55006", Says(kConcurrency, 5)},
    {"55P03", Says(kConcurrency, 5)},
    {"57011", Says(kResource, 5).First(kAskPeople)},
    {"57014", Says(kTimeout, 5)},
    {"57033", Says(kConcurrency, 5)},
    {"57P01", Says(kConnection, 5)},
    {"57P02", Says(kConnection, 5)},
    {"57P03", Says(kTransient, 5)},
    {"57P04", Says(kPermanent, 5).First(kAskPeople)},  // Database dropped.
    {"57P05", Says(kConnection, 5)},
    {"58004", Says(kTransient, 3)},
    {"58030", Says(kTransient, 3)},
    {"58P01", Says(kIntegrity, 5).First(kAskPeople)},
    {"72000", Says(kConcurrency, 5)},  // Snapshot too old.
    {"F0000", Says(kPermanent, 4).First(kAskPeople)},
    {"HY001", Says(kResource, 5).First(kAskForLess)},
    {"HY013", Says(kResource, 4)},
    {"HYT00", Says(kTimeout, 5)},
    {"HYT01", Says(kTimeout, 5)},
    {"HYT02", Says(kTimeout, 5)},
    {"IM002", Says(kPermanent, 5).First(kAskPeople)},
    {"S0002", Says(kPermanent, 4).First(kAskPeople)},
    {"S1T00", Says(kTimeout, 5)},
    {"XX001", Says(kIntegrity, 6).First(kAskPeople)},
    {"XX002", Says(kIntegrity, 6).First(kAskPeople)},
};

constexpr Entry<absl::string_view> kSqlClasses[] = {
    {"08", Says(kConnection, 5)},
    {"09", Says(kPermanent, 3)},
    {"0A", Says(kPermanent, 4)},
    {"20", Says(kPermanent, 4)},
    {"21", Says(kPermanent, 4)},
    {"22", Says(kPermanent, 4)},
    {"23", Says(kPermanent, 4)},
    {"24", Says(kPermanent, 4)},
    {"25", Says(kPermanent, 3)},
    {"26", Says(kPermanent, 4)},
    {"28", Says(kAuthentication, 5).First(kAskPeople)},
    {"2B", Says(kPermanent, 4)},
    {"2D", Says(kPermanent, 4)},
    {"2F", Says(kPermanent, 3)},
    {"34", Says(kPermanent, 4)},
    {"38", Says(kPermanent, 3)},
    {"39", Says(kPermanent, 3)},
    {"3D", Says(kPermanent, 4)},
    {"3F", Says(kPermanent, 4)},
    {"40", Says(kConcurrency, 6)},
    {"42", Says(kPermanent, 4)},
    {"44", Says(kPermanent, 4)},
    {"51", Says(kPermanent, 3)},
    {"53", Says(kResource, 5)},
    {"54", Says(kPermanent, 4).First(kAskForLess)},
    {"55", Says(kPermanent, 3)},
    {"56", Says(kPermanent, 3)},
    {"57", Says(kTransient, 4)},
    {"58", Says(kTransient, 3)},
    {"72", Says(kPermanent, 2)},
    {"HV", Says(kTransient, 2)},
    {"P0", Says(kPermanent, 3)},
};

}  // namespace

Meaning HttpMeaning(int status) {
  const Meaning exact = Find(kHttp, status);
  if (exact.category != kUnspecified) return exact;
  if (status >= 400 && status < 500) return Says(kPermanent, 3.5);
  if (status >= 500 && status < 600) return Says(kTransient, 2);
  return {};
}

Meaning GrpcMeaning(GrpcCode code) { return Find(kGrpc, code); }

std::optional<GrpcCode> ParseGrpcName(absl::string_view name) {
  std::string snake;
  for (size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && absl::ascii_isupper(name[i]) &&
        absl::ascii_islower(name[i - 1])) {
      snake.push_back('_');
    }
    snake.push_back(name[i]);
  }
  return ParseGrpcCode(snake);
}

Meaning SqlStateMeaning(absl::string_view state) {
  const Meaning exact = Find(kSqlStates, state);
  if (exact.category != kUnspecified) return exact;
  return Find(kSqlClasses, state.substr(0, 2));
}

}  // namespace recourse
