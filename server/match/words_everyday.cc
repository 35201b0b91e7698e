// What people say of shops, machines, offices and games when something does not
// go: kinds of verbs beside kinds of nouns rather than the phrases of one
// trade. Lighter than the other tables, which know better where they speak.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

// Somebody took it back or stopped it: to do it again is not wanted.
constexpr Meaning kCalledOff = Says(kPermanent, 7)
                                   .First(Strategy::kEscalation)
                                   .With(Meaning::kRetryIsVain);
constexpr P kCalledOffWords[] = {
    "(user|you|caller|customer|operator|applicant|guest|buyer|owner|admin|"
    "administrator|player|passenger|patient|sender|visitor) (has|have|) "
    "(aborted|cancelled|canceled|stopped|interrupted|withdrew|withdrawn|called "
    "off|abandoned|dismissed|gave up)",
    "(aborted|cancelled|canceled|stopped|interrupted|called "
    "off|withdrawn|abandoned|dismissed|declined) (by|on request of) "
    "(user|you|caller|customer|operator|applicant|buyer|owner|admin|"
    "administrator|player|passenger|patient|sender|hand)",
    "(user|operator|customer|manual) (cancellation|abort|cancel|stop)",
    "(user|operator) (pressed|hit|chose|selected) (cancel|stop|abort|escape)",
    "keyboard interrupt",
};

// Who has to agree first.
constexpr Meaning kNotAgreed = Says(kPermanent, 6).First(Strategy::kEscalation);
constexpr P kNotAgreedWords[] = {
    "(not|nobody|no one|never) .. "
    "(approved|signed|confirmed|reviewed|paid|released|authorised|"
    "countersigned|agreed|consented|submitted|decided|voted|graded|booked|"
    "ordered|checked in|cleared) (..|) yet",
    "not .. "
    "(approved|signed|reviewed|paid|released|countersigned|agreed|consented|"
    "submitted|cleared) (..|) by",
    "(awaiting|awaits|pending|needs|requires|await) (..|) "
    "(approval|signature|sign off|decision|clearance|confirmation from)",
    "(paused|stopped|held|switched off|turned off|quarantined|removed) by "
    "(the|an|a|) "
    "(administrator|admin|operator|owner|moderator|manager|supervisor|staff|"
    "teacher|police|court)",
};

constexpr Meaning kOthersAtIt = Says(kConcurrency, 3.6);
constexpr P kOthersAtItWords[] = {
    "(someone|somebody|colleague|coworker|else|others|neighbour|neighbor) .. "
    "(using|working on|editing|holding|has it|has "
    "this|took|occupies|occupying|sitting|open|busy with)",
    "(already|currently) .. "
    "(selected|reserved|occupied|controlled|driven|held) by",
    "another "
    "(master|controller|console|terminal|holder|device|writer|administrator|"
    "person|team|player|editor|station|workstation|browser|tab) "
    "(is|has|was|already|committed|holds|took|owns|wrote|..|) "
    "(committed|first|editing|using|holds|owns|took|wrote|locked|reserved)",
    "by another "
    "(master|controller|console|terminal|person|team|editor|station|operator)",
    "(transaction|write|update|lock|commit) (collision|collisions|clash)",
    "(changed|modified|edited|updated|moved|altered|rewritten) .. (in the "
    "meantime|meanwhile|upstream|underneath|under you|elsewhere)",
    "(price|quote|rate|odds|balance|state|stock) (has|have|) (moved|changed)",
    "(taken|gone|claimed|grabbed|snapped up) (before|while) you",
    "by (somebody|someone|some other|anybody) else",
    "another .. (has not|hasn't|not yet|did not|still) "
    "(ended|finished|completed|done|returned|stopped|running|active)",
    "(two|both|several|all) of (us|you|them) "
    "(edited|changed|wrote|booked|saved|updated)",
};

// The state that a change was based on is not the one there is.
constexpr Meaning kOtherState = Says(kConcurrency, 5)
                                    .First(Strategy::kErrorCorrection)
                                    .With(Meaning::kRetryIsVain);
