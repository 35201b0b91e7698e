// Edits that a decision makes to the operation's input.
#pragma once

#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/struct.pb.h"
#include "recourse/v1/pattern.pb.h"

namespace recourse {

// Applies the edits in order, as proto/recourse/v1/pattern.proto (StateEdit)
// says: `set` creates missing objects on the way but no list items; the others
// skip what is not there or is of another type; a path that does not parse
// changes nothing. `truncate` counts characters (UTF-8), not bytes.
//
// For input that is not a Struct, walk the edits yourself: a Struct's numbers
// are doubles, so integers above 2^53 do not survive in it.
void ApplyEdits(const google::protobuf::RepeatedPtrField<v1::StateEdit>& edits,
                google::protobuf::Struct& state);

}  // namespace recourse
