// Trades, households, offices and travel: what broke, spoiled, is late, is
// lacking or is not to be had. Lighter than the tables of software, so that
// they only speak where those are silent.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kAskPeople = Strategy::kEscalation;

// Verbs of breaking; alone they are enough where nothing else is told.
constexpr P kBroke[] = {
    "(chewed|gnawed|bitten|sawn|eaten|stolen|vandalised|vandalized)",
    "(air|water|bubble|bubbles|dirt|dust|sand|grit|blood|oil) in (the|) "
    "(line|pan|base pan|tube|tubing|filter|fuel|pipe|sump|cabin|system)",
    "(occlusion|obstruction|kink|kinked|clog|blockage) (downstream|upstream|"
    "in)",
    "(come|came|comes|work|worked|shaken) loose",
    "(snapped|cracked|shattered|burst|bent|ripped|collapsed|capsized|sank|"
    "sunk|rusted|corroded|punctured|dented|warped|wobbles|squeaks|smoking|"
    "chipped|scorched|charred|toppled|buckled|frayed|rattles|crumbled|"
    "splintered|dislodged|derailed|ruptured|clogged|seized)",
    "(frozen|rusted|stuck|wedged|jammed|welded|glued) (shut|open|solid|fast)",
    "(burnt|burned|blown|worn|wore|given|gave|conked|fizzled|died) out ",
    "(fell|came|broke|tore) (off|apart|down|undone|loose|away)",
    "(lost|missing|without) (its|a|the|one) "
    "(wheel|handle|screw|blade|tooth|pendulum|tyre|tire|lid|cap|knob|belt|"
    "chain|spring|valve|fuse|bulb|lens|button|hinge|string|seal)",
    "(will not|won't|does not|doesn't|would not|refuses to) "
    "(start|turn|move|open|close|light|ignite|flush|drain|spin|lock|latch|"
    "print|charge|heat|cool|fly|sail|stop|boot|switch|ring|run|budge|fit)",
    "(flat|punctured) (tyre|tire|battery)",
    "(fuse|breaker|rcd|guard|relay|cutout|circuit) (has|) "
    "(blown|tripped|blew|popped|melted)",
    "(fire|smoke|gas|water|intruder|flood|door) (alarm|leak|damage) ",
    "(power cut|power failure|blackout|no electricity|power outage)",
    "(thermocouple|probe|sensor|wiring|coil|winding|loop|heater) (reads|is|"
    "shows|reports|) (open|shorted|broken|open circuit)",
    "(flame|spark|ignition|burner) (not detected|failure|lost|out)",
    "(obstacle|object|person|hand|foot|animal) (detected|in the way|in path)",
    "(dry run|dry running|overload|overtemperature|leak|tilt|phase) "
    "(protection|guard|relay) (tripped|triggered|active)",
    "(released|pressed|pulled|opened|removed) too (early|late|soon|long)",
    "(has|have) (bugs|mould|mold|woodworm|rats|mice|lice|fleas|rot)",
};

// It lacks what others ask for.
constexpr P kLacks[] = {
    "(invoice|form|letter|application|order|report|claim|document|label|"
    "address|contract|certificate|declaration|manifest|record|request|parcel|"
    "note|cheque|check|statement|return|entry|permit|quote|ticket|receipt|"
    "prescription|drawing|plan|essay|recipe) "
    "(lacks|lack|misses|omits|bears no|carries no|contains no|shows no|gives "
    "no|has no|names no|states no|is missing)",
    "(calls|asks|wants|called|asked) for .. (but|ours|ours is|you|we|only|"
    "instead)",
    "(wrong|incorrect|old|different) "
    "(form|envelope|colour|color|address|postcode|zip|account|box|folder|"
    "template|tray|door|floor|platform|gate|queue|counter|amount|weight)",
    "(does not|doesn't|do not|don't|did not|won't) (fit|match|suit) (in|into|"
    "the|our|your|this|through|on|with)",
    "(filled|signed|dated|written|entered|typed|spelled|spelt) "
    "(wrongly|incorrectly|twice|upside down|in pencil|in the wrong)",
    "(upside down|back to front|inside out|the wrong way round)",
};

