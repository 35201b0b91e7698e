// Codes of operating systems and their processes.
#include "server/match/code_entry.h"
#include "server/match/code_tables.h"

namespace recourse {
namespace {

using namespace code_tables;  // NOLINT(build/namespaces)
using enum Category;

constexpr Entry<int> kErrno[] = {
    {1, Says(kAuthentication, 4.5).First(kAskPeople)},
    {2, Says(kPermanent, 4)},
    {5, Says(kIntegrity, 3).First(kAskPeople)},
    {7, Says(kPermanent, 4).First(kAskForLess)},
    {8, Says(kPermanent, 4).First(kElsewhere)},
    {11, Says(kTransient, 3)},
    {12, Says(kResource, 6)},
    {13, Says(kAuthentication, 5).First(kAskPeople)},
    {16, Says(kConcurrency, 4.5)},
    {17, Says(kPermanent, 4)},
    {18, Says(kPermanent, 4)},
    {19, Says(kPermanent, 4).First(kAskPeople)},
    {20, Says(kPermanent, 4)},
    {21, Says(kPermanent, 4)},
    {22, Says(kPermanent, 4)},
    {23, Says(kResource, 6)},
    {24, Says(kResource, 6)},
    {26, Says(kConcurrency, 5)},
    {27, Says(kPermanent, 5).First(kAskForLess)},
    {28, Says(kResource, 7).First(kAskPeople)},
    {30, Says(kPermanent, 4).First(kAskPeople)},
    {32, Says(kConnection, 5)},
    {35, Says(kConcurrency, 5)},
    {36, Says(kPermanent, 4)},
    {39, Says(kPermanent, 4)},
    {61, Says(kConnection, 4).With(kNotBegun)},  // Refused, on macOS.
    {74, Says(kIntegrity, 5).First(kAskPeople)},
    {90, Says(kPermanent, 5).First(kAskForLess)},
    {98, Says(kResource, 5)},
    {99, Says(kPermanent, 4).First(kAskPeople)},
    {100, Says(kConnection, 5).With(kNotBegun)},
    {101, Says(kConnection, 5).With(kNotBegun)},
    {103, Says(kConnection, 5)},
    {104, Says(kConnection, 5)},
    {105, Says(kResource, 5)},
    {107, Says(kConnection, 5)},
    {110, Says(kTimeout, 5)},
    {111, Says(kConnection, 5).With(kNotBegun)},
    {112, Says(kConnection, 5)},
    {113, Says(kConnection, 5).With(kNotBegun)},
    {116, Says(kConnection, 3)},  // A stale file handle.
    {117, Says(kIntegrity, 5).First(kAskPeople)},
    {122, Says(kResource, 6).First(kAskPeople)},
    {125, Says(kTransient, 2)},
    {10004, Says(kTransient, 3)},
    {10013, Says(kAuthentication, 5).First(kAskPeople)},
    {10022, Says(kPermanent, 4)},
    {10024, Says(kResource, 6)},
    {10035, Says(kTransient, 3)},
    {10048, Says(kResource, 5)},
    {10050, Says(kConnection, 5).With(kNotBegun)},
    {10051, Says(kConnection, 5).With(kNotBegun)},
    {10052, Says(kConnection, 5)},
    {10053, Says(kConnection, 5)},
    {10054, Says(kConnection, 5)},
    {10055, Says(kResource, 5)},
    {10057, Says(kConnection, 5)},
    {10058, Says(kConnection, 5)},
    {10060, Says(kTimeout, 5)},
    {10061, Says(kConnection, 5).With(kNotBegun)},
    {10064, Says(kConnection, 5)},
    {10065, Says(kConnection, 5).With(kNotBegun)},
    {11001, Says(kPermanent, 4).With(kNotBegun)},
    {11002, Says(kConnection, 5).With(kNotBegun)},
};

constexpr Entry<int> kWindows[] = {
    {2, Says(kPermanent, 4)},
    {3, Says(kPermanent, 4)},
    {4, Says(kResource, 6)},
    {5, Says(kAuthentication, 5).First(kAskPeople)},
    {8, Says(kResource, 6)},
    {14, Says(kResource, 6)},
    {19, Says(kPermanent, 4).First(kAskPeople)},
    {21, Says(kTransient, 3)},
    {23, Says(kIntegrity, 6).First(kAskPeople)},
    {32, Says(kConcurrency, 5)},
    {33, Says(kConcurrency, 5)},
    {39, Says(kResource, 7).First(kAskPeople)},
    {53, Says(kConnection, 4)},
    {64, Says(kConnection, 4.5)},
    {67, Says(kPermanent, 4)},
    {87, Says(kPermanent, 4)},
    {109, Says(kConnection, 4)},
    {112, Says(kResource, 7).First(kAskPeople)},
    {121, Says(kTimeout, 5)},
    {123, Says(kPermanent, 4)},
    {170, Says(kConcurrency, 4)},
    {183, Says(kPermanent, 4)},
    {193, Says(kPermanent, 4).First(kElsewhere)},
    {206, Says(kPermanent, 4)},
    {233, Says(kConnection, 4)},
    {258, Says(kTimeout, 5)},
    {740, Says(kAuthentication, 4).First(kAskPeople)},
    {1053, Says(kTimeout, 4)},
    {1117, Says(kIntegrity, 4).First(kAskPeople)},
    {1225, Says(kConnection, 5).With(kNotBegun)},
    {1231, Says(kConnection, 5).With(kNotBegun)},
    {1236, Says(kConnection, 5)},
    {1326, Says(kAuthentication, 5).First(kAskPeople)},
    {1392, Says(kIntegrity, 6).First(kAskPeople)},
    {1450, Says(kResource, 5)},
    {1455, Says(kResource, 6)},
    {1460, Says(kTimeout, 5)},
    {1722, Says(kConnection, 5)},
    {1816, Says(kResource, 5).First(kAskPeople)},
    {12002, Says(kTimeout, 5)},
    {12007, Says(kPermanent, 4).With(kNotBegun)},
    {12029, Says(kConnection, 5).With(kNotBegun)},
    {12030, Says(kConnection, 5)},
    {12152, Says(kConnection, 4)},
    {12175, Says(kPermanent, 4).First(kAskPeople)},
};

constexpr Entry<uint32_t> kHresults[] = {
    {0x80004001, Says(kPermanent, 4)},
    {0x800706BA, Says(kConnection, 4)},
    {0x800706BE, Says(kConnection, 4)},
    {0x80072F8F, Says(kPermanent, 4).First(kAskPeople)},
    {0x800B0109, Says(kPermanent, 5).First(kAskPeople)},
    {0x800B010A, Says(kPermanent, 5).First(kAskPeople)},
    {0x80090308, Says(kAuthentication, 4).First(kAskPeople)},
    {0x8009030C, Says(kAuthentication, 5).First(kAskPeople)},
    {0xC0000005, Says(kPermanent, 4).First(kAskPeople)},
    {0xC0000017, Says(kResource, 5)},
    {0xC00000FD, Says(kPermanent, 4).First(kAskPeople)},
    {0xC0000022, Says(kAuthentication, 5).First(kAskPeople)},
    {0xC0000034, Says(kPermanent, 4)},
    {0xC0000043, Says(kConcurrency, 5)},
    {0xC000006D, Says(kAuthentication, 5).First(kAskPeople)},
    {0xC000009A, Says(kResource, 5)},
    {0xC0000135, Says(kPermanent, 4).First(kAskPeople)},
    {0xC0000409, Says(kPermanent, 2).First(kAskPeople)},
};

constexpr Entry<int> kExits[] = {
    {124, Says(kTimeout, 4)},  // timeout(1).
    {126, Says(kAuthentication, 3).First(kAskPeople)},
    {127, Says(kPermanent, 4).First(kAskPeople)},
    {132, Says(kPermanent, 3).First(kElsewhere)},
    {134, Says(kPermanent, 2.5).First(kAskPeople)},
    {135, Says(kPermanent, 2.5).First(kAskPeople)},
    {136, Says(kPermanent, 3).First(kAskPeople)},
    {137, Says(kResource, 4)},  // SIGKILL, mostly the kernel's for memory.
    {139, Says(kPermanent, 4).First(kAskPeople)},
    {143, Says(kTransient, 3)},
};

constexpr Entry<int> kSignals[] = {
    {4, Says(kPermanent, 3).First(kElsewhere)},
    {6, Says(kPermanent, 2.5).First(kAskPeople)},
    {7, Says(kPermanent, 2.5).First(kAskPeople)},
    {8, Says(kPermanent, 3).First(kAskPeople)},
    {9, Says(kResource, 3.5)},
    {11, Says(kPermanent, 4).First(kAskPeople)},
    {15, Says(kTransient, 3)},
};

}  // namespace

Meaning ErrnoMeaning(int number) { return Find(kErrno, number); }

Meaning WindowsMeaning(int number) {
  return number >= 10000 && number < 11100 ? ErrnoMeaning(number)
                                           : Find(kWindows, number);
}

Meaning HresultMeaning(uint32_t code) {
  const Meaning exact = Find(kHresults, code);
  if (exact.category != kUnspecified) return exact;
  // FACILITY_WIN32 and FACILITY_INTERNET wrap what GetLastError gives.
  if (code >> 16 == 0x8007) return WindowsMeaning(code & 0xFFFF);
  return {};
}

Meaning ExitMeaning(int code) { return Find(kExits, code); }

Meaning SignalMeaning(int signal) { return Find(kSignals, signal); }

}  // namespace recourse
