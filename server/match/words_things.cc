// Things that are missing, there already, or set up wrongly: mostly for a
// person to put right.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kSchema =
    Says(kPermanent, 5).First(Strategy::kEscalation).Of(ErrorType::kContract);
constexpr P kSchemaWords[] = {
    "unregistered (task|handler|event|message type|type)",
    "not a valid (audience|issuer|destination|recipient)",
    "(closed|dormant|blocked) account (number|)",
    "(registration|enrollment|enrolment|booking|boarding|check "
    "in|sales|order|case|market|office|gate|store|exchange|ticket|auction|"
    "bidding|voting) (is|) closed",
    "paper jam",
    "(jam|jammed) in",
    "disallowed host",
    "invalid http host header",
    "no module named",
    "module not found",
    "cannot find module",
    "(returned|return|returning) to (depot|sender|shipper|warehouse|origin)",
    "(recipient|customer|addressee) not home",
    "undeliverable",
    "(e stop|emergency stop|interlock|safety circuit|safety gate|safety "
    "door|light curtain)",
    "cleartext (http|) (traffic|communication)",
    "untrusted signature",
    "unprotected private key",
    "permissions .. too open",
    "unit .. masked",
    "repeated too quickly",
    "quality gate",
    "unbound .. persistent volume claims",
    "has no deployed releases",
    "(max|maximum) (turns|iterations|steps|recursion) (exceeded|reached|)",
    "(dpkg|installation|setup) was interrupted",
    "requires .. (single node|development team)",
    "multiple head revisions",
    "(found no|no) .. driver (found|installed|available|on)",
    "found no nvidia driver",
    "no .. driver on your system",
    "(custom build|build|install) (command|script) .. (failed|error)",
    "failed to run .. (build command|build script)",
    "(address|email|identity|domain|phone|number|sender|email address) not "
    "(verified|confirmed)",
    "(unsubscribed|opted out|unsubscribed recipient)",
    "host .. blocked",
    "blocked (using|by|in|on)",
    "address already in use",
    "eaddrinuse",
    "(port|address) .. (already in use|in use|already "
    "allocated|occupied|taken)",
    "bind .. (already in use|address in use)",
    "only one usage of each socket address",
    "(deployment|upgrade) failed : has no deployed releases",
    "read only file system",
    "err image pull",
    "image pull back off",
    "idempotency (key|keys|error)",
    "idempotent requests",
    "undefined (table|column|object|schema|relation)",
    "(relation|table|column|database|schema|view|procedure|stored "
    "procedure|index|collection|keyspace|tablespace|sequence|trigger|dataset) "
    ".. (does not exist|doesn't exist|not found|missing|not exist|is "
    "undefined)",
    "no such (table|column|database|index|collection|keyspace)",
    "unknown (column|database|table|keyspace|collection|index|catalog|schema)",
    "(table|database|schema|index) not found",
    "(42p01|42703|3d000|42s02)",
    "(ora) 00942",
    "incompatible schema",
    "schema .. incompatible",
    "incompatible with the latest schema",
    "(migration|migrations|schema) .. (failed|pending|missing|not applied|out "
    "of date|drift|required|error)",
    "(nondeterminism|non determinism) (error|)",
    "(nondeterministic|non deterministic)",
    "(misconfigured|misconfiguration|not configured|improperly "
    "configured|configuration error|config error|incorrectly configured|wrong "
    "configuration|bad configuration|missing configuration|invalid "
    "configuration|unconfigured|configuration (is|) "
    "(invalid|missing|incomplete|corrupt))",
    "listener does not currently know",
    "untolerated taint",
    "node affinity",
    "failed scheduling",
    "unschedulable",
    "didn't match (node selector|pod's)",
    "(device side|device) assert",
    "illegal memory access",
    "protected branch",
    "(pre receive|pre commit|admission) (hook|webhook) .. "
    "(declined|denied|failed|rejected)",
    "hook declined",
    "(vault|store|keyring|wallet|safe) is sealed",
    "(environment variable|env var|env|environment) .. (not set|missing|is not "
    "defined|undefined|required|unset)",
    "(file system|filesystem|device|volume|mount|partition) .. (read only|not "
    "mounted|not formatted)",
    "(device|hardware|sensor|drive|disk|controller|fan|power "
    "supply|psu|board|module|printer|scanner|camera|gpu|adapter|nic) .. "
    "(failed|failure|fault|defective|malfunction|not detected|missing|not "
    "found|not present|error)",
    "(segmentation fault|core dumped|access violation|bus error|stack "
    "overflow|stack smashing|double free|heap corruption|use after "
    "free|invalid pointer|sigsegv|sigabrt|sigill|sigfpe|general protection "
    "fault)",
    "(readonly database|unable to open database file)",
    "(blocked|listed) (using|by|in) (spamhaus|blacklist|blocklist|rbl|dnsbl)",
    "(spam|blacklisted|blocklisted|blacklist|blocklist|dmarc|spf|"
    "dkim)",
    "(legal|regulatory|compliance|sanctions|embargo)",
    "(quarantined|virus|malware|infected)",
    "conflict : content",
    "local changes .. would be overwritten",
};