constexpr P kOtherStateWords[] = {
    "(wrong|unexpected) expected (version|revision|sequence)",
    "wrongexpectedversion",
    "expected (version|revision|sequence|generation|change vector) .. "
    "(actual|current|found|but)",
    "(expecting|expected) (change vector|etag|revision|version)",
    "(version mismatch|versionmismatch)",
};

constexpr Meaning kSplit = Says(kConcurrency, 6)
                               .First(Strategy::kEscalation)
                               .With(Meaning::kRetryIsVain);
constexpr P kSplitWords[] = {
    "split brain",
    "(signed in|logged in|playing|online|active) .. (another|other|different) "
    "(device|console|computer|location|place|browser|phone|machine)",
};

constexpr Meaning kUsedUp = Says(kResource, 3.6).First(Strategy::kEscalation);
constexpr P kUsedUpWords[] = {
    "(used|finished|sold|ate|drank|gave away|took) .. last (of|one|piece)",
    "(none|nothing|not any|zero|0|no .. |no) (left|remaining|remain|in "
    "stock|to spare|on hand)",
    "(only|just) # (left|remaining|available|in stock)",
    "(we|you|there|warehouse|store) (have|has|are|is) (only|) # .. (in "
    "stock|left|on hand|available)",
    "(running|ran|runs|run) (out|low|short|dry)",
    "(is|are|was|were) (all|) (empty|used up|depleted|spent|sold|finished)",
    "(nearly|almost|completely|half) (empty|full)",
    "(rack|tank|tray|shelf|box|bin|container|cylinder|reservoir|dispenser|"
    "cabinet|fridge|magazine|pantry|bag|drum|silo|pallet|bottle|cup|cartridge|"
    "jar|dustbin|stacker|hopper|locker|warehouse|water tank|stock) (is|) "
    "(empty|full)",
    "(ribbon|bottles|caps|labels|film|wire|filament|paper|tape|staples|glue|"
    "resin|powder|gas|fuel|water|milk|beans|salt|detergent|ink|toner|stock|"
    "foil|thread|yarn|pellets|ammunition|samples) (is|are|) "
    "(out|low|missing|gone|finished|exhausted)",
    "(starved|short|bare|devoid) of",
    "(shortage|lack|scarcity) of",
    "(needs|need|add|load|insert|refill|replenish|replace|top up|order|fill) "
    "(the|a|some|more|new|a new|another|fresh|) "
    "(staples|paper|water|beans|toner|ink|ribbon|cartridge|bottles|fuel|"
    "reagent|labels|salt|milk|stock|film|battery|batteries|blood|supplies|tank|"
    "tray|roll|reel|media|volume|tape)",
    "$cannot find .. (appendable|free|spare|empty|writable|unused)",
    "(used up|spent|burnt through|burned through)",
    "(overbooked|oversubscribed|overcrowded|standing room)",
    "all .. (used up|spent|taken|gone|handed out)",
    "(translation|routing|forwarding|hardware|flow|session|arp|mac) table "
    "(is|) (full|exhausted|overflow)",
    "(under|below|short of) (the|) (minimum|required|requirement) "
    "(balance|collateral|margin|stock|level|fill)",
    "below (maintenance|) requirement",
    "no "
    "(beds|seats|rooms|places|spaces|cars|bikes|staff|tickets|vehicles|parking|"
    "operators|hands|circuit|circuits|trucks) ",
    "no (more|further|) room (in|for|left|on|at)",
    "no more room",
    "(has|have|with|is|holds) nothing (in it|in them|inside|left|in stock)",
    "(disk|storage|drive|volume|memory|mailbox|partition|filesystem|card) "
    "(is|at) # (taken|full|used|occupied)",
    "(aid|level|soap|detergent|pressure "
    "tank|grease|chlorine|bait|feed|fertilizer|seed|charge) (is|) low",
    "(wants|asks for|demands) "
    "(paper|toner|ink|cyan|magenta|yellow|black|water|beans|salt|a new)",
    "(at|of) # state of charge",
};

