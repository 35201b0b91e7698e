// What the program is given besides a command: an address, TLS files, input.
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/client/cli_fixture.h"

namespace recourse {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class CliConnectionTest : public CliFixture {
 protected:
  // A key and a certificate for 127.0.0.1 that signs itself.
  static void MakeCertificate(const std::string& name) {
    const std::string command = absl::StrCat(
        "openssl req -x509 -days 2 -nodes -newkey ec -pkeyopt "
        "ec_paramgen_curve:prime256v1 -subj /CN=here -addext "
        "subjectAltName=IP:127.0.0.1 -keyout ",
        Path(name + ".key"), " -out ", Path(name + ".pem"), " 2> /dev/null");
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
};

TEST_F(CliConnectionTest, AnAddressThatCannotBeRightIsBadUsage) {
  const struct {
    const char* address;
    const char* wrong;
    const char* right;
  } kCases[] = {
      {"http://127.0.0.1:50051", "is a URL", "127.0.0.1:50051?"},
      {"http://example.org", "is a URL", "example.org:50051?"},
      {"https://example.org:443/x", "is a URL", "example.org:443 with --tls?"},
      {"HTTP://[::1]", "is a URL", "[::1]:50051?"},
      {"grpc://a:1", "is a URL", "a:1?"},
      {"http://", "is a URL", "127.0.0.1:50051?"},
      {"127.0.0.1:65536", "no number of 1-65535", "127.0.0.1:50051?"},
      {"127.0.0.1:0", "no number of 1-65535", "127.0.0.1:50051?"},
      {"127.0.0.1:-1", "no number of 1-65535", "127.0.0.1:50051?"},
      {"example.org:grpc", "no number of 1-65535", "example.org:50051?"},
      {"[::1]:99999999999", "no number of 1-65535", "[::1]:50051?"},
      {":50051", "no host in", "127.0.0.1:50051?"},
      {"fe80::1:50051", "no port in", "[fe80::1:50051]:50051?"},
      {"unixbox", "no port in", "unixbox:50051?"},
      {"", "is empty", "127.0.0.1:50051?"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.address);
    const CliResult result = Cli({"--server", test.address, "health"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("--server: "), HasSubstr(test.wrong),
                      HasSubstr(absl::StrCat("did you mean ", test.right))));
  }
  EXPECT_THAT(RunCli("http://x", {"health"}).err,
              HasSubstr("RECOURSE_SERVER: http://x is a URL"));
}

TEST_F(CliConnectionTest, GlobalFlagsThatMakeNoSenseAreNamed) {
  const std::string garbage = File("garbage.pem", "not PEM\n");
  MakeCertificate("a");
  MakeCertificate("b");
  const std::string cert = Path("a.pem"), key = Path("a.key");
  const struct {
    std::vector<std::string> flags;
    std::vector<std::string> told;
  } kCases[] = {
      {{"--timeout", "-5s"}, {"--timeout", "-5s", "20s"}},
      {{"--timeout", "5"}, {"--timeout", "\"5\"", "20s"}},
      {{"--timeout", "soon"}, {"--timeout", "soon", "200ms"}},
      {{"--timeout", "0s"}, {"--timeout", "above 0"}},
      {{"--tls-ca", garbage}, {"--tls-ca", garbage, "BEGIN CERTIFICATE"}},
      {{"--tls-ca", key}, {"--tls-ca", key, "BEGIN CERTIFICATE"}},
      {{"--tls-ca", "none.pem"}, {"--tls-ca", "cannot read none.pem"}},
      {{"--tls-ca", "."}, {"--tls-ca"}},
      {{"--tls-cert", garbage, "--tls-key", key}, {"--tls-cert", garbage}},
      {{"--tls-cert", cert, "--tls-key", garbage}, {"--tls-key", garbage}},
      {{"--tls-cert", cert, "--tls-key", Path("b.key")},
       {"--tls-key", Path("b.key"), cert}},
      {{"--tls-cert", cert}, {"--tls-cert", "--tls-key"}},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(testing::PrintToString(test.flags));
    std::vector<std::string> arguments = test.flags;
    arguments.push_back("health");
    const CliResult result = Cli(arguments);
    EXPECT_EQ(result.exit_code, 2);
    for (const std::string& told : test.told) {
      EXPECT_THAT(result.err, HasSubstr(told));
    }
  }
}

TEST_F(CliConnectionTest, TlsOnOneSideOnlyIsHintedAt) {
  MakeCertificate("tls");
  MakeCertificate("other");
  grpc::ServerBuilder builder;
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs = {
      {ReadAll(Path("tls.key")), ReadAll(Path("tls.pem"))}};
  int port = 0;
  ScriptedOrchestrator orchestrator;
  builder.RegisterService(&orchestrator);
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options),
                           &port);
  const auto encrypted = builder.BuildAndStart();
  ASSERT_NE(encrypted, nullptr);
  const std::string tls = absl::StrCat("127.0.0.1:", port);
  const std::string plain = server.address();
  const struct {
    std::vector<std::string> flags;
    const char* hint;
  } kCases[] = {
      {{"--server", tls}, "needs --tls, or --tls-ca FILE"},
      {{"--server", plain, "--tls"}, "answers without TLS: leave out --tls"},
      {{"--server", plain, "--tls-ca", Path("tls.pem")},
       "answers without TLS: leave out --tls"},
      {{"--server", tls, "--tls"}, "not signed by whom --tls-ca names"},
      {{"--server", tls, "--tls-ca", Path("other.pem")},
       "not signed by whom --tls-ca names"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(testing::PrintToString(test.flags));
    std::vector<std::string> arguments = test.flags;
    arguments.insert(arguments.end(), {"handle", "--message", "x"});
    const CliResult result = Cli(arguments);
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_THAT(result.err, testing::StartsWith("error: no answer from "));
    EXPECT_THAT(result.err, HasSubstr(test.hint));
  }
  orchestrator.HandleError_.Answer("disposition: DISPOSITION_ACT");
  EXPECT_EQ(Cli({"--server", tls, "--tls-ca", Path("tls.pem"), "handle",
                 "--message", "x"})
                .exit_code,
            0);
}

TEST_F(CliConnectionTest, AServerThatWantsACertificateIsHintedAt) {
  MakeCertificate("server");
  MakeCertificate("client");
  MakeCertificate("stranger");
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = ReadAll(Path("client.pem"));
  options.pem_key_cert_pairs = {
      {ReadAll(Path("server.key")), ReadAll(Path("server.pem"))}};
  int port = 0;
  ScriptedOrchestrator orchestrator;
  grpc::ServerBuilder builder;
  builder.RegisterService(&orchestrator);
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options),
                           &port);
  const auto asking = builder.BuildAndStart();
  ASSERT_NE(asking, nullptr);
  const auto handle = [&](const std::string& name) {
    std::vector<std::string> arguments = {"--server",
                                          absl::StrCat("127.0.0.1:", port),
                                          "--tls-ca", Path("server.pem")};
    if (!name.empty()) {
      arguments.insert(arguments.end(), {"--tls-cert", Path(name + ".pem"),
                                         "--tls-key", Path(name + ".key")});
    }
    arguments.insert(arguments.end(), {"handle", "--message", "x"});
    return Cli(arguments);
  };
  for (const char* name : {"", "stranger"}) {
    const CliResult result = handle(name);
    EXPECT_EQ(result.exit_code, 4) << name;
    EXPECT_THAT(result.err, HasSubstr("a server with tls.client_ca needs "
                                      "--tls-cert and --tls-key"))
        << name;
  }
  orchestrator.HandleError_.Answer("disposition: DISPOSITION_ACT");
  EXPECT_EQ(handle("client").exit_code, 0);
}

