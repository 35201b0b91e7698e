// Encrypted listeners, with certificates that openssl makes for the test.

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

class TlsTest : public ServerProcessTest {
 protected:
  static void SetUpTestSuite() {
    files_ = new TempDir();
    MakeAuthority("ca");
    MakeAuthority("other_ca");
    MakeCertificate("server", "ca", "localhost");
    MakeCertificate("alice", "ca", "alice");
    MakeCertificate("mallory", "other_ca", "mallory");
  }
  static void TearDownTestSuite() { delete files_; }

  static void Openssl(const std::string& name, const std::string& more) {
    const std::string command = absl::StrCat(
        "cd ", files_->path(),
        " && openssl req -x509 -days 2 -nodes -newkey ec"
        " -pkeyopt ec_paramgen_curve:prime256v1 -keyout ",
        name, ".key -out ", name, ".pem ", more, " 2> openssl.log");
    ASSERT_EQ(std::system(command.c_str()), 0)
        << command << "\n"
        << ReadWholeFile(files_->File("openssl.log"));
  }

  static void MakeAuthority(const std::string& name) {
    Openssl(name, absl::StrCat("-subj /CN=", name));
  }

  static void MakeCertificate(const std::string& name,
                              const std::string& authority,
                              const std::string& subject) {
    Openssl(name, absl::StrCat("-CA ", authority, ".pem -CAkey ", authority,
                               ".key -subj /CN=", subject,
                               " -addext basicConstraints=critical,CA:FALSE"
                               " -addext subjectAltName=DNS:",
                               subject, ",IP:127.0.0.1"));
  }

  static std::string Pem(const std::string& file) {
    return ReadWholeFile(files_->File(file));
  }

  static std::shared_ptr<grpc::ChannelCredentials> Trusting(
      const std::string& authority, const std::string& identity = "") {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = Pem(authority + ".pem");
    if (!identity.empty()) {
      options.pem_cert_chain = Pem(identity + ".pem");
      options.pem_private_key = Pem(identity + ".key");
    }
    return grpc::SslCredentials(options);
  }

  static std::vector<std::string> TlsFlags(const std::string& client_ca = "") {
    std::vector<std::string> flags = {"--tls-cert", files_->File("server.pem"),
                                      "--tls-key", files_->File("server.key")};
    if (!client_ca.empty()) {
      flags.insert(flags.end(),
                   {"--tls-client-ca", files_->File(client_ca + ".pem")});
    }
    return flags;
  }

  grpc::StatusCode CodeWith(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    Connect(credentials);
    return TryHandle(Parse<v1::RecoveryContext>("error: {http_status: 503}"))
        .error_code();
  }

  static TempDir* files_;
};

TempDir* TlsTest::files_ = nullptr;

TEST_F(TlsTest, OnlyClientsThatTrustItsAuthorityAreServed) {
  StartProcess(TlsFlags());
  EXPECT_EQ(CodeWith(Trusting("ca")), grpc::StatusCode::OK);
  EXPECT_EQ(CodeWith(Trusting("other_ca")), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CodeWith(grpc::InsecureChannelCredentials()),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CodeWith(Trusting("ca")), grpc::StatusCode::OK);
  StopProcess();
}

TEST_F(TlsTest, ItServesTheNetworkWithoutBeingToldTo) {
  std::vector<std::string> flags = TlsFlags();
  flags.insert(flags.end(), {"--listen", "0.0.0.0:0"});
  StartProcess(flags);
  address_.replace(0, sizeof("0.0.0.0") - 1, "127.0.0.1");
  EXPECT_EQ(CodeWith(Trusting("ca")), grpc::StatusCode::OK);
}

TEST_F(TlsTest, MutualTlsAsksForACertificateOfItsAuthority) {
  StartProcess(TlsFlags("ca"));
  EXPECT_EQ(CodeWith(Trusting("ca")), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CodeWith(Trusting("ca", "mallory")), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(CodeWith(grpc::InsecureChannelCredentials()),
            grpc::StatusCode::UNAVAILABLE);
  ASSERT_EQ(CodeWith(Trusting("ca", "alice")), grpc::StatusCode::OK);
  EXPECT_EQ(Add("{pattern_id: p, error_type: NETWORK, regex_pattern: flux, "
                "recovery_strategy: RETRY}")
                .pattern()
                .update_by(),
            "alice");
  StopProcess();
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamed) {
  const std::string garbage = files_->Write("garbage.pem", "not PEM\n");
  struct Row {
    const char* name;
    std::vector<std::string> flags;
    std::vector<std::string> told;
  };
  const std::string cert = files_->File("server.pem");
  const std::string key = files_->File("server.key");
  const Row rows[] = {
      {"no PEM as certificate",
       {"--tls-cert", garbage, "--tls-key", key},
       {"--tls-cert", garbage}},
      {"no such certificate",
       {"--tls-cert", "none.pem", "--tls-key", key},
       {"--tls-cert", "none.pem"}},
      {"no PEM as key",
       {"--tls-cert", cert, "--tls-key", garbage},
       {"--tls-key", garbage}},
      {"the key of another certificate",
       {"--tls-cert", cert, "--tls-key", files_->File("alice.key")},
       {"--tls-key", "alice.key", "server.pem"}},
      {"no PEM as authority",
       {"--tls-cert", cert, "--tls-key", key, "--tls-client-ca", garbage},
       {"--tls-client-ca", garbage}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const FinishedRun run =
        RunServerToEnd(dir_.path(), WithDefaults(row.flags, "memory:"));
    EXPECT_EQ(run.ending, (Ending{.code = 2, .signal = 0}));
    EXPECT_EQ(run.stdout_text, "");
    for (const std::string& told : row.told) {
      EXPECT_THAT(run.stderr_text, HasSubstr(told));
    }
  }
}

}  // namespace
}  // namespace recourse
