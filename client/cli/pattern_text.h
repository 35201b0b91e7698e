// Patterns for people.
#pragma once

#include <string>

#include "recourse/v1/orchestrator.pb.h"
#include "recourse/v1/pattern.pb.h"

namespace recourse::cli {

// "retry > escalation"; "(by category)" where the default plan applies.
std::string PlanText(const v1::ErrorPattern& pattern);

// The pattern as a pattern file's YAML, without output-only fields but the
// revision of a user's pattern: an update of the file is then based on it.
std::string PatternYaml(const v1::ErrorPattern& pattern);

}  // namespace recourse::cli
