// One JSON object of a file as an error: in the field names of the API, or as
// structured loggers write it.
#pragma once

#include <functional>
#include <string>

#include "nlohmann/json.hpp"
#include "recourse/v1/recovery.pb.h"

namespace recourse::cli {

// The keys that are read, for --help.
inline constexpr char kKeysRead[] =
    "A JSON line is read in these keys: message, exception_type, code, "
    "http_status, grpc_code, target, headers (an object), retry_after (1.5s, "
    "or a number of seconds), and as loggers write them (in any case): msg, "
    "event, log, body, error_message; error, err, exception, exc_info, thrown, "
    "cause, each a text, a stack trace or an object with type, message, code, "
    "stack, also as error.type and so on; stack, stack_trace, stacktrace, "
    "backtrace; status, status_code, http.status_code (400-599); errno, "
    "error_code, error_type. Texts of both kinds are joined: \"msg: error\". "
    "level or severity below WARN without an error in it: the line is passed "
    "over.";

// What is said about a key that is most likely a mistake; the text says what
// would be right. An empty text: it is not read.
using KeyRemark =
    std::function<void(const std::string& key, const std::string& text)>;

struct LoggedError {
  v1::ErrorDetails error;
  std::string target;  // What was called; empty: not told.
};

// The error that `object` tells; empty where it tells none. Keys of labels and
// `id` are not looked at.
LoggedError ErrorOfObject(const nlohmann::json& object,
                          const KeyRemark& remark);

// The text of a value; numbers as they are written, empty for anything else.
std::string TextOf(const nlohmann::json& value);

// True for a logger's line of a level below WARN that holds no error.
bool IsBelowWarning(const nlohmann::json& object);

}  // namespace recourse::cli
