// Lines, time, rates, locks, rights and room in plain words of any trade.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kDark = Says(kConnection, 4.5);
constexpr P kDarkWords[] = {
    "(channel|link|line|stream|call) (broke|broke off|broke down)",
    "(dropped|disconnected) from (voice|channel|call|conference)",
    "(antenna|cable|headset|modem) (is|was|) disconnected",
    "$cannot talk to",
    "(net|network|conn) reset",
    "(handshake|connection|session|transfer|call|negotiation) aborted by "
    "(peer|remote|server|host|client)",
    "(gprs|lte|sim|pdp|apn|bearer|modem|cellular|wlan|wifi) .. "
    "(failed|lost|rejected|dropped)",
    "carrier not (detected|present|found)",
    "(connectionrefused|connectionreset|connectionlost|connectionclosed|"
    "connectfailed|notconnected|hostunreachable)",
    "(node|peer|slave|station|drop) .. (off the bus|dropped out|not on the "
    "bus)",
    "(connect|connecting|dial|dialing) to .. (failed|fails|unsuccessful|not "
    "possible)",
    "(peer|server|client|device|host|remote|endpoint|link|tunnel|interface|"
    "uplink|vpn|partner) (vanished|went away|went down|went "
    "offline|disappeared|dropped off|hung up|fell off|left the network)",
    "no path to",
    "$cannot open display",
    "(exception|error) .. when connecting",
    "(communication|communications|contact|session|association) (with|to) .. "
    "(failed|lost|broken|interrupted|impossible|down)",
    "(did not|would not|won't|refuses to|refused to|not) accept .. "
    "(connection|connections|call)",
    "$cannot (establish|set up|open|start) .. "
    "(session|link|association|tunnel|handshake|call)",
    "(nwk|mac|mesh|radio|lora|zigbee) .. (no route|no ack|no parent)",
    "(error|reason) : closed",
    "no carrier",
    "no (ap|access point|beacon|dial tone|dialtone|carrier|gps|fix|satellite|"
    "coverage|reception|answer from|reply from|link|pulse) (found|detected|"
    "signal|fix|)",
    "(beacon|sync|frame|signal|gps|lidar|camera|video) (loss|lost)",
    "loss of (signal|frame|sync|light|link|lock|comms|telemetry)",
    "(out of|no) (coverage|radio range)",
    "(sensor|probe|meter|inverter|thermostat|lamp|bulb|lock|camera|robot|"
    "drone|gateway|bridge|hub|slave|controller|reader|scale|bus node) .. (did "
    "not answer|didn't answer|not answering|went offline|is offline|"
    "unreachable)",
    "(can't|cannot|could not|failed to) (see|find|discover) (any|the) "
    "(network|networks|access point|master|peers|bus)",
    "(no|zero|0) peers",
};

constexpr Meaning kNotConfirmed = Says(kTimeout, 4.5);
constexpr P kNotConfirmedWords[] = {
    "no (callback|event|signal|pulse|edge|frame) after #",
    "waited # .. for",
    "watchdog (was|) not (fed|kicked|served)",
    "(did not|didn't|never|not) (appear|load|open|start|show "
    "up|settle|stop|reach) .. (within|in #|after #)",
    "(scan|cycle|dwell|hold|setup|load|render|transfer|travel|step|move) time "
    ".. (exceeded|over|too long)",
    "(wait|poll|waiting|grace period|countdown|time slot) .. expired",
    "(gave|gives|giving) up after",
    "(idle|inactive) (for|) too long",
    "(ack|acknowledgement|acknowledgment|reply|response|answer|confirmation|"
    "echo|callback|join accept) (was|) (not|never) "
    "(received|seen|arrived|returned)",
    "no (ack|reply|answer|acknowledgement|acknowledgment|confirmation|join "
    "accept|echo|callback) (was|) (received|seen|heard|came|arrived)",
    "(not|never|without being) (confirmed|mined|included in a block) "
    "(in|within|after|before|)",
    "block height exceeded",
    "(did not|didn't|does not|doesn't|never|not) "
    "(answer|answered|reply|yield|come back|report back|check in) "
    "(in|within|for|after|)",
    "not (seen|heard from|heard) (for|since|in)",
    "(no show|gave no sign)",
};

