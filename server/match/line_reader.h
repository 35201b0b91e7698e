// One line of an error's text becomes tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/match/atom.h"
#include "server/match/error_tokens.h"
#include "server/match/vocabulary.h"

namespace recourse {

// What error_tokens.h says, line by line. Not thread-safe; one per text.
class LineReader {
 public:
  LineReader(int percent, const Vocabulary& vocabulary,
             std::vector<Token>* tokens)
      : vocabulary_(vocabulary), tokens_(tokens), percent_(percent) {}

  void Read(absl::string_view line);

 private:
  void ReadRange(size_t begin, size_t end);
  size_t ReadPunctuation(size_t at);
  size_t ReadQuote(size_t at, size_t end);
  void ReadQuoted(size_t begin, size_t end, int percent, bool is_name);
  int QuotedPercent(size_t at, absl::string_view content) const;

  size_t ReadAtom(size_t at, size_t end);
  void EmitAtom(const Atom& atom);
  void EmitSlashed(const Atom& atom);
  void EmitQualified(const Atom& atom);
  void EmitNumeric(const Atom& atom);
  void EmitIdentifier(absl::string_view name);
  void EmitWord(absl::string_view word);
  void EmitMixed(absl::string_view word);
  void EmitNumber(absl::string_view digits);
  void EmitName(absl::string_view name);
  Token* Emit(absl::string_view raw);

  // Whether the identifier that ends at `end` is a parameter with its value:
  // timeout=30, "timeout": null.
  bool IsParameter(absl::string_view name, size_t end) const;
  bool StartsClause() const;
  bool IsDeclaredName(absl::string_view text) const;

  const Vocabulary& vocabulary_;
  std::vector<Token>* const tokens_;
  int percent_;
  int value_percent_ = 100;  // Of the value whose key has just been read.
  int depth_ = 0;            // Of quotes.
  uint8_t pending_ = Token::kHardBreak;  // Flags of the next token.
  size_t name_end_ = 0;  // Where in the line the last quoted name ended.
  absl::string_view line_;
};

}  // namespace recourse
