// What passes by itself, and what a person has to put right, in plain words of
// any trade: shops, machines, offices, travel.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kPassing = Says(kTransient, 4);
constexpr P kPassingWords[] = {
    "(recovery|rebuild|resync|verification|scrub|calibration|check) of .. in "
    "progress",
    "(went|goes|going|gone) into maintenance",
    "waiting for the (next|first|new)",
    "(robot|axis|machine|printer|arm|stage) is homing",
    "still (uploading|downloading|drying|cooking|printing|boarding|on its "
    "way|in transit)",
    "(closed|shut) .. (opens|reopens|open again|until)",
    "(consensus|quorum|majority|agreement) not (reached|achieved|formed)",
    "(again|retry|back) in (a few|a moment|a minute|a couple|a bit|some "
    "minutes)",
    "(no|zero) (healthy|live|ready|active) "
    "(target|targets|host|hosts|pods|origin|origins|nodes|peers|servers|"
    "machines)",
    "in (service|maintenance|setup|standby) mode",
    "restarted (while|during|before)",
    "(machine|oven|engine|printer|extruder|laser|motor|reactor|furnace) "
    "cooling down",
    "(restart|reload|update|handover|takeover|switch) (is|) under way",
    "(is|are|still|currently|being|now) "
    "(joining|resuming|refreshing|syncing|resyncing|hibernating|waking|waking "
    "up|recovering|migrating|converting|rendering|transcoding|provisioning|"
    "settling|stabilizing|warming|catching "
    "up|compacting|rebuilding|reindexing|replicating|electing|draining|"
    "mounting|resizing|scaling|patching|updating|propagating|expanding|"
    "importing|rejoining|reconfiguring|rebalancing)",
    "(creation|deletion|update|activation|deployment|provisioning|processing|"
    "generation|conversion|sync) (is|) (still|) pending",
    "rolling (upgrade|update|restart|deploy)",
    "(load|request|traffic) (shedding|shed)",
    "overload manager",
    "(warm up|warmup|startup|boot|initialization|initialisation|bootstrap) "
    "(is|) (not|never) (finished|complete|completed|done)",
    "paused : resuming",
    "(master|primary|leader|node) .. (demoted|stepping down|fenced|switched "
    "over)",
    "(image|video|file|document|report|upload|payment|order) .. still being "
    "processed",
    "(database|node|server|crash|instance|cluster|transaction|store) recovery",
    "(second|another|next|new|further) attempt will be",
    "(will|to) be (retried|reattempted|redelivered|attempted) "
    "(again|tomorrow|later|automatically|)",
    "will (try|retry|attempt) .. (again|later|tomorrow|automatically)",
    "(will|shall|you'll|we'll) be "
    "(called|served|seen|connected|answered|attended|with you) .. "
    "(in|shortly|soon|next|when)",
    "(seeing|serving|helping|treating|attending|handling) another",
    "hot (key|spot|partition|shard|row)",
    "(call|come|check|look|ring|try) (back|again) (in|after) "
    "(a|#|one|two|five|ten|few|some|about|half)",
    "(back|return|reopen|reopens|resume|resumes|resumed) "
    "(soon|shortly|momentarily|in # minutes|in a few)",
    "(on|with|serving|helping|assisting) (another|other) "
    "(call|calls|line|customer|customers|caller|callers|patient|guest)",
    "(hold the line|please hold|stay on the line)",
    "(all|every|both) .. (busy|engaged|occupied)",
    "(line|number|operator|extension|subscriber|party|channel) (is|) "
    "(busy|engaged)",
    "(spinning|powering|heating|cooling|booting|starting) up",
    "still "
    "(warming|heating|cooling|calibrating|homing|charging|searching|indexing|"
    "replaying|migrating|recovering|replicating|importing|waiting|behind)",
    "(being|currently) "
    "(cleaned|refilled|repaired|serviced|restocked|calibrated|charged|rebooted|"
    "reset|maintained|swapped|inspected|reindexed|reloaded|rotated|failed "
    "over)",
    "out of (service|order) (until|temporarily|today|for now|at the moment|for "
    "maintenance)",
    "(server|node|worker|instance|machine|daemon|world|lobby|match|cluster) "
    "(is|will be|) (restarting|rebooting|going down|shutting down)",
    "(short|brief|minor|temporary) (delay|interruption|disruption|stop)",
    "(service|signal|traffic) (disruption|degradation|disrupted)",
    "(queue|waiting room|lobby) is full",
    "(lags|lagging|far behind|too far behind|behind the)",
    "(extrapolation|lookup) .. (into|in) the future",
    "(not|isn't) (warmed|heated|cooled|synced|in sync|caught) (up|)",
};

