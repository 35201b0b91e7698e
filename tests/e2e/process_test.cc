// The program around the server: flags, files, the ready line.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

using ProcessTest = ServerProcessTest;

constexpr Ending kBadUsage = {.code = 2, .signal = 0};
constexpr Ending kCannotStart = {.code = 1, .signal = 0};

TEST_F(ProcessTest, TheReadyLineTellsThePortItTook) {
  StartProcess();
  EXPECT_THAT(process_->stdout_text(),
              MatchesRegex("recourse-server ready grpc=127\\.0\\.0\\.1:[1-9]"
                           "[0-9]* http=(off|127\\.0\\.0\\.1:[0-9]+)\n"));
  EXPECT_EQ(Handle("error: {http_status: 503}").strategy_used(),
            v1::RECOVERY_STRATEGY_RETRY);
  StopProcess();
}

TEST_F(ProcessTest, AUnixSocketIsAnAddressToo) {
  const std::string address = absl::StrCat("unix:", dir_.File("socket"));
  process_ = std::make_unique<ServerProcess>(
      dir_.path(),
      std::vector<std::string>{"--listen", address, "--store", "memory:"});
  const absl::StatusOr<std::string> told = process_->WaitReady();
  ASSERT_EQ(told.status(), absl::OkStatus());
  EXPECT_EQ(*told, address);
  address_ = *told;
  Connect(grpc::InsecureChannelCredentials());
  Handle("error: {http_status: 503}");
}

TEST_F(ProcessTest, HelpAndVersionGoToStdout) {
  const FinishedRun help = RunServerToEnd(dir_.path(), {"--help"});
  EXPECT_EQ(help.ending, kCleanEnd);
  for (const char* flag :
       {"--listen", "--store", "--patterns", "--tls-cert", "--tls-key",
        "--tls-client-ca", "--insecure", "--config", "Examples:"}) {
    EXPECT_THAT(help.stdout_text, HasSubstr(flag));
  }
  const FinishedRun version = RunServerToEnd(dir_.path(), {"--version"});
  EXPECT_EQ(version.ending, kCleanEnd);
  EXPECT_THAT(version.stdout_text, HasSubstr("recourse-server "));
  EXPECT_EQ(help.stderr_text + version.stderr_text, "");
}

