// Time that is over, and limits per time.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kNotBegun = Meaning::kNotExecuted;

constexpr Meaning kConnectTimeout = Says(kTimeout, 5).With(kNotBegun);
constexpr P kConnectTimeoutWords[] = {
    "connect (timeout|timed out|time out) (error|exception|)",
    "connection attempt (timed out|timeout)",
    "(tls|ssl) handshake (timeout|timed out)",
    "handshake (timed out|timeout|operation timed out)",
    "open timeout (error|)",
    "(timed out|timeout) (while|when|) (connecting|dialing|establishing)",
    "connection (timeout expired|establishment timed out)",
    "connect to .. timed out",
    "ora 12170",
};

constexpr Meaning kTimeOver = Says(kTimeout, 5);
constexpr P kTimeOverWords[] = {
    "$cannot (reach|attain|achieve|settle) .. (in time|within #|in #)",
    "context deadline exceeded",
    "ambiguous timeout",
    "deadline exceeded",
    "watchdog exceeded",
    "(no|without) "
    "(reading|measurement|sample|telegram|report|update|message|signal|frame|"
    "packet) received .. (within|in|for|since)",
    "(timer|interval|wait|period) expired",
    "(max|maximum) statement time",
    "harakiri",
    "too long with no output",
    "$cannot .. in (the|) (given|allotted|allowed|expected|due) time",
    "(execution|response|query) time .. too long",
    "hold time expired",
    "(hours|hour) (limit|time) exceeded",
    "(timed out|timedout|etimedout|esockettimedout|wsaetimedout)",
    "(timeout|timeouts|time out) "
    "(error|exception|expired|exceeded|reached|elapsed|occurred|occured|"
    "waiting|while|after|during|of|was reached|has expired|period "
    "elapsed|period|fired|triggered|hit|reading|writing|before|has "
    "occurred|on|connecting|from|in|at|for|failure|fault)",
    "(exceeded|hit|reached|exceeds|after|by|with|got|received|encountered|"
    "experienced|the|a) (the|a|) timeout",
    "(read|write|request|gateway|socket|query|connection|statement|operation|"
    "response|task|io|idle|session|network|client|server|execution|pool|rpc|"
    "command|transaction|process|receive|send|ack|job|command|navigation|"
    "upstream|backend|api|call|function|lambda|poll|polling|wait|activity|"
    "workflow|step|build|test|script|sync|fetch|download|upload|page|"
    "inactivity|heartbeat|visibility|communication|bus|device|i2c|modbus|"
    "watchdog|reply|answer|election|lease|future|promise|await) (timeout|time "
    "out|timeouts)",
    "# (ms|s|sec|seconds|milliseconds|minutes|m) timeout",
    "timeout # (ms|s|sec|seconds|milliseconds|) (exceeded|expired|)",
    "(deadline|time limit|time budget|time allotted|allotted "
    "time|timeout|lease time) .. "
    "(exceeded|expired|elapsed|passed|reached|missed|ran out|is over)",
    "(exceed~|past|missed|over|beyond|overran) (the|its|a|) (deadline|time "
    "limit|allotted time|time budget|maximum execution time|max execution "
    "time|maximum time|execution time limit|maximum allowed time|response time "
    "limit|maximum duration|max duration|maximum runtime|walltime|wall "
    "time|wall clock|time allowed)",
    "(time|walltime|wall clock|soft time|hard time|cpu time|execution "
    "time|runtime|duration) (limit|budget|quota) "
    "(exceeded|reached|expired|hit|)",
    "(no|without) "
    "(response|reply|answer|acknowledgement|acknowledgment|ack|data|heartbeat|"
    "progress|activity|output|input|result) .. (within|after|in time|for|in) #",
    "(no|without) (response|reply|answer|ack|data|progress) .. in time",
    "$cannot (occur|respond|complete|start|finish|become ready|become "
    "available|reply|answer|acknowledge|return|come up|be completed|be "
    "acknowledged|connect|acquire|stabilize|converge|arrive|terminate|stop|"
    "drain|execute|be delivered|produce) .. (within|in time|on time|in #|after "
    "#|before)",
    "(not|never) .. "
    "(completed|finished|responded|received|acknowledged|answered|become|ready|"
    "done|delivered) .. (within|in time|on time|before the deadline|in # "
    "seconds|after # seconds)",
    "(took|taking|takes|ran|running|run|blocked) (too|longer|for more|for "
    "longer|more) (long|than) ",
    "(took|taking|takes|ran|running) too long",
    "execution expired",
    "(maximum|max) (execution|run|processing|wait) time .. "
    "(exceeded|reached|elapsed|of)",
    "(maximum|max) execution time",
    "gave up waiting",
    "(waited|waiting) (too long|more than|longer than|for too long)",
    "(still|after) waiting (after|for) #",
    "(expired|elapsed) (while|before|without|waiting)",
    "(wait|waiting|waited) .. (timed out|timeout|time out)",
    "(query|statement|request|operation|task) .. "
    "(canceled|cancelled|cancelling|canceling|killed|aborted) .. "
    "(timeout|deadline|statement timeout|time limit|too long)",
    "user requested cancel of current operation",
    "watchdog (timeout|timer|expired|triggered|bite|reset|fired)",
    "(stalled|stuck) (for|after) #",
    "(soft|hard) lockup",
    "(hung|blocked) (task|for more than)",
    "was cancelled .. timeout",
    "http client timeout",
    "(slow|too slow) (to respond|query|response)",
    "(is|are|was|were|) not responding",
    "$cannot (respond|answer|reply)",
    "(not|no) (respond|response|responding) (in|within) time",
};

