#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "re2/re2.h"
#include "server/wire/times.h"
#include "server/wire/utf8.h"
#include "server/wire/yaml.h"
#include "server/wire/yaml_reader.h"

namespace recourse {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kShownBytes = 60;
constexpr size_t kMaxListedWords = 16;
constexpr absl::string_view kStringTag = "tag:yaml.org,2002:str";

bool IsQuoted(const YAML::Node& node) {
  return node.Tag() == "!" || node.Tag() == kStringTag;
}

std::string Found(const YAML::Node& node) {
  if (node.IsNull()) return "found nothing";
  const std::string text(Utf8Prefix(node.Scalar(), kShownBytes));
  return IsQuoted(node) ? absl::StrCat("found the text \"", text, "\"")
                        : absl::StrCat("found ", text);
}

absl::Status Expected(absl::string_view what, const YAML::Node& node) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, ", ", Found(node)));
}

std::string UpperSnake(absl::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !snake.empty()) {
      snake += '_';
    }
    snake += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return snake;
}

// Sets the field, or adds to it when it is repeated.
template <typename Value>
void Put(Message& message, const FieldDescriptor& field, const Value& value,
         void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const,
         void (Reflection::*add)(Message*, const FieldDescriptor*, Value)
             const) {
  const Reflection* reflection = message.GetReflection();
  (reflection->*(field.is_repeated() ? add : set))(&message, &field, value);
}

template <typename Integer>
absl::Status ReadInteger(
    const YAML::Node& node, const FieldDescriptor& field, Message& message,
    void (Reflection::*set)(Message*, const FieldDescriptor*, Integer) const,
    void (Reflection::*add)(Message*, const FieldDescriptor*, Integer) const) {
  Integer value = 0;
  if (node.IsNull() || IsQuoted(node) ||
      !absl::SimpleAtoi(node.Scalar(), &value)) {
    return Expected(absl::StrCat("a whole number from ",
                                 std::numeric_limits<Integer>::min(), " to ",
                                 std::numeric_limits<Integer>::max()),
                    node);
  }
  Put<Integer>(message, field, value, set, add);
  return absl::OkStatus();
}

// A number as YAML's core schema and JSON write it.
bool ReadNumber(const std::string& text, double* value) {
  static const RE2& number =
      *new RE2("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  static const RE2& infinite = *new RE2("([-+]?)\\.(?:inf|Inf|INF)");
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    *value = std::nan("");
    return true;
  }
  std::string sign;
  if (RE2::FullMatch(text, infinite, &sign)) {
    *value = sign == "-" ? -HUGE_VAL : HUGE_VAL;
    return true;
  }
  return RE2::FullMatch(text, number) && absl::SimpleAtod(text, value);
}

bool ReadBool(const std::string& text, bool* value) {
  *value = text == "true" || text == "True" || text == "TRUE";
  return *value || text == "false" || text == "False" || text == "FALSE";
}

absl::Status ReadEnum(const YAML::Node& node, const FieldDescriptor& field,
                      Message& message) {
  const EnumDescriptor& type = *field.enum_type();
  std::vector<std::string> names;
  int number = 0;
  bool found = !node.IsNull() && absl::SimpleAtoi(node.Scalar(), &number);
  for (int i = 0; !found && i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    names.push_back(ShortName(value));
    number = value.number();
    found = node.Scalar() == value.name() || node.Scalar() == names.back();
  }
  if (!found) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one of ", type.name(), ", ", Found(node),
                     Suggestion(node.Scalar(), names)));
  }
  Put<int>(message, field, number, &Reflection::SetEnumValue,
           &Reflection::AddEnumValue);
  return absl::OkStatus();
}

absl::Status ReadText(const YAML::Node& node, const FieldDescriptor& field,
                      Message& message) {
  if (node.IsNull()) {
    return absl::InvalidArgumentError(
        "expected a text, found nothing; write '' for the empty text, 'null' "
        "for that word");
  }
  std::string value = node.Scalar();
  if (field.type() == FieldDescriptor::TYPE_BYTES &&
      !absl::Base64Unescape(node.Scalar(), &value)) {
    return Expected("base64", node);
  }
  Put<std::string>(message, field, value, &Reflection::SetString,
                   &Reflection::AddString);
  return absl::OkStatus();
}