constexpr Meaning kNotReadable =
    Says(kIntegrity, 4).First(Strategy::kEscalation);
constexpr P kNotReadableWords[] = {
    "(check sequence|fcs) (wrong|error|bad)",
    "(does not|doesn't|do not) agree with",
    "inconsistent with",
    "(torn page|page .. torn|torn write)",
    "(backup|archive|snapshot|export|dump|backup set|image set) (is|) "
    "incomplete",
    "(stream|video|audio|recording) .. (broken|garbled) at",
    "(image|frame|picture|video|audio|file) cannot be decoded",
    "(runrecovery|run recovery)",
    "does not match (its|the|stored|expected|recorded|) "
    "(checksum|hash|digest|crc|manifest)",
    "(page|block|data|chunk|backup|archive|snapshot|tape|volume) verification "
    "failed",
    "sector not found",
    "(garbage|junk) (at|after) (end|the end)",
    "(segment|segments|chunk|chunks|block|page|piece) (is|are|) (missing|lost) "
    "(from|in|of)",
    "(drdy|fpdma|unc|pending sectors|reallocated sectors)",
    "(runtime|read|input|fortran runtime) error : end of file",
    "(unreadable|illegible|smudged|scratched|bitrot|bit rot)",
    "input : output error",
    "(barcode|label|disc|disk|tape|scan|plate|image) .. (not readable|not "
    "legible|damaged)",
};

constexpr Meaning kNotYours =
    Says(kAuthentication, 4.5).First(Strategy::kEscalation);
constexpr P kNotYoursWords[] = {
    "(need|needs|have|has) to be (logged in|signed in|authorised|authorized)",
    "not accessible (with|for|to) (this|your|the)",
    "delegation .. (not allowed|denied)",
    "(badge|pass|card|key|ticket) not valid for",
    "keytab .. (does not contain|has no|missing)",
    "device not (enrolled|trusted|authorised|authorized)",
    "(account|user|login|profile|card) (has been|was|is) "
    "(locked|frozen|blocked)",
    "(do not|don't|does not|doesn't) own",
    "only "
    "(administrators|admins|owners|members|managers|moderators|teachers|"
    "editors) (can|may|are)",
    "not assigned to (a|the|any) role",
    "(role|identity) cannot be assumed",
    "(totp|otp|2fa|mfa|hmac|nonce) .. "
    "(invalid|rejected|expired|wrong|failed|incorrect)",
    "invalid (hmac|totp)",
    "consent (is|) required",
    "(accessdenied|permissiondenied|notauthorized|unauthorizedaccess|"
    "loginfailed|logonfailure)",
    "(blocked|suspended|banned) (from|by) (this|the) "
    "(server|channel|group|room|community|list)",
    "password must be (changed|reset|updated)",
    "(subscription|product|activation|encryption|host|deploy|serial|license) "
    "key .. (invalid|not accepted|not recognized|rejected)",
    "(requires|needs|run with) (sudo|root|administrator)",
    "(authorization|authentication|auth|api key|token|x api key) header .. "
    "(missing|required|invalid|not present|malformed)",
    "(pin|badge) (is|) locked",
    "(sasl|ntlm|gssapi|ldap|radius|spnego|802 1x) .. "
    "(failure|failed|error|rejected)",
    "(owner|members|admin|staff|admins|owners) only",
    "(authentication|login|pairing|sign in|logon) "
    "(canceled|cancelled|aborted|declined)",
    "(refusing|refuses|refused) .. untrusted",
    "only (the|an|) "
    "(owner|author|admin|administrator|members|staff|moderators|organizer|host|"
    "superuser|root) (can|may|is|are|has)",
    "(members|staff|admins|owners|invited users|authorized personnel) only",
    "(wrong|incorrect|invalid|unknown) (badge|card|key card|keycard|"
    "combination|fingerprint|secret id|role or secret id|access code)",
    "(badge|fingerprint|face|voice|key card|id card) .. (not "
    "recognized|not recognised|not known|rejected|not accepted)",
    "(permission|right|access) .. not been (enabled|granted|given)",
    "(you|user) (may|can) not (view|see|edit|open|enter|access|use)",
    "(not|isn't) (your|yours to)",
};

