#include "server/match/normalized_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/match/text_segments.h"

namespace recourse {
namespace {

constexpr int kTypePercent = 95;
constexpr int kMessagePercent = 100;
constexpr int kWrappedMessagePercent = 75;  // When causes are listed.
constexpr int kCausePercent = 90;
constexpr int kRootCausePercent = 140;

// HTTPError and httpError fall into http and error.
bool StartsWord(absl::string_view text, size_t i) {
  if (i == 0 || !absl::ascii_isupper(text[i])) return false;
  if (absl::ascii_islower(text[i - 1])) return true;
  return absl::ascii_isupper(text[i - 1]) && i + 1 < text.size() &&
         absl::ascii_islower(text[i + 1]);
}

bool IsSpace(char c) { return absl::ascii_isspace(c) || c == '_' || c == '-'; }

// \n, \" and their like inside quoted JSON.
bool IsEscape(absl::string_view text, size_t i) {
  return text[i] == '\\' && i + 1 < text.size() &&
         absl::StrContains("nrt\"'", text.substr(i + 1, 1));
}

void AppendPiece(absl::string_view piece, int percent, NormalizedText* out) {
  const std::vector<uint8_t> segments = WeighSegments(piece);
  const auto append = [&](char c, size_t i) {
    if (c == ' ' && !out->text.empty() && out->text.back() == ' ') return;
    out->text.push_back(c);
    out->weight.push_back(
        static_cast<uint8_t>(std::min(segments[i] * percent / 100, 200)));
  };
  for (size_t i = 0; i < piece.size(); ++i) {
    if (IsEscape(piece, i)) {
      append(' ', i++);
    } else if (IsSpace(piece[i])) {
      append(' ', i);
    } else {
      if (StartsWord(piece, i)) append(' ', i);
      append(absl::ascii_tolower(piece[i]), i);
    }
  }
}

}  // namespace

void AppendNormalized(absl::string_view part, int percent,
                      NormalizedText* out) {
  if (part.empty()) return;
  // A barrier that no wording spans.
  if (!out->text.empty()) {
    out->text += " | ";
    out->weight.insert(out->weight.end(), 3, 0);
  }
  if (part.size() <= NormalizedText::kMaxPartBytes) {
    AppendPiece(part, percent, out);
    return;
  }
  const size_t half = NormalizedText::kMaxPartBytes / 2;
  AppendPiece(part.substr(0, half), percent, out);
  AppendPiece(part.substr(part.size() - half), percent, out);
}

NormalizedText NormalizeFailure(const Failure& failure) {
  NormalizedText out;
  if (!absl::StartsWith(failure.message, failure.exception_type)) {
    AppendNormalized(failure.exception_type, kTypePercent, &out);
  }
  AppendNormalized(failure.code, kTypePercent, &out);
  AppendNormalized(
      failure.message,
      failure.causes.empty() ? kMessagePercent : kWrappedMessagePercent, &out);
  const size_t count = failure.causes.size();
  for (size_t i = 0; i < count; ++i) {
    const bool middle = i >= NormalizedText::kMaxCauses / 2 &&
                        i + NormalizedText::kMaxCauses / 2 < count;
    if (middle) continue;
    const Cause& cause = failure.causes[i];
    const int percent = i + 1 == count ? kRootCausePercent : kCausePercent;
    AppendNormalized(cause.exception_type, percent, &out);
    AppendNormalized(cause.message, percent, &out);
  }
  return out;
}

}  // namespace recourse
