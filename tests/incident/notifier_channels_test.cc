// Where people are told: configuration, routes, the log.
#include <fstream>
#include <sstream>

#include "server/wire/errors.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/incident/notifier_fixture.h"

namespace recourse {
namespace {

using google::protobuf::TextFormat;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class NotifierConfigTest : public NotifierTest {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  // Channels, routes and notifications as in the configuration file.
  absl::Status OpenWith(const std::string& text) {
    config::v1::ServerConfig config;
    EXPECT_TRUE(TextFormat::ParseFromString(text, &config)) << text;
    options_.channels = {config.channels().begin(), config.channels().end()};
    options_.routes = {config.routes().begin(), config.routes().end()};
    options_.settings = config.notifications();
    return Notifier::Open(&store_, options_).status();
  }

  void WriteFile(const std::string& content) {
    std::ofstream(path_) << content;
  }

  const std::string path_ = testing::TempDir() + "/notifier_channels_test";
};

TEST_F(NotifierConfigTest, RefusesWhatCannotWork) {
  struct {
    const char* config;
    const char* field;
  } const kRows[] = {
      {"channels { log {} }", "channels[0].name"},
      {"channels { name: 'Upper' log {} }", "channels[0].name"},
      {"channels { name: 'a/b' log {} }", "channels[0].name"},
      {"channels { name: 'a' }", "channels[0]"},
      {"channels { name: 'a' log {} } channels { name: 'a' log {} }",
       "channels[1].name"},
      {"channels { name: 'log' slack { url: 'https://x/' } }",
       "channels[0].name"},
      {"channels { name: 'a' slack {} }", "channels[0].slack.url"},
      {"channels { name: 'a' slack { url: 'ftp://x/' } }",
       "channels[0].slack.url"},
      {"channels { name: 'a' slack { url: 'https://' } }",
       "channels[0].slack.url"},
      {"channels { name: 'a' slack { url: 'https://x/' url_file: 'f' } }",
       "channels[0].slack.url_file"},
      {"channels { name: 'a' webhook { url_file: '/no/such/file' } }",
       "channels[0].webhook.url_file"},
      {"channels { name: 'a' webhook { url: 'https://x/' secret: 'abc' } }",
       "channels[0].webhook.secret"},
      {"channels { name: 'a' webhook { url: 'https://x/' secret: "
       "'whsec_c2hvcnQ=' } }",
       "channels[0].webhook.secret"},
      {"routes { target: 'x' }", "routes[0].channels"},
      {"routes { channels: 'nobody' }", "routes[0].channels[0]"},
      {"notifications { group_wait { seconds: 3601 } }",
       "notifications.group_wait"},
      {"notifications { group_interval { seconds: 0 } }",
       "notifications.group_interval"},
      {"notifications { repeat_interval { seconds: 59 } }",
       "notifications.repeat_interval"},
      {"notifications { timeout { seconds: 301 } }", "notifications.timeout"},
      {"notifications { max_per_minute: 1001 }",
       "notifications.max_per_minute"},
      {"notifications { max_attempts: 1001 }", "notifications.max_attempts"},
  };
  for (const auto& row : kRows) {
    const absl::Status status = OpenWith(row.config);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << row.config << status;
    EXPECT_EQ(FieldOf(status), row.field) << row.config;
  }
}

TEST_F(NotifierConfigTest, SaysTheValueThatIsOutOfItsRange) {
  const struct {
    const char* config;
    const char* message;
  } kRows[] = {
      {"notifications { group_wait { seconds: 7200 } }",
       "notifications.group_wait: 2h is not in 0-1h"},
      {"notifications { max_attempts: 1001 }",
       "notifications.max_attempts: 1001 is not in 1-1000"},
  };
  for (const auto& row : kRows) {
    EXPECT_THAT(std::string(OpenWith(row.config).message()),
                HasSubstr(row.message));
  }
}

TEST_F(NotifierConfigTest, TakesWhatCanWork) {
  for (const char* config : {
           "",
           "channels { name: 'log' log {} }",
           "channels { name: 'a-1_x' slack { url: 'https://x/y?z' } } "
           "routes { channels: 'a-1_x' channels: 'log' }",
           "channels { name: 'a' webhook { url: 'http://u:p@localhost:1/' "
           "secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } }",
           "notifications { group_wait {} max_per_minute: 1000 }",
       }) {
    EXPECT_TRUE(OpenWith(config).ok()) << config;
  }
}

TEST_F(NotifierConfigTest, RefusalsHoldNoSecret) {
  const absl::Status url =
      OpenWith("channels { name: 'a' slack { url: 'gopher://x/s3cret' } }");
  EXPECT_THAT(url.ToString(), Not(HasSubstr("s3cret")));
  const absl::Status secret = OpenWith(
      "channels { name: 'a' webhook { url: 'http://x/' secret: 's3cret' } }");
  EXPECT_THAT(secret.ToString(), Not(HasSubstr("s3cret")));
}

TEST_F(NotifierConfigTest, ReadsUrlsFromFiles) {
  WriteFile("  https://from.example.com/file\n");
  ASSERT_TRUE(OpenWith("channels { name: 'hook' webhook { url_file: '" + path_ +
                       "' } }")
                  .ok());
  Open();
  OpenIncident("a");
  ASSERT_THAT(After(absl::Seconds(30)), SizeIs(1));
  EXPECT_EQ(posts_[0].url, "https://from.example.com/file");
  EXPECT_EQ(posts_[0].headers.count("webhook-signature"), 0u);
  WriteFile("");
  EXPECT_EQ(FieldOf(OpenWith("channels { name: 'hook' webhook { url: "
                             "'http://x/' secret_file: '" +
                             path_ + "' } }")),
            "channels[0].webhook.secret_file");
}

TEST_F(NotifierConfigTest, ChannelsAreThoseNamedAndThoseOfRoutes) {
  ASSERT_TRUE(OpenWith(R"(
    channels { name: 'a' log {} }
    channels { name: 'b' slack { url: 'https://x/' } }
    channels { name: 'c' slack { url: 'https://x/' } }
    routes { namespace: 'n' channels: 'a' }
    routes { target: 'db/*' min_priority: SEVERITY_HIGH channels: 'b' }
    routes { target: 'db/x' channels: 'c' })")
                  .ok());
  Open();
  EXPECT_THAT(notifier_->channel_names(), ElementsAre("a", "b", "c", "log"));
  struct {
    const char* incident;
    bool from_default_plan;
    std::vector<std::string> expected;
  } const kRows[] = {
      {"", false, {"log"}},
      {"channels: 'b'", false, {"b"}},
      {"channels: 'b' channels: 'nobody'", false, {"b", "log"}},
      {"channels: 'b'", true, {"log"}},
      {"namespace: 'n'", true, {"a", "log"}},
      {"namespace: 'n' channels: 'a' channels: 'c'", false, {"a", "c"}},
      {"target: 'db/y' priority: SEVERITY_MEDIUM", false, {"log"}},
      {"target: 'db/y' priority: SEVERITY_HIGH", false, {"b", "log"}},
      {"target: 'db/y' priority: SEVERITY_CRITICAL", false, {"b", "log"}},
      {"target: 'db'", false, {"log"}},
      {"target: 'db/x' priority: SEVERITY_LOW", true, {"c", "log"}},
  };
  for (const auto& row : kRows) {
    v1::Incident incident;
    ASSERT_TRUE(TextFormat::ParseFromString(row.incident, &incident));
    EXPECT_EQ(notifier_->ChannelsFor(incident, row.from_default_plan),
              row.expected)
        << row.incident;
  }
}

TEST_F(NotifierTest, DisabledTellsOnlyTheLog) {
  options_.enabled = false;
  Open();
  const v1::Incident incident = OpenIncident("a");
  EXPECT_THAT(After(absl::Seconds(30)), IsEmpty());
  const auto deliveries = notifier_->Deliveries(incident.incident_id());
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].channel(), "log");
  EXPECT_EQ(deliveries[0].state(), v1::IncidentDelivery::STATE_DELIVERED);
}

