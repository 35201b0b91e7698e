// Requests and documents that are wrong, and things that are not there; they
// fail again unchanged.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kSyntax = Says(kPermanent, 4.5)
                                .First(Strategy::kErrorCorrection)
                                .Of(ErrorType::kSyntax);
constexpr P kSyntaxWords[] = {
    "(syntax|parse|parsing|parser|scanner|lexer|lexical|tokenizer|tokenizing|"
    "grammar|decode|decoding|unmarshal|unmarshalling|deserialization|"
    "deserialize|json|yaml|xml|toml|csv|sql|template|markup|json parse|json "
    "decode|json syntax|template syntax|decoder|formatting|format|expression) "
    "(error|errors|exception|failure|failed)",
    "(sql|invalid|bad|incorrect|wrong|illegal) syntax",
    "unexpected (end of input|end of json "
    "input|token|character|symbol|identifier|indent|end of "
    "json|keyword|string|number|literal|indentation|delimiter|operator|eof in "
    "expression|end of statement|character after|tokens|non whitespace "
    "character|closing|opening|tag|byte|char)",
    "(invalid|malformed|bad|not valid|illegal|broken|incorrect|ill formed|not "
    "well formed|non well formed) (json|yaml|xml|toml|csv|html|utf "
    "8|utf8|base64|url encoding|character|characters|escape|escape "
    "sequence|token|encoding|byte sequence|start byte|continuation "
    "byte|reference "
    "format|header|request|query|expression|statement|document|message|"
    "multipart|payload|input|data|cron|regex|regular "
    "expression|pattern|uri|url|literal|number|date|timestamp|uuid|address|"
    "content|template|frame|packet|command|response|string|line|row|format|"
    "body|value|record|syntax|entry)",
    "not well formed",
    "(unterminated|unbalanced|unclosed|unmatched|dangling|stray|trailing) "
    "(string|quote|quotes|bracket|brackets|parenthesis|parentheses|brace|tag|"
    "comment|block|comma|characters|data|literal|)",
    "unknown (tag|directive|escape|keyword)",
    "mapping values are not allowed",
    "did not find expected",
    "$cannot "
    "(parse|tokenize|unmarshal|decode|deserialize|interpret|understand|read "
    "json|lex)",
    "(error|failed|failure|problem|while) "
    "(parsing|tokenizing|decoding|unmarshaling|unmarshalling|deserializing|"
    "scanning|compiling)",
    "(malformed|unparseable|unparsable|garbled request)",
    "expecting",
    "(expected|missing) (a|an|) "
    "(comma|semicolon|colon|closing|quote|bracket|brace|parenthesis|identifier|"
    "expression|delimiter|newline|eof|end of|property "
    "name|value|token|keyword|statement)",
    "looking for beginning of (value|object)",
    "missing "
    "(semicolon|parenthesis|parentheses|bracket|brace|quote|operand|right "
    "parenthesis|keyword|from clause|expression)",
    "(command|statement|query) not properly ended",
    "42601",
    "(inconsistent|bad|wrong) (indentation|use of tabs)",
    "extra data : line",
    "expected (property name|comma|colon|end of|value|key)",
};

// What wraps better-worded reasons.
constexpr Meaning kGenericInvalid = Says(kPermanent, 3)
                                        .First(Strategy::kErrorCorrection)
                                        .Of(ErrorType::kValidation);
constexpr P kGenericInvalidWords[] = {
    "bad request (error|exception|)",
    "invalid request (error|exception|)",
    "(value|type|validation|illegal argument|invalid "
    "argument|argument|attribute) (error|exception)",
    "(invalid argument|illegal argument|illegal argument exception|invalid "
    "operation|invalid operation exception)",
    "client error",
    "sql (exception|error)",
};

constexpr Meaning kInvalid = Says(kPermanent, 4)
                                 .First(Strategy::kErrorCorrection)
                                 .Of(ErrorType::kValidation);
