#include "client/cli/labelled_errors.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/input.h"
#include "client/cli/log_line.h"
#include "client/cli/text.h"
#include "server/wire/utf8.h"

namespace recourse::cli {
namespace {

using nlohmann::json;

std::string LabelText(const json& value) {
  return value.is_boolean() ? value.dump() : TextOf(value);
}

Label LabelOf(const json& object, const char* key) {
  Label label;
  const auto main = object.find(key);
  if (main != object.end()) label.value = LabelText(*main);
  const auto also = object.find("also");
  if (also == object.end() || !also->is_object()) return label;
  const auto more = also->find(key);
  if (more == also->end()) return label;
  if (!more->is_array()) {
    label.also.push_back(LabelText(*more));
  } else {
    for (const json& value : *more) label.also.push_back(LabelText(value));
  }
  return label;
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

absl::Status ReadLabels(const json& object, LabelledError& result) {
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
  const auto also = object.find("also");
  if (also != object.end() && !also->is_object()) {
    status.Update(absl::InvalidArgumentError(
        "also is no object such as {\"category\": [\"TIMEOUT\"]}"));
  }
  return status;
}

bool TellsError(const v1::ErrorDetails& error) {
  return !error.message().empty() || !error.exception_type().empty() ||
         !error.code().empty() || !error.grpc_code().empty() ||
         error.http_status() != 0;
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

bool ErrorReader::ReadLine() {
  std::streambuf& buffer = *in_.rdbuf();
  bool any = true;
  while (any) {
    text_.clear();
    cut_ = false;
    any = false;
    for (int c = buffer.sbumpc(); c != EOF; c = buffer.sbumpc()) {
      any = true;
      if (c == '\n') break;
      cut_ = text_.size() == kMaxLineBytes;
      if (!cut_) text_ += static_cast<char>(c);
    }
    if (!any) return false;
    ++line_;
    if (!text_.empty() && text_.back() == '\r') text_.pop_back();
    if (text_.find_first_not_of(" \t") != text_.npos) break;
  }
  // Not in the middle of a character.
  if (cut_) text_.resize(Utf8Prefix(text_, kMaxLineBytes - 1).size());
  text_ = AsUtf8(std::move(text_), name_, context_);
  return true;
}

json ErrorReader::ParseLine() {
  if (text_[text_.find_first_not_of(" \t")] != '{') return json();
  return json::parse(text_, nullptr, /*allow_exceptions=*/false);
}

LabelledError ErrorReader::ErrorOf(const json& object) {
  LabelledError result;
  result.line = line_;
  const auto id = object.find("id");
  if (id != object.end()) result.id = TextOf(*id);
  LoggedError logged = ErrorOfObject(
      object, [this](const std::string& key, const std::string& text) {
        if (text.empty()) {
          findings_.AddUnread(key);
        } else {
          findings_.Add(name_, line_, key, text);
        }
      });
  result.error = std::move(logged.error);
  result.target = std::move(logged.target);
  return result;
}

std::optional<LabelledError> ErrorReader::Next() {
  while (ReadLine()) {
    const json object = ParseLine();
    if (!object.is_object()) {
      if (object.is_discarded()) {
        findings_.Add(name_, line_, "",
                      cut_ ? "is longer than 64 KiB, so its JSON is read as a "
                             "text"
                           : "begins like JSON and is none; read as a text");
      }
      LabelledError error;
      error.line = line_;
      error.error.set_message(std::move(text_));
      return error;
    }
    if (IsBelowWarning(object)) {
      ++passed_over_;
      continue;
    }
    LabelledError error = ErrorOf(object);
    if (TellsError(error.error)) return error;
    findings_.Add(name_, line_, "",
                  "tells no error and is not replayed; write message, or as "
                  "--help says");
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<LabelledError>> ErrorReader::NextLabelled() {
  if (!ReadLine()) return std::optional<LabelledError>();
  const json object = ParseLine();
  const auto fail = [this](absl::string_view text) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ":", line_, ": ", text));
  };
  if (!object.is_object()) return fail("this is not a JSON object");
  LabelledError result = ErrorOf(object);
  const absl::Status status = ReadLabels(object, result);
  if (!status.ok()) return fail(status.message());
  return std::optional(std::move(result));
}

}  // namespace recourse::cli
