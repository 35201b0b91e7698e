// ErrorTemplate to RE2.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/record/error_template.h"

namespace recourse {
namespace {

using Kind = TemplatePart::Kind;

// RE2::QuoteMeta escapes every byte that is no letter; people read this.
std::string Quote(absl::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (absl::string_view("\\.+*?()|[]{}^$").find(c) !=
        absl::string_view::npos) {
      quoted.push_back('\\');
    }
    quoted.push_back(c);
  }
  return quoted;
}

constexpr VariableKinds kQuoted = kDoubleQuoted | kSingleQuoted | kBackQuoted;

std::string QuotedRegex(VariableKinds kinds) {
  std::string regex;
  for (const auto& [kind, quote] :
       {std::make_pair(kDoubleQuoted, '"'), std::make_pair(kSingleQuoted, '\''),
        std::make_pair(kBackQuoted, '`')}) {
    if ((kinds & kind) == 0) continue;
    // Lazy, since the text in it may hold escaped quotes.
    absl::StrAppend(&regex, regex.empty() ? "" : "|", std::string(1, quote),
                    R"([^\n]*?)", std::string(1, quote));
  }
  return (kinds & (kinds - 1)) == 0 ? regex : absl::StrCat("(?:", regex, ")");
}

std::string VariableRegex(VariableKinds kinds) {
  if ((kinds & kQuoted) == kinds) return QuotedRegex(kinds);
  switch (kinds) {
    case kNumber:
      return R"(\d[\w.,]*)";
    case kTime:
      return R"(\d[\d:.,TZ/+_ -]*)";
    case kEmail:
      return R"(\S+@\S+)";
    case kUrl:
      return R"([\w+.-]+://\S+)";
    default:
      break;
  }
  constexpr VariableKinds kCompact = kNumber | kIdentifier | kIpAddress;
  if ((kinds & kCompact) == kinds) return R"([\w.,:/-]+)";
  // What holds no blank by itself.
  constexpr VariableKinds kSolid = kCompact | kEmail | kUrl | kPath;
  return (kinds & kSolid) == kinds ? R"(\S+)" : R"([^\n]+?)";
}

// Small steps, so that the regex does not change with every byte more.
size_t BoundFor(size_t max_bytes) {
  for (const size_t bound : {20, 60, 120}) {
    if (2 * max_bytes <= bound) return bound;
  }
  return 250;
}

std::string GapRegex(const TemplatePart& gap) {
  if (!gap.values.empty()) {
    std::string choice;
    for (const std::string& value : gap.values) {
      absl::StrAppend(&choice, choice.empty() ? "" : "|", Quote(value));
    }
    return absl::StrCat("(?:", choice, gap.may_be_empty ? ")?" : ")");
  }
  const std::string bounds = absl::StrCat("{", gap.may_be_empty ? 0 : 1, ",",
                                          BoundFor(gap.max_bytes), "}");
  if (gap.has_break) return absl::StrCat("(?s:.", bounds, ")");
  return absl::StrCat(gap.has_space ? R"([^\n])" : R"(\S)", bounds);
}

std::string PartRegex(const TemplatePart& part) {
  switch (part.kind) {
    case Kind::kWord:
    case Kind::kPunctuation:
      return Quote(part.text);
    case Kind::kSpace:
      return part.variable == 0 ? " " : R"(\s+)";
    case Kind::kVariable:
      return VariableRegex(part.variable);
    case Kind::kGap:
      return GapRegex(part);
  }
  return "";
}

bool IsWord(const TemplatePart& part) { return part.kind == Kind::kWord; }

bool Changes(const TemplatePart& part) {
  return part.kind == Kind::kVariable || part.kind == Kind::kGap;
}

bool IsWordByte(char c) { return absl::ascii_isalnum(c) || c == '_'; }

}  // namespace

std::string TemplateRegex(const ErrorTemplate& error_template,
                          const TemplateRegexOptions& options) {
  const std::vector<TemplatePart>& parts = error_template.parts;
  const auto first = std::find_if(parts.begin(), parts.end(), IsWord);
  if (first == parts.end()) return "";
  const auto last = std::find_if(parts.rbegin(), parts.rend(), IsWord).base();
  const bool to_end = options.whole_text && error_template.complete;
  const auto begin = options.whole_text ? parts.begin() : first;
  const auto end = to_end ? parts.end() : last;
  std::string regex;
  if (options.whole_text) {
    regex = "^";
  } else if (IsWordByte(first->text.front()) &&
             (first == parts.begin() || !Changes(*(first - 1)))) {
    regex = R"(\b)";
  }
  for (auto part = begin; part != end; ++part) {
    absl::StrAppend(&regex, PartRegex(*part));
  }
  if (to_end) {
    absl::StrAppend(&regex, R"(\s*$)");
  } else if (IsWordByte((last - 1)->text.back()) &&
             (last == parts.end() ? error_template.complete
                                  : !Changes(*last))) {
    absl::StrAppend(&regex, R"(\b)");
  }
  return regex;
}

}  // namespace recourse
