// Memory, disk, descriptors, context windows, sizes, money.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kAskForLess = Strategy::kGracefulDegradation;

constexpr Meaning kMemory = Says(kResource, 6.5).First(kAskForLess);
constexpr P kMemoryWords[] = {
    "requires more (system|gpu|video|) memory",
    "more memory than",
    "$cannot allocate vector",
    "insufficient (virtual|) (storage in region|virtual storage)",
    "insufficient virtual storage",
    "(resources|resource) exceeded during",
    "in the allotted memory",
    "(out of|not enough|insufficient|low on|short of|short on|ran out of|run "
    "out of|no more|exhausted|no available|running out of|lack of) "
    "(memory|system memory|heap|heap memory|heap space|ram|vram|gpu "
    "memory|video memory|device memory|swap|virtual memory|physical "
    "memory|shared memory for|host memory|cuda memory|swap space|free "
    "memory|available memory|process memory)",
    "out of memory (error|exception|killer|)",
    "(outofmemory|outofmemoryerror|oom|oomkilled|enomem|omem)",
    "oom (killed|killer|kill|error|command)",
    "$cannot (allocate|reserve|malloc|commit|mmap|map) "
    "(memory|#|buffer|additional|enough|heap|a|an|the|backend|more|requested|"
    "bytes|page|pages|space for|gpu|storage for|large)",
    "(memory|buffer|heap|malloc|page|mmap|cuda malloc|cublas) "
    "(allocation|alloc|) (failed|failure|error|exhausted|limit exceeded|limit "
    "reached|limit|pressure|quota|exceeded|starvation|overflow error|full)",
    "(memory|heap|ram|vram|rss) .. "
    "(exceeded|exceeds|exhausted|limit|limits|too "
    "low|full|insufficient|exceeding)",
    "(exceed~|over|above) .. (memory|heap) (limit|limits|quota|budget|cap|)",
    "bad (alloc|allocation)",
    "(java|heap|metaspace|perm gen|direct buffer) (heap space|space|memory)",
    "gc overhead limit",
    "allowed memory size",
    "array .. (exceeds vm limit|too large to fit)",
    "requested array size exceeds",
    "circuit breaking exception",
    "maxmemory",
    "kv cache (is full|full|exhausted|space)",
    "no available memory",
    "mlock failed",
    "(killed|terminated|evicted) .. (memory|oom)",
    "(low|node|container) .. memory pressure",
    "(paging|page|swap) file .. too small",
    "(commit|working set) limit",
    "(segment|arena|pool) .. out of memory",
    "cublas status alloc failed",
};

constexpr Meaning kContext =
    Says(kResource, 7.5).First(kAskForLess).Of(ErrorType::kAiService);
constexpr P kContextWords[] = {
    "context (length|window|size|limit|overflow) (exceeded|error|limit|too "
    "long|too large|exceeds|)",
    "(exceed~|over|beyond|outside|longer than|larger than|too long "
    "for|overflow~) .. context (length|window|size|limit|)",
    "decrease input length",
    "(prompt|conversation|input|messages|history|request|query) .. too "
    "(long|many tokens|large for the model)",
    "(prompt|input|request|message|completion|output|sequence) tokens .. "
    "(exceed~|limit|maximum|too many|greater|larger|over)",
    "too many (tokens|input tokens|output tokens|prompt tokens)",
    "(reduce|shorten|decrease|truncate|cut) (the|your|) (length|prompt|number "
    "of tokens|message size|input|messages|number of "
    "messages|context|conversation|prompt length|your prompt)",
    "(token|tokens) (limit|limits|count|budget|length) "
    "(exceeded|exceeds|reached|too|)",
    "tokens (exceed~|over|beyond) ",
    "(maximum|max) (number of|input|output|context|prompt) (tokens|token)",
    "(request|prompt|input|message) too large for (model|gpt|the model)",
    "(request|prompt|input) too large for",
    "(kv|cache) (slot|slots)",
    "(maximum|max) (input|sequence|prompt) length",
    "length (limit was reached|finish reason|limit reached)",
    "string above max length",
    "too large for model",
    "(model's|model) maximum",
    "(sequence|input) length .. (longer|exceeds|larger|greater) .. maximum",
    "max (model len|seq len|position embeddings|tokens) .. "
    "(exceed~|reached|smaller|less)",
    "output limit was reached",
    "(context|prompt|input|tokens|history) .. (does not|doesn't|do "
    "not|won't|will not) fit",
};

