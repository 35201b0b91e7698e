#include "server/record/error_template.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace recourse {
namespace {

using Kind = TemplatePart::Kind;

constexpr size_t kMaxValueBytes = 40;  // Of a gap; longer ones are not kept.
constexpr size_t kAssumedVariableBytes = 40;

// A word in common is worth more than all else together.
int WeightOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kWord:
      return 1000;
    case TokenKind::kVariable:
      return 3;
    case TokenKind::kPunctuation:
      return 2;
    case TokenKind::kSpace:
      return 1;
  }
  return 0;
}

Kind KindOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kWord:
      return Kind::kWord;
    case TokenKind::kPunctuation:
      return Kind::kPunctuation;
    case TokenKind::kSpace:
      return Kind::kSpace;
    case TokenKind::kVariable:
      return Kind::kVariable;
  }
  return Kind::kGap;
}

bool Same(const TemplatePart& part, const TextToken& token) {
  return part.kind == KindOf(token.kind) && part.hash == token.hash;
}

TemplatePart PartOf(const TextToken& token) {
  TemplatePart part;
  part.kind = KindOf(token.kind);
  part.variable = token.variable;
  part.hash = token.hash;
  if (part.kind == Kind::kWord || part.kind == Kind::kPunctuation) {
    part.text = std::string(token.text);
  }
  return part;
}

// What stands in one place of one text or template, as a gap.
class GapBuilder {
 public:
  void Add(const TemplatePart& part) {
    if (part.kind == Kind::kGap) {
      AddGap(part);
    } else if (part.kind == Kind::kVariable) {
      literal_ = false;
      bytes_ += kAssumedVariableBytes;
    } else if (part.kind == Kind::kSpace) {
      AddLiteral(" ");
      if (part.variable != 0) literal_ = false;
      gap_.has_break |= part.variable != 0;
      gap_.has_space = true;
    } else {
      AddLiteral(part.text);
    }
    ++parts_;
  }
  void Add(const TextToken& token) {
    Add(PartOf(token));
    if (token.kind == TokenKind::kVariable) {
      bytes_ += std::max(token.text.size(), kAssumedVariableBytes) -
                kAssumedVariableBytes;
      // Times and quoted texts.
      gap_.has_space |=
          absl::string_view(token.text).find(' ') != absl::string_view::npos;
    }
  }

  bool empty() const { return parts_ == 0; }

  TemplatePart Build() && {
    gap_.kind = Kind::kGap;
    if (parts_ == 0) {
      gap_.may_be_empty = true;
    } else if (parts_ > 1 || !is_gap_) {
      // Another gap within stands for any text.
      const bool known = literal_ && !is_gap_ && text_.size() <= kMaxValueBytes;
      gap_.values.clear();
      if (known) gap_.values.push_back(text_);
      gap_.may_be_empty = false;
    }
    gap_.max_bytes = static_cast<uint16_t>(
        std::min<size_t>(bytes_, std::numeric_limits<uint16_t>::max()));
    return std::move(gap_);
  }

 private:
  void AddLiteral(absl::string_view text) {
    bytes_ += text.size();
    if (text_.size() <= kMaxValueBytes) absl::StrAppend(&text_, text);
  }
  void AddGap(const TemplatePart& gap) {
    is_gap_ = true;
    bytes_ += gap.max_bytes;
    gap_.has_space |= gap.has_space;
    gap_.has_break |= gap.has_break;
    gap_.values = gap.values;
    gap_.may_be_empty = gap.may_be_empty;
  }

  TemplatePart gap_;
  std::string text_;
  size_t bytes_ = 0;
  int parts_ = 0;
  bool literal_ = true;
  bool is_gap_ = false;
};

// One gap for what the template had in a place and what the text has.
TemplatePart Join(TemplatePart ours, TemplatePart theirs) {
  const auto is_open = [](const TemplatePart& gap) {
    return gap.values.empty() && gap.max_bytes > 0;
  };
  const bool open = is_open(ours) || is_open(theirs);
  TemplatePart gap = std::move(ours);
  for (std::string& value : theirs.values) {
    const bool known = std::find(gap.values.begin(), gap.values.end(), value) !=
                       gap.values.end();
    if (!known) gap.values.push_back(std::move(value));
  }
  if (open || gap.values.size() > ErrorTemplate::kMaxGapValues) {
    gap.values.clear();
  }
  gap.max_bytes = std::max(gap.max_bytes, theirs.max_bytes);
  gap.may_be_empty |= theirs.may_be_empty;
  gap.has_space |= theirs.has_space;
  gap.has_break |= theirs.has_break;
  return gap;
}

using Pairs = std::vector<std::pair<size_t, size_t>>;

