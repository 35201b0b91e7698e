#include "tests/wire/random_message.h"

#include <cmath>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace recourse {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Value;

class Filler {
 public:
  Filler(std::mt19937_64& random, const RandomMessageOptions& options)
      : random_(random), options_(options) {}

  void Fill(Message& message, int depth);

 private:
  // 0 <= result < limit.
  int64_t Below(int64_t limit) {
    return std::uniform_int_distribution<int64_t>(0, limit - 1)(random_);
  }
  bool Chance(int percent) { return Below(100) < percent; }

  std::string Text();
  double Number();
  void FillJson(Value& value, int depth);
  void FillField(Message& message, const FieldDescriptor& field, int depth);
  void FillItem(Message& message, const FieldDescriptor& field, int depth);

  std::mt19937_64& random_;
  const RandomMessageOptions options_;
};

// Words that readers of YAML are known to misread, or a few random
// characters.
std::string Filler::Text() {
  static const char* const kTricky[] = {
      "",       "null",       "~",        "true",   "No",       "1",
      "1.5",    "0x1F",       "1e3",      ".inf",   "- a",      "a: b",
      "#x",     "a #b",       "'",        "\"",     "\\d+",     "*a",
      "&a",     "!t",         "|",        ">",      "%",        "@",
      "`",      "{a}",        "[a]",      " a",     "a ",       "a\nb",
      "\n",     "\t",         "a\r\nb",   "\x7f",   "\x01",     "\u00e9",
      "\u4e2d", "\U0001f600", "\ufeff",   "\u0085", "\u2028",   "? a",
      "a,b",    "---",        "...",      "a:",     ":a",       "=",
      "<<",     "2024-05-01", "12:30:45", "a\\",    "a\n\n b\n"};
  if (options_.wild_texts && Chance(50)) {
    return kTricky[Below(std::size(kTricky))];
  }
  std::string text;
  const int64_t length = Chance(2) ? 1500 : Below(12);
  for (int64_t i = 0; i < length; ++i) {
    const int64_t letters = options_.wild_texts ? 127 : 5;
    const char first = options_.wild_texts ? 1 : 'a';
    text += static_cast<char>(first + Below(letters));
  }
  return text;
}

double Filler::Number() {
  switch (Below(4)) {
    case 0:
      return static_cast<double>(Below(200)) - 100;
    case 1:
      return std::uniform_real_distribution<double>(-1, 1)(random_);
    case 2:
      return std::ldexp(std::uniform_real_distribution<double>(-1, 1)(random_),
                        static_cast<int>(Below(1800)) - 900);
    default:
      return 0;
  }
}

void Filler::FillJson(Value& value, int depth) {
  switch (depth > 0 ? Below(6) : Below(4)) {
    case 0:
      value.set_null_value(google::protobuf::NULL_VALUE);
      break;
    case 1:
      value.set_number_value(Number());
      break;
    case 2:
      value.set_string_value(Text());
      break;
    case 3:
      value.set_bool_value(Chance(50));
      break;
    case 4:
      value.mutable_struct_value();
      for (int64_t i = Below(4); i > 0; --i) {
        FillJson((*value.mutable_struct_value()->mutable_fields())[Text()],
                 depth - 1);
      }
      break;
    default:
      value.mutable_list_value();
      for (int64_t i = Below(4); i > 0; --i) {
        FillJson(*value.mutable_list_value()->add_values(), depth - 1);
      }
  }
}

void Filler::FillItem(Message& message, const FieldDescriptor& field,
                      int depth) {
  const Reflection* reflection = message.GetReflection();
  const auto put = [&](auto set, auto add, auto value) {
    (reflection->*(field.is_repeated() ? add : set))(&message, &field, value);
  };
  using R = Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&R::SetInt32, &R::AddInt32, static_cast<int32_t>(random_()));
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&R::SetInt64, &R::AddInt64, static_cast<int64_t>(random_()));
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&R::SetUInt32, &R::AddUInt32,
                 static_cast<uint32_t>(random_()));
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&R::SetUInt64, &R::AddUInt64, uint64_t{random_()});
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&R::SetDouble, &R::AddDouble, Number());
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&R::SetFloat, &R::AddFloat, static_cast<float>(Below(1000)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&R::SetBool, &R::AddBool, Chance(50));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto& type = *field.enum_type();
      const int index = static_cast<int>(Below(type.value_count()));
      return put(&R::SetEnumValue, &R::AddEnumValue,
                 type.value(index)->number());
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&R::SetString, &R::AddString, Text());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Fill(field.is_repeated()
                      ? *reflection->AddMessage(&message, &field)
                      : *reflection->MutableMessage(&message, &field),
                  depth - 1);
  }
}

void Filler::FillField(Message& message, const FieldDescriptor& field,
                       int depth) {
  if (!field.is_repeated()) return FillItem(message, field, depth);
  // One entry a map: two could have the same key.
  for (int64_t i = field.is_map() ? 1 : Below(4); i > 0; --i) {
    FillItem(message, field, depth);
  }
}

void Filler::Fill(Message& message, int depth) {
  if (auto* value = dynamic_cast<Value*>(&message)) {
    return FillJson(*value, depth);
  }
  if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&message)) {
    duration->set_seconds(Below(100'000));
    if (Chance(50)) duration->set_nanos(static_cast<int32_t>(Below(999999999)));
    return;
  }
  if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
    time->set_seconds(Below(4'000'000'000));
    if (Chance(50)) time->set_nanos(static_cast<int32_t>(Below(999999999)));
    return;
  }
  if (depth <= 0) return;
  const auto& type = *message.GetDescriptor();
  // Setting a oneof's field clears another one: that is as good as any.
  for (int i = 0; i < type.field_count(); ++i) {
    const bool entry = type.options().map_entry();
    if (entry || Chance(60)) FillField(message, *type.field(i), depth);
  }
}

}  // namespace

void FillRandomly(Message& message, std::mt19937_64& random,
                  const RandomMessageOptions& options) {
  Filler(random, options).Fill(message, options.max_depth);
}

}  // namespace recourse
