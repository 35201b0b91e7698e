#include "server/config.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/usage_error.h"
#include "server/wire/times.h"
#include "server/wire/yaml.h"

namespace recourse {
namespace {

using config::v1::Limits;
using config::v1::ServerConfig;

constexpr char kDescription[] =
    "Decides what a program should do when something it called has failed.";
constexpr char kExamples[] =
    "Examples:\n"
    "  recourse-server\n"
    "      serves on 127.0.0.1:50051 and keeps its state in ./recourse.db\n"
    "  recourse-server --store memory: --listen 127.0.0.1:0\n"
    "      keeps nothing and takes a free port, which its ready line tells\n"
    "  recourse-server --listen 0.0.0.0:50051 --tls-cert server.pem "
    "--tls-key server.key\n"
    "      serves the network, encrypted\n"
    "  recourse-server --config recourse.yaml\n"
    "      takes the rest from a file (docs/operations.md)\n";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  // An empty file sets no text and is no error.
  if (!file || (file.peek() != EOF && !(text << file.rdbuf()))) {
    return absl::NotFoundError(
        absl::StrCat("--config: ", path, " cannot be read"));
  }
  return text.str();
}

// A limit that is a number, and what it is where the file has none.
struct CountLimit {
  absl::string_view name;
  uint32_t low, high, fallback;
  uint32_t (Limits::*get)() const;
  void (Limits::*set)(uint32_t);
};

constexpr CountLimit kCountLimits[] = {
    {"max_message_bytes", 64 << 10, 64 << 20, 4 << 20,
     &Limits::max_message_bytes, &Limits::set_max_message_bytes},
    {"max_concurrent_streams", 1, 100'000, 1'000,
     &Limits::max_concurrent_streams, &Limits::set_max_concurrent_streams},
    {"worker_threads", 1, 64, 4, &Limits::worker_threads,
     &Limits::set_worker_threads},
    {"watch_queue", 1, 100'000, 1'000, &Limits::watch_queue,
     &Limits::set_watch_queue},
    {"max_watchers", 1, 10'000, 100, &Limits::max_watchers,
     &Limits::set_max_watchers},
    {"max_call_memory_mib", 64, 1 << 20, 1 << 10, &Limits::max_call_memory_mib,
     &Limits::set_max_call_memory_mib},
    {"max_call_threads", 2, 1024, 16, &Limits::max_call_threads,
     &Limits::set_max_call_threads},
};

absl::Status FillDuration(absl::string_view field, absl::Duration low,
                          absl::Duration high, absl::Duration fallback,
                          bool present, google::protobuf::Duration* duration) {
  if (!present) {
    *duration = ToMessage(fallback);
    return absl::OkStatus();
  }
  const absl::Duration value = FromMessage(*duration);
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": ", absl::FormatDuration(value), " is not in ",
                   absl::FormatDuration(low), "-", absl::FormatDuration(high)));
}

absl::Status FillLimits(Limits& limits) {
  absl::Status status;
  for (const CountLimit& limit : kCountLimits) {
    const uint32_t value = (limits.*limit.get)();
    if (value == 0) {
      (limits.*limit.set)(limit.fallback);
    } else if (value < limit.low || value > limit.high) {
      status.Update(absl::InvalidArgumentError(
          absl::StrCat("limits.", limit.name, ": ", value, " is not in ",
                       limit.low, "-", limit.high)));
    }
  }
  if (!limits.has_unmatched_groups()) limits.set_unmatched_groups(1000);
  if (limits.unmatched_groups() > 10'000) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat("limits.unmatched_groups: ", limits.unmatched_groups(),
                     " is not in 0-10000")));
  }
  if (!limits.has_decision_ring()) limits.set_decision_ring(10'000);
  if (limits.decision_ring() > 1'000'000) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat("limits.decision_ring: ", limits.decision_ring(),
                     " is not in 0-1000000")));
  }
  const bool has_drain_timeout = limits.has_drain_timeout();
  status.Update(FillDuration(
      "limits.drain_timeout", absl::ZeroDuration(), absl::Minutes(10),
      absl::Seconds(10), has_drain_timeout, limits.mutable_drain_timeout()));
  const bool has_correction_time = limits.has_max_correction_time();
  status.Update(FillDuration("limits.max_correction_time",
                             absl::Milliseconds(10), absl::Minutes(10),
                             absl::Seconds(2), has_correction_time,
                             limits.mutable_max_correction_time()));
  return status;
}

absl::Status FillRecovery(config::v1::Recovery& recovery) {
  if (!recovery.has_max_total_retries()) recovery.set_max_total_retries(10);
  if (recovery.max_total_retries() > 1'000) {
    return absl::InvalidArgumentError(absl::StrCat(
        "recovery.max_total_retries: ", recovery.max_total_retries(),
        " is not in 0-1000"));
  }
  const bool has_max_elapsed = recovery.has_max_elapsed();
  return FillDuration("recovery.max_elapsed", absl::Seconds(1), absl::Hours(24),
                      absl::Minutes(10), has_max_elapsed,
                      recovery.mutable_max_elapsed());
}

absl::Status CheckAddress(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return absl::OkStatus();
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--listen: \"", address,
        "\" is not HOST:PORT with a port of 0-65535, such as 127.0.0.1:50051"));
  }
  return absl::OkStatus();
}

