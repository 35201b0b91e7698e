#include "server/record/text_tokens.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/record/redaction_rules.h"

namespace recourse {
namespace {

constexpr size_t kMinHexDigits = 8;
constexpr size_t kMinLongId = 16;    // Letters with any digit.
constexpr size_t kMinMixedId = 5;    // Letters after digits after letters.
constexpr size_t kMaxUnitBytes = 4;  // KiB, ms, GiB

// What a byte can be part of, as bits.
enum ByteClass : uint16_t {
  kDigit = 1 << 0,
  kLetter = 1 << 1,  // What is not ASCII, too.
  kHexDigit = 1 << 2,
  kBlank = 1 << 3,
  kInEmail = 1 << 4,   // Before the @.
  kInScheme = 1 << 5,  // Of a URL.
  kInHost = 1 << 6,
  kInPath = 1 << 7,
  kInRelativePath = 1 << 8,
  kEndsUrl = 1 << 9,
  kInIpv6 = 1 << 10,
  kInDuration = 1 << 11,  // 1h30m, 15min
};
constexpr uint16_t kWordByte = kLetter | kDigit;

constexpr bool IsOneOf(char c, absl::string_view set) {
  for (const char member : set) {
    if (c == member) return true;
  }
  return false;
}

constexpr uint16_t ClassesOf(unsigned char byte) {
  const char c = static_cast<char>(byte);
  const bool digit = c >= '0' && c <= '9';
  const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  const bool blank = IsOneOf(c, " \t\n\v\f\r");
  const bool letter = alpha || byte >= 0x80;
  const auto bit = [](bool set, ByteClass bits) {
    return set ? static_cast<uint16_t>(bits) : uint16_t{0};
  };
  return bit(digit, kDigit) | bit(letter, kLetter) | bit(hex, kHexDigit) |
         bit(blank, kBlank) |
         bit(digit || alpha || IsOneOf(c, "._%+-"), kInEmail) |
         bit(digit || alpha || IsOneOf(c, "+-."), kInScheme) |
         bit(digit || alpha || IsOneOf(c, ".-"), kInHost) |
         bit(!blank && !IsOneOf(c, "\"'`<>?#,;:()[]{}=|"), kInPath) |
         bit(digit || letter || IsOneOf(c, "_.-/"), kInRelativePath) |
         bit(blank || IsOneOf(c, "\"`<>"), kEndsUrl) |
         bit(hex || c == ':' || c == '.', kInIpv6) |
         bit(digit || IsOneOf(c, "dhmsuni"), kInDuration);
}

constexpr auto kClasses = [] {
  std::array<uint16_t, 256> classes = {};
  for (int byte = 0; byte < 256; ++byte) classes[byte] = ClassesOf(byte);
  return classes;
}();

bool Is(char c, uint16_t classes) {
  return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

// Length of the run of bytes of these classes that `text` begins with.
size_t SpanOf(absl::string_view text, uint16_t classes) {
  size_t end = 0;
  while (end < text.size() && Is(text[end], classes)) ++end;
  return end;
}
bool AllAre(absl::string_view text, uint16_t classes) {
  return SpanOf(text, classes) == text.size();
}

// Reads shapes such as "dddd-dd-dd": d is a digit, the rest itself.
size_t ReadShape(absl::string_view text, absl::string_view shape) {
  if (text.size() < shape.size()) return 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool fits =
        shape[i] == 'd' ? Is(text[i], kDigit) : text[i] == shape[i];
    if (!fits) return 0;
  }
  return shape.size();
}

size_t ReadFraction(absl::string_view text) {
  if (text.empty() || !IsOneOf(text[0], ".,")) return 0;
  const size_t digits = SpanOf(text.substr(1), kDigit);
  return digits == 0 ? 0 : digits + 1;
}

// 07:08, 07:08:09, 07:08:09.123, and what may follow: Z, +02:00.
size_t ReadClock(absl::string_view text) {
  size_t end = ReadShape(text, "dd:dd");
  if (end == 0) return 0;
  if (const size_t seconds = ReadShape(text.substr(end), ":dd")) {
    end += seconds;
    end += ReadFraction(text.substr(end));
  }
  const absl::string_view zone = text.substr(end);
  if (!zone.empty() && zone[0] == 'Z') return end + 1;
  if (!zone.empty() && IsOneOf(zone[0], "+-")) {
    if (ReadShape(zone.substr(1), "dd:dd")) return end + 6;
    if (ReadShape(zone.substr(1), "dddd")) return end + 5;
  }
  return end;
}

size_t ReadTime(absl::string_view text) {
  size_t date = ReadShape(text, "dddd-dd-dd");
  if (date == 0) date = ReadShape(text, "dddd/dd/dd");
  if (date == 0) {
    // Hours and minutes alone may be a line and a column.
    return ReadShape(text, "dd:dd:dd") ? ReadClock(text) : 0;
  }
  const absl::string_view rest = text.substr(date);
  if (rest.empty() || !IsOneOf(rest[0], "T _")) return date;
  const size_t clock = ReadClock(rest.substr(1));
  return clock == 0 ? date : date + 1 + clock;
}

size_t ReadUuid(absl::string_view text) {
  constexpr size_t kSize = 36;
  if (text.size() < kSize) return 0;
  for (size_t i = 0; i < kSize; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !Is(text[i], kHexDigit)) return 0;
  }
  return kSize;
}

size_t ReadPort(absl::string_view text) {
  if (text.empty() || text[0] != ':') return 0;
  const size_t digits = SpanOf(text.substr(1), kDigit);
  return digits == 0 ? 0 : digits + 1;
}

size_t ReadIpv4(absl::string_view text) {
  size_t end = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (end >= text.size() || text[end] != '.') return 0;
      ++end;
    }
    const size_t digits = SpanOf(text.substr(end), kDigit);
    if (digits == 0 || digits > 3) return 0;
    end += digits;
  }
  if (end < text.size() && text[end] == '/') {
    const size_t bits = SpanOf(text.substr(end + 1), kDigit);
    if (bits > 0) return end + 1 + bits;
  }
  return end + ReadPort(text.substr(end));
}

