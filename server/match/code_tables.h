// What standard and vendor codes mean. A Meaning of category kUnspecified: the
// code is not known, or says nothing.
#pragma once

#include <cstdint>
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

// Numbers of MySQL, SQL Server, MongoDB and Windows sockets; they hardly
// overlap.
Meaning VendorNumberMeaning(int number);

// The number of an ORA- error.
Meaning OracleMeaning(int number);

// Db2's SQLCODE, which is negative for errors.
Meaning SqlCodeMeaning(int code);

// errno of Linux; above 10000 the codes of Windows sockets.
Meaning ErrnoMeaning(int number);

// GetLastError of Windows.
Meaning WindowsMeaning(int number);

// 0x80070005: an HRESULT or NTSTATUS.
Meaning HresultMeaning(uint32_t code);

// The exit code of a process, as a shell or a container runtime tells it.
Meaning ExitMeaning(int code);

// The signal that ended a process.
Meaning SignalMeaning(int signal);

// A result code of LDAP.
Meaning LdapMeaning(int code);

// curl's own numbers.
Meaning CurlMeaning(int number);

// Replies of SMTP, and of FTP where it has its own. `enhanced`: "5.1.1", or
// empty.
Meaning MailMeaning(int reply, absl::string_view enhanced);

}  // namespace recourse