constexpr Meaning kBufferFull = Says(kResource, 7).With(Meaning::kRetryHelps);
constexpr P kBufferFullWords[] = {
    "no idle (agents|workers|connections|threads|executors|runners)",
    "(toomanyconnections|poolexhausted|resourcebusy)",
    "(server|lobby|session|class|channel|room|cluster|zone) is full",
    "all .. "
    "(seats|licenses|licences|slots|lines|workers|connections|sessions|agents|"
    "ports|lanes) .. (checked out|in use|taken|busy|occupied|used)",
    "(pool|pools) (is|are) (empty|dry)",
    "(transmit|tx|send|output|receive|rx|write|event|socket|ring|command|"
    "message|flow) "
    "(buffer|queue|fifo|ring|window) (is|) (full|overrun|exhausted)",
    "(send|write|call|operation|read|publish|it) (would|will) block",
    "(channel|connection|handle|device) is full",
    "(every|all|each) .. (is|are) (taken|occupied|busy|in use|engaged)",
};

constexpr Meaning kNoRoom = Says(kResource, 6).First(Strategy::kEscalation);
constexpr P kNoRoomWords[] = {
    "no free "
    "(port|ports|address|addresses|ip|frequency|vlan|id|ids|inode|block|"
    "blocks)",
    "(tank|battery|hopper|bottle|magazine|cartridge) is empty",
    "no more (seats|vouchers|tickets|numbers|ids|addresses|stock|copies)",
    "(partition|disk|volume|filesystem|log|storage) .. (at|is|reached) 100",
    "$cannot grow (heap|table|stack|file|pool)",
    "(license|licence|seat|device|core|instance|user) count .. exceeded",
    "(dispenser|cash|coin|tank|feeder|stacker|bottle|vial|syringe) .. empty",
    "(diskfull|nospace|outofspace|storagefull)",
    "no (tape|disc|card|sim|cd|media|cartridge|toner|ink|fuel|water) "
    "(in|inserted|loaded|present|left|supply)",
    "(not enough|insufficient|too few) "
    "(drives|staff|drivers|crew|beds|parts|supplies|blood|sample|material|"
    "volume)",
    "(has|have) run out of",
    "(isn't|aren't|wasn't|weren't) enough (disk|free|) "
    "(space|room|storage|disk space)",
    "(ran|run|running|runs) (short of|short|dry)",
    "at (its|the|their) (limit|capacity|maximum|ceiling)",
};

constexpr Meaning kTooManyOf =
    Says(kResource, 3.8).First(Strategy::kEscalation);
constexpr P kTooManyOfWords[] = {
    "too many "
    "(watchers|subscribers|listeners|devices|streams|labels|routes|versions|"
    "copies|timers|aliases|branches|topics|dashboards|alerts|attachments|"
    "recipients)",
};

constexpr Meaning kNotGranted =
    Says(kResource, 5.5).First(Strategy::kGracefulDegradation);
constexpr P kNotGrantedWords[] = {"allocation .. failed", "$cannot allocate"};

constexpr Meaning kElsewhere =
    Says(kResource, 4.5).First(Strategy::kAlternativePath);
constexpr P kElsewhereWords[] = {
    "all .. (spaces|tables|rooms|beds) .. (occupied|taken|booked|full)",
    "no "
    "(drivers|couriers|cabs|taxis|tables|rooms|appointments|cars|bikes|"
    "technicians|interpreters|lanes|berths|doctors) (are|) "
    "(available|free|left)",
    "capacity unavailable",
};

constexpr Meaning kNameForNow =
    Says(kConnection, 7.5).With(Meaning::kNotExecuted);
constexpr P kNameForNowWords[] = {
    "$cannot resolve .. temporary failure",
    "(dns|name|hostname) .. (lookup|resolution) .. temporarily",
};

