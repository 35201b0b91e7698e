#include "server/incident/slack.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "server/incident/incident_store.h"
#include "server/incident/outbox_store.h"
#include "server/model/utf8.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

using Json = nlohmann::ordered_json;

// Room for the marks around a text in its section.
constexpr size_t kMarkRoom = 100;
// A message is read on a telephone; the rest is in the incident.
constexpr size_t kMaxErrorText = 1000;

Json Text(absl::string_view type, std::string text) {
  return Json{{"type", std::string(type)}, {"text", std::move(text)}};
}

Json Section(std::string text) {
  return Json{{"type", "section"}, {"text", Text("mrkdwn", std::move(text))}};
}

Json ContextBlock(std::string text) {
  return Json{{"type", "context"},
              {"elements", Json::array({Text("mrkdwn", std::move(text))})}};
}

// plain_text is shown as it is: nothing to escape.
Json Header(absl::string_view text) {
  return Json{{"type", "header"},
              {"text", Text("plain_text",
                            std::string(CutUtf8(text, kMaxSlackHeader)))}};
}

// "*Name*: value", or nothing where there is no value.
void AddField(absl::string_view name, absl::string_view value, Json* fields) {
  if (value.empty()) return;
  fields->push_back(Text(
      "mrkdwn", absl::StrCat("*", name, "*: ",
                             SlackEscape(value, kMaxSlackField - kMarkRoom))));
}

Json Fields(const v1::Incident& incident) {
  Json fields = Json::array();
  AddField("Error Type", ShortName(incident.error_type()), &fields);
  AddField("Target", incident.target(), &fields);
  AddField(
      "Assignee",
      incident.assignee().empty() ? "" : absl::StrCat("@", incident.assignee()),
      &fields);
  AddField("Count", absl::StrCat(incident.occurrence_count()), &fields);
  const auto workflow = incident.context().find("workflow_id");
  if (workflow != incident.context().end()) {
    AddField("Workflow ID", workflow->second, &fields);
  }
  AddField("Timestamp", Rfc3339(FromMessage(incident.create_time())), &fields);
  return Json{{"type", "section"}, {"fields", std::move(fields)}};
}

// Three backticks would end the block.
Json CodeBlock(absl::string_view text) {
  const std::string tame =
      absl::StrReplaceAll(CutUtf8(text, kMaxErrorText), {{"```", "'''"}});
  return Section(absl::StrCat(
      "```", SlackEscape(tame, kMaxSlackSection - kMarkRoom), "```"));
}

std::string ResolutionText(const v1::Resolution& resolution) {
  std::string text =
      absl::StrCat("*Resolved*: ", ShortName(resolution.action()));
  if (!resolution.resolved_by().empty()) {
    absl::StrAppend(&text, " by ", SlackEscape(resolution.resolved_by(), 500));
  }
  if (!resolution.note().empty()) {
    absl::StrAppend(&text, "\n", SlackEscape(resolution.note(), 1500));
  }
  return text;
}

std::string Headline(const NoticeItem& item) {
  return absl::StrCat("*Error*: ", SlackEscape(item.incident.title(), 1000),
                      "\n*Priority*: ", ShortName(item.incident.priority()));
}

void AddIncident(const NoticeItem& item, Json* blocks) {
  const v1::Incident& incident = item.incident;
  blocks->push_back(Section(Headline(item)));
  blocks->push_back(Fields(incident));
  if (incident.has_resolution()) {
    blocks->push_back(Section(ResolutionText(incident.resolution())));
    return;
  }
  if (!incident.error().message().empty()) {
    blocks->push_back(CodeBlock(incident.error().message()));
  }
  if (!incident.suggested_action().empty()) {
    blocks->push_back(Section(absl::StrCat(
        "*Suggested action*: ", SlackEscape(incident.suggested_action(),
                                            kMaxSlackSection - kMarkRoom))));
  }
  blocks->push_back(
      ContextBlock(absl::StrCat("`", ResolveCommand(incident), "`")));
}

// One line each, where there is no room for more.
void AddLine(const NoticeItem& item, Json* blocks) {
  const v1::Incident& incident = item.incident;
  blocks->push_back(Section(absl::StrCat(
      "*", ShortName(incident.priority()), "* ", item.event, ": ",
      SlackEscape(incident.title(), 1000), "\n",
      SlackEscape(incident.target(), 500), " · ", incident.occurrence_count(),
      "× · `", incident.incident_id(), "`")));
}

absl::string_view Sign(absl::string_view event) {
  if (event == kResolved) return "✅";
  return event == kRepeated ? "🔁" : "🚨";
}

std::string Title(const Notice& notice) {
  const absl::string_view event = notice.event();
  const std::string sign = absl::StrCat(Sign(event), " ");
  if (notice.digest) {
    return absl::StrCat(sign, notice.total, " more incident messages");
  }
  const v1::Incident& first = notice.items.front().incident;
  const std::string about =
      first.target().empty() ? first.namespace_() : first.target();
  const absl::string_view what = event == kOpened     ? "escalated"
                                 : event == kRepeated ? "still open"
                                                      : "resolved";
  if (notice.total > 1) {
    return absl::StrCat(sign, notice.total, " incidents on ", about, ", ",
                        what);
  }
  return absl::StrCat(sign, ShortName(first.error_type()), " error on ", about,
                      ", ", what);
}

}  // namespace

std::string SlackEscape(absl::string_view text, size_t max_bytes) {
  std::string escaped;
  while (!text.empty()) {
    size_t size = 1;  // Of the character.
    while (size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
      ++size;
    }
    const absl::string_view character = text.substr(0, size);
    const absl::string_view shown = character == "&"   ? "&amp;"
                                    : character == "<" ? "&lt;"
                                    : character == ">" ? "&gt;"
                                                       : character;
    if (escaped.size() + shown.size() > max_bytes) break;
    absl::StrAppend(&escaped, shown);
    text.remove_prefix(size);
  }
  return escaped;
}

std::string SlackBody(const Notice& notice) {
  const std::string title = Title(notice);
  Json blocks = Json::array({Header(title)});
  for (const NoticeItem& item : notice.items) {
    notice.digest ? AddLine(item, &blocks) : AddIncident(item, &blocks);
  }
  // A header, what is left over, and at most five blocks an incident.
  static_assert(2 + 5 * kMaxListedIncidents <= kMaxSlackBlocks);
  const size_t rest = notice.total - notice.items.size();
  if (rest > 0) {
    blocks.push_back(ContextBlock(
        absl::StrCat("and ", rest, " more: `recourse incidents list`")));
  }
  const Json body{{"text", SlackEscape(title, kMaxSlackSection)},
                  {"blocks", std::move(blocks)}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace recourse
