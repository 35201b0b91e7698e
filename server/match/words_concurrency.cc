// Locks, conflicts, and others who are at it.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kLocked = Says(kConcurrency, 6);
constexpr P kLockedWords[] = {
    "being "
    "(edited|used|modified|updated|processed|changed|accessed|deployed|"
    "configured) by",
    "(held|taken|reserved|opened|booked|claimed|owned|edited|occupied|locked|"
    "started) by another",
    "(version|file|document|record) .. open by",
    "multi attach error",
    "(already|exclusively) (attached|mounted|used by|checked out)",
    "accessed by other",
    "(running|active|held|locked|in use|owned|open) (as|for|by) (pid|process)",
    "another .. currently "
    "(accessing|using|modifying|processing|holding|running|editing|updating)",
    "call was rejected by callee",
    "(create|acquire|obtain) the lock",
    "(not in|in) (an|) (available|the right|a valid|the correct|the expected) "
    "state",
    "(consumer|resource|queue|object|producer|target|mount "
    "point|mount|line|channel|account) busy",
    "(unable to|cannot|could not|failed to|can't) (create|open|acquire|write) "
    ".. file.lock",
    "file.lock .. (exists|held|already|present)",
    "(deadlock|deadlocks|dead lock) "
    "(found|detected|error|victim|avoided|occurred|)",
    "deadlocked",
    "lock (wait|request|acquisition|acquire|) (timeout|timed out|time out) "
    "(error|exceeded|exception|)",
    "lock (not available|unavailable|conflict|held|contention|is held|already "
    "held|already taken|denied)",
    "$cannot "
    "(obtain|get|acquire|take|grab|set|place|establish|renew|hold|upgrade) .. "
    "(lock|locks|lease|mutex|latch|semaphore|exclusive access)",
    "$cannot lock",
    "$cannot be locked",
    "(lock|mutex|semaphore|lease|latch) .. (not acquired|not be acquired|not "
    "be obtained|could not be acquired|failed)",
    "(error|failed|while) (acquiring|locking|obtaining) .. (lock|state)",
    "error locking state",
    "locking state",
    "(waiting|wait|waited|blocked|timeout waiting|timed out waiting) "
    "(on|for|to) "
    "(a|the|an|table|row|metadata|state|exclusive|file|build|repository|global|"
    "process|) (lock|metadata lock|table metadata lock|latch|mutex)",
    "(waiting|timeout waiting) to lock",
    "(database|table|row|file|record|resource|queue|object|directory|"
    "document|repository|workspace|state|index|mailbox|schema|volume|job|"
    "dataset|page|cursor|package|key|system|branch|drive|session|cell|sheet|"
    "process|environment|database table) (currently|temporarily|still|) "
    "(locked|locked by|in use|in use by|busy|checked out)",
    "(is|are|was|been|currently|resource) locked",
    "(sqlite|database|resource|device|file|dpkg|object) busy",
    "text file busy",
    "(etxtbsy|ebusy)",
    "device or resource busy",
    "(being|currently|already) used by another",
    "in use by (another|a different|other|someone|process|user)",
    "(currently|already|still) (in use|being used|being processed|being "
    "modified|being edited)",
    "(seems to be|is already|already|still) running",
    "another "
    "(instance|process|program|user|session|transaction|job|task|operation|"
    "request|deployment|upgrade|update|backup|command|client|node|run|build|"
    "install|migration|change|thread|writer|connection|application) (of .. |) "
    "(is|are|has|was|already|currently|using|holds|running|in)",
    "another (operation|process|instance|in "
    "progress|job|deployment|update|request|run)",
    "(someone|somebody) else (is|has)",
    "exclusive (access|lock|use|owner|mode)",
    "(ora|tns) (00060|00054|08177|04021|04020)",
    "lock file (exists|already|is)",
    "index.lock",
    "(sharing|lock|share) violation",
    "(mutex|semaphore) timeout",
    "resource locked",
    "(active|open|running|pending|ongoing|conflicting) "
    "(run|transaction|transactions|session|operation|operations|job|deployment)"
    " (is|already|exists|in progress|on|using)",
    "(already|has|have) .. active run",
    "while a run .. is active",
    "(contention|contended)",
};

