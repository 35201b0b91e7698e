// A server that is busy, away for a while, or in trouble of its own.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kUnavailable = Says(kTransient, 4.5);
constexpr P kUnavailableWords[] = {
    "too many # (error|) responses",
    "(greylisted|greylisting|greylist|graylisted|graylisting)",
    "(issuer|switch|host|system|bank|acquirer|network|institution|processor|"
    "exchange|carrier|terminal) .. (inoperative|down|unavailable|out of "
    "service)",
    "(shutdown|termination|stop) signal",
    "(not enough|insufficient|no) (good|live|in sync|healthy|) "
    "(replicas|replicas online|drives online|members|voters)",
    "noreplicas",
    "(unhealthy|dead) (instances|replicas|replica|nodes|members)",
    "$cannot (achieve|reach|form) .. quorum",
    "(no|without|lost|loss of|losing) quorum",
    "quorum (lost|loss|not available|not reached|not met)",
    "zombie (job|task)",
    "(daemon|worker|agent) (disappeared|vanished)",
    "$cannot find .. leader",
    "leadership (lost|transfer|changed|transferred)",
    "(card|chip|barcode|tag|badge|swipe) read (error|failure|failed)",
    "(please|and|then) (swipe|insert|scan|tap|dial|call|present) .. again",
    "(slave|server|remote|field|target) device busy",
    "(replica|replicas) failed to (execute|respond|read|write)",
    "no (scan node|) backend available",
    "not currently (available|accepting|accessible|serving|reachable)",
    "busy (here|everywhere)",
    "(error|code|status|reason) .. busy",
    "too much load",
    "does not permit further calls",
    "executor lost",
    "scoreboard .. full",
    "(service|server|system|node|resource|backend|endpoint|database|host|"
    "cluster|site|api|gateway|application|model|engine|region|function|broker|"
    "instance|replica|worker|services|servers|store|storage|cache|registry|"
    "scheduler|feature|partition|index|shard|provider|upstream) "
    "(temporarily|currently|momentarily|temporary|presently|still|at present|) "
    "(unavailable|not available|overloaded|busy|too busy|under "
    "load|degraded|unhealthy|not ready|down for maintenance|in "
    "maintenance|under maintenance|offline for maintenance|at capacity|out of "
    "service)",
    "(service|server|currently|temporarily|momentarily) (unavailable|not "
    "available|not ready)",
    "(temporarily|currently|momentarily) "
    "(overloaded|disabled|suspended|down|out of service|at capacity|unable "
    "to|inaccessible|offline|busy|closed)",
    "unavailable (exception|error|for the moment|at the moment|right now|at "
    "this time)",
    "not available (at the moment|right now|at this time|now|currently)",
    "bad gateway",
    "no (healthy|live|available|ready) "
    "(upstream|upstreams|backend|backends|instance|instances|workers|worker|"
    "endpoints|replicas|replica|server "
    "is|executors|executor|shard|shards|provider|agents|runner|runners|primary|"
    "leader|members)",
    "no (shard|shards|replica|replicas) available",
    "backend (fetch failed|error|failure|unavailable|is down)",
    "$cannot (handle|service|process|serve|fulfill|accept) "
    "(the|your|this|new|more|any|) "
    "(request|requests|connections|traffic|work|jobs|queries) (at this "
    "time|right now|at the moment|now|currently|)",
    "overload~",
    "overloaded error",
    "(server|system|node|service|line|database|device|redis|engine|host|queue|"
    "all circuits|network|operator|printer|drive|bus|channel) (is|are|too|) "
    "(busy|too busy|congested|saturated)",
    "(busy|congested) (now|right now|at the moment|try)",
    "high (demand|load|traffic|volume)",
    "(heavy|excessive|peak|increased) (load|traffic|demand)",
    "(under|for|in|scheduled|planned|emergency|routine|ongoing|undergoing) "
    "(maintenance|upgrade)",
    "maintenance (mode|window|downtime|in progress|break)",
    "(temporary|transient|intermittent|momentary|sporadic|short term) "
    "(local|system|server|network|lookup|internal|service|) "
    "(error|failure|problem|issue|outage|condition|fault|glitch|errors|"
    "failures|problems)",
    "temporarily (deferred|not available|failed|rejected|failing|out)",
    "transient (exception|error|fault|)",
    "internal server error : please",
    "web server is down",
    "(circuit|circuit breaker|breaker) .. (open|is open|opened|tripped)",
    "call not permitted exception",
    "(queue|buffer|backlog|inbox|request queue|send queue|ring buffer|channel) "
    "(is|was|) full",
    "queue full",
    "server is temporarily",
    "busy loading",
    "(outage|brownout|degraded performance)",
    "(dependency|dependent service|downstream|upstream) .. "
    "(unavailable|failed|failure|error|unhealthy)",
    "(failed|unhealthy) upstream",
    "engine dead error",
    "(not enough|too few|insufficient) (replicas|in sync "
    "replicas|nodes|members|brokers|live nodes|quorum|data nodes|voters)",
    "$cannot achieve consistency",
    "(no|lost|without|loss of) (quorum|leader|master|primary|coordinator)",
    "consistency level",
    "(crashed|was restarted|has restarted|died) .. (restarting|retry|again)",
    "(spot|preemptible) (instance|vm|node) .. "
    "(interrupted|reclaimed|terminated|preempted|interruption)",
    "(was|been|is being) preempted",
    "(evicted|preempted|reclaimed|drained)",
};

