#include "server/rpc/circuits_service.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/disclosure.h"
#include "server/model/pattern.h"
#include "server/rpc/unary.h"
#include "server/rpc/watch_stream.h"
#include "server/wire/circuits.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "server/wire/steps.h"
#include "server/wire/target_policy.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr absl::Duration kReportInterval = absl::Seconds(1);
constexpr size_t kMaxReportedTargets = 1000;
constexpr int kMaxWatchedTargets = 64;
// Told at first to one who watches; they wait in memory until he reads.
constexpr size_t kMaxOpeningCircuits = 1000;
constexpr size_t kMaxCallersShown = 100;
constexpr int kMaxPageSize = 1000;
constexpr int kDefaultPageSize = 100;

// A watch's circuits: those that its caller is concerned by. By the guard's
// names.
struct Interest {
  std::string ns;  // Empty: every one.
  std::vector<std::string> targets;
  std::string service;
  std::string instance;

  bool Covers(const CircuitView& circuit) const {
    return (ns.empty() || circuit.ns == ns) &&
           (circuit.shared ||
            CoversCaller(circuit.service, circuit.instance)) &&
           CoversTarget(circuit.target);
  }
  bool CoversCaller(absl::string_view its_service,
                    absl::string_view its_instance) const {
    return its_instance == instance && its_service == service;
  }
  bool CoversTarget(absl::string_view target) const {
    return targets.empty() || std::any_of(targets.begin(), targets.end(),
                                          [&](const std::string& glob) {
                                            return MatchesGlob(glob, target);
                                          });
  }
};

void CheckCaller(const v1::Caller& caller, Checker& check) {
  check.Text("caller.instance", caller.instance(), kMaxCallerBytes);
  check.Text("caller.service", caller.service(), kMaxCallerBytes);
}

absl::StatusOr<Interest> ParseInterest(const grpc::ByteBuffer& buffer,
                                       const Redactor& redactor) {
  v1::WatchCircuitsRequest request;
  if (absl::Status s = ParseBuffer(buffer, request); !s.ok()) return s;
  Interest interest;
  interest.ns = request.namespace_().empty() ? std::string(kDefaultNamespace)
                                             : request.namespace_();
  Checker check;
  if (interest.ns == "*") {
    interest.ns.clear();
  } else if (!IsNamespace(interest.ns)) {
    check.Fail("namespace", "must be 1-63 of a-z, 0-9 and -, or *");
  }
  check.Texts("targets", request.targets(), kMaxWatchedTargets,
              kMaxTargetBytes);
  CheckCaller(request.caller(), check);
  if (!check.ok()) return check.status();
  for (const std::string& target : request.targets()) {
    interest.targets.push_back(redactor.RedactName(target));
  }
  interest.service = GuardedCaller(request.caller().service(), redactor);
  interest.instance = GuardedCaller(request.caller().instance(), redactor);
  return interest;
}

grpc::ByteBuffer ToBuffer(const CircuitView& circuit, int64_t missed) {
  v1::WatchCircuitsResponse message;
  *message.mutable_circuit() = ToMessage(circuit);
  message.set_missed(missed);
  return SerializeToBuffer(message);
}

// What is not CLOSED now, and the message that ends this first part.
std::vector<grpc::ByteBuffer> Opening(const Guard& guard,
                                      const Interest& interest,
                                      absl::Time now) {
  const CircuitFilter filter{
      .only_open = true,
      .ns = interest.ns,
      .target = [&](auto target) { return interest.CoversTarget(target); },
      .caller =
          [&](auto service, auto instance) {
            return interest.CoversCaller(service, instance);
          }};
  const CircuitList open = guard.AllCircuits(filter, kMaxOpeningCircuits, now);
  std::vector<grpc::ByteBuffer> messages;
  messages.reserve(open.circuits.size() + 1);
  for (const CircuitView& circuit : open.circuits) {
    messages.push_back(ToBuffer(circuit, 0));
  }
  v1::WatchCircuitsResponse synced;
  synced.set_synced(true);
  synced.set_missed(static_cast<int64_t>(open.left_out));
  messages.push_back(SerializeToBuffer(synced));
  return messages;
}

struct TargetSums {
  std::string target;
  CallSums sums;
};

absl::StatusOr<std::vector<TargetSums>> ParseSums(
    const v1::ReportCallsRequest& request) {
  Checker check;
  CheckNamespace("namespace", request.namespace_(), check);
  if (request.caller().instance().empty()) {
    check.Fail("caller.instance", "is required");
  }
  CheckCaller(request.caller(), check);
  if (request.targets().empty()) check.Fail("targets", "is required");
  check.Count("targets", request.targets_size(), kMaxReportedTargets);
  std::vector<TargetSums> sums;
  for (int i = 0; check.ok() && i < request.targets_size(); ++i) {
    const v1::TargetCalls& calls = request.targets(i);
    Checker item(check, "targets", i);
    item.RequiredText("target", calls.target(), kMaxTargetBytes);
    sums.push_back(
        {calls.target(), ParseCallSums("counts", calls.counts(), item)});
  }
  if (!check.ok()) return check.status();
  return sums;
}