size_t ReadIpv6(absl::string_view text) {
  const size_t end = SpanOf(text, kInIpv6);
  const absl::string_view run = text.substr(0, end);
  const auto colons = std::count(run.begin(), run.end(), ':');
  if (colons < 2 || (end < text.size() && Is(text[end], kWordByte))) return 0;
  const bool shortened = absl::StrContains(run, "::");
  const bool digit =
      std::any_of(run.begin(), run.end(), [](char c) { return Is(c, kDigit); });
  return digit && (shortened || colons == 7) ? end : 0;
}

// `local` bytes stand before the @.
size_t ReadEmail(absl::string_view text, size_t local) {
  const absl::string_view host = text.substr(local + 1);
  size_t end = SpanOf(host, kInHost);
  while (end > 0 && IsOneOf(host[end - 1], ".-")) --end;
  return local > 0 && absl::StrContains(host.substr(0, end), ".")
             ? local + 1 + end
             : 0;
}

// `scheme` bytes stand before the colon.
size_t ReadUrl(absl::string_view text, size_t scheme) {
  if (scheme == 0 || !Is(text[0], kLetter) ||
      SpanOf(text, kInScheme) != scheme ||
      !absl::StartsWith(text.substr(scheme), "://")) {
    return 0;
  }
  size_t end = scheme;
  while (end < text.size() && !Is(text[end], kEndsUrl)) ++end;
  while (end > scheme && IsOneOf(text[end - 1], ".,;:)]}'!?")) --end;
  return end;
}

size_t ReadPath(absl::string_view text) {
  size_t root = 0;
  // "../" and "C:\\" are both three long. NOLINTNEXTLINE(bugprone-branch-clone)
  if (absl::StartsWith(text, "../")) {
    root = 3;
  } else if (absl::StartsWith(text, "./") || absl::StartsWith(text, "~/")) {
    root = 2;
  } else if (text[0] == '/') {
    root = 1;
  } else if (text.size() > 3 && text[1] == ':' && IsOneOf(text[2], "\\/") &&
             Is(text[0], kLetter)) {
    root = 3;
  }
  if (root == 0) return 0;
  size_t end = root + SpanOf(text.substr(root), kInPath);
  while (end > root && IsOneOf(text[end - 1], ".!*&")) --end;
  return end > root ? end : 0;
}

// A run of letters and digits that is no word; 0: it is one, or begins as one.
size_t ReadIdentifier(absl::string_view run) {
  if (AllAre(run, kDigit)) return 0;
  if (run.size() >= kMinLongId ||
      (run.size() >= kMinHexDigits && AllAre(run, kHexDigit))) {
    return std::any_of(run.begin(), run.end(),
                       [](char c) { return Is(c, kDigit); })
               ? run.size()
               : 0;
  }
  // Changes between letters and digits: 1 in x86, utf8 and 30s.
  int changes = 0;
  for (size_t i = 1; i < run.size(); ++i) {
    changes += Is(run[i], kDigit) != Is(run[i - 1], kDigit);
  }
  const bool duration = Is(run[0], kDigit) && AllAre(run, kInDuration);
  return changes >= 2 && run.size() >= kMinMixedId && !duration ? run.size()
                                                                : 0;
}

