#include "tests/client/cli_runner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace recourse {
namespace {

// Replaces this process by the program; the descriptors become 0, 1, 2.
[[noreturn]] void Become(const std::string& server,
                         const std::vector<std::string>& arguments, int in,
                         int out, int err) {
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  setenv("RECOURSE_SERVER", server.c_str(), 1);
  std::vector<char*> argv = {const_cast<char*>(RECOURSE_PROGRAM)};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(RECOURSE_PROGRAM, argv.data());
  _exit(127);
}

int WaitFor(int pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// A file that is gone when its descriptor is closed.
int ScratchFile(const std::string& content) {
  std::string path = testing::TempDir() + "recourse_cli_XXXXXX";
  const int fd = mkstemp(path.data());
  unlink(path.c_str());
  EXPECT_EQ(write(fd, content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
  lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string Content(int fd) {
  std::string text;
  char block[4096];
  lseek(fd, 0, SEEK_SET);
  for (ssize_t n = read(fd, block, sizeof block); n > 0;
       n = read(fd, block, sizeof block)) {
    text.append(block, static_cast<size_t>(n));
  }
  close(fd);
  return text;
}

}  // namespace

CliResult RunCli(const std::string& server,
                 const std::vector<std::string>& arguments,
                 const std::string& input) {
  const int in = ScratchFile(input), out = ScratchFile(""),
            err = ScratchFile("");
  const int pid = fork();
  if (pid == 0) Become(server, arguments, in, out, err);
  CliResult result;
  result.exit_code = WaitFor(pid);
  result.out = Content(out);
  result.err = Content(err);
  close(in);
  return result;
}

CliProcess::CliProcess(const std::string& server,
                       const std::vector<std::string>& arguments) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  pid_ = fork();
  if (pid_ == 0) Become(server, arguments, 0, ends[1], 2);
  close(ends[1]);
  out_ = ends[0];
}

CliProcess::~CliProcess() {
  close(out_);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    WaitFor(pid_);
  }
}

std::string CliProcess::ReadLine() {
  std::string line;
  char c = 0;
  while (read(out_, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

void CliProcess::Signal(int number) { kill(pid_, number); }

int CliProcess::ExitCode() {
  const int code = WaitFor(pid_);
  pid_ = -1;
  return code;
}

}  // namespace recourse
