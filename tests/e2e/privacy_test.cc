// No secret that comes with an error is kept, sent, streamed or logged, and yet
// patterns match the error as it was.

#include <map>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "recourse/v1/circuit_breakers.grpc.pb.h"
#include "tests/e2e/http_sink.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {
namespace {

using ::testing::HasSubstr;

constexpr char kDigits[] = "0123456789";
constexpr char kUpper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr char kLower[] = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr char kMixed[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

using Random = std::mt19937;

std::string Characters(Random& random, const std::string& alphabet,
                       size_t count) {
  std::string text;
  while (text.size() < count) text += alphabet[random() % alphabet.size()];
  // Random letters only look generated with a digit among them.
  if (alphabet != kDigits) text[count / 2] = '7';
  return text;
}

// 16 digits with a right check digit (Luhn).
std::string Card(Random& random) {
  std::string digits = "4" + Characters(random, kDigits, 14);
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[i] - '0';
    sum += i % 2 == 0 ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

// A kind of secret: how one is made, how it stands in a text, and a pattern
// that matches that text only as long as the secret is in it.
struct Kind {
  const char* name;
  std::string (*make)(Random&);
  const char* before;
  const char* after;
  const char* regex;
};

const Kind kKinds[] = {
    {"bearer", [](Random& r) { return Characters(r, kMixed, 32); },
     "Authorization: Bearer ", "",
     "kind bearer: .*Authorization: Bearer [A-Za-z0-9]{32}"},
    {"url_password", [](Random& r) { return Characters(r, kMixed, 20); },
     "postgres://app:", "@db.example.com:5432/orders",
     "kind url_password: .*://app:[A-Za-z0-9]{20}@db"},
    {"vendor_key", [](Random& r) { return "sk-" + Characters(r, kMixed, 40); },
     "", "", "kind vendor_key: .*sk-[A-Za-z0-9]{40}"},
    {"access_key", [](Random& r) { return "AKIA" + Characters(r, kUpper, 16); },
     "", "", "kind access_key: .*AKIA[A-Z0-9]{16}"},
    {"email",
     [](Random& r) { return Characters(r, kLower, 12) + "@example.com"; }, "",
     "", "kind email: .*[a-z0-9]{12}@example\\.com"},
    {"card", Card, "", "", "kind card: .*\\b4[0-9]{15}\\b"},
    {"jwt",
     [](Random& r) {
       return absl::StrCat("eyJhbGciOiJIUzI1NiJ9.",
                           "eyJ" + Characters(r, kMixed, 30), ".",
                           Characters(r, kMixed, 43));
     },
     "", "", "kind jwt: .*eyJhbGciOiJIUzI1NiJ9\\.eyJ[A-Za-z0-9]{30}\\."},
    {"key_value", [](Random& r) { return Characters(r, kMixed, 18); },
     "password=", "", "kind key_value: .*password=[A-Za-z0-9]{18}"},
};

// All secrets that were handed out, and the field that each stood in.
class Secrets {
 public:
  // A text with a fresh secret of the kind.
  std::string In(const Kind& kind, const std::string& field) {
    const std::string secret = kind.make(random_);
    Add(absl::StrCat(kind.name, " in ", field), secret);
    return absl::StrCat(kind.before, secret, kind.after);
  }

  void Add(const std::string& what, const std::string& secret) {
    secrets_[secret] = what;
  }

  // A bare value, whose key alone says that it is secret.
  std::string Bare(const std::string& field) {
    const std::string secret = Characters(random_, kMixed, 18);
    Add(field, secret);
    return secret;
  }

  void ExpectNoneIn(const std::string& place, const std::string& bytes) const {
    for (const auto& [secret, what] : secrets_) {
      EXPECT_FALSE(absl::StrContains(bytes, secret))
          << place << " holds the secret of " << what;
    }
  }

 private:
  Random random_{1};
  std::map<std::string, std::string> secrets_;  // Secret -> where it stood.
};

// One escalation that was asked for.
struct Escalated {
  std::string decision_id;
  std::string incident_id;
};

class PrivacyTest : public ServerProcessTest {
 protected:
  void SetUp() override {
    const std::string url = absl::StrCat("http://127.0.0.1:", sink_.port());
    const std::string path_secret = secrets_.Bare("a channel's URL");
    const std::string query_secret = secrets_.Bare("a channel's query");
    dir_.Write(
        "config.yaml",
        absl::StrCat("log_level: debug\nchannels:\n"
                     "- {name: journal, log: {}}\n"
                     "- {name: hook, webhook: {url: '",
                     url,
                     "/hook'}}\n"
                     "- {name: team, slack: {url: '",
                     url, "/services/", path_secret,
                     "'}}\n"
                     "- {name: broken, webhook: {url: '",
                     url, "/fail/", path_secret, "?token=", query_secret,
                     "'}}\n"
                     "notifications: {group_wait: 0s, group_interval: 1s, "
                     "max_per_minute: 1000}\n"));
    StartProcess({"--config", "config.yaml"});
    circuits_ = v1::CircuitBreakers::NewStub(channel_);
    for (const Kind& kind : kKinds) AddPattern(kind);
    SetDeadline(watch_call_);
    watch_ = stub_->WatchRecoveries(&watch_call_, {});
    v1::RecoveryEvent event;
    ASSERT_TRUE(watch_->Read(&event));
    reader_ = std::thread([this] {
      v1::RecoveryEvent read;
      while (watch_->Read(&read)) events_ += read.SerializeAsString();
    });
  }

  void TearDown() override {
    process_.reset();
    if (reader_.joinable()) reader_.join();
  }

  void AddPattern(const Kind& kind) {
    v1::AddErrorPatternRequest request;
    v1::ErrorPattern& pattern = *request.mutable_pattern();
    pattern.set_pattern_id(kind.name);
    pattern.set_error_type(v1::ERROR_TYPE_SECURITY);
    pattern.set_regex_pattern(kind.regex);
    v1::EscalationStep& step = *pattern.add_steps()->mutable_escalation();
    for (const char* channel : {"journal", "hook", "team", "broken"}) {
      step.add_channels(channel);
    }
    step.set_pause_workflow(true);
    step.set_include_context(true);
    for (const char* key : {"note", "nested", "password"}) {
      step.add_include_state_keys(key);
    }
    Call(*stub_, &OrchestratorStub::AddErrorPattern, request);
  }

  // Secrets of the kind in every field that takes a text.
  v1::RecoveryContext ContextFull(const Kind& kind) {
    const auto in = [&](const char* field) { return secrets_.In(kind, field); };
    v1::RecoveryContext context;
    v1::ErrorDetails& error = *context.mutable_error();
    error.set_exception_type(absl::StrCat("E ", in("exception_type")));
    error.set_message(
        absl::StrCat("kind ", kind.name, ": refused ", in("message")));
    error.set_code(in("code"));
    error.set_stack_trace(in("stack_trace"));
    (*error.mutable_headers())["authorization"] = in("header");
    error.add_causes()->set_message(in("cause"));
    error.mutable_causes(0)->set_exception_type(in("type of a cause"));
    context.set_workflow_id(absl::StrCat("flow ", in("workflow_id")));
    context.set_node_name(absl::StrCat("node ", in("node_name")));
    context.set_target(absl::StrCat(kind.name, "/", in("target")));
    context.mutable_caller()->set_service(in("caller.service"));
    context.mutable_caller()->set_instance(in("caller.instance"));
    (*context.mutable_labels())["plain"] = in("label");
    (*context.mutable_labels())["api_key"] =
        secrets_.Bare("a label named api_key");
    context.mutable_capabilities()->set_await_human(true);
    auto& state = *context.mutable_state()->mutable_fields();
    state["note"].set_string_value(in("state.note"));
    auto& nested = *state["nested"].mutable_struct_value()->mutable_fields();
    nested["texts"].mutable_list_value()->add_values()->set_string_value(
        in("state.nested.texts"));
    nested["client_secret"].set_string_value(
        secrets_.Bare("state.nested.client_secret"));
    state["unlisted"].set_string_value(in("state.unlisted"));
    return context;
  }

  Escalated Escalate(const Kind& kind) {
    v1::RecoveryResult result;
    const grpc::Status status = TryHandle(ContextFull(kind), &result);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(result.classification().pattern_id(), kind.name)
        << "the pattern did not see the raw error";
    EXPECT_EQ(result.disposition(), v1::DISPOSITION_WAIT_FOR_HUMAN);
    secrets_.Add("the recovery token", result.recovery_token());
    return {result.decision_id(), result.escalation().incident_id()};
  }

  // People type secrets, too.
  void AcknowledgeAndResolve(const std::string& incident_id) {
    v1::AcknowledgeIncidentRequest acknowledge;
    acknowledge.set_incident_id(incident_id);
    acknowledge.set_acknowledged_by(secrets_.In(kKinds[4], "acknowledged_by"));
    Call(*incidents_, &v1::Incidents::Stub::AcknowledgeIncident, acknowledge);
    v1::ResolveIncidentRequest resolve;
    resolve.set_incident_id(incident_id);
    resolve.set_action(v1::RESOLUTION_ACTION_SKIP);
    resolve.set_note(secrets_.In(kKinds[0], "note"));
    resolve.set_resolved_by(secrets_.In(kKinds[4], "resolved_by"));
    Call(*incidents_, &v1::Incidents::Stub::ResolveIncident, resolve);
  }

  void ExpectKeptClean(const std::string& place, const std::string& bytes) {
    secrets_.ExpectNoneIn(place, bytes);
    EXPECT_THAT(bytes, HasSubstr("[REDACTED:")) << place;
  }

  void ExpectDecisionClean(const std::string& decision_id) {
    v1::GetDecisionRequest decision;
    decision.set_decision_id(decision_id);
    ExpectKeptClean("GetDecision",
                    Call(*stub_, &OrchestratorStub::GetDecision, decision)
                        .SerializeAsString());
  }

  void ExpectAnswersClean(const Escalated& escalated) {
    ExpectDecisionClean(escalated.decision_id);
    v1::GetIncidentRequest incident;
    incident.set_incident_id(escalated.incident_id);
    ExpectKeptClean(
        "GetIncident",
        Call(*incidents_, &v1::Incidents::Stub::GetIncident, incident)
            .SerializeAsString());
  }

  // Ends the server.
  void ExpectStoreLogAndEventsClean() {
    ExpectKeptClean("the store while it is in use",
                    ReadWholeFile(dir_.File("store.db")) +
                        ReadWholeFile(dir_.File("store.db-wal")));
    StopProcess();
    reader_.join();
    ExpectKeptClean("the store", ReadWholeFile(dir_.File("store.db")));
    secrets_.ExpectNoneIn("the log", process_->StderrText());
    ExpectKeptClean("the event stream", events_);
  }

  // A caller whose names hold secrets, too, tells that most calls fail.
  v1::ReportCallsResponse ReportFailures(const Kind& kind,
                                         const std::string& target) {
    v1::ReportCallsRequest request;
    request.mutable_caller()->set_service(secrets_.In(kind, "a service"));
    request.mutable_caller()->set_instance(secrets_.In(kind, "an instance"));
    v1::TargetCalls& sums = *request.add_targets();
    sums.set_target(target);
    sums.mutable_counts()->set_calls(10);
    sums.mutable_counts()->set_failures(6);
    const auto response =
        Call(*circuits_, &v1::CircuitBreakers::Stub::ReportCalls, request);
    for (const v1::Circuit& circuit : response.circuits()) {
      EXPECT_EQ(circuit.target(), target) << "its caller knows no other name";
      if (!circuit.has_caller()) continue;
      EXPECT_EQ(circuit.caller().instance(), request.caller().instance());
      EXPECT_EQ(circuit.caller().service(), request.caller().service());
    }
    return response;
  }

  // The name of a target whose circuit is open for all.
  std::string OpenCircuit(const Kind& kind) {
    const std::string target =
        absl::StrCat(kind.name, "/", secrets_.In(kind, "a circuit's target"));
    // As many as a quorum: callers that differ in their secrets are several.
    for (int i = 0; i < 10; ++i) ReportFailures(kind, target);
    v1::GetCircuitRequest request;
    request.set_target(target);
    const auto circuit =
        Call(*circuits_, &v1::CircuitBreakers::Stub::GetCircuit, request);
    EXPECT_EQ(circuit.shared().state(), v1::CIRCUIT_STATE_OPEN);
    ExpectKeptClean("GetCircuit", circuit.SerializeAsString());
    return target;
  }

  v1::RecoveryResult AskOpen(const std::string& target) {
    v1::RecoveryContext context;
    context.set_target(target);
    context.set_circuit_open(true);
    context.mutable_time_remaining()->set_seconds(60);
    v1::RecoveryResult result;
    EXPECT_TRUE(TryHandle(context, &result).ok());
    return result;
  }

  HttpSink sink_;
  Secrets secrets_;
  std::unique_ptr<v1::CircuitBreakers::Stub> circuits_;
  grpc::ClientContext watch_call_;
  std::unique_ptr<grpc::ClientReader<v1::RecoveryEvent>> watch_;
  std::thread reader_;
  std::string events_;  // Serialized; the reader's until it is joined.
};

TEST_F(PrivacyTest, NoSecretLeavesTheCallThatBroughtIt) {
  std::vector<Escalated> all;
  for (const Kind& kind : kKinds) all.push_back(Escalate(kind));
  for (const Escalated& escalated : all) {
    for (const char* path : {"/hook", "/services", "/fail"}) {
      EXPECT_TRUE(
          sink_.AwaitText(path, escalated.incident_id, absl::Seconds(30)))
          << path;
    }
    AcknowledgeAndResolve(escalated.incident_id);
    ExpectAnswersClean(escalated);
  }
  v1::ListIncidentsRequest list;
  list.add_states(v1::INCIDENT_STATE_RESOLVED);
  ExpectKeptClean("ListIncidents",
                  Call(*incidents_, &v1::Incidents::Stub::ListIncidents, list)
                      .SerializeAsString());
  ExpectStoreLogAndEventsClean();
  EXPECT_THAT(process_->StderrText(), HasSubstr("[REDACTED:"));
  std::string hooks, team;
  for (const ReceivedRequest& request : sink_.requests()) {
    // The first line has the URL, which is the channel's own.
    const std::string rest = request.bytes.substr(request.bytes.find('\n'));
    (absl::StartsWith(request.path, "/services") ? team : hooks) += rest;
  }
  ExpectKeptClean("the webhook's messages", hooks);
  ExpectKeptClean("Slack's messages", team);
}

TEST_F(PrivacyTest, CircuitsGoByRedactedNames) {
  grpc::ClientContext call;
  SetDeadline(call);
  v1::WatchCircuitsRequest watch;
  watch.mutable_caller()->set_instance(secrets_.In(kKinds[4], "a watcher"));
  const auto stream = circuits_->WatchCircuits(&call, watch);
  std::string target;
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    target = OpenCircuit(kind);
    const v1::RecoveryResult result = AskOpen(target);
    EXPECT_TRUE(result.trial() || result.recheck());
    ExpectDecisionClean(result.decision_id());
  }
  v1::OverrideCircuitRequest force;
  force.set_target(target);
  v1::CircuitOverride& set = *force.mutable_override();
  set.set_state(v1::CIRCUIT_STATE_FORCED_OPEN);
  set.set_owner(secrets_.In(kKinds[4], "an override's owner"));
  set.set_reason(secrets_.In(kKinds[0], "an override's reason"));
  const auto forced =
      Call(*circuits_, &v1::CircuitBreakers::Stub::OverrideCircuit, force);
  EXPECT_EQ(forced.circuit().state(), v1::CIRCUIT_STATE_FORCED_OPEN);
  ExpectKeptClean("OverrideCircuit", forced.SerializeAsString());
  std::string told;
  v1::WatchCircuitsResponse change;
  while (change.circuit().state() != v1::CIRCUIT_STATE_FORCED_OPEN) {
    ASSERT_TRUE(stream->Read(&change));
    told += change.SerializeAsString();
  }
  call.TryCancel();
  ExpectKeptClean("WatchCircuits", told);
  ExpectKeptClean("ListCircuits",
                  Call(*circuits_, &v1::CircuitBreakers::Stub::ListCircuits,
                       v1::ListCircuitsRequest())
                      .SerializeAsString());
  ExpectStoreLogAndEventsClean();
}

// The stream tells of it by another name than its caller's.
TEST_F(PrivacyTest, ARenamedCircuitThatClosedHoldsNobodyBack) {
  const std::string target = OpenCircuit(kKinds[1]);
  v1::ResetCircuitRequest reset;
  reset.set_target(target);
  Call(*circuits_, &v1::CircuitBreakers::Stub::ResetCircuit, reset);

  const v1::RecoveryResult result = AskOpen(target);
  EXPECT_EQ(result.strategy_used(), v1::RECOVERY_STRATEGY_RETRY);
  EXPECT_TRUE(result.trial()) << "its caller believes that it is open";
  const auto told = ReportFailures(kKinds[1], target);
  ASSERT_EQ(told.circuits_size(), 2);
  for (const v1::Circuit& circuit : told.circuits()) {
    EXPECT_EQ(circuit.state(), v1::CIRCUIT_STATE_CLOSED);
  }
}

// Steps of the caller's own, with secrets in their texts.
class OwnStepsTest : public PrivacyTest {
 protected:
  std::string Email(const char* field) { return secrets_.In(kKinds[4], field); }
  std::string Key(const char* field) { return secrets_.In(kKinds[2], field); }

  // What the step makes of an error; what is kept of that is clean.
  v1::RecoveryResult Ask(const v1::Step& step) {
    const std::string subject = Key("subject_field");
    v1::RecoveryContext context;
    context.mutable_error()->set_message("odd");
    context.set_subject_field(subject);
    auto& state = *context.mutable_state()->mutable_fields();
    state[subject].set_string_value("a b");
    for (const std::string& key : step.escalation().include_state_keys()) {
      state[key].set_string_value("shown");
    }
    if (step.has_retry()) {
      context.mutable_capabilities()->add_remediations(
          step.retry().remediation());
    }
    *context.add_caller_steps() = step;
    v1::RecoveryResult result;
    const grpc::Status status = TryHandle(context, &result);
    EXPECT_TRUE(status.ok()) << status.error_message();
    ExpectDecisionClean(result.decision_id());
    return result;
  }
};

TEST_F(OwnStepsTest, NoTextOfTheirsIsKept) {
  v1::Step retry;
  retry.mutable_retry()->set_remediation(Key("remediation"));
  EXPECT_TRUE(Ask(retry).has_retry());

  v1::Step alternative;
  v1::Alternative& other =
      *alternative.mutable_alternative_path()->add_alternatives();
  other.set_name(Email("an alternative's name"));
  other.set_target(Key("an alternative's target"));
  EXPECT_TRUE(Ask(alternative).has_alternative_path());

  v1::Step degradation;
  v1::DegradationLevel& level =
      *degradation.mutable_graceful_degradation()->add_levels();
  level.set_name(Email("a level's name"));
  level.add_disable_features(Key("a feature"));
  EXPECT_TRUE(Ask(degradation).has_graceful_degradation());

  v1::Step correction;
  v1::Rewrite& rewrite = *correction.mutable_error_correction()->add_rewrites();
  rewrite.set_description(Email("a rewrite's description"));
  rewrite.set_pattern(" ");
  rewrite.set_replacement("_");
  EXPECT_EQ(Ask(correction).error_correction().applied_size(), 1);

  v1::Step escalation;
  v1::EscalationStep& people = *escalation.mutable_escalation();
  people.set_assignee(Email("assignee"));
  people.add_channels("hook");
  people.add_channels(Key("a channel"));
  people.add_include_state_keys(Key("a key of state"));
  const v1::RecoveryResult escalated = Ask(escalation);
  ASSERT_TRUE(escalated.has_escalation());
  const std::string& incident = escalated.escalation().incident_id();
  ExpectAnswersClean({escalated.decision_id(), incident});
  EXPECT_TRUE(sink_.AwaitText("/hook", incident, absl::Seconds(30)));

  ExpectStoreLogAndEventsClean();
  for (const ReceivedRequest& request : sink_.requests()) {
    ExpectKeptClean("a message to people", request.bytes);
  }
}

// The key alone says that its value is secret, as with a label.
TEST_F(PrivacyTest, AListedStateKeyThatNamesASecretIsHidden) {
  v1::RecoveryContext context = ContextFull(kKinds[0]);
  (*context.mutable_state()->mutable_fields())["password"].set_string_value(
      secrets_.Bare("state.password"));
  v1::RecoveryResult result;
  ASSERT_TRUE(TryHandle(context, &result).ok());
  ExpectAnswersClean({result.decision_id(), result.escalation().incident_id()});
}

}  // namespace
}  // namespace recourse