// 12, 1,000.5, 30s, 12.5MB, 1m30s.
size_t ReadNumber(absl::string_view text) {
  size_t end = SpanOf(text, kDigit);
  if (end == 0) return 0;
  while (const size_t fraction = ReadFraction(text.substr(end))) {
    end += fraction;
  }
  const absl::string_view unit =
      text.substr(end, SpanOf(text.substr(end), kWordByte));
  const bool belongs =
      unit.size() <= kMaxUnitBytes || AllAre(unit, kInDuration);
  return belongs ? end + unit.size() : end;
}

// Between two parts of one word: don't, a.b, x-y, std::x, either/or.
size_t ReadJoint(absl::string_view text) {
  if (text.size() < 2) return 0;
  const size_t joint = absl::StartsWith(text, "::") ? 2 : 1;
  if (joint == 1 && !IsOneOf(text[0], "_.-'/$")) return 0;
  return text.size() > joint && Is(text[joint], kLetter) ? joint : 0;
}

class Tokenizer {
 public:
  Tokenizer(absl::string_view text, size_t max_tokens)
      : text_(text), max_tokens_(max_tokens) {}

  TextTokens Run() {
    while (at_ < text_.size() && tokens_.size() < max_tokens_) ReadToken();
    return std::move(tokens_);
  }

 private:
  absl::string_view rest() const { return text_.substr(at_); }

  void Emit(TokenKind kind, size_t size, VariableKinds variable = 0) {
    const absl::string_view text = text_.substr(at_, size);
    const bool kept =
        kind == TokenKind::kWord || kind == TokenKind::kPunctuation;
    tokens_.push_back({kind, variable, kept ? absl::HashOf(text) : 0, text});
    at_ += size;
  }

  bool EmitVariable(VariableKind kind, size_t size) {
    if (size > 0) Emit(TokenKind::kVariable, size, kind);
    return size > 0;
  }

  void ReadToken() {
    const char c = text_[at_];
    if (Is(c, kBlank)) {
      const size_t size = SpanOf(rest(), kBlank);
      Emit(TokenKind::kSpace, size, size == 1 && c == ' ' ? 0 : kWideSpace);
    } else if (Is(c, kWordByte)) {
      if (!ReadWhole(c)) ReadWordOrNumber(c);
    } else if (!ReadMarker() && !ReadQuoted(c) && !ReadMarked(c)) {
      Emit(TokenKind::kPunctuation, 1);
    }
  }

  bool ReadMarker() {
    if (rest()[0] != '[' || !absl::StartsWith(rest(), kMarkerOpening)) {
      return false;
    }
    const size_t close = rest().find(']');
    return close != absl::string_view::npos &&
           EmitVariable(kRedacted, close + 1);
  }

  bool ReadQuoted(char quote) {
    if (!IsOneOf(quote, "\"`'") || at_ == open_until_) return false;
    const char before = at_ == 0 ? ' ' : text_[at_ - 1];
    if (quote == '\'' && !Is(before, kBlank) && !IsOneOf(before, "([{=:,\\")) {
      return false;
    }
    // In JSON within a text both quotes are escaped.
    const bool escaped = before == '\\';
    const size_t end = ClosingQuote(quote, escaped);
    if (end == absl::string_view::npos) return false;
    if (quote != '`' && IsWording(end, escaped)) {
      open_until_ = end;  // Its words are read one by one.
      return false;
    }
    return EmitVariable(quote == '"'    ? kDoubleQuoted
                        : quote == '\'' ? kSingleQuoted
                                        : kBackQuoted,
                        end + 1 - at_);
  }

  size_t ClosingQuote(char quote, bool escaped) const {
    for (size_t i = at_ + 1; i < text_.size() && text_[i] != '\n'; ++i) {
      if (text_[i] != quote || (text_[i - 1] == '\\') != escaped) continue;
      const bool inside_word =
          quote == '\'' && i + 1 < text_.size() && Is(text_[i + 1], kWordByte);
      if (!inside_word) return i;
    }
    return absl::string_view::npos;
  }

  // True for what is quoted because it stands in JSON and not because it
  // changes: a key, and a value of three words or more.
  bool IsWording(size_t end, bool escaped) const {
    const absl::string_view quoted = text_.substr(at_ + 1, end - at_ - 1);
    absl::string_view before = text_.substr(0, at_ - (escaped ? 1 : 0));
    before = absl::StripTrailingAsciiWhitespace(before);
    if (before.empty()) return false;
    if (before.back() == ':') {
      before.remove_suffix(1);
      return !before.empty() && before.back() == text_[at_] &&
             std::count(quoted.begin(), quoted.end(), ' ') >= 2;
    }
    const absl::string_view after =
        absl::StripLeadingAsciiWhitespace(text_.substr(end + 1));
    return IsOneOf(before.back(), "{,") && absl::StartsWith(after, ":") &&
           std::none_of(quoted.begin(), quoted.end(),
                        [](char c) { return Is(c, kDigit) || Is(c, kBlank); });
  }

