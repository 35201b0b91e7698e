// Decisions for people.
#pragma once

#include <string>

#include "client/cli/context.h"
#include "client/cli/table.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse::cli {

// "retry 1 of 3 in 1.3s", "switch to gpt-4o-mini (openai/gpt-4o-mini)"; empty
// where there is nothing to do.
std::string ActionText(const v1::RecoveryResult& result);

// Disposition, action, what the error was taken to be, ids.
void AddResult(const v1::RecoveryResult& result, const Terminal& terminal,
               Fields& fields);

// The reasons, as a table.
void PrintTrace(const v1::RecoveryResult& result, Context& context);

// kNegative for GIVE_UP and ESCALATED.
ExitCode ExitCodeOf(const v1::RecoveryResult& result);

}  // namespace recourse::cli