constexpr P kInvalidWords[] = {
    "result window too large from",
    "(second|another) operation .. started on this",
    "bad "
    "(request|argument|value|parameter|input|format|option|arguments|url|uri|"
    "command|message|descriptor|file descriptor|address)",
    "(invalid|illegal|incorrect|wrong|improper|inappropriate|unacceptable|"
    "unexpected|bogus|nonsensical|out of range|unrecognized|unrecognised) "
    "(argument|arguments|value|values|parameter|parameters|request|request "
    "error|input|format|option|options|field|fields|type|types|body|form|form "
    "body|schema|path|name|identifier|length|date|email|state|operation|choice|"
    "combination|configuration|config|setting|reference|range|index|key|"
    "property|attribute|number|size|count|mode|unit|cast|conversion|operand|"
    "operator|port|host|hostname|hash|scheme|protocol|content|content "
    "type|media "
    "type|cursor|offset|page|filter|sort|order|time|timestamp|timezone|"
    "duration|currency|amount|quantity|phone number|address|zip "
    "code|country|locale|language|charset|enum|enum "
    "value|selection|model|action|method|verb|header|cookie|status|transition|"
    "object|id|ids|uuid|label|annotation|manifest|image|blocks|spec|resource|"
    "region|dimension|shape|dtype|device|dependency|version|range|constraint|"
    "mapping|definition|destination|source|target|usage|call|use|sequence|"
    "character|keyword|parameter value|argument type|argument "
    "exception|operation exception|parameter exception|input exception|data "
    "type|data|assignment|axis|column|row|expression|rule|policy "
    "document|arn|bucket name|domain name|user "
    "input|entry|command|instruction|opcode|pointer|handle|rate|baud "
    "rate|geometry|coordinates|tile|flag|switch|token type|response type)",
    "(validation|validations|constraint|schema|input validation|verification) "
    "(error|errors|failed|failure|exception|violation|failures|violations|"
    "problem|unsuccessful)",
    "failed (validation|to validate|constraint|verification)",
    "(schema|constraint) (validation|violation)",
    "$cannot "
    "(validate|convert|cast|coerce|format|encode|serialize|marshal|assign|"
    "compare|concatenate|multiply|divide|reshape|broadcast|infer|interpolate|"
    "map|bind|match|apply|merge|join|insert|update|delete|remove|rename|drop|"
    "alter|replace|extend|override|redefine|mix|use|combine|be used|be "
    "applied|be empty|be null|be blank|be negative|be zero|be changed|be "
    "modified|be converted|be cast|be deleted|be removed|be specified|be "
    "combined|be set|be greater|be less|be longer|be parsed|be multiplied|be "
    "larger|be smaller|be both|be before|be after|be in the|be "
    "null|contain|exceed|have|specify|set|add|change|modify|exceed "
    "the|determine|instantiate|create|construct|build|compute|index|iterate|"
    "unpack|pickle)",
    "(is|are|was|were|field|value|parameter|argument|property|it's|be|this) "
    "(required|mandatory|missing|not specified|not provided|not "
    "set|blank|empty|null|undefined|immutable|read only|invalid|not valid|not "
    "a valid|illegal|unknown|out of range|too short|too small|too "
    "low|negative|not unique|duplicated|malformed|incorrect|wrong|not "
    "allowed|not of type|not an object|not a number|not an integer|not a "
    "string|not an instance)",
    "(required|mandatory) "
    "(field|fields|parameter|parameters|property|argument|value|key|header|"
    "attribute|option|column|is missing|are missing|input)",
    "(missing|lacks|no|without|absent|omitted) "
    "(required|parameter|argument|field|value|property|attribute|fields|"
    "parameters|arguments|header|body|option|column|columns|keys|unit|schema|"
    "data|mandatory|input|positional|1 required|2 required|one "
    "required|content|operand|key|name|id|type)",
    "(must|should|shall|has to|have to|needs to|need to|can only|may only) "
    "(not|) "
    "(be|have|contain|specify|provide|match|start|end|include|equal|exist|"
    "begin|conform|satisfy|use|supply|consist|not|set|select|pass|only)",
    "(must|should) (be a|be an|be one of|be greater|be less|be between|be at "
    "least|be of type|not be|be positive|be non negative|be unique|be set)",
    "(additional|unknown|unexpected|extra|extraneous|unsupported|undefined) "
    "(properties|property|fields|field|keys|key|keyword "
    "argument|arguments|argument|columns|column|parameters|parameter|attribute|"
    "attributes|member)",
    "not (a|an|) (valid|allowed value|valid "
    "value|integer|number|boolean|string|object|list|function|directory|file|"
    "member|instance of|supported "
    "type|recognized|recognised|unique|acceptable|numeric|positive|in range|in "
    "list|null constraint|enough arguments|enough values|a "
    "function|iterable|callable|subscriptable|assignable|json "
    "serializable|empty|nullable|permitted value|allowed here|allowed "
    "in|divisible)",
    "(is|are) not (valid|allowed|a valid|recognized|recognised|defined in|in "
    "the list|one of|of "
    "type|within|between|possible|applicable|unique|serializable|a "
    "member|compatible with|a known|known|accepted|expected|in the range|part "
    "of|empty|enabled for|configured|registered)",
    "(key|index|name|assertion|lookup|arithmetic|unicode|encoding|range|domain|"
    "cast|conversion|usage|unicode decode|unicode encode|number format|format) "
    "(error|errors|exception)",
    "(out of|exceeds|outside|not in) (range|bounds|the valid range|allowed "
    "range|the range|domain)",
    "(index|value|date|number|offset|position|year|parameter|argument) .. (out "
    "of range|out of bounds|too small|too low|negative)",
    "(cannot|can't|could not|must not|may not|should not) be "
    "(null|blank|empty|negative|zero|changed|nil|none|undefined|updated|"
    "modified|both)",
    "(violates|violated|violation of|breaks) (not null|unique|foreign "
    "key|check|constraint|integrity|primary "
    "key|exclusion|referential|schema|rule)",
    "(violates|violating)",
    "(not null|check|unique|foreign key|primary key|integrity) "
    "(constraint|violation|constraint violation|constraint failed)",
    "(duplicate|duplicated|non unique|repeated|conflicting) "
    "(key|entry|value|name|id|column|record|row|object|entries|keys|values|"
    "identifier|index|email|username|definition|document|request|declaration|"
    "symbol|tag|field|case|key value|key exception|parameter|attribute|primary "
    "key|key error)",
    "(unique|integrity) (constraint|error|violation)",
    "(already|it already|name already|that already) "
    "(exists|exist|existed|defined|registered|taken|been taken|been "
    "used|declared|in use by|associated|attached|assigned|subscribed|been "
    "processed|configured|bound|imported|created|present)",
    "already exist",
    "(is|name is) taken",
    "foreign key",
    "(unknown|unrecognized|unrecognised|unsupported|undefined|no such|invalid) "
    "(command|field|parameter|option|argument|flag|property|attribute|switch|"
    "keyword|format|encoding|type|key|operator|unit|enum|value|variable|"
    "setting|directive|instruction|opcode|subcommand|column|function|action|"
    "event|message type|record type|status|state|code page|charset|timezone)",
    "(unrecognized|unrecognised)",
    "(unexpected|unsupported|missing) (keyword|argument|arguments|keyword "
    "argument|positional|parameter|value|type|data type|result|null|character)",
    "(wrong|incorrect|invalid|unexpected|too few|too "
    "many|insufficient|mismatched|different) (number of|count of|) "
    "(arguments|parameters|columns|values|fields|operands|elements|dimensions|"
    "rows|args|bind variables|placeholders|positional arguments|values to "
    "unpack|inputs|outputs)",
    "takes # (positional|) arguments",
    "(wrong|expected|got|incompatible|mismatched|unexpected) (type|kind|data "
    "type|value|object|string|number|integer|array|boolean|a|an|list|map|"
    "scalar|format|dtype|shape|dimension|dim|end|one of|dict|float|int|bool)",
    "expected .. (but|got|found|received|not|instead|was)",
    "wrong kind of value",
    "(unprocessable|unprocessable "
    "entity|ambiguous|inconsistent|contradictory|mutually "
    "exclusive|nonsense|incomplete request|unusable)",
    "(22p02|23505|23503|23502|22001|22003)",
    "(not|non|isn't) (serializable|json serializable|picklable)",
    "$cannot be (deserialized|serialized|encoded|decoded)",
    "unsupported protocol scheme",
    "no scheme supplied",
    "missing schema",
    "does not (match|conform to|satisfy|belong to|support|accept|comply "
    "with|correspond|fit|have any|have a|contain|implement|fall|equal|exist "
    "in) ",
    "(can't|cannot) (decode|encode) (byte|character)",
    "(codec|encoding) (can't|cannot|error)",
    "(primary|not null|value) too (short|small|low)",
    "(data|value|precision|numeric|integer|arithmetic|numeric value|string) "
    "(overflow|underflow|truncated|out of range)",
    "division by zero",
    "(divide|divided) by zero",
    "zero division (error|)",
    "(in the past|in the future|before the start|after the end)",
    "(same|idempotency) .. (different|parameters|payload)",
    "(not|isn't|no longer) "
    "(editable|modifiable|updatable|writable|deletable|mutable|cancellable|"
    "refundable)",
    "(immutable|read only property|frozen instance)",
    "(insufficient|not enough) (arguments|parameters|values|data "
    "points|samples|points|rows|inputs|observations)",
    "(singular|not positive definite|did not converge|failed to converge|nan "
    "values|contains nan|infinity)",
    "(not|isn't) empty",
    "(bucket|directory|folder|table|namespace|database|group|queue|vpc) .. not "
    "empty",
    "(has|have|still has|with) "
    "(dependent|dependents|dependencies|children|references|attached|existing) "
    "(objects|resources|records|rows|resource)",
    "(depends on|dependency violation|in use and cannot be)",
    "(strict|dynamic) (dynamic|) mapping",
    "(mapping|mapper) .. (conflicts|cannot be|parsing|failed|exception)",
    "(checked|checking) .. failed precondition",
    "failed precondition",
    "(invalid|illegal) (instruction|access)",
    "(not|never) (implemented|supported) (error|exception|)",
    "(wrong|unsupported|unexpected|unknown) (content type|media type|mime "
    "type|file type|file format|format|extension|image "
    "format|codec|encoding|audio format|container "
    "format|compression|compression method)",
};

