// Pattern files and folders that the arguments name.
#pragma once

#include <string>
#include <vector>

#include "client/cli/context.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {

enum class WhenEmpty { kFine, kError };

// The patterns of files and of folders' *.yaml and *.yml as one set: an id that
// stands twice in all of them is an error. A path of - is standard input.
// NOT_FOUND with kError: a path that reads well and holds no pattern.
PatternReading ReadPatterns(const std::vector<std::string>& paths,
                            WhenEmpty when_empty, Context& context);

void PrintErrors(const PatternReading& reading, Context& context);

}  // namespace recourse::cli
