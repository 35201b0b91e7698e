#include "server/catalog/pattern_edit.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/wire/errors.h"
#include "server/wire/pattern.h"

namespace recourse {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::MessageDifferencer;

constexpr int kFirstOutputField = v1::ErrorPattern::kOriginFieldNumber;

const FieldDescriptor* Field(const Message& message, absl::string_view name) {
  return message.GetDescriptor()->FindFieldByName(std::string(name));
}

absl::Status CheckMask(const FieldMask& mask) {
  for (const std::string& path : mask.paths()) {
    if (!FieldMaskUtil::IsValidPath<v1::ErrorPattern>(path)) {
      return InvalidField(
          "update_mask",
          absl::StrCat("\"", path, "\" is no field of a pattern"));
    }
    const absl::string_view first = path;
    const FieldDescriptor* field =
        Field(v1::ErrorPattern(), first.substr(0, first.find('.')));
    if (field->number() >= kFirstOutputField) {
      return InvalidField("update_mask",
                          absl::StrCat("\"", path, "\" is output only"));
    }
  }
  return absl::OkStatus();
}

void ClearPath(Message& message, absl::string_view path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = Field(message, path.substr(0, dot));
  const Reflection* reflection = message.GetReflection();
  if (dot == absl::string_view::npos) {
    reflection->ClearField(&message, field);
  } else if (reflection->HasField(message, field)) {
    ClearPath(*reflection->MutableMessage(&message, field),
              path.substr(dot + 1));
  }
}

}  // namespace

absl::StatusOr<v1::ErrorPattern> MergePattern(const v1::ErrorPattern& base,
                                              const v1::ErrorPattern& update,
                                              const FieldMask& mask) {
  if (mask.paths().empty() ||
      (mask.paths_size() == 1 && mask.paths(0) == "*")) {
    return WithoutOutputFields(update);
  }
  if (absl::Status status = CheckMask(mask); !status.ok()) return status;
  v1::ErrorPattern merged = WithoutOutputFields(base);
  for (const std::string& path : mask.paths()) ClearPath(merged, path);
  v1::ErrorPattern taken = update;
  FieldMaskUtil::TrimMessage(mask, &taken);
  merged.MergeFrom(taken);
  merged.set_pattern_id(base.pattern_id());
  return merged;
}

std::vector<std::string> ChangedFields(const v1::ErrorPattern& before,
                                       const v1::ErrorPattern& after) {
  const auto& type = *v1::ErrorPattern::descriptor();
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->number() >= kFirstOutputField) continue;
    MessageDifferencer differencer;
    if (!differencer.CompareWithFields(before, after, {field}, {field})) {
      names.push_back(field->name());
    }
  }
  return names;
}

}  // namespace recourse