constexpr Meaning kConflict = Says(kConcurrency, 5);
constexpr P kConflictWords[] = {
    "out of date : try",
    "resource out of date",
    "unexpected (row count|number of rows)",
    "isolation violation",
    "(stale|outdated) (table|) (metadata|view|catalog)",
    "(higher|newer|old|lower) (epoch|generation)",
    "(incorrect|invalid) (instance|db instance|cluster|volume) state",
    "rollback the current transaction",
    "(schema|metadata|plan|definition|table|catalog|topology) .. changed "
    "(during|while|since)",
    "(lock|lease|claim) (lost|expired|stolen|supplied is invalid|no "
    "longer held)",
    "process of being (deleted|created|updated|modified)",
    "(execution|rollback|reconciliation|drain|resize|restore) (is|) in "
    "progress",
    "$cannot serialize (access|transaction|)",
    "serialization (failure|failed|conflict|anomaly|error due)",
    "(write|write "
    "write|update|edit|commit|version|revision|transaction|resource|operation|"
    "optimistic|save|generation|replication|concurrency|serializable|document|"
    "read write|data|state|snapshot) (conflict|conflicts|conflict "
    "error|conflict exception|conflict detected|conflicted)",
    "(conflict|conflicts) (occurred|detected|with another|with recovery|with a "
    "concurrent|between transactions|error|exception|on keys|in version)",
    "conflicted with",
    "conflicting "
    "(operation|update|write|transaction|request|change|conditional "
    "operation|concurrent|edit|modification)",
    "optimistic (lock|locking|concurrency|lock exception|locking failure|lock "
    "error)",
    "optimistic (locking|lock|concurrency|) .. "
    "(failed|failure|exception|error|conflict)",
    "(stale|outdated|obsolete|old|wrong|unexpected|bad) (object|object "
    "state|version|revision|data error|row version|resource "
    "version|generation|sequence number|e tag|etag|snapshot|state "
    "exception|read|data exception)",
    "(version|revision|generation|e tag|etag|sequence|epoch|resource "
    "version|row version) .. (mismatch|is newer|is stale|changed|has "
    "changed|is outdated|out of date|outdated|is older|is behind|differs|does "
    "not match current|is lower|not the latest)",
    "(condition|conditional) (check|request|update|put|write) (failed|failed "
    "exception|not met|has failed)",
    "condition .. (is not met|not met|was not met)",
    "concurrent "
    "(modification|update|transaction|append|delete|write|edit|change|updates|"
    "modifications|access|operation|transactions|edits|schema change)",
    "(concurrently|simultaneously) "
    "(modified|updated|changed|edited|deleted|accessed|running)",
    "(modified|changed|updated|deleted|edited) (concurrently|simultaneously|by "
    "another|by someone|by a different|by other|since|in the "
    "meantime|elsewhere|while|after you|outside)",
    "(has|have|had|was|were|been) (been|) "
    "(modified|changed|updated|altered|edited) (since|by another|in the "
    "meantime|after|concurrently|by "
    "someone|externally|elsewhere|underneath|while)",
    "updated or deleted by another",
    "transaction (was|has been|) (aborted|rolled "
    "back|conflict|retry|wounded|restarted|pushed)",
    "transaction .. (aborted|rolled back) .. "
    "(conflict|retry|concurrent|deadlock)",
    "(retry|restart|restarting|retrying|rerun|re run) (your|the|this|) "
    "(transaction|txn)",
    "(etag|e tag) mismatch",
    "precondition failed",
    "(operation|update|request|change|deployment|build|upgrade|job|"
    "modification|snapshot|backup|rebalance|sync|migration|install|"
    "installation|process|command|scan|reindex|rollout|failover) (is|was|) "
    "(already|currently|still|) in (progress|flight)",
    "already (in "
    "progress|being|underway|running|processing|locked|claimed|taken by "
    "another|in flight)",
    "in progress (for|on|request|operation)",
    "rebalanc~",
    "rebalance in progress",
    "(snapshot|read) too old",
    "(expected|was expected) to (affect|update|delete|match) # "
    "(row|rows|record|records)",
    "(update|delete) concurrency exception",
    "watched (variable|key|keys) changed",
    "not aware of this member",
    "(lost|losing) the race",
    "(race|race condition) (detected|lost|with)",
    "(someone|another user|another process|another session) .. "
    "(changed|modified|updated|edited)",
    "please apply your changes to the latest version",
    "(duplicate|repeated) (request|idempotency key) .. in progress",
    "idempotency key .. (in progress|being processed|concurrently)",
    "(too much|high) contention",
    "(out of date|stale) (with|copy|handle|file handle|lock)",
    "resource version .. too old",
    "the object has been modified",
    "(sequence|offset|position) .. (out of order|mismatch|conflict)",
    "prior request not complete",
    "(fencing|fenced) (token|by)",
};

// Someone else was faster; what was based on the old state must be redone.
constexpr Meaning kStaleBase = Says(kConcurrency, 6.5)
                                   .First(Strategy::kErrorCorrection)
                                   .With(Meaning::kRetryIsVain);
constexpr P kStaleBaseWords[] = {
    "stale (struct|entry|model|entity|record|row)",
    "version # was expected",
    "simultaneous "
    "(change|changes|update|updates|edit|edits|modification|modifications)",
    "nonce too (low|high)",
    "non fast forward",
    "updates were rejected",
    "fetch first",
    "(merge|rebase|cherry pick) (conflict|conflicts)",
    "(branch|head|base branch|head branch|ref|remote) .. (was modified|has "
    "changed|is behind|moved|out of date|not up to date|is ahead)",
    "automatic merge failed",
    "(reload|refresh|re read|reread|re fetch|refetch) .. (and|then|before) "
    "(try|retry|merge|apply|resubmit|save)",
    "(fenced|newer producer|newer epoch|superseded by)",
    "cannot lock ref",
};

constexpr Meaning kConflictWord = Says(kConcurrency, 2.2);
constexpr P kConflictWordWords[] = {
    "(conflict|conflicts|conflicting|concurrency|contention|locked|"
    "mutex|race condition|concurrent|in use|serialization error)"};

// Doors have one too.
constexpr Meaning kLockWord = Says(kConcurrency, 1.7);
constexpr P kLockWordWords[] = {"(lock|locks)"};

// Mostly to give way to somebody else.
constexpr Meaning kAborted = Says(kConcurrency, 1.9);
constexpr P kAbortedWords[] = {"aborted (due to|by|because|: retry)",
                               "(transaction|statement|query|job|task|write|"
                               "txn|commit|operation) .. aborted"};

constexpr Meaning kAccessedNow = Says(kConcurrency, 8);
constexpr P kAccessedNowWords[] = {
    "cannot be accessed right now because another",
};

constexpr Wordings kTable[] = {
    {kAccessedNow, kAccessedNowWords},
    {kStaleBase, kStaleBaseWords},
    {kLocked, kLockedWords},
    {kConflict, kConflictWords},
    {kConflictWord, kConflictWordWords},
    {kLockWord, kLockWordWords},
    {kAborted, kAbortedWords},
};

}  // namespace

absl::Span<const Wordings> ConcurrencyWordings() { return kTable; }

}  // namespace recourse
