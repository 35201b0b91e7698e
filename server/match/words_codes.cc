// Names of codes: of systems, protocols and vendors, where the name stands for
// the whole message.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kAskPeople = Strategy::kEscalation;
constexpr auto kAskForLess = Strategy::kGracefulDegradation;

constexpr P kAgain[] = {
    "(eagain|ewouldblock|wsaewouldblock|eintr|wsaeintr|ealready|einprogress|"
    "wsaeinprogress|erestart)",
    "(nfs4err|nfs3err|nfserr) (grace|delay|jukebox|old stateid|stale)",
    "rpc e (call rejected|servercall retrylater)",
    "(servercall retrylater|call rejected)",
    "lock contention retry",
    "io would block",
};

constexpr P kDown[] = {
    "no (dhcpoffers|dhcpoffer|offers|dhcpack) received",
    "no (selectable|suitable|usable|reachable|responding) "
    "(sources|source|upstreams|servers|peers|mirrors|mirror|gateways|"
    "candidates)",
    "$cannot (synchronise|synchronize)",
    "incomplete read (error|)",
    "# bytes read .. expected",
    "(enonet|ecomm|elinkdown|eshutdown|wsaeshutdown|wsaenetreset|enetreset|"
    "enotconn|wsaenotconn|wsaehostdown|wsaenetdown|wsaehostunreach|"
    "wsaenetunreach)",
    "(net name|netname) deleted",
    "(bad netpath|bad net path|rem not list|unexp net err|dev not exist)",
    "(network|net) path .. not found",
    "(rpc s|rpc) (server unavailable|call failed|comm failure)",
    "rpc (s call failed|x bad stub data)",
    "mqrc .. (host not available|connection broken|connection error|channel "
    "not available|q mgr not available|connection stopped)",
    "(host not available|connection broken|connection quiescing)",
    "(comm lost|comm failure|commerror)",
    "cdrom (disconnect|lost)",
    "(detach|detached) forced",
    "link (detach|detached|detaching)",
    "session moved (exception|)",
    "no eligible (servers|nodes|hosts|brokers|peers|targets)",
    "$cannot talk to .. (server|keeper|zoo keeper|peer|broker|daemon|node)",
    "(tunnel|argo tunnel) (error|failed|unavailable|disconnected)",
    "unregistered from .. tunnel",
    "08s01",
};

constexpr P kTimeUp[] = {
    "(etime|wsaetimedout|sem timeout|sigxcpu|sigalrm)",
    "(timelimit|time limit) exceeded",
    "cpu (time|) limit (exceeded|reached)",
    "(terminated|killed|cancelled|canceled|aborted|ended) because .. long "
    "running",
    "(interval|period|duration|grace|delay) .. exceeded by #",
    "maximum poll interval",
    "poll interval .. exceeded",
    "(session|transaction) .. terminated .. long running",
};

constexpr P kShort[] = {
    "no (address|addresses|ip|ips|lease|leases|port|ports|prefix) available",
    "$cannot start (video|audio|camera|microphone) source",
    "(received|got) .. killed signal",
    "(disk|storage|volume|card|memory) .. # (taken|full|used|occupied) ",
    "at # .. of .. (metadata|capacity|space|quota|inodes)",
    "(enolck|emlink|enosr|ebadslt|wsaenobufs|wsaemfile)",
    "no record locks (available|left)",
    "(number|total number) of locks exceeds",
    "lock table (size|is full|full|overflow)",
    "out of (locks|lock entries|lock objects|latches|undo)",
    "$cannot (obtain|get) a lock resource",
    "resource error",
    "mqrc q full",
    "(nfs4err|nfserr) (dquot|nospc)",
    "$cannot allocate .. (pages|page|extent|extents|segment) in (table "
    "space|tablespace|filegroup|datafile)",
    "$cannot extend .. (segment|table|index|rollback|undo|lob|tablespace|"
    "cluster)",
    "(unable to|cannot) extend",
    "excessive .. (usage|consumption)",
    "excessive (log|space|memory|disk|cpu|resource) (space|) (usage|use)",
    "(max|maximum) (size|count|number) (is|) (reached|exceeded)",
    "(max|maximum) num (subscriptions|clients|connections|endpoints|flows) "
    "(exceeded|reached)",
    "max .. per (user|tenant|account|project|pod|core|metric|label|topic)",
    "maximum (shards|indices|indexes|streams|topics|partitions|queues|fields|"
    "labels|series|rules|routes|tables|replicas|consumers) "
    "(open|allowed|reached|exceeded|per)",
    "(currently|already) has # : # maximum",
    "(enough|insufficient|not enough) bandwidth",
};

