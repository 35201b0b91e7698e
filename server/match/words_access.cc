// Credentials, rights, policies.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kWho = Says(kAuthentication, 5)
                             .First(Strategy::kEscalation)
                             .With(Meaning::kNotExecuted);
constexpr P kWhoWords[] = {
    "asked for the client to provide credentials",
    "provide credentials",
    "connection refused : (not authorized|not authorised|bad user name|bad "
    "username|identifier rejected)",
    "(two "
    "factor|verification|security|access|login|auth|authentication|2fa|mfa|one "
    "time|confirmation) (code|codes|link) .. "
    "(expired|invalid|incorrect|wrong|rejected|used)",
    "(pin|password|login|passcode|otp|unlock) (tries|attempts|retries|retry) "
    ".. (exceeded|exhausted|limit)",
    "(login|password|pin|logon) incorrect",
    "one time (password|passcode|code)",
    "(bad|expired|invalid|missing|unknown) (provider|bot|deploy|registration) "
    "token",
    "(jwt|token|credential|credentials|api key|password) (missing|absent|not "
    "supplied)",
    "no .. (credentials|credential|identity) "
    "(found|available|supplied|provided|configured)",
    "(sign|signing) .. requires (a|) (development team|certificate|identity)",
    "no .. provisioning (profile|profiles)",
    "$cannot (determine|automatically determine|locate|find) credentials",
    "has not been decrypted",
    "could not read (username|password)",
    "terminal prompts disabled",
    "(authenticationfailed|loginfailed|authfailed)",
    "(unauthorized|unauthorised|unauthenticated|noauth|wrongpass|not "
    "authed|not authenticated)",
    "(authentication|auth|authenticate|authenticating|login|log in|logon|sign "
    "in|signin|kerberos|ldap|oauth|sso|mfa|2fa|token|bind|sasl|ntlm|gssapi|"
    "saml|oidc|password|credential|negotiate) "
    "(failed|failure|error|rejected|denied|unsuccessful|exception|required|"
    "refused|attempt failed|was rejected|has failed|errors|attempts failed)",
    "(authentication|login|log in|sign in|logon) .. "
    "(failed|rejected|denied|required|unsuccessful|failure)",
    "(requires|require|need|needs|without|missing|no|must be|lacks) "
    "(authentication|authorization|to be authenticated|to log in|to "
    "login|authenticated|logged in|signed in|credentials|valid credentials|an "
    "access token|a login|login)",
    "$cannot (authenticate|log in|login|sign in|authorize|verify your "
    "identity|validate .. credentials|validate .. token|verify .. "
    "token|refresh .. token|obtain .. token|acquire .. token|get .. "
    "token|decode .. jwt|locate credentials|load credentials|find credentials)",
    "(invalid|incorrect|wrong|bad|expired|missing|malformed|unknown|no|revoked|"
    "unrecognized|unrecognised|inactive|disabled|empty|illegal|unsupported|"
    "insufficient) "
    "(api|access|auth|authentication|authorization|bearer|security|session|"
    "refresh|id|client|secret|ssh|aws|license|service "
    "account|user|private|csrf|login|jwt|oauth|app|provided|admin|db|database|"
    "master|smtp|sudo|root|signing|shared|csrf|sas|personal access|) "
    "(key|keys|token|tokens|credential|credentials|password|passwords|"
    "passphrase|signature|secret|jwt|pin|username|login|authentication|auth|"
    "authorization|grant|client id|client secret|cookie|otp|passcode|user "
    "name|user|user name or password|username or password|username and "
    "password|login credentials|user or password|account or password|session)",
    "(api|access|auth|bearer|security|session|refresh|id|jwt|oauth|csrf|user|"
    "service|) "
    "(key|token|tokens|credential|credentials|password|session|secret|"
    "signature|jwt|cookie|ticket|grant|api key|secret keys) .. "
    "(invalid|expired|revoked|not "
    "valid|incorrect|wrong|missing|rejected|malformed|not "
    "recognized|inactive|disabled|has expired|not provided|required|no longer "
    "valid|blacklisted|not accepted|denied|mismatch|compromised|rotated|does "
    "not match|not match)",
    "(password|username|credentials|user name) .. (incorrect|wrong|invalid|not "
    "accepted|do not match|does not match|rejected|expired|mismatch)",
    "access credentials",
    "(no|missing|unable to locate|could not load|could not find|cannot "
    "find|couldn't find|without) (valid|default|basic "
    "auth|auth|aws|any|access|application default|) "
    "(credentials|credential|api key|access key|token|access "
    "token|authorization header|auth token)",
    "(api key|apikey|token|access token) .. (not valid|not "
    "found|missing|required|not set|expired|invalid)",
    "log in again",
    "(please|must|need to|you must|have to) (log in|login|sign "
    "in|authenticate|reauthenticate|re authenticate|re login)",
    "(you are|user is|user|client|) not (logged in|signed in)",
    "(access|authentication|security|sas|login) token .. (expired|invalid)",
    "invalid (client|grant|secret|security token|access key id|client token "
    "id|auth|authentication token|issuer|audience|certificate hash)",
    "expired (security|) token (exception|)",
    "security token included in the request",
    "(signature|hmac) (does not match|doesn't match|mismatch|we calculated|not "
    "valid|verification of request failed|expired)",
    "signature .. (does not match|doesn't match|you provided)",
    "unrecognized client (exception|)",
    "session (expired|has expired|invalid|not found or expired)",
    "docker login",
    "(28p01|28000)",
    "(ora|tns) (01017|28000|28001)",
    "(account|user|login|profile) (locked|locked "
    "out|disabled|suspended|deactivated|blocked|banned|inactive|frozen|closed|"
    "terminated|restricted|not active|not verified)",
    "(user|account) deactivated",
    "aadsts",
    "authorization grant",
    "(re authenticate|reauthenticate|reauthorize)",
    "oauth (error|exception)",
    "(could not|cannot|failed to) validate credentials",
    "csrf (token|verification|) (failed|missing|invalid|mismatch|)",
    "(unregistered|anonymous) (caller|callers|client|user|access|users)",
    "(not|isn't) (trusted|recognized) .. (device|user|client)",
    "preauthentication failed",
    "(clock|time) skew too great",
    "(ticket|tgt) expired",
    "no supported (authentication|methods remain)",
    "permission denied (publickey)",
    "too many authentication failures",
    "(no|missing) .. entry for (host|user|role|address)",
    "(eneedauth|needauth)",
    "(redirect uri|callback url) mismatch",
    "authenticator .. (rejected|failed)",
};

