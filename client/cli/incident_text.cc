#include "client/cli/incident_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/table.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

std::string By(const std::string& who) {
  return who.empty() ? "" : absl::StrCat(" by ", who);
}

void PrintWaiters(const v1::Incident& incident, Context& context) {
  if (incident.waiters().empty()) return;
  Table table({{"WAITER"},
               {"WORKFLOW", false, true},
               {"NODE", false, true},
               {"SINCE"},
               {"RESOLUTION", false, true}});
  for (const v1::IncidentWaiter& waiter : incident.waiters()) {
    table.AddRow({waiter.waiter_id(), waiter.workflow_id(), waiter.node_name(),
                  TimeText(waiter.wait_time()),
                  waiter.has_resolution() ? ResolutionText(waiter.resolution())
                                          : "waits"});
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

void PrintDeliveries(const v1::Incident& incident, Context& context) {
  if (incident.deliveries().empty()) return;
  Table table({{"CHANNEL"},
               {"EVENT"},
               {"STATE"},
               {"TRIES", true},
               {"TIME"},
               {"LAST ERROR", false, true}});
  for (const v1::IncidentDelivery& delivery : incident.deliveries()) {
    table.AddRow({delivery.channel(), delivery.event(),
                  ShortName(delivery.state()),
                  absl::StrCat(delivery.attempts()), TimeText(delivery.time()),
                  delivery.last_error()});
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

}  // namespace

std::string ResolutionText(const v1::Resolution& resolution) {
  std::string text = absl::StrCat(ShortName(resolution.action()),
                                  By(resolution.resolved_by()));
  if (resolution.refused() != v1::TRACE_REASON_UNSPECIFIED) {
    absl::StrAppend(&text, " (RETRY refused: ", ShortName(resolution.refused()),
                    ")");
  }
  if (!resolution.note().empty()) {
    absl::StrAppend(&text, ": ", resolution.note());
  }
  return text;
}

void PrintIncident(const v1::Incident& incident, Context& context) {
  Fields fields;
  fields.Add("incident", incident.incident_id());
  fields.Add("state",
             absl::StrCat(ShortName(incident.state()),
                          incident.pending() ? " (not stored yet)" : ""));
  fields.Add("not stored", incident.pending_reason());
  fields.Add("title", incident.title());
  fields.Add("priority", ShortName(incident.priority()));
  fields.Add("category", ShortName(incident.category()));
  fields.Add("target", incident.target());
  fields.Add("namespace", incident.namespace_());
  fields.Add("pattern", incident.pattern_id());
  fields.Add("assignee", incident.assignee());
  fields.Add("error", incident.error().message());
  fields.Add("advice", incident.suggested_action());
  fields.Add("failures",
             absl::StrCat(incident.occurrence_count(), ", first ",
                          TimeText(incident.create_time()), ", last ",
                          TimeText(incident.last_seen_time())));
  fields.Add("channels", absl::StrJoin(incident.channels(), ", "));
  fields.Add("taken", incident.has_acknowledge_time()
                          ? absl::StrCat(TimeText(incident.acknowledge_time()),
                                         By(incident.acknowledged_by()))
                          : "");
  fields.Add("resolution", incident.has_resolution()
                               ? ResolutionText(incident.resolution())
                               : "");
  fields.Add("waiting", absl::StrCat(incident.waiting_count()));
  fields.Print(context.out);
  PrintWaiters(incident, context);
  PrintDeliveries(incident, context);
}

}  // namespace recourse::cli
