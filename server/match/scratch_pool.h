// Vectorscan's working memory, handed from call to call.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

struct hs_scratch;

namespace recourse {

struct ScratchDeleter {
  void operator()(hs_scratch* scratch) const;
};
using HsScratch = std::unique_ptr<hs_scratch, ScratchDeleter>;

// Scratches that fit the indexes of one registry. Thread safety: safe for
// concurrent use.
class ScratchPool {
 public:
  static constexpr size_t kMaxIdle = 64;

  // Clones of `prototype` are handed out; null when nothing is to be scanned.
  explicit ScratchPool(HsScratch prototype)
      : prototype_(std::move(prototype)) {}

  // Null when there is no prototype or no memory: searches do without, slowly.
  HsScratch Take();
  void Return(HsScratch scratch);

 private:
  const HsScratch prototype_;
  // ThreadSanitizer follows std::mutex, and is blind to a prebuilt Abseil's.
  std::mutex mu_;
  std::vector<HsScratch> idle_;  // Guarded by mu_.
};

}  // namespace recourse
