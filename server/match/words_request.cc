// Requests and documents that are wrong; they fail
// again unchanged.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kSyntax = Says(kPermanent, 4.5)
                                .First(Strategy::kErrorCorrection)
                                .Of(ErrorType::kSyntax);
constexpr P kSyntaxWords[] = {
    "expected .. (before|after)",
    "not in scope",
    "not well formed : invalid token",
    "well formed",
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
    "(value|validation|illegal argument|invalid "
    "argument|argument|attribute) (error|exception)",
    "(invalid argument|illegal argument|illegal argument exception|invalid "
    "operation|invalid operation exception)",
    "client error",
    "sql (exception|error)",
};

// What could not be done, when nothing says why.
constexpr Meaning kNotDone =
    Says(kPermanent, 2.3).First(Strategy::kErrorCorrection);
constexpr P kNotDoneWords[] = {
    "$cannot "
    "(create|construct|build|compute|add|set|change|modify|delete|remove|"
    "update|insert|determine|use|have|apply|merge|join|exceed|specify|drop|"
    "rename|alter|replace|issue|execute|index|include|unpack|resolve|interpret|"
    "handle the "
    "file|convert|render|generate)",
};

constexpr Meaning kInvalid = Says(kPermanent, 4)
                                 .First(Strategy::kErrorCorrection)
                                 .Of(ErrorType::kValidation);
constexpr P kInvalidWords[] = {
    "(prerequisite|prerequisites|requirement|requirements|criteria|eligibility)"
    " .. not (fulfilled|met|satisfied|passed)",
    "outside .. (service area|area|coverage|territory|zone|hours|opening "
    "hours|window|limits)",
    "out of (plausible|valid|allowed|normal|expected|calibration|permitted) "
    "(range|bounds|tolerance|limits)",
    "(too many|exceeded #|stopped after #|#|maximum number of) redirects",
    "(input|field|value) required and not supplied",
    "unknown tool",
    "violates .. constraint",
    "rejected : invalid",
    "not allowed in (this|the) (context|state|mode)",
    "does not (hash|map) to the same",
    "(conversion|cast|casting|coercion|convert) failed",
    "(isn't|not) defined",
    "data exception",
    "(not|isn't) (clickable|interactable)",
    "click intercepted",
    "(transaction|fee|gas) .. underpriced",
    "execution reverted",
    "(invalid|unexpected) token : line",
    "install failed",
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
    "map|bind|match|extend|override|redefine|mix|combine|be used|be applied|be "
    "empty|be null|be blank|be negative|be zero|be changed|be modified|be "
    "converted|be cast|be deleted|be removed|be specified|be combined|be "
    "set|be greater|be less|be longer|be parsed|be multiplied|be larger|be "
    "smaller|be both|be before|be after|be in the|be null|contain|exceed "
    "the|instantiate|iterate|pickle)",
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
    "(key|lookup|unicode|encoding|range|domain|"
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
    "(encoder|decoder|codec|command|field|parameter|option|argument|flag|"
    "property|attribute|switch|keyword|format|encoding|type|key|operator|unit|"
    "enum|value|variable|setting|directive|instruction|opcode|subcommand|"
    "column|function|action|event|message type|record type|status|state|code "
    "page|charset|timezone)",
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
    "(client|app|game|software|firmware|browser|plugin|driver|launcher|sdk|"
    "agent|tool|server) version .. (out of date|outdated|too old|obsolete)",
    "please (update|upgrade) (to|your)",
    "library not loaded",
    "malformed http response",
    "invalid cross device link",
    "no support for",
    "compiled (against|using|for|with) .. (version|numpy|different)",
    "minimum supported .. version",
    "must install or update",
    "(class|interface|type) not registered",
    "not a subtype of",
    "$cannot be run in",
    "is present at .. (but|and)",
    "mode .. (violation|not supported)",
    "(driver|version) insufficient",
    "(lockfile|lock file) .. (not up to date|outdated|out of date|out of "
    "sync|not in sync)",
    "outdated lockfile",
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
    "no longer (available|supported|valid|maintained)",
    "not (supported|maintained)",
    "(has been|have been|was|been|is|are) "
    "(removed|moved|renamed|deprecated|retired|discontinued|sunset|"
    "decommissioned|replaced|disabled|superseded)",
    "(shape|dimension|version|schema|signature|interface|abi|size|dtype|"
    "architecture|contract|unit|currency|column "
    "count|argument|class|units|charset|encoding|collation|dialect|rank|shapes|"
    "dimensions|vector dimension) (mismatch|mismatched|error|incompatible|do "
    "not match|does not match|doesn't match|did not match|conflict|cannot "
    "be|differ|incompatibility|violation|check failed)",
    "(type|api|protocol) "
    "(mismatch|mismatched|incompatible|conflict|incompatibility|violation|"
    "differ)",
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

constexpr Meaning kRefusedWord =
    Says(kPermanent, 1.9).First(Strategy::kEscalation);
constexpr P kRefusedWordWords[] = {
    "(overflow|blocked|clogged)",
    "(rejected|rejection|incorrect|invalid|wrong|mismatch|mismatched|illegal|"
    "expired|lapsed|ineligible|inadmissible|nonexistent|misconfigured|"
    "unresolved|unmatched|disqualified|voided|violation|violations)",
    "(cannot|can't|can not|must not|may not)",
    "(duplicate|duplicated|too high|too low|too old|too late|too early|too "
    "far)",
    "(departed|discontinued|revoked|withdrawn)",
};

constexpr Meaning kFieldRequired = Says(kPermanent, 7.5)
                                       .First(Strategy::kErrorCorrection)
                                       .Of(ErrorType::kValidation);
constexpr P kFieldRequiredWords[] = {
    "field required",
    "value error missing",
    "e validation",
};

constexpr Wordings kTable[] = {
    {kFieldRequired, kFieldRequiredWords},
    {kRefusedWord, kRefusedWordWords},
    {kSyntax, kSyntaxWords},
    {kContract, kContractWords},
    {kNotDone, kNotDoneWords},
    {kGenericInvalid, kGenericInvalidWords},
    {kInvalid, kInvalidWords},
};

}  // namespace

absl::Span<const Wordings> RequestWordings() { return kTable; }

}  // namespace recourse
