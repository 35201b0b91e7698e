// Runs one case of client/conformance through the client's public API.
//
//   conformance_runner --features | --server ADDRESS --case FILE
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cpp/durations.h"
#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace recourse {
namespace {

using google::protobuf::Value;
using nlohmann::json;

// The driver's machine may be busy: nothing here measures patience.
constexpr absl::Duration kAskTimeout = absl::Seconds(2);
constexpr absl::Duration kConnectTimeout = absl::Seconds(10);

template <typename Message>
Message FromJson(const json& value) {
  Message message;
  const auto status =
      google::protobuf::util::JsonStringToMessage(value.dump(), &message);
  GOOGLE_CHECK(status.ok()) << status.ToString();
  return message;
}

json ToJson(const google::protobuf::Message& message) {
  std::string text;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &text);
  GOOGLE_CHECK(status.ok()) << status.ToString();
  return json::parse(text);
}

// An attempt's error travels beside its status, as an application's would.
absl::Status StatusOf(const json& error) {
  const std::string name = error.value(
      "grpc_code",
      error.at("type") == "TimeoutError" ? "DEADLINE_EXCEEDED" : "UNKNOWN");
  absl::Status status(absl::StatusCode::kUnknown,
                      error.at("message").get<std::string>());
  for (int code = 1; code <= 16; ++code) {
    const auto known = static_cast<absl::StatusCode>(code);
    if (absl::StatusCodeToString(known) == name) {
      status = absl::Status(known, status.message());
    }
  }
  status.SetPayload("conformance/error", absl::Cord(error.dump()));
  return status;
}

v1::ErrorDetails DetailsOf(const absl::Status& status) {
  v1::ErrorDetails details = DefaultErrorDetails(status);
  const auto payload = status.GetPayload("conformance/error");
  if (!payload.has_value()) return details;
  const json error = json::parse(std::string(*payload));
  details.set_exception_type(error.at("type").get<std::string>());
  details.set_code(error.value("code", ""));
  details.set_http_status(error.value("http_status", 0));
  details.set_grpc_code(error.value("grpc_code", ""));
  const json headers = error.value("headers", json::object());
  for (const auto& [name, value] : headers.items()) {
    (*details.mutable_headers())[name] = value.get<std::string>();
  }
  if (error.contains("retry_after_ms")) {
    *details.mutable_retry_after() =
        ToProtoDuration(absl::Milliseconds(error["retry_after_ms"].get<int>()));
  }
  return details;
}

// The operation, its options, and what is written down.
class Case {
 public:
  explicit Case(json script)
      : script_(std::move(script)), given_(script_.at("options")) {
    clock_->OnWait([this](int number) {
      if (given_.value("cancel_in_wait", 0) == number) stop_.request_stop();
    });
  }

  json Play(const std::string& address) {
    ClientOptions settings;
    settings.caller = "conformance";
    settings.ask_timeout = kAskTimeout;
    settings.clock = clock_;
    if (given_.value("mode", "obey") == "observe") {
      settings.mode = Mode::kObserve;
    }
    json result;
    {
      const auto client = Client::Create(address, settings);
      GOOGLE_CHECK(client.ok()) << client.status().ToString();
      if (script_.value("server", json()) != "away") {
        (*client)->Connect(kConnectTimeout);
      }
      result = ResultOf(Run(**client));
    }  // The end of the client sends what waits.
    json waits = json::array();
    for (const absl::Duration wait : clock_->waits()) {
      waits.push_back(absl::ToDoubleMilliseconds(wait));
    }
    return {{"calls", calls_},
            {"waits_ms", waits},
            {"remediations", remediations_},
            {"disagreements", disagreements_},
            {"result", result}};
  }

 private:
  absl::StatusOr<Value> Run(Client& client) {
    return recourse::Run<Value>(
        client, Options(),
        [this](const Attempt& attempt) { return RunOnce(attempt); },
        {.validate = [this](const Value&) { return Validate(); }});
  }