constexpr Meaning kChanging = Says(kTransient, 5);
constexpr P kChangingWords[] = {
    "(in|is in) (readonly|read only) mode",
    "running with .. option so it cannot execute",
    "cursor (id|) .. not found",
    "not in active state",
    "(unexpected|invalid|wrong|in) state "
    "(terminating|pending|starting|stopping|restarting|creating|deleting|"
    "initializing|resizing)",
    "server is in read only",
    "in state "
    "(pending|creating|provisioning|starting|updating|initializing|booting|"
    "stopping|deleting)",
    "(in|in the|in a) "
    "(pending|creating|provisioning|starting|updating|initializing|booting|"
    "stopping|deleting) (state|status|phase)",
    "(acquiring|reacquiring|resynchronizing|reconnecting|re establishing)",
    "(quiescing|quiesced)",
    "(page|browser|context|target|tab|frame) .. (closed|crashed|destroyed)",
    "target closed",
    "(is|are|still|currently|being|was|) (starting up|initializing|warming "
    "up|restarting|rebooting|recovering|bootstrapping|failing over|shutting "
    "down|reloading|resyncing|draining|upgrading|rolling back)",
    "still (starting|loading|creating|provisioning|pending|building|in "
    "progress|initializing|syncing|running|booting|propagating|deploying)",
    "(not|isn't|aren't|wasn't) (yet|fully) "
    "(ready|initialized|started|loaded|synced|propagated|online|bootstrapped|"
    "serving|in service|available yet|settled|provisioned|caught "
    "up|replicated)",
    "(not|isn't|aren't|wasn't) "
    "(ready|synced|propagated|online|bootstrapped|serving|in service|available "
    "yet|settled|provisioned|caught up|replicated)",
    "(server|service|node|broker|cluster|engine|index|shard|database|agent|"
    "cache|session|worker|backend|instance) (is|was|) not "
    "(initialized|started|loaded)",
    "(not|nothing) .. yet",
    "(is|currently|busy|still|model) loading",
    "loading (model|the dataset|redis|in progress|data set)",
    "(leader|master|primary|controller) (election|changed|not available|not "
    "found|lost|not elected|stepped down|moved|unknown|is "
    "changing|failover|not discovered)",
    "(not|no longer|isn't) (the|a|) (current|) "
    "(leader|primary|master|active|controller|coordinator|writable "
    "primary|leader or follower)",
    "(no|lost|new|missing|unknown) "
    "(leader|master|primary|coordinator|controller)",
    "(election|rebalance|reconfiguration|re "
    "election|resharding|migration|compaction|checkpoint|restore|recovery) "
    "(is|) in progress",
    "stepped down",
    "(leader|coordinator|group coordinator|partition leader) .. not available",
    "read only "
    "(replica|slave|follower|standby|because|transaction|option|state|sql "
    "transaction)",
    "(node|server|host|region server|process|worker) .. (read only|super read "
    "only) (option|mode)",
    "(in|entering|entered) (recovery|safe|standby|degraded|read only) mode",
    "(recovery|safe) mode",
    "(shutdown|shut down|restart|reboot|failover|recovery|startup|redeploy) "
    "(is |) in progress",
    "(server|node|service|broker|instance|process|pod|application|app) "
    "(is|was|has been|being|) (stopping|shutdown|shut "
    "down|terminating|restarted|evicted|preempted|starting)",
    "being "
    "(restarted|moved|migrated|deployed|updated|upgraded|rebuilt|provisioned|"
    "created|recreated|scaled|relocated)",
    "(clusterdown|masterdown|tryagain|loading redis)",
    "cluster is down",
    "(cold|warm) start",
    "ora (01033|12528|01089|01034)",
    "coordinator (not available|load in progress|is loading)",
    "stale element reference",
    "not attached to the page document",
    "(unknown|fenced|stale) leader epoch",
    "interrupted at shutdown",
    "(does not|doesn't) (host|have) (this|the) topic partition",
    "unknown topic or partition",
    "(no longer|not) .. (responsible|owner) for",
    "(replication|replica|index|cache|catalog|state) .. (lag|behind|out of "
    "sync|catching up)",
    "(eventual consistency|eventually consistent|propagat~)",
    "(standby|passive) (node|server|instance|mode)",
    "(region|partition|shard|slot|range|tablet|bucket) .. (moved|is "
    "moving|splitting|migrating|offline|unavailable|relocating|not served|not "
    "online|reassigned|unassigned)",
    "regions server .. not serving",
    "not serving region",
};

