// What standard and vendor codes mean. A Meaning of category kUnspecified: the
// code is not known, or says nothing.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "server/match/meaning.h"
#include "server/model/grpc_code.h"

namespace recourse {

// 400-599 and the non-standard ones of proxies; others of a class as the class.
Meaning HttpMeaning(int status);

Meaning GrpcMeaning(GrpcCode code);

// DEADLINE_EXCEEDED or, as Go and C# write it, DeadlineExceeded.
std::optional<GrpcCode> ParseGrpcName(absl::string_view name);

// Five characters in upper case: whole states of PostgreSQL, then classes.
Meaning SqlStateMeaning(absl::string_view state);

// Numbers of MySQL, SQL Server and Windows sockets; they hardly overlap.
Meaning VendorNumberMeaning(int number);

}  // namespace recourse