TEST_F(NotifierTest, TheLogIsToldAtOnceALineEach) {
  std::ostringstream lines;
  spdlog::drop("incident");
  auto logger = std::make_shared<spdlog::logger>(
      "incident", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
  logger->set_pattern("%n %l %v");
  spdlog::register_logger(logger);
  Open();
  v1::Incident incident = MakeIncident("a");
  incident.clear_channels();
  incident.set_title("two\nlines \"quoted\"");
  Put(incident, NoticeKind::kOpened);
  OpenIncident("b");
  After(absl::ZeroDuration());
  ResolveIncident(incident);
  After(absl::ZeroDuration());
  After(absl::Minutes(1));
  spdlog::drop("incident");

  std::istringstream read(lines.str());
  std::string line;
  std::vector<nlohmann::json> logged;
  std::vector<std::string> starts;
  while (std::getline(read, line)) {
    const size_t brace = line.find('{');
    starts.push_back(line.substr(0, brace));
    logged.push_back(nlohmann::json::parse(line.substr(brace)));
  }
  EXPECT_THAT(starts, ElementsAre("incident warning ", "incident info "));
  ASSERT_THAT(logged, SizeIs(2));
  EXPECT_EQ(logged[0]["event"], "incident.opened");
  EXPECT_EQ(logged[0]["incident_id"], incident.incident_id());
  EXPECT_EQ(logged[0]["title"], "two\nlines \"quoted\"");
  EXPECT_EQ(logged[1]["event"], "incident.resolved");
  EXPECT_EQ(logged[1]["resolution"], "ABORT");
}

TEST_F(NotifierTest, AFailingStoreLogsNothingTwice) {
  std::ostringstream lines;
  spdlog::drop("incident");
  spdlog::register_logger(std::make_shared<spdlog::logger>(
      "incident", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines)));
  Open();
  v1::Incident incident = MakeIncident("a");
  incident.clear_channels();
  Put(incident, NoticeKind::kOpened);
  store_.Set(FlakyStore::Mode::kReadOnly);
  // The claim must be there before commits fail.
  store_.Set(FlakyStore::Mode::kWorks);
  store_.BeforeCommit([this](const StoreTransaction& transaction) {
    if (transaction.ops[0].key.find("outbox/log/n/") == 0) {
      store_.Set(FlakyStore::Mode::kReadOnly);
    }
  });
  After(absl::ZeroDuration());
  After(absl::Seconds(5));
  store_.BeforeCommit(nullptr);
  store_.Set(FlakyStore::Mode::kWorks);
  After(absl::Seconds(5));
  After(absl::Seconds(5));
  spdlog::drop("incident");
  EXPECT_EQ(lines.str().find("incident.opened"),
            lines.str().rfind("incident.opened"));
  EXPECT_THAT(lines.str(), HasSubstr("incident.opened"));
}

}  // namespace
}  // namespace recourse
