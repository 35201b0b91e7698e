// What people get to read: the webhook's and Slack's messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "nlohmann/json.hpp"
#include "server/incident/slack.h"
#include "server/incident/webhook.h"

namespace recourse {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

v1::Incident Sample() {
  v1::Incident incident;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(incident_id: "inc_e5ce7a3afff18c66"
         state: INCIDENT_STATE_OPEN
         namespace: "default"
         target: "postgres/orders"
         pattern_id: "pg_down"
         category: FAILURE_CATEGORY_CONNECTION
         error_type: ERROR_TYPE_NETWORK
         priority: SEVERITY_HIGH
         assignee: "db-team"
         title: "OperationalError: a < b & c"
         error { exception_type: "OperationalError"
                 message: "a < b & c\n```x```" code: "08006" }
         suggested_action: "Check <the> primary."
         context { key: "workflow_id" value: "wf-7" }
         occurrence_count: 42
         create_time { seconds: 1800000000 }
         last_seen_time { seconds: 1800000060 })",
      &incident));
  return incident;
}

Notice Single(const std::string& event) {
  return Notice{.message_id = "msg_1",
                .time = absl::FromUnixSeconds(1'800'000'030),
                .items = {{event, Sample()}},
                .total = 1};
}

TEST(WebhookTest, Body) {
  EXPECT_EQ(json::parse(WebhookBody(Single("opened"))), json::parse(R"({
    "type": "incident.opened",
    "timestamp": "2027-01-15T08:00:30Z",
    "data": {"total": 1, "incidents": [{
      "event": "opened",
      "incident_id": "inc_e5ce7a3afff18c66",
      "state": "OPEN",
      "priority": "HIGH",
      "title": "OperationalError: a < b & c",
      "namespace": "default",
      "target": "postgres/orders",
      "pattern_id": "pg_down",
      "category": "CONNECTION",
      "error_type": "NETWORK",
      "assignee": "db-team",
      "error": {"exception_type": "OperationalError",
                "message": "a < b & c\n```x```", "code": "08006",
                "http_status": 0, "grpc_code": ""},
      "suggested_action": "Check <the> primary.",
      "occurrence_count": 42,
      "create_time": "2027-01-15T08:00:00Z",
      "last_seen_time": "2027-01-15T08:01:00Z",
      "acknowledged_by": "",
      "context": {"workflow_id": "wf-7"},
      "resolve_command":
          "recourse incidents resolve inc_e5ce7a3afff18c66 --action retry"
    }]}})"));
}

TEST(WebhookTest, TypeIsThatOfTheMostPressingEvent) {
  const struct {
    std::vector<std::string> events;
    bool digest;
    const char* type;
  } kRows[] = {
      {{"opened"}, false, "incident.opened"},
      {{"resolved", "repeated", "opened"}, false, "incident.opened"},
      {{"resolved", "repeated"}, false, "incident.repeated"},
      {{"resolved", "resolved"}, false, "incident.resolved"},
      {{"resolved", "opened"}, true, "incident.digest"},
  };
  for (const auto& row : kRows) {
    Notice notice = Single("");
    notice.items.clear();
    notice.digest = row.digest;
    for (const std::string& event : row.events) {
      notice.items.push_back({event, Sample()});
    }
    EXPECT_EQ(json::parse(WebhookBody(notice))["type"], row.type);
  }
}

TEST(WebhookTest, AResolvedIncidentShowsItsResolution) {
  Notice notice = Single("resolved");
  v1::Resolution& resolution = *notice.items[0].incident.mutable_resolution();
  resolution.set_action(v1::RESOLUTION_ACTION_SKIP);
  resolution.set_note("known");
  resolution.set_resolved_by("kim");
  const json incident =
      json::parse(WebhookBody(notice))["data"]["incidents"][0];
  EXPECT_EQ(incident["resolution"]["action"], "SKIP");
  EXPECT_EQ(incident["resolution"]["note"], "known");
  EXPECT_EQ(incident["resolution"]["resolved_by"], "kim");
  EXPECT_EQ(incident.count("resolve_command"), 0u);
}

// Independent of the code under test: EVP_DigestSign and not HMAC().
std::string Hmac(const std::string& key, const std::string& content) {
  EVP_PKEY* const pkey = EVP_PKEY_new_raw_private_key(
      EVP_PKEY_HMAC, nullptr,
      reinterpret_cast<const unsigned char*>(key.data()), key.size());
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::array<unsigned char, 32> mac;
  size_t size = mac.size();
  EXPECT_EQ(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, pkey),
            1);
  EXPECT_EQ(
      EVP_DigestSign(context, mac.data(), &size,
                     reinterpret_cast<const unsigned char*>(content.data()),
                     content.size()),
      1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  return std::string(reinterpret_cast<const char*>(mac.data()), size);
}

TEST(WebhookTest, Signature) {
  // The example of Standard Webhooks' own libraries.
  std::string key;
  ASSERT_TRUE(absl::Base64Unescape("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &key));
  const auto headers = WebhookHeaders("msg_p5jXN8AQM9LWM0D4loKWxJek",
                                      absl::FromUnixSeconds(1614265330),
                                      "{\"test\": 2432232314}", key);
  EXPECT_EQ(headers.at("webhook-signature"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_EQ(headers.at("webhook-id"), "msg_p5jXN8AQM9LWM0D4loKWxJek");
  EXPECT_EQ(headers.at("webhook-timestamp"), "1614265330");
  EXPECT_EQ(headers.at("content-type"), "application/json");

  const std::string body = WebhookBody(Single("opened"));
  const std::string raw_key("\0key with a zero byte in it", 27);
  EXPECT_EQ(WebhookHeaders("msg_1", absl::FromUnixSeconds(7), body, raw_key)
                .at("webhook-signature"),
            absl::StrCat("v1,",
                         absl::Base64Escape(Hmac(raw_key, "msg_1.7." + body))));
  EXPECT_EQ(WebhookHeaders("msg_1", absl::UnixEpoch(), body, "")
                .count("webhook-signature"),
            0u);
}

TEST(SlackTest, OneIncident) {
  EXPECT_EQ(json::parse(SlackBody(Single("opened"))), json::parse(R"({
    "text": "🚨 NETWORK error on postgres/orders, escalated",
    "blocks": [
      {"type": "header", "text": {"type": "plain_text",
        "text": "🚨 NETWORK error on postgres/orders, escalated"}},
      {"type": "section", "text": {"type": "mrkdwn", "text":
        "*Error*: OperationalError: a &lt; b &amp; c\n*Priority*: HIGH"}},
      {"type": "section", "fields": [
        {"type": "mrkdwn", "text": "*Error Type*: NETWORK"},
        {"type": "mrkdwn", "text": "*Target*: postgres/orders"},
        {"type": "mrkdwn", "text": "*Assignee*: @db-team"},
        {"type": "mrkdwn", "text": "*Count*: 42"},
        {"type": "mrkdwn", "text": "*Workflow ID*: wf-7"},
        {"type": "mrkdwn", "text": "*Timestamp*: 2027-01-15T08:00:00Z"}]},
      {"type": "section", "text": {"type": "mrkdwn", "text":
        "```a &lt; b &amp; c\n'''x'''```"}},
      {"type": "section", "text": {"type": "mrkdwn", "text":
        "*Suggested action*: Check &lt;the&gt; primary."}},
      {"type": "context", "elements": [{"type": "mrkdwn", "text":
        "`recourse incidents resolve inc_e5ce7a3afff18c66 --action retry`"}]}
    ]})"));
}

TEST(SlackTest, AResolvedIncidentAsksForNothing) {
  Notice notice = Single("resolved");
  v1::Resolution& resolution = *notice.items[0].incident.mutable_resolution();
  resolution.set_action(v1::RESOLUTION_ACTION_RETRY);
  resolution.set_resolved_by("kim");
  const std::string body = SlackBody(notice);
  EXPECT_THAT(body, HasSubstr("✅ NETWORK error on postgres/orders, resolved"));
  EXPECT_THAT(body, HasSubstr("*Resolved*: RETRY by kim"));
  EXPECT_THAT(body, Not(HasSubstr("recourse incidents")));
}

TEST(SlackTest, ADigestListsAndCounts) {
  Notice notice = Single("opened");
  notice.items.push_back(notice.items[0]);
  notice.digest = true;
  notice.total = 41;
  const json body = json::parse(SlackBody(notice));
  EXPECT_EQ(body["text"], "🚨 41 more incident messages");
  ASSERT_EQ(body["blocks"].size(), 4u);
  EXPECT_EQ(body["blocks"][1]["text"]["text"],
            "*HIGH* opened: OperationalError: a &lt; b &amp; c\n"
            "postgres/orders · 42× · `inc_e5ce7a3afff18c66`");
  EXPECT_EQ(body["blocks"][3]["elements"][0]["text"],
            "and 39 more: `recourse incidents list`");
}

void ExpectWithinSlacksLimits(const json& body) {
  ASSERT_LE(body["blocks"].size(), 50u);
  for (const json& block : body["blocks"]) {
    if (block["type"] == "header") {
      EXPECT_LE(block["text"]["text"].get<std::string>().size(), 150u);
    } else if (block.count("text") > 0) {
      EXPECT_LE(block["text"]["text"].get<std::string>().size(), 3000u);
    } else if (block.count("fields") > 0) {
      EXPECT_LE(block["fields"].size(), 10u);
      for (const json& field : block["fields"]) {
        EXPECT_LE(field["text"].get<std::string>().size(), 2000u);
      }
    }
  }
}

TEST(SlackTest, StaysWithinSlacksLimits) {
  for (const char* filling : {"<", "ü", "x", "`"}) {
    std::string text;
    while (text.size() < 5000) text += filling;
    v1::Incident incident = Sample();
    incident.set_title(text);
    incident.set_target(text);
    incident.set_assignee(text);
    incident.set_suggested_action(text);
    incident.mutable_error()->set_message(text);
    (*incident.mutable_context())["workflow_id"] = text;
    for (const bool resolved : {false, true}) {
      if (resolved) {
        incident.mutable_resolution()->set_note(text);
        incident.mutable_resolution()->set_resolved_by(text);
      }
      for (const bool digest : {false, true}) {
        Notice notice = Single("opened");
        notice.items.assign(kMaxListedIncidents, {"opened", incident});
        notice.total = 1000;
        notice.digest = digest;
        ExpectWithinSlacksLimits(json::parse(SlackBody(notice)));
      }
    }
  }
}

TEST(SlackTest, BytesThatAreNotUtf8AreReplaced) {
  Notice notice = Single("opened");
  notice.items[0].incident.mutable_error()->set_message("bad \xff byte");
  EXPECT_THAT(SlackBody(notice), HasSubstr("bad \xEF\xBF\xBD byte"));
  EXPECT_THAT(WebhookBody(notice), HasSubstr("bad \xEF\xBF\xBD byte"));
}

TEST(SlackEscapeTest, EscapesAndCuts) {
  const struct {
    const char* text;
    size_t max_bytes;
    const char* expected;
  } kRows[] = {
      {"", 10, ""},
      {"abc", 3, "abc"},
      {"abc", 2, "ab"},
      {"<a&b>", 100, "&lt;a&amp;b&gt;"},
      {"a<b", 4, "a"},
      {"a<b", 5, "a&lt;"},
      {"aü", 2, "a"},
      {"aü", 3, "aü"},
      {"<!channel> <@U1>", 100, "&lt;!channel&gt; &lt;@U1&gt;"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(SlackEscape(row.text, row.max_bytes), row.expected) << row.text;
  }
}

}  // namespace
}  // namespace recourse
