// Python source as tokens, logical lines and open brackets: what its tokenizer
// (docs.python.org/3/reference/lexical_analysis.html) sees before its parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace recourse {

enum class PythonToken : uint8_t {
  kName,  // And keywords.
  kNumber,
  kString,    // With its prefix and quotes; f-strings whole.
  kOperator,  // And brackets and other delimiters.
  kStray,     // A character that begins no token, or a string in typographic
              // quotes.
};

struct PyToken {
  PythonToken kind = PythonToken::kStray;
  bool first = false;  // On its physical line.
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t depth = 0;  // Brackets open around it; its own does not count.
};

// A statement, or several on one line: what ends with a NEWLINE.
struct PyLine {
  uint32_t begin = 0;  // Where its first physical line begins.
  uint32_t first_token = 0;
  uint32_t end_token = 0;  // Behind the last one; never equal to first_token.
};

// Columns of an indentation as Python counts them, to tell whether it depends
// on what a tab is worth.
struct PyIndent {
  int column = 0;       // A tab goes on to the next multiple of 8.
  int alternative = 0;  // A tab is one column.
  friend bool operator==(const PyIndent&, const PyIndent&) = default;
};

// One text, read once. Borrows it.
class PythonSource {
 public:
  explicit PythonSource(absl::string_view text);

  absl::string_view text() const { return text_; }
  const std::vector<PyToken>& tokens() const { return tokens_; }
  const std::vector<PyLine>& lines() const { return lines_; }

  absl::string_view Text(const PyToken& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  absl::string_view Text(size_t token) const { return Text(tokens_[token]); }
  const PyToken& First(const PyLine& line) const {
    return tokens_[line.first_token];
  }
  const PyToken& Last(const PyLine& line) const {
    return tokens_[line.end_token - 1];
  }
  bool Is(size_t token, absl::string_view text) const {
    return token < tokens_.size() && Text(token) == text;
  }

  // The white space that the line begins with.
  absl::string_view IndentText(const PyLine& line) const;

  // Opening brackets that nothing closes, outermost first, as token numbers.
  const std::vector<uint32_t>& unclosed() const { return unclosed_; }
  // Closing brackets that nothing opens, as token numbers.
  const std::vector<uint32_t>& unopened() const { return unopened_; }
  // Closing brackets of another kind than what they would close. The first one
  // ends the reading.
  const std::vector<uint32_t>& mismatched() const { return mismatched_; }
  // A string without its end, a backslash within a line: the text is not read
  // beyond it.
  bool broken() const { return broken_; }
  bool has_stray() const { return has_stray_; }

 private:
  void ReadLine();
  void ReadToken();
  void ReadName();
  void ReadNumber();
  void ReadOperator();
  void ReadContinuation();
  bool TryString();
  void Bracket(char c);
  void EndLogicalLine();
  void EndPhysicalLine();
  void Add(PythonToken kind, size_t end);
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool AtLineEnd() const {
    return at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r');
  }

  const absl::string_view text_;
  size_t at_ = 0;
  size_t line_begin_ = 0;  // Of the physical line.
  bool joined_ = false;    // The last line ended with a backslash.
  bool fresh_ = true;      // No token on this physical line yet.
  uint32_t logical_begin_ = 0;
  uint32_t logical_first_ = 0;  // Token number.
  std::vector<PyToken> tokens_;
  std::vector<PyLine> lines_;
  std::vector<uint32_t> unclosed_;
  std::vector<uint32_t> unopened_;
  std::vector<uint32_t> mismatched_;
  bool broken_ = false;
  bool has_stray_ = false;
};

PyIndent MeasureIndent(absl::string_view indent);

// The end of the string literal that begins at `begin`, prefix included; 0 when
// none begins there, npos when it is not closed.
size_t PythonStringEnd(absl::string_view text, size_t begin);

// The end of the string that a typographic quote at `begin` begins and another
// ends on the same line, without a backslash or the ASCII quote in it; 0: none.
size_t TypographicStringEnd(absl::string_view text, size_t begin);

bool IsPythonKeyword(absl::string_view name);
// True when an expression can end with the token.
bool EndsOperand(const PythonSource& source, size_t token);
// True when the token can only begin an operand: two operands side by side are
// no Python, but for strings.
bool BeginsOperand(const PythonSource& source, size_t token);

}  // namespace recourse
