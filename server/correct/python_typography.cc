// PYTHON_TYPOGRAPHY.
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/correct/characters.h"
#include "server/correct/fixer_parts.h"
#include "server/correct/python_blocks.h"

namespace recourse {
namespace {

// Replaces a stray character, or the quotes of the string that it begins.
// nullopt: it stands for nothing in ASCII, or the string has no end.
std::optional<TextEdit> Replace(const PythonSource& source,
                                const PyToken& stray) {
  const absl::string_view text = source.text();
  const Character c = CharacterAt(text, stray.begin);
  const auto ascii = AsciiFor(c.code);
  if (!ascii.has_value()) return std::nullopt;
  if (!IsTypographicDouble(c.code) && !IsTypographicSingle(c.code)) {
    return TextEdit{stray.begin, c.bytes, std::string(*ascii)};
  }
  const size_t end = stray.end;
  if (end == stray.begin + c.bytes) return std::nullopt;
  size_t content_end = end - 1;  // Where its last character begins.
  while ((text[content_end] & 0xC0) == 0x80) --content_end;
  const size_t content = stray.begin + c.bytes;
  return TextEdit{
      stray.begin, end - stray.begin,
      absl::StrCat(*ascii, text.substr(content, content_end - content),
                   *ascii)};
}

}  // namespace

Fixed FixPythonTypography(absl::string_view text) {
  const PythonSource source(text);
  if (!source.has_stray()) return std::nullopt;
  std::vector<TextEdit> edits;
  for (const PyToken& token : source.tokens()) {
    if (token.kind != PythonToken::kStray) continue;
    const auto edit = Replace(source, token);
    if (!edit.has_value()) return std::nullopt;
    edits.push_back(*edit);
  }
  std::string fixed = ApplyEdits(text, edits);
  const PythonSource after(fixed);
  if (after.has_stray() || after.broken()) return std::nullopt;
  return fixed;
}

}  // namespace recourse
