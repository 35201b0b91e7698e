#include "server/match/code_tables.h"

#include <string>

#include "absl/strings/ascii.h"

namespace recourse {
namespace {

using enum Category;

template <typename Key>
struct Entry {
  Key key;
  Meaning meaning;
};

template <typename Key, size_t N, typename Value>
Meaning Find(const Entry<Key> (&table)[N], const Value& value) {
  for (const Entry<Key>& entry : table) {
    if (entry.key == value) return entry.meaning;
  }
  return {};
}

constexpr Strategy kAskPeople = Strategy::kEscalation;
constexpr Strategy kAskForLess = Strategy::kGracefulDegradation;
constexpr auto kNotBegun = Meaning::kNotExecuted;

constexpr Entry<int> kHttp[] = {
    {400, Says(kPermanent, 2.5)},
    {401, Says(kAuthentication, 5).First(kAskPeople).With(kNotBegun)},
    {402, Says(kResource, 6).First(kAskPeople)},
    {403, Says(kAuthentication, 3.5).First(kAskPeople)},
    {404, Says(kPermanent, 3.5)},
    {407, Says(kAuthentication, 4).First(kAskPeople).With(kNotBegun)},
    {408, Says(kTimeout, 5)},
    {409, Says(kConcurrency, 3)},
    {412, Says(kConcurrency, 3.5)},
    {413, Says(kResource, 4.5).First(kAskForLess)},
    {414, Says(kPermanent, 4).First(kAskForLess)},
    {421, Says(kConnection, 3)},
    {423, Says(kConcurrency, 4)},
    {425, Says(kTransient, 3.5)},
    {429, Says(kRateLimit, 5).With(kNotBegun)},
    {431, Says(kPermanent, 4).First(kAskForLess)},
    {451, Says(kPermanent, 4).First(Strategy::kAlternativePath)},
    {499, Says(kConnection, 2)},
    {500, Says(kTransient, 2.5)},
    {501, Says(kPermanent, 4)},
    {502, Says(kTransient, 4.5)},
    {503, Says(kTransient, 4)},
    {504, Says(kTimeout, 5)},
    {505, Says(kPermanent, 4)},
    {507, Says(kResource, 5).First(kAskPeople)},
    {508, Says(kPermanent, 3)},
    {509, Says(kRateLimit, 3)},
    {511, Says(kAuthentication, 4).First(kAskPeople)},
    {520, Says(kTransient, 3)},
    {521, Says(kConnection, 4)},
    {522, Says(kTimeout, 4)},
    {523, Says(kConnection, 4)},
    {524, Says(kTimeout, 5)},
    {525, Says(kPermanent, 3).First(kAskPeople)},
    {526, Says(kPermanent, 4).First(kAskPeople)},
    {529, Says(kTransient, 5.5)},
    {598, Says(kTimeout, 4)},
    {599, Says(kTimeout, 4)},
};

constexpr Entry<GrpcCode> kGrpc[] = {
    {GrpcCode::kInvalidArgument, Says(kPermanent, 3.5)},
    {GrpcCode::kDeadlineExceeded, Says(kTimeout, 5)},
    {GrpcCode::kNotFound, Says(kPermanent, 3.5)},
    {GrpcCode::kAlreadyExists, Says(kPermanent, 3.5)},
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
    {"25006", Says(kTransient, 4)},  // Read-only, as after a failover.
    {"42501", Says(kAuthentication, 5.5).First(kAskPeople)},
    {"42P01", Says(kPermanent, 5).First(kAskPeople)},
    {"53100", Says(kResource, 6).First(kAskPeople)},
    {"53200", Says(kResource, 6).First(kAskPeople)},
    {"53300", Says(kResource, 6).With(Meaning::kRetryHelps)},
    {"55006", Says(kConcurrency, 5)},
    {"55P03", Says(kConcurrency, 5)},
    {"57014", Says(kTimeout, 5)},
    {"57P01", Says(kConnection, 5)},
    {"57P02", Says(kConnection, 5)},
    {"57P03", Says(kTransient, 5)},
    {"HYT00", Says(kTimeout, 5)},
    {"HYT01", Says(kTimeout, 5)},
    {"XX001", Says(kIntegrity, 6).First(kAskPeople)},
    {"XX002", Says(kIntegrity, 6).First(kAskPeople)},
};

constexpr Entry<absl::string_view> kSqlClasses[] = {
    {"08", Says(kConnection, 5)},
    {"0A", Says(kPermanent, 4)},
    {"22", Says(kPermanent, 4)},
    {"23", Says(kPermanent, 4)},
    {"28", Says(kAuthentication, 5).First(kAskPeople)},
    {"3D", Says(kPermanent, 4)},
    {"3F", Says(kPermanent, 4)},
    {"40", Says(kConcurrency, 6)},
    {"42", Says(kPermanent, 4)},
    {"53", Says(kResource, 5)},
    {"54", Says(kPermanent, 4)},
    {"57", Says(kTransient, 4)},
    {"58", Says(kTransient, 3)},
};

constexpr Entry<int> kNumbers[] = {
    {1021, Says(kResource, 6).First(kAskPeople)},   // Disk full.
    {1037, Says(kResource, 5).First(kAskForLess)},  // Out of memory.
    {1038, Says(kResource, 5).First(kAskForLess)},
    {1040, Says(kResource, 6).With(Meaning::kRetryHelps)},
    {1041, Says(kResource, 5).First(kAskForLess)},
    {1044, Says(kAuthentication, 5).First(kAskPeople)},
    {1045, Says(kAuthentication, 5).First(kAskPeople)},
    {1049, Says(kPermanent, 4)},
    {1054, Says(kPermanent, 4)},
    {1062, Says(kPermanent, 4)},
    {1064, Says(kPermanent, 4).Of(ErrorType::kSyntax)},
    {1114, Says(kResource, 5).First(kAskPeople)},  // The table is full.
    {1142, Says(kAuthentication, 5).First(kAskPeople)},
    {1146, Says(kPermanent, 4)},
    {1153, Says(kPermanent, 5).First(kAskForLess)},  // Packet too large.
    {1158, Says(kConnection, 4)},
    {1159, Says(kTimeout, 4)},
    {1160, Says(kConnection, 4)},
    {1161, Says(kTimeout, 4)},
    {1203, Says(kResource, 6).With(Meaning::kRetryHelps)},
    {1205, Says(kConcurrency, 6)},  // MySQL lock wait, SQL Server deadlock.
    {1213, Says(kConcurrency, 6)},
    {1222, Says(kConcurrency, 5)},
    {1290, Says(kTransient, 4)},  // Read-only server.
    {1836, Says(kTransient, 4)},
    {2002, Says(kConnection, 5).With(kNotBegun)},
    {2003, Says(kConnection, 5).With(kNotBegun)},
    {2005, Says(kPermanent, 5).With(kNotBegun)},  // Unknown host.
    {2006, Says(kConnection, 5)},
    {2013, Says(kConnection, 5)},
    {2055, Says(kConnection, 5)},
    {3024, Says(kTimeout, 5)},
    {3572, Says(kConcurrency, 5)},  // NOWAIT.
    {3960, Says(kConcurrency, 5)},
    {4060, Says(kPermanent, 4)},
    {10053, Says(kConnection, 5)},
    {10054, Says(kConnection, 5)},
    {10060, Says(kTimeout, 5)},  // Established connections end with it too.
    {10061, Says(kConnection, 5).With(kNotBegun)},
    {18456, Says(kAuthentication, 5).First(kAskPeople)},
    {40197, Says(kTransient, 5)},
    {40501, Says(kTransient, 5)},
    {40613, Says(kTransient, 5)},
    {49918, Says(kTransient, 5)},
    {49919, Says(kTransient, 5)},
    {49920, Says(kTransient, 5)},
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

Meaning VendorNumberMeaning(int number) { return Find(kNumbers, number); }

}  // namespace recourse
