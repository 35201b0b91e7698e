// Connections, names, certificates.
#include "server/match/meaning.h"

namespace recourse {
namespace {

using enum Category;
using P = absl::string_view;

constexpr auto kNotBegun = Meaning::kNotExecuted;

constexpr Meaning kRefused = Says(kConnection, 5).With(kNotBegun);
constexpr P kRefusedWords[] = {
    "(connection|connect|conn|connections|socket|tcp|link|dial) refused",
    "(connection|connect) (attempt|request) refused",
    "(econnrefused|wsaeconnrefused)",
    "actively refused",
    "refused (the|our|) (connection|connections)",
    "refused by (the|) (server|host|remote|peer|target)",
    "(no|not) (listener|listening)",
    "(nothing|nobody|no one|no process) (is|) (listening|listens)",
    "failed to connect to all addresses",
    "ora 12541",
};

constexpr Meaning kUnreachable = Says(kConnection, 5).With(kNotBegun);
constexpr P kUnreachableWords[] = {
    "(network|host|destination|server|service|node|address|gateway|peer|target|"
    "port|endpoint|machine|device|broker) (is|was|) (unreachable|not "
    "reachable|not accessible|inaccessible|currently unreachable)",
    "(enetunreach|ehostunreach|enetdown|ehostdown)",
    "no route to (the|) (host|destination|network)",
    "(network|host|interface|link) is down",
    "destination .. unreachable",
    "network (dropped|was dropped)",
};

constexpr Meaning kNameTemporary = Says(kConnection, 7).With(kNotBegun);
constexpr P kNameTemporaryWords[] = {
    "$cannot get address for",
    "unable to resolve host .. no address associated with hostname",
    "temporary failure in name resolution",
    "temporary failure (resolving|in name lookup)",
    "temporary (dns|resolver|name resolution) (failure|error)",
    "eai again",
    "servfail",
    "server misbehaving",
    "dns (lookup|query|resolution|request|resolver|) (timed "
    "out|timeout|timeouts|time out)",
    "(name resolution|name lookup|hostname lookup|host lookup) (timed "
    "out|timeout|temporarily failed)",
    "(dns|name) (server|servers|resolver) .. (unavailable|not "
    "responding|unreachable|failure|timed out)",
    "dns server returned general failure",
    "no servers could be reached",
    "lookup .. (io timeout|connection refused|timed out)",
    "resolver .. (timed out|timeout|unavailable|refused)",
    "(dns|name server) (failure|servfail|refused)",
};

constexpr Meaning kNameUnknown =
    Says(kPermanent, 6.5).Of(ErrorType::kNetwork).With(kNotBegun);
constexpr P kNameUnknownWords[] = {
    "name or service not known",
    "nodename nor servname",
    "(enotfound|nxdomain|eai noname)",
    "no such host (is known|)",
    "unknown host (exception|)",
    "$cannot (resolve|translate|look up|lookup|find) (host|hostname|host "
    "name|domain|proxy|server name|dns name|address|server|ip address of)",
    "(host|hostname|domain|name|server name|dns name) (could not be|cannot "
    "be|can't be|couldn't be|is not|not|was not|$cannot be) "
    "(resolved|resolvable)",
    "(host|hostname|domain|domain name|dns name|dns record) (was|is|) not "
    "(found|known|exist)",
    "name does not resolve",
    "no address associated with (hostname|name|host)",
    "getaddrinfo failed",
    "err name not resolved",
    "(unresolved|unresolvable) (host|hostname|address)",
    "unresolved address (exception|)",
    "failed to resolve",
    "dns (name|record|entry) (does not|doesn't) exist",
    "(domain|host) (does not|doesn't) exist",
};

constexpr Meaning kBroken = Says(kConnection, 5);
constexpr P kBrokenWords[] = {
    "read error executing",
    "(truncated|incomplete) chunk",
    "(response|reply|connection) ended prematurely",
    "fetch failed",
    "network name .. no longer available",
    "ssl error syscall",
    "(session|tunnel|channel|vpn) (is|) down",
    "io error on (get|post|put|head|delete) request",
    "error reading from",
    "reading from (server|client|peer|upstream)",
    "network error when attempting to fetch",
    "failed to fetch",
    "no (comm|comms|communication|telemetry)",
    "(signal|fix|sync|carrier|contact|tracking|comms|telemetry|uplink) lost",
    "stream (removed|terminated)",
    "(transport|link) level error",
    "(reached|at|unexpected) end of (the|) stream",
    "no more data to read from",
    "neighbor .. down",
    "(hold|keepalive|dead) (time|timer) expired",
    "network request failed",
    "(loading|load) (css|) chunk .. failed",
    "chunk load error",
    "(reading|read) .. protocol banner",
    "(call|line|link) (dropped|disconnected|went dead)",
    "(closed|broken|dead|stale|reset|lost|aborted|terminated|dropped) "
    "(network|tcp|) "
    "(channel|connection|socket|session|pipe|stream|link|transport|resource "
    "error)",
    "peer .. shut down",
    "(error|failed) reading .. (remote server|socket|from server|from "
    "client|response header|status line|from upstream|from peer)",
    "disassociated",
    "not reachable",
    "bus off",
    "(internet|network|wifi|cable|link|usb) disconnected",
    "(connection|connections|socket|channel|session|stream|link|pipe|tunnel|"
    "transport|websocket|web socket|tcp|subscription) .. "
    "(reset|aborted|broken|lost|dropped|terminated|interrupted|severed|killed|"
    "disconnected|torn down|dead|closing|half closed|shut down)",
    "(connection|connections|socket|channel|session|stream|pipe|tunnel|"
    "transport|websocket|web socket|connexion|cursor) (closed|shutdown|not "
    "open|no longer open|not alive|ended|gone)",
    "(connection|socket|session|channel|stream|transport) .. "
    "(closed|ended|dropped|reset) (unexpectedly|abruptly|prematurely|by "
    "peer|by the peer|by remote|by server|by the server|by the remote|by "
    "client|by foreign|before|abnormally|without)",
    "(econnreset|econnaborted|epipe|enotconn|wsaeconnreset|wsaeconnaborted)",
    "reset by (peer|the peer|remote|server|client)",
    "broken pipe (error|)",
    "(connection|connect) (abort|aborted|reset|lost|loss|terminated) "
    "(error|exception|)",
    "(lost|losing|dropped|losing) (the|its|) "
    "(connection|contact|link|session|communication|connectivity|carrier|"
    "signal)",
    "(remote|peer|server|host|client|broker|backend|upstream|other|far) "
    "(end|side|host|party|server|peer|) .. "
    "(closed|dropped|terminated|reset|aborted|hung up|disconnected|killed) "
    "(connection|socket|stream|session|link|channel|handshake|ssl "
    "connection|tls connection|)",
    "(closed|dropped|terminated|reset|aborted|killed) (the|its|our|) "
    "(connection|socket|session|link)",
    "(terminating|closing|dropping|aborting) connection",
    "server has gone away",
    "(socket|hung|hangs) (hang up|up)",
    "hung up unexpectedly",
    "(closed|ended|terminated|stopped) unexpectedly",
    "unexpectedly (closed|disconnected|terminated the)",
    "prematurely closed",
    "closed (by|from) (the|) (remote|peer|server|foreign|client) "
    "(host|side|end|)",
    "(forcibly|abnormally) closed",
    "transport is closing",
    "(goaway|go away|go away received)",
    "(stream|rst) (reset|stream|was reset|error in the http 2)",
    "stream .. (not closed cleanly|was not closed cleanly)",
    "keepalive (ping|) (timeout|failed)",
    "ping timeout",
    "eof occurred in violation of protocol",
    "unexpected eof while reading",
    "(eof|eof detected) (on|in|from) "
    "(socket|connection|network|stream|upstream|server|peer|client)",
    "ssl syscall error",
    "non properly terminated",
    "no close frame",
    "abnormal closure",
    "(disconnected|disconnect) (from|by|unexpectedly|during|before|while)",
    "(server|client|peer|device|host|node|broker|socket|session|player) "
    "(was|has|got|is|) disconnected",
    "(chunked encoding|incomplete chunked) (error|encoding|read)",
    "transfer closed with .. (remaining|missing)",
    "err (connection|network|socket|http2) "
    "(reset|closed|aborted|changed|error|protocol error|)",
    "network (changed|was changed|connection lost|connection was lost)",
    "io error while reading",
    "(premature close|early eof)",
    "remote (protocol error|disconnected|closed)",
    "(recv|send|receive) failure",
    "(tcp|socket|ssl|tls|udp|websocket) (recv|send|read|write|receive) "
    "(error|failed|failure|closed)",
    "tcp (recv|send|read|write)",
    "(missed|missing|lost|no) (heartbeat|heartbeats|keepalive|keepalives|keep "
    "alives)",
    "heartbeat (missing|lost|missed|failed|failure)",
    "(empty|no) (reply|response|answer) from (the|) "
    "(server|host|peer|upstream|backend|device|remote)",
    "no http response",
    "failed to respond",
    "(unexpected|premature) end of (http|) response",
    "unexpected end of (http|) stream on",
    "(bad|invalid) (connection|socket)",
    "connection forced",
    "forced connection closure",
    "communicator was aborted",
    "(connection|session|link) (dropped|lost|loss|reset|flapped)",
    "ora (03113|03114|03135)",
    "(client|remote|local) (end|side) (closed|disconnected)",
    "carrier lost",
    "terminated the handshake",
    "disconnected before",
    "(no|not) (longer|) connected",
    "not (currently|yet|) connected (to|)",
    "is not connected",
};

constexpr Meaning kNoConnection = Says(kConnection, 3.7);
constexpr P kNoConnectionWords[] = {
    "$cannot open client transport",
    "$cannot be (sent|delivered|transmitted) to (remote|the "
    "remote|host|server|the server)",
    "$cannot (obtain|retrieve|fetch|get|load) .. "
    "(configuration|metadata|document|keys|jwks|manifest) from",
    "$cannot (download|transfer|retrieve) .. "
    "(metadata|artifact|information|index|package|from|list|mirrorlist|"
    "repodata)",
    "failed to download",
    "error while reading .. stream",
    "does not appear to be running",
    "no responders available",
    "(no conn|err no conn)",
    "(error|problem|trouble) (establishing|with) (a|your|the|) "
    "(database|network|server|remote|) connection",
    "$cannot load the service index",
    "(partner|host|gateway|server|peer) .. not reached",
    "error communication",
    "(tries|attempts) to connect .. failed",
    "all connection (tries|attempts) failed",
    "dns (error|failure|problem)",
    "$cannot (connect|reach|contact|communicate|dial|ping)",
    "$cannot be (reached|contacted)",
    "$cannot (establish|open|create|make|obtain|initiate|set up|start) "
    "(new|secure|network|database|tcp|ssl|tls|) "
    "(connection|connections|socket|session|link|tunnel|channel|communication)",
    "(connection|connect|connecting) "
    "(failed|failure|failures|error|errors|problem|problems|issue|issues|"
    "attempt failed|attempts failed|unsuccessful|could not be "
    "established|cannot be established|not established|was not "
    "established|exception|bad|fault|unavailable)",
    "connection .. (failed|could not be established|cannot be "
    "established|could not be made|not available|failure)",
    "(no|zero) "
    "(active|open|usable|available|live|living|alive|valid|network|internet|"
    "database|server|) (connection|connections|connectivity)",
    "(network|socket|transport|link|communication|communications|comm|tcp|udp|"
    "websocket|wire) (error|exception|failure|failed|problem|issue|fault|link "
    "failure|errors|problems)",
    "(network|transport|connection|connectivity) (related|) (or instance|) "
    "(error|issue|problem)",
    "(error|failed) (while|) (dialing|connecting|communicating)",
    "(error|exception) (while|) (opening|connecting|sending) "
    "(socket|to|request)",
    "(error|errors) (sending|occurred while sending) (the|) request",
    "an error occurred while sending the request",
    "dial (tcp|udp|unix|error|failed)",
    "tunnel connection failed",
    "proxy (error|connect error|connection failed)",
    "upstream connect error",
    "(server|node|broker|peer|host|service|brokers|nodes|database|daemon|agent|"
    "machine|gateway|controller|device|backend|endpoint|instance|hosts) "
    "(is|are|seems|appears|might be|went|) (to be|) "
    "(down|offline|dead|gone|not running|not "
    "responding|lost|away|unresponsive)",
    "(no|none of the|all) "
    "(reachable|available|living|live|alive|healthy|configured|usable|) "
    "(servers|nodes|hosts|brokers|server|node|host|broker|endpoints|peers) "
    "(available|are down|tried|are available|is "
    "available|reachable|unreachable|failed|found|)",
    "(no|none) .. (nodes|hosts|servers|brokers) (are|is|) "
    "(available|alive|reachable)",
    "(host|node|server|broker) not available",
    "run out of available (brokers|hosts|servers|endpoints)",
    "server selection (timeout|error|failed|)",
    "while waiting for a server that matches",
    "bootstrap broker .. disconnected",
    "(unreachable|unconnected)",
    "econn",
    "connection to .. (failed|lost|refused)",
    "network (unavailable|is unavailable|not available)",
    "(no|lost|without|loss of) (network|internet|connectivity|signal|uplink)",
    "offline",
    "while establishing connection",
    "was not accessible",
    "(remote|server) .. not accessible",
    "failed to (query|reach|contact) (the|) "
    "(registry|repository|provider|server|api|service|upstream|mirror)",
    "$cannot query",
    "http 000",
    "io error occurred while sending",
    "(socket|connection) (write|read) (failed|error)",
    "(failed|error) to (send|receive) (data|request|message|packet|bytes)",
    "daemon (is not running|not running)",
    "is the .. (daemon|server) running",
    "(link|line|interface|port) (is|went|) down",
    "rpc (failed|failure|server is unavailable)",
    "(dropped|lost) (packets|packet|frames)",
    "handshake (failed|error|failure) : eof",
};

constexpr Meaning kEof = Says(kConnection, 2.2);
constexpr P kEofWords[] = {
    "end of file", "protocol error", "eof",
    "(end of file|eof) (error|reached|exception|encountered)", "connectivity"};

constexpr Meaning kDisconnected = Says(kConnection, 1.7);
constexpr P kDisconnectedWords[] = {"network"};

constexpr Meaning kCutOff = Says(kConnection, 2);
constexpr P kCutOffWords[] = {"(disconnected|disconnect|disconnection)"};

constexpr Meaning kCertificate =
    Says(kPermanent, 6.5).First(Strategy::kEscalation).Of(ErrorType::kNetwork);
constexpr P kCertificateWords[] = {
    "dnssec .. (failed|bogus|validation)",
    "cipher mismatch",
    "version or cipher mismatch",
    "(certificate|cert) .. rejected",
    "(certificate|cert) .. doesn't match any",
    "look like a tls",
    "(certificate|cert|certificates|chain|issuer) .. "
    "(verify|verification|validation|validate|check) (failed|failure|error)",
    "(certificate|cert) .. (expired|is invalid|invalid|not yet valid|not "
    "valid|revoked|not trusted|untrusted|unknown|self signed|mismatch|does not "
    "match|doesn't match|problem|is not signed|cannot be verified|not "
    "verified|could not be verified|has a different|is for)",
    "(expired|invalid|untrusted|revoked|bad|self "
    "signed|unknown|unsupported|missing|wrong) "
    "(ssl|tls|server|root|ca|intermediate|) (certificate|cert|certificates|ca)",
    "signed by unknown authority",
    "unknown (authority|ca|certificate authority|issuer)",
    "self signed",
    "$cannot (verify|get|find|validate|build) .. "
    "(issuer|certificate|certification path|cert|leaf signature|chain of "
    "trust|trust anchor)",
    "unable to verify the first",
    "unable to verify leaf",
    "unrecognized name",
    "x509",
    "pkix path",
    "path (building|validation) failed",
    "(hostname|host name|subject|altname|san|common name) .. (mismatch|doesn't "
    "match|does not match|did not match|not match|invalid)",
    "doesn't match certificate",
    "trust (anchor|store|relationship) .. (not found|could not|failed|empty)",
    "(ssl|tls) (alert|alert number)",
    "(tlsv1|sslv3|tls) alert",
    "(wrong|unsupported|unknown) (ssl|tls|protocol|) version (number|)",
    "unsupported protocol version",
    "(ssl|tls) version .. (not supported|unsupported|too old)",
    "no (cipher|ciphers|shared cipher|cipher match|cipher suites|common "
    "cipher)",
    "no .. cipher suites",
    "(ssl|tls) (certificate|cert) (problem|error|verification error)",
    "cert authority invalid",
    "err cert",
    "altname invalid",
    "ssl cert (verification error|verify)",
    "(gave|received|got) http response to https client",
    "(plain|unencrypted) http request .. https port",
    "ssl (is|) required",
    "(server|it) does not support ssl",
    "dh key too small",
    "ee key too small",
    "host key verification failed",
    "remote host identification has changed",
    "(could not|failed to) (verify|validate) .. (signature|signer|publisher)",
    "no public key",
    "no pubkey",
    "(is|are) not signed",
    "hsts",
};

// Mostly of versions and certificates, but the line may have broken as well.
constexpr Meaning kHandshake =
    Says(kPermanent, 4).First(Strategy::kEscalation).Of(ErrorType::kNetwork);
constexpr P kHandshakeWords[] = {
    "bad handshake",
    "handshake (failure|failed|error|exception|alert)",
    "(ssl|tls) (handshake|negotiation|connection) (failure|failed|error)",
    "(ssl|tls) (error|exception)",
};

// A client's certificate is a credential.
constexpr Meaning kClientCertificate =
    Says(kAuthentication, 7.5).First(Strategy::kEscalation);
constexpr P kClientCertificateWords[] = {
    "client's certificate",
    "client certificate .. (required|missing|expired|invalid|rejected|failed|)",
    "verify client",
    "(certificate|ssl certificate) (required|was not sent|not sent)",
    "no required ssl certificate was sent",
    "(tls|alert|remote error) : bad certificate",
    "(tls|tlsv1|alert) (alert|) (unknown ca|bad certificate|certificate "
    "required|certificate unknown|access denied)",
};

constexpr Wordings kTable[] = {
    {kRefused, kRefusedWords},
    {kUnreachable, kUnreachableWords},
    {kNameTemporary, kNameTemporaryWords},
    {kNameUnknown, kNameUnknownWords},
    {kBroken, kBrokenWords},
    {kNoConnection, kNoConnectionWords},
    {kEof, kEofWords},
    {kDisconnected, kDisconnectedWords},
    {kCutOff, kCutOffWords},
    {kClientCertificate, kClientCertificateWords},
    {kCertificate, kCertificateWords},
    {kHandshake, kHandshakeWords},
};

}  // namespace

absl::Span<const Wordings> NetworkWordings() { return kTable; }

}  // namespace recourse