constexpr Meaning kSkew = Says(kAuthentication, 7).First(Strategy::kEscalation);
constexpr P kSkewWords[] = {
    "(assertion|token|jwt|ticket|credential) .. not yet valid",
    "(timestamp|request time|nonce|clock|time) .. (outside|ahead of|behind) .. "
    "(window|tolerance|server|recv window|zone)",
    "token used too (early|late)",
    "request time too skewed",
    "(request|clock|time|timestamp) .. (skew|skewed|drift)",
    "(request|current|server) time .. (too large|too great|too far|is not "
    "within)",
    "clock skew",
    "time skew"};

constexpr Meaning kRights =
    Says(kAuthentication, 5).First(Strategy::kEscalation);
constexpr P kRightsWords[] = {
    "$cannot "
    "(list|get|watch|create|patch|delete|update|impersonate|deletecollection) "
    "resource",
    "(verified|unverified) (sender|sender identity|identity|domain)",
    "sender identity",
    "administratively prohibited",
    "packet filtered",
    "(you|you've) been blocked",
    "requested url was rejected",
    "row level security",
    "(unusual|suspicious) (activity|traffic|login)",
    "flagged for (abuse|spam|fraud)",
    "(lock|lock file) .. permission denied",
    "(permissions|permission) violation",
    "neither .. permission",
    "violates .. (policy|security policy|constraints policy)",
    "not (in|on) .. (allow list|allowed list|allowlist|whitelist)",
    "(permission|permissions|access|authorization|privilege|privileges|consent|"
    "admission|entry|right) (denied|forbidden|refused|rejected|restricted|not "
    "allowed|insufficient|prohibited|not granted|blocked|revoked)",
    "(permission|access|authorization|privilege|rights) "
    "(denied|error|failure|failed|violation|refused|exception|denied "
    "error|denied exception|forbidden|required|issue|problem|check failed)",
    "(not|isn't|wasn't|aren't|is not|user is not|you are not|are not) "
    "(authorized|authorised|permitted|entitled|allowlisted|whitelisted|"
    "privileged|in the sudoers file|a member of|been granted|granted|the "
    "owner|an admin|an owner|authorized to|eligible)",
    "(not|isn't|aren't) allowed to "
    "(perform|access|call|use|read|write|do|execute|create|delete|modify|view|"
    "connect|invoke|run|assume|push|list|publish|subscribe|make|send|see|"
    "update|edit|change)",
    "not allowed (access|for user|for this user|by policy|for role)",
    "unauthorized (access|operation|access exception|user)",
    "(insufficient|missing|inadequate|lack "
    "of|lacks|lacking|needs|requires|require|without|no|required|not "
    "enough|elevated|additional) "
    "(permission|permissions|privilege|privileges|scope|scopes|rights|access "
    "rights|role|roles|access|authorization|authority|admin "
    "rights|administrator|elevation|root "
    "privileges|superuser|clearance|account permissions)",
    "(does not|doesn't|do not|don't|did not|didn't) have "
    "(the|any|enough|sufficient|necessary|required|appropriate|proper|write|"
    "read|admin|) "
    "(permission|permissions|access|privilege|privileges|rights|role|"
    "authorization|access rights|scope|necessary permissions|required "
    "permission|required role|right)",
    "(does not|doesn't|do not|don't) have .. "
    "(access|permission|permissions|privilege|privileges|rights)",
    "(operation|action|request|method|command|call) (not|) "
    "(permitted|forbidden|denied|not permitted|not authorized|not allowed "
    "for|blocked by policy|disallowed)",
    "(eacces|eperm|noperm|sqlite readonly)",
    "must be (owner|superuser|root|admin|administrator|an admin|an owner|run "
    "as root|run as administrator|a member|the owner|authorized)",
    "not accessible (by|with) (integration|this token|your)",
    "not in (channel|sudoers)",
    "forbidden (by|access|exception|error|)",
    "(rbac|iam|acl|selinux|apparmor|policy|bucket policy|scp|firewall|network "
    "policy|security group|group policy) .. "
    "(denied|denies|deny|blocks|blocked|forbids|prevents|disallows|does not "
    "allow)",
    "(blocked|denied|rejected|prevented|disallowed) by "
    "(policy|administrator|the administrator|firewall|security "
    "policy|acl|rbac|iam|rule|rules|admission|the server's policy|waf|content "
    "security policy|cors policy)",
    "42501",
    "(ora) 01031",
    "explicit deny",
    "(requires|needs|pending|without) (admin|administrator|owner|user|an) "
    "(approval|consent|permission)",
    "admin approval",
    "ip (address|) .. (not allowed|not whitelisted|blocked|banned|denied|not "
    "in the allowlist)",
    "sso required",
    "(access|login) .. (not permitted|not allowed|restricted|is disabled)",
    "(run|running) as (root|administrator|admin)",
    "(gated|restricted|private|protected) "
    "(repo|repository|model|resource|channel|content|area|branch)",
    "(readonly|read only) (database|token|user|key|account)",
    "(api|service) .. has not been (used|enabled)",
    "(api|service) .. is (not enabled|disabled)",
    "requires elevation",
    "(license|licence|subscription|entitlement) .. (required|does not "
    "include|does not cover|not entitled)",
    "(for security reasons|security exception|access control "
    "exception|security violation)",
    "(denied|denies)",
    "pull access denied",
    "not have the required",
    "cross origin .. (blocked|denied)",
};

