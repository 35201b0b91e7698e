#include "server/rpc/orchestrator_service.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/utf8.h"
#include "server/pattern_suggestions.h"
#include "server/rpc/handle_stream.h"
#include "server/rpc/status.h"
#include "server/rpc/unary.h"
#include "server/rpc/watch_stream.h"
#include "server/wire/context.h"
#include "server/wire/enums.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"
#include "server/wire/result.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

constexpr int kMaxCandidates = 100;
// That matching with all candidates of a request may come to take.
constexpr int64_t kMaxCandidateMemory = 128 << 20;
constexpr int kMaxMatches = 100;
constexpr int kDefaultMatches = 10;
constexpr int64_t kMaxMinCount = 1'000'000'000;
constexpr int kMaxSuggestions = 100;
constexpr size_t kMaxMatchedTextBytes = 256;

// Who changed a pattern, as far as known: what the connection says of itself.
std::string ChangedBy(const grpc::CallbackServerContext& context) {
  const auto identity = context.auth_context()->GetPeerIdentity();
  if (identity.empty()) return "";
  return std::string(identity.front().data(), identity.front().size());
}

// The context of a request, which shares the ownership of it.
template <typename Request>
absl::StatusOr<RecoveryRequest> ParseContextOf(
    const std::shared_ptr<const Request>& request) {
  absl::StatusOr<RecoveryRequest> parsed =
      ParseContext({request, &request->context()});
  if (!parsed.ok()) return PrefixField("context", parsed.status());
  return parsed;
}

absl::StatusOr<std::optional<absl::Duration>> ParseReportedDuration(
    const v1::RecoveryOutcome& report) {
  if (!report.has_duration()) return std::nullopt;
  const absl::Duration duration = FromMessage(report.duration());
  if (duration < absl::ZeroDuration() || duration > absl::Hours(24 * 365)) {
    return InvalidField("duration", "must be 0 to 365 days");
  }
  return duration;
}

absl::StatusOr<v1::ReportOutcomeResponse> Report(
    Orchestrator& orchestrator, const v1::RecoveryOutcome& request) {
  if (request.recovery_token().empty()) {
    return InvalidField("recovery_token",
                        "is required: that of the last result");
  }
  if (request.outcome() == v1::OUTCOME_UNSPECIFIED ||
      !v1::Outcome_IsValid(request.outcome())) {
    return InvalidField("outcome",
                        "must be SUCCESS, FAILURE, ABANDONED, CANCELLED or "
                        "IGNORED");
  }
  const auto duration = ParseReportedDuration(request);
  if (!duration.ok()) return duration.status();
  const absl::StatusOr<bool> recorded = orchestrator.Report(
      request.recovery_token(), FromMessageEnum<Outcome>(request.outcome()),
      *duration);
  if (!recorded.ok()) return recorded.status();
  v1::ReportOutcomeResponse response;
  response.set_recorded(*recorded);
  return response;
}

template <typename Response>
absl::StatusOr<Response> ToResponse(absl::StatusOr<PatternChange> change) {
  if (!change.ok()) return change.status();
  Response response;
  *response.mutable_pattern() = std::move(change->pattern);
  for (std::string& warning : change->warnings) {
    response.add_warnings(std::move(warning));
  }
  response.set_registry_revision(change->registry_revision);
  return response;
}

absl::StatusOr<v1::SuggestErrorPatternsResponse> Suggest(
    const TemplateMiner& unmatched, const PatternCatalog& catalog,
    const v1::SuggestErrorPatternsRequest& request) {
  Checker check;
  CheckNamespace("namespace", request.namespace_(), check);
  if (!check.ok()) return check.status();
  SuggestionOptions options{.ns = request.namespace_()};
  if (request.min_count() < 0 || request.min_count() > kMaxMinCount) {
    return InvalidField("min_count", absl::StrCat("must be 1-", kMaxMinCount));
  }
  if (request.max_suggestions() < 0 ||
      request.max_suggestions() > kMaxSuggestions) {
    return InvalidField("max_suggestions",
                        absl::StrCat("must be 1-", kMaxSuggestions));
  }
  if (request.min_count() > 0) options.min_count = request.min_count();
  if (request.max_suggestions() > 0) {
    options.max_suggestions = request.max_suggestions();
  }
  return SuggestPatterns(unmatched, *catalog.registry(), options);
}

