#include "server/match/key_names.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace recourse {
namespace {

using Names = absl::flat_hash_set<absl::string_view>;

constexpr size_t kMaxKey = 24;

bool Contains(const Names& names, absl::string_view text) {
  if (text.empty() || text.size() > kMaxKey) return false;
  std::string folded;
  for (const char c : text) {
    if (c != '_' && c != '-') folded.push_back(absl::ascii_tolower(c));
  }
  return names.contains(folded);
}

}  // namespace

bool NamesAThing(absl::string_view key) {
  static const auto* const names = new Names{
      "name",      "id",          "param",    "parameter", "field",
      "path",      "file",        "filename", "url",       "uri",
      "host",      "hostname",    "server",   "service",   "user",
      "username",  "node",        "pod",      "container", "image",
      "job",       "task",        "queue",    "topic",     "table",
      "column",    "key",         "input",    "value",     "model",
      "method",    "caller",      "logger",   "module",    "function",
      "class",     "namespace",   "cluster",  "region",    "zone",
      "tag",       "target",      "endpoint", "address",   "addr",
      "database",  "db",          "index",    "bucket",    "project",
      "org",       "docurl",      "help",     "hint",      "documentationurl",
      "link",      "moreinfo",    "request",  "command",   "cmd",
      "args",      "argument",    "label",    "version",   "traceid",
      "requestid", "prompt",      "query",    "source",    "component",
      "thread",    "workflow",    "step",     "stage",     "subject",
      "loc",       "location",    "helplink", "infourl",   "object",
      "resource",  "kind",        "selector", "instance",  "device",
      "domain",    "environment", "env",      "branch",    "package",
      "plugin",    "driver",      "tool",     "toolname",  "default",
      "option",    "setting",     "config",   "ts",        "time",
      "timestamp", "level",       "severity", "spanid",    "tenant",
      "account",   "upstream",    "client",   "referer",   "useragent",
      "ip",        "peer",        "remote",   "local"};
  return Contains(*names, key);
}

bool PrecedesAName(absl::string_view word) {
  static const auto* const names =
      new Names{"variable", "column",   "parameter", "field",    "option",
                "property", "argument", "attribute", "function", "method",
                "table",    "flag",     "setting",   "label",    "identifier",
                "symbol",   "macro",    "module",    "relation", "index"};
  return Contains(*names, word);
}

bool TellsWhatFailed(absl::string_view word) {
  static const auto* const names = new Names{
      "error",     "code",    "limit", "quota",  "reason",  "with",
      "exception", "message", "cause", "said",   "says",    "replied",
      "returned",  "raised",  "threw", "failed", "because", "errorcode",
      "got",       "status",  "body"};
  return Contains(*names, word);
}

bool NamesAnError(absl::string_view name) {
  if (absl::StrContains(name, "Exception") || absl::EndsWith(name, "Error")) {
    return true;
  }
  constexpr absl::string_view kEndings[] = {
      "Denied",   "Exceeded", "Expired",   "Fault",    "NotFound",
      "Rejected", "Refused",  "Throttled", "TimedOut", "Unavailable",
  };
  return std::any_of(
      std::begin(kEndings), std::end(kEndings), [&](absl::string_view ending) {
        return name.size() > ending.size() && absl::ascii_isupper(name[0]) &&
               absl::EndsWith(name, ending);
      });
}

bool IsFileEnding(absl::string_view ending) {
  static const auto* const endings = new Names{
      "py",   "go",          "js",   "ts",     "jsx",     "tsx",   "mjs",
      "cjs",  "java",        "kt",   "scala",  "c",       "h",     "cc",
      "cpp",  "hpp",         "cxx",  "rs",     "rb",      "php",   "cs",
      "vb",   "fs",          "ex",   "exs",    "erl",     "swift", "m",
      "mm",   "lua",         "pl",   "pm",     "sh",      "bash",  "ps1",
      "bat",  "yaml",        "yml",  "json",   "xml",     "toml",  "ini",
      "conf", "cfg",         "env",  "txt",    "log",     "md",    "html",
      "htm",  "css",         "csv",  "tsv",    "sql",     "so",    "dll",
      "exe",  "jar",         "war",  "class",  "o",       "a",     "lib",
      "tf",   "proto",       "lock", "gz",     "tgz",     "zip",   "tar",
      "bz2",  "xz",          "whl",  "deb",    "rpm",     "iso",   "img",
      "db",   "sqlite",      "pdf",  "doc",    "docx",    "xls",   "xlsx",
      "png",  "jpg",         "jpeg", "gif",    "svg",     "mp3",   "mp4",
      "wav",  "avi",         "mov",  "pem",    "crt",     "key",   "pid",
      "sock", "parquet",     "avro", "orc",    "dat",     "bin",   "bak",
      "tmp",  "ipynb",       "vue",  "gradle", "service", "plist", "pt",
      "onnx", "safetensors", "gguf", "ckpt",   "step",    "stl",   "dcm",
      "nc",   "h5",          "mod",  "sum"};
  return endings->contains(ending);
}

}  // namespace recourse
