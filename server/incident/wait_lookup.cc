#include "server/incident/wait_lookup.h"

#include "absl/strings/str_cat.h"
#include "server/incident/resolution.h"
#include "server/wire/errors.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

// Each look that must be repeated has met a change; so many are no accident.
constexpr int kMaxLooks = 8;

absl::Status NotFound(const std::string& incident_id) {
  return Refusal(absl::StatusCode::kNotFound, reason::kIncidentNotFound,
                 absl::StrCat("no incident ", incident_id),
                 {{"incident_id", incident_id}});
}

}  // namespace

WaitLookup::WaitLookup(Store* store, IncidentTable* table, WaitTable* waits,
                       std::function<absl::Time()> clock)
    : store_(store), table_(table), waits_(waits), clock_(std::move(clock)) {}

WaitLookup::~WaitLookup() { Stop(); }

void WaitLookup::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void WaitLookup::Start(IncidentSync* sync) {
  sync_ = sync;
  thread_ = std::thread([this] { Run(); });
}

void WaitLookup::Ask(const std::string& incident_id,
                     const std::string& waiter_id) {
  absl::MutexLock lock(&mutex_);
  questions_.emplace(incident_id, waiter_id);
  changed_.SignalAll();
}

void WaitLookup::Run() {
  while (true) {
    Question question;
    {
      absl::MutexLock lock(&mutex_);
      while (!stopped_ && questions_.empty()) changed_.Wait(&mutex_);
      if (stopped_) return;
      question = *questions_.begin();
      questions_.erase(questions_.begin());
    }
    LookUp(std::move(question));
  }
}

void WaitLookup::LookUp(Question question) {
  for (int look = 0; look < kMaxLooks; ++look) {
    const absl::StatusOr<Step> step = Look(&question);
    if (!step.ok()) {
      return waits_->Complete(question.first, question.second, step.status());
    }
    if (*step == Step::kDone) return;
  }
  waits_->Complete(question.first, question.second,
                   Refusal(absl::StatusCode::kUnavailable, reason::kOverloaded,
                           "the incident changes too fast; await it again"));
}

absl::StatusOr<WaitLookup::Step> WaitLookup::Look(Question* question) {
  const std::string final_id = table_->Final(question->first);
  if (final_id != question->first) {
    waits_->Move(question->first, final_id);
    question->first = final_id;
  }
  switch (table_->StandingOf(question->first, question->second)) {
    case IncidentTable::Standing::kWaiting:
      waits_->LookedUp(question->first, question->second);
      return Step::kDone;
    case IncidentTable::Standing::kResolved:
      return LookAtWaiter(*question);
    case IncidentTable::Standing::kUnknownWaiter:
      return Register(*question);
    case IncidentTable::Standing::kUnknownIncident:
      break;
  }
  return LookAtStore(question);
}

absl::StatusOr<WaitLookup::Step> WaitLookup::LookAtStore(Question* question) {
  const auto incident = ReadIncident(*store_, question->first);
  if (!incident.ok()) return incident.status();
  if (!incident->has_value()) return NotFound(question->first);
  const internal::v1::IncidentRecord& record = (*incident)->record;
  if (!record.merged_into().empty()) {
    table_->NoteMerged(question->first, record.merged_into());
    return Step::kAgain;
  }
  if (record.incident().state() != v1::INCIDENT_STATE_RESOLVED) {
    const absl::StatusOr<bool> found = sync_->Refresh(question->first);
    if (!found.ok()) return found.status();
    return Step::kAgain;
  }
  const auto waiter = ReadWaiter(*store_, question->first, question->second);
  if (!waiter.ok()) return waiter.status();
  std::optional<internal::v1::WaiterRecord> known =
      table_->Spooled(question->first, question->second);
  if (waiter->has_value()) known = (*waiter)->record;
  // A waiter whose record was lost with the spool is not known to be safe to
  // run again.
  v1::Resolution resolution =
      Effective(record.incident().resolution(),
                known.has_value() && known->rerun_allowed());
  if (waiter->has_value() && (*waiter)->record.waiter().has_resolution()) {
    resolution = (*waiter)->record.waiter().resolution();
  }
  waits_->Complete(question->first, question->second, std::move(resolution));
  return Step::kDone;
}

// It was resolved for itself; memory does not hold the resolution.
absl::StatusOr<WaitLookup::Step> WaitLookup::LookAtWaiter(
    const Question& question) {
  const auto waiter = ReadWaiter(*store_, question.first, question.second);
  if (!waiter.ok()) return waiter.status();
  if (waiter->has_value() && (*waiter)->record.waiter().has_resolution()) {
    waits_->Complete(question.first, question.second,
                     (*waiter)->record.waiter().resolution());
    return Step::kDone;
  }
  if (waiter->has_value()) sync_->Apply(**waiter);
  return Step::kAgain;
}

absl::StatusOr<WaitLookup::Step> WaitLookup::Register(
    const Question& question) {
  const std::optional<StoredIncident> incident = table_->Find(question.first);
  if (!incident.has_value()) return Step::kAgain;
  StoredWaiter waiter{.incident_id = question.first,
                      .waiter_id = question.second};
  waiter.record.mutable_waiter()->set_waiter_id(question.second);
  *waiter.record.mutable_waiter()->mutable_wait_time() = ToMessage(clock_());
  if (incident->create_revision == 0) {
    if (absl::Status s = table_->Spool(waiter); !s.ok()) return s;
    return Step::kAgain;
  }
  const absl::StatusOr<StoreCommit> commit = store_->Commit(StoreTransaction{
      .compares = {{OpenKey(incident->record.incident().fingerprint()),
                    incident->create_revision},
                   {WaiterKey(question.first, question.second), 0}},
      .ops = {{.key = WaiterKey(question.first, question.second),
               .value = waiter.record.SerializeAsString()}}});
  if (!commit.ok()) return FromStore(commit.status());
  if (commit->committed) {
    waiter.mod_revision = commit->revision;
    sync_->Apply(waiter);
  } else {
    const absl::StatusOr<bool> found = sync_->Refresh(question.first);
    if (!found.ok()) return found.status();
  }
  return Step::kAgain;
}

}  // namespace recourse