constexpr Meaning kTooFew = Says(kResource, 3).First(Strategy::kEscalation);
constexpr P kTooFewWords[] = {
    "(insufficient|not enough|too few|too little)",
    "insuff (server|) resources",
    "(battery|fuel|power|charge|oil|coolant|ink|toner|supply) (is|) too low",
};

constexpr Meaning kFullStop = Says(kResource, 2).First(Strategy::kEscalation);
constexpr P kFullStopWords[] = {
    "(overfull|overfilled|starved|underfunded|shortage|scarce|overdrawn|"
    "bankrupt|insolvent|penniless|dried up)",
    "low (power|fuel|water|level|stock|oil|coolant|ink|toner|supply)",
    "(battery|fuel|water|oil|ink|toner|power|supply|balance|stock) .. low",
};

constexpr Meaning kNotYoursToDo =
    Says(kAuthentication, 4).First(Strategy::kEscalation);
constexpr P kNotYoursToDoWords[] = {
    "only (a|an|the) .. (may|can|is allowed|is permitted|has the right)",
    "(must|need to|have to|should) be "
    "(escorted|accompanied|supervised|vetted|over 18|of "
    "age|invited|identified|cleared|accredited)",
    "(not|isn't|never) "
    "(assigned|meant|intended|addressed|open|visible|shared|available) "
    "(to|for|with) (you|your|him|her|them|visitors|guests|the "
    "public|outsiders|strangers|minors|children)",
    "(is|are|was) (private|confidential|classified|restricted|off limits)",
    "(password|passcode|pin|puk|guard code|access code|login|log on|sign "
    "in|badge|card|key|otp|unlock|mfa|two "
    "factor|verification|id|passport|licence|license) (is|) "
    "(required|needed|missing|necessary|demanded|expected)",
    "(needs|need|requires|require|enter|give|show|present|missing|without) "
    "(a|an|the|your|) (password|passcode|pin|puk|badge|id card|key card|access "
    "code|unlock code|guard code|invitation|membership|escort)",
    "(log on|logon|sign in|log in|signin) (first|again|required|needed|to "
    "continue|from this)",
    "(protection|security|access|clearance|privilege) level",
    "(badge|key|card|code|pass|ticket|fob|fingerprint) .. (does "
    "not|doesn't|did not|won't|will not) (open|unlock|work|fit|grant|admit)",
    "(approved|authorized|authorised|permitted|allowed|trusted|invited) "
    "(list|senders|sender|users|hosts|callers|guests|devices|members|vlan|"
    "group|domains)",
    "(list|group) of (approved|authorized|authorised|allowed|trusted)",
    "(exclude|deny|block|ban|black) list",
    "(let|lets|letting|admit) you in",
    "(bans|banned|barred|expelled|shut out)",
    "(refuses|refused|rejects|rejected) this "
    "(host|user|caller|client|account|card)",
    "(access denied|accessdenied|access reject|accessreject|securityaccess)",
    "push declined",
    "(check out|checkout|obtain|acquire) (..|) (license|licence)",
    "(you|users|visitors|guests|children|minors|passengers|staff|students|"
    "members) (may not|must not|cannot|are not allowed to|are not permitted "
    "to) (enter|see|view|touch|use|open|watch|read|join)",
    "(role|reader|viewer|guest|visitor|subscriber|trainee|tenant) "
    "(cannot|can't|may not|must not|can not)",
    "(need|needs|holds no|has no|lacks|lacking|without) "
    "(privilege|privileges|entitlement|authority|grant|clearance|mandate)",
    "(grant|consent|authorisation|authorization|access|delegation|mandate|"
    "trust) .. (revoked|withdrawn|retired|lapsed)",
    "(retired|former|rotated|foreign|outdated) "
    "(secret|key|credential|certificate|signature|password)",
    "not on (the|our|your|any) (list|guest list|roster|register|invitation "
    "list|payroll|crew list)",
    "(sign|log) (on|in) (once more|anew|afresh)",
    "(session|login) (ran out|has run out|is over)",
    "not unlocked",
    "(signature|permission|consent|approval) of (a|the|your) "
    "(parent|teacher|manager|doctor|owner|guardian)",
    "(teacher's|parent's|manager's|owner's|guardian's) "
    "(signature|permission|consent|approval)",
    "(badge|membership|accreditation|clearance) (has|) (expired|lapsed|ended)",
    "(cannot|can't|may not) be (shown|played|viewed|watched|used|opened|read) "
    "(by|outside) (you|your|this account|guests)",
};

