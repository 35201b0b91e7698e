// Two names that are kept a hundred thousand times.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/guard/heap_bytes.h"

namespace recourse {

// In one piece of memory: half of what two std::string take. Immutable.
class NamePair {
 public:
  // REQUIRES: both are shorter than 4 GiB.
  NamePair(absl::string_view first, absl::string_view second)
      : first_size_(static_cast<uint32_t>(first.size())),
        second_size_(static_cast<uint32_t>(second.size())) {
    auto bytes = std::make_unique<char[]>(first.size() + second.size());
    char* end = std::copy(first.begin(), first.end(), bytes.get());
    std::copy(second.begin(), second.end(), end);
    bytes_ = std::move(bytes);
  }

  absl::string_view first() const { return {bytes_.get(), first_size_}; }
  absl::string_view second() const {
    return {bytes_.get() + first_size_, second_size_};
  }
  size_t heap_bytes() const {
    return HeapBytes(size_t{first_size_} + second_size_);
  }
  bool Are(absl::string_view a, absl::string_view b) const {
    return second() == b && first() == a;
  }

 private:
  std::unique_ptr<const char[]> bytes_;
  uint32_t first_size_;
  uint32_t second_size_;
};

}  // namespace recourse
