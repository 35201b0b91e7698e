#include "client/cpp/state_edits.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace recourse {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr size_t kMaxPathBytes = 512;
constexpr size_t kMaxPathParts = 30;

// Empty: the path does not parse.
std::vector<std::string> SplitPath(absl::string_view path) {
  if (path.size() > kMaxPathBytes) return {};
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') {
      if (++i == path.size()) return {};
      parts.back() += path[i];
    } else if (path[i] == '.') {
      parts.emplace_back();
    } else {
      parts.back() += path[i];
    }
  }
  for (const std::string& part : parts) {
    if (part.empty()) return {};
  }
  if (parts.size() > kMaxPathParts) return {};
  return parts;
}

// The item of a list or field of an object; null when it is not there.
Value* Child(Value& parent, const std::string& part) {
  if (parent.kind_case() == Value::kStructValue) {
    auto& fields = *parent.mutable_struct_value()->mutable_fields();
    const auto it = fields.find(part);
    return it == fields.end() ? nullptr : &it->second;
  }
  int index = 0;
  if (parent.kind_case() != Value::kListValue ||
      !absl::SimpleAtoi(part, &index) || index < 0 ||
      index >= parent.list_value().values_size()) {
    return nullptr;
  }
  return parent.mutable_list_value()->mutable_values(index);
}

// True when `part` may be added to `parent`: never to a list or a scalar.
bool CanGrow(const Value& parent) {
  return parent.kind_case() == Value::kStructValue ||
         parent.kind_case() == Value::kNullValue ||
         parent.kind_case() == Value::KIND_NOT_SET;
}

void Set(Value* at, const std::vector<std::string>& parts, const Value& value) {
  size_t i = 0;
  for (; i < parts.size(); ++i) {
    Value* const next = Child(*at, parts[i]);
    if (next == nullptr) break;
    at = next;
  }
  if (i < parts.size() && !CanGrow(*at)) return;
  for (; i < parts.size(); ++i) {
    at = &(*at->mutable_struct_value()->mutable_fields())[parts[i]];
  }
  *at = value;
}

void Truncate(Value& value, size_t count) {
  if (value.kind_case() == Value::kListValue) {
    auto& items = *value.mutable_list_value()->mutable_values();
    const int keep =
        static_cast<int>(std::min(count, static_cast<size_t>(items.size())));
    items.DeleteSubrange(keep, items.size() - keep);
    return;
  }
  if (value.kind_case() != Value::kStringValue) return;
  std::string& text = *value.mutable_string_value();
  size_t end = 0;
  for (size_t characters = 0; end < text.size(); ++end) {
    const bool starts_character = (text[end] & 0xC0) != 0x80;
    if (starts_character && characters++ == count) break;
  }
  text.resize(end);
}

void Remove(Value& parent, const std::string& part) {
  if (Child(parent, part) == nullptr) return;
  if (parent.kind_case() == Value::kStructValue) {
    parent.mutable_struct_value()->mutable_fields()->erase(part);
    return;
  }
  int index = 0;
  if (!absl::SimpleAtoi(part, &index)) return;
  parent.mutable_list_value()->mutable_values()->DeleteSubrange(index, 1);
}

void ApplyEdit(const v1::StateEdit& edit, Value& root) {
  const std::vector<std::string> parts = SplitPath(edit.path());
  if (parts.empty()) return;
  if (edit.has_set()) return Set(&root, parts, edit.set());
  Value* parent = &root;
  for (size_t i = 0; parent != nullptr && i + 1 < parts.size(); ++i) {
    parent = Child(*parent, parts[i]);
  }
  if (parent == nullptr) return;
  if (edit.remove()) return Remove(*parent, parts.back());
  Value* const value = Child(*parent, parts.back());
  if (value == nullptr) return;
  if (edit.has_truncate()) return Truncate(*value, edit.truncate());
  if (edit.has_cap() && value->kind_case() == Value::kNumberValue &&
      value->number_value() > edit.cap()) {
    value->set_number_value(edit.cap());
  }
}

}  // namespace

void ApplyEdits(const google::protobuf::RepeatedPtrField<v1::StateEdit>& edits,
                Struct& state) {
  Value root;
  root.mutable_struct_value()->Swap(&state);
  for (const v1::StateEdit& edit : edits) ApplyEdit(edit, root);
  state.Swap(root.mutable_struct_value());
}

}  // namespace recourse