constexpr Meaning kContract = Says(kPermanent, 4.5)
                                  .First(Strategy::kErrorCorrection)
                                  .Of(ErrorType::kContract);
constexpr P kContractWords[] = {
    "(not|isn't|aren't|no longer|never|un) "
    "(supported|implemented|compatible|acceptable|available in this "
    "version|usable with)",
    "(unsupported|unimplemented|incompatible|deprecated|obsolete)",
    "(unsupported|unimplemented|incompatible|obsolete|removed) "
    "(parameter|operation|value|media type|version|api "
    "version|protocol|protocol "
    "version|feature|function|method|driver|platform|os|architecture|engine|"
    "schema version|class version|operand|type|model|database version|file "
    "version|client|client version|server "
    "version|runtime|library|compiler|browser|device|format "
    "version|cipher|algorithm|extension|option|encoding)",
    "method not allowed",
    "(no longer|not) (available|supported|valid|maintained)",
    "(has been|have been|was|been|is|are) "
    "(removed|moved|renamed|deprecated|retired|discontinued|sunset|"
    "decommissioned|replaced|disabled|superseded)",
    "(type|shape|dimension|version|schema|signature|interface|abi|api|protocol|"
    "size|dtype|architecture|contract|unit|currency|column "
    "count|argument|class|units|charset|encoding|collation|dialect|rank|shapes|"
    "dimensions|vector dimension) (mismatch|mismatched|error|incompatible|do "
    "not match|does not match|doesn't match|did not match|conflict|cannot "
    "be|differ|incompatibility|violation|check failed)",
    "(mismatch|mismatches|mismatched)",
    "(does not|doesn't|do not|don't|did not|not) match",
    "(only|currently) "
    "(supports|support|supported|accepts|allows|available|works|valid|allowed|"
    "compatible)",
    "(import|module|require|load|link|linker|package|dependency|symbol|class "
    "loading|plugin|build|version solving|resolution) "
    "(error|errors|failure|failed)",
    "$cannot import",
    "circular (import|dependency|reference)",
    "(no module named|module not found|class not found|package not found)",
    "$cannot (find|locate|load|resolve|import) "
    "(module|package|class|symbol|main class|native|library|shared "
    "library|plugin|driver|dependency|crate|type or namespace|file or "
    "assembly|assembly|import|reference|name|dependencies|a "
    "version|compatible|resource)",
    "no such (method|field|property|class|module|function|column|attribute)",
    "no class def found",
    "same device",
    "(wrong|outdated|old|newer|different|incorrect) "
    "(api|client|protocol|server|schema|driver|) version",
    "(version|api|client|protocol) .. (not supported|unsupported|too old|too "
    "new|outdated|incompatible|required|mismatch|is required|deprecated)",
    "(requires|require|needs) .. (version|or higher|or later|or newer|or "
    "greater|java|python|node|php|ruby)",
    "unknown (method|rpc|endpoint|api|route|operation|procedure|protocol)",
    "method not found",
    "session not created",
    "conflicts with existing",
    "(missing|unmet|unresolved|conflicting|broken|unsatisfied) "
    "(dependency|dependencies|peer "
    "dependency|requirement|requirements|import|prerequisite|packages|package|"
    "shared library)",
    "could not find a version",
    "no matching "
    "(distribution|package|version|manifest|overload|function|signature|"
    "constructor|platform|candidate|method|operator)",
    "(unsatisfiable|unresolvable|resolution impossible|eresolve|incompatible "
    "peer)",
    "$cannot (resolve|satisfy|fulfill|meet) "
    "(dependency|dependencies|requirement|requirements|constraints|the "
    "requirement|plugin)",
    "peer dependency",
    "(version|dependency) (conflict|conflicts|solving failed)",
    "(exec|executable) format (error|)",
    "wrong elf class",
    "(inequivalent|inconsistent) arg",
    "(contract|specification|spec|protocol|interface) "
    "(violation|error|violated|mismatch|breach)",
    "not backward compatible",
    "precondition failed : (inequivalent|unknown)",
    "(undefined|unsupported|invalid) for (model|this|type|operand)",
    "feature (is|) not (supported|enabled|available|implemented)",
    "(not|isn't) (enabled|installed|configured|available on this|supported by)",
};