// A model's sampled output; the next sample may do.
constexpr Meaning kSampled = Says(kTransient, 9).Of(ErrorType::kGeneration);
constexpr P kSampledWords[] = {
    "$cannot parse (llm|model|model's|assistant|agent|ai|completion) "
    "(output|response|answer|reply|completion)",
    "$cannot parse (function call|tool call|json from model|the model's "
    "response)",
    "output (parsing|parser)",
    "output parser exception",
    "parse llm",
    "(invalid|malformed|unparseable|empty) "
    "(llm|model|assistant|agent|ai|completion) (output|response|answer)",
    "(model|llm|assistant|agent) "
    "(returned|produced|generated|gave|output|emitted) .. "
    "(invalid|empty|malformed|unparseable|no|incomplete|blank|nothing|not "
    "valid)",
    "model output could not",
    "malformed (function|tool) call",
    "no (generations|candidates|choices) (returned|in response|found|)",
    "(empty|blank) (completion|generation)",
    "response .. (was not valid|is not valid|did not contain valid) json",
    "(tool|function) call .. (invalid|malformed) json",
    "(agent|model) .. stopped (before|without) (finishing|an answer)",
    "(hallucinated|degenerate|repetitive output)",
};

constexpr Meaning kServerFault = Says(kTransient, 2.5);
constexpr P kServerFaultWords[] = {
    "internal (server|service|api) "
    "(error|errors|failure|exception|fault|problem)",
    "(server|service|api|backend|upstream) (had|encountered|experienced) "
    "(an|a|) (internal|unexpected|) "
    "(error|problem|exception|failure|condition)",
    "(server|service|upstream|backend|gateway|cluster|api|provider) (side|) "
    "(error|failure|exception|fault|errors)",
    "(something|anything) went wrong (on our|on the server|on our end|at our)",
    "an error occurred (on the server|on our side|processing your "
    "request|while processing your request|on our end)",
    "api error (occurred|)",
    "unexpected (server|upstream|backend|internal) "
    "(error|failure|condition|response)",
    "(error|exception) on the server",
    "(our|the) (side|end) : please",
    "stream error (exception|)",
};

