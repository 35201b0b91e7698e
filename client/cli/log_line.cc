#include "client/cli/log_line.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/cli/stack_text.h"
#include "client/cpp/durations.h"
#include "server/wire/yaml.h"
#include "server/wire/yaml_reader.h"

namespace recourse::cli {
namespace {

using nlohmann::json;

enum class Role {
  kMessage,
  kError,
  kType,
  kCode,
  kStack,
  kStatus,
  kLevel,
  kAbout,  // Of the line, not of the error.
};

struct Key {
  absl::string_view name;  // As Plain makes it.
  Role role;
};

// Of loggers. The first of a role wins.
constexpr Key kKeys[] = {
    {"message", Role::kMessage},
    {"msg", Role::kMessage},
    {"event", Role::kMessage},
    {"shortmessage", Role::kMessage},
    {"renderedmessage", Role::kMessage},
    {"log", Role::kMessage},
    {"body", Role::kMessage},
    {"errormessage", Role::kMessage},
    {"error", Role::kError},
    {"err", Role::kError},
    {"exception", Role::kError},
    {"excinfo", Role::kError},
    {"thrown", Role::kError},
    {"cause", Role::kError},
    {"errortype", Role::kType},
    {"errno", Role::kCode},
    {"errorcode", Role::kCode},
    {"stack", Role::kStack},
    {"stacktrace", Role::kStack},
    {"backtrace", Role::kStack},
    {"status", Role::kStatus},
    {"statuscode", Role::kStatus},
    {"httpstatuscode", Role::kStatus},
    {"httpresponsestatuscode", Role::kStatus},
    {"level", Role::kLevel},
    {"severity", Role::kLevel},
    {"levelname", Role::kLevel},
    {"loglevel", Role::kLevel},
    {"lvl", Role::kLevel},
    {"time", Role::kAbout},
    {"ts", Role::kAbout},
    {"timestamp", Role::kAbout},
    {"asctime", Role::kAbout},
    {"logger", Role::kAbout},
    {"loggername", Role::kAbout},
};

// Read with their types checked, or by whom reads labels.
constexpr absl::string_view kOwnKeys[] = {
    "message",   "exception_type", "code",   "http_status", "grpc_code",
    "headers",   "retry_after",    "target", "category",    "strategy",
    "retryable", "also",           "id",
};

// Inside an error that is an object.
constexpr absl::string_view kTypeKeys[] = {"type", "name", "class", "kind"};
constexpr absl::string_view kTextKeys[] = {"message", "msg", "description"};
constexpr absl::string_view kCodeKeys[] = {"code", "errno"};
constexpr absl::string_view kStackKeys[] = {"stack", "stacktrace", "trace",
                                            "backtrace"};
constexpr absl::string_view kStatusKeys[] = {"status", "statuscode",
                                             "httpstatus"};

// "@timestamp", "stack_trace" and "StackTrace" as loggers mean them alike.
std::string Plain(absl::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      plain += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
  }
  return plain;
}

template <size_t n>
bool IsOneOf(absl::string_view name, const absl::string_view (&names)[n]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

const Key* FindPlain(const std::string& plain) {
  const auto* found =
      std::find_if(std::begin(kKeys), std::end(kKeys),
                   [&](const Key& known) { return known.name == plain; });
  return found == std::end(kKeys) ? nullptr : found;
}

// "error.type" and the like: a field of an error that is an object.
bool IsErrorField(const std::string& key) {
  const size_t dot = key.find('.');
  const Key* whole =
      dot == key.npos ? nullptr : FindPlain(Plain(key.substr(0, dot)));
  return whole != nullptr && whole->role == Role::kError;
}

const Key* FindKey(const std::string& key) {
  return IsErrorField(key) ? nullptr : FindPlain(Plain(key));
}

bool IsOwn(absl::string_view key) { return IsOneOf(key, kOwnKeys); }

// The own key that was most likely meant; empty: none.
std::string Meant(const std::string& key) {
  constexpr size_t kMinLetters = 6;  // "node" is no misspelt "code".
  const std::string plain = Plain(key);
  for (const absl::string_view own : kOwnKeys) {
    const std::string known = Plain(own);
    if (plain == known) return std::string(own);
    // message_id is another thing than message.
    if (known.size() < kMinLetters || absl::StartsWith(plain, known)) continue;
    if (EditDistance(plain, known) <= (known.size() + 1) / 4) {
      return std::string(own);
    }
  }
  return "";
}

std::string Shown(const json& value) {
  constexpr size_t kMaxShown = 40;
  const std::string text =
      value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  return text.size() <= kMaxShown ? text
                                  : absl::StrCat(text.substr(0, 1), "...");
}

// The status of a failed call; 0: none.
int StatusOf(const json& value) {
  int status = 0;
  const bool read = absl::SimpleAtoi(TextOf(value), &status);
  return read && status >= 400 && status <= 599 ? status : 0;
}

// Of a list, as Go's loggers write them, all of it; nullopt: it is no text.
std::optional<std::string> HeaderText(const json& value) {
  if (value.is_string() || value.is_number()) return TextOf(value);
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& text : value) texts.push_back(TextOf(text));
  return absl::StrJoin(texts, ", ");
}

// "a: b", or the one that holds the other.
std::string Joined(const std::string& a, const std::string& b) {
  if (b.empty() || absl::StrContains(a, b)) return a;
  return a.empty() || absl::StrContains(b, a) ? b : absl::StrCat(a, ": ", b);
}

class ObjectReader {
 public:
  ObjectReader(const json& object, const KeyRemark& remark)
      : object_(object), remark_(remark) {}

