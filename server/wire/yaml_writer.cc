#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "re2/re2.h"
#include "server/wire/yaml.h"
#include "server/wire/yaml_reader.h"

namespace recourse {
namespace {

using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Timestamp;
using google::protobuf::Value;

// True when no reader of YAML takes the word for anything but this text.
bool IsPlainWord(const std::string& text) {
  static const RE2& word = *new RE2("[A-Za-z][A-Za-z0-9_./-]*");
  static const RE2& special =
      *new RE2("(?i)null|true|false|yes|no|on|off|y|n|nan|inf");
  return RE2::FullMatch(text, word) && !RE2::FullMatch(text, special);
}

bool IsPrintableAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isprint(c); });
}

void WriteText(YAML::Emitter& out, const std::string& text) {
  if (IsPlainWord(text)) {
    out << text;
  } else if (IsPrintableAscii(text)) {
    out << YAML::SingleQuoted << text;
  } else {
    out << YAML::DoubleQuoted << text;
  }
}

// The shortest form that reads back as the same number.
template <typename Float>
std::string NumberText(Float number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number < 0 ? "-.inf" : ".inf";
  std::array<char, 64> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return std::string(buffer.data(), end.ptr);
}

std::string FractionText(int32_t nanos) {
  if (nanos == 0) return "";
  std::string digits = absl::StrFormat(".%09d", nanos);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

// Empty: the duration has no such form and is written field by field.
std::string DurationText(const Duration& value) {
  const bool readable = value.seconds() >= 0 &&
                        value.seconds() <= 315'576'000'000 &&
                        value.nanos() >= 0 && value.nanos() < 1'000'000'000;
  if (!readable) return "";
  return absl::StrCat(value.seconds(), FractionText(value.nanos()), "s");
}

std::string TimestampText(const Timestamp& value) {
  const bool readable = value.seconds() >= -62'135'596'800 &&
                        value.seconds() <= 253'402'300'799 &&
                        value.nanos() >= 0 && value.nanos() < 1'000'000'000;
  if (!readable) return "";
  return absl::StrCat(absl::FormatTime("%E4Y-%m-%dT%H:%M:%S",
                                       absl::FromUnixSeconds(value.seconds()),
                                       absl::UTCTimeZone()),
                      FractionText(value.nanos()), "Z");
}

void WriteJson(YAML::Emitter& out, const Value& value);

void WriteStruct(YAML::Emitter& out, const Struct& object) {
  out << YAML::BeginMap;
  std::map<std::string, const Value*> ordered;
  for (const auto& [name, value] : object.fields()) ordered[name] = &value;
  for (const auto& [name, value] : ordered) {
    out << YAML::Key;
    WriteText(out, name);
    out << YAML::Value;
    WriteJson(out, *value);
  }
  out << YAML::EndMap;
}

void WriteList(YAML::Emitter& out, const ListValue& list) {
  out << YAML::BeginSeq;
  for (const Value& item : list.values()) WriteJson(out, item);
  out << YAML::EndSeq;
}

void WriteJson(YAML::Emitter& out, const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumberValue:
      out << NumberText(value.number_value());
      break;
    case Value::kBoolValue:
      out << (value.bool_value() ? "true" : "false");
      break;
    case Value::kStringValue:
      WriteText(out, value.string_value());
      break;
    case Value::kStructValue:
      WriteStruct(out, value.struct_value());
      break;
    case Value::kListValue:
      WriteList(out, value.list_value());
      break;
    case Value::kNullValue:
    case Value::KIND_NOT_SET:
      out << YAML::Null;
      break;
  }
}

void WriteMessage(YAML::Emitter& out, const Message& message);