// Doing less helps, and the text says of what.
constexpr Meaning kPayload = Says(kResource, 5).First(kAskForLess);
constexpr P kPayloadWords[] = {
    "(payload|request entity|content|request body|entity|request|data) (is|) "
    "too (large|big|long)",
    "(result "
    "set|result|response|output|query|search|dataset|selection|page|table) .. "
    "too (large|big|many rows|broad|expensive|complex)",
    "exceed~ .. (resource limits|maximum response size|max result size)",
    "decompression bomb",
    "(maximum|max) upload size",
    "too many "
    "(rows|results|records|objects|shards|buckets|partitions|columns|fields|"
    "open tabs|terms|clauses|documents|series|dimensions|points)",
    "exceed~ (resources|limit of|the limit of)",
    "query .. exceeded (resource|memory|limits|resources)",
    "(total|serialized) size .. (bigger|larger|greater) than",
    "(larger|bigger|greater) than (the|) (limit|maximum|max|allowed|buffer)",
    "(split|smaller) (it|the|batch|batches|requests|chunks|into)",
    "reduce (the|your|) (batch size|size|amount|number of|resolution|page "
    "size|limit|scope|range)",
    "(exceeded|exceeds|over|hit) .. (complexity|cost|depth|node) "
    "(limit|maximum|budget)",
    "(query|request) (complexity|cost) .. (exceed~|limit|too)",
};

// A hard limit, the same at the next try.
constexpr Meaning kTooLarge = Says(kPermanent, 5.5).First(kAskForLess);
constexpr P kTooLargeWords[] = {
    "max "
    "(content|body|message|payload|request|file|frame|packet|line|header|field|"
    "upload|response) (length|size) .. (exceeded|reached)",
    "(data|value|string) .. would be truncated",
    "(message|packet|file|record|attachment|image|document|value|header|"
    "headers|uri|url|body|item|batch|frame|string|line|name|key|query "
    "string|post|commit|object|row|event|upload|blob|field|text|column|"
    "document size|argument "
    "list|cookie|statement|datagram|input|parameter|title|comment|subject|path|"
    "filename|file name|entity|payload size|label|metadata) .. too "
    "(large|big|long)",
    "(message|packet|file|record|attachment|image|document|body|batch|payload|"
    "object|item|frame|value|string|row|event|upload|input|request|entity|blob|"
    "field|size|length) .. (exceed~|larger than|bigger than|longer "
    "than|greater than|over|above|surpass~) .. "
    "(limit|limits|maximum|max|size|allowed|bytes|mb|kb|characters|allowable|"
    "limitation)",
    "(too|is) (large|big) ",
    "(too large|too big|too long)",
    "(packet|file|message|string|line|argument) too (big|large|long)",
    "packet for query is too large",
    "max allowed packet",
    "larger than (the|) (max|maximum|limit)",
    "record too large",
    "exceed~ (the|) (maximum|max|allowed|permitted|size) "
    "(configured|allowed|message|file|request|upload|payload|length|permitted|"
    "supported|) (size|length|message size|file size|limit|)",
    "(maximum|max) "
    "(message|file|packet|request|attachment|record|item|object|payload|body|"
    "image|document|batch|configured message|allowed|frame|key|value|header) "
    "(size|length) (exceeded|limit|is|of|)",
    "(message|file|request|body|item|record|attachment|packet|payload|document|"
    "object|batch|image|entry|transaction) size .. "
    "(exceed~|limit|limits|maximum|too large|too big|over)",
    "(emsgsize|efbig|e2big|enametoolong)",
    "(uri|url|request uri|request line|argument list|file "
    "name|filename|path|name) too (long|large)",
    "header fields too large",
    "(exceed~|longer than) .. (characters|chars|bytes) "
    "(limit|long|maximum|allowed|)",
    "data (too long|truncation)",
    "value too long",
    "(msg|text|string|message) too long",
    "(at most|no more than|maximum of|up to|limited to) # "
    "(characters|bytes|mb|kb|items|elements|entries|mib|records)",
    "(arity|depth|nesting) (limit|too)",
};

