// Runs the built program `recourse` and keeps what it printed.
#pragma once

#include <string>
#include <vector>

namespace recourse {

struct CliResult {
  int exit_code = -1;  // 128 + signal, as a shell says it.
  std::string out;
  std::string err;
};

// `arguments` go to the program as they are; `input` is its standard input.
// RECOURSE_SERVER is set to `server`.
CliResult RunCli(const std::string& server,
                 const std::vector<std::string>& arguments,
                 const std::string& input = "");

// The program, started and not waited for: for commands that do not end.
class CliProcess {
 public:
  CliProcess(const std::string& server,
             const std::vector<std::string>& arguments);
  ~CliProcess();

  // The next line of standard output; empty at its end.
  std::string ReadLine();
  void Signal(int number);
  // Waits for the end.
  int ExitCode();

 private:
  int pid_ = -1;
  int out_ = -1;
};

}  // namespace recourse