constexpr Meaning kAccessHint = Says(kAuthentication, 1.7);
constexpr P kAccessHintWords[] = {
    "(api key|apikey|credentials|credential|access "
    "token|authentication|authorization|permission|permissions|password|oauth|"
    "trusted origins|access key|auth "
    "token|privilege|privileges|login|unauthorised|auth|no "
    "auth|security|passphrase|kerberos|jwt|identity|disallowed|prohibited|"
    "credentials provider|authenticator|logon)"};

// Another model or provider may accept what this one refuses.
constexpr Meaning kPolicy = Says(kPermanent, 7)
                                .First(Strategy::kAlternativePath)
                                .Of(ErrorType::kAiService);
constexpr P kPolicyWords[] = {
    "(nsfw|adult|violent|sexual|hateful) (content|material|text)",
    "not allowed by the security policy",
    "finish reason : (safety|recitation|blocklist|content filter|prohibited "
    "content)",
    "content "
    "(filter|filters|filtering|policy|policies|moderation|filtered|management "
    "policy|policy violation|restrictions|safety|blocked)",
    "(moderation|responsible ai|safety|usage) "
    "(policy|policies|system|ratings|settings|reasons|blocked|filter|"
    "guidelines|check)",
    "(blocked|flagged|filtered|rejected|refused) (for|by|as|due to) "
    "(safety|content|moderation|our|the content|harmful|inappropriate|policy "
    "reasons|the safety|guardrail|guardrails)",
    "(inappropriate|harmful|prohibited|unsafe|sensitive|offensive|explicit) "
    "(content|material|text|words|prompt)",
    "flagged as",
    "data inspection failed",
    "recitation",
    "(policy violation|violates our|violates the|against our) "
    "(policy|policies|usage|terms|content|community|acceptable|)",
    "(prompt|response|image|message|request|input|output) "
    "(blocked|filtered|flagged|moderated)",
    "prompt refused",
    "moderation",
    "guardrail (intervened|blocked|triggered|)",
    "content filter",
};