constexpr Meaning kDisk = Says(kResource, 8.5).First(Strategy::kEscalation);
constexpr P kDiskWords[] = {
    "low on resource",
    "(reagent|consumable|coolant|oil|fluid|lubricant|solvent|gas) .. "
    "(low|empty|depleted)",
    "(cassette|hopper|bin|reservoir|magazine|roll|tray|canister|cartridge|"
    "bobbin|feeder) .. (empty|full|exhausted|low|depleted)",
    "load (letter|paper|a4)",
    "no (more|) spool space",
    "error 28 from storage engine",
    "(low on resource|on resource) : ephemeral storage",
    "allocate .. (table space|tablespace|filegroup|disk space|disk)",
    "media empty",
    "(table space|filegroup|log file) .. full",
    "(osd|osds|pool|pools|osd s|pool s|brick|datanode|ring|wal|oplog|heap "
    "dump) .. full",
    "full osd",
    "battery .. (below|low|critical|depleted|empty)",
    "(low|critical) battery",
    "no (cuda|) (gpus|gpu|cuda capable "
    "device|accelerator|accelerators|tpu|tpus|cuda devices) (are "
    "available|available|detected|found|)",
    "no (space left|free space|more space|space|disk space|room "
    "left|inodes|space available|storage left|free inodes)",
    "(enospc|edquot|53100|53200)",
    "(disk|drive|volume|filesystem|file "
    "system|partition|device|storage|mailbox|inbox|tablespace|log|transaction "
    "log|archive|database|tape|bucket|quota|data store|datastore|card|sd "
    "card|media|repository|store|journal|buffer pool|log "
    "segment|root|tmp|spool) (is|was|are|) (full|exhausted|out of space|over "
    "quota|almost full|100 full)",
    "(disk|disc) (full|quota|usage exceeded|space)",
    "(disk|storage|space|volume|tablespace) .. "
    "(full|exhausted|insufficient|running low|exceeded|not enough)",
    "(not enough|insufficient|out of|low|no|ran out of|run out of|lack "
    "of|running out of|less than|too little) (free|available|enough|local|) "
    "(disk|space|disk space|storage|storage space|free space|room|free disk "
    "space|space on|inodes|free storage|space in|tablespace)",
    "database space exceeded",
    "(space|storage|disk|mailbox|inode) quota",
    "quota .. (disk|storage|mailbox)",
    "could not extend file",
    "unable to (extend|persist to disk)",
    "store is read only",
    "flood stage",
    "(high|low|flood|disk) .. watermark",
    "read only allow delete",
    "out of shared memory",
    "ora (01653|01654|04031|01652|00257)",
    "misconf",
    "(archiver|archivelog) .. (stuck|full)",
    "(out of|low on|no) (paper|toner|ink|battery|film|fuel|media|tapes|ribbon)",
    "(paper|toner|ink|battery|cartridge|tray) (out|empty|low|is empty|is low)",
    "increase max locks per transaction",
    "max locks per transaction",
};

