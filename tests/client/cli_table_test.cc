#include <sstream>

#include "client/cli/table.h"
#include "gtest/gtest.h"

namespace recourse::cli {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
  const struct {
    const char* text;
    int width;
  } kCases[] = {{"", 0},        {"abc", 3},  {"añb", 3},      {"日本", 4},
                {"e\u0301", 1}, {"🙂", 2}, {"\xff\xfe", 2}, {"\xe6\x97", 2}};
  for (const auto& test : kCases) {
    EXPECT_EQ(DisplayWidth(test.text), test.width) << test.text;
  }
}

TEST(Cut, KeepsWholeCharacters) {
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdef", 4), "abc…");
  EXPECT_EQ(Cut("日本語", 5), "日本…");
  EXPECT_EQ(Cut("日本語", 4), "日…");
  EXPECT_EQ(Cut("abc", 0), "");
}

TEST(Table, AlignsAndCutsFlexibleColumnsOnATerminal) {
  Table table({{"ID"}, {"N", true}, {"TEXT", false, true}});
  table.AddRow({"日本", "7", "a long text that\ngoes on"});
  table.AddRow({"b", "12", ""});
  std::ostringstream wide, narrow;
  table.Print({}, wide);
  EXPECT_EQ(wide.str(),
            "ID     N  TEXT\n"
            "日本   7  a long text that goes on\n"
            "b     12\n");
  Terminal terminal;
  terminal.width = 22;
  table.Print(terminal, narrow);
  EXPECT_EQ(narrow.str(),
            "ID     N  TEXT\n"
            "日本   7  a long text…\n"
            "b     12\n");
}

TEST(Table, TitlesAreBoldWhereColourIsAllowed) {
  Table table({{"A"}});
  Terminal terminal;
  terminal.colour = true;
  std::ostringstream out;
  table.Print(terminal, out);
  EXPECT_EQ(out.str(), "\033[1mA\033[0m\n");
}

TEST(Fields, LeavesOutEmptyOnesAndIndentsLines) {
  Fields fields;
  fields.Add("name", "one\ntwo");
  fields.Add("nothing", "");
  fields.Add("x", "y");
  std::ostringstream out;
  fields.Print(out);
  EXPECT_EQ(out.str(), "name  one\n      two\nx     y\n");
}

}  // namespace
}  // namespace recourse::cli
