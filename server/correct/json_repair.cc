// Which part of a text is the JSON that was meant?
#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "server/correct/characters.h"
#include "server/correct/fixer_parts.h"
#include "server/correct/json_mender.h"

namespace recourse {
namespace {

// Attempts may read this many times the text's length together.
constexpr size_t kMaxAttemptPasses = 8;

// One value found in the text.
struct Candidate {
  size_t begin = 0;
  size_t end = 0;
  std::string json;
  // False for what prose has in brackets too: [1], {}, [x].
  bool weighty = false;
  bool fenced = false;
};

bool ParsesStrictly(absl::string_view json) {
  return !absl::StartsWith(json, kByteOrderMark) &&
         nlohmann::json::accept(json.begin(), json.end());
}

// True for a line that a program may hold and prose does not. JSON found in a
// program is a part of it.
bool IsCode(absl::string_view line) {
  static constexpr absl::string_view kBeginnings[] = {
      "import ", "from ",    "def ",    "class ",   "return ",   "print(",
      "const ",  "let ",     "var ",    "func ",    "function ", "#include",
      "#!",      "package ", "public ", "private ", "using ",    "export ",
      "async ",  "if (",     "for (",   "while (",  "@",         "SELECT ",
      "select ", "raise ",   "try:",    "with ",    "elif ",     "---",
      "- ",      "fn ",      "use ",    "module "};
  line = absl::StripAsciiWhitespace(line);
  if (line.empty()) return false;
  for (const absl::string_view beginning : kBeginnings) {
    if (absl::StartsWith(line, beginning)) {
      // "From what you sent: ..." and "- note" are prose when they end so.
      const char last = line.back();
      const bool prose = (beginning == "from " || beginning == "use " ||
                          beginning == "with " || beginning == "- ") &&
                         (last == '.' || last == '!');
      if (!prose) return true;
    }
  }
  const char last = line.back();
  return last == ';' || last == '{' || last == '(' || last == '\\' ||
         absl::StrContains(line, " = ") || absl::StrContains(line, "==") ||
         absl::StrContains(line, "\"\"\"") || absl::StrContains(line, "'''");
}

bool HoldsCode(absl::string_view around) {
  for (const absl::string_view line : absl::StrSplit(around, '\n')) {
    if (IsCode(line)) return true;
  }
  return false;
}

// An argument, a right-hand side or an index rather than a text's JSON.
bool IsPartOfExpression(absl::string_view before, absl::string_view after) {
  before = absl::StripTrailingAsciiWhitespace(before);
  after = absl::StripLeadingAsciiWhitespace(after);
  const bool opened =
      !before.empty() && absl::string_view("=([{,+<|&?").find(before.back()) !=
                             absl::string_view::npos;
  const bool closed = !after.empty() && (after[0] == ')' || after[0] == '[' ||
                                         after[0] == ',' || after[0] == '+');
  return opened || closed;
}

class Finder {
 public:
  Finder(absl::string_view text, bool complete)
      : text_(text), complete_(complete) {}

  // All values in the text; false when one of them is beyond repair.
  bool FindAll() {
    FindFences();
    size_t budget = (text_.size() + 1024) * kMaxAttemptPasses;
    size_t at = 0;
    while ((at = text_.find_first_of("{[", at)) != text_.npos) {
      JsonMender mender(text_.substr(0, FenceEndAfter(at)), complete_);
      const bool mended = mender.Mend(at);
      const size_t read = mended ? mender.end() : mender.stopped_at();
      if (read - at + 1 > budget) return false;
      budget -= read - at + 1;
      if (!mended) {
        // What a broken value holds is not what was meant.
        const bool broken = BeginsText(at) && mender.read_a_value();
        if (mender.meant_json() || broken) return false;
        ++at;
        continue;
      }
      Add(at, mender);
      at = mender.end();
    }
    return true;
  }

