// The form of the tables of codes.
#pragma once

#include <cstddef>

#include "server/match/meaning.h"

namespace recourse::code_tables {

template <typename Key>
struct Entry {
  Key key;
  Meaning meaning;
};

// Says nothing when `value` is not in the table.
template <typename Key, size_t N, typename Value>
Meaning Find(const Entry<Key> (&table)[N], const Value& value) {
  for (const Entry<Key>& entry : table) {
    if (entry.key == value) return entry.meaning;
  }
  return {};
}

inline constexpr Strategy kAskPeople = Strategy::kEscalation;
inline constexpr Strategy kAskForLess = Strategy::kGracefulDegradation;
inline constexpr Strategy kElsewhere = Strategy::kAlternativePath;
inline constexpr auto kNotBegun = Meaning::kNotExecuted;
inline constexpr auto kRetryHelps = Meaning::kRetryHelps;

}  // namespace recourse::code_tables
