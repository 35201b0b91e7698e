// Families of what servers, jobs and clients say: kinds of states beside kinds
// of parts, for software that no other table knows.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kAskPeople = Strategy::kEscalation;
constexpr auto kAskForLess = Strategy::kGracefulDegradation;

constexpr P kPassing[] = {
    "not in a (running|ready|active|healthy|started|runnable) state",
    "being (deleted|removed|recreated|unloaded|torn down)",
    "still (in|) connecting",
    "(process|runner|worker|daemon|engine|kernel) .. no longer running",
    "too many .. in flight",
    "too many hints",
    "(replica|replicas) s failed to",
    "all (shards|replicas|partitions|workers|segments) failed",
    "(target|node|peer|broker|instance|server|consumer) not (a|) member",
    "not member : target",
    "(node|worker|host|agent|executor|server|broker|replica|pod|instance|"
    "container|shard|machine) (failure|crash|loss|death|outage|eviction)",
    "due to (node|worker|host|agent|executor|broker|hardware) (failure|loss)",
    "(server|service|instance|database|warehouse|cluster|queue|consumer|worker|"
    "node|partition|stream|replication|scheduler|dag|pipeline|connector) (is|"
    "was|has been|been|) paused",
    "not in the (primary|secondary|primary or secondary|active|leader|correct) "
    "role",
    "(readable|read) secondary",
    "(open|opened) (for|in) read only (access|mode|)",
    "no (cluster|group|raft|partition|consensus) "
    "(leader|primary|master|coordinator)",
    "(being|currently|still) "
    "(validated|verified|reviewed|prepared|scanned|checked|moderated|"
    "analyzed|set up|indexed|synchronized|synchronised|unloaded|decommissioned|"
    "processed|transferred|copied|expanded|balanced|repaired)",
    "(recently deleted|deleted recently)",
    "(slow consumer|consumer too slow)",
    "(temporary|transient|intermittent) .. (authentication|login|auth) "
    "(failure|error|problem)",
    "(launch|provisioning|startup|bootstrap|boot) failure",
    "capacity .. try again",
    "(capacity|overcapacity|over capacity) exceeded : try",
    "(flex|spot|shared|free) (tier|) capacity exceeded",
    "(incoming|outgoing|write|ingest|event|job|work|input|output|dispatch|"
    "retry) queue (is|) (full|overflow|overflowing|backed up)",
    "too large resource version",
    "because it is being (terminated|deleted|removed)",
    "(dead|unhealthy) (letter|upstream|backend|shard|replica)",
    "(pending|awaiting|under) (verification|validation)",
    "(failed|failing) (dependency|health check|health checks|readiness "
    "probe|liveness probe|heartbeat)",
    "(readiness|liveness|startup|health) (probe|check) "
    "(failed|failing|errored)",
    "(brown|gray) out",
    "(not|isn't|no longer) (accepting|taking|serving) (new|) "
    "(connections|requests|clients|traffic|sessions|jobs|work)",
    "no new (connections|sessions|requests) (will be|are) (allowed|accepted)",
    "(backend|origin|origin server|upstream server) (is|) "
    "(down|failing|failed|unresponsive|overloaded)",
    "(hinted|handoff) .. (queue|backlog)",
    "(leader|primary|master) (is|was|) (being|) (elected|replaced|moved)",
    "(lost|losing) (leadership|leader lease|mastership)",
    "restart (is|) (pending|required soon|scheduled)",
    "(pod|task|job|instance|process|node) (was|has been|is|) "
    "(preempted|evicted|rescheduled|drained|relocated)",
    "(transport|channel|client) (is|) (not|never) ready",
};

constexpr P kSlow[] = {
    "(import|parse|build|compile|upload|render|boot|sync|scan|index|merge|"
    "migration|restore|backup|snapshot|checkpoint|probe|hook|callback|webhook|"
    "lookup|dns|ssl|tls|login|authentication|resolver|discovery|mount|ping|"
    "provision|rollout|health check) (timeout|time out|timed out)",
    "(checkpoint|snapshot|job|task|step|token wait) expired before",
    "(did not|didn't|does not|has not|never|not) .. (become|became) "
    "(ready|healthy|available|active|stable|online) ",
    "(active|running|pending|stuck|idle|blocked|hanging) (for|) longer than",
    "(exceeded|over|past|beyond) (the|its|) (specified|configured|soft|hard|"
    "job|run|query|statement) (deadline|time limit|timeout|duration)",
    "(no|without) (progress|output|heartbeat|activity|response|ack) (for|in) "
    "(the last|#|over|more than)",
    "(stalled|hung|wedged|frozen) (for|since|after|query|job|task|process)",
};