constexpr Meaning kRegion = Says(kPermanent, 7)
                                .First(Strategy::kAlternativePath)
                                .Of(ErrorType::kAiService);
constexpr P kRegionWords[] = {
    "(location|region|country|territory|zone|area) .. (is not|not|isn't) "
    "(supported|available|allowed|enabled)",
    "not (supported|available|offered|enabled) in (your|this|the|that) "
    "(region|country|location|zone|territory|area|geography|current "
    "region|selected)",
    "(unsupported|unavailable) (country|region|location|in your)",
    "unsupported country region territory",
    "(geo|region|country) (blocked|restricted|restriction|restrictions|block)",
};

// A bank's answer; the card's owner must act.
constexpr Meaning kDeclined = Says(kPermanent, 10).First(Strategy::kEscalation);
constexpr P kDeclinedWords[] = {
    "not sufficient funds",
    "(insufficient|not enough) (lamports|gas|eth|margin|liquidity)",
    "(card|payment|transaction|charge|debit|instrument|authorization|account|"
    "funding source) .. (declined|was declined|has been declined|decline)",
    "(card|payment) .. (insufficient funds|expired|lost|stolen|blocked|not "
    "supported|rejected)",
    "expired card",
    "do not honor",
    "(declined|decline code)",
    "(insufficient funds|nsf)",
    "(cvc|cvv|security code) .. (incorrect|invalid|wrong|mismatch|check "
    "failed)",
    "instrument declined",
    "(fraud|fraudulent|suspected fraud|risk) (detected|suspected|check "
    "failed|declined|rules|)",
    "(3d secure|sca|authentication) required .. (payment|card)",
};

constexpr Meaning kLockedOut =
    Says(kAuthentication, 10).First(Strategy::kEscalation);
constexpr P kLockedOutWords[] = {
    "(account|user) .. (blocked|locked|suspended|disabled) (after|because "
    "of|due to) .. (attempts|logins|login attempts)",
};

constexpr Wordings kTable[] = {
    {kLockedOut, kLockedOutWords}, {kDeclined, kDeclinedWords},
    {kPolicy, kPolicyWords},       {kRegion, kRegionWords},
    {kSkew, kSkewWords},           {kWho, kWhoWords},
    {kRights, kRightsWords},       {kAccessHint, kAccessHintWords},
};

}  // namespace

absl::Span<const Wordings> AccessWordings() { return kTable; }

}  // namespace recourse