// The part of the error that the pattern's regex found.
std::string MatchedText(const Pattern& pattern, const Failure& failure) {
  for (const std::string* text : {&failure.text, &failure.stack_trace}) {
    re2::StringPiece found;
    if (pattern.regex->Match(*text, 0, text->size(), RE2::UNANCHORED, &found,
                             1)) {
      return std::string(CutUtf8(absl::string_view(found.data(), found.size()),
                                 kMaxMatchedTextBytes));
    }
  }
  return "";
}

absl::StatusOr<v1::GetStatisticsResponse> ReadStatistics(
    const Statistics* statistics, const v1::GetStatisticsRequest& request,
    absl::Time now) {
  if (!v1::StatisticsWindow_IsValid(request.window())) {
    return InvalidField("window",
                        "must be ALL, ONE_MINUTE, FIVE_MINUTES or "
                        "ONE_HOUR");
  }
  if (!v1::StatisticsScope_IsValid(request.scope())) {
    return InvalidField("scope", "must be REPLICA or FLEET");
  }
  // One process owns its store, so this server is the whole fleet.
  v1::GetStatisticsResponse response;
  if (statistics == nullptr) {
    response.mutable_statistics()->set_window(request.window());
  } else {
    *response.mutable_statistics() = statistics->Report(request.window(), now);
  }
  return response;
}

absl::Status CheckMatch(const v1::MatchErrorPatternRequest& request) {
  if (request.candidate_patterns_size() > kMaxCandidates) {
    return InvalidField("candidate_patterns",
                        absl::StrCat("at most ", kMaxCandidates));
  }
  if (request.max_matches() < 0 || request.max_matches() > kMaxMatches) {
    return InvalidField("max_matches", absl::StrCat("must be 0-", kMaxMatches));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SharedPattern>> ParseCandidates(
    const v1::MatchErrorPatternRequest& request) {
  RegexBudget budget = NewPatternBudget();
  budget.max_memory = std::min(
      budget.max_memory,
      kMaxCandidateMemory / std::max(1, request.candidate_patterns_size()));
  std::vector<SharedPattern> candidates;
  for (const v1::ErrorPattern& message : request.candidate_patterns()) {
    absl::StatusOr<SharedPattern> pattern =
        ParsePattern(message, Origin::kUser, budget);
    if (!pattern.ok()) {
      return PrefixField(
          absl::StrCat("candidate_patterns[", candidates.size(), "]"),
          pattern.status());
    }
    candidates.push_back(*std::move(pattern));
  }
  return candidates;
}

}  // namespace

OrchestratorService::OrchestratorService(ServiceParts parts)
    : parts_(std::move(parts)) {}

grpc::ServerUnaryReactor* OrchestratorService::HandleError(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  auto* const reactor = new UnaryCall(*parts_.open_calls);
  auto message = std::make_shared<v1::RecoveryContext>();
  if (absl::Status parsed = ParseBuffer(*in, *message); !parsed.ok()) {
    reactor->Finish(ToGrpcStatus(parsed));
    return reactor;
  }
  const OpenUnary call = {context, reactor, out, in->Length()};
  const auto begin = [this, call, message,
                      received = parts_.orchestrator->now()] {
    BeginHandle(call, message, received);
  };
  if (BringsRegexes(*message)) {
    AnswerOnWorker(*parts_.workers, call, begin, WorkerPool::Work::kComputes);
  } else {
    begin();
  }
  return reactor;
}

void OrchestratorService::BeginHandle(
    const OpenUnary& call,
    const std::shared_ptr<const v1::RecoveryContext>& message,
    absl::Time received) {
  absl::StatusOr<RecoveryRequest> request = ParseContext(message);
  if (!request.ok()) {
    return call.reactor->Finish(ToGrpcStatus(request.status()));
  }
  request->receive_time = received;
  parts_.orchestrator->Begin(*std::move(request),
                             [this, call](Orchestrator::Begun begun) {
                               FinishHandle(call, std::move(begun));
                             });
}

void OrchestratorService::FinishHandle(const OpenUnary& call,
                                       Orchestrator::Begun begun) {
  if (!begun.ok()) return call.reactor->Finish(ToGrpcStatus(begun.status()));
  // Shared, since a std::function must be copyable.
  auto pending = std::make_shared<std::unique_ptr<Orchestrator::Recovery>>(
      *std::move(begun));
  const auto finish = [call, pending, orchestrator = parts_.orchestrator] {
    *call.out =
        SerializeToBuffer(ToResult(orchestrator->Finish(std::move(*pending))));
    call.reactor->Finish(grpc::Status::OK);
  };
  if (Orchestrator::NeedsWorker(**pending)) {
    AnswerOnWorker(*parts_.workers, call, finish, WorkOf(**pending));
  } else {
    finish();
  }
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*
OrchestratorService::HandleErrorStream(grpc::CallbackServerContext*) {
  return ServeHandleStream(parts_.orchestrator, parts_.workers,
                           parts_.open_calls);
}

grpc::ServerUnaryReactor* OrchestratorService::ReportOutcome(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::RecoveryOutcome>(
      *parts_.open_calls, in, out, [this](const auto& request) {
        return Report(*parts_.orchestrator, *request);
      });
}

grpc::ServerUnaryReactor* OrchestratorService::AddErrorPattern(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::AddErrorPatternRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this, by = ChangedBy(*context)](const auto& request) {
        return ToResponse<v1::AddErrorPatternResponse>(
            parts_.catalog->Add(request->pattern(), request->validate_only(),
                                by, parts_.orchestrator->now()));
      });
}

