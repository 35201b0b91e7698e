// Status and vendor codes as evidence.
#pragma once

#include "server/match/evidence.h"
#include "server/model/failure.h"

namespace recourse {

// Adds what http_status, grpc_code, code and exception type say: HTTP, gRPC,
// SQLSTATE, numbers of databases and of Windows sockets. Codes that stand in
// the message count when the caller named none, and a little less.
void AddCodeEvidence(const Failure& failure, Evidence* evidence);

}  // namespace recourse
