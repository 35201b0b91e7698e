// The commands, one file per group. Each function adds its commands to the
// program's arguments; choosing one sets Context::run. `app` must outlive the
// run, `context` the arguments.
#pragma once

#include "CLI/CLI.hpp"
#include "client/cli/context.h"

namespace recourse::cli {

void AddHandleCommand(CLI::App& app, Context& context);
void AddMatchCommand(CLI::App& app, Context& context);
void AddReportCommand(CLI::App& app, Context& context);
void AddDecisionCommand(CLI::App& app, Context& context);
void AddStatsCommand(CLI::App& app, Context& context);
void AddWatchCommand(CLI::App& app, Context& context);
void AddHealthCommand(CLI::App& app, Context& context);
void AddIncidentsCommand(CLI::App& app, Context& context);
void AddBreakersCommand(CLI::App& app, Context& context);
void AddPoliciesCommand(CLI::App& app, Context& context);
void AddEvaluateCommand(CLI::App& app, Context& context);
void AddReplayCommand(CLI::App& app, Context& context);
void AddCompletionCommand(CLI::App& app, Context& context);

// `patterns` and, from four files, what is below it.
void AddPatternsCommand(CLI::App& app, Context& context);
void AddPatternQueries(CLI::App& patterns, Context& context);
void AddPatternChanges(CLI::App& patterns, Context& context);
void AddPatternFileChecks(CLI::App& patterns, Context& context);
void AddPatternSuggest(CLI::App& patterns, Context& context);

// All of the above and the global flags.
void AddEverything(CLI::App& app, Context& context);

}  // namespace recourse::cli