// Appends the pairs (part, token) of a heaviest common subsequence of
// parts[first, last) and tokens[from, to), in order.
void AlignMiddle(const std::vector<TemplatePart>& parts, size_t first,
                 size_t last, const TextTokens& tokens, size_t from, size_t to,
                 Pairs& pairs) {
  const size_t columns = to - from + 1;
  // Of the parts from i on and the tokens from j on.
  std::vector<int> weights((last - first + 1) * columns, 0);
  const auto weight = [&](size_t i, size_t j) -> int& {
    return weights[(i - first) * columns + (j - from)];
  };
  for (size_t i = last; i-- > first;) {
    for (size_t j = to; j-- > from;) {
      const int paired = Same(parts[i], tokens[j])
                             ? WeightOf(tokens[j].kind) + weight(i + 1, j + 1)
                             : 0;
      weight(i, j) = std::max({paired, weight(i + 1, j), weight(i, j + 1)});
    }
  }
  size_t i = first, j = from;
  while (i < last && j < to) {
    if (Same(parts[i], tokens[j]) &&
        weight(i, j) == WeightOf(tokens[j].kind) + weight(i + 1, j + 1)) {
      pairs.emplace_back(i++, j++);
    } else if (weight(i, j) == weight(i + 1, j)) {
      ++i;
    } else {
      ++j;
    }
  }
}

// The same of all of both. What both begin and end with belongs to one.
Pairs Align(const std::vector<TemplatePart>& parts, const TextTokens& tokens) {
  const size_t shorter = std::min(parts.size(), tokens.size());
  size_t head = 0, tail = 0;
  while (head < shorter && Same(parts[head], tokens[head])) ++head;
  while (tail < shorter - head && Same(parts[parts.size() - 1 - tail],
                                       tokens[tokens.size() - 1 - tail])) {
    ++tail;
  }
  Pairs pairs;
  pairs.reserve(shorter + 1);
  for (size_t i = 0; i < head; ++i) pairs.emplace_back(i, i);
  AlignMiddle(parts, head, parts.size() - tail, tokens, head,
              tokens.size() - tail, pairs);
  for (size_t i = tail; i > 0; --i) {
    pairs.emplace_back(parts.size() - i, tokens.size() - i);
  }
  return pairs;
}

std::string VariableName(VariableKinds kinds) {
  switch (kinds) {
    case kNumber:
      return "<number>";
    case kIdentifier:
      return "<id>";
    case kTime:
      return "<time>";
    case kIpAddress:
      return "<ip>";
    case kEmail:
      return "<email>";
    case kUrl:
      return "<url>";
    case kPath:
      return "<path>";
    case kDoubleQuoted:
    case kSingleQuoted:
    case kBackQuoted:
      return "<quoted>";
    case kRedacted:
      return "<redacted>";
    default:
      return "<*>";
  }
}

}  // namespace

ErrorTemplate ErrorTemplate::Of(const TextTokens& tokens, bool complete) {
  ErrorTemplate result;
  result.complete = complete;
  result.parts.reserve(tokens.size());
  for (const TextToken& token : tokens) {
    result.parts.push_back(PartOf(token));
  }
  return result;
}

void ErrorTemplate::Absorb(const TextTokens& tokens, bool other_complete) {
  complete = complete && other_complete;
  auto pairs = Align(parts, tokens);
  pairs.emplace_back(parts.size(), tokens.size());
  std::vector<TemplatePart> merged;
  merged.reserve(parts.size() + 1);
  size_t i = 0, j = 0;
  for (const auto& [part, token] : pairs) {
    GapBuilder ours, theirs;
    for (; i < part; ++i) ours.Add(parts[i]);
    for (; j < token; ++j) theirs.Add(tokens[j]);
    if (!ours.empty() || !theirs.empty()) {
      merged.push_back(
          Join(std::move(ours).Build(), std::move(theirs).Build()));
    }
    if (part == parts.size()) break;
    merged.push_back(std::move(parts[part]));
    merged.back().variable |= tokens[token].variable;
    i = part + 1;
    j = token + 1;
  }
  parts = std::move(merged);
}

size_t SharedWords(const ErrorTemplate& a, const ErrorTemplate& b) {
  const auto words = [](const ErrorTemplate& error_template) {
    std::set<absl::string_view> result;
    for (const TemplatePart& part : error_template.parts) {
      if (part.kind == Kind::kWord) result.insert(part.text);
    }
    return result;
  };
  const auto ours = words(a), theirs = words(b);
  return std::count_if(ours.begin(), ours.end(), [&](absl::string_view word) {
    return theirs.contains(word);
  });
}

std::string ErrorTemplate::Text() const {
  std::string text;
  for (const TemplatePart& part : parts) {
    switch (part.kind) {
      case Kind::kWord:
      case Kind::kPunctuation:
        absl::StrAppend(&text, part.text);
        break;
      case Kind::kSpace:
        absl::StrAppend(&text, " ");
        break;
      case Kind::kVariable:
        absl::StrAppend(&text, VariableName(part.variable));
        break;
      case Kind::kGap:
        absl::StrAppend(&text,
                        part.values.empty()
                            ? "<*>"
                            : absl::StrCat("(", absl::StrJoin(part.values, "|"),
                                           part.may_be_empty ? ")?" : ")"));
        break;
    }
  }
  if (!complete) absl::StrAppend(&text, "...");
  return text;
}

}  // namespace recourse