// What is not CLOSED at `site`, whose caller and target are named as they were
// sent. Where the guard has another name for the target, the stream tells of it
// by that one alone: that it is CLOSED must be told here, too.
std::vector<v1::Circuit> CircuitsOf(const Guard& guard, const CallSite& site,
                                    const v1::Caller& caller,
                                    const std::string& target, absl::Time now) {
  const bool renamed = site.target != target;
  const CircuitFilter filter{
      .only_open = !renamed, .caller = [&](auto service, auto instance) {
        return service == site.service && instance == site.instance;
      }};
  std::vector<v1::Circuit> circuits;
  bool has_own = false;
  for (const CircuitView& circuit :
       guard.Circuits(site.ns, site.target, now, filter)) {
    has_own = has_own || !circuit.shared;
    circuits.push_back(ToMessage(circuit));
  }
  if (renamed && !has_own) {
    v1::Circuit& own = circuits.emplace_back();
    own.set_namespace_(std::string(site.ns));
    own.set_scope(v1::CIRCUIT_SCOPE_CALLER);
    own.set_state(v1::CIRCUIT_STATE_CLOSED);
    *own.mutable_caller() = caller;
  }
  for (v1::Circuit& circuit : circuits) {
    circuit.set_target(target);
    if (circuit.has_caller()) *circuit.mutable_caller() = caller;
  }
  return circuits;
}

// By namespace, target, shared before callers', caller.
auto OrderOf(const CircuitView& circuit) {
  return std::tie(circuit.ns, circuit.target, circuit.service,
                  circuit.instance);
}

absl::StatusOr<v1::ListCircuitsResponse> ListPage(
    const Guard& guard, const v1::ListCircuitsRequest& request,
    absl::Time now) {
  int size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  if (size < 1 || size > kMaxPageSize) {
    return InvalidField("page_size", absl::StrCat("must be between 1 and ",
                                                  kMaxPageSize, ", is ", size));
  }
  Checker check;
  CheckNamespace("namespace", request.namespace_(), check);
  if (!check.ok()) return check.status();
  size_t start = 0;
  if (!request.page_token().empty() &&
      !absl::SimpleAtoi(request.page_token(), &start)) {
    return InvalidField("page_token", "is not of the page before");
  }
  std::vector<CircuitView> all =
      guard
          .AllCircuits(
              {.only_open = request.only_open(), .ns = request.namespace_()},
              std::numeric_limits<size_t>::max(), now)
          .circuits;
  std::sort(
      all.begin(), all.end(), [](const CircuitView& a, const CircuitView& b) {
        if (a.ns == b.ns && a.target == b.target && a.shared != b.shared) {
          return a.shared;
        }
        return OrderOf(a) < OrderOf(b);
      });
  v1::ListCircuitsResponse response;
  const size_t end = std::min(all.size(), start + size);
  for (size_t i = start; i < end; ++i) {
    *response.add_circuits() = ToMessage(all[i]);
  }
  if (end < all.size()) response.set_next_page_token(absl::StrCat(end));
  return response;
}

// The target that a request names, by the guard's name.
template <typename Request>
absl::StatusOr<TargetName> GuardedTarget(const Request& request,
                                         const Redactor& redactor) {
  absl::StatusOr<TargetName> name =
      ParseTargetName(request.namespace_(), request.target());
  if (name.ok()) name->target = redactor.RedactName(name->target);
  return name;
}

absl::StatusOr<v1::GetCircuitResponse> ReadCircuit(const Guard& guard,
                                                   const TargetName& name,
                                                   absl::Time now) {
  v1::GetCircuitResponse response;
  for (const CircuitView& circuit : guard.Circuits(name.ns, name.target, now)) {
    if (circuit.shared) {
      *response.mutable_shared() = ToMessage(circuit);
    } else if (response.callers_size() < static_cast<int>(kMaxCallersShown)) {
      *response.add_callers() = ToMessage(circuit);
    }
  }
  if (!response.has_shared()) {
    return Refusal(absl::StatusCode::kNotFound, reason::kCircuitNotFound,
                   absl::StrCat("nothing is known of ", name.target),
                   {{"target", name.target}});
  }
  return response;
}

}  // namespace

CircuitsService::CircuitsService(ServiceParts parts)
    : parts_(std::move(parts)) {}