constexpr P kRefusedByPeople[] = {
    "(refused|declined|unwilling|hesitates|objects|objected|refuses|declines) "
    "to (sign|pay|accept|help|serve|certify|approve|sell|talk|come|take|do|"
    "release|deliver|continue|work|insure|treat|unload)",
    "(does not|doesn't|do not|don't|did not|no longer) (accept|take|serve|"
    "deliver|sell|cover|offer|ship|treat|insure|repair|allow|admit|employ)",
    "(not|no longer) (insured|covered|licensed|registered|certified|sold|"
    "served|for sale|allowed|deliverable|returnable|refundable)",
    "(addressee|recipient|tenant|owner|customer|resident|account holder) "
    "(unknown|moved|gone|deceased|absent|not known)",
    "(says|said|claims|reports|writes|stated) .. (does not exist|is wrong|is "
    "invalid|not valid|was never|no such)",
    "(last|final) (bus|train|ferry|tram|flight|boat|order|call|post|date) "
    "(left|was|is|has|went)",
    "(ran out|runs out|expired|lapsed|ended|closed) (on|last|in|yesterday|"
    "since) (#|last|month|week|year|monday|january|february|march|april|may|"
    "june|july|august|september|october|november|december|..)",
    "(visa|passport|permit|licence|license|badge|membership|coupon|voucher|"
    "season ticket|pass|insurance|warranty|offer) .. (ran out|runs out|run "
    "out|no longer valid|not valid|out of date)",
    "(strike|walkout|lockout|industrial action|on strike)",
    "(closed|shut|suspended|cancelled|canceled|stopped) until further notice",
    "(snowed|iced|flooded|locked|boarded) (in|up|over)",
    "(is|are|was|were|got|been) (called off|off today|not running|on strike|"
    "banned|confiscated|impounded|evicted|fired|recalled|cancelled "
    "today|scrapped|condemned|demolished)",
    "(has|have|had) (cancelled|canceled|resigned|retired|quit|moved away|left "
    "the (company|country|firm)|gone out of business|closed down)",
};

// They are at it and will be free again.
constexpr P kBusy[] = {
    "(overwhelmed|swamped|snowed under|rushed off|understaffed|short staffed|"
    "overworked|hands full)",
    "(operators|clerks|lines|staff|nurses|doctors|agents|drivers|waiters|"
    "counters|tills|desks|tellers) .. (on calls|busy|occupied|with customers|"
    "engaged|away|in use)",
    "(please wait|bitte warten|one moment) ",
    "(is|are) (rebooting|being restocked|being refilled|being handed "
    "over|being repainted|being cleaned|being aired|being unloaded|being "
    "boarded|being treated|being interviewed)",
    "(still|already) (on|in) (it|the (scale|ramp|lift|bay|dock|berth))",
    "(weighbridge|scale|ramp|bay|dock|berth|line|lane|counter|lift|crane|"
    "machine|phone|kiosk|room|booth|court|track|runway|platform|gate|toilet|"
    "elevator) (is|) (busy|engaged|occupied|"
    "taken|in use)",
};

// It is not the hour; how long it takes, the caller has to see.
constexpr P kLater[] = {
    "(delays|held up|running late|stuck in traffic|in traffic|behind schedule|"
    "an hour late|late today|starts late|starts later|hour later)",
    "(bank|public|national|school) holiday",
    "(closed|shut|away|out|off|gone|asleep|unavailable|absent) (until|till|"
    "for|over|on|today|this)",
    "(nobody|no one|noone) (at home|in|there|available|on duty|at the desk)",
    "(found|finds) (nobody|no one|noone)",
    "(second|next|another|new) (visit|attempt|try|delivery|appointment|date) "
    "(on|at|tomorrow|follows|next|monday|tuesday|wednesday|thursday|friday)",
    "(has|have) not (answered|returned|finished|arrived|started|opened|sent|"
    "replied) ",
    "(tide|water|light|pressure|snow|ice|wind) .. too (low|high|weak|strong|"
    "deep|thin|rough) .. (until|till|for now|today)",
    "(wind|gust|gusts|swell|visibility) (above|over|below|under) #",
};

