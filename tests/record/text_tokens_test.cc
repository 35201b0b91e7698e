#include "server/record/text_tokens.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

// Words and punctuation as they are, variables as their kind in braces.
std::string Shape(absl::string_view text) {
  static constexpr const char* kNames[] = {"num",   "id",  "time", "ip",
                                           "email", "url", "path", "dq",
                                           "sq",    "bq",  "red"};
  std::string shape;
  for (const TextToken& token : Tokenize(text, 1000)) {
    switch (token.kind) {
      case TokenKind::kWord:
        absl::StrAppend(&shape, "[", token.text, "]");
        break;
      case TokenKind::kPunctuation:
        absl::StrAppend(&shape, token.text);
        break;
      case TokenKind::kSpace:
        absl::StrAppend(&shape, token.variable == 0 ? " " : "_");
        break;
      case TokenKind::kVariable:
        for (int bit = 0; bit < 11; ++bit) {
          if (token.variable == 1 << bit) {
            absl::StrAppend(&shape, "{", kNames[bit], "}");
          }
        }
        break;
    }
  }
  return shape;
}

TEST(TextTokensTest, WordsStayVariablesGo) {
  const struct {
    const char* text;
    const char* shape;
  } kCases[] = {
      {"", ""},
      {"table not found", "[table] [not] [found]"},
      {"can't open it", "[can't] [open] [it]"},
      {"two  blanks\nand a line", "[two]_[blanks]_[and] [a] [line]"},
      {"java.lang.IllegalStateException: x",
       "[java.lang.IllegalStateException]: [x]"},
      {"std::bad_alloc", "[std::bad_alloc]"},
      {"read/write and I/O", "[read/write] [and] [I/O]"},
      {"größe überschritten", "[größe] [überschritten]"},
      {"k8s e2e utf8", "[k8s] [e2e] [utf]{num}"},
      // Numbers.
      {"took 30s, not 1m30s", "[took] {num}, [not] {num}"},
      {"12.5MB of 1,000.25 (99%)", "{num} [of] {num} ({num}%)"},
      {"line 3:14", "[line] {num}:{num}"},
      {"worker-17 on orders_2024", "[worker-]{num} [on] [orders_]{num}"},
      {"ORA-00942: no table", "[ORA-]{num}: [no] [table]"},
      {"v1.2.3", "[v]{num}"},
      // Ids.
      {"job 7f3a2b1c9d", "[job] {id}"},
      {"at 0x7fff", "[at] {id}"},
      {"req_8f3kd92 is gone", "[req_]{id} [is] [gone]"},
      {"req_f3kd92x is gone", "[req_]{id} [is] [gone]"},
      {"3f2504e0-4f89-11d3-9a0c-0305e82c3301 x", "{id} [x]"},
      {"deadbeef is a word", "[deadbeef] [is] [a] [word]"},
      // Times.
      {"2024-05-06T07:08:09.123Z x", "{time} [x]"},
      {"2024-05-06 07:08:09,1 +0200", "{time} +{num}"},
      {"at 07:08:09", "[at] {time}"},
      {"on 2024/05/06", "[on] {time}"},
      // Addresses.
      {"10.0.0.4:5432 refused", "{ip} [refused]"},
      {"[fe80::1]:80", "[{ip}]:{num}"},
      {"::1 refused", "{ip} [refused]"},
      {"mail to a.b+c@example.com.", "[mail] [to] {email}."},
      {"GET https://a.example/x?id=3#y, then", "[GET] {url}, [then]"},
      {"(see http://x.example)", "([see] {url})"},
      // Paths.
      {"open /etc/app.conf: denied", "[open] {path}: [denied]"},
      {"in src/a/b.cc:12", "[in] {path}:{num}"},
      {"C:\\Users\\x missing", "{path} [missing]"},
      {"~/x and ./y", "{path} [and] {path}"},
      {"a / b", "[a] / [b]"},
      {"HTTP/1.1 application/json", "[HTTP]/{num} [application/json]"},
      // Quotes.
      {"column \"id\" of `t`", "[column] {dq} [of] {bq}"},
      {"key='x' isn't", "[key]={sq} [isn't]"},
      {"the users' table", "[the] [users]' [table]"},
      {"{\\\"a\\\": \\\"b\\\"}", "{\\\"[a]\\\": \\{dq}}"},
      {"{\"a\": 1, \"b\":\"two words\"}", "{\"[a]\": {num}, \"[b]\":{dq}}"},
      {"{'error': {'text': 'it is out of stock'}, 'id': 'x'}",
       "{'[error]': {'[text]': '[it] [is] [out] [of] [stock]'}, '[id]': {sq}}"},
      {"user \"bob\": not known", "[user] {dq}: [not] [known]"},
      {"no book \"a tale of two\"", "[no] [book] {dq}"},
      {"an \"open quote", "[an] \"[open] [quote]"},
      {"'it's fine' ok", "{sq} [ok]"},
      // Secrets that are gone already.
      {"key [REDACTED:vendor_key] bad", "[key] {red} [bad]"},
      {"[REDACTED: open", "[[REDACTED]: [open]"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Shape(test.text), test.shape) << test.text;
  }
}

TEST(TextTokensTest, TokensAreTheText) {
  const std::string text =
      "a 'b\" c\\` 12.x @@ /, :: \xC3\xA9 \xFF - 1- -1 x_ ";
  std::string joined;
  for (const TextToken& token : Tokenize(text, 1000)) {
    EXPECT_FALSE(token.text.empty());
    absl::StrAppend(&joined, token.text);
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(Tokenize(text, 3).size(), 3);
}

// Every text of few characters, each a rule's: nothing is lost or doubled.
TEST(TextTokensTest, AllShortTexts) {
  constexpr absl::string_view kBytes = "a1 '\"/.:-@[";
  const size_t count = kBytes.size();
  for (size_t n = 0; n < count * count * count * count * count; ++n) {
    std::string text;
    for (size_t rest = n, i = 0; i < 5; ++i, rest /= count) {
      text.push_back(kBytes[rest % count]);
    }
    std::string joined;
    for (const TextToken& token : Tokenize(text, 1000)) {
      absl::StrAppend(&joined, token.text);
    }
    ASSERT_EQ(joined, text);
  }
}

}  // namespace
}  // namespace recourse
