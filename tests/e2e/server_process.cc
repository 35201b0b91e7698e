#include "tests/e2e/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

constexpr size_t kMaxReadyLineBytes = 4096;

void DieUnless(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

// Starts the program with stdout and stderr redirected.
pid_t Spawn(const std::string& directory, const std::vector<std::string>& flags,
            int stdout_fd, const std::string& stderr_path) {
  std::vector<std::string> words = {RECOURSE_SERVER_BINARY};
  words.insert(words.end(), flags.begin(), flags.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, stderr_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, RECOURSE_SERVER_BINARY, &actions, nullptr,
                                argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  errno = error;
  DieUnless(error == 0, RECOURSE_SERVER_BINARY);
  return pid;
}

// Adds what `fd` has to `text`; false at its end or at the deadline.
bool ReadMore(int fd, absl::Time deadline, std::string& text) {
  while (true) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    pollfd waiting = {.fd = fd, .events = POLLIN, .revents = 0};
    const int ready =
        poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    char buffer[512];
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got <= 0) return false;
    text.append(buffer, static_cast<size_t>(got));
    return true;
  }
}

}  // namespace

TempDir::TempDir() {
  const char* base = std::getenv("TMPDIR");
  path_ = absl::StrCat(base == nullptr ? "/tmp" : base, "/recourse_e2e_XXXXXX");
  DieUnless(mkdtemp(path_.data()) != nullptr, path_.c_str());
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::Write(const std::string& name,
                           const std::string& text) const {
  const std::string path = File(name);
  std::ofstream file(path, std::ios::binary);
  file << text;
  DieUnless(file.flush().good(), path.c_str());
  return path;
}

std::map<std::string, std::string> TempDir::Contents() const {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    if (!entry.is_regular_file()) continue;
    contents[entry.path().filename()] = ReadWholeFile(entry.path());
  }
  return contents;
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
  if (ending.signal != 0) return out << "signal " << ending.signal;
  return out << "exit code " << ending.code;
}

ServerProcess::ServerProcess(const std::string& directory,
                             const std::vector<std::string>& flags) {
  static std::atomic<int> count{0};
  stderr_path_ = absl::StrCat(directory, "/stderr-", ++count, ".log");
  int ends[2];
  DieUnless(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  stdout_fd_ = ends[0];
  pid_ = Spawn(directory, flags, ends[1], stderr_path_);
  close(ends[1]);
  reaper_ = std::thread([this] { ReapWhenEnded(); });
}

ServerProcess::~ServerProcess() {
  Signal(SIGKILL);
  reaper_.join();
  close(stdout_fd_);
}

void ServerProcess::Pause() {
  Signal(SIGSTOP);
  // Its other threads run on for a moment.
  siginfo_t info = {};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED) < 0) {
    DieUnless(errno == EINTR, "waitid");
  }
}

void ServerProcess::ReapWhenEnded() {
  siginfo_t info = {};
  // Not reaped yet: until `ending_` is set its id is nobody else's.
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0) {
    DieUnless(errno == EINTR, "waitid");
  }
  absl::MutexLock lock(&mu_);
  ending_ = info.si_code == CLD_EXITED
                ? Ending{.code = info.si_status, .signal = 0}
                : Ending{.code = -1, .signal = info.si_status};
  waitpid(pid_, nullptr, 0);
}

absl::StatusOr<std::string> ServerProcess::WaitReady() {
  const absl::Time deadline = absl::Now() + kProcessTimeout;
  while (stdout_text_.find('\n') == std::string::npos &&
         stdout_text_.size() < kMaxReadyLineBytes &&
         ReadMore(stdout_fd_, deadline, stdout_text_)) {
  }
  std::istringstream words(stdout_text_);
  std::string name, ready, address;
  words >> name >> ready >> address;
  absl::string_view value = address;
  if (name != "recourse-server" || ready != "ready" ||
      !absl::ConsumePrefix(&value, "grpc=")) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no ready line but \"", stdout_text_, "\"; stderr: ", StderrText()));
  }
  return std::string(value);
}

const std::string& ServerProcess::ReadRestOfStdout() {
  const absl::Time deadline = absl::Now() + kProcessTimeout;
  while (ReadMore(stdout_fd_, deadline, stdout_text_)) {
  }
  return stdout_text_;
}

void ServerProcess::Signal(int signal) {
  absl::MutexLock lock(&mu_);
  if (!ending_.has_value()) kill(pid_, signal);
}

std::optional<Ending> ServerProcess::Wait(absl::Duration timeout) {
  absl::MutexLock lock(&mu_);
  const auto has_ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return ending_.has_value();
  };
  mu_.AwaitWithTimeout(absl::Condition(&has_ended), timeout);
  return ending_;
}

std::string ServerProcess::StderrText() const {
  return ReadWholeFile(stderr_path_);
}

void ServerProcess::LimitFileSize(std::optional<size_t> bytes) {
  rlimit limit = {};
  DieUnless(prlimit(pid_, RLIMIT_FSIZE, nullptr, &limit) == 0, "prlimit");
  limit.rlim_cur = bytes.has_value() ? *bytes : limit.rlim_max;
  DieUnless(prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr) == 0, "prlimit");
}

FinishedRun RunServerToEnd(const std::string& directory,
                           const std::vector<std::string>& flags) {
  ServerProcess server(directory, flags);
  FinishedRun run;
  // A server that starts after all says so, and need not be waited for.
  if (server.WaitReady().ok()) server.Signal(SIGKILL);
  run.stdout_text = server.ReadRestOfStdout();
  run.ending = server.Wait();
  run.stderr_text = server.StderrText();
  return run;
}

}  // namespace recourse
