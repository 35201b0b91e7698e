// UTF-8: is a text valid, and where may it be cut?
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace recourse {

// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates,
// nothing above U+10FFFF): what protobuf asks of a string field.
bool IsValidUtf8(absl::string_view text);

// The longest prefix of at most `max_bytes`, and the longest suffix, that
// split no character of a valid text.
absl::string_view Utf8Prefix(absl::string_view text, size_t max_bytes);
absl::string_view Utf8Suffix(absl::string_view text, size_t max_bytes);

// `text`, or its first and last `end_bytes` joined by a line of three dots
// when it is longer than both.
std::string CutMiddle(absl::string_view text, size_t end_bytes);

}  // namespace recourse