TEST_F(CliConnectionTest, AnErrorThatTellsNothingIsBadUsage) {
  EXPECT_THAT(Cli({"handle", "--message", ""}).err,
              HasSubstr("--message is empty: give the error's text, or tell "
                        "the error by --type"));
  EXPECT_THAT(Cli({"match"}).err,
              HasSubstr("--message is missing: give the error's text, or tell "
                        "the error by --type"));
  const CliResult piped = Cli({"match", "--message", "-"}, "\n");
  EXPECT_EQ(piped.exit_code, 2);
  EXPECT_THAT(piped.err, HasSubstr("standard input is empty"));
  EXPECT_THAT(server.orchestrator.HandleError_.requests(), IsEmpty());
  for (const char* status : {"abc", "99", "600", "-1", "503.5", ""}) {
    const CliResult result = Cli({"handle", "--http-status", status});
    EXPECT_EQ(result.exit_code, 2) << status;
    EXPECT_THAT(result.err, HasSubstr("--http-status")) << status;
    EXPECT_THAT(result.err, HasSubstr("100 to 599")) << status;
  }
  EXPECT_THAT(server.orchestrator.HandleError_.requests(), IsEmpty());
}

TEST_F(CliConnectionTest, AnErrorNeedsNoTextWhereAFlagTellsIt) {
  const std::vector<std::string> kCases[] = {
      {"--message", "", "--http-status", "503"},
      {"--http-status", "503"},
      {"--type", "TimeoutError"},
      {"--code", "40P01"},
      {"--grpc-code", "UNAVAILABLE"},
  };
  for (std::vector<std::string> arguments : kCases) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    server.orchestrator.HandleError_.Answer("disposition: DISPOSITION_ACT");
    arguments.insert(arguments.begin(), "handle");
    EXPECT_EQ(Cli(arguments).exit_code, 0);
    EXPECT_EQ(
        server.orchestrator.HandleError_.requests().back().error().message(),
        "");
  }
}