constexpr P kGoneStock[] = {
    "(no|zero) .. (left|in stock|to spare|remaining|in store|on the shelf|on "
    "hand|in the warehouse)",
    "(fully|completely|all) (booked|reserved|taken|occupied|let|rented|gone)",
    "(grain|fuel|water|waste|milk|oil|slurry|paint) (tank|bin|bag|box|tray) is "
    "full",
    "(already|have|has) .. (borrowed|booked|used|taken) .. (maximum|limit|all)",
    "(maximum|limit) of (#|one|two|three|four|five|six|ten|twenty) "
    "(books|items|loans|tickets|visits|guests|bags|pieces|rooms|days)",
    "(substitutions|vouchers|tickets|copies|spares|seats|rooms|beds|places|"
    "parts|screws|bricks|tiles|eggs|bread|stamps|coins|change) (left|short|"
    "missing|sold out)",
    "(below|under) (minimum|the minimum|low mark|reserve) ",
    "(cannot|can't|could not) (afford|pay for|spare)",
    "(out|short) of (bread|milk|eggs|petrol|diesel|gas|coal|wood|bricks|paint|"
    "screws|nails|stamps|change|coins|plasters|blood|oxygen|feed|seed)",
};

constexpr P kNoAnswer[] = {
    "(nobody|no one|noone) (picked up|answered|opened|came|called|wrote|"
    "replied|turned up|showed up)",
    "(never|not) (showed up|turned up|came|arrived|picked up|called back|"
    "returned|delivered|showed|rang)",
    "(waited|waiting|been waiting) (for|) (#|an|two|three|hours|days|weeks|ten|"
    "over|more)",
    "(does not|doesn't|did not|didn't|won't) (answer|reply|respond|pick up|"
    "react|call back)",
    "(not|five|three|several|many) (attached|answered|started|opened) after "
    "(#|two|three|four|five|many|several) (tries|attempts|rings|calls)",
};

constexpr P kNoLine[] = {
    "(cable|wire|line|antenna|lead) .. (chewed|gnawed|cut|stolen|severed)",
    "(radio|phone|line) silent since",
    "lost (radio|visual|phone|telephone|satellite|all|) contact",
    "(no|without|lost) (radio|phone|satellite|satellites|signal|reception|"
    "gps|dial tone|picture|sound) (contact|in view|in sight|connection|) ",
    "gives no (signal|reading|sound|picture|response|answer)",
    "(line|call|radio|phone) (is|went|was|) (dead|cut|cut off|silent|"
    "crackling|down)",
};

constexpr P kSpoilt[] = {
    "(copies|versions|lists|entries|figures|counts|readings|records) .. "
    "(differ|differs|disagree) (in|by|on|from)",
    "(number|name|label|date|text|writing|print|signature) .. (cannot|can't) "
    "be (read|made out|deciphered)",
    "(clotted|curdled|thawed|mouldy|moldy|spoilt|stale|rancid|fermented|"
    "haemolysed|hemolyzed|diluted|mixed up|mislabelled|mislabeled|swapped|"
    "tainted|soggy|blurred|overexposed|underexposed|smeared|illegible)",
    "(kept|stored|shipped|left) too (warm|cold|long|wet|hot)",
    "(cold chain|sterility|seal|packaging) (was|is|) "
    "(broken|interrupted|lost|breached|open|opened)",
    "(disagree|disagrees|do not agree|does not agree|contradict|contradicts|"
    "contradictory|do not tally|does not tally|diverge|diverges)",
    "(count|total|sum|stock|balance|weight) is (off|short|out|over) by",
    "(off|short|out) by (one|two|three|#)",
    "must not be (used|eaten|sold|given|injected|drunk|served)",
};