constexpr Meaning kUntilThen = Says(kTransient, 3.6);
constexpr P kUntilThenWords[] = {
    "(suspended|held|holding|paused|waiting|halted|down|stopped|blocked|closed|"
    "delayed|away|unavailable|out|stays|stay|remain|remains) .. until",
    "until (it|they|the|she|he|we|this) .. "
    "(drops|clears|finished|finishes|ends|opens|resumes|returns|recovers|"
    "completes|complete|passes|is back|are back|is over|cools|stops|has "
    "finished|is free|is done)",
    "(give|allow) (it|her|him|me|us|them) .. "
    "(minute|minutes|moment|moments|second|seconds|time|while|hour)",
    "(hang tight|bear with us|hold on|stand by|one moment|just a "
    "moment|patience|back online soon)",
    "(reload|refresh|again|back|ready|retry|return|resubmit|continue|available|"
    "over) (in|from|at|after|around|by) "
    "(a|about|half|one|two|three|four|five|ten|eight|nine|noon|tomorrow|monday)"
    " ",
    "(in|within) (a|an|few|some|couple of) (minute|moment|bit|while|hour)",
    "(for the night|overnight|over the weekend|during the night|on weekends)",
    "(in surgery|in a meeting|at lunch|on another call|out to lunch|in a "
    "session|in session|on a break|on break|with a customer)",
    "too (foggy|windy|stormy|icy|wet|humid|bright|noisy)",
    "(wind|weather|fog|storm|snow|lightning|tide|wave|waves|visibility) .. "
    "(above|below|stop|stopped|suspended|hold|delay|delays|delayed)",
    "(taking|takes|having) a (break|nap|rest|breather)",
    "(queue|queued|position|number) .. in (the|) (queue|line)",
    "(resync|resyncing|rebuild|rebuilding|sync|syncing|reindex|hydration|"
    "warmup|backfill|replay|restore|import|indexing|catching up) (is|) "
    "(at|still|under|ongoing) (#|progress|way|running)",
    "(not|isn't|aren't) (yet|) (hydrated|warmed|synced|replayed|backfilled)",
    "(we're|we are|now|still|currently|busy) "
    "(deploying|patching|moving|restocking|cleaning|preparing|setting "
    "up|fixing|upgrading|updating)",
    "(waiting|wait|waits) (for|on) "
    "(home|gps|fix|position|the|a|an|its|first|heat|signal|weather|tide|green) "
    "(position|fix|lock|light|..)",
    "(response|reply|answer) pending",
    "responsepending",
    "(primary|leader|main|master) (replica|node|copy|shard) .. not available",
    "(user|subscriber|party|everyone|everybody|called party|destination) (is|) "
    "(busy|congested|engaged)",
    "busy",
    "(halted|stopped|interrupted) for (volatility|an auction|weather|news|a "
    "break)",
    "(warming|booting|spinning|cooling|powering|starting|winding) (up|down)",
    "let .. (cool|rest|dry|settle|charge|warm up|cool down)",
    "(is|are) still "
    "(wet|warm|hot|cold|busy|loading|asleep|away|closed|open|moving|spinning|"
    "drying|in use|on its way|being)",
    "too (hot|warm|cold) .. (minutes|hours|seconds|wait|let)",
    "(off sick|on holiday|on vacation|on leave|out of office|out today|absent "
    "today)",
    "(come|call|return|back|again|ask) (back|again|) "
    "(on|next|tomorrow|after|at) "
    "(monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|morning|"
    "lunch|noon|#)",
    "(taking over|takes over|being promoted|promoting)",
    "(served|available|accepted|possible|open|back) again "
    "(in|within|at|from|on|after|soon)",
    "(not|no longer) (the|a|) .. (leader|primary|master|owner) (anymore|any "
    "more|any longer)",
    "(migrated|relocated|rescheduled) (meanwhile|elsewhere|just now|mid)",
    "alive (false|no)",
};