constexpr Meaning kSchema =
    Says(kPermanent, 5).First(Strategy::kEscalation).Of(ErrorType::kContract);
constexpr P kSchemaWords[] = {
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
    "(spam|blacklisted|blocklisted|blacklist|blocklist|reputation|dmarc|spf|"
    "dkim)",
    "(legal|regulatory|compliance|sanctions|embargo)",
    "(quarantined|virus|malware|infected)",
    "conflict : content",
    "local changes .. would be overwritten",
};

constexpr Meaning kMissing = Says(kPermanent, 4)
                                 .First(Strategy::kErrorCorrection)
                                 .Of(ErrorType::kValidation);
constexpr P kMissingWords[] = {
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
    "target closed",
    "(page|browser|context) .. closed",
    "(user|mailbox|recipient|address) (unknown|not found|does not "
    "exist|rejected)",
    "unknown user",
    "command not found",
    "not recognized as an internal or external command",
    "(missing|absent|nowhere to be found)",
    "(no|without any) "
    "(provider|route|handler|implementation|definition|mapping|converter|"
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

constexpr Wordings kTable[] = {
    {kModel, kModelWords},
    {kSchema, kSchemaWords},
    {kSyntax, kSyntaxWords},
    {kContract, kContractWords},
    {kGenericInvalid, kGenericInvalidWords},
    {kMissing, kMissingWords},
    {kInvalid, kInvalidWords},
};

}  // namespace

absl::Span<const Wordings> RequestWordings() { return kTable; }

}  // namespace recourse