  absl::StatusOr<Value> RunOnce(const Attempt& attempt) {
    const json& entry = script_.at("operation").at(calls_.size());
    json call = {{"target", std::string(attempt.target)},
                 {"state", ToJson(attempt.state)},
                 {"disabled_features", json::array()},
                 {"parameters", json::object()}};
    for (const std::string& feature : attempt.disabled_features) {
      call["disabled_features"].push_back(feature);
    }
    if (attempt.alternative != nullptr) {
      for (const auto& [name, value] : attempt.alternative->parameters()) {
        call["parameters"][name] = value;
      }
    }
    if (attempt.timeout != absl::InfiniteDuration()) {
      call["timeout_ms"] = absl::ToInt64Milliseconds(attempt.timeout);
    }
    calls_.push_back(call);
    clock_->Advance(absl::Milliseconds(entry.value("takes_ms", 0)));
    if (given_.value("cancel_after_call", 0U) == calls_.size()) {
      stop_.request_stop();
    }
    if (entry.contains("error")) return StatusOf(entry["error"]);
    return FromJson<Value>(entry.at("value"));
  }

  // Of the value that the last attempt gave.
  absl::Status Validate() const {
    const json& entry = script_.at("operation").at(calls_.size() - 1);
    if (!entry.value("invalid", false)) return absl::OkStatus();
    return InvalidValueError("the case says so");
  }

  RunOptions Options() {
    RunOptions options;
    options.target = given_.at("target").get<std::string>();
    GOOGLE_CHECK(v1::Idempotency_Parse(
        absl::StrCat("IDEMPOTENCY_",
                     given_.value("idempotency", "UNSPECIFIED")),
        &options.idempotency));
    if (given_.contains("time_budget_ms")) {
      options.time_budget =
          absl::Milliseconds(given_["time_budget_ms"].get<int>());
    }
    options.expected_call_time =
        absl::Milliseconds(given_.value("expected_call_time_ms", 0));
    if (given_.contains("slow_call_ms")) {
      options.slow_call = absl::Milliseconds(given_["slow_call_ms"].get<int>());
    }
    if (given_.contains("state")) {
      options.state = FromJson<google::protobuf::Struct>(given_["state"]);
    }
    options.subject_field = given_.value("subject_field", "");
    for (const json& alternative :
         given_.value("alternatives", json::array())) {
      options.alternatives.push_back(FromJson<v1::Alternative>(alternative));
    }
    for (const json& step : given_.value("caller_steps", json::array())) {
      *options.context.add_caller_steps() = FromJson<v1::Step>(step);
    }
    PutRemediations(options);
    options.await_human = given_.value("await_human", false);
    options.stop = stop_.get_token();
    options.map_error = DetailsOf;
    options.on_disagreement = [this](const Disagreement& told) {
      disagreements_.push_back(
          {{"decided", told.decided}, {"done", told.done}});
    };
    return options;
  }

  // Names, or name -> "fail".
  void PutRemediations(RunOptions& options) {
    const json given = given_.value("remediations", json::object());
    const auto add = [&](const std::string& name, bool fails) {
      options.remediations[name] = [this, name, fails] {
        remediations_.push_back(name);
        return fails ? absl::InternalError(absl::StrCat(name, " failed"))
                     : absl::OkStatus();
      };
    };
    if (given.is_array()) {
      for (const json& name : given) add(name.get<std::string>(), false);
      return;
    }
    for (const auto& [name, how] : given.items()) add(name, how == "fail");
  }

  static json ResultOf(const absl::StatusOr<Value>& answer) {
    if (answer.ok()) return {{"value", ToJson(*answer)}};
    if (absl::IsCancelled(answer.status())) return {{"cancelled", true}};
    if (IsSkipped(answer.status())) return {{"skipped", true}};
    return {{"error", std::string(answer.status().message())},
            {"cause", std::string(CauseOf(answer.status()).message())}};
  }

  const json script_;
  const json& given_;
  const std::shared_ptr<test_mode::FakeClock> clock_ =
      std::make_shared<test_mode::FakeClock>();
  std::stop_source stop_;
  json calls_ = json::array();
  json remediations_ = json::array();
  json disagreements_ = json::array();
};

}  // namespace
}  // namespace recourse

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--features") {
    std::cout << R"(["budget", "causes", "circuits", "observe", "own_steps", )"
              << R"("own_timeouts", "slow_calls", "validate"])"
              << "\n";
    return 0;
  }
  std::string server;
  std::string file;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--server") server = argv[i + 1];
    if (flag == "--case") file = argv[i + 1];
  }
  std::ifstream script(file);
  if (server.empty() || !script) {
    std::cerr << "usage: conformance_runner --features | --server ADDRESS "
                 "--case FILE\n";
    return 2;
  }
  std::cout << recourse::Case(nlohmann::json::parse(script)).Play(server)
            << "\n";
  return 0;
}