constexpr Meaning kHandles = Says(kResource, 7).First(kAskForLess);
constexpr P kHandlesWords[] = {
    "terminated abruptly",
    "kernel (died|crashed)",
    "(no|not enough) ip addresses",
    "kernel appears to have died",
    "(fork|pthread create|clone|vfork) .. resource temporarily unavailable",
    "sigkill",
    "signal 9",
    "(exit|exited) (code|status|with code|with status|with exit code|with "
    "exit status|) 137",
    "(exited|exit|killed) .. signal 9",
    "too many (open files|processes|threads|file handles|handles|open file "
    "descriptors|files open|open "
    "cursors|sockets|goroutines|watches|children|levels of symbolic links "
    "to|open handles|file descriptors|tasks|fds)",
    "(emfile|enfile|enobufs)",
    "no (more|free|available|) (file descriptors|file "
    "handles|processes|threads|handles|ports|local ports|ephemeral "
    "ports|semaphores)",
    "file descriptors",
    "(file "
    "descriptor|process|thread|handle|pid|cursor|ulimit|nofile|inotify|user "
    "process) (limit|limits) (reached|exceeded|)",
    "(unable to|can't|cannot|could not|failed to) (create|start|spawn|fork) "
    "(a|new|native|any more|another|) (native|) "
    "(thread|threads|process|fork|worker thread)",
    "new native thread",
    "cannot fork",
    "no buffer space available",
    "killed signal terminated",
    "signal : killed",
    "maximum open cursors",
    "inotify (watch|instances)",
    "system limit for number of file watchers",
};

constexpr Meaning kSlots = Says(kResource, 7).With(Meaning::kRetryHelps);
constexpr P kSlotsWords[] = {
    "(checking out|acquiring|acquire|obtaining) (a|) connection",
    "connection acquire timeout",
    "wait queue timeout",
    "exceeded limit of max warming",
    "max warming searchers",
    "nodes available : # insufficient",
    "(refused|rejected) : out of resources",
    "connection blocked : low on",
    "blocked connection",
    "(pool|pools) busy",
    "server reached .. setting",
    "(max request workers|max children|max clients)",
    "(connections|workers|slots|channels) not enough",
    "bulkhead (full|)",
    "no resource available",
    "too many (connections|clients|clients already|sessions|active "
    "sessions|open connections|client connections|db "
    "connections|users|concurrent connections|concurrent sessions|logged in "
    "users|open sessions|channels|leases)",
    "remaining connection slots",
    "(pool|connection pool|thread pool|worker pool|session pool|pools) .. "
    "(exhausted|is exhausted|depleted|empty|is full|limit|saturated|used up|no "
    "idle|timed out|timeout)",
    "(timeout|timed out|waited|waiting|unable|could "
    "not|couldn't|cannot|failed) .. "
    "(connection|resource|object|client|session|channel) from (the|) pool",
    "connection from (the|) pool",
    "connection (from|) pool (timeout|error|timed out)",
    "pool timeout",
    "pooled (connections|connection)",
    "couldn't get a connection after",
    "$cannot get (a|) (connection|resource|jdbc connection) .. pool",
    "connection (is|) not available : request timed out",
    "connection not available and request was dropped",
    "dropped from queue after",
    "pool limit",
    "(connection|connections|session|sessions|client|clients|channel|user) "
    "(limit|limits|slots|quota) (exceeded|reached|exhausted|hit|are reserved|)",
    "(max|maximum) (number of|) "
    "(clients|connections|sessions|users|channels|user connections|client "
    "connections|concurrent connections) (reached|exceeded|allowed|)",
    "no more (connections|sessions|clients|channels|licenses)",
    "(53300)",
    "ora (00018|00020|12516|12519|12520)",
    "max user connections",
    "(all|no) (free|available|idle|) "
    "(slots|workers|licenses|seats|runners|agents|executors|threads|lines|"
    "trunks|channels|connections) (are|is|) (in "
    "use|busy|taken|available|occupied|free|used)",
    "no (free|available|idle) "
    "(slot|slots|worker|license|seat|seats|licenses|connection slot|slots "
    "available)",
    "(licensed number of users|license limit|licenses are in use|number of "
    "users already reached)",
    "thread pool .. (rejected|exhausted|saturated)",
};