TEST_F(CliConnectionTest, BadBytesOfAnArgumentAreReplacedToo) {
  server.orchestrator.HandleError_.Answer("disposition: DISPOSITION_ACT");
  const CliResult result = Cli({"handle", "--message", "a\xff"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err,
            "warning: --message is not all UTF-8; U+FFFD stands for each byte "
            "that is not\n");
  EXPECT_EQ(server.orchestrator.HandleError_.requests()[0].error().message(),
            "a\xef\xbf\xbd");
}

TEST_F(CliConnectionTest, StateIsTextFileOrInput) {
  const std::string file = File("state.json", "{\"a\": 1}\n");
  const struct {
    std::string argument;
    std::string input;
  } kCases[] = {{"{\"a\": 1}", ""}, {"@" + file, ""}, {"-", "{\"a\": 1}"}};
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.argument);
    server.orchestrator.HandleError_.Answer("disposition: DISPOSITION_ACT");
    const CliResult result =
        Cli({"handle", "--message", "x", "--state", test.argument}, test.input);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(server.orchestrator.HandleError_.requests()
                  .back()
                  .state()
                  .fields()
                  .at("a")
                  .number_value(),
              1);
  }
}

TEST_F(CliConnectionTest, StateThatIsNoObjectIsBadUsage) {
  const struct {
    std::vector<std::string> arguments;
    std::string input;
    const char* told;
  } kCases[] = {
      {{"--message", "x", "--state", ""}, "", "--state is not a JSON object"},
      {{"--message", "x", "--state", "[1]"}, "", "JSON, @FILE, or - for"},
      {{"--message", "x", "--state", "@none.json"}, "", "cannot read none"},
      {{"--message", "x", "--state", "@."}, "", "cannot read ."},
      {{"--message", "x", "--state", "-"}, "{", "--state is not a JSON object"},
      {{"--message", "x", "--state", "-"}, "{\"a\":\"\xff\"}", "not UTF-8"},
      {{"--message", "x", "--state", "-"},
       std::string((4 << 20) + 1, ' '),
       "longer than 4 MiB"},
      {{"--message", "-", "--state", "-"}, "{}", "cannot both read"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.told);
    std::vector<std::string> arguments = test.arguments;
    arguments.insert(arguments.begin(), "handle");
    const CliResult result = Cli(arguments, test.input);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(test.told));
  }
  EXPECT_THAT(server.orchestrator.HandleError_.requests(), IsEmpty());
}

TEST_F(CliConnectionTest, WatchCountsFromZero) {
  const CliResult result = Cli({"watch", "--count", "-1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--count: -1 is below 0"));
}

TEST_F(CliConnectionTest, ResumeNeedsAWaiterAndAState) {
  const struct {
    std::vector<std::string> flags;
    const char* told;
  } kCases[] = {
      {{"--action", "resume", "--state", "{}"}, "needs --waiter W"},
      {{"--action", "resume", "--waiter", "w"}, "needs --state"},
      {{"--action", "retry", "--state", "{}"}, "goes with --action resume"},
  };
  for (const auto& test : kCases) {
    std::vector<std::string> arguments = {"incidents", "resolve", "i"};
    arguments.insert(arguments.end(), test.flags.begin(), test.flags.end());
    const CliResult result = Cli(arguments);
    EXPECT_EQ(result.exit_code, 2) << test.told;
    EXPECT_THAT(result.err, HasSubstr(test.told));
  }
  EXPECT_THAT(server.incidents.ResolveIncident_.requests(), IsEmpty());
}