  // What its first character marks: a path, ::1.
  bool ReadMarked(char c) {
    const bool after_word = at_ > 0 && Is(text_[at_ - 1], kWordByte);
    if (after_word) return false;
    if (c == ':') return EmitVariable(kIpAddress, ReadIpv6(rest()));
    return IsOneOf(c, "/.~") && EmitVariable(kPath, ReadPath(rest()));
  }

  // What is told by more than its first letters, where no word is under way.
  bool ReadWhole(char c) {
    if (at_ > 0 && Is(text_[at_ - 1], kWordByte)) return false;
    const absl::string_view text = rest();
    if (Is(c, kHexDigit) && (EmitVariable(kIdentifier, ReadUuid(text)) ||
                             EmitVariable(kIpAddress, ReadIpv6(text)))) {
      return true;
    }
    if (Is(c, kDigit) && (EmitVariable(kTime, ReadTime(text)) ||
                          EmitVariable(kIpAddress, ReadIpv4(text)))) {
      return true;
    }
    const size_t local = SpanOf(text, kInEmail);
    if (local == text.size()) return false;
    if (text[local] == '@') {
      return EmitVariable(kEmail, ReadEmail(text, local));
    }
    return text[local] == ':' && (EmitVariable(kUrl, ReadUrl(text, local)) ||
                                  EmitVariable(kPath, ReadPath(text)));
  }

  void ReadWordOrNumber(char c) {
    if (Is(c, kDigit)) {
      ReadVariableRun();
    } else if (const size_t path = RelativePath()) {
      EmitVariable(kPath, path);
    } else {
      ReadWord();
    }
  }

  // REQUIRES: a digit, or an identifier.
  void ReadVariableRun() {
    const absl::string_view text = rest();
    const absl::string_view run = text.substr(0, SpanOf(text, kWordByte));
    const size_t id = absl::StartsWithIgnoreCase(run, "0x")
                          ? run.size()
                          : ReadIdentifier(run);
    if (!EmitVariable(kIdentifier, id)) {
      EmitVariable(kNumber, ReadNumber(text));
    }
  }

  // src/a/b.cc: two slashes, or one and a suffix.
  size_t RelativePath() const {
    const absl::string_view text = rest();
    const size_t end = SpanOf(text, kInRelativePath);
    const absl::string_view run = text.substr(0, end);
    const size_t slash = run.find('/');
    if (slash == absl::string_view::npos || slash + 1 >= end) return 0;
    const absl::string_view below = run.substr(slash + 1);
    const size_t dot = below.find('.');
    const bool suffix = dot != absl::string_view::npos &&
                        dot + 1 < below.size() && Is(below[dot + 1], kLetter);
    const bool path = absl::StrContains(below, "/") || suffix;
    size_t size = path ? end : 0;
    while (size > 0 && IsOneOf(text[size - 1], ".-")) --size;
    return size;
  }

  // Letters and joints up to a digit; the digits become a variable of their
  // own, unless the whole run is one.
  void ReadWord() {
    size_t end = 0;
    while (at_ + end < text_.size()) {
      const absl::string_view text = rest().substr(end);
      const size_t letters = SpanOf(text, kLetter);
      size_t size = letters;
      if (letters < text.size() && Is(text[letters], kDigit)) {
        const absl::string_view run = text.substr(0, SpanOf(text, kWordByte));
        if (ReadIdentifier(run) > 0) break;
        // k8s and e2e are words; utf8 is one with a number.
        const bool number_follows =
            run.size() >= kMinMixedId || !Is(run.back(), kLetter);
        end += number_follows ? letters : 0;
        if (number_follows) break;
        size = run.size();
      }
      end += size;
      const absl::string_view next = rest().substr(end);
      const size_t joint = ReadJoint(next);
      if (joint == 0) {
        // worker-17, orders_2024: the joint belongs to the word.
        if (next.size() > 1 && IsOneOf(next[0], "_-") && Is(next[1], kDigit)) {
          ++end;
        }
        break;
      }
      end += joint;
    }
    if (end > 0) {
      Emit(TokenKind::kWord, end);
    } else {
      ReadVariableRun();
    }
  }

  const absl::string_view text_;
  const size_t max_tokens_;
  size_t at_ = 0;
  size_t open_until_ = absl::string_view::npos;  // A quote that ends wording.
  TextTokens tokens_;
};

}  // namespace

TextTokens Tokenize(absl::string_view text, size_t max_tokens) {
  return Tokenizer(text, max_tokens).Run();
}

}  // namespace recourse
