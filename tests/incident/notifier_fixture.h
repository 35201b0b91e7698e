// A notifier on a store in memory, with a fake endpoint and a fake clock.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "nlohmann/json.hpp"
#include "server/incident/incident_store.h"
#include "server/incident/notifier.h"
#include "server/wire/times.h"
#include "tests/incident/fakes.h"

namespace recourse {

inline constexpr char kHookUrl[] = "https://hooks.example.com/in/s3cret";

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() : memory_(*OpenStore("memory:")), store_(memory_.get()) {
    options_.channels.push_back(Webhook("hook", kHookUrl));
    options_.clock = [this] { return clock_.Now(); };
    options_.start_workers = false;
    options_.http = &http_;
  }

  static config::v1::Channel Webhook(const std::string& name,
                                     const std::string& url) {
    config::v1::Channel channel;
    channel.set_name(name);
    channel.mutable_webhook()->set_url(url);
    return channel;
  }

  // Replaces the notifier, as a restart does.
  void Open() {
    notifier_.reset();
    http_.Revive();
    auto opened = Notifier::Open(&store_, options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    notifier_ = *std::move(opened);
  }

  v1::Incident MakeIncident(const std::string& target) {
    v1::Incident incident;
    incident.set_incident_id(NewIncidentId(clock_.Now()));
    incident.set_fingerprint(incident.incident_id());
    incident.set_state(v1::INCIDENT_STATE_OPEN);
    incident.set_namespace_("default");
    incident.set_target(target);
    incident.set_priority(v1::SEVERITY_HIGH);
    incident.set_title(absl::StrCat("failure of ", target));
    incident.set_occurrence_count(1);
    *incident.mutable_create_time() = ToMessage(clock_.Now());
    incident.add_channels("hook");
    return incident;
  }

  // Writes the incident and its messages as the desk does.
  void Put(const v1::Incident& incident, NoticeKind kind) {
    internal::v1::IncidentRecord record;
    *record.mutable_incident() = incident;
    StoreTransaction transaction{
        {}, notifier_->MessagesFor(incident, kind, false, clock_.Now())};
    transaction.ops.push_back({.key = IncidentKey(incident.incident_id()),
                               .value = record.SerializeAsString()});
    auto commit = memory_->Commit(transaction);
    ASSERT_TRUE(commit.ok() && commit->committed) << commit.status();
  }

  v1::Incident OpenIncident(const std::string& target) {
    v1::Incident incident = MakeIncident(target);
    Put(incident, NoticeKind::kOpened);
    return incident;
  }

  void ResolveIncident(v1::Incident incident) {
    incident.set_state(v1::INCIDENT_STATE_RESOLVED);
    incident.mutable_resolution()->set_action(v1::RESOLUTION_ACTION_ABORT);
    Put(incident, NoticeKind::kResolved);
  }

  // Delivers what is due after `by`, and returns what was posted.
  std::vector<nlohmann::json> After(absl::Duration by) {
    clock_.Advance(by);
    next_ = notifier_->DeliverDue();
    std::vector<nlohmann::json> bodies;
    posts_ = http_.Take();
    for (const FakeHttp::Request& post : posts_) {
      bodies.push_back(nlohmann::json::parse(post.body));
    }
    return bodies;
  }

  // "opened:DELIVERED:1" for each delivery on channel `hook`.
  std::vector<std::string> Fates(const v1::Incident& incident) {
    std::vector<std::string> fates;
    for (const auto& delivery : notifier_->Deliveries(incident.incident_id())) {
      if (delivery.channel() != "hook") continue;
      fates.push_back(absl::StrCat(
          delivery.event(), ":",
          v1::IncidentDelivery::State_Name(delivery.state()).substr(6), ":",
          delivery.attempts()));
    }
    return fates;
  }

  static std::vector<std::string> Ids(const nlohmann::json& body) {
    std::vector<std::string> ids;
    for (const auto& incident : body["data"]["incidents"]) {
      ids.push_back(incident["incident_id"]);
    }
    return ids;
  }

  FakeClock clock_;
  FakeHttp http_;
  std::unique_ptr<Store> memory_;
  FlakyStore store_;
  Notifier::Options options_;
  std::unique_ptr<Notifier> notifier_;
  absl::Time next_;
  std::vector<FakeHttp::Request> posts_;
};

}  // namespace recourse