constexpr Meaning kMissing =
    Says(kPermanent, 4).First(Strategy::kEscalation).Of(ErrorType::kValidation);
constexpr P kMissingWords[] = {
    "is a directory",
    "no rule to make target",
    "no process",
    "not a git repository",
    "no (device|devices) found",
    "not found (error|exception|)",
    "(does not|doesn't|do not|did not|don't|didn't|not|no longer|never) "
    "(exist|exists|existing|found|present|there)",
    "no such (file|file or "
    "directory|key|bucket|object|user|id|resource|entity|element|process|"
    "container|image|service|session|topic|queue|item|record|domain|job|task|"
    "node|pod|device|address|program|command|device or "
    "address|upload|entry|exchange|host "
    "key|branch|remote|ref|repository|window|frame|cookie|alert|option|network|"
    "volume|version|message|group)",
    "no such",
    "(enoent|file not found|enodev|enotdir|eisdir|eexist|einval)",
    "(file|template|key|resource|page|path|object|user|record|document|item|"
    "entity|node|route|endpoint|directory|image|bucket|topic|queue|project|"
    "repository|branch|tag|commit|order|customer|account|job|entry|id|group|"
    "role|channel|message|event|session|artifact|command|program|executable|"
    "binary|container|pod|namespace|secret|config "
    "map|deployment|volume|snapshot|zone|domain|certificate|sheet|range|"
    "element|selector|property|attribute|symbol|function|method|plugin|driver|"
    "library|font|device|workflow|pipeline|run|build|version|release|package|"
    "recipe|schema|subject|stream|consumer|exchange|binding|cluster|index|"
    "shard|alias) .. (not found|missing|does not exist|doesn't exist|not "
    "exist|was deleted|has been deleted|could not be found|cannot be "
    "found|unknown|no longer exists)",
    "$cannot (find|locate|discover|access) ",
    "$cannot be (found|located)",
    "$cannot (open|read|stat|access|load) (file|the file|directory|input "
    "file|source file|script|path|config file|image)",
    "(unknown|nonexistent|non existent|missing|absent|no "
    "matching|undefined|unregistered|dangling|orphaned|invalid) "
    "(user|id|service|topic|queue|resource|object|file|entity|product|order|"
    "customer|node|job|task|channel|group|role|account|record|page|reference|"
    "exchange|delivery tag|device|interface|session "
    "id|instance|item|component|element|namespace|function|type|class|symbol|"
    "path|key|bucket|recipient|mailbox|host "
    "key|destination|address|sender|member|stream|consumer)",
    "(is|was) not (registered|known|listed|present|defined in|in the index)",
    "(no endpoints|no results|no rows|no match|no matches|no records|no "
    "matching|no data|no entries|no items|no candidates)",
    "(did not|does not|didn't|doesn't) match any",
    "(has been|was|already) deleted",
    "(resource|object|page|item|account|message|session) gone",
    "(page|browser|context) .. closed",
    "(user|mailbox|recipient|address) (unknown|not found|does not "
    "exist|rejected)",
    "unknown user",
    "command not found",
    "not recognized as an internal or external command",
    "(missing|absent|nowhere to be found)",
    "(no|without any) (decode delegate|encode "
    "delegate|delegate|decoder|encoder|codec|parser|suitable "
    "driver|provider|route|handler|implementation|definition|mapping|converter|"
    "adapter|default|candidate|configuration|template|plan|subscriber|receiver|"
    "matching route|module provides|such element|field)",
    "required revision has been compacted",
    "key does not exist",
};

