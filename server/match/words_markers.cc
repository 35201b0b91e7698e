// Words that say which of the others count, and words that say nothing.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using P = absl::string_view;

constexpr P kRoot[] = {
    "caused by",
    "--->",
    "nested exception is",
    "nested exception",
    "root cause (is|was)",
    "inner exception",
    "(underlying|original) (error|cause|exception|reason|problem) (is|was|)",
    "rpc error : code .. desc",
};

constexpr P kRootColon[] = {"cause",
                            "reason",
                            "root cause",
                            "exception",
                            "reason given for failure",
                            "error was",
                            "failure reason",
                            "original error",
                            "status reason"};

constexpr P kReason[] = {
    "because",  "because of",     "due to",
    "owing to", "as a result of", "(error|reason|cause|problem) (was|is)",
};

constexpr P kDirectCause[] = {"above exception was the direct cause"};

constexpr P kContext[] = {"during handling of the above exception"};

constexpr P kAdvice[] = {
    "(hint|note|tip|suggestion)",
    "see (also|the|our|details|docs|documentation)",
    "please "
    "(see|check|verify|ensure|make|contact|refer|consult|review|visit|consider|"
    "provide|specify|use|read|report|open)",
    "for (more|further|additional) (information|details|info|help)",
    "for (details|example|debugging|instance)",
    "this (may|can|could|might|probably|usually|often|typically|normally)",
    "(which|that|it) (may|can|could|might) (be|mean|indicate|happen|also)",
    "(possibly|perhaps|probably|maybe)",
    "possible (reasons|causes|cause|reason|explanations|fixes|solutions)",
    "most likely",
    "(might|may|could) (be|have been) (caused|due|because|related)",
    "(consider|recommend) ",
    "if (you|you're)",
    "if (this|the) (problem|issue|error) (persists|continues|occurs)",
    "make sure",
    "(check|verify|ensure) (that|whether|if|your|the|to|for|it)",
    "did you (mean|forget|intend)",
    "learn more",
    "you (may|might|can|could|should) "
    "(need|want|try|use|increase|set|add|consider|wish|also|have)",
    "you need to",
    "you (will|must) need",
    "try "
    "(using|to|increasing|reducing|setting|running|adding|a|with|changing|"
    "passing|installing)",
    "to (fix|resolve|disable|enable|avoid|suppress|prevent|solve) "
    "(this|the|it)",
    "in order to",
    "refer to",
    "such as",
    "contact (support|your|the|us)",
    "default is",
    "(may|might) require",
    "not to be confused",
};

constexpr P kNegation[] = {
    "(is|was|are|were|it's|isn't|wasn't|) not (a|an|the|your|due to|caused "
    "by|because of|related to|about|because)",
    "not",
    "isn't",
    "wasn't",
    "aren't",
    "rather than",
    "instead of",
    "without",
    "no",
    "(without|no|nor) (a|an|any|further|more)",
    "nothing to do with",
    "(avoid|prevent|ignoring|ignore) (a|the|any|)",
};

constexpr P kWrapper[] = {
    "$cannot",
    "(error|failure|problem|exception|failed) "
    "(while|when|during|in|at|on|with|for|from|after|occurred|executing|"
    "calling|processing|running|handling|loading|reading|writing|opening|"
    "creating|getting|fetching|sending|connecting|performing|invoking|building|"
    "starting|communicating|downloading|uploading|installing|updating|"
    "initializing|retrieving|obtaining|making|trying)",
    "(unhandled|uncaught|unexpected) (exception|error|rejection)",
    "(while|when) "
    "(calling|executing|running|processing|loading|reading|writing|opening|"
    "creating|fetching|sending|connecting|trying)",
    "retrying (of|after|because)",
    "giving up (on|after)",
    "aborting",
    "(connect|connection|bind|open|request|call|transfer|start|login|lookup|"
    "command|operation|handshake|session|setup|mount|query|control|append|"
    "negotiation|transport) (failed|aborted|error|failure|refused)",
    "(protocol|transport|communication|network|connection|io) "
    "(error|exception|failure)",
};

// Nothing failed, or people talk.
constexpr P kSuccess[] = {
    "in this (commit|release|pull request|branch)",
    "(was|were|been) (refactored|documented|improved)",
    "0 "
    "(corrupt|corrupted|bad|broken|damaged|dropped|rejected|conflicts|"
    "deadlocks|timeouts|retries|invalid|missing|lost)",
    "lock (acquired|released) by",
    "(lunch|party|vacation|birthday|newsletter|homework|wedding|school trip)",
    "was discussed (at|in|with)",
    "(settings|changes|preferences|configuration|profile|policy) .. "
    "(saved|updated|applied|stored)",
    "(test|tests|build|deployment|check|job) .. (passed|green)",
    "(test|check|build|job|stage|step|suite) .. (passed|succeeded)",
    "(customer|user|client|caller|patient|guest) "
    "(asked|asks|wants|reported|said|requested|called|complained|wrote)",
    "your (order|package|shipment|delivery) .. "
    "(shipped|arrive|delivered|dispatched)",
    "you (win|won|lose)",
    "no idea what happened",
    "(completed|finished|done|succeeded|exited|installed|updated|deployed|"
    "uploaded|processed|connected|started|saved|restored) successfully",
    "successfully "
    "(completed|finished|installed|updated|deployed|uploaded|processed|"
    "connected|started|saved|restored|reconnected|recovered|retried)",
    "(build|backup|job|sync|upload|deployment|request|migration|"
    "retry|reconnect|task|import|export|transfer|handshake) "
    "(succeeded|successful|was successful|completed|is complete)",
    "connection (re established|reestablished|restored|established|recovered)",
    "0 (errors|failures|failed)",
    "no (errors|problems|issues|failures) (found|detected|were|reported)",
    "all (#|) (tests|checks|jobs|steps) (passed|succeeded|ok|green)",
    "session .. been great",
    "200 ok",
    "(status|result|outcome) : (ok|success|succeeded|passed|healthy)",
    "(recovered|reconnected) (after|in|successfully)",
};