TEST_F(CliConnectionTest, AResolvedIncidentSaysByWhomAndWhen) {
  const grpc::Status refusal =
      RefusalStatus(grpc::StatusCode::FAILED_PRECONDITION,
                    "incident i is resolved already", "INCIDENT_RESOLVED");
  constexpr char kResolved[] = R"(incident {
    resolution { action: RESOLUTION_ACTION_RETRY resolved_by: "ann" note: "go"
                 resolve_time { seconds: 1700000000 } }
    waiters { waiter_id: "w" resolution { action: RESOLUTION_ACTION_SKIP
                 resolved_by: "bob" resolve_time { seconds: 1700000060 } } } })";
  const struct {
    std::vector<std::string> arguments;
    const char* told;
  } kCases[] = {
      {{"resolve", "i", "--action", "abort"},
       "resolved already, at 2023-11-14T22:13:20Z: RETRY by ann: go\n"},
      {{"resolve", "i", "--action", "abort", "--waiter", "w"},
       "resolved already, at 2023-11-14T22:14:20Z: SKIP by bob\n"},
      {{"ack", "i"}, "at 2023-11-14T22:13:20Z: RETRY by ann: go\n"},
  };
  for (const auto& test : kCases) {
    server.incidents.ResolveIncident_.Fail(refusal);
    server.incidents.AcknowledgeIncident_.Fail(refusal);
    server.incidents.GetIncident_.Answer(kResolved);
    std::vector<std::string> arguments = test.arguments;
    arguments.insert(arguments.begin(), "incidents");
    const CliResult result = Cli(arguments);
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr(test.told),
                                  HasSubstr("reason: INCIDENT_RESOLVED")));
  }
  // What cannot be looked up is refused all the same.
  server.incidents.GetIncident_.Fail(grpc::Status(grpc::INTERNAL, "broken"));
  const CliResult result =
      Cli({"incidents", "resolve", "i", "--action", "abort"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("incident i is resolved already\n"));
}

TEST_F(CliConnectionTest, AwaitGoesOnWhenTheServerIsRestarted) {
  auto& await = server.incidents.AwaitIncident_;
  await.Answer("recovery_token: 't2'");
  await.Fail(
      RefusalStatus(grpc::StatusCode::UNAVAILABLE, "draining", "DRAINING"));
  await.Fail(grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed"));
  await.Answer(
      "recovery_token: 't3' resolution { action: "
      "RESOLUTION_ACTION_RETRY }");
  const std::vector<std::string> arguments = {
      "incidents", "await", "i", "--token", "t1", "--wait", "1h"};
  const CliResult result = Cli(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, testing::MatchesRegex(
                              "warning: [^\n]* is away; asking again until "
                              "--wait ends\n"));
  ASSERT_THAT(await.requests(), SizeIs(4));
  EXPECT_EQ(await.requests()[0].timeout().seconds(), 0);
  EXPECT_EQ(await.requests()[3].recovery_token(), "t2");
}

TEST_F(CliConnectionTest, AwaitOfWhatNeverAnsweredEndsAtOnce) {
  server.incidents.AwaitIncident_.Fail(
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed"));
  EXPECT_EQ(Cli({"incidents", "await", "i", "--token", "t", "--wait", "1h"})
                .exit_code,
            4);
  server.incidents.AwaitIncident_.Answer("recovery_token: 't2'");
  server.incidents.AwaitIncident_.Fail(
      RefusalStatus(grpc::StatusCode::NOT_FOUND, "gone", "INCIDENT_NOT_FOUND"));
  const CliResult gone =
      Cli({"incidents", "await", "i", "--token", "t", "--wait", "1h"});
  EXPECT_EQ(gone.exit_code, 3);
  EXPECT_THAT(gone.err, Not(HasSubstr("is away")));
}

}  // namespace
}  // namespace recourse
