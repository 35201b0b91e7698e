#include "server/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include <set>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/clock.h"
#include "server/housekeeping.h"
#include "server/listen_address.h"
#include "server/match/classifier.h"
#include "server/pattern_library.h"
#include "server/rpc/circuits_service.h"
#include "server/rpc/health_service.h"
#include "server/rpc/incidents_service.h"
#include "server/rpc/orchestrator_service.h"
#include "server/rpc/policies_service.h"
#include "server/rpc/reflection_v1.h"
#include "server/tls.h"
#include "server/wire/enums.h"
#include "server/wire/pattern.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

using config::v1::ServerConfig;

constexpr char kTokenKeyKey[] = "token_key";
constexpr char kOrchestratorName[] = "recourse.v1.ErrorRecoveryOrchestrator";
constexpr char kIncidentsName[] = "recourse.v1.Incidents";
constexpr char kCircuitsName[] = "recourse.v1.CircuitBreakers";
constexpr char kPoliciesName[] = "recourse.v1.TargetPolicies";
constexpr char kStoreName[] = "store";
// Every process of a fleet watches circuits.
constexpr size_t kMaxCircuitWatchers = 20'000;
// Clients that ping more often get GOAWAY; gRPC's default would be 5 minutes.
constexpr int kMinPingIntervalMs = 10'000;
// One HTTP/2 connection pins one server: a limited age spreads a fleet's load.
constexpr int kMaxConnectionAgeMs = 30 * 60 * 1000;
constexpr int kMaxConnectionAgeGraceMs =
    11 * 60 * 1000;  // A long poll's length.
constexpr int kMaxMetadataBytes = 16 << 10;
// What clients get to hear that the server goes away, once no call is left. One
// that polls its connection needs a round trip; an idle C++ channel does so
// every 5 s only.
constexpr absl::Duration kGoAwayGrace = absl::Milliseconds(250);

// The key that seals tokens: whoever is first makes it, all share it.
absl::StatusOr<std::string> ReadOrMakeTokenKey(Store& store) {
  std::string key(kTokenKeyBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), key.size()) !=
      1) {
    return absl::InternalError("no randomness for the token key");
  }
  const absl::StatusOr<StoreCommit> commit = store.Commit(
      {.compares = {{kTokenKeyKey, 0}}, .ops = {{kTokenKeyKey, key}}});
  if (!commit.ok()) return commit.status();
  const auto entry = store.Get(kTokenKeyKey);
  if (!entry.ok()) return entry.status();
  if (!entry->has_value() || (*entry)->value.size() != kTokenKeyBytes) {
    return absl::DataLossError("the stored token key is damaged");
  }
  return (*entry)->value;
}

absl::StatusOr<DefaultPlans> ReadDefaultPlans(
    const config::v1::Recovery& recovery) {
  DefaultPlans plans = BuiltInDefaultPlans();
  std::set<v1::FailureCategory> seen;
  for (const config::v1::DefaultPlan& plan : recovery.default_plans()) {
    if (plan.category() == v1::FAILURE_CATEGORY_UNSPECIFIED ||
        !v1::FailureCategory_IsValid(plan.category())) {
      return absl::InvalidArgumentError(
          "recovery.default_plans: a plan without a known category");
    }
    if (!seen.insert(plan.category()).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "recovery.default_plans: ", v1::FailureCategory_Name(plan.category()),
          " stands twice"));
    }
    absl::StatusOr<std::vector<Step>> steps = ParseSteps(plan.steps(), nullptr);
    if (!steps.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("recovery.default_plans: ", steps.status().message()));
    }
    plans[plan.category()] = {
        std::make_shared<std::vector<Step>>(*std::move(steps)),
        HashSteps(plan.steps()), nullptr};  // Whoever writes a plan is obeyed.
  }
  return plans;
}

absl::StatusOr<std::unique_ptr<Statistics>> RestoreStatistics(Store& store,
                                                              absl::Time now) {
  auto statistics = std::make_unique<Statistics>(now);
  const auto saved = store.Get(kStatisticsKey);
  if (!saved.ok()) return saved.status();
  if (saved->has_value()) {
    if (absl::Status s = statistics->Restore((*saved)->value); !s.ok()) {
      spdlog::warn("saved statistics are not readable and start anew: {}",
                   std::string(s.message()));
    }
  }
  return statistics;
}

// "127.0.0.1:0" with the port that was taken.
std::string WithPort(const std::string& address, int port) {
  if (absl::StartsWith(address, "unix:")) return address;
  return absl::StrCat(address.substr(0, address.rfind(':') + 1), port);
}

