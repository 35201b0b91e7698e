// A Slack message in Block Kit. Pure. Private to server/incident/.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "server/incident/notice.h"

namespace recourse {

// Slack refuses the whole message above any of these.
inline constexpr size_t kMaxSlackBlocks = 50;
inline constexpr size_t kMaxSlackHeader = 150;
inline constexpr size_t kMaxSlackSection = 3000;
inline constexpr size_t kMaxSlackField = 2000;

// JSON for an incoming webhook: a header; for each incident its urgency and
// title, fields, the error in a code block, what to do, and the command that
// resolves it; a digest or a long list says how many more there are.
std::string SlackBody(const Notice& notice);

// `text` with &, < and > escaped, cut so that it has at most `max_bytes`
// afterwards and no character or escape is broken.
std::string SlackEscape(absl::string_view text, size_t max_bytes);

}  // namespace recourse
