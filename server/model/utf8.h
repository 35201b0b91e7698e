// Cutting UTF-8 text without breaking a character.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace recourse {

// The longest prefix of `text` that has at most `max_bytes` and does not end
// within a character.
inline absl::string_view CutUtf8(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

// `text`, or that prefix and an ellipsis.
inline std::string ShortenUtf8(absl::string_view text, size_t max_bytes) {
  const absl::string_view cut = CutUtf8(text, max_bytes);
  return absl::StrCat(cut, cut.size() < text.size() ? "…" : "");
}

}  // namespace recourse
