// Numbers of protocols and their tools: curl, mail, file transfer, LDAP.
#include "absl/strings/match.h"
#include "server/match/code_entry.h"
#include "server/match/code_tables.h"

namespace recourse {
namespace {

using namespace code_tables;  // NOLINT(build/namespaces)
using enum Category;

constexpr Entry<int> kCurl[] = {
    {1, Says(kPermanent, 4)},
    {3, Says(kPermanent, 4)},
    {5, Says(kConnection, 4).With(kNotBegun)},
    {6, Says(kConnection, 3).With(kNotBegun)},
    {7, Says(kConnection, 5).With(kNotBegun)},
    {8, Says(kConnection, 3)},
    {9, Says(kAuthentication, 4).First(kAskPeople)},
    {16, Says(kConnection, 4)},
    {18, Says(kConnection, 5)},
    {22, Says(kPermanent, 1.5)},
    {23, Says(kResource, 3)},
    {26, Says(kPermanent, 3).First(kAskPeople)},
    {27, Says(kResource, 6)},
    {28, Says(kTimeout, 5)},
    {33, Says(kPermanent, 4)},
    {35, Says(kConnection, 3)},
    {37, Says(kPermanent, 4).First(kAskPeople)},
    {47, Says(kPermanent, 4)},
    {51, Says(kPermanent, 5).First(kAskPeople)},
    {52, Says(kConnection, 5)},
    {53, Says(kPermanent, 4).First(kAskPeople)},
    {54, Says(kPermanent, 4).First(kAskPeople)},
    {55, Says(kConnection, 5)},
    {56, Says(kConnection, 4)},
    {58, Says(kPermanent, 5).First(kAskPeople)},
    {59, Says(kPermanent, 4).First(kAskPeople)},
    {60, Says(kPermanent, 5).First(kAskPeople)},
    {61, Says(kPermanent, 4)},
    {63, Says(kPermanent, 5).First(kAskForLess)},
    {64, Says(kPermanent, 4).First(kAskPeople)},
    {65, Says(kConnection, 4)},
    {66, Says(kPermanent, 4).First(kAskPeople)},
    {67, Says(kAuthentication, 5).First(kAskPeople)},
    {70, Says(kResource, 6).First(kAskPeople)},
    {73, Says(kPermanent, 4)},
    {77, Says(kPermanent, 5).First(kAskPeople)},
    {78, Says(kPermanent, 4).First(kAskPeople)},
    {79, Says(kConnection, 4)},
    {81, Says(kTransient, 3)},
    {82, Says(kPermanent, 4).First(kAskPeople)},
    {83, Says(kPermanent, 4).First(kAskPeople)},
    {90, Says(kPermanent, 5).First(kAskPeople)},
    {91, Says(kPermanent, 5).First(kAskPeople)},
    {92, Says(kConnection, 5)},
    {94, Says(kAuthentication, 4).First(kAskPeople)},
    {95, Says(kConnection, 4)},
    {96, Says(kConnection, 4)},
    {97, Says(kConnection, 4)},
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
    {431, Says(kTransient, 3)},
    {432, Says(kAuthentication, 4).First(kAskPeople)},
    {433, Says(kTransient, 2)},
    {434, Says(kResource, 3).First(kAskPeople)},
    {447, Says(kTimeout, 4)},
    {450, Says(kTransient, 4)},
    {451, Says(kTransient, 4)},
    {452, Says(kResource, 4).With(kRetryHelps)},
    {454, Says(kTransient, 3)},
    {471, Says(kTransient, 3)},
    {500, Says(kPermanent, 4)},
    {501, Says(kPermanent, 4)},
    {502, Says(kPermanent, 4)},
    {503, Says(kPermanent, 4)},
    {504, Says(kPermanent, 4)},
    {521, Says(kPermanent, 4).First(kAskPeople)},
    {523, Says(kPermanent, 5).First(kAskForLess)},
    {530, Says(kAuthentication, 5).First(kAskPeople)},
    {532, Says(kAuthentication, 5).First(kAskPeople)},
    {534, Says(kAuthentication, 5).First(kAskPeople)},
    {535, Says(kAuthentication, 5).First(kAskPeople)},
    {536, Says(kAuthentication, 4).First(kAskPeople)},
    {538, Says(kAuthentication, 5).First(kAskPeople)},
    {541, Says(kPermanent, 4).First(kAskPeople)},
    {550, Says(kPermanent, 4)},
    {551, Says(kPermanent, 4)},
    {552, Says(kResource, 4.5).First(kAskPeople)},
    {553, Says(kPermanent, 4)},
    {554, Says(kPermanent, 4).First(kAskPeople)},
    {555, Says(kPermanent, 4)},
    {571, Says(kAuthentication, 4).First(kAskPeople)},
};

// Result codes of LDAP.
constexpr Entry<int> kLdap[] = {
    {2, Says(kPermanent, 4)},
    {3, Says(kTimeout, 6)},
    {4, Says(kResource, 6).First(kAskForLess)},
    {7, Says(kAuthentication, 5).First(kAskPeople)},
    {8, Says(kAuthentication, 5).First(kAskPeople)},
    {9, Says(kPermanent, 4).First(kElsewhere)},
    {10, Says(kPermanent, 5).First(kElsewhere)},  // A referral.
    {11, Says(kResource, 5).First(kAskForLess)},
    {12, Says(kPermanent, 5)},
    {13, Says(kAuthentication, 5).First(kAskPeople)},
    {16, Says(kPermanent, 5)},
    {17, Says(kPermanent, 5)},
    {18, Says(kPermanent, 5)},
    {19, Says(kPermanent, 5)},
    {20, Says(kPermanent, 5)},
    {21, Says(kPermanent, 5)},
    {32, Says(kPermanent, 5).First(kAskPeople)},
    {34, Says(kPermanent, 5)},
    {48, Says(kAuthentication, 6).First(kAskPeople)},
    {49, Says(kAuthentication, 6).First(kAskPeople)},
    {50, Says(kAuthentication, 6).First(kAskPeople)},
    {51, Says(kTransient, 6)},
    {52, Says(kTransient, 6)},
    {53, Says(kPermanent, 7).First(kAskPeople)},  // Whatever the text says.
    {54, Says(kPermanent, 5).First(kAskPeople)},
    {64, Says(kPermanent, 5)},
    {65, Says(kPermanent, 5)},
    {66, Says(kPermanent, 5)},
    {67, Says(kPermanent, 5)},
    {68, Says(kPermanent, 5)},
    {69, Says(kPermanent, 5)},
    {81, Says(kConnection, 6)},
    {85, Says(kTimeout, 6)},
    {91, Says(kConnection, 6)},
};

}  // namespace

Meaning LdapMeaning(int code) { return Find(kLdap, code); }

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
