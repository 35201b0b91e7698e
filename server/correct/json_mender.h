// Reads one damaged JSON object or list and writes it as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace recourse {

// Deeper ones are left alone.
inline constexpr size_t kMaxJsonLevels = 500;

// One attempt on one text. Mends what the API says of JSON_REPAIR, and, where
// `complete`, closes what the text's end left open (JSON_COMPLETE). White space
// is kept as it is. Linear in what it reads; no recursion. Borrows the text.
class JsonMender {
 public:
  JsonMender(absl::string_view text, bool complete)
      : text_(text), complete_(complete) {}

  // Reads the value that begins at `begin`, a '{' or '['. False: it cannot be
  // mended with certainty. Call once.
  bool Mend(size_t begin);

  // Of a value that was mended; `end` is behind its last byte.
  size_t end() const { return at_; }
  std::string TakeResult() { return std::move(out_); }
  bool is_object() const { return is_object_; }
  // Its own members or items, nested ones not counted.
  size_t members() const { return members_; }
  // True for a list whose first item is an object, a list or a text.
  bool is_rich_list() const { return is_rich_list_; }

  // After a failure: where it stopped, whether what was read before leaves no
  // doubt that a JSON value was meant, and whether that holds a whole value.
  size_t stopped_at() const { return at_; }
  bool meant_json() const { return meant_json_; }
  bool read_a_value() const { return whole_values_ > 0; }

 private:
  // What an open object or list waits for.
  enum class Wait { kMember, kColon, kValue, kComma };
  struct Level {
    bool object = false;
    Wait wait = Wait::kMember;
    size_t members = 0;
    size_t kept = 0;  // Length of `out_` up to the last whole member.
    bool last_nests = false;
  };

  bool Step();
  bool ReadMember(Level& level);
  bool ReadKey();
  bool ReadValue();
  bool ReadWord();
  bool ReadNumber();
  bool ReadComma(Level& level);
  bool CloseLevel();
  void OpenLevel(bool object);
  void ValueEnded(bool nested);
  bool FinishCut();

  // Strings, in json_strings.cc.
  bool ReadString(bool key);
  void StringEnded(bool key);
  void ReadEscape(bool python);
  bool ClosesHere(char32_t open, char32_t quote, size_t behind, bool key) const;
  bool ValueMayEndAt(size_t at) const;
  bool KeyBeginsAt(size_t at) const;
  bool QuoteIsLastAt(size_t at) const;
  size_t SkipBlankFrom(size_t at) const;

  void SkipBlank();
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  const absl::string_view text_;
  const bool complete_;
  size_t at_ = 0;
  std::string out_;
  std::vector<Level> levels_;
  size_t whole_values_ = 0;
  size_t last_value_end_ = 0;  // In out_: where a missing comma belongs.
  bool is_object_ = false;
  size_t members_ = 0;
  bool is_rich_list_ = false;
  bool meant_json_ = false;
};

}  // namespace recourse