constexpr P kLimitRate[] = {
    "(exceeded|exceeds|over|reached) .. per (minute|second|hour) (rate|) limit",
    "tokens .. exceeded .. per (minute|second|hour) .. limit",
    "too many tokens : please wait",
    "maximum number of (concurrent|simultaneous|parallel) .. "
    "(searches|queries|requests|jobs|exports|reports|executions|downloads)",
    "minimum (time|interval|delay|period) between",
    "(over|exceeds|exceeded|above) .. (per|each|every) "
    "(second|minute|hour|tenant|client|ip)",
    "ingestion rate limit",
    "(per partition|per client|per ip|per tenant|per user) rate limit",
    "(mailbox|user|tenant|application|client) .. concurrency (limit|)",
    "(rate|throughput|request) units (exceeded|exhausted)",
    "(quota|allowance) (refills|replenishes|is refilled) (in|at|every)",
    "(slow|ease|back) (down|off) (your|the|and|please)",
    "resets in # (s|sec|seconds|second|minutes|minute)",
};

constexpr P kConnSlots[] = {
    "too many (simultaneous|concurrent|parallel|open|active) "
    "(connections|sessions|logins|channels)",
    "(waiting|wait) for memory (resources|grant)",
    "memory grant .. (wait|timed out|timeout)",
    "(no|not enough) (free|available) "
    "(connections|handlers|processors|channels|slots) (in|left|for)",
    "(worker|thread|handler|request) (pool|queue) (is|) "
    "(exhausted|starved|saturated)",
};

constexpr P kQuotaSpent[] = {
    "max (series|values) per",
    "(bytes|units|minutes|credits|seats|hours) billed",
    "(resource monitor|cost center|budget|spend limit|credit limit) .. "
    "(exceeded|reached|quota)",
    "(spending|billing|payment|credit) (limit|issue|problem) .. "
    "(increased|update|needs)",
    "account payments have failed",
    "(reached|exceeded|hit|over) (its|the|your|their) (size|storage|credit|"
    "space|inode|object|key|seat|user|license) (quota|limit|cap|allowance)",
    "number of .. (reached|exceeded|is at) (the|its|) (limit|maximum|cap)",
    "maximum number of .. reached",
    "(at|reached|over) (the|its|) (plan|seat|user|account|project) (limit|cap)",
};

constexpr P kDoLess[] = {
    "too many (soql|dml|sosl|query) (queries|rows|statements|locator rows)",
    "too many (samples|rows|series|subrequests|joins|nodes|results|matches|"
    "points|files|objects|parameters|values|arguments) (into|in|to|for|at)",
    "too many (subrequests|redirects|placeholders|bind variables|expressions|"
    "clauses|nested|levels)",
    "(spill|sort|group|join|hash|aggregation|buffer|scratch|cache) .. exceeded "
    ".. memory",
    "exceeded .. (memory|heap|buffer|cpu|resource) (limit|limits|budget)",
    "(worker|function|script|isolate|lambda|job|container|query|build) "
    "exceeded .. (resource|memory|cpu|size) (limits|limit)",
    "(ran|run|running) out of (stack|heap|arena|scratch) (space|)",
    "(would|will) load too many",
    "out of (gpu|device|video|graphics|host|pinned) memory",
    "(cache|tile|frame|texture|pixel|object|buffer) (resources|store|pool|"
    "memory) (exhausted|full)",
    "object store full",
};