grpc::ServerUnaryReactor* OrchestratorService::UpdateErrorPattern(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::UpdateErrorPatternRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this, by = ChangedBy(*context)](const auto& request) {
        return ToResponse<v1::UpdateErrorPatternResponse>(
            parts_.catalog->Update(*request, by, parts_.orchestrator->now()));
      });
}

grpc::ServerUnaryReactor* OrchestratorService::RemoveErrorPattern(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::RemoveErrorPatternRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request)
          -> absl::StatusOr<v1::RemoveErrorPatternResponse> {
        const absl::StatusOr<int64_t> revision =
            parts_.catalog->Remove(*request, parts_.orchestrator->now());
        if (!revision.ok()) return revision.status();
        v1::RemoveErrorPatternResponse response;
        response.set_registry_revision(*revision);
        return response;
      });
}

grpc::ServerUnaryReactor* OrchestratorService::GetErrorPattern(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::GetErrorPatternRequest>(
      *parts_.open_calls, in, out,
      [this](
          const auto& request) -> absl::StatusOr<v1::GetErrorPatternResponse> {
        absl::StatusOr<v1::ErrorPattern> pattern =
            parts_.catalog->Get(request->pattern_id());
        if (!pattern.ok()) return pattern.status();
        v1::GetErrorPatternResponse response;
        *response.mutable_pattern() = *std::move(pattern);
        return response;
      });
}

grpc::ServerUnaryReactor* OrchestratorService::ListErrorPatterns(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  // All patterns are looked at, to count them: not on an event loop.
  return ServeBlocking<v1::ListErrorPatternsRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) { return parts_.catalog->List(*request); });
}

grpc::ServerUnaryReactor* OrchestratorService::ApplyErrorPatterns(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeBlocking<v1::ApplyErrorPatternsRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this, by = ChangedBy(*context)](const auto& request) {
        return parts_.catalog->Apply(*request, by, parts_.orchestrator->now());
      });
}

