// Wordings that tell which move helps, where what failed leaves that open: a
// suggestion, the unit of a limit, what the other side waits for.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kSilent = {};
constexpr P kSilentWords[] = {
    "unhandled (promise|) rejection",
};

// The text names what would be right, or what the program did wrong.
constexpr Meaning kMendable =
    Says(kPermanent, 5).First(Strategy::kErrorCorrection);
constexpr P kMendableWords[] = {
    "not support special .. characters",
    "$cannot query field",
    "(not in|isn't in) .. format",
    "(must|should) alternate",
    "special (json|) characters in",
    "(expects|expect|expected|requires) (each|every|all) .. (equal|same) "
    "(size|sizes|shape|shapes|length|lengths|type|types)",
    "(peer|optional|) (dep|dependency|dependencies) missing",
    "(requested|) node configuration is not available",
    "not existing (vector|field|column|index|key) name",
    "bungled",
    "should be defined",
    "(release|target|source|language|bytecode) (version|level) # is not "
    "supported",
    "no (function|method|overload) "
    "matching",
    "(not|isn't) (fitted|compiled|built|trained|fit) yet",
    "collection not loaded",
    "unused (variable|import|parameter|function|label|argument)",
    "invalid digit",
};

constexpr Meaning kSuggests =
    Says(kPermanent, 7).First(Strategy::kErrorCorrection);
constexpr P kSuggestsWords[] = {
    "did you mean",
    "$cannot (serialize|serialise) (object|value|type|instance|data)",
    "serialization error : $cannot (serialize|serialise)",
};

// Two programs that do not fit, a thing on its way out: none of the request.
constexpr Meaning kMisfit = Says(kPermanent, 6).First(Strategy::kEscalation);
constexpr P kMisfitWords[] = {
    "not compatible with (this|the) (installed|current|running|) version",
    "no (acceptable|matching|common|mutual|shared) .. (kex|key exchange|"
    "cipher|ciphers|host key|mac|macs|algorithm|algorithms|protocol)",
    "(pending|scheduled for) deletion",
    "failed state (and|) $cannot",
    "identifier rejected",
    "(driver|binary|package|module|executable) not signed",
    "(policy|profile|template|rule) (..|) (does not|doesn't) exist",
    "# (test|tests|checks|specs|assertions) failed",
};

constexpr Meaning kLessText =
    Says(kResource, 6.5).First(Strategy::kGracefulDegradation);
constexpr P kLessTextWords[] = {
    "(less|fewer|more) than # tokens",
    "more tokens than",
    "too many tokens",
    "(non zero code|code|status|exitcode) (:|) 137",
};

constexpr Meaning kMoreNeeded = Says(kResource, 8).First(Strategy::kEscalation);
constexpr P kMoreNeededWords[] = {
    "unable to create (new|) native thread",
    "(balance|credit|credits|funds) (is|are) too low",
    "exceeds allowed .. quota",
    "stop writes",
    "plan allows (only|) # (seats|users|members|projects|licenses|licences)",
    "(device|devices|disk|disks|drive|drives) (is|are|) currently unavailable",
};

constexpr Meaning kSmaller =
    Says(kPermanent, 5.5).First(Strategy::kGracefulDegradation);
constexpr P kSmallerWords[] = {
    "(attachment|file|image|message|video|upload|document|body) (is|) "
    "(bigger|larger) than",
    "(or fewer|or less) in length",
    "(video|audio|clip|recording) (is|) longer than",
};

constexpr Meaning kNextMonth = Says(kRateLimit, 9)
                                   .First(Strategy::kEscalation)
                                   .With(Meaning::kRetryIsVain);
constexpr P kNextMonthWords[] = {
    "(calls|requests|queries|messages|characters|emails|minutes) (per|a|each|"
    "this|:) month",
    "limit (for|of|in) (current|this) (calendar|billing|) month",
};

constexpr Meaning kAskedTheUser =
    Says(kAuthentication, 5).First(Strategy::kEscalation);
