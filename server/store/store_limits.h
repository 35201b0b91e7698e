// The checks of arguments that every engine makes the same way, before it
// touches its data. All functions are pure. Private to server/store/.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr size_t kMaxStorePageEntries = 10'000;
inline constexpr absl::Duration kMinStoreLeaseTtl = absl::Seconds(1);
inline constexpr absl::Duration kMaxStoreLeaseTtl = absl::Hours(24);

// Each returns INVALID_ARGUMENT with the limit and the offender's size or place
// in its message, or OK. Keys and values are never repeated in a message.
absl::Status CheckStoreKey(std::string_view key);
absl::Status CheckStorePrefix(std::string_view prefix);  // May be empty.
absl::Status CheckStoreRange(const StoreRange& range);
absl::Status CheckStoreTransaction(const StoreTransaction& transaction);
absl::Status CheckStoreLeaseTtl(absl::Duration ttl);

// The smallest string above every key (of legal length) that begins with
// `prefix`: "ab" -> "ac", "a\xff" -> "b", "" -> a string above all keys.
std::string StorePrefixEnd(std::string_view prefix);

}  // namespace recourse
