#include "server/strategy/rewriter.h"

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace recourse {
namespace {

constexpr absl::string_view kCaptureBegin = "${error.";

using Groups = std::array<re2::StringPiece, 10>;  // \0 to \9.

re2::StringPiece Piece(absl::string_view text) {
  return re2::StringPiece(text.data(), text.size());
}

absl::Status TooLong() {
  return absl::ResourceExhaustedError(absl::StrCat(
      "the corrected text is longer than ", kMaxCorrectedBytes, " bytes"));
}

// As RE2::Rewrite, but false as soon as `out` is too long: a few bytes of
// replacement can name a long group many times.
bool AppendReplacement(absl::string_view replacement, const Groups& groups,
                       std::string& out) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\') {
      out.push_back(replacement[i]);
    } else if (replacement[++i] == '\\') {
      out.push_back('\\');
    } else {
      const re2::StringPiece& group = groups[replacement[i] - '0'];
      out.append(group.data(), group.size());
    }
    if (out.size() > kMaxCorrectedBytes) return false;
  }
  return true;
}

// Bytes of the UTF-8 character that begins at `text`; 1 within a broken one.
size_t CharacterBytes(absl::string_view text) {
  size_t bytes = 1;
  while (bytes < text.size() && bytes < 4 &&
         (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) {
    ++bytes;
  }
  return bytes;
}

std::string DescriptionOf(const Rewrite& rewrite, size_t index) {
  if (!rewrite.description.empty()) return rewrite.description;
  if (rewrite.operation == Rewrite::Operation::kFix) {
    return std::string(Name(rewrite.fixer));
  }
  return absl::StrCat("rewrite ", index + 1);
}

}  // namespace

ErrorCaptures::ErrorCaptures(const RE2* regex, const Failure& failure)
    : regex_(regex) {
  if (regex == nullptr) return;
  groups_.resize(static_cast<size_t>(regex->NumberOfCapturingGroups()) + 1);
  // A pattern that matched but not here has matched in the stack.
  for (const std::string* text : {&failure.text, &failure.stack_trace}) {
    if (regex->Match(*text, 0, text->size(), RE2::UNANCHORED, groups_.data(),
                     static_cast<int>(groups_.size()))) {
      return;
    }
  }
  groups_.clear();
}

std::optional<absl::string_view> ErrorCaptures::Find(
    const std::string& name) const {
  if (groups_.empty()) return std::nullopt;
  const auto& names = regex_->NamedCapturingGroups();
  const auto it = names.find(name);
  if (it == names.end()) return std::nullopt;
  const re2::StringPiece group = groups_[it->second];
  if (group.data() == nullptr) return std::nullopt;
  return absl::string_view(group.data(), group.size());
}

std::optional<std::string> ErrorCaptures::Expand(absl::string_view text,
                                                 bool for_rewrite) const {
  std::string expanded;
  while (true) {
    const size_t begin = text.find(kCaptureBegin);
    const size_t end = begin == text.npos ? text.npos : text.find('}', begin);
    if (end == text.npos) break;
    const size_t name = begin + kCaptureBegin.size();
    const auto capture = Find(std::string(text.substr(name, end - name)));
    if (!capture.has_value() || expanded.size() > kMaxCorrectedBytes) {
      return std::nullopt;
    }
    absl::StrAppend(&expanded, text.substr(0, begin),
                    for_rewrite
                        ? absl::StrReplaceAll(*capture, {{"\\", "\\\\"}})
                        : std::string(*capture));
    text.remove_prefix(end + 1);
  }
  absl::StrAppend(&expanded, text);
  return expanded;
}

absl::Status Rewriter::Spend(size_t bytes, const RE2& regex) {
  const int instructions = regex.ProgramSize();
  if (static_cast<int64_t>(bytes) > kMaxSearchWork / instructions) {
    budget_ = -1;
  }
  return Spend(bytes *
               (1 + static_cast<size_t>(instructions) / kLightInstructions));
}

