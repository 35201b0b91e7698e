#include "server/incident/incident_desk.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "server/incident/desk_state.h"
#include "server/incident/fingerprint.h"
#include "server/incident/new_incident.h"
#include "server/wire/errors.h"
#include "spdlog/spdlog.h"

namespace recourse {
namespace {

// Whether an error of the store says that it is away or full, and not that we
// asked for something impossible.
bool IsAway(const absl::Status& status) {
  return !absl::IsInvalidArgument(status);
}

}  // namespace

bool IncidentDesk::IsLimit(const absl::Status& status) {
  return absl::IsResourceExhausted(status) &&
         ReasonOf(status) == reason::kOverloaded;
}

absl::Status TooManyRaces() {
  return Refusal(absl::StatusCode::kUnavailable, reason::kOverloaded,
                 "the incident changes too fast; try again");
}

IncidentDesk::State::State(Store* store, Notifier* notifier, Listener listener,
                           const std::function<absl::Time()>& clock)
    : store(store),
      notifier(notifier),
      listener(std::move(listener)),
      clock(clock),
      waits(clock),
      lookups(store, &table, &waits, clock),
      sync(
          store, &table, &waits,
          [this](const std::string& incident_id, const std::string& waiter_id) {
            lookups.Ask(incident_id, waiter_id);
          }) {
  lookups.Start(&sync);
}

IncidentDesk::State::~State() {
  writer.reset();  // First: it writes what there is.
  waits.Shutdown(Refusal(absl::StatusCode::kUnavailable, reason::kDraining,
                         "the server is shutting down; await it again"));
  lookups.Stop();  // It uses `sync`, which goes before it.
}

absl::StatusOr<std::unique_ptr<IncidentDesk>> IncidentDesk::Open(
    Store* store, Notifier* notifier,
    std::function<void(IncidentChange, const std::string& incident_id)>
        listener,
    std::function<absl::Time()> clock) {
  auto state =
      std::make_unique<State>(store, notifier, std::move(listener), clock);
  if (absl::Status s = state->sync.Load(); !s.ok()) return s;
  state->writer = std::make_unique<DeskWriter>(
      store, notifier, &state->table, &state->sync, std::move(clock),
      [state = state.get()](const std::string& incident_id) {
        state->listener(IncidentChange::kResolved, incident_id);
      });
  return std::unique_ptr<IncidentDesk>(new IncidentDesk(std::move(state)));
}

IncidentDesk::IncidentDesk(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

IncidentDesk::~IncidentDesk() = default;

absl::StatusOr<EscalationReceipt> IncidentDesk::Escalate(
    const EscalationRequest& request) {
  const IncidentTable::Arrival arrival{
      .fingerprint = Fingerprint(request.failure, request.classification),
      .owner = {.ns = request.failure.ns,
                .caller = request.failure.caller_service},
      .waiter_id = request.action.pause_workflow ? request.recovery_id : "",
      .error_count = request.error_count,
      .now = request.now};
  for (int race = 0; race < kMaxRaces; ++race) {
    const absl::StatusOr<IncidentTable::Entrance> entrance =
        state_->table.Enter(arrival);
    if (!entrance.ok()) return entrance.status();
    if (entrance->answered) {
      return EscalationReceipt{.incident_id = entrance->incident_id,
                               .joined = true};
    }
    absl::StatusOr<std::optional<EscalationReceipt>> receipt =
        entrance->joined ? state_->Join(*entrance, request)
                         : state_->OpenNew(*entrance, request);
    if (!receipt.ok()) return receipt.status();
    if (!receipt->has_value()) continue;
    if (entrance->joined && entrance->collects != Collects::kNothing) {
      state_->TellFurtherChannels(*entrance, request);
    }
    return **std::move(receipt);
  }
  return TooManyRaces();
}

absl::StatusOr<std::optional<EscalationReceipt>> IncidentDesk::State::Join(
    const IncidentTable::Entrance& entrance, const EscalationRequest& request) {
  EscalationReceipt receipt{.incident_id = entrance.incident_id,
                            .joined = true,
                            .pending = entrance.create_revision == 0};
  if (!request.action.pause_workflow) return receipt;
  StoredWaiter waiter = ToWaiter(request, entrance.incident_id);
  if (!receipt.pending) {
    const absl::StatusOr<bool> joined = AddWaiter(entrance, &waiter);
    if (joined.ok()) {
      if (!*joined) return std::nullopt;
      // It may have come before, when the store was away.
      receipt.pending =
          table.Spooled(waiter.incident_id, waiter.waiter_id).has_value();
      return receipt;
    }
    if (!IsAway(joined.status())) return FromStore(joined.status());
    receipt.pending = true;
  }
  if (absl::Status s = table.Spool(waiter); !s.ok()) return s;
  return receipt;
}

absl::StatusOr<bool> IncidentDesk::State::AddWaiter(
    const IncidentTable::Entrance& entrance, StoredWaiter* waiter) {
  const std::string key = WaiterKey(waiter->incident_id, waiter->waiter_id);
  for (int race = 0; race < kMaxRaces; ++race) {
    // A repeated escalation finds its waiter there, and maybe resolved: that is
    // the answer it waits for.
    const std::optional<int64_t> revision = table.ToReplace(*waiter);
    if (!revision.has_value()) return true;
    // The open key guards against a resolution that is not known here yet.
    const absl::StatusOr<StoreCommit> commit = store->Commit(StoreTransaction{
        .compares = {{OpenKey(entrance.fingerprint), entrance.create_revision},
                     {key, *revision}},
        .ops = {{.key = key, .value = waiter->record.SerializeAsString()}}});
    if (!commit.ok()) return commit.status();
    if (commit->committed) {
      waiter->mod_revision = commit->revision;
      sync.Apply(*waiter);
      return true;
    }
    const absl::StatusOr<bool> found = sync.Refresh(entrance.incident_id);
    if (!found.ok()) return found.status();
    const auto incident = table.Find(entrance.incident_id);
    if (!incident.has_value() ||
        incident->create_revision != entrance.create_revision) {
      return false;
    }
  }
  return TooManyRaces();
}

StoredIncident IncidentDesk::State::NewIncident(
    const IncidentTable::Entrance& entrance, const EscalationRequest& request) {
  StoredIncident incident =
      entrance.collects == Collects::kNothing
          ? ToIncident(request, entrance.fingerprint)
          : ToCollecting(request, entrance.collects, entrance.fingerprint);
  v1::Incident& message = *incident.record.mutable_incident();
  const std::vector<std::string> channels =
      notifier->ChannelsFor(message, request.from_default_plan);
  message.mutable_channels()->Assign(channels.begin(), channels.end());
  return incident;
}

absl::StatusOr<std::optional<EscalationReceipt>> IncidentDesk::State::OpenNew(
    const IncidentTable::Entrance& entrance, const EscalationRequest& request) {
  const std::string& fingerprint = entrance.fingerprint;
  const absl::Cleanup leave = [&] { table.Leave(fingerprint); };
  StoredIncident incident = NewIncident(entrance, request);
  const v1::Incident& message = incident.record.incident();
  StoreTransaction transaction = OpeningTransaction(
      incident, notifier->MessagesFor(message, NoticeKind::kOpened,
                                      request.from_default_plan, request.now));
  StoredWaiter waiter = ToWaiter(request, incident.incident_id);
  if (request.action.pause_workflow) {
    transaction.ops.push_back(
        {.key = WaiterKey(incident.incident_id, waiter.waiter_id),
         .value = waiter.record.SerializeAsString()});
  }
  const absl::StatusOr<StoreCommit> commit = store->Commit(transaction);
  if (!commit.ok() && !IsAway(commit.status())) {
    return FromStore(commit.status());
  }
  if (!commit.ok()) return SpoolNew(incident, request, commit.status());
  if (!commit->committed) {
    // Another server was faster, or the id was taken.
    const absl::Status learned = LearnOpen(fingerprint);
    if (!learned.ok()) return SpoolNew(incident, request, learned);
    return std::nullopt;
  }
  incident.create_revision = commit->revision;
  incident.mod_revision = commit->revision;
  sync.Apply(incident);
  if (request.action.pause_workflow) {
    waiter.mod_revision = commit->revision;
    sync.Apply(waiter);
  }
  notifier->Wake();
  listener(IncidentChange::kOpened, incident.incident_id);
  return EscalationReceipt{.incident_id = incident.incident_id};
}

absl::Status IncidentDesk::State::LearnOpen(const std::string& fingerprint) {
  const auto open = store->Get(OpenKey(fingerprint));
  if (!open.ok() || !open->has_value()) return open.status();
  return sync.Refresh((*open)->value).status();
}

absl::StatusOr<EscalationReceipt> IncidentDesk::State::SpoolNew(
    const StoredIncident& incident, const EscalationRequest& request,
    const absl::Status& why) {
  if (absl::Status s = table.Spool(incident); !s.ok()) return s;
  if (request.action.pause_workflow) {
    const absl::Status spooled =
        table.Spool(ToWaiter(request, incident.incident_id));
    if (!spooled.ok()) return spooled;
  }
  // Nobody is told through the outbox until the store is back.
  spdlog::warn("incident {} ({}) is kept in memory, the store is away: {}",
               incident.incident_id, incident.record.incident().title(),
               why.ToString());
  listener(IncidentChange::kOpened, incident.incident_id);
  return EscalationReceipt{.incident_id = incident.incident_id,
                           .pending = true};
}

std::unique_ptr<IncidentDesk::Wait> IncidentDesk::Await(
    const std::string& incident_id, const std::string& waiter_id,
    absl::Time deadline,
    std::function<void(absl::StatusOr<std::optional<v1::Resolution>>)> done) {
  if (!IsIncidentId(incident_id) || !IsWaiterId(waiter_id)) {
    done(Refusal(absl::StatusCode::kNotFound, reason::kIncidentNotFound,
                 "no such incident or waiter"));
    return std::make_unique<Wait>();
  }
  const std::string id = state_->table.Final(incident_id);
  state_->table.NoteAsked(id, waiter_id, state_->clock());
  std::unique_ptr<Wait> wait = state_->waits.Add(
      id, waiter_id, deadline, /*looked_up=*/false, std::move(done));
  // Asked after it was added: what is resolved from here on finds it. A merger
  // in between is found by the lookup.
  if (state_->table.Final(id) == id &&
      state_->table.StandingOf(id, waiter_id) ==
          IncidentTable::Standing::kWaiting) {
    state_->waits.LookedUp(id, waiter_id);
  } else {
    state_->lookups.Ask(id, waiter_id);
  }
  return wait;
}

int64_t IncidentDesk::open_count() const { return state_->table.size(); }

}  // namespace recourse
