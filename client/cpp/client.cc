#include "client/cpp/client.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cpp/durations.h"
#include "client/cpp/status_details.h"
#include "client/cpp/unary_call.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace recourse {
namespace {

constexpr char kServiceConfig[] =
    R"({"loadBalancingConfig":[{"round_robin":{}}]})";
constexpr int kMinMessageBytes = 1 << 10;
constexpr int kMaxMessageBytes = 1 << 30;
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(10);
constexpr absl::Duration kDefaultAwait = absl::Seconds(30);

absl::Status ReadPem(const std::string& path, std::string& pem) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.good() || text.str().empty()) {
    return absl::NotFoundError(absl::StrCat("cannot read ", path));
  }
  pem = text.str();
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const TlsOptions& tls) {
  if (!tls.enabled) return grpc::InsecureChannelCredentials();
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError(
        "a client certificate needs both its file and its key's file");
  }
  grpc::SslCredentialsOptions ssl;
  absl::Status status = ReadPem(tls.ca_file, ssl.pem_root_certs);
  status.Update(ReadPem(tls.cert_file, ssl.pem_cert_chain));
  status.Update(ReadPem(tls.key_file, ssl.pem_private_key));
  if (!status.ok()) return status;
  return grpc::SslCredentials(ssl);
}

grpc::ChannelArguments ChannelArguments(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  arguments.SetInt(
      GRPC_ARG_KEEPALIVE_TIME_MS,
      static_cast<int>(absl::ToInt64Milliseconds(options.keepalive)));
  arguments.SetInt(
      GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
      static_cast<int>(absl::ToInt64Milliseconds(kKeepaliveTimeout)));
  // A long poll is silent: its pings carry no data, however many there are.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // A server that comes back is found within seconds, not after gRPC's 2 min.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 500);
  // Also the time-out of connecting.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  if (!options.tls.server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls.server_name);
  }
  return arguments;
}

absl::Status CheckName(absl::string_view field, const std::string& name) {
  if (name.size() <= ClientOptions::kMaxCallerBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " must be at most ", ClientOptions::kMaxCallerBytes,
                   " bytes, and is ", name.size()));
}

// Of what holds whatever the connection is.
absl::Status CheckRecovering(const ClientOptions& options) {
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("timeout must be above 0");
  }
  if (options.ask_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("ask_timeout must be above 0");
  }
  if (options.send_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("send_timeout must be above 0");
  }
  absl::Status status = CheckName("caller", options.caller);
  status.Update(CheckName("caller_instance", options.caller_instance));
  return status;
}

absl::Status CheckConnection(const ClientOptions& options) {
  if (options.keepalive < absl::Seconds(10) ||
      options.keepalive > absl::Hours(24)) {
    return absl::InvalidArgumentError("keepalive must be 10 s to 24 h");
  }
  if (options.max_message_bytes < kMinMessageBytes ||
      options.max_message_bytes > kMaxMessageBytes) {
    return absl::InvalidArgumentError(
        "max_message_bytes must be 1 KiB to 1 GiB");
  }
  return absl::OkStatus();
}

v1::Caller CallerOf(const ClientOptions& options) {
  v1::Caller caller;
  caller.set_service(options.caller);
  caller.set_instance(options.caller_instance);
  if (!options.caller_instance.empty()) return caller;
  std::array<char, 65> host = {};
  gethostname(host.data(), host.size() - 1);
  absl::BitGen generator;
  caller.set_instance(absl::StrFormat("%s-%d-%08x", host.data(), getpid(),
                                      absl::Uniform<uint32_t>(generator)));
  return caller;
}

v1::WatchCircuitsRequest IdentityOf(const Shared& shared) {
  v1::WatchCircuitsRequest identity;
  identity.set_namespace_(shared.namespace_name);
  *identity.mutable_caller() = shared.caller;
  return identity;
}