constexpr Meaning kModel = Says(kPermanent, 6)
                               .First(Strategy::kAlternativePath)
                               .Of(ErrorType::kAiService);
constexpr P kModelWords[] = {
    "not found error : model",
    "not a valid model (identifier|id|name)",
    "model identifier is invalid",
    "(provided|specified|requested) model .. (invalid|not supported|not "
    "available)",
    "blocked mirror",
    "models .. not found for",
    "(model|deployment|engine) .. (not found|does not exist|not exist|is not "
    "available|unknown|not supported|has been "
    "deprecated|deprecated|retired|decommissioned|unavailable in|no longer "
    "available|not loaded|not available)",
    "(unknown|no such|invalid|unsupported|deprecated) (model|deployment|model "
    "id|model name|engine)",
    "does not exist or you do not have access",
    "(has been|is|was) (deprecated|decommissioned|retired|sunset)",
    "try pulling it",
    "no kernel image",
    "not compiled with cuda (support|enabled|)",
    "(moved|ask) #",
    "(entry|revision|repository|repo|weights|checkpoint) not found error",
    "(cpu|gpu|machine|hardware|instruction set|platform|compute capability) .. "
    "(not supported|does not support|unsupported|incompatible|not capable)",
    "illegal instruction",
};

constexpr Meaning kNameable = Says(kPermanent, 4.2)
                                  .First(Strategy::kErrorCorrection)
                                  .Of(ErrorType::kContract);
constexpr P kNameableWords[] = {
    "result window too large",
    "result window is too large",
    "(template|persisted query) not found",
    "cannot find module .. or its corresponding",
};

constexpr Meaning kDuplicate =
    Says(kPermanent, 4).First(Strategy::kEscalation).Of(ErrorType::kValidation);
constexpr P kDuplicateWords[] = {
    "already "
    "(refunded|captured|cancelled|canceled|shipped|paid|completed|submitted|"
    "settled|voided|approved|confirmed|issued|redeemed|returned|consumed|"
    "archived|activated|enrolled|merged|signed)",
    "(workflow|workflow execution|execution) already (started|exists)",
    "(duplicate|duplicated|dup) (key|entry|record|row|key value|primary "
    "key|key error|key exception|email|username|name)",
    "(unique|primary key) (constraint|violation|constraint "
    "violation|constraint failed|index)",
    "(violates|violated|violation of) (unique|primary key) (constraint|)",
    "(already|it already|name already|that already) "
    "(exists|exist|existed|registered|taken|been taken|been used)",
};

constexpr Meaning kStarted = Says(kPermanent, 7).First(Strategy::kEscalation);
constexpr P kStartedWords[] = {
    "(workflow|workflow execution) already (running|started)",
};

constexpr Meaning kReputation =
    Says(kPermanent, 3).First(Strategy::kEscalation);
constexpr P kReputationWords[] = {"reputation"};

constexpr Wordings kTable[] = {
    {kReputation, kReputationWords}, {kSchema, kSchemaWords},
    {kMissing, kMissingWords},       {kModel, kModelWords},
    {kNameable, kNameableWords},     {kDuplicate, kDuplicateWords},
    {kStarted, kStartedWords},
};

}  // namespace

absl::Span<const Wordings> ThingsWordings() { return kTable; }

}  // namespace recourse