void LimitCalls(const config::v1::Limits& limits,
                grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(limits.max_message_bytes());
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(limits.max_concurrent_streams()));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  grpc::ResourceQuota quota("recourse");
  quota.Resize(size_t{limits.max_call_memory_mib()} << 20);
  quota.SetMaxThreads(static_cast<int>(limits.max_call_threads()));
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             kMaxConnectionAgeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             kMaxConnectionAgeGraceMs);
}

}  // namespace

// In the order of construction; destroyed the other way round.
struct Server::Graph {
  explicit Graph(std::function<absl::Time()> given)
      : now(given ? std::move(given)
                  : [clock = std::make_shared<ForwardClock>()] {
                      return clock->Now();
                    }) {}

  const std::function<absl::Time()> now;
  std::unique_ptr<Store> store;
  std::unique_ptr<const Redactor> redactor;
  std::unique_ptr<TokenSealer> tokens;
  std::unique_ptr<Statistics> statistics;
  std::unique_ptr<DecisionLog> decisions;
  std::unique_ptr<EventHub> events;
  RequestMemo memo;
  RecentIds reports;
  RecentIds settled;
  RecentIds told;
  RecentIds continued;
  std::unique_ptr<TemplateMiner> unmatched;
  std::unique_ptr<HttpClient> http;
  std::unique_ptr<Notifier> notifier;
  std::unique_ptr<IncidentDesk> incidents;
  std::unique_ptr<PatternCatalog> catalog;
  std::unique_ptr<EventHub> circuit_events;
  std::unique_ptr<PolicyBook> policies;
  std::unique_ptr<Guard> guard;
  std::unique_ptr<CircuitBook> circuits;
  std::unique_ptr<Orchestrator> orchestrator;
  OpenCalls open_calls;
  std::unique_ptr<HealthService> health;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<WorkerPool> wakers;
  std::unique_ptr<WorkerPool> circuit_wakers;
  std::unique_ptr<OrchestratorService> orchestrator_service;
  std::unique_ptr<IncidentsService> incidents_service;
  std::unique_ptr<CircuitsService> circuits_service;
  std::unique_ptr<PoliciesService> policies_service;
  std::unique_ptr<grpc::Service> reflection;
  std::unique_ptr<grpc::Server> grpc_server;
  std::unique_ptr<Housekeeping> housekeeping;
  std::string address;
  absl::Duration drain_timeout;

  absl::Status OpenState(const ServerConfig& config);
  absl::Status OpenIncidents(const ServerConfig& config);
  absl::Status OpenPatterns(const ServerConfig& config);
  absl::Status OpenGuard(const ServerConfig& config);
  absl::Status BuildOrchestrator(const ServerConfig& config);
  void BuildServices(const config::v1::Limits& limits);
  absl::Status Listen(const ServerConfig& config);
  void Drain();
};

absl::Status Server::Graph::OpenState(const ServerConfig& config) {
  auto opened = OpenStore(config.store());
  if (!opened.ok()) {
    const absl::Status& status = opened.status();
    const bool named_wrongly =
        absl::IsInvalidArgument(status) || absl::IsNotFound(status);
    return absl::Status(
        named_wrongly ? absl::StatusCode::kInvalidArgument : status.code(),
        absl::StrCat("--store: ", status.message()));
  }
  store = *std::move(opened);
  auto key = ReadOrMakeTokenKey(*store);
  if (!key.ok()) return key.status();
  tokens = std::make_unique<TokenSealer>(*std::move(key));

  const auto& hide = config.redaction();
  auto made = Redactor::Create(
      {.patterns = {hide.patterns().begin(), hide.patterns().end()},
       .disable = {hide.disable().begin(), hide.disable().end()}});
  if (!made.ok()) return made.status();
  redactor = *std::move(made);

  if (config.enable_statistics()) {
    auto read = RestoreStatistics(*store, now());
    if (!read.ok()) return read.status();
    statistics = *std::move(read);
  }
  const config::v1::Limits& limits = config.limits();
  decisions = std::make_unique<DecisionLog>(limits.decision_ring());
  unmatched = std::make_unique<TemplateMiner>(limits.unmatched_groups());
  events = std::make_unique<EventHub>(
      EventHubOptions{.queue_limit = limits.watch_queue(),
                      .max_watchers = limits.max_watchers()});
  return absl::OkStatus();
}