absl::StatusOr<v1::ReportCallsResponse> CircuitsService::TakeReport(
    const v1::ReportCallsRequest& request) {
  const auto sums = ParseSums(request);
  if (!sums.ok()) return sums.status();
  const std::string ns = request.namespace_().empty()
                             ? std::string(kDefaultNamespace)
                             : request.namespace_();
  const absl::Time now = parts_.orchestrator->now();
  const v1::Caller& caller = request.caller();
  v1::ReportCallsResponse response;
  *response.mutable_next_report_after() = ToMessage(kReportInterval);
  response.set_recorded(
      request.sequence() == 0 ||
      sequences_.Insert(
          absl::StrCat(ns, "/", caller.service().size(), ":", caller.service(),
                       "/", caller.instance(), "/", request.sequence()),
          now));
  const std::string service = GuardedCaller(caller.service(), *parts_.redactor);
  const std::string instance =
      GuardedCaller(caller.instance(), *parts_.redactor);
  for (const TargetSums& item : *sums) {
    const std::string target = parts_.redactor->RedactName(item.target);
    const CallSite site{ns, target, "", service, instance};
    if (response.recorded()) parts_.guard->ObserveCalls(site, item.sums, now);
    for (v1::Circuit& circuit :
         CircuitsOf(*parts_.guard, site, caller, item.target, now)) {
      *response.add_circuits() = std::move(circuit);
    }
  }
  return response;
}

grpc::ServerUnaryReactor* CircuitsService::ReportCalls(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::ReportCallsRequest>(
      *parts_.open_calls, in, out,
      [this](const auto& request) { return TakeReport(*request); });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* CircuitsService::WatchCircuits(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in) {
  const auto plan = [&]() -> absl::StatusOr<WatchPlan> {
    const absl::StatusOr<Interest> interest =
        ParseInterest(*in, *parts_.redactor);
    if (!interest.ok()) return interest.status();
    return WatchPlan{
        .filter = {.circuit =
                       [interest = *interest](const CircuitView& circuit) {
                         return interest.Covers(circuit);
                       }},
        .opening =
            [guard = parts_.guard, interest = *interest,
             now = parts_.orchestrator->now()] {
              return Opening(*guard, interest, now);
            },
        .write =
            [](const EventHub::Delivery& delivery) {
              return ToBuffer(*delivery.event->circuit, delivery.missed);
            }};
  };
  return ServeWatch(plan(), parts_.circuit_events, parts_.circuit_wakers,
                    parts_.open_calls);
}

grpc::ServerUnaryReactor* CircuitsService::ListCircuits(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  // With 100,000 targets this takes a while: not on an event loop.
  return ServeBlocking<v1::ListCircuitsRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) {
        return ListPage(*parts_.guard, *request, parts_.orchestrator->now());
      });
}

grpc::ServerUnaryReactor* CircuitsService::GetCircuit(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::GetCircuitRequest>(
      *parts_.open_calls, in, out,
      [this](const auto& request) -> absl::StatusOr<v1::GetCircuitResponse> {
        const absl::StatusOr<TargetName> name =
            GuardedTarget(*request, *parts_.redactor);
        if (!name.ok()) return name.status();
        return ReadCircuit(*parts_.guard, *name, parts_.orchestrator->now());
      });
}

grpc::ServerUnaryReactor* CircuitsService::OverrideCircuit(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::OverrideCircuitRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](
          const auto& request) -> absl::StatusOr<v1::OverrideCircuitResponse> {
        const absl::StatusOr<TargetName> name =
            GuardedTarget(*request, *parts_.redactor);
        if (!name.ok()) return name.status();
        const absl::Time now = parts_.orchestrator->now();
        const absl::StatusOr<CircuitOverride> set =
            ParseOverride(*request, now);
        if (!set.ok()) return set.status();
        v1::OverrideCircuitRequest redacted = *request;
        redacted.set_namespace_(name->ns);
        redacted.set_target(name->target);
        redacted.mutable_override()->set_owner(
            parts_.redactor->Redact(request->override().owner()));
        redacted.mutable_override()->set_reason(
            parts_.redactor->Redact(request->override().reason()));
        if (absl::Status s = parts_.circuits->Override(redacted, *set, now);
            !s.ok()) {
          return s;
        }
        auto read = ReadCircuit(*parts_.guard, *name, now);
        if (!read.ok()) return read.status();
        v1::OverrideCircuitResponse response;
        *response.mutable_circuit() = std::move(*read->mutable_shared());
        return response;
      });
}

grpc::ServerUnaryReactor* CircuitsService::ResetCircuit(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::ResetCircuitRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) -> absl::StatusOr<v1::ResetCircuitResponse> {
        const absl::StatusOr<TargetName> name =
            GuardedTarget(*request, *parts_.redactor);
        if (!name.ok()) return name.status();
        const absl::Time now = parts_.orchestrator->now();
        auto known = ReadCircuit(*parts_.guard, *name, now);
        if (!known.ok()) return known.status();
        if (absl::Status s = parts_.circuits->Reset(name->ns, name->target);
            !s.ok()) {
          return s;
        }
        auto read = ReadCircuit(*parts_.guard, *name, now);
        if (!read.ok()) return read.status();
        v1::ResetCircuitResponse response;
        *response.mutable_circuit() = std::move(*read->mutable_shared());
        return response;
      });
}

}  // namespace recourse