// Waiting is meant, but not said why.
constexpr Meaning kForThePresent = Says(kTransient, 2);
constexpr P kForThePresentWords[] = {
    "(congested|congestion|unstable)",
    "(evacuated|evacuating|evacuation|handover)",
    "(shutdown|restarting|rebooting|resuming|recovering|resyncing|rejoining)",
    "(for the time being|for now|at the moment|right now|until further|just "
    "now|at present|meanwhile)",
    "(hiccup|blip|glitch|flapping|flapped)",
    "(shortly|later today|a little later|in a while)",
    "(delayed|delay|postponed|rescheduled)",
};

// A refusal, or something amiss, that somebody must look at.
constexpr Meaning kNeedsSomebody =
    Says(kPermanent, 3.2).First(Strategy::kEscalation);
constexpr P kNeedsSomebodyWords[] = {
    "(order|reservation|contract|booking|invoice) (has been|was|is) "
    "(cancelled|canceled|voided)",
    "(end of life|end of support)",
    "collision (detected|predicted)",
    "locked from (inside|the inside|within)",
    "(conveyor|nozzle|filter|path|pipe|drain|exit|aisle|chute|intake) .. "
    "(blocked|clogged)",
    "out of (calibration|tolerance|alignment|balance|limits|spec)",
    "(voting|registration|sale|auction|contest|enrollment|season|match|course) "
    "(has|is|) (ended|over)",
    "(label|code|link|voucher|ticket|invitation|badge|pass|coupon) (has "
    "been|was|already) used",
    "(flagged|marked|scheduled) for (deletion|removal|disposal)",
    "(account|profile|card|user) .. dormant",
    "(reserved|blocked) for (posting|use by|another department)",
    "(number|extension|line) .. not in service",
    "(road|bridge|shop|office|counter|branch|track|platform|runway|lane|border|"
    "museum|store|airport|school|library|street|station|market) .. (closed|is "
    "closed|shut)",
    "(train|flight|bus|ferry|appointment|trip|tour|lesson|concert|class|"
    "delivery|departure) .. (cancelled|canceled|called off)",
    "(order|invoice|ticket|item|claim|request|appointment|ballot|payment|case|"
    "return|loan|booking) (has|was|is|) already "
    "(shipped|paid|closed|cancelled|canceled|refunded|used|redeemed|voted|"
    "checked in|returned|archived|settled|posted|booked|approved|signed)",
    "(refund|return|booking|registration|submission|application|voting|"
    "enrollment|cancellation|check in|claim|payment|entry|filing|trial) "
    "(window|period|time|deadline|date|cutoff) .. "
    "(passed|over|closed|ended|expired|elapsed)",
    "(not available|unavailable|not included|not offered|disabled|not part of) "
    "(in|on|for|with|of) (this|your|the current) "
    "(edition|version|plan|tier|license|product|model|platform|device|build|"
    "release|subscription|package)",
    "(application|claim|visa|loan|permit|refund|return|offer|proposal|"
    "shipment|parcel|boarding|admission|withdrawal|transfer|entry|candidate|"
    "bid|appeal|complaint|referral|prescription|sample|specimen|voucher|"
    "coupon|ticket|check|cheque|document|invoice|trade|quote) .. "
    "(refused|declined|denied|rejected|disallowed|voided|turned down|not "
    "approved|not accepted|returned unpaid|bounced|cancelled|canceled)",
    "(signature|approval|stamp|consent|attachment|receipt|passport|referral|"
    "certificate of|proof of|paperwork|serial number) .. "
    "(missing|absent|outstanding|not received|not provided|not signed|expired)",
    "(without|no|missing|needs|pending|awaiting) "
    "(signature|approval|consent|countersignature|sign off|review|prescription|"
    "customs clearance|manual review)",
    "(period|register|fiscal year|ledger|polls|enrolment|intake|account "
    "books|batch|case|season) .. (closed|not open|locked|ended)",
    "(cover|hood|door|lid|hatch|guard|gate|panel|drawer) (is|was|left|) "
    "(open|opened|ajar|not closed|not locked|unlocked)",
    "(call|notify|inform|alert|see|await) "
    "(technician|engineer|maintenance|operator|supervisor|manager|service|"
    "staff|dealer|doctor|nurse|reception|attendant)",
    "(not|never) (homed|calibrated|referenced|seated|inserted|latched|paired|"
    "plugged|wired|grounded|levelled|leveled|commissioned|activated|enrolled)",
    "(calibration|inspection|maintenance|certification) "
    "(required|overdue|expired|failed|due)",
    "(contraindicated|contraindication|allergy|overdose)",
    "(permit|passport|visa|insurance|membership|policy|prescription|warranty|"
    "inspection|voucher|coupon|ticket|offer|badge|card) .. "
    "(expired|lapsed|ended|suspended|revoked|void|used up)",
    "(no longer|not) (part "
    "of|sold|offered|listed|stocked|carried|employed|produced|made|delivered)",
    "(cannot|can't|may not|must not) be "
    "(refunded|returned|exchanged|shipped|delivered|admitted|combined with|"
    "posted|booked|cancelled|canceled|undone)",
    "(elevator|lift|machine|pump|unit|line|terminal|station|escalator|oven|"
    "crane|conveyor|boiler|compressor|vehicle|bus|train) .. (out of "
    "order|broken|broke down|has stopped|inoperable|locked out)",
    "(over|under) (temperature|temp|current|voltage|pressure|speed|travel)",
    "(overtemperature|overcurrent|overvoltage|undervoltage|overpressure|"
    "overspeed|overtravel|overheated|overheating)",
    "(short|open) circuit",
    "(ground|earth|sensor|thermal|phase|drive|servo|spindle|encoder|motor|"
    "inverter|valve|heater|burner|ignition) (fault|alarm|trip|tripped|failure)",
    "(limit|end|travel) switch",
    "(jammed|jam|blockage|obstruction|obstructed|leak|leaking|misaligned|"
    "cracked|burnt|unplugged|faulty|defective|malfunction|inoperative|tripped)",
    "(bootloader|card|sim|phone|screen|keypad|door|gate|safe|cabinet|drawer|"
    "steering|panel|seat|valve|wheel) (is|) locked",
};

