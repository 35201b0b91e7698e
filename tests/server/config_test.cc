#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace recourse {
namespace {

using ::testing::HasSubstr;

CommandLine Read(std::vector<const char*> flags) {
  flags.insert(flags.begin(), "recourse-server");
  return ReadCommandLine(static_cast<int>(flags.size()), flags.data());
}

// A file with `text` that is gone with the test.
class TempFile {
 public:
  explicit TempFile(const std::string& text)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("config_test_" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~TempFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_;
};

TEST(ReadCommandLine, DefaultsAreFilledIn) {
  const CommandLine line = Read({});
  ASSERT_TRUE(line.config.has_value()) << line.text;
  EXPECT_EQ(line.config->listen(), "127.0.0.1:50051");
  EXPECT_EQ(line.config->store(), "sqlite:./recourse.db");
  EXPECT_TRUE(line.config->enable_statistics());
  EXPECT_EQ(line.config->limits().max_message_bytes(), 4u << 20);
  EXPECT_EQ(line.config->recovery().max_total_retries(), 10u);
  EXPECT_EQ(line.config->recovery().max_elapsed().seconds(), 600);
}

TEST(ReadCommandLine, FlagsWinOverTheFile) {
  const TempFile file(
      "listen: 127.0.0.1:1\nstore: 'memory:'\nlog_level: warn\n");
  const CommandLine line =
      Read({"--config", file.path().c_str(), "--listen", "127.0.0.1:2"});
  ASSERT_TRUE(line.config.has_value()) << line.text;
  EXPECT_EQ(line.config->listen(), "127.0.0.1:2");
  EXPECT_EQ(line.config->store(), "memory:");
  EXPECT_EQ(line.config->log_level(), "warn");
}

TEST(ReadCommandLine, HelpAndVersionAreNoErrors) {
  for (const char* flag : {"--help", "--version"}) {
    const CommandLine line = Read({flag});
    EXPECT_FALSE(line.config.has_value());
    EXPECT_EQ(line.exit_code, 0);
    EXPECT_THAT(line.text, HasSubstr("recourse-server"));
  }
}

TEST(ReadCommandLine, BadUsageSaysWhatIsWrong) {
  struct Row {
    std::vector<const char*> flags;
    const char* complaint;
  };
  const TempFile unknown_key("listen: 127.0.0.1:1\nstroe: 'memory:'\n");
  const std::string config = unknown_key.path();
  const Row rows[] = {
      {{"--nonsense"}, "--nonsense"},
      {{"--liten", "x"}, "no flag --liten; did you mean --listen?"},
      {{"--stroe=memory:"}, "no flag --stroe; did you mean --store?"},
      {{"start"}, "no use for the word start"},
      {{"--listen"}, "--listen"},
      {{"--listen", "nowhere"}, "HOST:PORT"},
      {{"--listen", "127.0.0.1:65536"}, "65535"},
      {{"--listen", ""}, "--listen: is empty"},
      {{"--store", ""}, "--store: is empty"},
      {{"--listen", "0.0.0.0:1"}, "--tls-cert"},
      {{"--listen", "[::]:1"}, "--insecure"},
      {{"--listen", "127.example.com:1"}, "--insecure"},
      {{"--tls-cert", "a.pem"}, "--tls-key"},
      {{"--tls-client-ca", "a.pem"}, "--tls-client-ca: needs"},
      {{"--config", "/does/not/exist"}, "/does/not/exist"},
      {{"--config", config.c_str()}, ":2:"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.complaint);
    const CommandLine line = Read(row.flags);
    EXPECT_FALSE(line.config.has_value());
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_THAT(line.text, HasSubstr(row.complaint));
  }
}

TEST(FinishConfig, RangesAreChecked) {
  struct Row {
    const char* field;
    std::function<void(config::v1::ServerConfig&)> spoil;
  };
  const Row rows[] = {
      {"limits.max_message_bytes",
       [](auto& c) { c.mutable_limits()->set_max_message_bytes(1); }},
      {"limits.worker_threads",
       [](auto& c) { c.mutable_limits()->set_worker_threads(65); }},
      {"limits.decision_ring: 1000001 is not in 0-1000000",
       [](auto& c) { c.mutable_limits()->set_decision_ring(1'000'001); }},
      {"limits.unmatched_groups: 10001 is not in 0-10000",
       [](auto& c) { c.mutable_limits()->set_unmatched_groups(10'001); }},
      {"limits.drain_timeout",
       [](auto& c) {
         c.mutable_limits()->mutable_drain_timeout()->set_seconds(-1);
       }},
      {"limits.max_correction_time",
       [](auto& c) {
         c.mutable_limits()->mutable_max_correction_time()->set_seconds(601);
       }},
      {"recovery.max_elapsed",
       [](auto& c) {
         c.mutable_recovery()->mutable_max_elapsed()->set_seconds(0);
       }},
      {"recovery.max_total_retries: 1001 is not in 0-1000",
       [](auto& c) { c.mutable_recovery()->set_max_total_retries(1001); }},
      {"log_level", [](auto& c) { c.set_log_level("loud"); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.field);
    config::v1::ServerConfig config;
    row.spoil(config);
    const absl::Status status = FinishConfig(config);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.field));
  }
}

TEST(IsLoopback, OnlyThisMachine) {
  for (const char* address :
       {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1", "unix:/x"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1",
                              "127.example.com:1", "localhost.evil:1", ":1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace recourse
