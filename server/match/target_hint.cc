#include "server/match/target_hint.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "re2/re2.h"

namespace recourse {
namespace {

// A name with a dot or an address, so that it is no word of the sentence.
constexpr absl::string_view kDotted =
    "(?:[a-z0-9](?:[a-z0-9_-]{0,62})(?:\\.[a-z0-9][a-z0-9_-]{0,62}){1,8}|"
    "\\[[0-9a-f:]{2,39}\\])";
constexpr absl::string_view kName =
    "(?:[a-z0-9](?:[a-z0-9_-]{0,62})(?:\\.[a-z0-9][a-z0-9_-]{0,62}){0,8}|"
    "\\[[0-9a-f:]{2,39}\\])";
constexpr absl::string_view kPort = "\\d{1,5}";

// <H> is a host with or without a port, <N> a host of any form, <P> a port; a
// URL's <U> is what stands before its host.
constexpr absl::string_view kWordings[] = {
    // A request's URL has a name, where the connection below has an address.
    "\\b(?:get|post|put|patch|delete|head|options|fetch|for url:?|endpoint "
    "url:?|requesting|request (?:to|for)|call(?:ing)?|reach|from|url[:=])"
    "(?: url)?:? [\"'<`]?(?:https?|wss?|grpcs?)://<U><H>",
    "\\b(?:https?|wss?)://<U><H>[^\\s\"'>]{0,200}[\"'>]?:? (?:failed|timed out|"
    "returned|responded)",
    // Whoever failed to connect says where to.
    "\\bdial (?:tcp|udp)[46]?:? (?:lookup )?<H>",
    "\\b(?:read|write) (?:tcp|udp)[46]? \\S{1,60}->(?:\\S{1,60}/)?<H>",
    "pool\\(host=[\"']<N>[\"'], port=<P>",
    "\\bconnection to server at \"<N>\"(?: \\([^)\\n]{1,45}\\))?, port <P>",
    "\\bconnect to (?:server )?[\"']?<N>[\"']?,? (?:\\([^)\\n]{1,45}\\) )?port "
    "<P>",
    "\\b(?:connection|connect|connecting|connected|reconnect) (?:to|with) "
    "(?:the )?(?:server|host|broker|endpoint|node)? ?(?:at |on )?[\"'`(\\[]?"
    "(?:[a-z+]{2,12}://<U>)?<H>",
    "\\bconnect (?:ECONN[A-Z]+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) <H>",
    "\\bserver on '<H>'",
    "\\bserver running on host \"<N>\"[^\\n]{0,80} port <P>",
    "\\bconnection refused: (?:[a-z0-9._-]{1,253}/)?<H>",
    "\\b(?:getaddrinfo|ENOTFOUND|EAI_AGAIN|resolve host(?:name)?:?|"
    "UnknownHostException:) (?:ENOTFOUND |EAI_AGAIN )?[\"']?<H>",
    // A data store's URL says what it is.
    "\\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|"
    "kafka|nats|cassandra|clickhouse|etcd|ldaps?|sftp|ftp|smtps?|sqlserver|"
    "dns)://<U>/?<H>",
    "(?m)(?:^|[\\s{,\"'])host[\"']?: ?[\"']?<D>",
    "\\b<AWS>",
};

struct Reader {
  std::unique_ptr<const RE2> regex;
  int host = 0;
  int port = 0;  // 0: the host's own, if any.
};

std::string Expand(absl::string_view wording) {
  const std::string with_port =
      absl::StrCat("(?:", kName, ":", kPort, "|", kDotted, ")");
  return absl::StrCat(
      "(?i)",
      absl::StrReplaceAll(
          wording,
          {{"<U>", "(?:[^\\s/@\"'<>]*@)?"},
           {"<H>", absl::StrCat("(?P<host>", with_port, ")")},
           {"<D>", absl::StrCat("(?P<host>", kDotted, "(?::", kPort, ")?)")},
           {"<N>", absl::StrCat("(?P<host>", kName, ")")},
           {"<P>", absl::StrCat("(?P<port>", kPort, ")\\b")},
           {"<AWS>",
            "(?P<host>[a-z0-9][a-z0-9.-]{1,120}\\.amazonaws\\.com)"}}));
}

const std::vector<Reader>& Readers() {
  static const auto* const readers = [] {
    auto* made = new std::vector<Reader>();
    for (const absl::string_view wording : kWordings) {
      Reader reader;
      reader.regex = std::make_unique<const RE2>(Expand(wording));
      const auto& names = reader.regex->NamedCapturingGroups();
      reader.host = names.at("host");
      const auto port = names.find("port");
      if (port != names.end()) reader.port = port->second;
      made->push_back(std::move(reader));
    }
    return made;
  }();
  return *readers;
}

// Most errors name nothing that was called.
bool MayNameTarget(re2::StringPiece text) {
  static const RE2* const kWords = new RE2(
      "(?i)://|dial |connect|->|host|resolve|amazonaws|getaddrinfo|ENOTFOUND|"
      "EAI_AGAIN|server on ");
  return RE2::PartialMatch(text, *kWords);
}

}  // namespace

std::string TargetHint(absl::string_view text) {
  const re2::StringPiece piece(text.data(), text.size());
  if (!MayNameTarget(piece)) return "";
  std::vector<re2::StringPiece> submatches;
  for (const Reader& reader : Readers()) {
    submatches.assign(reader.regex->NumberOfCapturingGroups() + 1, {});
    if (!reader.regex->Match(piece, 0, piece.size(), RE2::UNANCHORED,
                             submatches.data(),
                             static_cast<int>(submatches.size()))) {
      continue;
    }
    std::string host(submatches[reader.host]);
    if (reader.port == 0) return host;
    return absl::StrCat(host, ":",
                        absl::string_view(submatches[reader.port].data(),
                                          submatches[reader.port].size()));
  }
  return "";
}

}  // namespace recourse
