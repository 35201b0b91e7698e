// An error's text cut into what stays the same from one occurrence to the next
// and what changes. Private to server/record/.
#pragma once

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace recourse {

enum class TokenKind : uint8_t {
  kWord,         // Kept: letters and what joins them (can't, a.b.CError, x_y-).
  kPunctuation,  // Kept: one character.
  kSpace,        // A run of white space.
  kVariable,     // A number, an id, a path, ...: see variable.
};

// What a variable was, as bits: a place may hold now one, then another.
using VariableKinds = uint16_t;
enum VariableKind : VariableKinds {
  kNumber = 1 << 0,      // 12, 1,000.5, 30s, 12.5MB, 1.2.3
  kIdentifier = 1 << 1,  // hexadecimal, UUID, letters and digits mixed
  kTime = 1 << 2,        // 2024-05-06T07:08:09Z, 07:08:09.123
  kIpAddress = 1 << 3,   // with or without a port
  kEmail = 1 << 4,
  kUrl = 1 << 5,
  kPath = 1 << 6,
  kDoubleQuoted = 1 << 7,  // With the quotes.
  kSingleQuoted = 1 << 8,
  kBackQuoted = 1 << 9,
  kRedacted = 1 << 10,  // [REDACTED:rule]
  // Of a kSpace token: anything but one blank.
  kWideSpace = 1 << 11,
};

struct TextToken {
  TokenKind kind = TokenKind::kWord;
  VariableKinds variable = 0;
  uint64_t hash = 0;       // Of what is kept; of this process only.
  absl::string_view text;  // A part of the tokenized text.
};

using TextTokens = absl::InlinedVector<TextToken, 64>;

// The tokens of `text`, at most `max_tokens`, which together are its beginning.
// `text` must outlive them. Meant for short texts: a run of quotes takes
// quadratic time.
TextTokens Tokenize(absl::string_view text, size_t max_tokens);

}  // namespace recourse
