#include "server/strategy/unified_diff.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace recourse {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    const size_t next = end == text.npos ? text.size() : end + 1;
    lines.push_back(text.substr(begin, next - begin));
    begin = next;
  }
  return lines;
}

// A strict reader of unified diffs: every number, context line and marker must
// be right. Returns the new text, or "error: ...".
class Applier {
 public:
  Applier(const std::string& before, const std::string& diff)
      : before_(Lines(before)), diff_(Lines(diff)) {}

  std::string Apply() {
    if (diff_.empty()) return Join(before_);
    if (!absl::StartsWith(diff_[0], "--- ") ||
        !absl::StartsWith(diff_[1], "+++ ")) {
      return "error: header";
    }
    for (size_t i = 2; i < diff_.size();) {
      const std::string error = Hunk(i);
      if (!error.empty()) return "error: " + error;
    }
    after_.insert(after_.end(), before_.begin() + at_, before_.end());
    return Join(after_);
  }

  int changes() const { return changes_; }

 private:
  static std::string Join(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line;
    return text;
  }

  std::string Hunk(size_t& i) {
    static const RE2 kHeader(
        "@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@\n");
    int a = 0, b = 0;
    std::string a_count, b_count;  // Left out when it is one.
    if (!RE2::FullMatch(diff_[i++], kHeader, &a, &a_count, &b, &b_count)) {
      return "hunk header";
    }
    int a_left = a_count.empty() ? 1 : std::stoi(a_count);
    int b_left = b_count.empty() ? 1 : std::stoi(b_count);
    const size_t begin = a_left == 0 ? a : a - 1;
    if (begin < at_) return "hunks overlap";
    while (at_ < begin) after_.push_back(before_[at_++]);
    if (after_.size() != static_cast<size_t>(b_left == 0 ? b : b - 1)) {
      return "new line number";
    }
    while (a_left > 0 || b_left > 0) {
      if (i >= diff_.size()) return "hunk is cut";
      const char mark = diff_[i][0];
      std::string line = diff_[i++].substr(1);
      if (i < diff_.size() && diff_[i] == "\\ No newline at end of file\n") {
        line.pop_back();
        ++i;
      }
      if (mark == ' ' || mark == '-') {
        if (at_ >= before_.size() || before_[at_] != line) return "old line";
        ++at_;
        --a_left;
      }
      if (mark == ' ' || mark == '+') {
        after_.push_back(line);
        --b_left;
      }
      if (mark != ' ') ++changes_;
    }
    return a_left == 0 && b_left == 0 ? "" : "counts";
  }

  const std::vector<std::string> before_, diff_;
  std::vector<std::string> after_;
  size_t at_ = 0;
  int changes_ = 0;
};

// Lines in one text only when the longest common subsequence is kept.
int FewestChanges(const std::string& before, const std::string& after) {
  const auto a = Lines(before), b = Lines(after);
  std::vector<std::vector<int>> common(a.size() + 1,
                                       std::vector<int>(b.size() + 1));
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) {
      common[i + 1][j + 1] = a[i] == b[j]
                                 ? common[i][j] + 1
                                 : std::max(common[i][j + 1], common[i + 1][j]);
    }
  }
  return static_cast<int>(a.size() + b.size()) - 2 * common[a.size()][b.size()];
}