// A message that has a form of its own in YAML, or any other.
void WriteSubmessage(YAML::Emitter& out, const Message& message) {
  std::string text;
  if (const auto* value = dynamic_cast<const Value*>(&message)) {
    return WriteJson(out, *value);
  }
  if (const auto* object = dynamic_cast<const Struct*>(&message)) {
    return WriteStruct(out, *object);
  }
  if (const auto* list = dynamic_cast<const ListValue*>(&message)) {
    return WriteList(out, *list);
  }
  if (const auto* duration = dynamic_cast<const Duration*>(&message)) {
    text = DurationText(*duration);
  } else if (const auto* time = dynamic_cast<const Timestamp*>(&message)) {
    text = TimestampText(*time);
  }
  if (text.empty()) return WriteMessage(out, message);
  out << text;
}

std::string EnumText(const FieldDescriptor& field, int number) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  return value == nullptr ? absl::StrCat(number) : ShortName(*value);
}

// One value of a field.
struct FieldItem {
  const Message& message;
  const FieldDescriptor& field;
  int index;  // Where the field is repeated.

  // By the getters of its type: for a single field and for a repeated one.
  template <typename One, typename Repeated>
  decltype(auto) Get(One one, Repeated repeated) const {
    const Reflection* reflection = message.GetReflection();
    return field.is_repeated() ? (reflection->*repeated)(message, &field, index)
                               : (reflection->*one)(message, &field);
  }
};

// REQUIRES: the field is one of numbers.
std::string NumberOf(const FieldItem& item) {
  switch (item.field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(
          item.Get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(
          item.Get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(
          item.Get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(
          item.Get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return NumberText(
          item.Get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
    default:
      return NumberText(
          item.Get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
  }
}

void WriteItem(YAML::Emitter& out, const FieldItem& item) {
  switch (item.field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      out << (item.Get(&Reflection::GetBool, &Reflection::GetRepeatedBool)
                  ? "true"
                  : "false");
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      out << EnumText(item.field, item.Get(&Reflection::GetEnumValue,
                                           &Reflection::GetRepeatedEnumValue));
      break;
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text =
          item.Get(&Reflection::GetString, &Reflection::GetRepeatedString);
      WriteText(out, item.field.type() == FieldDescriptor::TYPE_BYTES
                         ? absl::Base64Escape(text)
                         : text);
      break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const Reflection* reflection = item.message.GetReflection();
      WriteSubmessage(
          out, item.field.is_repeated()
                   ? reflection->GetRepeatedMessage(item.message, &item.field,
                                                    item.index)
                   : reflection->GetMessage(item.message, &item.field));
      break;
    }
    default:
      out << NumberOf(item);
      break;
  }
}

std::string KeyOrder(const Message& entry, const FieldDescriptor& key) {
  return key.cpp_type() == FieldDescriptor::CPPTYPE_STRING
             ? entry.GetReflection()->GetString(entry, &key)
             : entry.ShortDebugString();
}

void WriteMap(YAML::Emitter& out, const Message& message,
              const FieldDescriptor& field) {
  const Reflection* reflection = message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  std::map<std::string, const Message*> ordered;
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(message, &field, i);
    ordered[KeyOrder(entry, key)] = &entry;
  }
  out << YAML::BeginMap;
  for (const auto& [order, entry] : ordered) {
    out << YAML::Key;
    WriteItem(out, {*entry, key, 0});
    out << YAML::Value;
    WriteItem(out, {*entry, value, 0});
  }
  out << YAML::EndMap;
}

void WriteField(YAML::Emitter& out, const Message& message,
                const FieldDescriptor& field) {
  if (field.is_map()) return WriteMap(out, message, field);
  if (!field.is_repeated()) return WriteItem(out, {message, field, 0});
  const bool scalars = field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
  if (scalars) out << YAML::Flow;
  out << YAML::BeginSeq;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) WriteItem(out, {message, field, i});
  out << YAML::EndSeq;
}

void WriteMessage(YAML::Emitter& out, const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  out << YAML::BeginMap;
  for (const FieldDescriptor* field : fields) {
    out << YAML::Key << field->name() << YAML::Value;
    WriteField(out, message, *field);
  }
  out << YAML::EndMap;
}

}  // namespace

std::string ToYaml(const Message& message) {
  YAML::Emitter out;
  WriteSubmessage(out, message);
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace recourse