  // The only value that can be meant; null: none, or two.
  const Candidate* Only() const {
    const Candidate* only = nullptr;
    const auto choose = [&](bool (*fits)(const Candidate&)) {
      size_t count = 0;
      for (const Candidate& candidate : found_) {
        if (!fits(candidate)) continue;
        only = &candidate;
        ++count;
      }
      if (count != 1) only = nullptr;
      return count;
    };
    if (choose([](const Candidate& c) { return c.weighty && c.fenced; }) > 0) {
      return only;
    }
    if (choose([](const Candidate& c) { return c.weighty; }) > 0) return only;
    choose([](const Candidate&) { return true; });
    // A light one must be all that there is.
    return only != nullptr && Surroundings(*only).empty() ? only : nullptr;
  }

  // The text without the value, fences and white space.
  std::string Surroundings(const Candidate& value) const {
    const std::string around = absl::StrCat(text_.substr(0, value.begin), "\n",
                                            text_.substr(value.end));
    std::string kept;
    for (const absl::string_view line : absl::StrSplit(around, '\n')) {
      const absl::string_view bare = absl::StripAsciiWhitespace(line);
      if (bare.empty() || absl::StartsWith(bare, "```")) continue;
      absl::StrAppend(&kept, bare, "\n");
    }
    return kept;
  }

 private:
  void Add(size_t begin, JsonMender& mender) {
    Candidate candidate;
    candidate.begin = begin;
    candidate.end = mender.end();
    candidate.weighty =
        mender.is_object() ? mender.members() > 0 : mender.is_rich_list();
    candidate.fenced = InFence(begin);
    candidate.json = mender.TakeResult();
    found_.push_back(std::move(candidate));
  }

  // Lines that begin with ``` open and close code in turns.
  void FindFences() {
    size_t line = 0;
    while (line < text_.size()) {
      const size_t end = std::min(text_.find('\n', line), text_.size());
      if (absl::StartsWith(
              absl::StripLeadingAsciiWhitespace(text_.substr(line, end - line)),
              "```")) {
        fences_.push_back(line);
      }
      line = end + 1;
    }
  }

  size_t FencesBefore(size_t at) const {
    return static_cast<size_t>(
        std::lower_bound(fences_.begin(), fences_.end(), at) - fences_.begin());
  }
  bool InFence(size_t at) const { return FencesBefore(at) % 2 == 1; }

  // True where nothing but white space stands before, in the text or its fence.
  bool BeginsText(size_t at) const {
    const size_t before = FencesBefore(at);
    size_t begin = 0;
    if (before > 0) {
      begin = std::min(text_.find('\n', fences_[before - 1]), at);
    }
    return absl::StripAsciiWhitespace(text_.substr(begin, at - begin)).empty();
  }

  // A value in a fence ends with it.
  size_t FenceEndAfter(size_t at) const {
    const size_t before = FencesBefore(at);
    return before % 2 == 1 && before < fences_.size() ? fences_[before]
                                                      : text_.size();
  }

  const absl::string_view text_;
  const bool complete_;
  std::vector<size_t> fences_;  // Where their lines begin.
  std::vector<Candidate> found_;
};

}  // namespace

Fixed RepairJson(absl::string_view text, bool complete) {
  if (ParsesStrictly(text)) return std::nullopt;
  absl::string_view rest = text;
  while (absl::ConsumePrefix(&rest, kByteOrderMark)) {
  }
  if (ParsesStrictly(rest)) return std::string(rest);
  Finder finder(rest, complete);
  if (!finder.FindAll()) return std::nullopt;
  const Candidate* value = finder.Only();
  if (value == nullptr || !ParsesStrictly(value->json)) return std::nullopt;
  const absl::string_view before = rest.substr(0, value->begin);
  const absl::string_view after = rest.substr(value->end);
  if (absl::StripAsciiWhitespace(before).empty() &&
      absl::StripAsciiWhitespace(after).empty()) {
    return absl::StrCat(before, value->json, after);
  }
  if (HoldsCode(finder.Surroundings(*value)) ||
      IsPartOfExpression(before, after)) {
    return std::nullopt;
  }
  return value->json;
}

}  // namespace recourse