TEST(UnifiedDiffTest, Table) {
  const struct {
    const char *before, *after, *diff;
  } kRows[] = {
      {"", "", ""},
      {"a\n", "a\n", ""},
      {"a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"},
      {"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
      {"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
      {"a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
      {"a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"},
      {"x\na", "y\na",
       "@@ -1,2 +1,2 @@\n-x\n+y\n a\n\\ No newline at end of file\n"},
      {"a\r\nb\r\n", "a\r\nc\r\n", "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"},
      {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
       "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
      // Six lines between changes: one hunk. Seven: two.
      {"a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
       "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
      {"a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
       "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
       "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
      // Insertion in the middle names the line before it.
      {"1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n",
       "@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n"},
  };
  for (const auto& row : kRows) {
    const std::string header =
        *row.diff ? "--- state.code\n+++ state.code\n" : "";
    EXPECT_EQ(UnifiedDiff(row.before, row.after, "state.code"),
              header + row.diff);
  }
}

TEST(UnifiedDiffTest, NameCannotBreakTheHeader) {
  EXPECT_TRUE(absl::StartsWith(UnifiedDiff("a", "b", "x\n+++ y\t1"),
                               "--- x_+++ y_1\n+++ x_+++ y_1\n@@"));
}

// A text of few different lines, so that repeats abound; any line ending.
std::string RandomText(std::mt19937_64& gen, int max_lines) {
  static const char* const kLines[] = {
      "a", "b", "c", "", "a\r", "-a", "+b", " c", "@@ -1 +1 @@", "\\ x"};
  std::string text;
  const int lines = static_cast<int>(gen() % (max_lines + 1));
  for (int i = 0; i < lines; ++i) {
    text += kLines[gen() % 10];
    text += '\n';
  }
  if (!text.empty() && gen() % 3 == 0) text.pop_back();
  return text;
}

// `text` with a few lines changed.
std::string Mutate(std::mt19937_64& gen, const std::string& text) {
  std::vector<std::string> lines = Lines(text);
  for (int n = static_cast<int>(gen() % 5); n > 0 && !lines.empty(); --n) {
    const size_t at = gen() % lines.size();
    switch (gen() % 3) {
      case 0:
        lines.erase(lines.begin() + at);
        break;
      case 1:
        lines.insert(lines.begin() + at, "new\n");
        break;
      default:
        lines[at] = absl::StrCat("v", gen() % 3, "\n");
    }
  }
  std::string result;
  for (const auto& line : lines) result += line;
  return result;
}

TEST(UnifiedDiffTest, AppliedItGivesTheNewTextWithFewestChanges) {
  std::mt19937_64 gen(20240101);
  for (int i = 0; i < 3000; ++i) {
    const std::string before = RandomText(gen, i % 40);
    const std::string after =
        gen() % 2 ? Mutate(gen, before) : RandomText(gen, i % 40);
    const std::string diff = UnifiedDiff(before, after, "f");
    Applier applier(before, diff);
    ASSERT_EQ(applier.Apply(), after) << "before:\n"
                                      << before << "\nafter:\n"
                                      << after << "\n"
                                      << diff;
    EXPECT_EQ(applier.changes(), FewestChanges(before, after)) << diff;
    EXPECT_EQ(diff.empty(), before == after);
  }
}

TEST(UnifiedDiffTest, FarApartTextsReplaceTheMiddle) {
  std::string before = "same\n", after = "same\n";
  for (int i = 0; i < 1500; ++i) {
    absl::StrAppend(&before, "old ", i, "\n", i % 9 ? "" : "shared\n");
    absl::StrAppend(&after, "new ", i, "\n", i % 9 ? "" : "shared\n");
  }
  absl::StrAppend(&before, "end");
  absl::StrAppend(&after, "end");
  const std::string diff = UnifiedDiff(before, after, "f");
  ASSERT_LE(diff.size(), kMaxDiffBytes);
  Applier applier(before, diff);
  EXPECT_EQ(applier.Apply(), after);
  EXPECT_GT(applier.changes(), 3000);
}

TEST(UnifiedDiffTest, EndsAtTheLastWholeHunkThatFits) {
  std::string before, after;
  for (int i = 0; i < 4000; ++i) {
    const std::string line = absl::StrCat(std::string(300, 'x'), i, "\n");
    before += line;
    after += i % 8 == 4 ? "changed\n" : line;
  }
  std::string diff = UnifiedDiff(before, after, "f");
  EXPECT_LE(diff.size(), kMaxDiffBytes);
  EXPECT_GT(diff.size(), kMaxDiffBytes - 3000);
  const std::string cut = "... the rest is not shown\n";
  ASSERT_TRUE(absl::EndsWith(diff, cut));
  diff.resize(diff.size() - cut.size());
  const std::string partly = Applier(before, diff).Apply();
  EXPECT_FALSE(absl::StartsWith(partly, "error")) << partly.substr(0, 40);
  EXPECT_TRUE(absl::StartsWith(
      partly, after.substr(0, 20 * 8 * 300)));  // Some 25 hunks are there.
  EXPECT_TRUE(absl::EndsWith(partly, before.substr(before.size() - 3000)));
}

TEST(UnifiedDiffTest, MegabytesOfLinesEnd) {
  std::string before, after;
  for (int i = 0; i < 500'000; ++i) {
    before += i % 2 ? "a\n" : "\n";
    after += i % 3 ? "\n" : "b\n";
  }
  EXPECT_LE(UnifiedDiff(before, after, "f").size(), kMaxDiffBytes);
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// What people will use on it.
TEST(UnifiedDiffTest, PatchUnderstandsIt) {
  if (access("/usr/bin/patch", X_OK) != 0) GTEST_SKIP() << "no patch here";
  std::string folder = ::testing::TempDir() + "/unified_diff_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::mt19937_64 gen(3);
  for (int i = 0; i < 25; ++i) {
    const std::string before = RandomText(gen, 30);
    const std::string after = Mutate(gen, before);
    // patch removes a file that becomes empty; that is its own affair.
    if (before == after || after.empty()) continue;
    std::ofstream(folder + "/f", std::ios::binary) << before;
    std::ofstream(folder + "/d", std::ios::binary)
        << UnifiedDiff(before, after, "f");
    const std::string command =
        absl::StrCat("cd ", folder, " && patch --binary -s f d");
    ASSERT_EQ(std::system(command.c_str()), 0) << ReadFile(folder + "/d");
    ASSERT_EQ(ReadFile(folder + "/f"), after) << ReadFile(folder + "/d");
  }
  for (const char* name : {"/f", "/d"}) std::remove((folder + name).c_str());
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace recourse
