#include "server/correct/characters.h"

#include <array>

namespace recourse {
namespace {

// Bytes of a character by its first byte; 0 when none begins so.
size_t LengthFrom(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// The ASCII mark of a full-width one, U+FF01 to U+FF5E; letters and digits are
// left as they are: Python and JSON read them as text.
std::optional<absl::string_view> HalfWidth(char32_t code) {
  static constexpr absl::string_view kAscii =
      "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
      "abcdefghijklmnopqrstuvwxyz{|}~";
  if (code < 0xFF01 || code > 0xFF5E) return std::nullopt;
  const size_t index = code - 0xFF01;
  const char ascii = kAscii[index];
  const bool word = (ascii >= '0' && ascii <= '9') ||
                    (ascii >= 'a' && ascii <= 'z') ||
                    (ascii >= 'A' && ascii <= 'Z') || ascii == '_';
  if (word) return std::nullopt;
  return kAscii.substr(index, 1);
}

}  // namespace

Character CharacterAt(absl::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[at + i]);
  };
  const size_t length = LengthFrom(byte(0));
  if (length == 1) return {byte(0), 1};
  if (length == 0 || text.size() - at < length) return {0xFFFD, 1};
  char32_t code = byte(0) & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0xFFFD, 1};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  return {code, length};
}

bool IsTypographicDouble(char32_t code) {
  return (code >= 0x201C && code <= 0x201F) || code == 0xAB || code == 0xBB ||
         code == 0xFF02;
}

bool IsTypographicSingle(char32_t code) {
  return (code >= 0x2018 && code <= 0x201B) || code == 0xB4 || code == 0xFF07;
}

std::optional<absl::string_view> AsciiFor(char32_t code) {
  if (code < 0x80) return std::nullopt;
  if (IsTypographicDouble(code)) return "\"";
  if (IsTypographicSingle(code)) return "'";
  if (code >= 0x2010 && code <= 0x2015) return "-";
  if (code == 0x2212) return "-";
  if (code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x202F ||
      code == 0x205F || code == 0x3000) {
    return " ";
  }
  if ((code >= 0x200B && code <= 0x200F) || code == 0x2060 || code == 0xFEFF) {
    return "";
  }
  if (code == 0x2026) return "...";
  if (code == 0x3001) return ",";
  return HalfWidth(code);
}

}  // namespace recourse