  LoggedError Read();

 private:
  void ReadOwn(const std::string& key, const json& value);
  void ReadHttpStatus(const json& value);
  void ReadHeaders(const json& value);
  void ReadRetryAfter(const json& value);
  void ReadLogged(Role role, const json& value);
  void ReadErrorText(const std::string& text);
  // `name` as Plain makes it.
  void ReadErrorField(const std::string& name, const json& value);
  void RemarkOn(const std::string& key, const json& value);

  void SetType(const std::string& type) {
    if (error_.exception_type().empty()) error_.set_exception_type(type);
  }
  void SetCode(const std::string& code) {
    if (error_.code().empty()) error_.set_code(code);
  }
  void SetStack(const std::string& stack) {
    if (error_.stack_trace().empty()) error_.set_stack_trace(stack);
  }
  void SetStatus(int status) {
    if (error_.http_status() == 0) error_.set_http_status(status);
  }

  const json& object_;
  const KeyRemark& remark_;
  v1::ErrorDetails error_;
  std::string target_;
  std::string message_;  // What the line says,
  std::string cause_;    // and what the error in it says.
};

LoggedError ObjectReader::Read() {
  for (const auto& [key, value] : object_.items()) {
    if (IsOwn(key)) ReadOwn(key, value);
  }
  // In the order of the table, so that the first of a role wins.
  for (const Key& known : kKeys) {
    for (const auto& [key, value] : object_.items()) {
      if (!IsOwn(key) && FindKey(key) == &known) {
        ReadLogged(known.role, value);
      }
    }
  }
  for (const auto& [key, value] : object_.items()) {
    if (!IsOwn(key) && FindKey(key) == nullptr) RemarkOn(key, value);
  }
  error_.set_message(Joined(message_, cause_));
  return {std::move(error_), std::move(target_)};
}

void ObjectReader::ReadOwn(const std::string& key, const json& value) {
  if (value.is_null()) return;
  if (key == "http_status") return ReadHttpStatus(value);
  if (key == "headers") return ReadHeaders(value);
  if (key == "retry_after") return ReadRetryAfter(value);
  if (key == "code" && value.is_number()) return error_.set_code(value.dump());
  const bool text = key == "message" || key == "exception_type" ||
                    key == "code" || key == "grpc_code" || key == "target";
  if (!text) return;
  if (!value.is_string()) {
    const char* example = key == "grpc_code" ? " such as \"UNAVAILABLE\"" : "";
    return remark_(key, absl::StrCat("is ", Shown(value),
                                     " and not read; write a text", example));
  }
  const std::string& content = value.get_ref<const std::string&>();
  if (key == "message") message_ = content;
  if (key == "exception_type") error_.set_exception_type(content);
  if (key == "code") error_.set_code(content);
  if (key == "grpc_code") error_.set_grpc_code(content);
  if (key == "target") target_ = content;
}

void ObjectReader::ReadHttpStatus(const json& value) {
  int status = 0;
  const bool number = absl::SimpleAtoi(TextOf(value), &status);
  if (number) error_.set_http_status(status);
  if (value.is_number_integer() && number) return;
  remark_("http_status",
          number ? absl::StrCat("is the text ", Shown(value),
                                "; write the number ", status, " (read so)")
                 : absl::StrCat("is ", Shown(value),
                                " and not read; write a number of 100-599, or "
                                "0 for none"));
}

void ObjectReader::ReadHeaders(const json& value) {
  if (!value.is_object()) {
    return remark_("headers",
                   absl::StrCat("is ", Shown(value),
                                " and not read; write an object such as "
                                "{\"Retry-After\": \"2\"}"));
  }
  for (const auto& [name, header] : value.items()) {
    const std::optional<std::string> text = HeaderText(header);
    if (text.has_value()) {
      (*error_.mutable_headers())[name] = *text;
    } else if (!header.is_null()) {
      remark_("headers", absl::StrCat(name, " is ", Shown(header),
                                      " and not read; write a text"));
    }
  }
}

void ObjectReader::ReadRetryAfter(const json& value) {
  const std::string text = TextOf(value);
  const absl::StatusOr<absl::Duration> with_unit = ParseDuration(text);
  double seconds = 0;
  if (with_unit.ok()) {
    *error_.mutable_retry_after() = ToProtoDuration(*with_unit);
  } else if (absl::SimpleAtod(text, &seconds) && seconds >= 0) {
    *error_.mutable_retry_after() = ToProtoDuration(absl::Seconds(seconds));
  } else {
    remark_("retry_after",
            absl::StrCat("is ", Shown(value),
                         " and not read; write a duration such as 1.5s or a "
                         "number of seconds"));
  }
}

void ObjectReader::ReadLogged(Role role, const json& value) {
  switch (role) {
    case Role::kMessage:
      if (message_.empty()) message_ = TextOf(value);
      break;
    case Role::kError:
      if (!value.is_object()) return ReadErrorText(TextOf(value));
      for (const auto& [key, inner] : value.items()) {
        ReadErrorField(Plain(key), inner);
      }
      break;
    case Role::kType:
      SetType(TextOf(value));
      break;
    case Role::kCode:
      SetCode(TextOf(value));
      break;
    case Role::kStack:
      SetStack(TextOf(value));
      break;
    case Role::kStatus:
      SetStatus(StatusOf(value));
      break;
    case Role::kLevel:
    case Role::kAbout:
      break;
  }
}

void ObjectReader::ReadErrorText(const std::string& text) {
  const ErrorText error = SplitErrorText(text);
  SetType(error.type);
  SetStack(error.stack);
  cause_ = Joined(cause_, error.message);
}

void ObjectReader::ReadErrorField(const std::string& name, const json& value) {
  if (IsOneOf(name, kTypeKeys)) {
    SetType(TextOf(value));
  } else if (IsOneOf(name, kTextKeys)) {
    cause_ = Joined(cause_, TextOf(value));
  } else if (IsOneOf(name, kCodeKeys)) {
    SetCode(TextOf(value));
  } else if (IsOneOf(name, kStackKeys)) {
    SetStack(TextOf(value));
  } else if (IsOneOf(name, kStatusKeys)) {
    SetStatus(StatusOf(value));
  }
}

// "error.type" is the type of the error; what else is unknown is told.
void ObjectReader::RemarkOn(const std::string& key, const json& value) {
  if (IsErrorField(key)) {
    return ReadErrorField(Plain(key.substr(key.find('.'))), value);
  }
  const std::string meant = Meant(key);
  remark_(key, meant.empty() || value.is_null()
                   ? ""
                   : absl::StrCat("is not read; did you mean ", meant, "?"));
}

// Of syslog (0-7), of pino and bunyan (10-60), or a name.
bool IsLow(const json& level) {
  constexpr absl::string_view kLow[] = {"trace",       "debug",  "info",
                                        "information", "notice", "verbose"};
  if (!level.is_number()) return IsOneOf(Plain(TextOf(level)), kLow);
  const double number = level.get<double>();
  return number < 10 ? number >= 5 : number < 40;
}

}  // namespace

LoggedError ErrorOfObject(const json& object, const KeyRemark& remark) {
  return ObjectReader(object, remark).Read();
}

std::string TextOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : "";
}

bool IsBelowWarning(const json& object) {
  bool low = false;
  for (const auto& [key, value] : object.items()) {
    const Key* known = FindKey(key);
    const bool is_error =
        IsErrorField(key) || (known != nullptr && known->role == Role::kError);
    const bool empty = value.is_null() || value == "" || value == false;
    if (is_error && !empty) return false;
    if (known != nullptr && known->role == Role::kLevel) {
      low = low || IsLow(value);
    }
  }
  return low;
}

}  // namespace recourse::cli