constexpr Meaning kTimeoutWord = Says(kTimeout, 2.5);
constexpr P kTimeoutWordWords[] = {
    "(error|failed|failure) waiting for .. to "
    "(become|be|reach|start|finish|complete)",
    "statement due to user request",
    "(wait|waiting) for .. (exceeded|failed)",
    "no (response|reply|answer)",
    "(timeout|timing out|time out)",
    "(task|operation|request|call) (was|is|has been) (canceled|cancelled)",
    "task canceled exception",
    "task cancelled error",
    "operation canceled exception",
    "(no|without) (response|reply|answer) (received|was received|from .. "
    "device)",
    "(deadline|overdue|stalled|unresponsive)"};

constexpr Meaning kRate = Says(kRateLimit, 7).With(kNotBegun);
constexpr P kRateWords[] = {
    "resource has been exhausted .. check quota",
    "max (questions|queries|updates|requests|calls) .. resource",
    "(max|maximum) (questions|queries per hour|updates per hour|connections "
    "per hour)",
    "too many tokens per day",
    "too many parts",
    "too many .. (recently|lately|already issued|in the last|within one|in a "
    "short)",
    "per # (minute|minutes|second|seconds|hour|hours|min|s)",
    "(secondly|minutely|hourly|burst|per second|5 hour|short term) "
    "(limit|quota|cap|allowance)",
    "(weight|requests) .. (used|limit) .. per",
    "(rate|requests|frequency|call frequency|access frequency) .. too "
    "(high|fast|frequent)",
    "(ingress|egress|traffic) over .. limit",
    "rate type",
    "spike arrest",
    "rate (limit|limits|limited|limiting|limiter|exceeded|exceeds|too high)",
    "rate limit (exceeded|error|reached|hit|exceeded exception|policy)",
    "(ratelimited|ratelimit|ratelimits)",
    "$exceeds .. (rate|request rate|rate limits|rate limit)",
    "too many (requests|request|calls|attempts|queries|api calls|login "
    "attempts|messages|operations|logins|submissions|retries|downloads|pulls|"
    "outstanding requests|concurrent requests|pending "
    "requests|hits|commands|emails|sms|concurrent|simultaneous|parallel|failed "
    "attempts|table update operations|updates|transactions in "
    "progress|orders|searches|actions|invocations|subscriptions "
    "in|writes|reads|events)",
    "throttl~",
    "throttle (exception|error|limit)",
    "(throttler|throttles|throttled exception|throttling exception)",
    "slow down",
    "slowdown",
    "(requests|tokens|calls|queries|messages|operations|transactions|writes|"
    "reads|units|events|emails|bytes|records|connections|attempts|invocations|"
    "downloads|pulls|points|images|characters|points used) per "
    "(minute|second|hour|sec|min|100 seconds|user|# seconds|# minutes)",
    "per (minute|second|100 seconds|hour|60 seconds|10 seconds|sec)",
    "(queries|calls) per",
    "(request|api|call|throughput|bandwidth|message|send|sending|publish|iops|"
    "write|read|qps|rps|tps|tpm|rpm|tpd|request units|ru) "
    "(limit|limits|quota|cap) (exceeded|reached|hit|has been reached|was "
    "exceeded|)",
    "(throughput|bandwidth|iops) .. (exceeded|exhausted|limit)",
    "provisioned throughput .. (exceeded|exceeded exception)",
    "request rate (is|) (large|too high|too large)",
    "secondary rate",
    "enhance your calm",
    "calm down",
    "(concurrency|concurrent request|concurrent requests|concurrent "
    "execution|concurrent connection|parallel request|simultaneous|concurrent "
    "query) (limit|limits|quota) (exceeded|reached|)",
    "(concurrent|simultaneous|parallel) "
    "(requests|request|executions|invocations|queries|calls|jobs|streams|"
    "operations|uploads|downloads)",
    "maximum .. (concurrent|simultaneous) "
    "(requests|queries|calls|executions|streams|operations)",
    "flood (wait|control|protection|limit|)",
    "(requests|messages|called|calling|sent|sending|posting|polling|request|"
    "sending requests) too (frequent|frequently|quickly|fast|often)",
    "too (frequent|frequently|often|fast)",
    "(over|exceeded) .. (rps|qps|tps|rpm|tpm)",
    "(overlimit|over the limit for)",
    "reduce (your|the|) (request|sending|call|) rate",
    "try again after the rate",
    "at a rate that",
    "abuse detection",
    "limit (exceeded|reached) .. (per|in) (minute|second|hour|# seconds)",
    "(limited|limiting) (requests|request|traffic|connections|the number of)",
    "(back pressure|backpressure)",
    "rejected execution (exception|of|)",
    "temporarily (blocked|limiting|limited|rate|throttled|banned|locked out)",
    "(quota|limit) .. per (minute|second|100 seconds|hour|user per)",
    "(spam|burst) (limit|protection|detected|capacity)",
    "capacity exceeded for this model",
    "(cool down|cooldown|cooling down)",
    "wait .. (before|until) (trying|retrying|you "
    "try|sending|requesting|making|the next|another)",
    "(request|message) (was|) dropped .. (rate|overload)",
};