// Reads the stream that `open` makes until `take` has had enough.
template <typename Message>
absl::Status ReadStream(
    const std::function<std::unique_ptr<grpc::ClientReaderInterface<Message>>(
        grpc::ClientContext*)>& open,
    const std::function<bool(const Message&)>& take, const CallOptions& call) {
  grpc::ClientContext context;
  if (call.timeout > absl::ZeroDuration()) SetDeadline(call.timeout, context);
  const std::stop_callback on_stop(call.stop, [&] { context.TryCancel(); });
  const auto stream = open(&context);
  Message message;
  bool satisfied = false;
  while (stream->Read(&message)) {
    satisfied = !take(message);
    if (satisfied) break;
  }
  if (satisfied) context.TryCancel();
  const absl::Status status = FromGrpcStatus(stream->Finish());
  return satisfied ? absl::OkStatus() : status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(
    const std::string& address, const ClientOptions& options) {
  const absl::Status status = CheckConnection(options);
  if (!status.ok()) return status;
  auto credentials = Credentials(options.tls);
  if (!credentials.ok()) return credentials.status();
  return FromChannel(grpc::CreateCustomChannel(address, *credentials,
                                               ChannelArguments(options)),
                     options);
}

absl::StatusOr<std::unique_ptr<Client>> Client::FromChannel(
    std::shared_ptr<grpc::Channel> channel, const ClientOptions& options) {
  const absl::Status status = CheckRecovering(options);
  if (!status.ok()) return status;
  return std::unique_ptr<Client>(
      new Client(std::move(channel), options, nullptr));
}

std::unique_ptr<Client> Client::FromLink(std::unique_ptr<Link> link,
                                         const ClientOptions& options) {
  const absl::Status status = CheckRecovering(options);
  GOOGLE_CHECK(status.ok()) << status.ToString();
  return std::unique_ptr<Client>(
      new Client(grpc::CreateChannel("unix:/dev/null/no-server",
                                     grpc::InsecureChannelCredentials()),
                 options, std::move(link)));
}

Client::Client(std::shared_ptr<grpc::Channel> channel,
               const ClientOptions& options, std::unique_ptr<Link> link)
    : channel_(std::move(channel)),
      timeout_(options.timeout),
      orchestrator_(v1::ErrorRecoveryOrchestrator::NewStub(channel_)),
      incidents_(v1::Incidents::NewStub(channel_)),
      circuits_(v1::CircuitBreakers::NewStub(channel_)),
      policies_(v1::TargetPolicies::NewStub(channel_)),
      health_(grpc::health::v1::Health::NewStub(channel_)),
      clock_(options.clock != nullptr ? options.clock
                                      : std::make_shared<Clock>()),
      shared_{.clock = *clock_,
              .sites = sites_,
              .breaker = breaker_,
              .advice = advice_,
              .link = link.get(),
              .ask_timeout = options.ask_timeout,
              .observes = options.mode == Mode::kObserve,
              .caller = CallerOf(options),
              .namespace_name = options.namespace_name},
      link_(std::move(link)) {
  if (link_ != nullptr) return;
  background_ =
      std::make_unique<Background>(channel_, sites_, breaker_, *clock_,
                                   IdentityOf(shared_), options.send_timeout);
  link_ = std::make_unique<GrpcLink>(channel_, *background_);
  shared_.link = link_.get();
}

Client::~Client() = default;

Site& Client::site(absl::string_view target) {
  link_->Start(/*listen=*/false);
  return sites_.Find(target);
}

bool Client::Connect(absl::Duration timeout) {
  return background_ == nullptr || background_->AwaitCircuits(timeout);
}

bool Client::Flush(absl::Duration timeout) {
  return background_ == nullptr || background_->Flush(timeout);
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Client::Call(
    Stub& stub,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request, const CallOptions& call) {
  return CallUnary(
      stub, method, request,
      call.timeout > absl::ZeroDuration() ? call.timeout : timeout_, call.stop);
}

// Each RPC of `service` is its stub's method and nothing else.
#define RECOURSE_UNARY(service, stub, method, request_type, response_type)  \
  absl::StatusOr<response_type> Client::method(const request_type& request, \
                                               const CallOptions& call) {   \
    /* NOLINTNEXTLINE(bugprone-macro-parentheses): a name in a scope */     \
    return Call(*stub, &service::StubInterface::method, request, call);     \
  }
#define RECOURSE_ORCHESTRATOR_RPC(method, request_type, response_type) \
  RECOURSE_UNARY(v1::ErrorRecoveryOrchestrator, orchestrator_, method, \
                 request_type, response_type)
#define RECOURSE_CIRCUITS_RPC(method)                                         \
  RECOURSE_UNARY(v1::CircuitBreakers, circuits_, method, v1::method##Request, \
                 v1::method##Response)
#define RECOURSE_POLICIES_RPC(method)                                        \
  RECOURSE_UNARY(v1::TargetPolicies, policies_, method, v1::method##Request, \
                 v1::method##Response)
#define RECOURSE_INCIDENTS_RPC(method)                                   \
  RECOURSE_UNARY(v1::Incidents, incidents_, method, v1::method##Request, \
                 v1::method##Response)

RECOURSE_ORCHESTRATOR_RPC(HandleError, v1::RecoveryContext, v1::RecoveryResult)
RECOURSE_ORCHESTRATOR_RPC(ReportOutcome, v1::RecoveryOutcome,
                          v1::ReportOutcomeResponse)
RECOURSE_ORCHESTRATOR_RPC(AddErrorPattern, v1::AddErrorPatternRequest,
                          v1::AddErrorPatternResponse)
RECOURSE_ORCHESTRATOR_RPC(UpdateErrorPattern, v1::UpdateErrorPatternRequest,
                          v1::UpdateErrorPatternResponse)
RECOURSE_ORCHESTRATOR_RPC(RemoveErrorPattern, v1::RemoveErrorPatternRequest,
                          v1::RemoveErrorPatternResponse)
RECOURSE_ORCHESTRATOR_RPC(GetErrorPattern, v1::GetErrorPatternRequest,
                          v1::GetErrorPatternResponse)
RECOURSE_ORCHESTRATOR_RPC(ListErrorPatterns, v1::ListErrorPatternsRequest,
                          v1::ListErrorPatternsResponse)
RECOURSE_ORCHESTRATOR_RPC(ApplyErrorPatterns, v1::ApplyErrorPatternsRequest,
                          v1::ApplyErrorPatternsResponse)
RECOURSE_ORCHESTRATOR_RPC(MatchErrorPattern, v1::MatchErrorPatternRequest,
                          v1::MatchErrorPatternResponse)
RECOURSE_ORCHESTRATOR_RPC(SuggestErrorPatterns, v1::SuggestErrorPatternsRequest,
                          v1::SuggestErrorPatternsResponse)
RECOURSE_ORCHESTRATOR_RPC(GetStatistics, v1::GetStatisticsRequest,
                          v1::GetStatisticsResponse)
RECOURSE_ORCHESTRATOR_RPC(GetDecision, v1::GetDecisionRequest,
                          v1::GetDecisionResponse)
RECOURSE_INCIDENTS_RPC(ListIncidents)
RECOURSE_INCIDENTS_RPC(GetIncident)
RECOURSE_INCIDENTS_RPC(AcknowledgeIncident)
RECOURSE_INCIDENTS_RPC(ResolveIncident)
RECOURSE_CIRCUITS_RPC(ReportCalls)
RECOURSE_CIRCUITS_RPC(ListCircuits)
RECOURSE_CIRCUITS_RPC(GetCircuit)
RECOURSE_CIRCUITS_RPC(OverrideCircuit)
RECOURSE_CIRCUITS_RPC(ResetCircuit)
RECOURSE_POLICIES_RPC(SetTargetPolicy)
RECOURSE_POLICIES_RPC(GetTargetPolicy)
RECOURSE_POLICIES_RPC(ListTargetPolicies)
RECOURSE_POLICIES_RPC(DeleteTargetPolicy)
RECOURSE_POLICIES_RPC(ResolveTargetPolicy)

#undef RECOURSE_INCIDENTS_RPC
#undef RECOURSE_POLICIES_RPC
#undef RECOURSE_CIRCUITS_RPC
#undef RECOURSE_ORCHESTRATOR_RPC
#undef RECOURSE_UNARY

std::unique_ptr<ErrorStream> Client::HandleErrorStream(
    const CallOptions& call) {
  return std::make_unique<ErrorStream>(*orchestrator_, call.timeout, call.stop);
}

absl::Status Client::WatchRecoveries(
    const v1::WatchRecoveriesRequest& request,
    const std::function<bool(const v1::RecoveryEvent&)>& on_event,
    const CallOptions& call) {
  return ReadStream<v1::RecoveryEvent>(
      [&](grpc::ClientContext* context) {
        return orchestrator_->WatchRecoveries(context, request);
      },
      on_event, call);
}

absl::Status Client::WatchCircuits(
    const v1::WatchCircuitsRequest& request,
    const std::function<bool(const v1::WatchCircuitsResponse&)>& on_circuit,
    const CallOptions& call) {
  return ReadStream<v1::WatchCircuitsResponse>(
      [&](grpc::ClientContext* context) {
        return circuits_->WatchCircuits(context, request);
      },
      on_circuit, call);
}

absl::StatusOr<v1::AwaitIncidentResponse> Client::AwaitIncident(
    const v1::AwaitIncidentRequest& request, const CallOptions& call) {
  CallOptions options = call;
  if (options.timeout <= absl::ZeroDuration()) {
    options.timeout =
        GrpcLink::kPollGrace +
        (request.has_timeout() ? FromProto(request.timeout()) : kDefaultAwait);
  }
  return Call(*incidents_, &v1::Incidents::StubInterface::AwaitIncident,
              request, options);
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> Client::CheckHealth(
    const std::string& service, const CallOptions& call) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  return Call(*health_, &grpc::health::v1::Health::StubInterface::Check,
              request, call);
}

}  // namespace recourse
