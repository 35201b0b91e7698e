// What kind of code a number in a text is, by the words around it.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/match/error_tokens.h"

namespace recourse {

enum CodeContext : uint32_t {
  kHttpContext = 1 << 0,     // http, status, response, returned, got
  kCodeContext = 1 << 1,     // code
  kErrorContext = 1 << 2,    // error, err, exception
  kErrnoContext = 1 << 3,    // errno
  kSystemContext = 1 << 4,   // os, system, socket: with error
  kWindowsContext = 1 << 5,  // winerror, win32
  kSqlStateContext = 1 << 6,
  kSqlCodeContext = 1 << 7,
  kNumberContext = 1 << 8,  // number, msg
  kExitContext = 1 << 9,
  kSignalContext = 1 << 10,
  kCurlContext = 1 << 11,
  kOracleContext = 1 << 12,
  kFailedContext = 1 << 13,  // failed, failure, ret, returned
  kRpcContext = 1 << 14,
  kMailContext = 1 << 15,  // smtp, ftp, reply
  kMongoContext = 1 << 16,
  kMessageContext = 1 << 17,  // msg, as SQL Server numbers its messages
};

// The contexts of the words right before tokens[at], two at most, within the
// sentence.
uint32_t ContextBefore(absl::Span<const Token> tokens, size_t at);

// Whether the word after tokens[at] makes the number a quantity: "500 ms".
bool IsQuantity(absl::Span<const Token> tokens, size_t at);

// Whether the words after the number are the reason phrase of this status:
// "503 Service Unavailable".
bool HasReasonPhrase(absl::Span<const Token> tokens, size_t at);

// Whether the text is about mail or file transfer, whose replies are numbers
// as HTTP's are.
bool SpeaksOfMail(absl::Span<const Token> tokens);

// Whether the text is about LDAP, whose small numbers say nothing elsewhere.
bool SpeaksOfLdap(absl::Span<const Token> tokens);

}  // namespace recourse