TEST_F(ProcessTest, BadUsageNamesTheFlag) {
  struct Row {
    std::vector<std::string> flags;
    std::vector<const char*> told;
  };
  const Row rows[] = {
      {{"--no-such-flag"}, {"--no-such-flag"}},
      {{"--listen"}, {"--listen"}},
      {{"extra"}, {"extra"}},
      {{"--listen", "nonsense"}, {"listen", "nonsense", "HOST:PORT"}},
      {{"--listen", "127.0.0.1:65536"}, {"--listen", "65536", "65535"}},
      {{"--listen", ""}, {"--listen", "empty"}},
      {{"--patterns", ""}, {"--patterns", "empty"}},
      {{"--tls-cert", "x.pem"}, {"--tls-cert", "--tls-key"}},
      {{"--tls-key", "x.pem"}, {"--tls-cert", "--tls-key"}},
      {{"--tls-client-ca", "x.pem"}, {"--tls-client-ca", "--tls-cert"}},
      {{"--config", "missing.yaml"}, {"--config", "missing.yaml"}},
      // Beyond this machine neither by accident nor in the clear.
      {{"--listen", "0.0.0.0:0"}, {"0.0.0.0:0", "--tls-cert", "--insecure"}},
      {{"--listen", "[::]:0"}, {"[::]:0", "--tls-cert", "--insecure"}},
      {{"--listen", "127.example.com:0"}, {"--tls-cert", "--insecure"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(::testing::PrintToString(row.flags));
    const FinishedRun run = RunServerToEnd(dir_.path(), row.flags);
    EXPECT_EQ(run.ending, kBadUsage);
    EXPECT_EQ(run.stdout_text, "");
    for (const char* told : row.told) {
      EXPECT_THAT(run.stderr_text, HasSubstr(told));
    }
  }
}

TEST_F(ProcessTest, InsecureServesTheNetworkAfterAll) {
  StartProcess({"--listen", "0.0.0.0:0", "--insecure"});
  EXPECT_TRUE(absl::StartsWith(address_, "0.0.0.0:"));
  Handle("error: {http_status: 503}");
}

TEST_F(ProcessTest, AWrongConfigurationIsNamedByFileAndLine) {
  struct Row {
    const char* yaml;
    std::vector<const char*> told;
  };
  const Row rows[] = {
      {"listen: 127.0.0.1:0\nlimts:\n  worker_threads: 2\n",
       {"bad.yaml:2:", "limts", "limits"}},
      {"limits:\n  worker_threads: 2\n  worker_treads: 2\n",
       {"bad.yaml:3:", "worker_treads", "worker_threads"}},
      {"limits:\n  worker_threads: many\n", {"bad.yaml:2:", "many"}},
      {"listen: [\n", {"bad.yaml:"}},
      {"limits: {worker_threads: 999}", {"limits.worker_threads", "999"}},
      {"limits: {drain_timeout: 11m}", {"limits.drain_timeout"}},
      {"log_level: loud", {"log_level", "loud", "debug, info, warn"}},
      {"recovery: {max_elapsed: 1ms}", {"recovery.max_elapsed"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.yaml);
    dir_.Write("bad.yaml", row.yaml);
    const FinishedRun run = RunServerToEnd(
        dir_.path(), WithDefaults({"--config", "bad.yaml"}, "memory:"));
    EXPECT_EQ(run.ending, kBadUsage);
    for (const char* told : row.told) {
      EXPECT_THAT(run.stderr_text, HasSubstr(told));
    }
  }
}

TEST_F(ProcessTest, FlagsWinOverTheFile) {
  dir_.Write("config.yaml",
             "listen: 0.0.0.0:1\nstore: 'sqlite:other.db'\nlog_level: warn\n");
  StartProcess({"--config", "config.yaml"});
  EXPECT_TRUE(absl::StartsWith(address_, "127.0.0.1:"));
  EXPECT_EQ(ReadWholeFile(dir_.File("other.db")), "");
}

TEST_F(ProcessTest, ABadPatternIsNamedByFileAndLine) {
  struct Row {
    const char* name;
    const char* yaml;
    const char* told;
  };
  const Row rows[] = {
      {"a regex that does not compile",
       "patterns:\n- pattern_id: p\n  error_type: NETWORK\n"
       "  regex_pattern: '(never closed'\n  recovery_strategy: RETRY\n",
       "bad.yaml:"},
      {"an unknown key",
       "patterns:\n- pattern_id: p\n  error_type: NETWORK\n"
       "  regexp_pattern: x\n",
       "bad.yaml:4:"},
      {"an id that stands twice",
       "patterns:\n"
       "- {pattern_id: p, error_type: NETWORK, regex_pattern: x, "
       "recovery_strategy: RETRY}\n"
       "- {pattern_id: p, error_type: NETWORK, regex_pattern: y, "
       "recovery_strategy: RETRY}\n",
       "bad.yaml:3:"},
      {"no pattern at all", "patterns: []\n", "no pattern in"},
      {"two errors",
       "patterns:\n- {pattern_id: p}\n- {pattern_id: q, regexp_pattern: x}\n",
       "bad.yaml:3: unknown key"},
  };
  TempDir patterns;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    patterns.Write("bad.yaml", row.yaml);
    const FinishedRun run = RunServerToEnd(
        dir_.path(), WithDefaults({"--patterns", patterns.path()}, "memory:"));
    EXPECT_EQ(run.ending, kBadUsage);
    EXPECT_THAT(run.stderr_text,
                AllOf(HasSubstr("--patterns:"), HasSubstr(row.told)));
  }
}

TEST_F(ProcessTest, APatternFolderReplacesTheLibrary) {
  TempDir patterns;
  patterns.Write("mine.yaml",
                 "patterns:\n- {pattern_id: mine, error_type: NETWORK, "
                 "regex_pattern: flux, recovery_strategy: RETRY}\n");
  StartProcess({"--patterns", patterns.path()});
  const auto listed = Call(*stub_, &OrchestratorStub::ListErrorPatterns,
                           v1::ListErrorPatternsRequest());
  ASSERT_EQ(listed.patterns_size(), 1);
  EXPECT_EQ(listed.patterns(0).pattern_id(), "mine");
  EXPECT_EQ(Handle("error: {message: flux}").classification().pattern_id(),
            "mine");
}

TEST_F(ProcessTest, WhatCannotBeUsedAtStartIsNamed) {
  StartProcess();
  const TempDir empty;
  dir_.Write("text.db", "This is no database, whatever its name says.");
  struct Row {
    std::vector<std::string> flags;
    Ending ending;
    std::vector<std::string> told;
  };
  const Row rows[] = {
      // What trying again may change.
      {{"--listen", address_},
       kCannotStart,
       {"--listen: cannot listen", address_, "is taken", "127.0.0.1:0"}},
      {{"--listen", "192.0.2.1:50051", "--insecure"},
       kCannotStart,
       {"--listen: cannot listen", "no such address", "0.0.0.0"}},
      {{"--store", "sqlite:text.db"}, kCannotStart, {"--store: ", "text.db"}},
      // What it cannot.
      {{"--store", "bogus:x"},
       kBadUsage,
       {"--store: bogus:x", "sqlite:PATH", "memory:"}},
      {{"--store", "sqlite:"}, kBadUsage, {"--store: the path is empty"}},
      {{"--store", "sqlite::memory:"}, kBadUsage, {"--store: ", "memory:"}},
      {{"--store", "sqlite:missing/store.db"},
       kBadUsage,
       {"--store: ", "missing"}},
      {{"--patterns", "no_such_folder"},
       kBadUsage,
       {"--patterns: no_such_folder"}},
      {{"--patterns", empty.path()},
       kBadUsage,
       {"--patterns: no pattern in", empty.path(), "built-in"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(::testing::PrintToString(row.flags));
    const FinishedRun run =
        RunServerToEnd(dir_.path(), WithDefaults(row.flags, "memory:"));
    EXPECT_EQ(run.ending, row.ending);
    EXPECT_EQ(run.stdout_text, "");
    for (const std::string& told : row.told) {
      EXPECT_THAT(run.stderr_text, HasSubstr(told));
    }
  }
  Handle("error: {http_status: 503}");  // The first one is as it was.
}

TEST_F(ProcessTest, OneServerPerStoreFile) {
  StartProcess();
  const FinishedRun second = RunServerToEnd(dir_.path(), WithDefaults({}));
  EXPECT_EQ(second.ending, kCannotStart);
  EXPECT_THAT(second.stderr_text,
              AllOf(HasSubstr("--store: "), HasSubstr("store.db"),
                    HasSubstr("another process")));
  KillProcess();
  StartProcess();  // A lock dies with its owner.
}

}  // namespace
}  // namespace recourse
