#include "client/cli/labelled_errors.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/text.h"
#include "nlohmann/json.hpp"

namespace recourse::cli {
namespace {

using nlohmann::json;

std::string TextOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return "";
}

std::string Text(const json& object, const char* key) {
  const auto it = object.find(key);
  return it == object.end() ? "" : TextOf(*it);
}

Label LabelOf(const json& object, const char* key) {
  Label label{Text(object, key), {}};
  const auto also = object.find("also");
  if (also == object.end() || !also->is_object()) return label;
  const auto more = also->find(key);
  if (more == also->end()) return label;
  if (!more->is_array()) {
    label.also.push_back(TextOf(*more));
  } else {
    for (const json& value : *more) label.also.push_back(TextOf(value));
  }
  return label;
}

v1::ErrorDetails ErrorOf(const json& object) {
  v1::ErrorDetails error;
  error.set_message(Text(object, "message"));
  error.set_exception_type(Text(object, "exception_type"));
  error.set_code(Text(object, "code"));
  error.set_grpc_code(Text(object, "grpc_code"));
  const auto status = object.find("http_status");
  if (status != object.end() && status->is_number_integer()) {
    error.set_http_status(status->get<int>());
  }
  return error;
}

// Protobuf's strings are UTF-8; a log need not be. What is not becomes '?'.
std::string AsUtf8(const std::string& text) {
  const std::string quoted =
      json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(quoted, nullptr, false).get<std::string>();
}

bool ReadLine(std::istream& in, std::string& text) {
  text.clear();
  std::streambuf& buffer = *in.rdbuf();
  bool any = false;
  for (int c = buffer.sbumpc(); c != EOF; c = buffer.sbumpc()) {
    any = true;
    if (c == '\n') break;
    if (text.size() < kMaxLineBytes) text += static_cast<char>(c);
  }
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return any;
}

// OK, or which value is none of the label's.
absl::Status CheckLabel(const std::string& name, const Label& label,
                        const std::vector<std::string>& known) {
  if (label.value.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the label ", name, " is missing"));
  }
  std::vector<std::string> values = label.also;
  values.insert(values.begin(), label.value);
  for (const std::string& value : values) {
    if (std::find(known.begin(), known.end(), value) == known.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the label ", name, " is ", value.substr(0, 64),
                       ", which is none of ", absl::StrJoin(known, ", ")));
    }
  }
  return absl::OkStatus();
}

template <typename Enum>
std::vector<std::string> NamesOf() {
  return absl::StrSplit(absl::AsciiStrToUpper(EnumNames(
                            *google::protobuf::GetEnumDescriptor<Enum>())),
                        ", ");
}

absl::StatusOr<LabelledError> Labelled(const json& object, int line) {
  LabelledError result;
  result.line = line;
  result.id = Text(object, "id");
  result.error = ErrorOf(object);
  result.category = LabelOf(object, "category");
  result.retryable = LabelOf(object, "retryable");
  result.strategy = LabelOf(object, "strategy");
  static const auto& categories =
      *new std::vector<std::string>(NamesOf<v1::FailureCategory>());
  static const auto& strategies =
      *new std::vector<std::string>(NamesOf<v1::RecoveryStrategy>());
  absl::Status status = CheckLabel("category", result.category, categories);
  status.Update(CheckLabel("retryable", result.retryable, {"true", "false"}));
  status.Update(CheckLabel("strategy", result.strategy, strategies));
  if (!status.ok()) return status;
  return result;
}

}  // namespace

bool Label::Accepts(const std::string& answer) const {
  return answer == value ||
         std::find(also.begin(), also.end(), answer) != also.end();
}

absl::Status OpenErrors(const std::string& file, std::ifstream& in) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return absl::NotFoundError(
        absl::StrCat("cannot read ", file, ": it is a folder"));
  }
  in.open(file);
  if (in.good()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("cannot read ", file));
}

absl::StatusOr<std::optional<LabelledError>> ReadError(std::istream& in,
                                                       bool labels, int& line) {
  std::string text;
  while (ReadLine(in, text)) {
    ++line;
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    const json object =
        text[text.find_first_not_of(" \t")] == '{'
            ? json::parse(text, nullptr, /*allow_exceptions=*/false)
            : json();
    if (labels) {
      if (!object.is_object()) {
        return absl::InvalidArgumentError("this is not a JSON object");
      }
      auto labelled = Labelled(object, line);
      if (!labelled.ok()) return labelled.status();
      return std::optional(*std::move(labelled));
    }
    LabelledError error;
    error.line = line;
    if (object.is_object()) {
      error.id = Text(object, "id");
      error.error = ErrorOf(object);
      if (error.error.message().empty()) {
        return absl::InvalidArgumentError("the JSON object has no message");
      }
    } else {
      error.error.set_message(AsUtf8(text));
    }
    return std::optional(std::move(error));
  }
  return std::optional<LabelledError>();
}

}  // namespace recourse::cli