// Something that was there and is gone, or was switched off.
constexpr Meaning kGone = Says(kPermanent, 3.6).First(Strategy::kEscalation);
constexpr P kGoneWords[] = {
    "(notfound|filenotfound|pathnotfound|nosuchkey|doesnotexist|alreadyexists)",
    "(consumer|topic|subscription|stream|queue|stack|disk|volume|database|"
    "group|listing|product|post|project|app|campaign|record|workspace|bucket|"
    "snapshot|branch|key|contract|plan|profile|template|tenant|organization|"
    "organisation|team|meeting|playlist|channel|thread|feed|site) .. "
    "(deleted|removed|deactivated|archived|retired|destroyed|withdrawn|purged|"
    "terminated|disabled|unpublished|decommissioned|discontinued|abandoned)",
    "(was|is|has been|have been) "
    "(deleted|deactivated|archived|retired|withdrawn|purged|unpublished|"
    "decommissioned|delisted)",
    "(switched|turned) off by",
};

// What the caller can put right in what it sent.
constexpr Meaning kToCorrect =
    Says(kPermanent, 3.6).First(Strategy::kErrorCorrection);
constexpr P kToCorrectWords[] = {
    "(wrong|bad|invalid|incorrect) password format",
    "no primary key",
    "(age|amount|value|quantity|length|score|price|size|order) (is|) "
    "(below|under|above) (the|) (minimum|maximum|limit|threshold)",
    "still (referenced|in use by|assigned|linked|attached)",
    "(recursion|nesting|nested) too (deep|deeply)",
    "contains a (cycle|loop)",
    "bad user input",
    "reserved (word|keyword|name|identifier)",
    "(does not|doesn't) return a value",
    "$cannot open (include|source|header) file",
    "(invalidarg|invalidargument|badrequest|invalidparameter|notimpl|"
    "notimplemented|badvalue|badparameter|outofrange)",
    "(cyclic|circular|recursive) "
    "(dependency|dependencies|reference|include|definition|inheritance|link)",
    "bad "
    "(cast|opcode|instruction|mode|index|size|offset|alignment|selector|"
    "expression|substitution|unit|range|column|row)",
    "(algorithm|codec|dialect|cipher|hash function) (is|) (unknown|not "
    "known|not recognized|unsupported)",
    "no (space|spaces|blanks) allowed",
    "(outdated|old|obsolete|stale) "
    "(client|version|app|software|browser|firmware|launcher|sdk)",
    "(address|form|application|entry|record|submission|questionnaire) (is|) "
    "incomplete",
    "undefined (control "
    "sequence|reference|citation|symbol|word|command|instruction|label|"
    "opcode|mnemonic|macro)",
    "(no|ambiguous|bad|failed) parse",
    "(parse|parser) (failure|failed)",
    "(bad|missing|unknown|illegal|invalid|unexpected|duplicate|misplaced|extra)"
    " (label|directive|mnemonic|register|pragma|clause|section|rune|glyph|"
    "operator|statement|declaration|modifier|unit|checkbox|answer|character|"
    "digit|alignment tab)",
    "(not|never) (declared|bound|exported|imported|visible|inferred)",
    "(no|ambiguous|overlapping) "
    "(instance|instances|overload|overloads|implicit|implicits|applicable "
    "method|method matching) (for|arising|found|of|)",
    "(non exhaustive|nonexhaustive|incomplete) (pattern|patterns|match)",
    "(typo|misspelled|misspelt|spelling)",
    "(wrong|mixed|incompatible|different) "
    "(unit|units|currency|currencies|language|paper "
    "size|paper|gauge|voltage|connector|side|direction|column|sheet|dialect)",
    "(amount|quantity|weight|age|height|speed|price|volume|count|dose|angle|"
    "temperature|percentage) .. (too|is) (high|low|small|heavy|young|old)",
    "(choose|select|pick|enter|supply) (a|an|another|at least|one) "
    "(different|valid|other|new|later|earlier|smaller|larger|shorter|stronger)",
    "(beyond|outside|exceeds) (the|) (permitted|allowed|legal|valid|supported) "
    "(range|values|limits|area)",
};

constexpr Meaning kCrashed =
    Says(kPermanent, 4).First(Strategy::kEscalation).Of(ErrorType::kUnknown);
constexpr P kCrashedWords[] = {
    "assertion .. failed",
    "guru meditation",
    "(load|store|instr fetch) prohibited",
    "(hard|usage|bus|memory management|page) fault",
    "kernel panic",
    "(stack canary|stack smashing|blue screen|bsod)",
    "pattern match failure",
    "(caused|raised) .. exception .. (module|address)",
};

constexpr Wordings kTable[] = {
    {kPassing, kPassingWords},
    {kForThePresent, kForThePresentWords},
    {kNeedsSomebody, kNeedsSomebodyWords},
    {kGone, kGoneWords},
    {kToCorrect, kToCorrectWords},
    {kCrashed, kCrashedWords},
};

}  // namespace

absl::Span<const Wordings> PeopleWordings() { return kTable; }

}  // namespace recourse