constexpr Meaning kNeverCame = Says(kTimeout, 3.6);
constexpr P kNeverCameWords[] = {
    "(waited|waiting|wait|stood|queued) .. (never|nobody|no one|nothing|in "
    "vain)",
    "(nobody|no one|nothing|none|never|no reply|noone) (has|ever|) "
    "(came|answered|answers|arrived|responded|responds|picked up|showed "
    "up|appeared|replied|called back|turned up)",
    "(didn't|did not|never|doesn't|does not) (show up|turn up|arrive|pick "
    "up|call back|come back|reach .. within|settle .. within)",
    "(reach|settle|stop|arrive|home|converge|lock|close|open|move|turn) .. "
    "(within|in) #",
    "(took|taking|takes|ran|runs|lasted|lasts) (more|longer|over) (than|) #",
    "(took|takes) .. too long",
    "# (retransmits|retransmissions|rings|polls)",
    "after (#|three|five|ten|twenty|many|several|a few) "
    "(rings|retransmits|polls|beeps)",
    "(t1|t2|t3|timer|countdown|grace period) (elapsed|ran out|expired)",
    "no .. (seen|received|heard|detected|registered|arrived|came) "
    "(after|in|within|for) #",
    "no .. (in|within|after) # "
    "(s|ms|sec|secs|seconds|second|minutes|min|minute|hours)",
    "(did not|didn't|does not|doesn't|has not|hasn't|not|failed to|never) .. "
    "in time",
    "(did not|didn't|has not|never) "
    "(confirm|acknowledge|answer|reply|react|echo|respond)",
    "(nobody|no one|noone) (opened|reacted|was there|is there|came)",
};

constexpr Meaning kWentSilent = Says(kConnection, 3.6);
constexpr P kWentSilentWords[] = {
    "(cut out|cut off|dropped off|dropped out|fell off|went silent|went "
    "dark|gone quiet|went quiet|gone dark|broke up|breaking up)",
    "(hear|see|receive|get|read) (you|nothing|no sound|no picture|no data)",
    "(no|without) (position|status|weather|location|gps|any|) "
    "(report|reports|telemetry|heartbeat|signal|picture|sound|link|dial "
    "tone|reception|sign of life|uplink|reading|readings) (since|from|for)",
    "(lead|probe|tag|electrode|antenna|cable|wire|plug|headset|node|slave|peer|"
    "player|link|target|beacon|partner|neighbour) (is|was|has|got|) "
    "(off|lost|loose|dropped|disconnected|gone|vanished|away)",
    "taglost",
    "lost "
    "(contact|communication|touch|sight|sync|connection|connectivity|"
    "communications) (with|to|of)",
    "(stream|session|line|link|call|channel) (was|is|got) (closed|cut|ended) "
    "by the other",
    "(off|from|lost) the (wireless|wifi|local|home|bus|mesh) (network|)",
    "(bus|line|field|loop) (voltage|power) (failure|lost|missing|down|loss)",
    "(ice|stun|turn|dtls|webrtc|p2p|peer connection) (failed|failure)",
    "lost from (op|operation|the bus|bus|ring)",
    "(peer|partner|neighbor|neighbour|other side|far side) .. (silent|dead)",
    "(not|isn't) (reachable|connected|attached to the network)",
    "$cannot (get through|get hold of|raise|get hold|get an answer)",
    "(wire|cable|plug|lead|connector|hose|antenna|line) .. "
    "(loose|unplugged|cut|torn|off|broken|severed)",
    "out of (pairing|radio|wireless|bluetooth|wifi|transmission|signal|) range "
    "of",
    "out of (pairing|radio|wireless|bluetooth|wifi|transmission|signal) range",
    "no .. heard",
    "(carrier|demodulator|receiver|pll|tuner|lock|sync) (is|) "
    "(unlocked|lost|not locked)",
    "(is|was|got|been|are|went) disconnected",
    "closed the (pipe|line|channel|tunnel|stream)",
};