absl::StatusOr<v1::MatchErrorPatternResponse> OrchestratorService::Match(
    const std::shared_ptr<const v1::MatchErrorPatternRequest>& request) const {
  if (absl::Status s = CheckMatch(*request); !s.ok()) return s;
  absl::StatusOr<std::vector<SharedPattern>> candidates =
      ParseCandidates(*request);
  if (!candidates.ok()) return candidates.status();
  const std::set<SharedPattern> is_candidate(candidates->begin(),
                                             candidates->end());
  absl::StatusOr<RecoveryRequest> context = ParseContextOf(request);
  if (!context.ok()) return context.status();
  const Failure failure = context->failure;
  const size_t max_matches =
      request->max_matches() == 0 ? kDefaultMatches : request->max_matches();
  absl::StatusOr<Explanation> explanation = parts_.orchestrator->Explain(
      *std::move(context), *std::move(candidates), max_matches);
  if (!explanation.ok()) return explanation.status();

  v1::MatchErrorPatternResponse response;
  for (const SharedPattern& pattern : explanation->matches) {
    v1::PatternMatch* match = response.add_matches();
    match->set_pattern_id(pattern->id);
    match->set_origin(ToMessageEnum<v1::PatternOrigin>(pattern->origin));
    match->set_priority(pattern->priority);
    match->set_mode(ToMessageEnum<v1::PatternMode>(pattern->mode));
    match->set_candidate(is_candidate.contains(pattern));
    match->set_matched_text(MatchedText(*pattern, failure));
  }
  response.set_why(explanation->why);
  // Nothing was recorded: an id would lead nowhere.
  explanation->decision.decision_id.clear();
  *response.mutable_decision() = ToResult(explanation->decision);
  return response;
}

grpc::ServerUnaryReactor* OrchestratorService::MatchErrorPattern(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  // Candidates are compiled and indexed, which takes too long for the loop.
  return ServeBlocking<v1::MatchErrorPatternRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) { return Match(request); },
      WorkerPool::Work::kComputes);
}

grpc::ServerUnaryReactor* OrchestratorService::SuggestErrorPatterns(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  // Regexes are tried on all samples, which takes too long for the loop.
  return ServeBlocking<v1::SuggestErrorPatternsRequest>(
      *parts_.workers, *parts_.open_calls, context, in, out,
      [this](const auto& request) {
        return Suggest(*parts_.unmatched, *parts_.catalog, *request);
      });
}

grpc::ServerUnaryReactor* OrchestratorService::GetStatistics(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::GetStatisticsRequest>(
      *parts_.open_calls, in, out, [this](const auto& request) {
        return ReadStatistics(parts_.statistics, *request,
                              parts_.orchestrator->now());
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>*
OrchestratorService::WatchRecoveries(grpc::CallbackServerContext*,
                                     const grpc::ByteBuffer* in) {
  return ServeWatchStream(parts_.events, parts_.wakers, parts_.open_calls,
                          *parts_.redactor, *in, parts_.orchestrator->now());
}

grpc::ServerUnaryReactor* OrchestratorService::GetDecision(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* in,
    grpc::ByteBuffer* out) {
  return ServeUnary<v1::GetDecisionRequest>(
      *parts_.open_calls, in, out,
      [this](const auto& request) -> absl::StatusOr<v1::GetDecisionResponse> {
        const SharedDecisionEntry entry =
            parts_.decisions->Find(request->decision_id());
        if (entry == nullptr) {
          return Refusal(absl::StatusCode::kNotFound, reason::kDecisionNotFound,
                         "no decision of this id is kept: it is too old, or "
                         "was never made",
                         {{"decision_id", request->decision_id()}});
        }
        v1::GetDecisionResponse response;
        *response.mutable_decision() = ToMessage(*entry);
        return response;
      });
}

}  // namespace recourse