constexpr P kBySize[] = {
    "(maximum|max) (payload|message|packet|frame|body|record|request|response) "
    "(violation|exceeded|size violation)",
    "(byte|bytes|size|length|row|depth|column|header|nesting|payload|document|"
    "key|value|statement|expression|argument|page) limit (of #|)",
    "(sizelimit|size limit) exceeded",
    "exceeds .. (byte|size|length|row|depth) limit",
    "entity too (large|big|long)",
    "request header too large",
    "mqrc .. too big",
};

constexpr P kNoSuch[] = {
    "cross device link not permitted",
    "(site|account|page|domain) is frozen",
    "(call|invite|session|offer) declined",
    "error : cycle",
    "(erofs|enxio|enosys|enoexec|enodata|enoent|esrch|echild|enotsock|ebadf|"
    "eloop|exdev|enotempty|eaddrnotavail|wsaeaddrnotavail|enoprotoopt|"
    "eprotonosupport|eafnosupport|eopnotsupp|enotsup|eproto|eoverflow|"
    "ehwpoison|efault|wsano data|wsahost not found)",
    "cross device (link|)",
    "too many (symbolic links|levels of symbolic)",
    "(loop|routing loop) detected",
    "too many hops",
    "no data record",
    "service (not active|not running|disabled|does not exist|marked for "
    "delete)",
    "unwilling to perform",
    "(unconfigured|unknown) (table|keyspace|columnfamily)",
    "(compacted|required revision has been compacted)",
    "(container|image|network|volume|host|project|table|index) name .. "
    "(already in use|in use|taken|already exists|conflict)",
    "(command|executable|interpreter|binary) .. not found in",
    "not enabled for (account|this account|project|tenant|organization|user|"
    "subscription|workspace)",
    "(key|secret|feature|project|api|service|index|trigger|rule|queue|topic|"
    "plugin|module|extension|user|customer|workspace|integration|webhook) "
    "(is|are|was|has been|) disabled",
    "(recipient|sender) (address|) rejected : access denied",
    "no access to .. object",
    "(no|without) (route|mapping|rule|handler|listener|receiver) (for|matches|"
    "matched|matching)",
};

// A lock's file may exist as well.
constexpr P kThere[] = {
    "(node|key|entry|index|bucket|queue|role|branch|path|attribute|value|"
    "object|user|group|file|directory|alias|resource|member|contact|record|"
    "item|document) exists",
};

constexpr P kMove[] = {
    "(server|host|bucket|service|resource|account|endpoint|site|page|topic) "
    "(has|) (moved|moved permanently)",
    "use another server",
    "(permanently moved|permanent redirect|moved permanently)",
    "(error code #|result) : referral",
    "referral (received|returned|limit|error)",
    "must be addressed using the specified",
};

constexpr P kMend[] = {
    "(ebadengine|ebadplatform|enoversions|etarget|eoverride|ejsonparse)",
    "(invalid|bad|wrong|illegal|malformed) .. syntax",
    "(invalid|bad|illegal|malformed|incorrect) "
    "(image|file|host|user|domain|bucket|table|queue|topic|container|object|"
    "column|branch|tag|package|project|function|role|policy|label|metric|"
    "field|group|channel|stream) (name|names|format|id|reference|url|path)",
    "(edom|erange|eilseq|e2big|eidrm|edestaddrreq)",
    "(error code #|result) : (undefined attribute|object class)",
    "(truncated incorrect|incorrect .. value)",
    "(column|name|symbol|identifier|variable|type|reference|field|expression) "
    ".. (cannot|could not|can't) be resolved",
    "unresolved (column|routine|table|name|identifier|attribute|variable)",
    "no such .. (method|function|property|step|directive|command|option|"
    "field|attribute|filter|helper|tag|parameter)",
    "(cidr|range|subnet|address|ip|prefix|rule|route|path|name|alias) .. "
    "(conflicts|overlaps|collides) with",
    "(dependency|reference|import|include|graph) (cycle|loop)",
    "cycle (detected|found|in|between|error)",
    "(length|precondition|content length|host header) required",
    "range not satisfiable",
    "expectation failed",
    "(address|number|name|date|order) incomplete",
    "offset out of range",
    "invalid required acks",
    "(too small|too short|too few|too low) .. (minimum|at least)",
};

