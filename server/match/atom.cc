#include "server/match/atom.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace recourse {
namespace {

constexpr absl::string_view kTypographicApostrophe = "\xE2\x80\x99";

bool IsAlpha(absl::string_view line, size_t at) {
  return at < line.size() && absl::ascii_isalpha(line[at]);
}

bool IsDigit(absl::string_view line, size_t at) {
  return at < line.size() && absl::ascii_isdigit(line[at]);
}

bool Is(absl::string_view line, size_t at, char c) {
  return at < line.size() && line[at] == c;
}

// A byte after which a sign or a flag may begin.
bool MayPrecedeSign(char c) {
  return absl::ascii_isspace(c) || absl::StrContains("([{\"'`=:,<", c);
}

bool StartsPath(absl::string_view line, size_t at) {
  if (at > 0 && !MayPrecedeSign(line[at - 1])) return false;
  switch (line[at]) {
    case '/':
      return IsWordByte(line, at + 1) || Is(line, at + 1, '.');
    case '~':
      return Is(line, at + 1, '/');
    case '.':
      return Is(line, at + 1, '/') || IsAlpha(line, at + 1) ||
             (Is(line, at + 1, '.') && Is(line, at + 2, '/'));
    default:
      return IsAlpha(line, at) && Is(line, at + 1, ':') &&
             Is(line, at + 2, '\\');
  }
}

bool StartsFlag(absl::string_view line, size_t at) {
  return line[at] == '-' && at + 1 < line.size() &&
         (at == 0 || MayPrecedeSign(line[at - 1])) &&
         (absl::ascii_islower(line[at + 1]) ||
          (line[at + 1] == '-' && IsAlpha(line, at + 2)));
}

bool StartsNegative(absl::string_view line, size_t at) {
  return line[at] == '-' && IsDigit(line, at + 1) &&
         (at == 0 || MayPrecedeSign(line[at - 1]));
}

size_t SkipTo(absl::string_view line, size_t at, size_t end,
              absl::string_view stops) {
  while (at < end && !absl::StrContains(stops, line[at]) &&
         !absl::ascii_isspace(line[at])) {
    ++at;
  }
  return at;
}

// :12, :12:3 after a file or a host.
size_t SkipPosition(absl::string_view line, size_t at, size_t end) {
  while (at + 1 < end && line[at] == ':' && IsDigit(line, at + 1)) {
    ++at;
    while (at < end && IsDigit(line, at)) ++at;
  }
  return at;
}

// Whether the atom goes on at `at`, where a colon stands; as GoesOn.
bool ColonGoesOn(absl::string_view line, size_t begin, size_t at, Atom* atom,
                 size_t* step) {
  if (Is(line, at + 1, '/') && Is(line, at + 2, '/')) {
    atom->url = true;
    return true;
  }
  if (Is(line, at + 1, ':') && IsWordByte(line, at + 2)) {
    ++atom->colons;
    *step = 2;
    return true;
  }
  // A time of day.
  if (IsDigit(line, at - 1) && IsDigit(line, at + 1) && IsDigit(line, begin)) {
    atom->path = true;
    return true;
  }
  return false;
}

// Whether the atom goes on at `at`, where a byte of no word stands; counts what
// it is. *step: how many bytes it takes.
bool GoesOn(absl::string_view line, size_t begin, size_t at, Atom* atom,
            size_t* step) {
  const bool word_follows = IsWordByte(line, at + 1);
  *step = 1;
  switch (line[at]) {
    case '-':
      return word_follows;
    case '\'':
      return IsAlpha(line, at - 1) && IsAlpha(line, at + 1);
    case '.':
      if (word_follows) ++atom->dots;
      return word_follows;
    case '/':
      if (word_follows) ++atom->slashes;
      return word_follows;
    case '@':
      if (word_follows) atom->at_sign = true;
      return word_follows;
    case '$':
      if (word_follows) ++atom->dollars;
      return word_follows;
    case '\\':
      if (!IsAlpha(line, at + 1) || absl::StrContains("nrt", line[at + 1])) {
        return false;
      }
      ++atom->backslashes;
      return true;
    case ':':
      return ColonGoesOn(line, begin, at, atom, step);
    default:
      *step = kTypographicApostrophe.size();
      return absl::StartsWith(line.substr(at), kTypographicApostrophe) &&
             IsAlpha(line, at - 1) && IsAlpha(line, at + *step);
  }
}

}  // namespace

size_t WidePunctuation(absl::string_view line, size_t at) {
  const auto byte = [&](size_t i) {
    return i < line.size() ? static_cast<unsigned char>(line[i]) : 0;
  };
  if (byte(at) == 0xC2) return 2;  // «, », no-break space, middle dot.
  if (byte(at) == 0xE2 && byte(at + 1) == 0x80) return 3;
  if (byte(at) == 0xE3 && byte(at + 1) == 0x80) return 3;
  if (byte(at) == 0xEF && byte(at + 1) == 0xBC && byte(at + 2) < 0xA0) return 3;
  return 0;
}

bool IsWordByte(absl::string_view line, size_t at) {
  if (at >= line.size()) return false;
  const char c = line[at];
  if (absl::ascii_isalnum(c) || c == '_') return true;
  return static_cast<unsigned char>(c) >= 0x80 &&
         WidePunctuation(line, at) == 0;
}

bool StartsAtom(absl::string_view line, size_t at) {
  switch (line[at]) {
    case '/':
    case '.':
    case '~':
      return StartsPath(line, at);
    case '-':
      return StartsFlag(line, at) || StartsNegative(line, at);
    default:
      return IsWordByte(line, at);
  }
}

Atom ScanAtom(absl::string_view line, size_t at, size_t end) {
  Atom atom;
  size_t i = at;
  if (StartsPath(line, at)) {
    atom.path = true;
    i = SkipPosition(line, SkipTo(line, at + 2, end, "\"',:;()]}<>|"), end);
  } else {
    atom.flag = StartsFlag(line, at);
    ++i;
    if (atom.flag) ++i;
    size_t step = 1;
    while (i < end &&
           (IsWordByte(line, i) || GoesOn(line, at, i, &atom, &step))) {
      i += step;
      step = 1;
      if (atom.url) {
        i = SkipTo(line, i, end, "\"'`<>)}]|,");
        break;
      }
    }
    i = std::min(i, end);
    if (atom.dots > 0 || atom.slashes > 0) i = SkipPosition(line, i, end);
  }
  atom.end = i;
  atom.text = line.substr(at, i - at);
  return atom;
}

}  // namespace recourse
