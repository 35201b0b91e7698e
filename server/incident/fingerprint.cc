#include "server/incident/fingerprint.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace recourse {
namespace {

// The variable parts, one group each; where two begin at the same place, the
// one that stands first wins. kWord is looked at again in MaskWord.
enum Part { kTime = 1, kUuid, kIp, kQuoted, kPath, kDecimal, kWord, kPartEnd };

const RE2& VariableParts() {
  static const RE2* const kRegex = new RE2(
      // A date with or without its time, or a time.
      R"((\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)"
      R"((?:Z|[+-]\d{2}:?\d{2})?)?|\b\d{2}:\d{2}:\d{2}(?:[.,]\d+)?))"
      R"(|(\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-)"
      R"([0-9a-fA-F]{12}\b))"
      // IPv4, IPv6 in brackets, IPv6 of at least four groups.
      R"(|(\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-fA-F]*:[0-9a-fA-F:.]*)"
      R"(:[0-9a-fA-F.]*\](?::\d+)?|\b(?:[0-9a-fA-F]{1,4}:){3,7})"
      R"(:?[0-9a-fA-F]{1,4}\b))"
      // An apostrophe inside a word opens nothing.
      R"(|("[^"\n]*"|`[^`\n]*`|(?:^|[\s(\[{=:,])'[^'\n]*'))"
      R"(|(/[^/\s"'`?#,;:()\[\]<>]*\d[^/\s"'`?#,;:()\[\]<>]*))"
      R"(|(\b\d+(?:[.,]\d+)+))"
      R"(|([A-Za-z0-9_]*\d[A-Za-z0-9_]*))");
  return *kRegex;
}

constexpr size_t kMinHexDigits = 8;
constexpr size_t kMinIdLength = 16;

bool IsHex(absl::string_view word) {
  const bool marked =
      word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
  if (marked) word.remove_prefix(2);
  return (marked || word.size() >= kMinHexDigits) &&
         std::all_of(word.begin(), word.end(), absl::ascii_isxdigit);
}

bool IsNumber(absl::string_view word) {
  return std::all_of(word.begin(), word.end(), absl::ascii_isdigit);
}

// A word with a digit in it.
void MaskWord(absl::string_view word, std::string* out) {
  if (IsNumber(word)) {
    absl::StrAppend(out, "<num>");
  } else if (IsHex(word)) {
    absl::StrAppend(out, "<hex>");
  } else if (word.size() >= kMinIdLength) {
    absl::StrAppend(out, "<id>");
  } else {
    bool in_number = false;
    for (const char c : word) {
      const bool digit = absl::ascii_isdigit(c);
      if (!digit) out->push_back(c);
      if (digit && !in_number) absl::StrAppend(out, "<num>");
      in_number = digit;
    }
  }
}

void Mask(Part part, absl::string_view text, std::string* out) {
  switch (part) {
    case kTime:
      absl::StrAppend(out, "<time>");
      break;
    case kUuid:
      absl::StrAppend(out, "<uuid>");
      break;
    case kIp:
      absl::StrAppend(out, "<ip>");
      break;
    case kQuoted:
      // What stands before an apostrophe belongs to the match.
      if (text[0] != '\'' && text[0] != '"' && text[0] != '`') {
        out->push_back(text[0]);
      }
      absl::StrAppend(out, "<str>");
      break;
    case kPath:
      absl::StrAppend(out, "/<var>");
      break;
    case kDecimal:
      absl::StrAppend(out, "<num>");
      break;
    default:
      MaskWord(text, out);
  }
}

std::string CollapseSpace(absl::string_view text) {
  std::string out(text);
  absl::RemoveExtraAsciiWhitespace(&out);
  for (char& c : out) {
    if (absl::ascii_isspace(c)) c = ' ';
  }
  return out;
}

// Length first, so that no two lists of fields hash the same bytes.
void AddField(absl::string_view field, std::string* out) {
  absl::StrAppend(out, field.size(), ":", field);
}

// Half of the SHA-256, in hex.
std::string HashOf(const std::string& fields) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(fields.data()), fields.size(),
         digest.data());
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size() / 2));
}

}  // namespace

std::string MessageTemplate(absl::string_view message) {
  const RE2& parts = VariableParts();
  const re2::StringPiece text(message.data(), message.size());
  std::string masked;
  size_t position = 0;
  std::array<re2::StringPiece, kPartEnd> groups;
  while (position < message.size() && masked.size() <= kMaxTemplateBytes &&
         parts.Match(text, position, text.size(), RE2::UNANCHORED,
                     groups.data(), kPartEnd)) {
    const size_t begin = groups[0].data() - text.data();
    absl::StrAppend(&masked, message.substr(position, begin - position));
    for (int part = kTime; part < kPartEnd; ++part) {
      if (groups[part].data() == nullptr) continue;
      Mask(static_cast<Part>(part),
           absl::string_view(groups[part].data(), groups[part].size()),
           &masked);
    }
    position = begin + groups[0].size();
  }
  absl::StrAppend(&masked, message.substr(position));
  return CollapseSpace(masked).substr(0, kMaxTemplateBytes);
}

std::string Fingerprint(const RedactedFailure& failure,
                        const Classification& classification) {
  std::string fields;
  AddField(failure.ns, &fields);
  AddField(failure.target, &fields);
  AddField(classification.pattern_id, &fields);
  AddField(
      classification.pattern_id.empty() ? Name(classification.category) : "",
      &fields);
  AddField(failure.exception_type, &fields);
  AddField(MessageTemplate(failure.message), &fields);
  return HashOf(fields);
}

std::string CollectingFingerprint(const std::string& ns,
                                  const std::optional<std::string>& caller) {
  std::string fields;
  AddField(ns, &fields);
  if (caller.has_value()) AddField(*caller, &fields);
  return absl::StrCat("collects:", HashOf(fields));
}

}  // namespace recourse
