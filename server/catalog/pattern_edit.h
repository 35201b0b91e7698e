// Merging and comparing patterns, field by field.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "recourse/v1/pattern.pb.h"

namespace recourse {

// `base` with the fields of `mask` taken from `update`: those that are not set
// there are cleared. An empty mask, or "*", takes them all. INVALID_ARGUMENT
// names update_mask: an unknown path, or an output-only field. The id stays.
absl::StatusOr<v1::ErrorPattern> MergePattern(
    const v1::ErrorPattern& base, const v1::ErrorPattern& update,
    const google::protobuf::FieldMask& mask);

// Names of the fields that differ, in the order of their numbers; output-only
// fields do not count.
std::vector<std::string> ChangedFields(const v1::ErrorPattern& before,
                                       const v1::ErrorPattern& after);

}  // namespace recourse