absl::Status ReadFloatingPoint(const YAML::Node& node,
                               const FieldDescriptor& field, Message& message) {
  double value = 0;
  if (node.IsNull() || IsQuoted(node) || !ReadNumber(node.Scalar(), &value)) {
    return Expected("a number", node);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    Put<float>(message, field, static_cast<float>(value), &Reflection::SetFloat,
               &Reflection::AddFloat);
  } else {
    Put<double>(message, field, value, &Reflection::SetDouble,
                &Reflection::AddDouble);
  }
  return absl::OkStatus();
}

}  // namespace

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string Suggestion(absl::string_view word,
                       const std::vector<std::string>& known) {
  // A long word is far from all of them, and comparing it is slow.
  if (!known.empty() && word.size() <= kShownBytes) {
    const auto distance = [&](const std::string& candidate) {
      return EditDistance(absl::AsciiStrToLower(word),
                          absl::AsciiStrToLower(candidate));
    };
    const auto nearest = std::min_element(known.begin(), known.end(),
                                          [&](const auto& a, const auto& b) {
                                            return distance(a) < distance(b);
                                          });
    if (distance(*nearest) <= std::max<size_t>(2, word.size() / 3)) {
      return absl::StrCat("; did you mean ", *nearest, "?");
    }
  }
  if (known.empty()) return "";
  const size_t listed = std::min(known.size(), kMaxListedWords);
  return absl::StrCat(
      "; known are ",
      absl::StrJoin(known.begin(), known.begin() + listed, ", "),
      listed < known.size() ? ", ..." : "");
}

std::string ShortName(const EnumValueDescriptor& value) {
  absl::string_view name = value.name();
  absl::ConsumePrefix(&name, UpperSnake(value.type()->name()) + "_");
  return std::string(name);
}

absl::Status ReadScalar(const YAML::Node& node, const FieldDescriptor& field,
                        Message& message) {
  if (!node.IsNull() && !node.IsScalar()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected one value, found a ", node.IsMap() ? "mapping" : "list"));
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return ReadInteger<int32_t>(node, field, message, &Reflection::SetInt32,
                                  &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return ReadInteger<int64_t>(node, field, message, &Reflection::SetInt64,
                                  &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return ReadInteger<uint32_t>(node, field, message, &Reflection::SetUInt32,
                                   &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return ReadInteger<uint64_t>(node, field, message, &Reflection::SetUInt64,
                                   &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return ReadFloatingPoint(node, field, message);
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool value = false;
      if (node.IsNull() || IsQuoted(node) || !ReadBool(node.Scalar(), &value)) {
        return Expected("true or false", node);
      }
      Put<bool>(message, field, value, &Reflection::SetBool,
                &Reflection::AddBool);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return ReadEnum(node, field, message);
    case FieldDescriptor::CPPTYPE_STRING:
      return ReadText(node, field, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return Expected("a mapping", node);
}

absl::Status ReadJsonScalar(const YAML::Node& node,
                            google::protobuf::Value& value) {
  double number = 0;
  bool flag = false;
  if (node.IsNull()) {
    value.set_null_value(google::protobuf::NULL_VALUE);
  } else if (!IsQuoted(node) && ReadBool(node.Scalar(), &flag)) {
    value.set_bool_value(flag);
  } else if (!IsQuoted(node) && ReadNumber(node.Scalar(), &number)) {
    value.set_number_value(number);
  } else {
    value.set_string_value(node.Scalar());
  }
  return absl::OkStatus();
}

absl::Status ReadDuration(const YAML::Node& node, Message& message) {
  const absl::StatusOr<absl::Duration> duration =
      ParseDuration(node.IsNull() ? "" : node.Scalar());
  if (!duration.ok()) {
    return Expected("a duration such as 20s, 1.5s, 200ms, 5m or 2h", node);
  }
  message.CopyFrom(ToMessage(*duration));
  return absl::OkStatus();
}

absl::Status ReadTimestamp(const YAML::Node& node, Message& message) {
  absl::Time time;
  std::string error;
  if (node.IsNull() ||
      !absl::ParseTime(absl::RFC3339_full, node.Scalar(), &time, &error)) {
    return Expected("a time such as 2024-05-01T12:00:00Z", node);
  }
  message.CopyFrom(ToMessage(time));
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  static const RE2& form =
      *new RE2("(?:[0-9]+(?:\\.[0-9]+)?(?:h|ms|m|s|us|ns))+");
  absl::Duration duration;
  if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), form) ||
      !absl::ParseDuration(text, &duration) || duration > kMaxDuration) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Utf8Prefix(text, kShownBytes),
                     "\" is no duration such as 20s, 1.5s, 200ms, 5m or 2h"));
  }
  return duration;
}

}  // namespace recourse
