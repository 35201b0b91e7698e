// Numbers of databases.
#include "server/match/code_entry.h"
#include "server/match/code_tables.h"

namespace recourse {
namespace {

using namespace code_tables;  // NOLINT(build/namespaces)
using enum Category;

constexpr Entry<int> kNumbers[] = {
    {207, Says(kPermanent, 4)},  // SQL Server from here to 1000: a column.
    {208, Says(kPermanent, 4).First(kAskPeople)},
    {229, Says(kAuthentication, 5).First(kAskPeople)},
    {230, Says(kAuthentication, 5).First(kAskPeople)},
    {262, Says(kAuthentication, 5).First(kAskPeople)},
    {547, Says(kPermanent, 4)},
    {605, Says(kIntegrity, 6).First(kAskPeople)},
    {701, Says(kResource, 6)},
    {802, Says(kResource, 6)},
    {823, Says(kIntegrity, 6).First(kAskPeople)},
    {824, Says(kIntegrity, 6).First(kAskPeople)},
    {825, Says(kIntegrity, 5).First(kAskPeople)},
    {845, Says(kTimeout, 5)},                      // Waiting for a latch.
    {911, Says(kPermanent, 4).First(kAskPeople)},  // No such database.
    {916, Says(kAuthentication, 5).First(kAskPeople)},
    {922, Says(kTransient, 5)},                    // Being recovered.
    {926, Says(kIntegrity, 5).First(kAskPeople)},  // Marked suspect.
    {927, Says(kTransient, 5)},                    // Being restored.
    {976, Says(kTransient, 5)},                    // Replicas.
    {978, Says(kTransient, 4)},
    {979, Says(kTransient, 4)},
    {983, Says(kTransient, 6)},
    {988, Says(kTransient, 5)},
    {1021, Says(kResource, 6).First(kAskPeople)},   // Disk full.
    {1037, Says(kResource, 5).First(kAskForLess)},  // Out of memory.
    {1038, Says(kResource, 5).First(kAskForLess)},
    {1040, Says(kResource, 6).With(kRetryHelps)},
    {1041, Says(kResource, 5).First(kAskForLess)},
    {1044, Says(kAuthentication, 5).First(kAskPeople)},
    {1045, Says(kAuthentication, 5).First(kAskPeople)},
    {1047, Says(kTransient, 5)},  // A Galera node that is not ready.
    {1049, Says(kPermanent, 4)},
    {1053, Says(kTransient, 5)},
    {1054, Says(kPermanent, 4)},
    {1062, Says(kPermanent, 4)},
    {1064, Says(kPermanent, 4).Of(ErrorType::kSyntax)},
    {1099, Says(kPermanent, 4)},
    {1101, Says(kResource, 6).First(kAskPeople)},
    {1109, Says(kPermanent, 4)},
    {1114, Says(kResource, 5).First(kAskPeople)},   // The table is full.
    {1118, Says(kPermanent, 4)},                    // Row size.
    {1129, Says(kPermanent, 7).First(kAskPeople)},  // The host is blocked.
    {1136, Says(kPermanent, 4)},
    {1142, Says(kAuthentication, 5).First(kAskPeople)},
    {1146, Says(kPermanent, 4)},
    {1149, Says(kPermanent, 4)},
    {1153, Says(kPermanent, 5).First(kAskForLess)},  // Packet too large.
    {1158, Says(kConnection, 4)},
    {1159, Says(kTimeout, 4)},
    {1160, Says(kConnection, 4)},
    {1161, Says(kTimeout, 4)},
    {1169, Says(kPermanent, 4)},
    {1180, Says(kConcurrency, 4)},
    {1184, Says(kConnection, 4)},
    {1194, Says(kIntegrity, 5).First(kAskPeople)},  // A crashed table.
    {1203, Says(kResource, 6).With(kRetryHelps)},
    {1204, Says(kResource, 6).With(kRetryHelps)},  // Out of locks.
    {1205, Says(kConcurrency, 6)},  // MySQL lock wait, SQL Server deadlock.
    {1206, Says(kResource, 5).First(kAskForLess)},  // The lock table.
    {1213, Says(kConcurrency, 6)},
    {1215, Says(kPermanent, 4)},
    {1216, Says(kPermanent, 4)},
    {1217, Says(kPermanent, 4)},
    {1222, Says(kConcurrency, 5)},
    {1226, Says(kRateLimit, 5).With(kRetryHelps)},
    {1227, Says(kAuthentication, 5).First(kAskPeople)},
    {1264, Says(kPermanent, 4)},
    {1265, Says(kPermanent, 4)},
    {1290, Says(kTransient, 4)},  // Read-only server.
    {1292, Says(kPermanent, 6)},  // Truncated, but in the request.
    {1317, Says(kTimeout, 3)},
    {1364, Says(kPermanent, 4)},
    {1366, Says(kPermanent, 5)},
    {1396, Says(kPermanent, 4).First(kAskPeople)},
    {1406, Says(kPermanent, 4).First(kAskForLess)},  // Data too long.
    {1412, Says(kConcurrency, 5)},
    {1418, Says(kPermanent, 4).First(kAskPeople)},
    {1451, Says(kPermanent, 4)},
    {1452, Says(kPermanent, 4)},
    {1467, Says(kPermanent, 4).First(kAskPeople)},
    {1690, Says(kPermanent, 4)},
    {1698, Says(kAuthentication, 5).First(kAskPeople)},
    {1807, Says(kConcurrency, 5)},
    {1820, Says(kAuthentication, 5)
               .First(kAskPeople)},  // The password must be changed.
    {1836, Says(kTransient, 4)},
    {1862, Says(kAuthentication, 3).First(kAskPeople)},
    {2002, Says(kConnection, 5).With(kNotBegun)},
    {2003, Says(kConnection, 5).With(kNotBegun)},
    {2005, Says(kPermanent, 5).With(kNotBegun)},  // Unknown host.
    {2006, Says(kConnection, 5)},
    {2012, Says(kConnection, 4)},
    {2013, Says(kConnection, 5)},
    {2014, Says(kPermanent, 4).First(kAskPeople)},  // Commands out of order.
    {2020, Says(kPermanent, 5).First(kAskForLess)},
    {2026, Says(kPermanent, 4).First(kAskPeople)},  // TLS.
    {2027, Says(kConnection, 3)},
    {2055, Says(kConnection, 5)},
    {2601, Says(kPermanent, 5)},
    {2627, Says(kPermanent, 5)},
    {2812, Says(kPermanent, 4).First(kAskPeople)},
    {3024, Says(kTimeout, 5)},
    {3098, Says(kPermanent, 4).First(kAskPeople)},
    {3101, Says(kConcurrency, 5)},  // Group replication.
    {3141, Says(kPermanent, 4)},
    {3572, Says(kConcurrency, 5)},  // NOWAIT.
    {3780, Says(kPermanent, 4)},
    {3819, Says(kPermanent, 4)},
    {3958, Says(kConcurrency, 5)},
    {3960, Says(kConcurrency, 5)},
    {3961, Says(kConcurrency, 5)},
    {4060, Says(kPermanent, 4)},
    {4221, Says(kTransient, 6)},
    {8152, Says(kPermanent, 5)},  // Would be truncated.
    {8628, Says(kTimeout, 5)},
    {8645, Says(kResource, 7).With(kRetryHelps)},  // A wait for memory.
    {9001, Says(kTransient, 3)},
    {9002, Says(kResource, 6).First(kAskPeople)},  // The log is full.
    {9007, Says(kConcurrency, 4)},                 // TiDB: write conflict.
    {9100, Says(kIntegrity, 5).First(kAskPeople)},
    {10053, Says(kConnection, 5)},
    {10054, Says(kConnection, 5)},
    {10060, Says(kTimeout, 5)},  // Established connections end with it too.
    {10061, Says(kConnection, 5).With(kNotBegun)},
    {10928, Says(kResource, 5).With(kRetryHelps)},
    {10929, Says(kResource, 5).With(kRetryHelps)},
    {11000, Says(kPermanent, 4)},  // MongoDB: duplicate key.
    {17142, Says(kTransient, 5)},  // Paused.
    {18456, Says(kAuthentication, 5).First(kAskPeople)},
    {18470, Says(kAuthentication, 5).First(kAskPeople)},
    {18486, Says(kAuthentication, 5).First(kAskPeople)},
    {18487, Says(kAuthentication, 5).First(kAskPeople)},
    {18488, Says(kAuthentication, 5).First(kAskPeople)},
    {40197, Says(kTransient, 5)},
    {40501, Says(kTransient, 5)},
    {40544, Says(kResource, 6).First(kAskPeople)},
    {40549, Says(kTimeout, 5)},  // A long transaction.
    {40550, Says(kResource, 5)},
    {40551, Says(kResource, 5)},
    {40552, Says(kResource, 5)},
    {40553, Says(kResource, 5)},
    {40613, Says(kTransient, 5)},
    {40615, Says(kAuthentication, 5).First(kAskPeople)},  // The firewall.
    {42108, Says(kTransient, 5)},
    {42109, Says(kTransient, 5)},  // Waking up.
    {49918, Says(kTransient, 5)},
    {49919, Says(kTransient, 5)},
    {49920, Says(kTransient, 5)},
};

constexpr Entry<int> kOracle[] = {
    {1, Says(kPermanent, 5)},  // Unique constraint.
    {17, Says(kResource, 5).With(kRetryHelps)},
    {18, Says(kResource, 6).With(kRetryHelps)},
    {20, Says(kResource, 6).With(kRetryHelps)},
    {28, Says(kConnection, 5)},  // The session was killed.
    {51, Says(kConcurrency, 5)},
    {54, Says(kConcurrency, 6)},
    {59, Says(kResource, 5).First(kAskPeople)},
    {60, Says(kConcurrency, 6)},
    {104, Says(kConcurrency, 5)},
    {257, Says(kResource, 6).First(kAskPeople)},
    {376, Says(kIntegrity, 5).First(kAskPeople)},
    {600, Says(kTransient, 3)},
    {604, Says(kPermanent, 2).First(kAskPeople)},  // Wraps another.
    {942, Says(kPermanent, 5).First(kAskPeople)},
    {1000, Says(kResource, 5)},
    {1012, Says(kConnection, 5)},
    {1013, Says(kTimeout, 4)},
    {1017, Says(kAuthentication, 5).First(kAskPeople)},
    {1031, Says(kAuthentication, 5).First(kAskPeople)},
    {1033, Says(kTransient, 5)},
    {1034, Says(kTransient, 5)},
    {1035, Says(kTransient, 4)},  // Restricted session.
    {1045, Says(kAuthentication, 5).First(kAskPeople)},
    {1089, Says(kTransient, 5)},
    {1090, Says(kTransient, 5)},
    {1092, Says(kConnection, 5)},  // The instance ended.
    {1102, Says(kTransient, 3)},
    {1109, Says(kTransient, 4)},
    {1110, Says(kIntegrity, 3).First(kAskPeople)},
    {1113, Says(kIntegrity, 5).First(kAskPeople)},
    {1114, Says(kTransient, 3)},
    {1157, Says(kIntegrity, 6).First(kAskPeople)},
    {1187, Says(kIntegrity, 5).First(kAskPeople)},
    {1438, Says(kPermanent, 4)},
    {1536, Says(kResource, 5).First(kAskPeople)},
    {1555, Says(kConcurrency, 5)},  // Snapshot too old.
    {1562, Says(kResource, 5).First(kAskPeople)},
    {1578, Says(kIntegrity, 6).First(kAskPeople)},
    {1628, Says(kResource, 5).First(kAskPeople)},
    {1650, Says(kResource, 6).First(kAskPeople)},
    {1652, Says(kResource, 6).First(kAskPeople)},
    {1653, Says(kResource, 6).First(kAskPeople)},
    {1654, Says(kResource, 6).First(kAskPeople)},
    {1658, Says(kResource, 6).First(kAskPeople)},
    {1688, Says(kResource, 6).First(kAskPeople)},
    {1691, Says(kResource, 6).First(kAskPeople)},
    {2049, Says(kConcurrency, 5)},
    {2396, Says(kTimeout, 5)},  // Idle for too long.
    {2399, Says(kTimeout, 5)},
    {3111, Says(kConnection, 4)},
    {3113, Says(kConnection, 5)},
    {3114, Says(kConnection, 5)},
    {3135, Says(kConnection, 5)},
    {3150, Says(kConnection, 5)},
    {3156, Says(kConnection, 5)},
    {4020, Says(kConcurrency, 5)},
    {4021, Says(kConcurrency, 5)},
    {4022, Says(kConcurrency, 5)},
    {4030, Says(kResource, 6)},
    {4031, Says(kResource, 6)},
    {4036, Says(kResource, 6)},  // PGA.
    {4061, Says(kConcurrency, 4)},
    {4068, Says(kConcurrency, 5)},
    {7445, Says(kTransient, 3)},
    {8177, Says(kConcurrency, 6)},
    {10456, Says(kTransient, 4)},
    {12154, Says(kPermanent, 5).First(kAskPeople).With(kNotBegun)},
    {12170, Says(kTimeout, 5)},
    {12203, Says(kConnection, 5)},
    {12500, Says(kConnection, 4)},
    {12505, Says(kPermanent, 5).First(kAskPeople).With(kNotBegun)},
    {12514, Says(kPermanent, 5).First(kAskPeople).With(kNotBegun)},
    {12516, Says(kResource, 6).With(kRetryHelps)},
    {12518, Says(kResource, 5).With(kRetryHelps)},
    {12519, Says(kResource, 6).With(kRetryHelps)},
    {12520, Says(kResource, 6).With(kRetryHelps)},
    {12528, Says(kTransient, 5)},
    {12537, Says(kConnection, 5)},
    {12541, Says(kConnection, 5).With(kNotBegun)},
    {12545, Says(kPermanent, 5).First(kAskPeople)},
    {12547, Says(kConnection, 5)},
    {12560, Says(kConnection, 4)},
    {12571, Says(kConnection, 5)},
    {12899, Says(kPermanent, 5).First(kAskForLess)},
    {14411, Says(kConcurrency, 5)},
    {16000, Says(kTransient, 4)},  // Read-only.
    {25408, Says(kConnection, 5)},
    {27101, Says(kTransient, 4)},  // No shared memory realm.
    {28000, Says(kAuthentication, 5).First(kAskPeople)},
    {28001, Says(kAuthentication, 5).First(kAskPeople)},
    {28002, Says(kAuthentication, 4).First(kAskPeople)},
    {28003, Says(kAuthentication, 4).First(kAskPeople)},
    {29913, Says(kPermanent, 3)},
    {30006, Says(kConcurrency, 5)},
    {30036, Says(kResource, 6).First(kAskPeople)},
    {38760, Says(kTransient, 3)},
};

constexpr Entry<int> kDb2[] = {
    {-101, Says(kPermanent, 4).First(kAskForLess)},
    {-104, Says(kPermanent, 4).Of(ErrorType::kSyntax)},
    {-117, Says(kPermanent, 4)},
    {-180, Says(kPermanent, 4)},
    {-181, Says(kPermanent, 4)},
    {-204, Says(kPermanent, 4).First(kAskPeople)},
    {-206, Says(kPermanent, 4)},
    {-289, Says(kResource, 5).First(kAskPeople)},
    {-302, Says(kPermanent, 4)},
    {-305, Says(kPermanent, 4)},
    {-407, Says(kPermanent, 4)},
    {-440, Says(kPermanent, 4)},
    {-501, Says(kPermanent, 4)},
    {-530, Says(kPermanent, 4)},
    {-532, Says(kPermanent, 4)},
    {-545, Says(kPermanent, 4)},
    {-551, Says(kAuthentication, 5).First(kAskPeople)},
    {-552, Says(kAuthentication, 5).First(kAskPeople)},
    {-668, Says(kPermanent, 4).First(kAskPeople)},
    {-802, Says(kPermanent, 4)},
    {-803, Says(kPermanent, 4)},
    {-805, Says(kPermanent, 4).First(kAskPeople)},
    {-818, Says(kPermanent, 4).First(kAskPeople)},
    {-900, Says(kConnection, 4)},
    {-904, Says(kResource, 4).With(kRetryHelps)},
    {-905, Says(kTimeout, 4)},
    {-911, Says(kConcurrency, 6)},
    {-913, Says(kConcurrency, 6)},
    {-918, Says(kConnection, 4)},
    {-922, Says(kAuthentication, 5).First(kAskPeople)},
    {-923, Says(kTransient, 4)},
    {-924, Says(kConnection, 4)},
    {-952, Says(kTimeout, 4)},
    {-954, Says(kResource, 5)},
    {-955, Says(kResource, 5)},
    {-964, Says(kResource, 6).First(kAskPeople)},  // The log is full.
    {-968, Says(kResource, 6).First(kAskPeople)},
    {-973, Says(kResource, 5)},
    {-1035, Says(kConcurrency, 4)},
    {-1040, Says(kResource, 6).With(kRetryHelps)},
    {-1060, Says(kAuthentication, 5).First(kAskPeople)},
    {-1224, Says(kConnection, 4)},
    {-1476, Says(kConcurrency, 3)},
    {-1585, Says(kPermanent, 4).First(kAskPeople)},
    {-4499, Says(kConnection, 4)},
    {-30081, Says(kConnection, 5)},
    {-30082, Says(kAuthentication, 5).First(kAskPeople)},
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

}  // namespace recourse
