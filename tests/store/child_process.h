// A forked process that a test talks to over pipes and may kill.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "gtest/gtest.h"

namespace recourse {

// Both ends of a conversation in 64-bit numbers.
struct NumberPipe {
  int read_fd = -1;
  int write_fd = -1;

  void Send(int64_t number) const {
    if (write(write_fd, &number, sizeof number) != sizeof number) _exit(99);
  }
  // nullopt when the other side is gone.
  std::optional<int64_t> Receive() const {
    int64_t number = 0;
    if (read(read_fd, &number, sizeof number) != sizeof number) return {};
    return number;
  }
};

// Start it while no store is open here: a fork takes one thread along.
class ChildProcess {
 public:
  // The child runs `body` and exits with what it returns.
  explicit ChildProcess(const std::function<int(const NumberPipe&)>& body) {
    int down[2], up[2];
    if (pipe(down) != 0 || pipe(up) != 0) abort();
    pid_ = fork();
    if (pid_ < 0) abort();
    if (pid_ == 0) {
      close(down[1]);
      close(up[0]);
      _exit(body({down[0], up[1]}));
    }
    close(down[0]);
    close(up[1]);
    pipe_ = {up[0], down[1]};
  }
  ~ChildProcess() {
    if (pid_ > 0) Kill();
    close(pipe_.read_fd);
    close(pipe_.write_fd);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  const NumberPipe& pipe_to_child() const { return pipe_; }

  void Kill() {
    kill(pid_, SIGKILL);
    Wait();
  }
  // The exit code; -1 when it was killed.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  NumberPipe pipe_;
};

}  // namespace recourse
