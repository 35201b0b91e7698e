// Numbers of databases, curl and mail.
#include "absl/strings/match.h"
#include "server/match/code_entry.h"
#include "server/match/code_tables.h"

namespace recourse {
namespace {

using namespace code_tables;  // NOLINT(build/namespaces)
using enum Category;

constexpr Entry<int> kNumbers[] = {
    {1021, Says(kResource, 6).First(kAskPeople)},   // Disk full.
    {1037, Says(kResource, 5).First(kAskForLess)},  // Out of memory.
    {1038, Says(kResource, 5).First(kAskForLess)},
    {1040, Says(kResource, 6).With(kRetryHelps)},
    {1041, Says(kResource, 5).First(kAskForLess)},
    {1044, Says(kAuthentication, 5).First(kAskPeople)},
    {1045, Says(kAuthentication, 5).First(kAskPeople)},
    {1049, Says(kPermanent, 4)},
    {1054, Says(kPermanent, 4)},
    {1062, Says(kPermanent, 4)},
    {1064, Says(kPermanent, 4).Of(ErrorType::kSyntax)},
    {1114, Says(kResource, 5).First(kAskPeople)},   // The table is full.
    {1129, Says(kPermanent, 7).First(kAskPeople)},  // The host is blocked.
    {1142, Says(kAuthentication, 5).First(kAskPeople)},
    {1146, Says(kPermanent, 4)},
    {1153, Says(kPermanent, 5).First(kAskForLess)},  // Packet too large.
    {1158, Says(kConnection, 4)},
    {1159, Says(kTimeout, 4)},
    {1160, Says(kConnection, 4)},
    {1161, Says(kTimeout, 4)},
    {1194, Says(kIntegrity, 5).First(kAskPeople)},  // A crashed table.
    {1203, Says(kResource, 6).With(kRetryHelps)},
    {1205, Says(kConcurrency, 6)},  // MySQL lock wait, SQL Server deadlock.
    {1206, Says(kConcurrency, 4)},
    {1213, Says(kConcurrency, 6)},
    {1222, Says(kConcurrency, 5)},
    {1226, Says(kRateLimit, 5).With(kRetryHelps)},
    {1227, Says(kAuthentication, 5).First(kAskPeople)},
    {1290, Says(kTransient, 4)},  // Read-only server.
    {1317, Says(kTimeout, 3)},
    {1406, Says(kPermanent, 4).First(kAskForLess)},  // Data too long.
    {1451, Says(kPermanent, 4)},
    {1452, Says(kPermanent, 4)},
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
    {9001, Says(kTransient, 3)},
    {9002, Says(kResource, 6).First(kAskPeople)},  // The log is full.
    {10053, Says(kConnection, 5)},
    {10054, Says(kConnection, 5)},
    {10060, Says(kTimeout, 5)},  // Established connections end with it too.
    {10061, Says(kConnection, 5).With(kNotBegun)},
    {10928, Says(kResource, 5).With(kRetryHelps)},
    {10929, Says(kResource, 5).With(kRetryHelps)},
    {11000, Says(kPermanent, 4)},  // MongoDB: duplicate key.
    {18456, Says(kAuthentication, 5).First(kAskPeople)},
    {40197, Says(kTransient, 5)},
    {40501, Says(kTransient, 5)},
    {40613, Says(kTransient, 5)},
    {49918, Says(kTransient, 5)},
    {49919, Says(kTransient, 5)},
    {49920, Says(kTransient, 5)},
};

constexpr Entry<int> kOracle[] = {
    {1, Says(kPermanent, 5)},  // Unique constraint.
    {18, Says(kResource, 6).With(kRetryHelps)},
    {20, Says(kResource, 6).With(kRetryHelps)},
    {28, Says(kConnection, 5)},  // The session was killed.
    {51, Says(kConcurrency, 5)},
    {54, Says(kConcurrency, 6)},
    {60, Says(kConcurrency, 6)},
    {257, Says(kResource, 6).First(kAskPeople)},
    {600, Says(kTransient, 3)},
    {942, Says(kPermanent, 5).First(kAskPeople)},
    {1000, Says(kResource, 5)},
    {1012, Says(kConnection, 5)},
    {1013, Says(kTimeout, 4)},
    {1017, Says(kAuthentication, 5).First(kAskPeople)},
    {1031, Says(kAuthentication, 5).First(kAskPeople)},
    {1033, Says(kTransient, 5)},
    {1034, Says(kTransient, 5)},
    {1089, Says(kTransient, 5)},
    {1090, Says(kTransient, 5)},
    {1109, Says(kTransient, 4)},
    {1536, Says(kResource, 5).First(kAskPeople)},
    {1555, Says(kConcurrency, 5)},  // Snapshot too old.
    {1578, Says(kIntegrity, 6).First(kAskPeople)},
    {1652, Says(kResource, 6).First(kAskPeople)},
    {1653, Says(kResource, 6).First(kAskPeople)},
    {1654, Says(kResource, 6).First(kAskPeople)},
    {1658, Says(kResource, 6).First(kAskPeople)},
    {1688, Says(kResource, 6).First(kAskPeople)},
    {2049, Says(kConcurrency, 5)},
    {3113, Says(kConnection, 5)},
    {3114, Says(kConnection, 5)},
    {3135, Says(kConnection, 5)},
    {4020, Says(kConcurrency, 5)},
    {4021, Says(kConcurrency, 5)},
    {4030, Says(kResource, 6)},
    {4031, Says(kResource, 6)},
    {4061, Says(kConcurrency, 4)},
    {4068, Says(kConcurrency, 5)},
    {7445, Says(kTransient, 3)},
    {8177, Says(kConcurrency, 6)},
    {12154, Says(kPermanent, 5).First(kAskPeople).With(kNotBegun)},
    {12170, Says(kTimeout, 5)},
    {12505, Says(kPermanent, 5).First(kAskPeople).With(kNotBegun)},
    {12514, Says(kPermanent, 5).First(kAskPeople).With(kNotBegun)},
    {12516, Says(kResource, 6).With(kRetryHelps)},
    {12519, Says(kResource, 6).With(kRetryHelps)},
    {12520, Says(kResource, 6).With(kRetryHelps)},
    {12528, Says(kTransient, 5)},
    {12541, Says(kConnection, 5).With(kNotBegun)},
    {12899, Says(kPermanent, 5).First(kAskForLess)},
    {28000, Says(kAuthentication, 5).First(kAskPeople)},
    {28001, Says(kAuthentication, 5).First(kAskPeople)},
    {30006, Says(kConcurrency, 5)},
};

constexpr Entry<int> kDb2[] = {
    {-104, Says(kPermanent, 4).Of(ErrorType::kSyntax)},
    {-204, Says(kPermanent, 4).First(kAskPeople)},
    {-206, Says(kPermanent, 4)},
    {-289, Says(kResource, 5).First(kAskPeople)},
    {-551, Says(kAuthentication, 5).First(kAskPeople)},
    {-803, Says(kPermanent, 4)},
    {-904, Says(kResource, 4).With(kRetryHelps)},
    {-911, Says(kConcurrency, 6)},
    {-913, Says(kConcurrency, 6)},
    {-918, Says(kConnection, 4)},
    {-952, Says(kTimeout, 4)},
    {-1224, Says(kConnection, 4)},
    {-30081, Says(kConnection, 5)},
    {-30082, Says(kAuthentication, 5).First(kAskPeople)},
};

constexpr Entry<int> kCurl[] = {
    {3, Says(kPermanent, 4)},
    {5, Says(kConnection, 4).With(kNotBegun)},
    {6, Says(kConnection, 3).With(kNotBegun)},
    {7, Says(kConnection, 5).With(kNotBegun)},
    {16, Says(kConnection, 4)},
    {18, Says(kConnection, 5)},
    {23, Says(kResource, 3)},
    {28, Says(kTimeout, 5)},
    {35, Says(kConnection, 3)},
    {47, Says(kPermanent, 4)},
    {51, Says(kPermanent, 5).First(kAskPeople)},
    {52, Says(kConnection, 5)},
    {55, Says(kConnection, 5)},
    {56, Says(kConnection, 4)},
    {58, Says(kPermanent, 5).First(kAskPeople)},
    {60, Says(kPermanent, 5).First(kAskPeople)},
    {67, Says(kAuthentication, 5).First(kAskPeople)},
    {77, Says(kPermanent, 5).First(kAskPeople)},
    {92, Says(kConnection, 5)},
};

// The second and third figure of an enhanced status code.
constexpr Entry<absl::string_view> kEnhanced[] = {
    {"1.0", Says(kPermanent, 4)},
    {"1.1", Says(kPermanent, 4)},
    {"1.2", Says(kPermanent, 4)},
    {"1.3", Says(kPermanent, 4)},
    {"1.8", Says(kPermanent, 4)},
    {"2.1", Says(kPermanent, 4).First(kAskPeople)},
    {"2.2", Says(kResource, 5).First(kAskPeople)},  // The mailbox is full.
    {"2.3", Says(kPermanent, 5).First(kAskForLess)},
    {"3.1", Says(kResource, 4)},
    {"3.4", Says(kPermanent, 5).First(kAskForLess)},
    {"4.1", Says(kConnection, 4)},
    {"4.2", Says(kConnection, 4)},
    {"7.0", Says(kAuthentication, 3).First(kAskPeople)},
    {"7.1", Says(kPermanent, 6).First(kAskPeople)},
    {"7.8", Says(kAuthentication, 5).First(kAskPeople)},
    {"7.9", Says(kAuthentication, 5).First(kAskPeople)},
    {"7.14", Says(kAuthentication, 4).First(kAskPeople)},
};

constexpr Entry<int> kReplies[] = {
    {421, Says(kTransient, 4)},
    {425, Says(kConnection, 4)},
    {426, Says(kConnection, 4)},
    {432, Says(kAuthentication, 4).First(kAskPeople)},
    {450, Says(kTransient, 4)},
    {451, Says(kTransient, 4)},
    {452, Says(kResource, 4).With(kRetryHelps)},
    {454, Says(kTransient, 3)},
    {530, Says(kAuthentication, 5).First(kAskPeople)},
    {534, Says(kAuthentication, 5).First(kAskPeople)},
    {535, Says(kAuthentication, 5).First(kAskPeople)},
    {538, Says(kAuthentication, 5).First(kAskPeople)},
    {550, Says(kPermanent, 4)},
    {551, Says(kPermanent, 4)},
    {552, Says(kResource, 4.5).First(kAskPeople)},
    {553, Says(kPermanent, 4)},
    {554, Says(kPermanent, 4).First(kAskPeople)},
};

}  // namespace

Meaning VendorNumberMeaning(int number) { return Find(kNumbers, number); }

Meaning OracleMeaning(int number) {
  const Meaning exact = Find(kOracle, number);
  if (exact.category != kUnspecified) return exact;
  if (number >= 12150 && number <= 12699) return Says(kConnection, 4);
  if ((number >= 900 && number < 1000) || (number >= 1400 && number < 1500) ||
      (number >= 1722 && number <= 1900) || (number >= 2290 && number < 2300) ||
      (number >= 6500 && number < 6600) ||
      (number >= 20000 && number < 21000)) {
    return Says(kPermanent, 4);
  }
  return {};
}

Meaning SqlCodeMeaning(int code) {
  const Meaning exact = Find(kDb2, code);
  if (exact.category != kUnspecified) return exact;
  return code <= -100 && code > -500 ? Says(kPermanent, 3) : Meaning{};
}

Meaning CurlMeaning(int number) { return Find(kCurl, number); }

Meaning MailMeaning(int reply, absl::string_view enhanced) {
  // 4.x.y and 4xx pass, whatever x and y.
  if (absl::StartsWith(enhanced, "4.")) {
    const Meaning full = Find(kEnhanced, enhanced.substr(2));
    if (full.category == kResource || full.category == kConnection) {
      return Says(full.category, full.weight).With(kRetryHelps);
    }
    return Says(kTransient, 4.5);
  }
  if (absl::StartsWith(enhanced, "5.")) {
    const Meaning exact = Find(kEnhanced, enhanced.substr(2));
    return exact.category != kUnspecified
               ? exact
               : Says(kPermanent, 4).First(kAskPeople);
  }
  const Meaning exact = Find(kReplies, reply);
  if (exact.category != kUnspecified) return exact;
  if (reply >= 400 && reply < 500) return Says(kTransient, 3.5);
  if (reply >= 500 && reply < 560) return Says(kPermanent, 3);
  return {};
}

}  // namespace recourse
