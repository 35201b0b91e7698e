// What objects take from the heap beside themselves: an estimate within a few
// per cent.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace recourse {

// Of one allocation: as glibc's, which adds 8 bytes, rounds up to 16 and gives
// at least 32.
constexpr size_t HeapBytes(size_t bytes) {
  return std::max<size_t>(32, (bytes + 8 + 15) / 16 * 16);
}

inline size_t HeapBytes(const std::string& text) {
  const bool is_inside = text.capacity() == std::string().capacity();
  return is_inside ? 0 : HeapBytes(text.capacity() + 1);
}
template <typename T>  // Not what the elements own.
size_t HeapBytes(const std::vector<T>& list) {
  return list.capacity() == 0 ? 0 : HeapBytes(list.capacity() * sizeof(T));
}

// A table of Abseil's: a byte beside each slot, and a group of them at its end.
template <typename Table>
size_t TableHeapBytes(const Table& table) {
  constexpr size_t kEndBytes = 24;
  if (table.capacity() == 0) return 0;
  // NOLINTNEXTLINE(bugprone-sizeof-expression): of a table of pointers, these.
  return HeapBytes(table.capacity() * (sizeof(typename Table::value_type) + 1) +
                   kEndBytes);
}
template <typename... T>
size_t HeapBytes(const absl::flat_hash_set<T...>& set) {
  return TableHeapBytes(set);
}
template <typename... T>
size_t HeapBytes(const absl::flat_hash_map<T...>& map) {
  return TableHeapBytes(map);
}

// What has a heap_bytes() of its own, and itself.
template <typename T>
size_t HeapBytes(const std::unique_ptr<T>& owned) {
  if (owned == nullptr) return 0;
  if constexpr (requires { owned->heap_bytes(); }) {
    return HeapBytes(sizeof(T)) + owned->heap_bytes();
  } else {
    return HeapBytes(sizeof(T));
  }
}

}  // namespace recourse
