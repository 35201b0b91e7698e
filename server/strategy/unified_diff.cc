#include "server/strategy/unified_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

constexpr size_t kContextLines = 3;
// Differences searched for: memory grows with their square (4 MiB here).
constexpr int64_t kMaxDifferences = 1000;
// Lines times differences: some tenths of a second at worst.
constexpr int64_t kMaxWork = int64_t{1} << 26;

// The lines of `text` with their "\n"; the last one may lack it.
std::vector<absl::string_view> SplitLines(absl::string_view text) {
  std::vector<absl::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const size_t size = end == text.npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Both texts as lines, and which of them are in one text only.
struct Comparison {
  std::vector<absl::string_view> before, after;
  std::vector<bool> removed, added;
};

// Lines as numbers, equal ones alike, and the part between the common ends.
struct Middle {
  std::vector<int> a, b;
  int offset = 0;  // Lines of the common beginning.
};

Middle MiddleOf(const Comparison& texts) {
  size_t begin = 0;
  size_t a_end = texts.before.size();
  size_t b_end = texts.after.size();
  while (begin < a_end && begin < b_end &&
         texts.before[begin] == texts.after[begin]) {
    ++begin;
  }
  while (a_end > begin && b_end > begin &&
         texts.before[a_end - 1] == texts.after[b_end - 1]) {
    --a_end;
    --b_end;
  }
  Middle middle;
  middle.offset = static_cast<int>(begin);
  absl::flat_hash_map<absl::string_view, int> numbers;
  const auto number = [&](absl::string_view line) {
    const int next = static_cast<int>(numbers.size());
    return numbers.try_emplace(line, next).first->second;
  };
  for (size_t i = begin; i < a_end; ++i) {
    middle.a.push_back(number(texts.before[i]));
  }
  for (size_t i = begin; i < b_end; ++i) {
    middle.b.push_back(number(texts.after[i]));
  }
  return middle;
}

// The greedy algorithm of E. Myers, "An O(ND) Difference Algorithm and Its
// Variations" (1986). reach[d][k + d] is how far into `a` d differences come
// on diagonal k = x - y.
using Reach = std::vector<std::vector<int>>;

// Whether the best way to diagonal k with d differences comes from above (an
// added line) rather than from the left (a removed one).
bool ComesFromAbove(const std::vector<int>& last, int d, int k) {
  if (k == -d) return true;
  return k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1];
}

// Empty when more than `limit` differences are needed.
Reach Search(const Middle& middle, int64_t limit) {
  const int n = static_cast<int>(middle.a.size());
  const int m = static_cast<int>(middle.b.size());
  Reach reach;
  for (int d = 0; d <= limit; ++d) {
    std::vector<int> row(2 * static_cast<size_t>(d) + 1);
    for (int k = -d; k <= d; k += 2) {
      int x = 0;
      if (d > 0) {
        const std::vector<int>& last = reach.back();
        x = ComesFromAbove(last, d, k) ? last[k + 1 + d - 1]
                                       : last[k - 1 + d - 1] + 1;
      }
      while (x < n && x - k < m && middle.a[x] == middle.b[x - k]) ++x;
      row[k + d] = x;
      if (x >= n && x - k >= m) {
        reach.push_back(std::move(row));
        return reach;
      }
    }
    reach.push_back(std::move(row));
  }
  return {};
}

void MarkDifferences(Comparison& texts) {
  const Middle middle = MiddleOf(texts);
  const int n = static_cast<int>(middle.a.size());
  const int m = static_cast<int>(middle.b.size());
  const Reach reach = Search(
      middle, std::min(kMaxDifferences, kMaxWork / (int64_t{n} + m + 1)));
  if (reach.empty()) {
    for (int i = 0; i < n; ++i) texts.removed[middle.offset + i] = true;
    for (int i = 0; i < m; ++i) texts.added[middle.offset + i] = true;
    return;
  }
  int k = n - m;
  for (int d = static_cast<int>(reach.size()) - 1; d > 0; --d) {
    const std::vector<int>& last = reach[d - 1];
    if (ComesFromAbove(last, d, k)) {
      const int x = last[++k + d - 1];
      texts.added[middle.offset + x - k] = true;
    } else {
      texts.removed[middle.offset + last[--k + d - 1]] = true;
    }
  }
}