constexpr P kRival[] = {
    "(record|row|document|object|entity) changed (on|since|error|by)",
    "server record changed",
    "oplock error",
    "lease (already present|id missing|id mismatch|already held|not present)",
    "currently a lease on",
    "(edeadlk|edeadlock|wsaedeadlk)",
    "(nfs4err|nfserr) (locked|share denied|file open)",
    "(cannot|can't|could not) be .. (concurrently|in parallel|simultaneously)",
    "wrong (last|) (sequence|version|revision|generation|epoch|etag)",
    "record (generation|version) (error|mismatch|)",
    "request pending",
    "exclusive (subscription|consumer|queue|producer|owner)",
    "$cannot (acquire|obtain|get|take) .. (lock|locks|lease|mutex|latch) .. "
    "(after|within|in|for) #",
    "(has|have) locked (table|row|object|record|file|the)",
    "lock .. (not yet|not) (been|) released",
    "(unmodifiable|busy) (at present|right now|for now)",
    "(transaction|txn|read version|snapshot|read timestamp) .. too old",
    "(unknown|invalid|fenced) (producer id|member id|producer epoch|instance "
    "id)",
    "in use by (a|another|some) (process|session|client|user)",
};

constexpr P kTakenOver[] = {
    "(session|connection|login|seat|lease|lock) (was|) (taken "
    "over|replaced|superseded|displaced)",
    "(taken over|kicked out|replaced) by (a|another|newer|new)",
};

constexpr P kWho[] = {
    "(drm|digital rights|copy protected|copy protection)",
    "(locked|protected|encrypted) (by|with) (drm|a password|password)",
    "(permission|role|scope|privilege|grant) (is|) missing",
    "cross origin (frame|request|resource|iframe|script)",
    "login (time out|timeout)",
    "ssl certificate (error|required)",
    "(delivery|sender) not authorized",
    "(acl|principal|identity|subject|user|token) not found in .. (directory|"
    "acl|policy)",
    "acl not found",
    "(page|form|csrf|request|link|signed url|url) (has|) expired",
    "incomplete signature",
    "inappropriate authentication",
    "(saml|sso|single sign on|mfa) (enforcement|required|session)",
    "(opt in|optin|subscription|login) required",
    "not subscribed to (this|the)",
    "account (problem|required|not verified|on hold|under review)",
    "need account",
    "password .. (will expire|expires|must be changed|has expired)",
    "(specified|network|given) .. password .. not correct",
    "invalid (permission|permissions|privilege|privileges|role|scope|scopes)",
    "lacks .. (privilege|permission|role|scope|right|rights)",
    "(stronger|strong) (auth|authentication) required",
    "logon (denied|rejected|failure)",
    "mqrc not authorized",
    "user .. (banned|blocked) .. (access|signature|browser)",
};

constexpr P kDamage[] = {
    "(eio|error crc|data error cyclic)",
    "bad object",
    "(valid|usable|consistent) (checkpoint|superblock|partition "
    "table|backup|control file|boot sector) (record|)",
    "$cannot (identify|read|open|lock|verify) .. (data file|datafile|control "
    "file|redo log|log file|superblock|partition table)",
    "(data file|datafile|control file|redo log|superblock|partition table) .. "
    "(cannot|could not|unable) ",
    "(schema|index|catalog|allocation|page|database) corruption",
    "storage error",
    "$cannot (locate|find|read) .. (checkpoint|superblock|partition "
    "table|control file|boot sector|backup label)",
    "$cannot (unzip|untar|inflate|unpack|decompress) the",
};

constexpr Wordings kTable[] = {
    {Says(kTransient, 5), kAgain},
    {Says(kConnection, 5.2), kDown},
    {Says(kTimeout, 5.2), kTimeUp},
    {Says(kResource, 5.2).First(kAskPeople), kShort},
    {Says(kPermanent, 5.2).First(kAskForLess), kBySize},
    {Says(kPermanent, 4.6).First(kAskPeople), kNoSuch},
    {Says(kPermanent, 2.6).First(kAskPeople), kThere},
    {Says(kPermanent, 5).First(Strategy::kAlternativePath), kMove},
    {Says(kPermanent, 5).First(Strategy::kErrorCorrection), kMend},
    {Says(kConcurrency, 5.4), kRival},
    {Says(kConcurrency, 5.4).First(kAskPeople).With(Meaning::kRetryIsVain),
     kTakenOver},
    {Says(kAuthentication, 5.2).First(kAskPeople), kWho},
    {Says(kIntegrity, 5.6).First(kAskPeople), kDamage},
};

}  // namespace

absl::Span<const Wordings> CodeWordings() { return kTable; }

}  // namespace recourse
