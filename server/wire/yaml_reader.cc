#include "server/wire/yaml_reader.h"

#include <algorithm>
#include <exception>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/wire/utf8.h"
#include "server/wire/yaml.h"
#include "yaml-cpp/eventhandler.h"

namespace recourse {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Value;

absl::Status FailAt(absl::string_view path, int line, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(path, ":", line, ": ", text));
}

// Counts what a text holds before anything is built from it.
class NodeCounter : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Count(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    Count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    Count(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Count(mark);
  }
  void OnMapEnd() override {}

 private:
  // Throwing is the only way to make yaml-cpp stop.
  void Count(const YAML::Mark& mark) {
    if (++count_ > kMaxYamlNodes) {
      throw YAML::ParserException(mark, "more than 100,000 values");
    }
  }

  size_t count_ = 0;
};

class Reader {
 public:
  Reader(absl::string_view path, YamlNotes* notes)
      : path_(path), notes_(notes) {}

  absl::Status ReadMessage(const YAML::Node& node, int line, Message& message,
                           const std::string& at);

 private:
  // Counts nested values while it lives.
  struct Level {
    explicit Level(Reader& reader) : depth(reader.depth_) { ++depth; }
    ~Level() { --depth; }
    size_t& depth;
  };

  absl::Status Fail(int line, absl::string_view text) const {
    return FailAt(path_, line, text);
  }
  absl::Status FailField(int line, const FieldDescriptor& field,
                         const absl::Status& what) const {
    if (what.ok()) return what;
    return Fail(line, absl::StrCat(field.name(), ": ", what.message()));
  }

  // Notes an error of the message at `at` and lets the reading go on; returns
  // one that ends it.
  absl::Status Note(const std::string& at, const absl::Status& status);
  void NoteLine(const std::string& at, int line) {
    if (notes_ != nullptr) notes_->lines.emplace(at, line);
  }
  absl::Status CountNode(int line);
  absl::Status CheckOneof(const Message& message, const FieldDescriptor& field,
                          int line) const;
  absl::Status ReadKey(const YAML::Node& key, std::map<std::string, int>& seen,
                       int& line) const;
  absl::Status ReadEntry(const YAML::Node& key, const YAML::Node& value,
                         std::map<std::string, int>& seen, int line,
                         Message& message, const std::string& at);
  absl::Status ReadField(const YAML::Node& node, int line, Message& message,
                         const FieldDescriptor& field, const std::string& at);
  absl::Status ReadItem(const YAML::Node& node, int line, Message& message,
                        const FieldDescriptor& field, const std::string& at);
  absl::Status ReadMap(const YAML::Node& node, int line, Message& message,
                       const FieldDescriptor& field);
  absl::Status ReadJson(const YAML::Node& node, int line, Value& value);
  absl::Status ReadStruct(const YAML::Node& node, int line, Struct& object);
  absl::Status ReadList(const YAML::Node& node, int line, ListValue& list);

  const absl::string_view path_;
  YamlNotes* const notes_;
  bool too_large_ = false;
  size_t nodes_ = 0;
  size_t depth_ = 0;
};

// yaml-cpp places nothing at what comes after it.
int LineOf(const YAML::Node& node, int otherwise) {
  const YAML::Mark mark = node.Mark();
  return mark.is_null() || node.IsNull() ? otherwise : mark.line + 1;
}

absl::Status Reader::Note(const std::string& at, const absl::Status& status) {
  if (status.ok() || notes_ == nullptr || too_large_) return status;
  if (notes_->errors.size() == YamlNotes::kMaxErrors) return status;
  notes_->errors.push_back({at, status});
  return absl::OkStatus();
}

// Aliases make one node count as often as it is used.
absl::Status Reader::CountNode(int line) {
  too_large_ = ++nodes_ > kMaxYamlNodes || depth_ > kMaxYamlDepth;
  if (!too_large_) return absl::OkStatus();
  return Fail(line, nodes_ > kMaxYamlNodes
                        ? "more than 100,000 values, aliases included"
                        : "more than 100 levels of nesting");
}

absl::Status Reader::ReadKey(const YAML::Node& key,
                             std::map<std::string, int>& seen,
                             int& line) const {
  line = LineOf(key, line);
  if (!key.IsScalar()) return Fail(line, "a key must be a plain word");
  const auto [first, added] = seen.emplace(key.Scalar(), line);
  if (added) return absl::OkStatus();
  return Fail(
      line, absl::StrCat("key ", key.Scalar(), " stands twice, first in line ",
                         first->second));
}

