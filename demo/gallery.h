// The first half of the demonstration: real errors in, decisions out.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/cli/terminal.h"
#include "client/cpp/client.h"

namespace recourse::demo {

// Sends every error of the JSONL file at `path` and prints what was decided as
// a table. Each is reported IGNORED: nothing really failed.
absl::Status ShowGallery(Client& client, const std::string& path,
                         const cli::Terminal& terminal);

}  // namespace recourse::demo
