#include "server/strategy/state_edit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "google/protobuf/util/message_differencer.h"

namespace recourse {
namespace {

using Parts = absl::Span<const std::string>;

absl::Status BadPath(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("path ", why));
}

// An index as JSON Pointer writes it: digits without a leading zero.
std::optional<int> ListIndex(const std::string& part, int size) {
  int index = 0;
  if (part.size() > 1 && part[0] == '0') return std::nullopt;
  if (!std::all_of(part.begin(), part.end(),
                   [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(part, &index) || index >= size) {
    return std::nullopt;
  }
  return index;
}

// The member or item of `value` that `part` names, or null.
const JsonValue* Child(const JsonValue& value, const std::string& part) {
  if (value.has_struct_value()) {
    const auto& fields = value.struct_value().fields();
    const auto it = fields.find(part);
    return it == fields.end() ? nullptr : &it->second;
  }
  if (!value.has_list_value()) return nullptr;
  const auto& items = value.list_value().values();
  const std::optional<int> index = ListIndex(part, items.size());
  return index.has_value() ? &items[*index] : nullptr;
}

const JsonValue* Find(const JsonObject& state, Parts parts) {
  const auto it = state.fields().find(parts[0]);
  if (it == state.fields().end()) return nullptr;
  const JsonValue* value = &it->second;
  for (const std::string& part : parts.subspan(1)) {
    value = Child(*value, part);
    if (value == nullptr) return nullptr;
  }
  return value;
}

// The same for writing; `state` is ours, so its values are too.
JsonValue* FindMutable(JsonObject& state, Parts parts) {
  return const_cast<JsonValue*>(Find(state, parts));
}

// Objects and lists inside one another; 0 for a scalar.
size_t DepthOf(const JsonValue& value) {
  size_t deepest = 0;
  if (value.has_struct_value()) {
    for (const auto& [name, member] : value.struct_value().fields()) {
      deepest = std::max(deepest, DepthOf(member));
    }
    return deepest + 1;
  }
  if (!value.has_list_value()) return 0;
  for (const JsonValue& item : value.list_value().values()) {
    deepest = std::max(deepest, DepthOf(item));
  }
  return deepest + 1;
}

// Bytes that the first `characters` code points of UTF-8 `text` take.
size_t PrefixBytes(absl::string_view text, size_t characters) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (!begins) continue;
    if (characters == 0) return i;
    --characters;
  }
  return text.size();
}

// One edit at `parts` (never empty) of `state`; true when it changed something.
struct Editor {
  JsonObject& state;
  Parts parts;

  bool operator()(const SetEdit& edit) const {
    if (parts.size() + DepthOf(edit.value) > kMaxPathParts) return false;
    if (JsonValue* old = FindMutable(state, parts)) return Replace(edit, *old);
    // How much of the way is there: the rest can be made below an object only.
    size_t known = parts.size() - 1;
    while (known > 0 && Find(state, parts.first(known)) == nullptr) --known;
    JsonObject* object = &state;
    if (known > 0) {
      JsonValue* parent = FindMutable(state, parts.first(known));
      if (!parent->has_struct_value()) return false;
      object = parent->mutable_struct_value();
    }
    for (size_t i = known; i + 1 < parts.size(); ++i) {
      object = (*object->mutable_fields())[parts[i]].mutable_struct_value();
    }
    (*object->mutable_fields())[parts.back()] = edit.value;
    return true;
  }

  bool operator()(const CapEdit& edit) const {
    JsonValue* value = FindMutable(state, parts);
    if (value == nullptr || !value->has_number_value()) return false;
    if (!(value->number_value() > edit.limit)) return false;
    value->set_number_value(edit.limit);
    return true;
  }

  bool operator()(const TruncateEdit& edit) const {
    JsonValue* value = FindMutable(state, parts);
    if (value == nullptr) return false;
    if (value->has_string_value()) {
      std::string& text = *value->mutable_string_value();
      const size_t kept = PrefixBytes(text, edit.length);
      if (kept == text.size()) return false;
      text.resize(kept);
      return true;
    }
    if (!value->has_list_value()) return false;
    auto& items = *value->mutable_list_value()->mutable_values();
    if (static_cast<uint32_t>(items.size()) <= edit.length) return false;
    const int kept = static_cast<int>(edit.length);
    items.DeleteSubrange(kept, items.size() - kept);
    return true;
  }

  bool operator()(const RemoveEdit&) const {
    if (parts.size() == 1) return state.mutable_fields()->erase(parts[0]) > 0;
    JsonValue* parent = FindMutable(state, parts.first(parts.size() - 1));
    if (parent == nullptr) return false;
    if (parent->has_struct_value()) {
      auto& fields = *parent->mutable_struct_value()->mutable_fields();
      return fields.erase(parts.back()) > 0;
    }
    if (!parent->has_list_value()) return false;
    auto& items = *parent->mutable_list_value()->mutable_values();
    const std::optional<int> index = ListIndex(parts.back(), items.size());
    if (!index.has_value()) return false;
    items.DeleteSubrange(*index, 1);
    return true;
  }

 private:
  static bool Replace(const SetEdit& edit, JsonValue& old) {
    if (google::protobuf::util::MessageDifferencer::Equals(old, edit.value)) {
      return false;
    }
    old = edit.value;
    return true;
  }
};

}  // namespace

absl::StatusOr<std::vector<std::string>> ParsePath(absl::string_view path) {
  if (path.empty()) return BadPath("is empty");
  if (path.size() > kMaxPathBytes) {
    return BadPath(absl::StrCat("is longer than ", kMaxPathBytes, " bytes"));
  }
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      if (parts.back().empty()) return BadPath("has an empty part");
      parts.emplace_back();
      continue;
    }
    if (path[i] == '\\' && ++i == path.size()) {
      return BadPath("ends in a backslash");
    }
    parts.back().push_back(path[i]);
  }
  if (parts.back().empty()) return BadPath("has an empty part");
  if (parts.size() > kMaxPathParts) {
    return BadPath(absl::StrCat("has more than ", kMaxPathParts, " parts"));
  }
  return parts;
}

const JsonValue* FindValue(const JsonObject& state, absl::string_view path) {
  const auto parts = ParsePath(path);
  return parts.ok() ? Find(state, *parts) : nullptr;
}

bool ApplyEdit(const StateEdit& edit, JsonObject& state) {
  const auto parts = ParsePath(edit.path);
  return parts.ok() && std::visit(Editor{state, *parts}, edit.operation);
}

}  // namespace recourse