constexpr Meaning kMoney = Says(kResource, 10).First(Strategy::kEscalation);
constexpr P kMoneyWords[] = {
    "credits exceeded",
    "(credit|credits) (limit|quota) exceeded",
    "insufficient funds for",
    "set up billing",
    "free (tier|time|plan|trial|quota|credits) "
    "(limit|exhausted|used|exceeded|ended)",
    "insufficient (quota|credit|credits|balance|account balance|prepaid)",
    "(overdue payment|past due|payment overdue|delinquent|unpaid invoice)",
    "billing (hard limit|account|not "
    "enabled|disabled|issue|details|problem|failed|required)",
    "(credit|account|prepaid|wallet|token) (balance|credits) (is|too|) (too "
    "low|low|insufficient|exhausted|negative|depleted|zero|)",
    "payment required",
    "exceeded your current quota",
    "check your plan",
    "(out of|no|not enough|insufficient|ran out of|zero|more) "
    "(credits|credit|tokens left|balance|funds|prepaid)",
    "credits (remaining|exhausted|left|depleted)",
    "(spending|spend|cost|usage|budget|monthly|annual|yearly|plan|billing|free "
    "tier|free plan|trial|seat|subscription|free quota|api "
    "usage|licence|license) (limit|limits|cap|quota|allowance|budget) "
    "(exceeded|reached|has been reached|hit|exhausted|was reached|)",
    "(usage|monthly|plan|spend) (limit|limits|quota|cap) (reached|exceeded)",
    "budget (exceeded|has been exceeded|limit)",
    "exceeds your quota",
    "(upgrade|change|increase) (your|the|to a|to) "
    "(plan|subscription|tier|account|paid|quota|higher plan)",
    "purchase more",
    "(trial|subscription|license|licence|plan|free "
    "trial|evaluation|contract|support) (period|key|) (has|is|) "
    "(expired|ended|lapsed|over|cancelled|canceled|inactive|suspended)",
    "specified api usage limits",
    "usage limits",
    "(paid|premium|pro|enterprise) (plan|tier|feature|account|subscription)",
};

constexpr Meaning kMoneyHint =
    Says(kResource, 3.5).First(Strategy::kEscalation);
constexpr P kMoneyHintWords[] = {
    "(monthly|per month|annual|billing|prepaid|subscription|recharge|top up)"};

constexpr Meaning kQuota = Says(kResource, 3.8).First(Strategy::kEscalation);
constexpr P kQuotaWords[] = {
    "limit exception",
    "(quota|quotas|limit|limits|cap|maximum|allowance) .. "
    "(exceeded|reached|has been reached|exhausted|hit|used "
    "up|met|depleted|exceeds)",
    "(limit|quota) (exceeded|reached) (exception|error|)",
    "(exceed~|over|reached|hit|surpass~) .. "
    "(quota|quotas|limit|limits|allowance|allotment|allocation|capacity|"
    "maximum|cap)",
    "(quota|quotas)",
    "maximum (allowed|number|count|capacity)",
    "(resource|service|hard|soft|account|project) (limit|limits|quota|quotas)",
    "(maximum|max) number of",
    "(capacity|storage) (exceeded|limit)",
    "too many "
    "(instances|volumes|resources|buckets|functions|keys|tags|rules|nodes|pods|"
    "projects|files|entries|items|members|indexes|tables|databases)",
};

constexpr Meaning kOverQuota = Says(kResource, 7).First(Strategy::kEscalation);
constexpr P kOverQuotaWords[] = {
    "too many parts .. in all partitions",
    "insufficient (cpu|cores|vcpu|gpu)",
    "over quota",
    "quota has been exceeded for resource",
    "exceeded quota",
    "(maximum|minimum) (memory|cpu|storage) usage per (container|pod)",
    "(vcpu|cpu|cores|core|gpu|ip address|elastic "
    "ip|instance|vpc|snapshot|volume|disks|ssd) .. (limit|quota|limits) .. "
    "(exceeded|reached|)",
    "(maximum|max) allowed (cores|instances|resources|nodes)",
};