// A setting and not what happened: all words but the last do not count.
constexpr P kSetting[] = {
    "(connection|connect|read|write|request|socket|idle|lock|query|session|"
    "response|) timeout "
    "(value|setting|parameter|option|must|should|argument|cannot|property|"
    "field|configuration|config|flag|header|is set|was set|in seconds|in "
    "milliseconds|of type|interval)",
    "(invalid|illegal|bad|negative|unknown|unsupported|missing) (value for|) "
    "(connection|connect|read|write|request|socket|lock|query|) "
    "(timeout|timeouts|deadline)",
    "(rate limit|quota|memory limit|max connections|lock timeout|pool size) "
    "(must|should|value|parameter|setting|option|config|configuration|cannot)",
};

// Counters and names, which say no cause.
constexpr P kNoise[] = {
    "out of "
    "(date|sync|order|band|scope|service|office|bounds|stock|reach|sequence|"
    "turn|step|phase|focus|place|warranty|town|character)",
    "empty (message|response|reply|page|line|header|text|answer|error)",
    "result is ambiguous",
    "connection reset count",
    "reset count : 0",
    "(cannot|can't|could not) (be|) "
    "(completed|complete|processed|process|continue|proceed|performed|perform|"
    "be done|do that|display|be displayed|loaded|load)",
    "(connection|timeout|network|io|read|write|) "
    "(errors|timeouts|failures|retries|timeout|error) : 0",
    "deadlock (id|count|timeout|name|key|detector)",
    "(reset|timeout|error|retry|failure|reconnect) "
    "(count|counter|rate|interval|delay)",
    "(max|maximum|number of|all|) (retries|retry attempts|attempts|retry) "
    "(exceeded|exhausted|reached|failed)",
    "(maximum|max) (number of|) (retries|attempts|retry attempts|retry)",
    "(exceeded|reached) (the|) (maximum|max) (number of|) "
    "(retries|attempts|retry attempts)",
    "retry (limit|count|attempts|policy|budget)",
    "(out of|no more) retries",
    "connection "
    "(pool|string|id|settings|url|uri|name|handler|manager|parameters|factory|"
    "options|type|info|config)",
    "(http|https) connection pool",
    "keep alive",
    "(request|session|trace|correlation|connection|client|transaction|message|"
    "thread|process|token) id",
    "possible network",
    "access (token|key) id",
    "lock (file|name|id|key)",
    "(memory|stack|heap) (address|trace|dump)",
    "(error|status|exit|return|response|result) code",
    "stack trace",
    "internal (link|id|name)",
    "background worker",
    "back off (restarting|pulling|)",
    "restarting failed container",
    "(crash loop back off|crashloopbackoff)",
    "something went wrong",
    "something wrong",
    "(an|) (unknown|unexpected|unspecified|generic|general|undefined|internal "
    "unknown) (error|failure|problem|exception) (occurred|has "
    "occurred|happened|)",
    "max (tokens|length|size|connections|retries|results|age|depth)",
    "(missing|required|unknown|invalid|duplicate|extra) "
    "(timeout|retry|lock|permission|quota|rate limit|deadlock|connection) "
    "(field|parameter|key|argument|option|property|column|value)",
    "(column|field|parameter|argument|property|option|variable|attribute|key|"
    "flag|setting|table|function|method|class|module|file|user|topic|queue) "
    "(timeout|deadlock|quota|retry|lock|conflict|denied)",
};

constexpr Wordings kTable[] = {
    {Meaning{}, kRoot, Marker::kRootFollows},
    {Meaning{}, kRootColon, Marker::kRootAfterColon},
    {Meaning{}, kReason, Marker::kReasonFollows},
    {Meaning{}, kDirectCause, Marker::kRootPrecedes},
    {Meaning{}, kContext, Marker::kContextPrecedes},
    {Meaning{}, kAdvice, Marker::kAdvice},
    {Meaning{}, kNegation, Marker::kNegation},
    {Meaning{}, kWrapper, Marker::kWrapper},
    {Meaning{}, kSetting, Marker::kSetting},
    {Meaning{}, kSuccess, Marker::kSuccess},
    {Meaning{}, kNoise},
};

}  // namespace

absl::Span<const Wordings> MarkerWordings() { return kTable; }

}  // namespace recourse
