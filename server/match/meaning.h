// What one piece of evidence says about a failure.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/model/enums.h"

namespace recourse {

// A value in the tables of evidence; built as
// Says(Category::kResource, 5).First(Strategy::kEscalation).
//
// Weights: 1 a hint, 2 a usual word, 3 a general code, 4 clear wording, 5 the
// software's own name for the thing, 6 and more: decides against general codes.
struct Meaning {
  enum Flag : uint8_t {
    kNotExecuted = 1,  // The operation did not begin.
    kRetryHelps = 2,   // Although its category is not retryable.
    kRetryIsVain = 4,  // Although its category is retryable.
  };

  Category category = Category::kUnspecified;  // Unspecified: says nothing.
  float weight = 0;
  Strategy first_move = Strategy::kUnspecified;  // Then the category's.
  ErrorType error_type = ErrorType::kUnspecified;
  uint8_t flags = 0;

  constexpr Meaning First(Strategy strategy) const {
    Meaning copy = *this;
    copy.first_move = strategy;
    return copy;
  }
  constexpr Meaning Of(ErrorType type) const {
    Meaning copy = *this;
    copy.error_type = type;
    return copy;
  }
  constexpr Meaning With(Flag flag) const {
    Meaning copy = *this;
    copy.flags = static_cast<uint8_t>(flags | flag);
    return copy;
  }
};

constexpr Meaning Says(Category category, float weight) {
  return {category, weight};
}

// Words that say which of the others count.
enum class Marker : uint8_t {
  kNone,
  kRootFollows,      // Caused by: what follows is the root of all before.
  kRootAfterColon,   // Reason: the same, where a colon follows.
  kReasonFollows,    // Because: the same, within its sentence.
  kRootPrecedes,     // The above was the direct cause of the following.
  kContextPrecedes,  // While handling the above, another error occurred.
  kAdvice,           // Perhaps, make sure that: the rest of the sentence.
  kNegation,         // Not a: the next words did not happen.
  kWrapper,          // Failed to: counts less when a colon tells more.
  kSetting,          // Timeout must: its words but the last did not happen.
  kSuccess,          // Nothing failed in the end.
};

// Different wordings of one meaning, in the notation of wording_syntax.h; a
// text that holds several of them says it once. Wordings match whole words. A
// longer wording hides shorter ones inside it, and wordings that say nothing
// are there for that.
struct Wordings {
  Meaning meaning;
  absl::Span<const absl::string_view> phrases;
  Marker marker = Marker::kNone;
};

// The tables, by subject.
absl::Span<const Wordings> NetworkWordings();
absl::Span<const Wordings> TimeWordings();
absl::Span<const Wordings> ServerWordings();
absl::Span<const Wordings> ConcurrencyWordings();
absl::Span<const Wordings> AccessWordings();
absl::Span<const Wordings> DataWordings();
absl::Span<const Wordings> ResourceWordings();
absl::Span<const Wordings> RequestWordings();
absl::Span<const Wordings> ThingsWordings();  // Missing, there already.
absl::Span<const Wordings> ProgramWordings();
absl::Span<const Wordings> PeopleWordings();    // Who must act, in plain words.
absl::Span<const Wordings> PlainWordings();     // The rest in plain words.
absl::Span<const Wordings> EverydayWordings();  // What is left, by kinds.
absl::Span<const Wordings> CodeWordings();      // Names of codes.
absl::Span<const Wordings> SoftwareWordings();  // Families of any software.
absl::Span<const Wordings> TradeWordings();     // What broke, lacks, is late.
absl::Span<const Wordings> MoveWordings();      // Which move helps.
absl::Span<const Wordings> ForeignWordings();   // Of other languages.
absl::Span<const Wordings> LanguageWordings();  // Trades in other languages.
absl::Span<const Wordings> MarkerWordings();

// Chinese, Japanese and Korean, which no blanks divide: literal, found
// anywhere.
absl::Span<const Wordings> ForeignSigns();
absl::Span<const Wordings> LanguageSigns();

}  // namespace recourse