constexpr Meaning kExhausted =
    Says(kResource, 2.2).First(Strategy::kEscalation);
constexpr P kExhaustedWords[] = {
    "full",
    "(resource|resources) (exhausted|has been "
    "exhausted|limit|unavailable|exhaustion|shortage|constraint|starvation)",
    "(exhausted|depleted|has been exhausted|used up|exhaustion|ran "
    "out|starvation|saturated|allocation failed|allocation failure)",
    "(not enough|insufficient|out of) "
    "(resources|resource|capacity|cpu|gpu|bandwidth|handles|slots|buffers|"
    "entropy|nodes|ports)",
    "out of",
};

constexpr Meaning kMemoryWord = Says(kResource, 2.2).First(kAskForLess);
constexpr P kMemoryWordWords[] = {"memory"};

constexpr Meaning kNoCapacity =
    Says(kResource, 6.5).First(Strategy::kAlternativePath);
constexpr P kNoCapacityWords[] = {
    "no valid host",
    "not enough hosts",
    "not accepted any resources",
    "unable to place a task",
    "no (available|capable|free) (devices|hosts|nodes) found",
    "(do not|does not|don't|doesn't|not) have (sufficient|enough) capacity",
    "insufficient (capacity|instance capacity|host capacity|db instance "
    "capacity|free addresses|cache cluster capacity|capacity exception|db "
    "cluster capacity)",
    "(zonal|regional) allocation failed",
    "(no|out of|not enough|without sufficient|insufficient|lacks) "
    "(capacity|host capacity|spot capacity|available capacity|gpu capacity)",
    "resource pool exhausted",
    "not have enough (resources|capacity) (available|)",
    "(sku|instance type|vm size|machine type|flavor|size) .. (not "
    "available|unavailable|sold out|not currently available)",
    "stockout",
    "(different|another|other) (region|zone|availability "
    "zone|location|instance type|machine type|vm size)",
    "not available in the location",
    "(no|out of) (stock|gpus|available gpus|vms|hosts)",
};

constexpr Meaning kTooLargeForRate = Says(kPermanent, 9).First(kAskForLess);
constexpr P kTooLargeForRateWords[] = {
    "request too large for .. .. tokens per",
    "tokens must be reduced",
};

constexpr Meaning kSoldOut =
    Says(kResource, 5).First(Strategy::kAlternativePath);
constexpr P kSoldOutWords[] = {
    "(no avail|waitlist|waitlisted|wait list) (open|only|)",
    "(sold out|no availability|fully booked|overbooked|no vacancy|no "
    "vacancies|out of stock|on backorder|back ordered|no longer in stock)",
    "(insufficient|not enough|no) "
    "(inventory|stock|seats|rooms|beds|berths|places|space on|availability)",
};

constexpr Wordings kTable[] = {
    {kSoldOut, kSoldOutWords},       {kTooLargeForRate, kTooLargeForRateWords},
    {kNoCapacity, kNoCapacityWords}, {kMoney, kMoneyWords},
    {kMoneyHint, kMoneyHintWords},   {kSlots, kSlotsWords},
    {kContext, kContextWords},       {kDisk, kDiskWords},
    {kMemory, kMemoryWords},         {kHandles, kHandlesWords},
    {kPayload, kPayloadWords},       {kTooLarge, kTooLargeWords},
    {kOverQuota, kOverQuotaWords},   {kQuota, kQuotaWords},
    {kExhausted, kExhaustedWords},   {kMemoryWord, kMemoryWordWords},
};

}  // namespace

absl::Span<const Wordings> ResourceWordings() { return kTable; }

}  // namespace recourse
