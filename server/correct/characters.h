// Characters of UTF-8 text, and the typographic ones that stand for ASCII.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace recourse {

struct Character {
  char32_t code = 0;
  size_t bytes = 1;
};

// The character that begins at `at`, which is inside `text`; a byte that begins
// none is U+FFFD and one byte long.
Character CharacterAt(absl::string_view text, size_t at);

// The ASCII text that people mean by a typographic quote, dash, space or
// full-width punctuation mark: "" for what has no width; nullopt for every
// other character.
std::optional<absl::string_view> AsciiFor(char32_t code);

// Typographic or full-width double and single quotes.
bool IsTypographicDouble(char32_t code);
bool IsTypographicSingle(char32_t code);

inline constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace recourse