absl::Status CheckAccess(const ServerConfig& config) {
  if (config.tls().cert().empty() != config.tls().key().empty()) {
    return absl::InvalidArgumentError(
        "--tls-cert, --tls-key: the certificate and its key go together");
  }
  const bool tls = !config.tls().cert().empty();
  if (!config.tls().client_ca().empty() && !tls) {
    return absl::InvalidArgumentError(
        "--tls-client-ca: needs --tls-cert and --tls-key");
  }
  if (tls || config.insecure() || IsLoopback(config.listen())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--listen: ", config.listen(),
      " can be reached from other machines: give --tls-cert and --tls-key, or "
      "say --insecure if the network is trusted"));
}

absl::Status CheckLogLevel(const std::string& level) {
  for (const char* known : {"debug", "info", "warn", "error"}) {
    if (level == known) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "log_level: \"", level, "\" is not debug, info, warn or error"));
}

// What the command line may say.
struct Flags {
  std::string config_path, listen, store, patterns, cert, key, client_ca;
  bool insecure = false;

  // The fields must outlive what `app` parses.
  void AddTo(CLI::App& app) {
    app.footer(kExamples);
    const auto add = [&app](const char* name, std::string& value,
                            const char* help) {
      app.add_option(name, value, help)
          ->check(CLI::Validator(
              [](const std::string& text) {
                return text.empty() ? "is empty; leave it out for the default"
                                    : "";
              },
              ""));
    };
    add("--listen", listen,
        "Address to serve on; port 0 takes a free one [127.0.0.1:50051]");
    add("--store", store, "sqlite:PATH or memory: [sqlite:./recourse.db]");
    add("--patterns", patterns,
        "Folder of pattern files in place of the built-in library");
    add("--tls-cert", cert, "Certificate chain, PEM");
    add("--tls-key", key, "Private key of the certificate, PEM");
    add("--tls-client-ca", client_ca,
        "Clients must show a certificate of this CA, PEM");
    app.add_flag("--insecure", insecure,
                 "Serve beyond this machine without encryption");
    add("--config", config_path, "YAML file with these and all other settings");
    app.set_version_flag("--version", "recourse-server " RECOURSE_VERSION);
  }

  // The file's settings with the flags over them, checked.
  absl::StatusOr<ServerConfig> Read() const {
    ServerConfig config;
    if (!config_path.empty()) {
      const absl::StatusOr<std::string> text = ReadFile(config_path);
      if (!text.ok()) return text.status();
      if (absl::Status s = ParseYaml(config_path, *text, config); !s.ok()) {
        return s;
      }
    }
    if (!listen.empty()) config.set_listen(listen);
    if (!store.empty()) config.set_store(store);
    if (!patterns.empty()) config.set_patterns(patterns);
    if (!cert.empty()) config.mutable_tls()->set_cert(cert);
    if (!key.empty()) config.mutable_tls()->set_key(key);
    if (!client_ca.empty()) config.mutable_tls()->set_client_ca(client_ca);
    if (insecure) config.set_insecure(true);
    if (absl::Status s = FinishConfig(config); !s.ok()) return s;
    return config;
  }
};

}  // namespace

bool IsLoopback(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return true;
  absl::string_view host = address.substr(0, address.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  // Only a dotted number: 127.example.com is a name like any other.
  const bool dotted = !host.empty() && host.find_first_not_of("0123456789.") ==
                                           absl::string_view::npos;
  return host == "localhost" || host == "::1" ||
         (dotted && absl::StartsWith(host, "127."));
}

absl::Status FinishConfig(ServerConfig& config) {
  if (config.listen().empty()) config.set_listen("127.0.0.1:50051");
  if (config.store().empty()) config.set_store("sqlite:./recourse.db");
  if (config.log_level().empty()) config.set_log_level("info");
  if (!config.has_enable_statistics()) config.set_enable_statistics(true);
  if (!config.has_enable_notifications()) config.set_enable_notifications(true);
  absl::Status status = CheckAddress(config.listen());
  status.Update(CheckAccess(config));
  status.Update(CheckLogLevel(config.log_level()));
  status.Update(FillLimits(*config.mutable_limits()));
  status.Update(FillRecovery(*config.mutable_recovery()));
  return status;
}

CommandLine ReadCommandLine(int argc, const char* const* argv) {
  CLI::App app(kDescription, "recourse-server");
  Flags flags;
  flags.AddTo(app);
  CommandLine line;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, complaint;
    line.exit_code = app.exit(error, out, complaint) == 0 ? 0 : 2;
    const std::string unknown = line.exit_code == 0 ? "" : UnknownWord(app);
    line.text = unknown.empty() ? out.str() + complaint.str()
                                : absl::StrCat("recourse-server: ", unknown,
                                               "\nRun with --help for more "
                                               "information.\n");
    return line;
  }
  absl::StatusOr<ServerConfig> config = flags.Read();
  if (!config.ok()) {
    line.exit_code = 2;
    line.text =
        absl::StrCat("recourse-server: ", config.status().message(), "\n");
    return line;
  }
  line.config = *std::move(config);
  return line;
}

}  // namespace recourse
