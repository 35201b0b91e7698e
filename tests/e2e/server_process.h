// The program recourse-server as a process of its own, and a folder for it.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace recourse {

// Long enough for a loaded machine and a sanitizer's build; nothing waits for
// it when all is well.
inline constexpr absl::Duration kProcessTimeout = absl::Seconds(60);

// A fresh folder under the system's temporary one, removed with all in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file and returns its path.
  std::string Write(const std::string& name, const std::string& text) const;
  // Name -> content of every file directly in it.
  std::map<std::string, std::string> Contents() const;

 private:
  std::string path_;
};

// The bytes of a file; empty when there is none.
std::string ReadWholeFile(const std::string& path);

// How a process ended.
struct Ending {
  int code = -1;   // Exit code, -1 when a signal ended it.
  int signal = 0;  // That signal.

  bool operator==(const Ending&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Ending& ending);

// One run of recourse-server. Killed when destroyed. Thread safety: safe for
// concurrent use, but for what reads its stdout.
class ServerProcess {
 public:
  // Starts it in `directory`; its stderr goes to a file there.
  ServerProcess(const std::string& directory,
                const std::vector<std::string>& flags);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Reads the ready line and returns the address that it tells.
  // FAILED_PRECONDITION, with what it wrote to stderr: it ended instead.
  absl::StatusOr<std::string> WaitReady();
  // What was read of its stdout so far.
  const std::string& stdout_text() const { return stdout_text_; }
  // Reads on until it closes its stdout, at the latest by ending.
  const std::string& ReadRestOfStdout();

  void Signal(int signal);
  // Returns once it stands still; SIGCONT lets it go on.
  void Pause();
  // Waits for its end; nullopt when it is still running at the deadline.
  std::optional<Ending> Wait(absl::Duration timeout = kProcessTimeout);
  std::string StderrText() const;

  // The largest file it may write from now on; nullopt lifts the limit.
  void LimitFileSize(std::optional<size_t> bytes);

 private:
  void ReapWhenEnded();

  std::string stderr_path_;
  std::string stdout_text_;
  int stdout_fd_ = -1;
  pid_t pid_ = -1;
  absl::Mutex mu_;
  std::optional<Ending> ending_ ABSL_GUARDED_BY(mu_);
  std::thread reaper_;
};

// Runs it to its end, for flags with which it must not start.
struct FinishedRun {
  std::optional<Ending> ending;  // None: it had to be killed.
  std::string stdout_text;
  std::string stderr_text;
};
FinishedRun RunServerToEnd(const std::string& directory,
                           const std::vector<std::string>& flags);

}  // namespace recourse