constexpr Meaning kWaitTold = Says(kRateLimit, 2.2);
constexpr P kWaitToldWords[] = {
    "in # (s|sec|seconds) : retry",
    "(please|must|should|need to) wait",
    "(try again|retry|available again|available|again|allowed) (in|after) #",
    "retry after #",
    "retry after",
    "wait # (s|sec|seconds|second|minutes|minute|ms|more)",
    "limit (resets|will reset|reset)",
};

constexpr Meaning kRateSpent = Says(kRateLimit, 8)
                                   .First(Strategy::kEscalation)
                                   .With(Meaning::kRetryIsVain)
                                   .With(kNotBegun);
constexpr P kRateSpentWords[] = {
    "(frequency|velocity) limit",
    "daily (limit|quota|request limit|usage limit|allowance|sending "
    "quota|cap|message limit|allotment|user sending limit|maximum) "
    "(exceeded|reached|)",
    "(quota|limit) will (be reset|reset) at",
    "(requests|tokens|calls|queries|messages|emails|units|uploads|downloads|"
    "transactions|searches|sms) per day",
    "(per day|perday|in a day|in one day|for today|today's)",
    "(resets|reset) at midnight",
    "(limit|quota|allowance|maximum) .. (per day|for the day|for "
    "today|today|daily|24 hours|24 hour|per 24)",
    "(again|reset|resets|renews|until|resume|resumes) .. (tomorrow|next day)",
};

constexpr Meaning kQuotaPerTime = Says(kRateLimit, 11);
constexpr P kQuotaPerTimeWords[] = {
    "quota exceeded for (metric|quota metric|quota group)",
    "limited (read|write|query) plan limit",
};

constexpr Wordings kTable[] = {
    {kQuotaPerTime, kQuotaPerTimeWords},
    {kConnectTimeout, kConnectTimeoutWords},
    {kTimeOver, kTimeOverWords},
    {kTimeoutWord, kTimeoutWordWords},
    {kRate, kRateWords},
    {kWaitTold, kWaitToldWords},
    {kRateSpent, kRateSpentWords},
};

}  // namespace

absl::Span<const Wordings> TimeWordings() { return kTable; }

}  // namespace recourse
