// The codes of an error as evidence: its fields, and those in its text.
#pragma once

#include "absl/types/span.h"
#include "server/match/error_tokens.h"
#include "server/match/evidence.h"
#include "server/model/failure.h"

namespace recourse {

// The fields http_status, grpc_code and code, and an exception_type that is a
// code.
void AddCodeFields(const Failure& failure, Evidence* evidence);

// Codes in their usual places in the text: "HTTP 503", "503 Service
// Unavailable", "status code: 429", "rpc error: code = 13", SQLSTATE[40001],
// ORA-00060, "[Errno 111]", "exit code 137", "curl: (28)", "550 5.1.1". A
// status in the text counts only where failure.http_status is not set.
void AddCodesInText(const Failure& failure, absl::Span<const Token> tokens,
                    Evidence* evidence);

}  // namespace recourse
