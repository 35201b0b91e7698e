// An error's text as words, each with how much it counts where it stands.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/match/vocabulary.h"
#include "server/model/failure.h"

namespace recourse {

// A word, a number, or a name that is taken whole (an address, a path).
struct Token {
  enum Flag : uint8_t {
    kSoftBreak = 1,   // Punctuation before it: "connection (refused".
    kHardBreak = 2,   // A sentence, a line or a part begins.
    kAfterColon = 4,  // "failed to start: refused"; comes with kSoftBreak.
    kNumber = 8,
    kName = 16,
    kKey = 32,       // Of a structure or parameter: "timeout": 30.
    kBracket = 64,   // Right after ( or [.
    kNegated = 128,  // What begins here did not happen: "not a timeout".
  };
  static constexpr int kNoNumber = std::numeric_limits<int>::min();

  absl::string_view raw;  // As written; lives as long as the failure.
  WordId word = Vocabulary::kUnknown;
  uint8_t percent = 100;
  uint8_t flags = 0;
  int number = kNoNumber;  // With kNumber and no fraction.
  uint32_t next = 0;       // The token after it, or after the quotes it begins.

  bool Has(Flag flag) const { return (flags & flag) != 0; }
};

// What is read of one failure at most; of longer texts the first and the last
// half, of more causes the first and the last few.
inline constexpr size_t kMaxPartBytes = 12 << 10;
inline constexpr size_t kMaxCausesRead = 4;

// Splits type, code, message and causes. CamelCase, snake_case and kebab-case
// fall into words; of a qualified name (a.b.TimeoutError, PG::ConnectionBad)
// the last part counts. Stack frames are left out. Addresses, paths, flags,
// and host names are kName. Quoted names, keys, parameters with their values
// and the values of keys that name things count little; root causes count more
// than what wraps them. Linear in the text's length.
void ReadTokens(const Failure& failure, const Vocabulary& vocabulary,
                std::vector<Token>* tokens);

// One piece of text whose words count `percent` where nothing lowers them.
void AppendTokens(absl::string_view text, int percent,
                  const Vocabulary& vocabulary, std::vector<Token>* tokens);

}  // namespace recourse