absl::Status Rewriter::Spend(size_t bytes) {
  budget_ -= static_cast<int64_t>(bytes) + 1;
  if (budget_ < 0) {
    return absl::ResourceExhaustedError(
        "the rewrites need too much work on this text");
  }
  if (time_is_up_ != nullptr && (*time_is_up_)()) {
    return absl::ResourceExhaustedError(
        "the rewrites took too long on this text");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Rewriter::Matches(const RE2& regex,
                                       absl::string_view text) {
  if (auto spent = Spend(text.size(), regex); !spent.ok()) return spent;
  return RE2::PartialMatch(Piece(text), regex);
}

absl::StatusOr<bool> Rewriter::GuardsHold(const Rewrite& rewrite,
                                          absl::string_view text) {
  for (const SharedRegex& regex : rewrite.only_if) {
    auto matches = Matches(*regex, text);
    if (!matches.ok() || !*matches) return matches;
  }
  for (const SharedRegex& regex : rewrite.unless) {
    auto matches = Matches(*regex, text);
    if (!matches.ok()) return matches;
    if (*matches) return false;
  }
  return true;
}

absl::StatusOr<std::string> Rewriter::ReplaceAll(const RE2& regex,
                                                 const std::string& replacement,
                                                 const std::string& text) {
  std::string error;  // It names a group that the pattern does not have.
  if (!regex.CheckRewriteString(replacement, &error)) return text;
  Groups groups;
  const int group_count = 1 + RE2::MaxSubmatch(replacement);
  std::string out;
  size_t at = 0;
  size_t last_end = text.npos;  // Where the last match ended.
  while (at <= text.size()) {
    if (auto spent = Spend(text.size() - at, regex); !spent.ok()) return spent;
    if (!regex.Match(text, at, text.size(), RE2::UNANCHORED, groups.data(),
                     group_count)) {
      break;
    }
    const size_t begin = static_cast<size_t>(groups[0].data() - text.data());
    out.append(text, at, begin - at);
    if (groups[0].empty() && begin == last_end) {
      // An empty match right behind a match is none: step over a character.
      const size_t step = CharacterBytes(absl::string_view(text).substr(begin));
      if (begin < text.size()) out.append(text, begin, step);
      at = begin + step;
      continue;
    }
    if (!AppendReplacement(replacement, groups, out)) return TooLong();
    at = last_end = begin + groups[0].size();
  }
  if (last_end == text.npos) return text;
  if (at < text.size()) out.append(text, at);
  return out;
}

absl::StatusOr<std::string> Rewriter::Fix(const Rewrite& rewrite,
                                          const std::string& text) {
  if (rewrite.pattern != nullptr) {
    const auto matches = Matches(*rewrite.pattern, text);
    if (!matches.ok()) return matches.status();
    if (!*matches) return text;
  }
  if (auto spent = Spend(text.size() * kFixerPasses); !spent.ok()) {
    return spent;
  }
  auto fixed = ApplyFixer(rewrite.fixer, text, hints_);
  return fixed.has_value() ? *std::move(fixed) : text;
}

absl::StatusOr<std::string> Rewriter::ApplyOne(const Rewrite& rewrite,
                                               const std::string& text) {
  const auto held = GuardsHold(rewrite, text);
  if (!held.ok()) return held.status();
  if (rewrite.operation == Rewrite::Operation::kFix) {
    return *held ? Fix(rewrite, text) : text;
  }
  const bool replaces = rewrite.operation == Rewrite::Operation::kReplace;
  const auto insert = captures_.Expand(rewrite.text, replaces);
  if (!*held || !insert.has_value()) return text;
  if (replaces) return ReplaceAll(*rewrite.pattern, *insert, text);
  const auto matches = Matches(*rewrite.pattern, text);
  if (!matches.ok()) return matches.status();
  if (!*matches) return text;
  // Once: what stands there already is not put there again.
  if (rewrite.operation == Rewrite::Operation::kPrepend) {
    return absl::StartsWith(text, *insert) ? text : absl::StrCat(*insert, text);
  }
  return absl::EndsWith(text, *insert) ? text : absl::StrCat(text, *insert);
}

absl::StatusOr<std::string> Rewriter::Apply(
    const std::vector<Rewrite>& rewrites, std::string text,
    std::vector<std::string>* applied) {
  for (size_t i = 0; i < rewrites.size(); ++i) {
    auto next = ApplyOne(rewrites[i], text);
    if (!next.ok()) return next;
    if (next->size() > kMaxCorrectedBytes) return TooLong();
    if (*next == text) continue;
    if (applied != nullptr) {
      applied->push_back(DescriptionOf(rewrites[i], i));
    }
    text = *std::move(next);
  }
  return text;
}

}  // namespace recourse
