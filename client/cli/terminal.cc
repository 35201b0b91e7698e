#include "client/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace recourse::cli {
namespace {

struct Character {
  size_t bytes;
  int columns;
};

bool IsCombining(uint32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x20D0 && c <= 0x20FF) ||
         (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xFE20 && c <= 0xFE2F);
}

// The blocks of Unicode's East Asian Width W and F.
bool IsWide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
         (c >= 0x20000 && c <= 0x3FFFD);
}

// The first character of `text`, which is not empty.
Character FirstCharacter(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t bytes = lead < 0x80    ? 1
                       : lead >= 0xF0 ? 4
                       : lead >= 0xE0 ? 3
                       : lead >= 0xC0 ? 2
                                      : 0;
  if (bytes == 1) return {1, 1};
  if (bytes == 0 || bytes > text.size()) return {1, 1};
  uint32_t code = lead & (0xFF >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((text[i] & 0xC0) != 0x80) return {1, 1};
    code = code << 6 | (text[i] & 0x3F);
  }
  return {bytes, IsCombining(code) ? 0 : IsWide(code) ? 2 : 1};
}

}  // namespace

Terminal DetectTerminal() {
  Terminal terminal;
  if (isatty(STDOUT_FILENO) == 0) return terminal;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment.
  const char* no_colour = std::getenv("NO_COLOR");
  terminal.colour = no_colour == nullptr || *no_colour == '\0';
  winsize size{};
  terminal.width =
      ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
          ? size.ws_col
          : 80;
  return terminal;
}

std::string Styled(const Terminal& terminal, Style style,
                   absl::string_view text) {
  if (!terminal.colour) return std::string(text);
  const char* code = "1";
  switch (style) {
    case Style::kBold:
      break;
    case Style::kRed:
      code = "31";
      break;
    case Style::kGreen:
      code = "32";
      break;
    case Style::kYellow:
      code = "33";
      break;
  }
  return absl::StrCat("\033[", code, "m", text, "\033[0m");
}

int DisplayWidth(absl::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string Cut(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string result;
  int columns = 1;  // The ellipsis.
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    columns += character.columns;
    if (columns > width) break;
    result.append(text.data(), character.bytes);
    text.remove_prefix(character.bytes);
  }
  return width > 0 ? result + "…" : "";
}

std::string OneLine(absl::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return result;
}

}  // namespace recourse::cli
