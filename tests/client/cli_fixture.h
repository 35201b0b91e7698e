// The program `recourse` against a server that a test scripts.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/client/cli_runner.h"
#include "tests/client/scripted_server.h"

namespace recourse {

class CliFixture : public testing::Test {
 protected:
  CliResult Cli(const std::vector<std::string>& arguments,
                const std::string& input = "") {
    return RunCli(server.address(), arguments, input);
  }
  // Of a file that only this suite of tests uses.
  static std::string Path(const std::string& name) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return testing::TempDir() + test->test_suite_name() + "_" + name;
  }
  // Path of a new file with this text.
  static std::string File(const std::string& name, const std::string& text) {
    std::string path = Path(name);
    std::ofstream(path) << text;
    return path;
  }

  ScriptedServer server;
};

}  // namespace recourse