// Lines [a_begin, a_end) became [b_begin, b_end).
struct Range {
  size_t a_begin, a_end, b_begin, b_end;
};

std::vector<Range> ChangesOf(const Comparison& texts) {
  std::vector<Range> changes;
  size_t a = 0;
  size_t b = 0;
  while (a < texts.before.size() || b < texts.after.size()) {
    Range range{a, a, b, b};
    while (range.a_end < texts.before.size() && texts.removed[range.a_end]) {
      ++range.a_end;
    }
    while (range.b_end < texts.after.size() && texts.added[range.b_end]) {
      ++range.b_end;
    }
    const bool changed = range.a_end > a || range.b_end > b;
    if (changed) changes.push_back(range);
    a = range.a_end + (changed ? 0 : 1);
    b = range.b_end + (changed ? 0 : 1);
  }
  return changes;
}

void AppendLine(char mark, absl::string_view line, std::string& out) {
  out.push_back(mark);
  absl::StrAppend(&out, line);
  if (line.empty() || line.back() != '\n') {
    absl::StrAppend(&out, "\n\\ No newline at end of file\n");
  }
}

// "start,count" as diff writes it: an empty range names the line before it,
// and a count of one is left out.
std::string Position(size_t begin, size_t end) {
  if (end - begin == 1) return absl::StrCat(end);
  return absl::StrCat(begin == end ? begin : begin + 1, ",", end - begin);
}

// The changes [first, last) and the lines around them.
std::string Hunk(const Comparison& texts, const Range* first,
                 const Range* last) {
  const size_t lead = std::min(first->a_begin, kContextLines);
  const Range& end = *(last - 1);
  const size_t trail = std::min(texts.before.size() - end.a_end, kContextLines);
  size_t a = first->a_begin - lead;
  std::string out =
      absl::StrCat("@@ -", Position(a, end.a_end + trail), " +",
                   Position(first->b_begin - lead, end.b_end + trail), " @@\n");
  for (const Range* change = first; change != last; ++change) {
    for (; a < change->a_begin; ++a) AppendLine(' ', texts.before[a], out);
    for (; a < change->a_end; ++a) AppendLine('-', texts.before[a], out);
    for (size_t b = change->b_begin; b < change->b_end; ++b) {
      AppendLine('+', texts.after[b], out);
    }
  }
  for (; a < end.a_end + trail; ++a) AppendLine(' ', texts.before[a], out);
  return out;
}

// A name in the header must not end its line, nor look like a time stamp.
std::string HeaderName(absl::string_view name) {
  std::string safe(name);
  std::replace_if(
      safe.begin(), safe.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' '; }, '_');
  return safe;
}

}  // namespace

std::string UnifiedDiff(absl::string_view before, absl::string_view after,
                        absl::string_view name) {
  if (before == after) return "";
  Comparison texts{SplitLines(before), SplitLines(after), {}, {}};
  texts.removed.resize(texts.before.size());
  texts.added.resize(texts.after.size());
  MarkDifferences(texts);
  const std::vector<Range> changes = ChangesOf(texts);
  const std::string safe_name = HeaderName(name);
  std::string diff = absl::StrCat("--- ", safe_name, "\n+++ ", safe_name, "\n");
  const Range* const end = changes.data() + changes.size();
  for (const Range* first = changes.data(); first != end;) {
    const Range* last = first + 1;
    while (last != end &&
           last->a_begin - (last - 1)->a_end <= 2 * kContextLines)
      ++last;
    const std::string hunk = Hunk(texts, first, last);
    static constexpr absl::string_view kCut = "... the rest is not shown\n";
    if (diff.size() + hunk.size() + kCut.size() > kMaxDiffBytes) {
      return absl::StrCat(diff, kCut);
    }
    absl::StrAppend(&diff, hunk);
    first = last;
  }
  return diff;
}

}  // namespace recourse