absl::Status Server::Graph::OpenIncidents(const ServerConfig& config) {
  http = NewCurlHttpClient();
  auto opened_notifier = Notifier::Open(
      store.get(),
      {.channels = {config.channels().begin(), config.channels().end()},
       .routes = {config.routes().begin(), config.routes().end()},
       .settings = config.notifications(),
       .enabled = config.enable_notifications(),
       .http = http.get(),
       .clock = now,
       .wall_clock = absl::Now});
  if (!opened_notifier.ok()) return opened_notifier.status();
  notifier = *std::move(opened_notifier);
  const auto publish = [this](IncidentChange change, const std::string& id) {
    if (!events->HasWatchers()) return;
    events->Publish(std::make_shared<Event>(
        Event{.kind = change == IncidentChange::kOpened
                          ? EventKind::kIncidentOpened
                          : EventKind::kIncidentResolved,
              .time = now(),
              .incident_id = id}));
  };
  auto opened = IncidentDesk::Open(store.get(), notifier.get(), publish, now);
  if (!opened.ok()) return opened.status();
  incidents = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Server::Graph::OpenPatterns(const ServerConfig& config) {
  PrepareClassifier();
  absl::StatusOr<CatalogOptions> options =
      LoadPatternLibrary(config.patterns());
  if (!options.ok()) return options.status();
  options->known_channels = notifier->channel_names();
  auto opened = PatternCatalog::Open(store.get(), *std::move(options));
  if (!opened.ok()) return opened.status();
  catalog = *std::move(opened);
  catalog->OnChange([this](int64_t registry_revision) {
    if (!events->HasWatchers()) return;
    events->Publish(
        std::make_shared<Event>(Event{.kind = EventKind::kPatternsChanged,
                                      .time = now(),
                                      .registry_revision = registry_revision}));
  });
  return absl::OkStatus();
}

absl::Status Server::Graph::OpenGuard(const ServerConfig& config) {
  circuit_events = std::make_unique<EventHub>(
      EventHubOptions{.queue_limit = config.limits().watch_queue(),
                      .max_watchers = kMaxCircuitWatchers});
  auto opened_policies = PolicyBook::Open(store.get(), [this] {
    if (guard != nullptr) guard->PoliciesChanged();
  });
  if (!opened_policies.ok()) return opened_policies.status();
  policies = *std::move(opened_policies);
  guard = std::make_unique<Guard>(
      [this](absl::string_view ns, absl::string_view target) {
        return policies->Lookup(ns, target);
      },
      [this](const CircuitView& circuit) {
        auto event = std::make_shared<Event>(
            Event{.kind = EventKind::kCircuitChanged,
                  .time = circuit.change_time,
                  .circuit = std::make_shared<const CircuitView>(circuit)});
        if (circuit_events->HasWatchers()) circuit_events->Publish(event);
        if (events->HasWatchers()) events->Publish(std::move(event));
      });
  auto opened = CircuitBook::Open(store.get(), guard.get(), now);
  if (!opened.ok()) return opened.status();
  circuits = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Server::Graph::BuildOrchestrator(const ServerConfig& config) {
  auto plans = ReadDefaultPlans(config.recovery());
  if (!plans.ok()) return plans.status();
  orchestrator = std::make_unique<Orchestrator>(OrchestratorParts{
      .catalog = catalog.get(),
      .incidents = incidents.get(),
      .tokens = tokens.get(),
      .redactor = redactor.get(),
      .statistics = statistics.get(),
      .reports = &reports,
      .settled = &settled,
      .told = &told,
      .continued = &continued,
      .decisions = decisions.get(),
      .events = events.get(),
      .memo = &memo,
      .unmatched = unmatched.get(),
      .default_plans = *std::move(plans),
      .limits = {.max_total_retries =
                     static_cast<int>(config.recovery().max_total_retries()),
                 .max_elapsed = FromMessage(config.recovery().max_elapsed()),
                 .max_correction_time =
                     FromMessage(config.limits().max_correction_time())},
      .guard = guard.get(),
      .policies =
          [this](absl::string_view ns, absl::string_view target) {
            return policies->Lookup(ns, target);
          },
      .channels = notifier->channel_names(),
      .clock = now,
      .wall_clock = absl::Now});
  return absl::OkStatus();
}

void Server::Graph::BuildServices(const config::v1::Limits& limits) {
  workers = std::make_unique<WorkerPool>(limits.worker_threads());
  wakers = std::make_unique<WorkerPool>(1, 2 * limits.max_watchers());
  circuit_wakers = std::make_unique<WorkerPool>(1, 2 * kMaxCircuitWatchers);
  const ServiceParts parts{.orchestrator = orchestrator.get(),
                           .catalog = catalog.get(),
                           .incidents = incidents.get(),
                           .tokens = tokens.get(),
                           .redactor = redactor.get(),
                           .statistics = statistics.get(),
                           .decisions = decisions.get(),
                           .events = events.get(),
                           .unmatched = unmatched.get(),
                           .workers = workers.get(),
                           .wakers = wakers.get(),
                           .open_calls = &open_calls,
                           .guard = guard.get(),
                           .policies = policies.get(),
                           .circuits = circuits.get(),
                           .circuit_events = circuit_events.get(),
                           .circuit_wakers = circuit_wakers.get()};
  health = std::make_unique<HealthService>(&open_calls);
  orchestrator_service = std::make_unique<OrchestratorService>(parts);
  incidents_service = std::make_unique<IncidentsService>(parts);
  circuits_service = std::make_unique<CircuitsService>(parts);
  policies_service = std::make_unique<PoliciesService>(parts);
  reflection = NewReflectionV1Service(
      {kOrchestratorName, kIncidentsName, kCircuitsName, kPoliciesName,
       "grpc.health.v1.Health", "grpc.channelz.v1.Channelz",
       "grpc.reflection.v1.ServerReflection",
       "grpc.reflection.v1alpha.ServerReflection"});
}

absl::Status Server::Graph::Listen(const ServerConfig& config) {
  absl::Status free = CheckListenAddress(config.listen());
  if (!free.ok()) return free;
  auto credentials = ListenerCredentials(config.tls());
  if (!credentials.ok()) return credentials.status();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::channelz::experimental::InitChannelzService();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(config.listen(), *credentials, &port);
  builder.RegisterService(orchestrator_service.get());
  builder.RegisterService(incidents_service.get());
  builder.RegisterService(circuits_service.get());
  builder.RegisterService(policies_service.get());
  builder.RegisterService(reflection.get());
  builder.RegisterService(health.get());
  LimitCalls(config.limits(), builder);
  // Two servers on one port would share its calls by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc_server = builder.BuildAndStart();
  if (grpc_server == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("--listen: cannot listen on ", config.listen()));
  }
  address = WithPort(config.listen(), port);
  drain_timeout = FromMessage(config.limits().drain_timeout());
  for (const char* name : {"", kOrchestratorName, kIncidentsName, kCircuitsName,
                           kPoliciesName, kStoreName}) {
    health->Set(name, true);
  }
  housekeeping = std::make_unique<Housekeeping>(
      store.get(), statistics.get(), guard.get(), circuits.get(), now,
      [this](bool available) { health->Set(kStoreName, available); });
  return absl::OkStatus();
}

// Ends what is open, lets the rest finish within drain_timeout, then cancels it
// and drops what waits for a worker; only what runs is waited for. gRPC's
// Shutdown waits for connections, too, until their clients acknowledge that it
// goes away or its deadline is reached; when no call of ours is left, nothing
// is lost by closing them.
void Server::Graph::Drain() {
  const absl::Time deadline = absl::Now() + drain_timeout;
  health->Drain();
  open_calls.EndAll();
  absl::Notification stopped;
  std::thread stop([this, deadline, &stopped] {
    grpc_server->Shutdown(absl::ToChronoTime(deadline));
    grpc_server->Wait();
    stopped.Notify();
  });
  do {
    open_calls.AwaitNone(deadline);
    if (stopped.WaitForNotificationWithTimeout(kGoAwayGrace)) break;
    // Calls that were on their way meanwhile are waited for, too.
  } while (!open_calls.AwaitNone(absl::InfinitePast()) &&
           absl::Now() < deadline);
  bool dropped = false;
  do {
    grpc_server_cancel_all_calls(grpc_server->c_server());
    if (!std::exchange(dropped, true)) workers->DropQueued();
  } while (!stopped.WaitForNotificationWithTimeout(kGoAwayGrace));
  stop.join();
}

Server::Server(std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerConfig& config, std::function<absl::Time()> clock) {
  auto graph = std::make_unique<Graph>(std::move(clock));
  absl::Status status = graph->OpenState(config);
  if (status.ok()) status = graph->OpenIncidents(config);
  if (status.ok()) status = graph->OpenPatterns(config);
  if (status.ok()) status = graph->OpenGuard(config);
  if (status.ok()) status = graph->BuildOrchestrator(config);
  if (!status.ok()) return status;
  graph->BuildServices(config.limits());
  status = graph->Listen(config);
  if (!status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(graph)));
}

Server::~Server() { Shutdown(); }

const std::string& Server::address() const { return graph_->address; }

void Server::Shutdown() {
  if (graph_->grpc_server == nullptr) return;
  graph_->Drain();
  // What calls left for the workers refers to what is destroyed after them.
  graph_->workers.reset();
  graph_->wakers.reset();
  graph_->circuit_wakers.reset();
  // It tells the health service of the store, and saves what was counted last.
  graph_->housekeeping.reset();
  graph_->grpc_server.reset();
}

}  // namespace recourse
