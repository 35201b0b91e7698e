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

// Different wordings of one meaning; a text that holds several of them says it
// once. Wordings are normalized as in normalized_text.h and match whole words;
// a trailing * allows any ending.
struct Wordings {
  Meaning meaning;
  absl::Span<const absl::string_view> phrases;
};

// The tables, by subject. A longer wording hides shorter ones inside it, and
// wordings that say nothing are there for that.
absl::Span<const Wordings> NetworkWordings();
absl::Span<const Wordings> ServerWordings();
absl::Span<const Wordings> AccessWordings();
absl::Span<const Wordings> DataWordings();
absl::Span<const Wordings> ResourceWordings();
absl::Span<const Wordings> RequestWordings();

}  // namespace recourse