absl::Status Reader::CheckOneof(const Message& message,
                                const FieldDescriptor& field, int line) const {
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return absl::OkStatus();
  const FieldDescriptor* other =
      message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
  if (other == nullptr) return absl::OkStatus();
  return Fail(line, absl::StrCat(field.name(), " and ", other->name(),
                                 " exclude each other"));
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(type.field(i)->name());
  }
  return names;
}

absl::Status Reader::ReadMessage(const YAML::Node& node, int line,
                                 Message& message, const std::string& at) {
  const Level level(*this);
  if (absl::Status status = CountNode(line); !status.ok()) return status;
  if (node.IsNull()) return absl::OkStatus();  // `retry:` has all defaults.
  if (!node.IsMap()) {
    return Fail(line, absl::StrCat("expected a mapping with the fields of ",
                                   message.GetDescriptor()->name()));
  }
  std::map<std::string, int> seen;
  for (const auto& entry : node) {
    absl::Status status =
        Note(at, ReadEntry(entry.first, entry.second, seen, line, message, at));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadEntry(const YAML::Node& key_node,
                               const YAML::Node& value,
                               std::map<std::string, int>& seen, int line,
                               Message& message, const std::string& at) {
  absl::Status status = ReadKey(key_node, seen, line);
  if (!status.ok()) return status;
  const Descriptor& type = *message.GetDescriptor();
  const std::string& key = key_node.Scalar();
  const FieldDescriptor* field = type.FindFieldByName(key);
  if (field == nullptr) {
    return Fail(line,
                absl::StrCat("unknown key ", Utf8Prefix(key, 60), " in ",
                             type.name(), Suggestion(key, FieldNames(type))));
  }
  status = CheckOneof(message, *field, line);
  if (!status.ok()) return status;
  const std::string field_at = absl::StrCat(at, at.empty() ? "" : ".", key);
  NoteLine(field_at, line);
  return ReadField(value, line, message, *field, field_at);
}

absl::Status Reader::ReadField(const YAML::Node& node, int line,
                               Message& message, const FieldDescriptor& field,
                               const std::string& at) {
  if (field.is_map()) return ReadMap(node, line, message, field);
  if (!field.is_repeated()) return ReadItem(node, line, message, field, at);
  if (!node.IsSequence()) {
    return Fail(line, absl::StrCat(field.name(),
                                   ": expected a list: [..] or lines that "
                                   "begin with -"));
  }
  for (size_t i = 0; i < node.size(); ++i) {
    const std::string item_at = absl::StrCat(at, "[", i, "]");
    const int item_line = LineOf(node[i], line);
    NoteLine(item_at, item_line);
    absl::Status status =
        Note(item_at, ReadItem(node[i], item_line, message, field, item_at));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadItem(const YAML::Node& node, int line,
                              Message& message, const FieldDescriptor& field,
                              const std::string& at) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    if (absl::Status status = CountNode(line); !status.ok()) return status;
    return FailField(LineOf(node, line), field,
                     ReadScalar(node, field, message));
  }
  const Reflection* reflection = message.GetReflection();
  Message* item = field.is_repeated()
                      ? reflection->AddMessage(&message, &field)
                      : reflection->MutableMessage(&message, &field);
  const std::string& type = item->GetDescriptor()->full_name();
  if (auto* value = dynamic_cast<Value*>(item)) {
    return ReadJson(node, line, *value);
  }
  if (auto* object = dynamic_cast<Struct*>(item)) {
    return ReadStruct(node, line, *object);
  }
  if (auto* list = dynamic_cast<ListValue*>(item)) {
    return ReadList(node, line, *list);
  }
  if (!node.IsMap() && type == "google.protobuf.Duration") {
    return FailField(line, field, ReadDuration(node, *item));
  }
  if (!node.IsMap() && type == "google.protobuf.Timestamp") {
    return FailField(line, field, ReadTimestamp(node, *item));
  }
  if (!node.IsMap() && !node.IsNull()) {
    return Fail(line, absl::StrCat(field.name(),
                                   ": expected a mapping with the fields of ",
                                   item->GetDescriptor()->name()));
  }
  return ReadMessage(node, line, *item, at);
}

absl::Status Reader::ReadMap(const YAML::Node& node, int line, Message& message,
                             const FieldDescriptor& field) {
  const Level level(*this);
  if (!node.IsMap()) {
    return Fail(line, absl::StrCat(field.name(), ": expected a mapping"));
  }
  const FieldDescriptor& key_field = *field.message_type()->map_key();
  const FieldDescriptor& value_field = *field.message_type()->map_value();
  std::map<std::string, int> seen;
  for (const auto& entry : node) {
    int key_line = line;
    absl::Status status = ReadKey(entry.first, seen, key_line);
    if (!status.ok()) return status;
    Message* item = message.GetReflection()->AddMessage(&message, &field);
    status = ReadScalar(entry.first, key_field, *item);
    if (!status.ok()) return FailField(key_line, field, status);
    status = ReadItem(entry.second, key_line, *item, value_field, "");
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadJson(const YAML::Node& node, int line, Value& value) {
  if (node.IsMap())
    return ReadStruct(node, line, *value.mutable_struct_value());
  if (node.IsSequence()) {
    return ReadList(node, line, *value.mutable_list_value());
  }
  if (absl::Status status = CountNode(line); !status.ok()) return status;
  return ReadJsonScalar(node, value);
}

absl::Status Reader::ReadStruct(const YAML::Node& node, int line,
                                Struct& object) {
  const Level level(*this);
  if (absl::Status status = CountNode(line); !status.ok()) return status;
  if (!node.IsMap()) return Fail(line, "expected a mapping");
  std::map<std::string, int> seen;
  for (const auto& entry : node) {
    int key_line = line;
    absl::Status status = ReadKey(entry.first, seen, key_line);
    if (!status.ok()) return status;
    status = ReadJson(entry.second, key_line,
                      (*object.mutable_fields())[entry.first.Scalar()]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadList(const YAML::Node& node, int line,
                              ListValue& list) {
  const Level level(*this);
  if (absl::Status status = CountNode(line); !status.ok()) return status;
  if (!node.IsSequence()) return Fail(line, "expected a list");
  for (const YAML::Node& item : node) {
    absl::Status status =
        ReadJson(item, LineOf(item, line), *list.add_values());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadDocuments(absl::string_view path, const std::string& text,
                           Message& message, YamlNotes* notes) {
  {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    NodeCounter counter;
    while (parser.HandleNextDocument(counter)) {
    }
  }
  const std::vector<YAML::Node> documents = YAML::LoadAll(text);
  if (documents.empty()) return absl::OkStatus();
  if (documents.size() > 1) {
    return FailAt(path, LineOf(documents[1], 1),
                  "expected one document, found a second one");
  }
  return Reader(path, notes)
      .ReadMessage(documents[0], LineOf(documents[0], 1), message, "");
}

// yaml-cpp's message, and what most likely helps.
std::string NoYaml(const YAML::Exception& error) {
  return absl::StrCat(
      "is no YAML: ", error.msg,
      error.msg == YAML::ErrorMsg::MAP_VALUE
          ? "; quote a text that ends with a colon or has one before a space, "
            "such as \"memory:\""
          : "");
}

int LineOfInvalidUtf8(absl::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const absl::string_view rest = text.substr(0, text.find('\n'));
    if (!IsValidUtf8(rest)) return line;
    text.remove_prefix(std::min(rest.size() + 1, text.size()));
    ++line;
  }
  return line;
}

}  // namespace

absl::Status ReadYaml(absl::string_view path, absl::string_view text,
                      Message& message, YamlNotes* notes) {
  if (text.size() > kMaxYamlBytes) {
    return FailAt(
        path, 1,
        absl::StrCat("is ", text.size(), " bytes long, at most 1 MiB"));
  }
  if (!IsValidUtf8(text)) {
    return FailAt(path, LineOfInvalidUtf8(text), "is not valid UTF-8");
  }
  message.Clear();
  try {
    // yaml-cpp takes the text's end for a closing quote, but not a comment's.
    const bool ends = absl::EndsWith(text, "\n");
    return ReadDocuments(path, absl::StrCat(text, ends ? "#" : "\n#"), message,
                         notes);
  } catch (const YAML::Exception& error) {
    const int last =
        1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    const int line = error.mark.is_null() ? 1 : error.mark.line + 1;
    return FailAt(path, std::min(line, last), NoYaml(error));
  } catch (const std::exception& error) {
    return FailAt(path, 1, absl::StrCat("is no YAML: ", error.what()));
  }
}

absl::Status ParseYaml(absl::string_view path, absl::string_view text,
                       Message& message) {
  return ReadYaml(path, text, message, nullptr);
}

}  // namespace recourse