constexpr P kNotThere[] = {
    "connection pool shut down",
    "lazy initialization (exception|)",
    "(update|call|nesting|stack) depth exceeded",
    "(meeting|session|event|auction|poll|game|match|call|broadcast|survey) "
    "(has|is) (ended|over|finished|closed)",
    "does not exist or (you|the user) (do not|don't|does not) have "
    "(permission|access|permissions)",
    "(is|was|are) not (installed|present|deployed|mounted|loaded|provisioned) "
    "(on|in|for|at)",
    "no (method|procedure|function|operator|handler|route|provider|consumer|"
    "mapping|adapter|converter|factory) "
    "(matching|found|registered|for|defined|available)",
    "(not|never) (been|) (used|enabled|activated|installed|licensed) (in|on|"
    "for|before)",
    "(library|module|package|plugin|driver|runtime|interpreter) .. (not "
    "loaded|not installed|not available|cannot be loaded)",
    "(compiled|built) (by|with|for) (a|) (more recent|newer|different|older)",
    "version .. not found required by",
    "(inappropriate|bad) ioctl",
    "start request repeated",
    "(trust|domain) relationship",
    "rejected by (the|) (policy|hook|rule|ruleset|moderator|review|gate)",
    "policy .. (denied|rejected|refused) (the|this|) "
    "(request|deployment|image|change)",
    "(undefined|unregistered|unknown) (handler|endpoint|consumer|provider|"
    "adapter|converter|hook|job type|worker type|event type|step)",
    "(test|spec|check|assertion|expectation) .. "
    "(failed|expected .. to (equal|be|match|contain))",
    "expected # to (equal|be)",
};

constexpr P kCorrect[] = {
    "(variable|field|symbol|identifier|parameter|option|flag|keyword|macro) .. "
    "(not found|does not exist|doesn't exist)",
    "column not found (error|)",
    "not divisible by",
    "cannot find (type|value|function|macro|trait|derive|attribute|struct) .. "
    "in this scope",
    "(type or namespace|namespace|namespace name|symbol|macro) .. could not "
    "be found",
    "missing .. entry : to add",
    "(lockfile|lock file) would (have been|be) modified",
    "infinity or a value too large",
    "value too (large|small|long) for (dtype|type|column type|data type|an)",
    "(refill|entry|submission|renewal|claim) too (soon|early)",
    "too (far behind|far ahead|old|new) : (entry|sample|timestamp|event)",
    "(entry|sample|timestamp|event|point|record) .. too far (behind|ahead)",
    "out of order (sample|samples|entry|entries|timestamp)",
    "(unknown|undeclared|unexpected|unmapped) (field|key|option|column|"
    "attribute|setting|parameter|flag|label|placeholder)",
    "(trait bound|type parameter|lifetime|borrow|generic) .. (not satisfied|"
    "does not|mismatch|required)",
    "(contains|has|contained) "
    "(nan|nans|infinity|null|nulls|nil|duplicates|cycles|gaps)",
    "(inputs|input|label|labels|target|data|column|x|y) contains nan",
    "(does not|doesn't|do not|don't) have a .. "
    "(attribute|field|key|value|column|property|default value)",
    "(doesn't|does not) have a default value",
    "(shape|shapes|dimension|dimensions|sizes|lengths) .. (cannot be|"
    "incompatible|not aligned|do not match|does not match|mismatch)",
    "undefined control sequence",
    "(missing|lacks|without) (a|the|its|) (default|unit|prefix|suffix|quote|"
    "terminator|separator|colon|comma)",
    "(duplicate|duplicates) (are|is|) not allowed",
    "(must|should) be (unique|sorted|ascending|positive|between|one of)",
    "(no such|unknown|unsupported) (encoding|charset|locale|timezone|dialect|"
    "collation)",
};

constexpr P kNoise[] = {
    "operations error",
    "ldap err",
    "(mongo|redis|pg|tds|amqp|ldap|smtp|mqtt|my sql) server (error|exception)",
    "(updates|writes|reads|features) are disabled",
    "(backoff|back off) limit (exceeded|reached|)",
    "specified backoff limit",
    "error (page|pages|handling|handler|message|messages|log|logs|tracking|"
    "reporting|budget|boundary)",
};

constexpr Wordings kTable[] = {
    {Says(kTransient, 4.6), kPassing},
    {Says(kTimeout, 4.8), kSlow},
    {Says(kRateLimit, 7), kLimitRate},
    {Says(kResource, 7.2).With(Meaning::kRetryHelps), kConnSlots},
    {Says(kResource, 6).First(kAskPeople), kQuotaSpent},
    {Says(kResource, 5.4).First(kAskForLess), kDoLess},
    {Says(kPermanent, 5).First(kAskPeople), kNotThere},
    {Says(kPermanent, 5).First(Strategy::kErrorCorrection), kCorrect},
    {Meaning{}, kNoise},
};

}  // namespace

absl::Span<const Wordings> SoftwareWordings() { return kTable; }

}  // namespace recourse