constexpr Meaning kSpoiled = Says(kIntegrity, 3.6).First(Strategy::kEscalation);
constexpr P kSpoiledWords[] = {
    "(torn|stained|crushed|smeared|shredded|soaked|rotten|spoiled|contaminated|"
    "moldy|unrepairable|garbled)",
    "(unexpected|wrong|different|bad) (hash|checksum|crc|digest|signature of "
    "the file)",
    "(lengths|totals|sums|counts|checksums|hashes) .. "
    "(differ|disagree|mismatch|diverge)",
    "(total|sum|balance) .. (differs from|does not match|off by)",
    "(seal|packaging|envelope|wrapping) .. (broken|opened|damaged|torn)",
    "(do not|does not|don't|doesn't) (add up|tally|balance|reconcile)",
    "(shorter|smaller|fewer|longer|larger|less|more) than (its|the|) "
    "(recorded|announced|declared|stated|original|promised|advertised) "
    "(size|length|count|)",
    "(bytes|records|rows|lines|pages|items|blocks) "
    "(fewer|less|more|short|missing) than",
    "(sums|sum|balances|balance|copies|ledgers|counts|readings) .. "
    "(disagree|disagrees|do not agree|diverge)",
    "(came out|arrived|printed|received) "
    "(black|blank|damaged|broken|garbled|torn|wet|crushed|scrambled)",
};

constexpr Meaning kNotSoFast = Says(kRateLimit, 4);
constexpr P kNotSoFastWords[] = {
    "(easy there|not so fast|hold your horses|take it easy|one at a time|too "
    "many at once)",
    "(send|make|post|ask|call|do|submit|place|try|download|upload|buy|open|"
    "sent|made|posted|asked|called|tried) .. (in|per|within|every|each) "
    "(#|one|two|three|five|ten|a|an|the last) "
    "(second|seconds|minute|minutes|hour|hours)",
    "(only|at most|up to|no more than|maximum) # .. (per|every|each|an|a) "
    "(second|minute|hour)",
};

constexpr Meaning kEnoughToday = Says(kRateLimit, 6)
                                     .First(Strategy::kEscalation)
                                     .With(Meaning::kRetryIsVain);
constexpr P kEnoughTodayWords[] = {
    "(used|spent|had|reached|exhausted) .. (of|for) (today|this day|the "
    "day|this month|this week)",
    "(allowance|ration|share|quota|number|limit) (of|for) (today|the day)",
};

// More than may be, or other than may be.
constexpr Meaning kOutOfRule =
    Says(kPermanent, 3.6).First(Strategy::kErrorCorrection);
constexpr P kOutOfRuleWords[] = {
    "(longer|larger|heavier|higher|older|smaller|wider|bigger|lower|shorter|"
    "younger|later|earlier|greater|fewer|less|more|taller|deeper|thinner) than "
    ".. "
    "(allows|allowed|limit|permitted|accepted|possible|gate|maximum|minimum)",
    "(over|above|below|under|beyond|past) the "
    "(allowed|permitted|legal|agreed|stated|maximum|minimum) "
    "(length|size|weight|age|height|limit|amount|number|width|speed|level)",
    "(#|kg|characters|days|persons|people|years|hours|items|pieces|meters|"
    "tonnes|words|pages) (at most|at least|or less|or more|maximum|minimum)",
    "(may|can|must|should) "
    "(weigh|hold|book|carry|bring|take|claim|last|cost|be older|be younger|be "
    "longer) (..|) (#|at most|no more|only)",
    "(older|younger) than #",
    "(no|not a|isn't a) multiple of",
    "(fails|does not pass|did not pass|flunks) (the|its|a|) (..|) "
    "(check|test|audit|inspection|rule)",
    "(fill|filled) (in|out) (all|every|the|your|this|each)",
    "(fields|boxes|questions|answers) .. (blank|empty|missing|marked)",
    "needs (at least|exactly|ten|two|#|more than)",
    "(have|has) different "
    "(coordinate|units|currencies|lengths|sizes|formats|types|reference|time)",
    "(overlapping|overlaps|overlap) (..|) "
    "(with|existing|subnet|range|booking|period)",
    "(self intersecting|self intersection|not closed|non manifold)",
    "(keyword|word|option|card|directive|tag) .. (unknown|misspelled|misspelt)",
    "(cannot|can't|can not|may not) (have|carry|move|turn|be "
    "combined|play|castle|travel|fly|park|bring|take)",
    "(incorrect|wrong|invalid|bad) (..|) "
    "(length|format|order|unit|size|number|name|date) ",
    "incorrectmessagelengthorinvalidformat",
    "(is|are|was) before (the|) (start|begin|beginning|opening)",
    "too accurate",
    "(range|bounds) exceeded",
    "range of .. exceeded",
    "(empty|blank) "
    "(list|string|array|collection|input|sequence|set|vector|name|query|"
    "document|body|stream|slice|tuple|map)",
    "(wider|taller|longer|deeper|heavier) than #",
    "undefined (subroutine|routine|sub|procedure)",
    "(variable|function) is void",
};