// Whose, the text does not say; a status or another word may.
constexpr Meaning kInternal = Says(kTransient, 1.7);
constexpr P kInternalWords[] = {
    "internal (error|errors|failure|exception|fault|problem)",
};

constexpr Meaning kTryAgain = Says(kTransient, 1.7);
constexpr P kTryAgainWords[] = {
    "(retry|retrying) in #",
    "will retry",
    "(please|kindly|and|or|then|) try (again|later|your request again|it "
    "again|the request again|once more|again in a|this again) "
    "(later|shortly|soon|in a few|in a|momentarily|in a moment|in some time|)",
    "(please|kindly|should|must|then|) retry (later|the request|your "
    "request|the operation|the call|again|the transaction|this "
    "request|it|shortly|with backoff|with exponential)",
    "please retry",
    "(come|check) back (later|soon|in a)",
    "often intermittent",
};

constexpr Meaning kForNow = Says(kTransient, 3);
constexpr P kForNowWords[] = {
    "(failover|fail over|switchover)",
    "not (initialized|started|loaded)",
    "worker lost",
    "(unavailable|temporarily|temporary|intermittent|intermittently)",
    "(retryable|retriable|is retryable|safe to retry)",
    "(can|should|may|could|must|will) be (retried|repeated)",
    "a (simple|) retry",
};

constexpr Meaning kInterrupted = Says(kTransient, 2);
constexpr P kInterruptedWords[] = {
    "(interrupted|interruption)",
    "(sigterm|terminated by signal)",
    "(was|been|is) interrupted",
    "(degraded|busy|unhealthy)",
};

// By whom, the text does not say.
constexpr Meaning kCancelled = Says(kTransient, 1.5);
constexpr P kCancelledWords[] = {
    "(was|been|is) (cancelled|canceled|killed|terminated)",
    "context (canceled|cancelled)",
    "(aborted|cancelled by)",
    "starting",
};

constexpr Meaning kDied = Says(kTransient, 3);
constexpr P kDiedWords[] = {
    "(actor|worker|executor|driver|runner|process|agent|instance|node|"
    "container|task|kernel|pod|vm|host|job) .. "
    "(died|crashed|vanished|preempted|reclaimed|went away|disappeared|was "
    "lost)",
    "(spot|preemptible) .. (interruption|interrupted|reclaimed|preempted)",
};

constexpr Meaning kStaleHandle = Says(kTransient, 6)
                                     .First(Strategy::kEscalation)
                                     .With(Meaning::kRetryIsVain);
constexpr P kStaleHandleWords[] = {
    "stale (nfs|) file handle",
    "estale",
};

constexpr Meaning kKeeperSession = Says(kTransient, 9);
constexpr P kKeeperSessionWords[] = {
    "cached plan must not change",
    "keeper (error code|exception) .. session expired",
    "greylisted see",
};

constexpr Wordings kTable[] = {
    {kCancelled, kCancelledWords},     {kKeeperSession, kKeeperSessionWords},
    {kStaleHandle, kStaleHandleWords}, {kDied, kDiedWords},
    {kUnavailable, kUnavailableWords}, {kChanging, kChangingWords},
    {kSampled, kSampledWords},         {kServerFault, kServerFaultWords},
    {kTryAgain, kTryAgainWords},       {kForNow, kForNowWords},
    {kInterrupted, kInterruptedWords}, {kInternal, kInternalWords},
};

}  // namespace

absl::Span<const Wordings> ServerWordings() { return kTable; }

}  // namespace recourse
