// What a group of similar error texts has in common: words that stay, parts
// that change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/record/text_tokens.h"

namespace recourse {

// One part of a template.
struct TemplatePart {
  enum class Kind : uint8_t {
    kWord,
    kPunctuation,
    kSpace,
    kVariable,  // Something of `variable` stands here in every text.
    kGap,       // What the texts do not share: `values`, or anything.
  };
  Kind kind = Kind::kWord;
  VariableKinds variable = 0;  // kVariable; kWideSpace of kSpace.
  uint64_t hash = 0;           // As TextToken's.
  std::string text;            // kWord, kPunctuation.
  // kGap: all that was seen here; empty: too much, or what changes.
  std::vector<std::string> values;
  uint16_t max_bytes = 0;     // kGap: the longest seen.
  bool may_be_empty = false;  // kGap.
  bool has_space = false;     // kGap: a text in it has a blank.
  bool has_break = false;     // kGap: or a line break.
};

// The template of a group. Its text never has more than kMaxTokens tokens; a
// longer text's rest is not looked at.
struct ErrorTemplate {
  static constexpr size_t kMaxTokens = 96;
  // Different words in one place; a third makes it a gap for any.
  static constexpr size_t kMaxGapValues = 2;

  std::vector<TemplatePart> parts;
  bool complete = true;  // False: some text went on behind the last part.

  // Of one text, whose tokens are its template.
  static ErrorTemplate Of(const TextTokens& tokens, bool complete);

  // Makes this the template of one text more. The words that both have in the
  // same order stay (a longest common subsequence, words before everything
  // else); what stands between them in only one becomes a gap.
  void Absorb(const TextTokens& tokens, bool complete);

  // For people: "user <*> has (read|write) access to <path>".
  std::string Text() const;
};

// Different words that both have.
size_t SharedWords(const ErrorTemplate& a, const ErrorTemplate& b);

// How a template becomes a regex.
struct TemplateRegexOptions {
  bool whole_text = false;  // ^ and, where the template is complete, $.
};

// RE2 that matches every text of the template's group, or would once its
// secrets stand where the redaction marks are. It begins and ends with words
// that stay, unless `whole_text`; empty: the template has none.
std::string TemplateRegex(const ErrorTemplate& error_template,
                          const TemplateRegexOptions& options);

}  // namespace recourse
