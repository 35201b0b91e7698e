#include "client/cpp/state_edits.h"

#include <algorithm>
#include <optional>
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

// An index as JSON Pointer writes it: digits without a leading zero.
std::optional<int> ListIndex(const std::string& part, int size) {
  const bool is_number =
      std::all_of(part.begin(), part.end(),
                  [](char c) { return c >= '0' && c <= '9'; }) &&
      (part.size() == 1 || part[0] != '0');
  int index = 0;
  if (!is_number || !absl::SimpleAtoi(part, &index) || index >= size) {
    return std::nullopt;
  }
  return index;
}

// The item of a list or field of an object; null when it is not there.
Value* Child(Value& parent, const std::string& part) {
  if (parent.kind_case() == Value::kStructValue) {
    auto& fields = *parent.mutable_struct_value()->mutable_fields();
    const auto it = fields.find(part);
    return it == fields.end() ? nullptr : &it->second;
  }
  if (parent.kind_case() != Value::kListValue) return nullptr;
  auto& items = *parent.mutable_list_value()->mutable_values();
  const std::optional<int> index = ListIndex(part, items.size());
  return index.has_value() ? &items[*index] : nullptr;
}

// Objects and lists inside one another; 0 for a scalar.
size_t DepthOf(const Value& value) {
  size_t deepest = 0;
  for (const auto& [name, member] : value.struct_value().fields()) {
    deepest = std::max(deepest, DepthOf(member));
  }
  for (const Value& item : value.list_value().values()) {
    deepest = std::max(deepest, DepthOf(item));
  }
  const bool nests = value.kind_case() == Value::kStructValue ||
                     value.kind_case() == Value::kListValue;
  return deepest + (nests ? 1 : 0);
}

void Set(Value* at, const std::vector<std::string>& parts, const Value& value) {
  if (parts.size() + DepthOf(value) > kMaxPathParts) return;
  size_t i = 0;
  for (; i < parts.size(); ++i) {
    Value* const next = Child(*at, parts[i]);
    if (next == nullptr) break;
    at = next;
  }
  // Names are added to objects only.
  if (i < parts.size() && at->kind_case() != Value::kStructValue) return;
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
  auto& items = *parent.mutable_list_value()->mutable_values();
  items.DeleteSubrange(*ListIndex(part, items.size()), 1);
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