constexpr P kAskedTheUserWords[] = {
    "(user|owner|visitor) (has|) denied (the|) (permission|access|consent)",
    "not allowed by the user agent",
    "account temporarily (blocked|locked|disabled)",
};

// A part of a cluster is away, or a model's sampled output is of no use.
constexpr Meaning kComesBack = Says(kTransient, 7);
constexpr P kComesBackWords[] = {
    "(were|was|are|is) required but only # (replica|replicas|node|nodes|) "
    "(responded|alive|answered)",
    "violate .. disruption budget",
    "(llm|model|model's|assistant|agent) (output|reply|answer|response|"
    "completion) (did not|didn't|does not|doesn't) "
    "(match|parse|conform|validate|fit|follow)",
    "(exceeds|exceeded) maximum queue size",
    "try again later : closing connection",
};

constexpr Meaning kCutOff = Says(kConnection, 6.5);
constexpr P kCutOffWords[] = {
    "(connection|socket|channel|stream|transport) closed in (the|) middle",
    "write error : broken pipe",
    "handshake (was|) interrupted",
    "$cannot connect to any (server|servers|host|hosts|node|nodes|broker)",
};

constexpr Meaning kTooLate = Says(kTimeout, 5);
constexpr P kTooLateWords[] = {
    "(did not|didn't|does not|doesn't|not) .. (answer|response|reply|"
    "acknowledgement) .. in time",
    "(load|loading|execution|query|render|rendering|startup|response) (time|) "
    "exceeded # (ms|s|sec|seconds|minutes)",
    "timeout in data",
};

constexpr Meaning kHeld = Says(kConcurrency, 5);
constexpr P kHeldWords[] = {
    "(altered|rebuilt|migrated|held|locked) by another "
    "(session|process|user|connection|transaction|job|client|instance)",
};

// What the change was based on is no longer so: read it again first.
constexpr Meaning kReadAgain = Says(kConcurrency, 6)
                                   .First(Strategy::kErrorCorrection)
                                   .With(Meaning::kRetryIsVain);
constexpr P kReadAgainWords[] = {
    "(etag|e tag|row version|rowversion|resource version|change token) "
    "(mismatch|"
    "does not match|doesn't match|did not match|didn't match)",
    "(changed|modified|edited|updated) (by ..|) since you "
    "(read|loaded|fetched|opened|last)",
};

constexpr Meaning kDiffers = Says(kIntegrity, 6).First(Strategy::kEscalation);
constexpr P kDiffersWords[] = {
    "(repository|archive|backup|filesystem|pool) contains errors",
    "invalid data returned",
    "signature of (the|) (package|archive|file|image|update|release) "
    "(not valid|invalid)",
    "(sha|sha1|sha256|sha512|md5|hash|hashes|digest|digests|checksums|crc) .. "
    "(differ|differs)",
    "(row|record|line) (count|counts) .. (differ|differs)",
};

constexpr Meaning kDamagedInTransit =
    Says(kIntegrity, 6.5).With(Meaning::kRetryHelps);
constexpr P kDamagedInTransitWords[] = {
    "failed its (crc checksum|crc|checksum)",
    "(download|transfer) (was|is|has been|) (truncated|cut short)",
};

constexpr Wordings kWordings[] = {
    {kSilent, kSilentWords},
    {kMendable, kMendableWords},
    {kSuggests, kSuggestsWords},
    {kMisfit, kMisfitWords},
    {kLessText, kLessTextWords},
    {kMoreNeeded, kMoreNeededWords},
    {kSmaller, kSmallerWords},
    {kNextMonth, kNextMonthWords},
    {kAskedTheUser, kAskedTheUserWords},
    {kComesBack, kComesBackWords},
    {kCutOff, kCutOffWords},
    {kTooLate, kTooLateWords},
    {kHeld, kHeldWords},
    {kReadAgain, kReadAgainWords},
    {kDiffers, kDiffersWords},
    {kDamagedInTransit, kDamagedInTransitWords},
};

}  // namespace

absl::Span<const Wordings> MoveWordings() { return kWordings; }

}  // namespace recourse
