// A collecting incident holds failures of many steps: who one of them would
// have told is told of it, once.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/incident/desk_state.h"
#include "server/incident/new_incident.h"

namespace recourse {
namespace {

// Where `request` would have its incident told, and `incident` is not.
std::vector<std::string> FurtherChannels(
    const Notifier& notifier, const EscalationRequest& request,
    const std::vector<std::string>& known) {
  v1::Incident named;  // What routes look at, and the step's channels.
  named.set_namespace_(request.failure.ns);
  named.set_priority(CollectingPriority(request));
  named.mutable_channels()->Assign(request.action.channels.begin(),
                                   request.action.channels.end());
  std::vector<std::string> further =
      notifier.ChannelsFor(named, request.from_default_plan);
  std::erase_if(further, [&known](const std::string& channel) {
    return std::find(known.begin(), known.end(), channel) != known.end();
  });
  return further;
}

}  // namespace

void IncidentDesk::State::TellFurtherChannels(
    const IncidentTable::Entrance& entrance, const EscalationRequest& request) {
  std::vector<std::string> known = entrance.channels;
  for (int race = 0; race < kMaxRaces; ++race) {
    const std::vector<std::string> further =
        FurtherChannels(*notifier, request, known);
    if (further.empty()) return;
    if (entrance.create_revision == 0) {
      return table.AddChannels(entrance.incident_id, further);
    }
    auto incident = ReadIncident(*store, entrance.incident_id);
    if (!incident.ok() || !incident->has_value()) return;
    StoredIncident& stored = **incident;
    v1::Incident& message = *stored.record.mutable_incident();
    if (message.state() == v1::INCIDENT_STATE_RESOLVED) return;
    if (message.channels_size() > static_cast<int>(known.size())) {
      known.assign(message.channels().begin(), message.channels().end());
      continue;  // Another failure has told some of them.
    }
    stored.record.set_from_default_plan(false);  // It names channels now.
    message.mutable_channels()->Add(further.begin(), further.end());
    const std::string key = IncidentKey(stored.incident_id);
    StoreTransaction transaction{
        .compares = {{key, stored.mod_revision}},
        .ops = notifier->MessagesTo(further, message, NoticeKind::kOpened,
                                    request.now)};
    transaction.ops.push_back(
        {.key = key, .value = stored.record.SerializeAsString()});
    const absl::StatusOr<StoreCommit> commit = store->Commit(transaction);
    if (!commit.ok()) return;
    if (!commit->committed) continue;
    stored.mod_revision = commit->revision;
    sync.Apply(stored);
    return notifier->Wake();
  }
}

}  // namespace recourse
