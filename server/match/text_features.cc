#include "server/match/text_features.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/model/grpc_code.h"

namespace recourse {
namespace {

constexpr int kMinPercent = 15;  // Below: did not happen.
// In names; shorter words are none, of longer ones the rest is cut.
constexpr size_t kMinWordBytes = 2, kMaxWordBytes = 24;
constexpr size_t kBeginningBytes = 5;
constexpr size_t kMinCodeDigits = 3, kMaxCodeDigits = 5;

// How a token stands in pairs; empty: not at all.
void NameOf(const Token& token, std::string* name) {
  name->clear();
  if (token.Has(Token::kName)) return;
  if (token.Has(Token::kNumber)) {
    name->push_back('#');
    return;
  }
  if (token.raw.size() < kMinWordBytes) return;
  for (const char c : token.raw.substr(0, kMaxWordBytes)) {
    name->push_back(absl::ascii_tolower(c));
  }
}

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isascii(c); });
}

bool IsCode(const Token& token) {
  return token.Has(Token::kNumber) && token.raw.size() >= kMinCodeDigits &&
         token.raw.size() <= kMaxCodeDigits &&
         absl::ascii_isdigit(token.raw[0]) && token.number != Token::kNoNumber;
}

void ReadStatus(const Failure& failure, FeatureSink sink) {
  if (failure.http_status != 0) {
    sink(absl::StrCat("http ", failure.http_status), 1);
    sink(absl::StrCat("http ", failure.http_status / 100, "xx"), 1);
  }
  if (failure.grpc_code) {
    sink(absl::StrCat("grpc ", Name(*failure.grpc_code)), 1);
  }
}

}  // namespace

void ReadFeatures(const Failure& failure, absl::Span<const Token> tokens,
                  FeatureSink sink) {
  ReadStatus(failure, sink);
  std::string pair;  // The word before, then this one behind it.
  std::string name;
  double before = 0;  // The value of the word before; 0: there is none.
  for (const Token& token : tokens.subspan(0, kMaxFeatureTokens)) {
    NameOf(token, &name);
    if (name.empty() || token.percent < kMinPercent) {
      before = 0;
      continue;
    }
    const double value = token.percent / 100.0;
    if (IsCode(token)) {
      sink(token.raw, value);
    } else if (!token.Has(Token::kNumber)) {
      sink(name, value);
      if (name.size() > kBeginningBytes && IsAscii(name)) {
        sink(absl::StrCat("~",
                          absl::string_view(name).substr(0, kBeginningBytes)),
             value);
      }
    }
    if (token.Has(Token::kHardBreak)) before = 0;
    if (before > 0) {
      absl::StrAppend(&pair, " ", name);
      sink(pair, std::min(before, value));
    }
    pair = name;
    before = value;
  }
}

}  // namespace recourse