constexpr Meaning kOddToken = Says(kPermanent, 5.5)
                                  .First(Strategy::kErrorCorrection)
                                  .Of(ErrorType::kSyntax);
constexpr P kOddTokenWords[] = {"unrecognized token"};

constexpr Meaning kTooFast = Says(kRateLimit, 6).With(Meaning::kNotExecuted);
constexpr P kTooFastWords[] = {
    "(budget|allowance|quota) for this (second|minute|hour)",
    "too many .. "
    "(resets|codes|signups|registrations|bookings|votes|reports|lookups|pings)",
    "(calls|requests|queries|messages) exceeded .. "
    "(window|period|interval|minute|hour)",
    "(ratelimit|ratelimited|toomanyrequests|throttled)",
    "(frequency|rate|pace) of (calls|requests|messages|queries|writes|logins) "
    ".. (exceeded|too|over)",
    "(usage|traffic|call volume|request volume|request rate|frequency) (is|) "
    "too high",
    "(req|reqs|requests|calls|queries|msgs|ops|messages) : "
    "(s|sec|second|min|minute|h|hour)",
    "(rate|frequency|throughput|qps|rps) cap",
    "(over|above|exceeds|exceeded|beyond) .. "
    "(allowed|permitted|allotted|configured|agreed) rate",
    "too many .. (requested|submitted|sent|in a row|within a|in the past)",
};

constexpr Meaning kMoved = Says(kConcurrency, 5);
constexpr P kMovedWords[] = {
    "(previous|last|earlier|prior) "
    "(run|job|execution|backup|sync|build|cycle|import) .. (not finished|still "
    "running|not completed|in progress)",
    "(compare and swap|compare and set|test and set) (failed|failure|mismatch)",
    "(someone|somebody|another customer|another guest) .. "
    "(booked|took|bought|reserved|claimed)",
    "used by another",
    "open (exclusively|in exclusive mode)",
    "opened exclusively by",
    "(is|was|already) open (on|by|in) another",
    "(version|revision|state|head|tip|branch|offset|cursor|document|record|"
    "cart) (has|) (moved|moved on|advanced|diverged|drifted)",
    "(lost|loses|losing) (the|) race",
    "(another|other|second|concurrent|competing) "
    "(writer|editor|holder|owner|copy)",
    "while .. (is|are|was|being) (being|still)",
    "(previous|last|earlier|prior) "
    "(run|job|execution|backup|sync|build|cycle|import|task|attempt|call|"
    "session|request|transfer) .. still",
    "(serializable|snapshot|repeatable read) isolation",
    "(write|read) skew",
};

constexpr Meaning kMovedBase = Says(kConcurrency, 6)
                                   .First(Strategy::kErrorCorrection)
                                   .With(Meaning::kRetryIsVain);
constexpr P kMovedBaseWords[] = {
    "(file|working copy|directory|item|record|document|entry|sheet) .. is out "
    "of date",
};

constexpr Meaning kAbnormalEnd = Says(kConnection, 7.5);
constexpr P kAbnormalEndWords[] = {
    "(abnormal closure|websocket|handshake) .. unexpected eof",
};

constexpr Wordings kTable[] = {
    {kDark, kDarkWords},
    {kNotConfirmed, kNotConfirmedWords},
    {kNotReadable, kNotReadableWords},
    {kNotYours, kNotYoursWords},
    {kBufferFull, kBufferFullWords},
    {kNoRoom, kNoRoomWords},
    {kTooManyOf, kTooManyOfWords},
    {kElsewhere, kElsewhereWords},
    {kNotGranted, kNotGrantedWords},
    {kNameForNow, kNameForNowWords},
    {kOddToken, kOddTokenWords},
    {kTooFast, kTooFastWords},
    {kMoved, kMovedWords},
    {kMovedBase, kMovedBaseWords},
    {kAbnormalEnd, kAbnormalEndWords},
};

}  // namespace

absl::Span<const Wordings> PlainWordings() { return kTable; }

}  // namespace recourse
