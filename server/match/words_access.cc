// Credentials, rights, policies.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr Meaning kWho = Says(kAuthentication, 5)
                             .First(Strategy::kEscalation)
                             .With(Meaning::kNotExecuted);
constexpr P kWhoWords[] = {"unauthorized",
                           "unauthenticated",
                           "authentication failed",
                           "authentication failure",
                           "authentication error",
                           "authentication required",
                           "authentication exception",
                           "requires authentication",
                           "auth failure",
                           "auth failed",
                           "not authenticated",
                           "invalid api key",
                           "incorrect api key",
                           "invalid authentication",
                           "invalid auth",
                           "api key not valid",
                           "api key expired",
                           "missing api key",
                           "no api key",
                           "invalid token",
                           "token expired",
                           "expired token",
                           "token has expired",
                           "token is expired",
                           "token is invalid",
                           "token revoked",
                           "jwt expired",
                           "invalid jwt",
                           "invalid credentials",
                           "bad credentials",
                           "wrong credentials",
                           "invalid access credentials",
                           "access credentials",
                           "could not load credentials",
                           "unable to locate credentials",
                           "no credentials",
                           "credentials have expired",
                           "missing credentials",
                           "login failed",
                           "login required",
                           "log in again",
                           "logon failure",
                           "password authentication failed",
                           "invalid password",
                           "wrong password",
                           "incorrect password",
                           "password expired",
                           "incorrect username or password",
                           "username and password not accepted",
                           "invalid username or password",
                           "invalid username",
                           "invalid client",
                           "invalid grant",
                           "invalid secret",
                           "expired security token",
                           "security token included in the request",
                           "signature does not match",
                           "signature doesn't match",
                           "request time too skewed",
                           "invalid access key",
                           "invalid signature",
                           "unrecognized client",
                           "not logged in",
                           "session expired",
                           "docker login",
                           "no basic auth credentials",
                           "noauth",
                           "wrongpass",
                           "28p01",
                           "28000",
                           "ora 01017",
                           "account is locked",
                           "account locked",
                           "account disabled",
                           "account suspended",
                           "account deactivated",
                           "aadsts*",
                           "authorization grant",
                           "refresh token is invalid",
                           "not authed",
                           "reauthenticate",
                           "oauth error",
                           "access token expired",
                           "invalid bearer",
                           "client secret",
                           "could not validate credentials",
                           "csrf",
                           "credentials are invalid"};

constexpr Meaning kRights =
    Says(kAuthentication, 5).First(Strategy::kEscalation);
constexpr P kRightsWords[] = {"permission denied",
                              "permissions denied",
                              "permission denied error",
                              "access denied",
                              "access is denied",
                              "access forbidden",
                              "not authorized",
                              "is not authorized to",
                              "authorization failed",
                              "authorization error",
                              "authorization failure",
                              "unauthorized access",
                              "insufficient permission*",
                              "insufficient privilege*",
                              "insufficient scope*",
                              "insufficient rights",
                              "insufficient access",
                              "missing scope",
                              "missing permission*",
                              "required permission*",
                              "requires permission",
                              "lacks permission",
                              "does not have permission",
                              "do not have permission",
                              "don't have permission",
                              "doesn't have permission",
                              "no permission",
                              "does not have access",
                              "do not have access",
                              "don't have access",
                              "doesn't have access",
                              "not have the required",
                              "not permitted",
                              "operation not permitted",
                              "eacces",
                              "eperm",
                              "must be owner",
                              "must be superuser",
                              "not accessible by",
                              "not allowed to",
                              "not in channel",
                              "forbidden",
                              "privilege*",
                              "rbac",
                              "noperm",
                              "42501",
                              "ora 01031",
                              "access to the resource is denied",
                              "explicit deny",
                              "not been granted",
                              "admin approval",
                              "is not whitelisted",
                              "not allowlisted",
                              "ip address not allowed",
                              "sso required",
                              "denied"};

constexpr Meaning kAccessHint = Says(kAuthentication, 2);
constexpr P kAccessHintWords[] = {
    "api key",       "credentials",     "access token", "authentication",
    "authorization", "permission",      "permissions",  "password",
    "oauth",         "trusted origins", "access key",   "auth token"};

// Another model or provider may accept what this one refuses.
constexpr Meaning kPolicy = Says(kPermanent, 7)
                                .First(Strategy::kAlternativePath)
                                .Of(ErrorType::kAiService);
constexpr P kPolicyWords[] = {"content filter",
                              "content filters",
                              "content filtering",
                              "content policy",
                              "content policies",
                              "content management policy",
                              "content policy violation",
                              "content moderation",
                              "moderation",
                              "responsible ai policy",
                              "safety system",
                              "safety ratings",
                              "safety settings",
                              "safety reasons",
                              "blocked for safety",
                              "inappropriate content",
                              "flagged as",
                              "usage policies",
                              "usage policy",
                              "data inspection failed",
                              "prohibited content",
                              "recitation",
                              "policy violation",
                              "violates our",
                              "prompt was blocked",
                              "response was blocked",
                              "blocked by our",
                              "harmful content"};

constexpr Meaning kRegion = Says(kPermanent, 7)
                                .First(Strategy::kAlternativePath)
                                .Of(ErrorType::kAiService);
constexpr P kRegionWords[] = {
    "location is not supported",     "region is not supported",
    "not supported in your region",  "not available in your region",
    "not available in your country", "region, or territory not supported",
    "unsupported country*",          "not available in this region"};

// A bank's answer; the card's owner must act.
constexpr Meaning kDeclined = Says(kPermanent, 9).First(Strategy::kEscalation);
constexpr P kDeclinedWords[] = {
    "card was declined",      "card declined",
    "card has been declined", "card has insufficient funds",
    "card has expired",       "expired card",
    "do not honor",           "payment declined",
    "payment was declined"};

constexpr Wordings kTable[] = {
    {kWho, kWhoWords},
    {kRights, kRightsWords},
    {kAccessHint, kAccessHintWords},
    {kPolicy, kPolicyWords},
    {kRegion, kRegionWords},
    {kDeclined, kDeclinedWords},
};

}  // namespace

absl::Span<const Wordings> AccessWordings() { return kTable; }

}  // namespace recourse
