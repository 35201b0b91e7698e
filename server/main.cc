// recourse-server: flags -> Config -> Server; serve until told to stop.

#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/stubs/logging.h"
#include "server/config.h"
#include "server/server.h"
#include "server/wire/times.h"

namespace {

// What Shutdown gets beyond limits.drain_timeout.
constexpr absl::Duration kHardEndGrace = absl::Seconds(5);
constexpr int kHardEndExitCode = 3;

// SIGINT and SIGTERM, to be taken with sigwait by one thread.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // A file limit is a full disk: an error.
  return signals;
}

int WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

// Ends the process `limit` from now, whatever it does then. What was
// acknowledged is in the store.
void EndHardAfter(absl::Duration limit) {
  std::thread([limit] {
    absl::SleepFor(limit);
    spdlog::critical("not stopped {} after limits.drain_timeout: ended hard",
                     absl::FormatDuration(kHardEndGrace));
    std::_Exit(kHardEndExitCode);
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  // Debian builds Abseil with it: every lock would take a global one.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const recourse::CommandLine line = recourse::ReadCommandLine(argc, argv);
  if (!line.config.has_value()) {
    std::fputs(line.text.c_str(), line.exit_code == 0 ? stdout : stderr);
    return line.exit_code;
  }
  // The ready line has stdout for itself.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("recourse"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %n: %v");
  spdlog::set_level(spdlog::level::from_str(line.config->log_level()));

  // Callers' bytes that do not parse are answered, not logged line by line.
  google::protobuf::SetLogHandler(nullptr);

  // Before any thread is started, so that all of them leave the signals alone.
  const sigset_t signals = BlockStopSignals();
  auto server = recourse::Server::Start(*line.config);
  if (!server.ok()) {
    std::fprintf(stderr, "recourse-server: %s\n",
                 std::string(server.status().message()).c_str());
    return absl::IsInvalidArgument(server.status()) ? 2 : 1;
  }
  std::printf("recourse-server ready grpc=%s http=off\n",
              (*server)->address().c_str());
  std::fflush(stdout);

  WaitForSignal(signals);
  spdlog::info("draining; a second signal ends at once");
  std::thread([signals] {
    WaitForSignal(signals);
    std::_Exit(130);
  }).detach();
  EndHardAfter(recourse::FromMessage(line.config->limits().drain_timeout()) +
               kHardEndGrace);
  (*server)->Shutdown();
  return 0;
}
