// Incidents for people.
#pragma once

#include "client/cli/context.h"
#include "recourse/v1/incidents.pb.h"

namespace recourse::cli {

// One incident with its waiters and deliveries.
void PrintIncident(const v1::Incident& incident, Context& context);

// "RETRY by ann: quota was raised"
std::string ResolutionText(const v1::Resolution& resolution);

}  // namespace recourse::cli