constexpr P kBothWant[] = {
    "both .. (booked|reserved|claimed|ordered|signed up for) the",
    "(two|both|several|three) .. "
    "(claimed|claim|want|wanted|booked|reserved|grabbed|took|ordered|bid on) "
    "the same",
    "(double|twice) (booked|reserved|assigned|sold|allocated|parked)",
    "at the same (time|moment) by",
    "(someone|somebody) (else|) (sits|sat|is sitting|stands|parked|parks) ",
};

// Somebody else may do it.
constexpr P kBackedOut[] = {
    "(takes|take|makes|follow|follows) a (detour|diversion)",
    "(road works|roadworks|diverted|diversion|detour)",
    "(singer|band|supplier|vendor|driver|speaker|venue|guide|coach|plumber|"
    "contractor|caterer|choir|team|opponent|partner|host|airline|carrier|hotel|"
    "photographer|florist|baker|tutor) "
    "(cancelled|canceled|withdrew|quit|resigned|backed out|pulled out|fell "
    "ill|is ill|let us down)",
    "(find|ask|try|take|choose|call|hire|book) (another|a different|some "
    "other|someone else|somebody else)",
};

constexpr P kSlower[] = {
    "so many .. at once",
    "(one|two|three) (at a time|per (person|customer|household|day))",
};

constexpr P kShowPapers[] = {
    "(need|needs|demands|requires|wants) (a|an|the|your|an export|a valid) "
    "(licence|license|permit|pass|visa|passport|clearance)",
    "(need|needs) a key (to|for)",
    "wants to see .. (passport|passports|id|papers|licence|license|permit|"
    "ticket|badge)",
    "(gate|door|safe|alarm|entry|access|key) (code|pin|card|combination) .. "
    "(wrong|invalid|incorrect|refused|rejected|changed)",
    "only .. (registered|licensed|certified|qualified|trained|authorised|"
    "authorized|accredited) .. (may|can|must|are|is)",
    "(only|just) (a|an) (registered|licensed|certified|qualified|trained)",
    "(forgot|forgotten|lost|mislaid) (his|her|my|their|your|the) "
    "(login|password|pin|badge|key|card|passcode|id)",
    "(could not|cannot|can't|may not) enter .. (gate|yard|building|door|site)",
};

constexpr P kNoFailure[] = {
    "(no|without) (complaints|incidents|trouble|surprises|objections)",
    "(was|were|is) a (success|great success|triumph)",
    "(looks|look|looked|works|worked|went) (great|good|fine|nice|well|"
    "perfectly|smoothly)",
    "(reminder|invitation|agenda|announcement|newsletter) :",
    "(workshop|course|seminar|webinar|training|lecture|talk|meetup|exhibition|"
    "concert) .. (starts|begins|takes place|has #|on|was)",
};

constexpr Wordings kTable[] = {
    {Says(kPermanent, 2.6).First(kAskPeople), kBroke},
    {Says(kPermanent, 2.8).First(Strategy::kErrorCorrection), kLacks},
    {Says(kPermanent, 3.3).First(kAskPeople), kRefusedByPeople},
    {Says(kPermanent, 3.4).First(Strategy::kAlternativePath), kBackedOut},
    {Says(kTransient, 3.2), kBusy},
    {Says(kTransient, 3.2).First(kAskPeople).With(Meaning::kRetryIsVain),
     kLater},
    {Says(kResource, 3.2).First(kAskPeople), kGoneStock},
    {Says(kTimeout, 3.4), kNoAnswer},
    {Says(kConnection, 3.4), kNoLine},
    {Says(kIntegrity, 3.3).First(kAskPeople), kSpoilt},
    {Says(kConcurrency, 3.3).First(kAskPeople).With(Meaning::kRetryIsVain),
     kBothWant},
    {Says(kRateLimit, 3.4), kSlower},
    {Says(kAuthentication, 3.6).First(kAskPeople), kShowPapers},
    {Meaning{}, kNoFailure, Marker::kSuccess},
};

}  // namespace

absl::Span<const Wordings> TradeWordings() { return kTable; }

}  // namespace recourse