// For somebody to see to, where other tables would guess otherwise.
constexpr Meaning kSeeToIt = Says(kPermanent, 3.6).First(Strategy::kEscalation);
constexpr P kSeeToItWords[] = {
    "(cannot|can't|could not|couldn't|not|unable to) be "
    "(started|loaded|initialized|initialised|opened|closed|moved|paused) "
    "because",
    "(conditions|condition|conditionsnotcorrect|preconditions) (not|are not|) "
    "(correct|met|fulfilled|satisfied)",
    "(protective|safety|emergency|quick) (stop|shutdown|lock)",
    "(stop|interlock|alarm|button|e stop) (pressed|active|triggered|engaged)",
    "(hard|soft|travel|end|safety|torque) limit "
    "(triggered|hit|reached|switch|tripped)",
    "outside (of|) safety",
    "(err disabled|errdisabled|bpdu guard|port security)",
    "(write protected|write protect|child lock|key lock|parental lock)",
    "(misfire|overcurrent|overheat|implausible|scrapped|slipped|collided|"
    "derailed|tipped over|fell|dropped the part|thermal runaway)",
    "(stuck|wedged|trapped|jammed|caught) (near|in|at|on|under|between|behind)",
    "(refused|declined|rejected|dismissed|denied|turned down) "
    "(delivery|the|by|entry|boarding|shipment|offer)",
    "(taken|pulled|withdrawn|off) (off|from) the (market|shelf|menu|program)",
    "(off|out of|no longer in) production",
    "(cancelled|canceled|closed|ended|terminated|discontinued|retired) "
    "(last|in|on|since) "
    "(its|the|year|week|month|#|january|february|march|april|may|june|july|"
    "august|september|october|november|december|monday)",
    "(contract|agreement|lease|season|term|mandate) (has|is|) "
    "(ended|ends|expired|over|terminated)",
    "marked as inactive",
    "not modifiable",
    "(device|unit|machine|pump|drive|power|switch) is (set to|switched|turned) "
    "off",
    "compatible (agent|agents|runner|runners|device|devices|host|hosts)",
};

constexpr Wordings kTable[] = {
    {kCalledOff, kCalledOffWords},
    {kNotAgreed, kNotAgreedWords},
    {kOthersAtIt, kOthersAtItWords},
    {kOtherState, kOtherStateWords},
    {kSplit, kSplitWords},
    {kUsedUp, kUsedUpWords},
    {kTooFew, kTooFewWords},
    {kFullStop, kFullStopWords},
    {kNotYoursToDo, kNotYoursToDoWords},
    {kUntilThen, kUntilThenWords},
    {kNeverCame, kNeverCameWords},
    {kWentSilent, kWentSilentWords},
    {kSpoiled, kSpoiledWords},
    {kNotSoFast, kNotSoFastWords},
    {kEnoughToday, kEnoughTodayWords},
    {kOutOfRule, kOutOfRuleWords},
    {kSeeToIt, kSeeToItWords},
};

}  // namespace

absl::Span<const Wordings> EverydayWordings() { return kTable; }

}  // namespace recourse
