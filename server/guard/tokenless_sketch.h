// How often the same error came without its token: callers that drop tokens
// would else get the retries of a fresh recovery again and again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "server/guard/heap_bytes.h"

namespace recourse {

// Approximate counts per key over the last minute, in constant memory: a
// count-min sketch of the current minute and one of the last, which fades. What
// chance collisions add on average is taken off, so that many keys do not make
// any of them look frequent.
//
// Thread-compatible. Source: G. Cormode, S. Muthukrishnan, "An improved data
// stream summary", 2005; the correction is F. Deng and D. Rafiei's, 2007.
class TokenlessSketch {
 public:
  static constexpr size_t kRows = 4;
  static constexpr size_t kColumns = 2048;
  static constexpr absl::Duration kWindow = absl::Minutes(1);

  double Estimate(uint64_t key, absl::Time now);
  void Add(uint64_t key, absl::Time now);
  size_t heap_bytes() const { return HeapBytes(current_) + HeapBytes(last_); }

 private:
  struct Counts {
    std::array<std::array<uint16_t, kColumns>, kRows> cells{};
    uint64_t total = 0;
  };

  void Turn(absl::Time now);
  static double EstimateIn(const Counts& counts, uint64_t key);
  static size_t Column(uint64_t key, size_t row);

  std::unique_ptr<Counts> current_;  // Null: nothing came.
  std::unique_ptr<Counts> last_;
  absl::Time start_ = absl::InfinitePast();  // Of the current minute.
};

}  // namespace recourse
