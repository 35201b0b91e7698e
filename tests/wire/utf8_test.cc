#include "server/wire/utf8.h"

#include <algorithm>
#include <string>

#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {
namespace {

// Does protobuf take the text as a string field?
bool ProtobufTakes(const std::string& text) {
  const std::string bytes =
      std::string("\x0a") + static_cast<char>(text.size()) + text;
  return v1::ErrorCause().ParseFromString(bytes);
}

TEST(Utf8Test, AgreesWithProtobuf) {
  const google::protobuf::LogSilencer quiet;
  // Every first byte, and second ones from both sides of each border.
  for (int a = 0; a < 256; ++a) {
    for (const int b :
         {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff}) {
      const std::string two{static_cast<char>(a), static_cast<char>(b)};
      ASSERT_EQ(IsValidUtf8(two), ProtobufTakes(two)) << a << " " << b;
      for (const int c : {0x7f, 0x80, 0xbf, 0xc0}) {
        const std::string three = two + static_cast<char>(c);
        ASSERT_EQ(IsValidUtf8(three), ProtobufTakes(three));
        const std::string four = three + '\x80';
        ASSERT_EQ(IsValidUtf8(four), ProtobufTakes(four));
      }
    }
  }
}

TEST(Utf8Test, CutsAtCharacters) {
  const std::string text = "a\u00e9\u4e2d\U0001f600";  // 1 + 2 + 3 + 4 bytes.
  for (size_t limit = 0; limit <= text.size() + 1; ++limit) {
    const absl::string_view prefix = Utf8Prefix(text, limit);
    const absl::string_view suffix = Utf8Suffix(text, limit);
    EXPECT_TRUE(IsValidUtf8(prefix)) << limit;
    EXPECT_TRUE(IsValidUtf8(suffix)) << limit;
    EXPECT_LE(prefix.size(), limit);
    EXPECT_LE(suffix.size(), limit);
    EXPECT_GE(prefix.size() + 4, std::min(limit, text.size()));
  }
  EXPECT_EQ(Utf8Prefix(text, 2), "a");
  EXPECT_EQ(Utf8Prefix(text, 3), "a\u00e9");
  EXPECT_EQ(Utf8Suffix(text, 6), "\U0001f600");
  EXPECT_EQ(Utf8Suffix(text, 7), "\u4e2d\U0001f600");
}

TEST(Utf8Test, CutMiddle) {
  EXPECT_EQ(CutMiddle("abcdef", 3), "abcdef");
  EXPECT_EQ(CutMiddle("abcdefg", 3), "abc\n...\nefg");
  EXPECT_EQ(CutMiddle("a\u4e2d\u4e2dg", 3), "a\n...\ng");
}

}  // namespace
}  // namespace recourse
